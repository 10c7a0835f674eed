// Trains in a headless browser: bundles the page in memory, starts the browser, hands it the digits, passes on what it tells.
// No server and no network: the page is about:blank with one script.
import { SourceMap } from 'node:module'
import { dirname, join, resolve } from 'node:path'
import { type Browser, chromium } from 'playwright'
import { build, defaultClientConditions } from 'vite'
import { browserLaunch } from '../../../tools/chromium.ts'
import type {} from './browser-page.ts' // declares the globals of the page
import type { PlanFacts } from './plan-facts.ts'
import type { TrainingRun, TrainingTask } from './train.ts'

export async function trainInBrowser(task: Omit<TrainingTask, 'backend'>): Promise<TrainingRun> {
  const { code, sourceOf } = await bundlePage()
  const browser = await launch()
  try {
    const page = await browser.newPage()
    await page.exposeFunction('tellNode', task.onEvent)
    await page.addScriptTag({ content: `${code}\n//# sourceURL=${bundleName}` })
    const stop = (): void => {
      // The page may be gone by now; then there is nothing to stop.
      page.evaluate(() => globalThis.digitsPage.stop()).catch(() => undefined)
    }
    task.signal.addEventListener('abort', stop)
    if (task.signal.aborted) stop()
    const { epochs, batch, rate, seed, steps } = task.settings
    const run = await page.evaluate(([split, settings]) => globalThis.digitsPage.train(split, settings), [
      task.split,
      { epochs, batch, rate, seed, steps },
    ] as const)
    task.signal.removeEventListener('abort', stop)
    return {
      ...run,
      training: withSources(run.training, sourceOf),
      evaluation: withSources(run.evaluation, sourceOf),
    }
  } finally {
    await browser.close()
  }
}

/** Ctrl-C is ours: the browser is closed when the page has ended its step. */
const launch = async (): Promise<Browser> =>
  await chromium.launch({ ...(await browserLaunch()), handleSIGINT: false })

const bundleName = 'digits-page.js'
/** Nothing is written; sources are named relative to where it would be. */
const outDir = join(import.meta.dirname, 'unwritten')

interface PageBundle {
  readonly code: string
  /** The user line behind a line of the bundle, as far as known. */
  readonly sourceOf: (location: string) => string
}

async function bundlePage(): Promise<PageBundle> {
  const built = await build({
    root: import.meta.dirname,
    configFile: false,
    publicDir: false,
    logLevel: 'error',
    resolve: { conditions: ['source', ...defaultClientConditions] },
    build: {
      write: false,
      outDir,
      minify: false,
      target: 'esnext',
      sourcemap: 'hidden',
      rolldownOptions: {
        input: join(import.meta.dirname, 'browser-page.ts'),
        output: { format: 'iife', codeSplitting: false },
      },
    },
  })
  const [result] = Array.isArray(built) ? built : [built]
  if (result === undefined || !('output' in result)) throw new Error('the page could not be bundled')
  const [{ code, map, fileName }] = result.output
  const mapped = map === null ? undefined : new SourceMap({ ...map, sourceRoot: '' })
  const folder = dirname(join(outDir, fileName))
  const sourceOf = (location: string): string => {
    const [, line, column] = new RegExp(`${bundleName}:(\\d+):(\\d+)$`).exec(location) ?? []
    const origin = mapped?.findOrigin(Number(line), Number(column))
    if (origin === undefined || !('fileName' in origin)) return location
    return `${resolve(folder, origin.fileName)}:${origin.lineNumber}:${origin.columnNumber}`
  }
  return { code, sourceOf }
}

const withSources = (facts: PlanFacts, sourceOf: (location: string) => string): PlanFacts => ({
  ...facts,
  kernels: facts.kernels.map((kernel) => ({ ...kernel, locations: kernel.locations.map(sourceOf) })),
})
