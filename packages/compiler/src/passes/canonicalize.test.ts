import {
  type Bindings,
  type Builder,
  createBuilder,
  type DType,
  type Graph,
  type GraphInput,
  interpret,
  type NdArray,
  printGraph,
  sizeOf,
  toNdArray,
  type Value,
  verifyGraph,
} from '@heddle/core'
import { fillArray, makeRandom, type Random } from '@heddle/testkit'
import { describe, expect, test } from 'vitest'
import { gradient } from '../autodiff/gradient.ts'
import { canonicalize, canonicalizeWith } from './canonicalize.ts'
import { createFuel, createPassContext, type Note, type Pass } from './pass.ts'

function apply(
  pass: Pass,
  graph: Graph,
  fuel?: number,
): { readonly graph: Graph; readonly notes: readonly Note[] } {
  const context = createPassContext(createFuel(fuel))
  return { graph: pass.run(graph, context), notes: context.notes }
}

const feed = (b: Builder, name: string, shape: readonly number[], dtype: DType = 'f32'): GraphInput => ({
  value: b.input({ name, dtype, shape }) as Value<'input'>,
  role: 'feed',
  trainable: false,
  initial: undefined,
})

function graphOf(inputs: readonly GraphInput[], ...values: readonly Value[]): Graph {
  const outputs = values.map((value, k) => ({ name: `y${k}`, value }))
  return { name: 'g', inputs, outputs, updates: [] }
}

/** The lines of the nodes, inputs left out. */
const nodeLines = (graph: Graph): readonly string[] =>
  printGraph(graph)
    .trimEnd()
    .split('\n')
    .slice(1)
    .filter((line) => !line.includes('= input'))

const matrices = { leftBatch: [], rightBatch: [], leftContract: [1], rightContract: [0] } as const

test('canonicalize: a dense layer and its gradients need no permutation', () => {
  const b = createBuilder()
  const inputs = [feed(b, 'x', [8, 4]), feed(b, 'w', [4, 3]), feed(b, 'bias', [3])]
  const [x, w, bias] = inputs.map((input) => input.value) as [Value, Value, Value]
  const spread = b.expand(b.reshape(bias, { shape: [1, 3] }), { shape: [8, 3] })
  const y = b.tanh(b.add(b.dot(x, w, matrices), spread))
  const mean = b.div(
    b.reduceSum(b.mul(y, y), { axes: [0, 1] }),
    b.full({ dtype: 'f32', shape: [], value: 8 }),
  )
  const gradients = gradient(mean, [x, w, bias])

  const result = apply(canonicalize, graphOf(inputs, mean, ...gradients))

  const lines = nodeLines(result.graph)
  expect(lines.filter((line) => line.includes('= permute'))).toEqual([])
  expect(lines.filter((line) => line.includes('= dot')).length).toBe(3)
  expect(() => verifyGraph(result.graph)).not.toThrow()
})

test('canonicalize: x * w and w * x become one node', () => {
  const b = createBuilder()
  const inputs = [feed(b, 'x', [2]), feed(b, 'w', [2])]
  const [x, w] = inputs.map((input) => input.value) as [Value, Value]

  const { graph } = apply(canonicalize, graphOf(inputs, b.mul(x, w), b.mul(w, x)))

  expect(graph.outputs[0]?.value).toBe(graph.outputs[1]?.value)
})

test('canonicalize: a pooling gradient with stride = size sums nothing up', () => {
  const b = createBuilder()
  const x = feed(b, 'x', [2, 6, 6])
  const windows = { axes: [1, 2], sizes: [2, 2], strides: [2, 2], dilations: [1, 1] }
  const pooled = b.reduceMax(b.windows(x.value, windows), { axes: [3, 4] })
  const [dx] = gradient(b.reduceSum(pooled, { axes: [0, 1, 2] }), [x.value])

  const { graph } = apply(canonicalize, graphOf([x], dx as Value))

  expect(printGraph(graph)).not.toContain('foldWindows')
})

test('canonicalize: says which rules fired how often', () => {
  const b = createBuilder()
  const x = feed(b, 'x', [2])

  const { notes } = apply(canonicalize, graphOf([x], b.neg(b.neg(x.value))))

  expect(notes).toEqual([{ kind: 'rule', count: 1, detail: 'neg-of-neg' }])
})

