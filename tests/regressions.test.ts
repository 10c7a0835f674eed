// Programs on which something was once wrong, as small as the random search made them. A program is kept as text, since what a seed
// makes changes with every new step. Each goes through what random programs go through.
import { jvp } from '@heddle/compiler'
import {
  add,
  cast,
  checkpoint,
  createBuilder,
  type Graph,
  parseGraph,
  program,
  scan,
  tanh,
  type Value,
} from '@heddle/core'
import { bind, checkAgreement, checkDuality, checkForms, drawInputs } from '@heddle/testkit'
import { expect, test } from 'vitest'
import { backends, compilers } from './random-programs.ts'

const programs: Readonly<Record<string, string>> = {
  'a product without columns is computed by some kernel': `graph "empty"
%x: f32[2, 0] = input role=feed
%1: f32[2, 1] = full value=1.0
%2: f32[0, 1] = dot(%x, %1) leftBatch=[] rightBatch=[] leftContract=[0] rightContract=[0]
return y = %2
`,
  'of a product one row is read': `graph "row"
%x: f32[3, 2] = input role=feed
%w: f32[2, 3] = input role=feed
%1: f32[3, 3] = dot(%x, %w) leftBatch=[] rightBatch=[] leftContract=[1] rightContract=[0]
%2: f32[1, 3] = slice(%1) starts=[0, 0] limits=[1, 3] steps=[1, 1]
return y = %2
`,
  'of a product one element is read': `graph "element"
%x: f32[3, 2] = input role=feed
%w: f32[2, 3] = input role=feed
%1: f32[3, 3] = dot(%x, %w) leftBatch=[] rightBatch=[] leftContract=[1] rightContract=[0]
%2: f32[1, 1] = slice(%1) starts=[0, 0] limits=[1, 1] steps=[1, 1]
return y = %2
`,
  'positions of a scatter are known, others in each row': `graph "rows"
%x: f32[2, 2] = input role=feed
%1: f32[2, 2] = full value=0.0
%2: i32[2, 2] = literal data=[0, 1, 1, 1]
%3: f32[2, 2] = scatter(%1, %2, %x) axis=1 batch=1 combine="add"
return y = %3
`,
}

test.for(Object.entries(programs))('%s', ([, text]) => agrees(parseGraph(text)))

test('a function of the host is called from inside a loop alone', () =>
  agrees(
    program('loop', ({ input }) => {
      const [init, xs] = [input('init', 'f64', [2]), input('xs', 'f64', [3, 2])]
      return scan((sum: Value, row: Value) => ({ carry: tanh(add(sum, row)) }), { init, xs }).carry
    }),
  ))

async function agrees(graph: Graph): Promise<void> {
  const inputs = graph.inputs.map(({ value }) => value)
  const bindings = bind(
    inputs,
    drawInputs(
      inputs.map(({ type }) => type),
      1,
    ),
  )

  checkForms({ graph, bindings }, compilers[0]!)
  const { known } = await checkAgreement({ graph, bindings }, backends, compilers)

  expect(known).toBe(1)
}

test('a loop that carries nothing has a forward derivative', () => {
  const b = createBuilder()
  const [x, tangent] = ['x', 'tangent'].map((name) => b.input({ name, dtype: 'f32', shape: [2, 0] }))
  const { carry } = scan((sum: Value, row: Value) => ({ carry: tanh(add(sum, row)) }), { init: x!, xs: x! })

  const [dy] = jvp([carry], [x!], [tangent!])

  expect(dy?.type).toEqual(carry.type)
})

test('derivatives through a region that rounds to f16 are not held against each other', () => {
  const rounded = program('rounded', ({ input }) => {
    const x = input('x', 'f32', [])
    const y = checkpoint((z: Value) => cast(cast(z, 'f16'), 'f32'), x)
    return { d0: y, d1: x, d2: y }
  })
  const { value } = rounded.inputs[0]!

  const isCompared = checkDuality({ graph: rounded, bindings: bind([value], drawInputs([value.type], 1)) })

  expect(isCompared).toBe(false)
})
