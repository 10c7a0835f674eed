// Every golden case on WebGL2, fused: the same data and the same checks as in Node.
/// <reference types="vite/client" />
import { webgl } from '@heddle/runtime-webgl'
import { afterAll, expect, test } from 'vitest'
import { checkRuntimes, fused } from './check.ts'
import type { GoldenFile } from './format.ts'

const backend = webgl()
afterAll(() => backend.dispose())

const files = import.meta.glob<GoldenFile>('./data/*.json', { eager: true, import: 'default' })

test.for(Object.entries(files))(
  'golden cases of %s run on webgl',
  { timeout: 300_000 },
  async ([path, { cases }]) => {
    const start = performance.now()

    const ran = await checkRuntimes(cases, [backend], [fused])

    console.log(`golden ${path}: ${ran} cases on webgl, ${Math.round(performance.now() - start)} ms`)
    expect(ran).toBeGreaterThan(0)
  },
)