test('canonicalize: spends fuel and stops', () => {
  const b = createBuilder()
  const x = feed(b, 'x', [2])
  const graph = graphOf([x], b.neg(b.neg(x.value)))

  expect(apply(canonicalize, graph, 0).graph).toBe(graph)
})

test('canonicalize: leaves out rules by name, and stopGradient unless told otherwise', () => {
  const b = createBuilder()
  const x = feed(b, 'x', [2])
  const graph = graphOf([x], b.stopGradient(b.neg(b.neg(x.value))))

  const kept = apply(canonicalizeWith({ disable: ['neg-of-neg'] }), graph).graph
  const forward = apply(canonicalizeWith({ forward: true }), graph).graph

  expect(kept).toBe(graph)
  expect(apply(canonicalize, graph).graph.outputs[0]?.value).toBe(b.stopGradient(x.value))
  expect(forward.outputs[0]?.value).toBe(x.value)
})

test('canonicalize: rules that round differently run only when asked for', () => {
  const b = createBuilder()
  const x = feed(b, 'x', [2])
  const two = b.full({ dtype: 'f32', shape: [2], value: 2 })
  const graph = graphOf([x], b.pow(x.value, two))

  expect(apply(canonicalize, graph).graph).toBe(graph)
  expect(apply(canonicalizeWith({ exactness: 'approximates' }), graph).graph.outputs[0]?.value).toBe(
    b.mul(x.value, x.value),
  )
})

/** Random graphs of small shapes, rich in what the rules look for. */
function randomGraph(random: Random): Graph {
  const b = createBuilder()
  const shapes = [[2, 3], [1, 3], [3, 2], [6], [2, 1, 3]] as const
  const inputs = shapes.map((shape, k) => feed(b, `x${k}`, shape))
  const values: Value[] = inputs.map((input) => input.value)
  const constants = [0, -0, 1, -1, 2, 0.5, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN]
  const pickOf = (test: (value: Value) => boolean): Value => random.pick(values.filter(test))
  const like = (x: Value): Value =>
    random.chance(0.4)
      ? b.full({ ...x.type, value: random.pick(constants) })
      : pickOf((value) => value.type.shape.join() === x.type.shape.join())
  const made: readonly ((x: Value) => Value)[] = [
    (x) => random.pick([b.neg, b.abs, b.exp, b.sqrt, b.reciprocal, b.floor, b.round]).call(b, x),
    (x) => random.pick([b.add, b.sub, b.mul, b.div, b.maximum, b.minimum]).call(b, x, like(x)),
    (x) => random.pick([b.add, b.sub, b.mul, b.div, b.maximum, b.minimum]).call(b, like(x), x),
    (x) => b.select(random.pick([b.lt, b.le, b.eq, b.ne]).call(b, x, like(x)), like(x), x),
    (x) => b.permute(x, { perm: shuffled(x.type.shape.length, random) }),
    (x) =>
      b.reshape(x, {
        shape: random.pick(
          shapes.filter((shape) => sizeOf(shape) === sizeOf(x.type.shape)).concat([x.type.shape as never]),
        ),
      }),
    (x) => b.expand(x, { shape: x.type.shape.map((dim) => (dim === 1 && random.chance(0.7) ? 2 : dim)) }),
    (x) => random.pick([b.reduceSum, b.reduceMax, b.reduceMin]).call(b, x, { axes: someAxes(x, random) }),
    (x) => b.flip(x, { axes: someAxes(x, random) }),
    (x) =>
      b.pad(x, {
        low: x.type.shape.map(() => random.int(0, 2)),
        high: x.type.shape.map(() => 0),
        interior: x.type.shape.map(() => 0),
        value: random.pick([0, -0, 1]),
      }),
    (x) => {
      const starts = x.type.shape.map((dim) => random.int(0, Math.max(1, dim - 1)))
      const limits = x.type.shape.map((dim, axis) =>
        random.int((starts[axis] ?? 0) + Math.min(1, dim), dim + 1),
      )
      return b.slice(x, { starts, limits, steps: x.type.shape.map(() => random.int(1, 3)) })
    },
    (x) =>
      x.type.shape.length === 0
        ? b.neg(x)
        : b.concat(x, like(x), { axis: random.int(0, x.type.shape.length) }),
    // From bool only: the interpreter holds f32 in float64, so a cast to f32 rounds there.
    (x) =>
      b.cast(b.cast(b.lt(x, like(x)), { dtype: random.pick(['f64', 'i32', 'bool'] as const) }), {
        dtype: 'f32',
      }),
    (x) => {
      const y = pickOf(() => true)
      const pairs = x.type.shape.flatMap((dim, left) =>
        y.type.shape.flatMap((other, right) => (dim === other ? [[left, right] as const] : [])),
      )
      const first = pairs.length === 0 ? undefined : random.pick(pairs)
      const second = pairs.find(([left, right]) => left !== first?.[0] && right !== first?.[1])
      return b.dot(x, y, {
        leftContract: first === undefined ? [] : [first[0]],
        rightContract: first === undefined ? [] : [first[1]],
        leftBatch: second === undefined ? [] : [second[0]],
        rightBatch: second === undefined ? [] : [second[1]],
      })
    },
    (x) => {
      if (x.type.shape.length === 0 || (x.type.shape[0] ?? 0) < 2) return b.abs(x)
      const size = random.int(1, 3)
      const attrs = { axes: [0], sizes: [size], strides: [random.pick([1, size])], dilations: [1] }
      const windows = b.windows(x, attrs)
      return random.chance(0.5) ? windows : b.foldWindows(b.neg(windows), { ...attrs, shape: x.type.shape })
    },
  ]
  for (let k = 0; k < 25; k++) {
    const x = random.chance(0.7) ? (values.at(-1) as Value) : random.pick(values)
    const y = random.pick(made)(x)
    if (sizeOf(y.type.shape) <= 200 && y.type.shape.length <= 5 && sizeOf(y.type.shape) > 0) values.push(y)
  }
  return graphOf(inputs, ...values.slice(-4))
}

