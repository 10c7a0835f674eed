// The harness notices what it is there for: each of these cases is right but for one thing.
import { jsBackend, wasmBackend } from '@heddle/runtime-cpu'
import { expect, test } from 'vitest'
import { checkReference, checkRuntimes, fused } from './check.ts'
import type { GoldenCase } from './format.ts'

const right: GoldenCase = {
  name: 'cube',
  call: 'pow',
  operands: [{ input: 0 }, 3],
  inputs: [{ type: 'f64[2]', data: '2,-0' }],
  outputs: { output: { type: 'f64[2]', data: '8,-0' } },
  cotangents: { output: { type: 'f64[2]', data: '1,.5' } },
  gradients: { 0: { type: 'f64[2]', data: '12,0' } },
  second: {
    seeds: { 0: { type: 'f64[2]', data: '2,1' } },
    gradients: { 0: { type: 'f64[2]', data: '24,0' } },
  },
  signed: true,
}

test('a case that is right passes', () => {
  expect(() => checkReference(right)).not.toThrow()
})

test.each<[string, Partial<GoldenCase>, RegExp]>([
  ['a value', { outputs: { output: { type: 'f64[2]', data: '8.00000001,-0' } } }, /cube: output: 1 of 2/],
  [
    'the sign of a zero',
    { outputs: { output: { type: 'f64[2]', data: '8,0' } } },
    /sign of zero at 1 is not that of 0/,
  ],
  ['NaN', { outputs: { output: { type: 'f64[2]', data: '8,NaN' } } }, /expected NaN/],
  [
    'a shape',
    { outputs: { output: { type: 'f64[1,2]', data: '8,-0' } } },
    /is f64\[2\]; expected f64\[1,2\]/,
  ],
  ['a dtype', { outputs: { output: { type: 'i32[2]', data: '8,0' } } }, /expected i32\[2\]/],
  ['a derivative', { gradients: { 0: { type: 'f64[2]', data: '12.01,0' } } }, /cube: d0/],
  ['a second derivative', { second: { ...right.second!, gradients: right.gradients! } }, /cube: dd0/],
  [
    'a name of a result',
    { outputs: { values: right.outputs!['output']! } },
    /pow gives output; expected values/,
  ],
  ['a function', { call: 'cube' }, /core exports no function cube/],
  ['an error', { error: 'SHAPE_BROADCAST' }, /nothing is thrown; expected SHAPE_BROADCAST/],
])('a case whose %s is wrong fails', (_, wrong, message) => {
  expect(() => checkReference({ ...right, ...wrong })).toThrow(message)
})

test('a runtime that gives other numbers fails', async () => {
  const js = jsBackend()
  const off = { ...js, read: async () => Float32Array.of(8.001, 0) }

  await expect(checkRuntimes([right], [js, wasmBackend()], [fused])).resolves.toBe(1)
  await expect(checkRuntimes([right], [{ ...off, liveBytes: 0 }], [fused])).rejects.toThrow(
    /cube: output on js, fused/,
  )
})
