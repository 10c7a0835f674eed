// The page of the autoencoder, from the packages' sources.
import { defaultClientConditions, defineConfig, type UserConfig } from 'vite'

const config: UserConfig = defineConfig({
  resolve: { conditions: ['source', ...defaultClientConditions] },
  build: { target: 'esnext' },
})

export default config
