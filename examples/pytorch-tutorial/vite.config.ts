// The page of the tutorial, from the packages' sources.
import { defaultClientConditions, defineConfig, type UserConfig } from 'vite'

const config: UserConfig = defineConfig({
  resolve: { conditions: ['source', ...defaultClientConditions] },
  build: { target: 'esnext' },
})

export default config
