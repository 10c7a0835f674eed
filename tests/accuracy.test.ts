// The accuracy of f32 functions on the CPU: within the bounds, the same on both runtimes, and what docs/accuracy.md says.
import { readFileSync, writeFileSync } from 'node:fs'
import { planFor } from '@heddle/compiler'
import { cpu } from '@heddle/runtime-cpu'
import { type AccuracyFile, accuracyFileText, exceededBounds, recordAccuracy } from '@heddle/testkit'
import { expect, test } from 'vitest'

const path = new URL('../docs/accuracy.json', import.meta.url)
const readStored = (): AccuracyFile => JSON.parse(readFileSync(path, 'utf8'))

test('f32 functions are within their bounds, on wasm and js alike, and as the docs say', async () => {
  const [wasm, js] = [cpu({ emitter: 'wasm' }), cpu({ emitter: 'js' })]

  const found = await recordAccuracy(wasm, planFor)

  expect(exceededBounds(found)).toEqual([])
  expect(await recordAccuracy(js, planFor)).toEqual(found)
  if (process.env['UPDATE_DOCS'] === '1') writeFileSync(path, accuracyFileText(readStored(), 'cpu', found))
  expect(readStored().cpu).toEqual(found)
  wasm.dispose()
  js.dispose()
})
