// Golden cases on WebGL2, fused: the same data and the same checks as in Node. All of them, but for families whose loops are
// unrolled there, a shader a step: of these every few, and all with VITE_GOLDEN=all.
/// <reference types="vite/client" />
import { webgl } from '@heddle/runtime-webgl'
import { afterAll, expect, test } from 'vitest'
import { checkRuntimes, fused } from './check.ts'
import type { GoldenFile } from './format.ts'

const backend = webgl()
afterAll(() => backend.dispose())

const files = import.meta.glob<GoldenFile>('./data/*.json', { eager: true, import: 'default' })

/** Of which families one case in so many. */
const oneIn: Readonly<Record<string, number>> =
  import.meta.env['VITE_GOLDEN'] === 'all' ? {} : { './data/recurrent.json': 5 }

test.for(Object.entries(files))(
  'golden cases of %s run on webgl',
  { timeout: 300_000 },
  async ([path, { cases }]) => {
    const start = performance.now()

    const chosen = cases.filter((_, at) => at % (oneIn[path] ?? 1) === 0)
    const ran = await checkRuntimes(chosen, [backend], [fused])

    console.log(`golden ${path}: ${ran} cases on webgl, ${Math.round(performance.now() - start)} ms`)
    expect(ran).toBeGreaterThan(0)
  },
)
