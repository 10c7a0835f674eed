// Two projects: `node` for everything that needs no device, `webgl` for *.webgl.test.ts in headless Chromium.
// Both read the packages' sources through the `source` condition; nothing is built first.
import { playwright } from '@vitest/browser-playwright'
import { defaultClientConditions, defaultServerConditions } from 'vite'
import { defineConfig } from 'vitest/config'
import { browserLaunch } from './tools/chromium.ts'

/** Generous: a test that hangs must end, a test on a busy machine must not fail. */
const TIMEOUT_MS = 60_000
const WEBGL_TESTS = '{packages/*/src,examples/*/src,tests}/**/*.webgl.test.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** `npm run docs`: tests write what they would compare with. */
    updateDocs: boolean
  }
}

export default defineConfig({
  test: {
    projects: [
      {
        resolve: { conditions: ['source', ...defaultServerConditions] },
        ssr: { resolve: { conditions: ['source', ...defaultServerConditions] } },
        test: {
          name: 'node',
          environment: 'node',
          execArgv: ['--conditions=source'], // for the workers and processes that tests start
          testTimeout: TIMEOUT_MS,
          include: ['{packages,examples,bench,tests,tools}/**/*.test.ts'],
          exclude: ['**/node_modules/**', '**/dist/**', '**/*.webgl.test.ts'],
        },
      },
      {
        resolve: { conditions: ['source', ...defaultClientConditions] },
        // Found late, it would make a cold dependency cache reload the page in the middle of a run.
        optimizeDeps: { include: ['fast-check'] },
        test: {
          name: 'webgl',
          provide: { updateDocs: process.env['UPDATE_DOCS'] === '1' },
          include: [WEBGL_TESTS],
          testTimeout: TIMEOUT_MS,
          browser: {
            enabled: true,
            headless: true,
            screenshotFailures: false,
            provider: playwright({ launchOptions: await browserLaunch() }),
            instances: [{ browser: 'chromium' }],
          },
        },
      },
    ],
  },
})
