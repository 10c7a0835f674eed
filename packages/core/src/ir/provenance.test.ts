import { expect, test } from 'vitest'
import { createBuilder } from './builder.ts'
import { currentProvenance, locationOf, setProvenance, traced, withProvenance } from './provenance.ts'

const input = { name: 'x', dtype: 'f32', shape: [2] } as const

test('provenance: a node knows the line that made it', () => {
  const value = createBuilder().input(input)

  expect(locationOf(value.provenance)?.file).toMatch(/provenance\.test\.ts$/)
})

test('provenance: everything a public function builds has its caller’s line', () => {
  const twice = traced((x: ReturnType<ReturnType<typeof createBuilder>['input']>) =>
    x.builder.neg(x.builder.neg(x)),
  )
  const x = createBuilder().input(input)

  const outer = twice(x)

  expect(outer.provenance).toBe(outer.inputs[0]?.provenance)
  expect(outer.provenance).not.toBe(x.provenance)
  expect(currentProvenance()).toBeUndefined()
})

test('provenance: a pass rebuilds a node under its own line', () => {
  const x = createBuilder().input(input)

  const rebuilt = withProvenance(x.provenance, () => x.builder.exp(x))

  expect(rebuilt.provenance).toBe(x.provenance)
})

test('provenance: can be turned off', () => {
  const before = setProvenance(false)
  const value = createBuilder().input(input)
  setProvenance(before)

  expect(value.provenance).toBeUndefined()
})

test.each([
  ['    at train (file:///home/a%20b/model.ts:12:7)', { file: '/home/a b/model.ts', line: 12, column: 7 }],
  ['    at file:///home/model.ts:3:1', { file: '/home/model.ts', line: 3, column: 1 }],
  ['    at async build (/home/model.ts:4:20)', { file: '/home/model.ts', line: 4, column: 20 }],
  [
    '    at http://localhost:5173/src/page.ts:8:2',
    { file: 'http://localhost:5173/src/page.ts', line: 8, column: 2 },
  ],
  ['    at native', undefined],
])('provenance: reads the frame %s', (frame, location) => {
  expect(locationOf(`Error\n${frame}`)).toEqual(location)
})
