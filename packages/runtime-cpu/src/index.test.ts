import { expect, test } from 'vitest'
import { cpu } from './index.ts'

test('cpu picks WebAssembly where it runs', () => {
  expect(cpu().name).toBe('wasm')
})

test('cpu gives the emitter that is asked for', () => {
  const names = (['wasm', 'js', 'interpreter'] as const).map((emitter) => cpu({ emitter }).name)
  expect(names).toEqual(['wasm', 'js', 'interpreter'])
})
