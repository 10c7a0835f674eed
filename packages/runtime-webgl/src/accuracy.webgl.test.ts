// The accuracy of f32 functions on WebGL2: within the bounds, and on the software renderer what docs/accuracy.md says.
import { planFor } from '@heddle/compiler'
import { type AccuracyFile, accuracyFileText, exceededBounds, recordAccuracy } from '@heddle/testkit'
import { afterAll, expect, inject, test } from 'vitest'
import { commands } from 'vitest/browser'
import { webgl } from './index.ts'

const backend = webgl()
afterAll(() => backend.dispose())

/** From the root of the project. */
const path = 'docs/accuracy.json'
const readStored = async (): Promise<AccuracyFile> => JSON.parse(await commands.readFile(path))

function isSoftware(): boolean {
  const gl = new OffscreenCanvas(1, 1).getContext('webgl2')
  const info = gl?.getExtension('WEBGL_debug_renderer_info')
  return /swiftshader/i.test(String(info && gl?.getParameter(info.UNMASKED_RENDERER_WEBGL)))
}

test('f32 functions are within their bounds, and as the docs say', async () => {
  const found = await recordAccuracy(backend, planFor)

  expect(exceededBounds(found)).toEqual([])
  if (!isSoftware()) return
  if (inject('updateDocs'))
    await commands.writeFile(path, accuracyFileText(await readStored(), 'webgl', found))
  expect((await readStored()).webgl).toEqual(found)
})