function shuffled(count: number, random: Random): readonly number[] {
  const order = Array.from({ length: count }, (_, k) => k)
  return order
    .map((k) => ({ k, key: random() }))
    .sort((x, y) => x.key - y.key)
    .map(({ k }) => k)
}

const someAxes = (x: Value, random: Random): readonly number[] =>
  x.type.shape.flatMap((_, axis) => (random.chance(0.4) ? [axis] : []))

function bindingsFor(graph: Graph, random: Random, kind: 'plain' | 'special'): Bindings {
  return Object.fromEntries(
    graph.inputs.map(({ value }) => {
      const { name, dtype, shape } = value.attrs
      return [name, toNdArray(dtype, shape, fillArray(dtype, sizeOf(shape), { kind }, random))]
    }),
  )
}

const bitsOf = ({ data }: NdArray): readonly string[] =>
  [...data].map((value) => (Object.is(value, -0) ? '-0' : `${value}`))

/** Rules that compute constants do so in f32, the interpreter in float64: left out where bits are compared. */
const withoutFolding = canonicalizeWith({ disable: ['elementwise-of-constants'] })

describe.each(Array.from({ length: 300 }, (_, k) => k + 1))('random graph %i', (seed) => {
  test('keeps every bit, verifies, and is a fixpoint', () => {
    const random = makeRandom(seed)
    const graph = randomGraph(random)

    const result = apply(withoutFolding, graph).graph

    verifyGraph(result)
    expect(apply(withoutFolding, result).graph).toBe(result)
    for (const kind of ['plain', 'special'] as const) {
      const bindings = bindingsFor(graph, random, kind)
      const before = interpret(graph, bindings).outputs
      const after = interpret(result, bindings).outputs
      for (const [name, array] of Object.entries(before)) {
        expect(bitsOf(after[name] as NdArray)).toEqual(bitsOf(array))
      }
    }
    expect(apply(canonicalize, apply(canonicalize, graph).graph).notes).toEqual([])
  })
})

test('the random graphs make most kinds of rules fire', () => {
  const fired = new Set<string>()
  for (let seed = 1; seed <= 300; seed++) {
    for (const { detail = '' } of apply(canonicalize, randomGraph(makeRandom(seed))).notes) fired.add(detail)
  }

  expect(fired.size).toBeGreaterThan(60)
})
