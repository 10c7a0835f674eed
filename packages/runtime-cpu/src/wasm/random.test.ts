// Kernels made at random, bit for bit as the interpreter has them: any dtype, shape, layout, broadcasting, guard, order of
// reduction. A failing seed is in the test's message.
import {
  addIndex,
  type DType,
  dtypes,
  type Guard,
  type IndexExpression,
  indexAxis,
  indexConstant,
  indexValue,
  type Kernel,
  type KernelBuffer,
  offsetIndex,
  quotientIndex,
  remainderIndex,
  runKernel,
  type ScalarOp,
  type Stage,
  type Store,
  scaleIndex,
  type TypedArray,
  type ValueId,
  verifyKernel,
} from '@heddle/core'
import {
  type CodeWriter,
  contraction,
  fillArray,
  makeKernel,
  makeRandom,
  planOfKernel,
  type Random,
  readBuffer,
  writeBuffer,
  writeCode,
} from '@heddle/testkit'
import { describe, expect, test } from 'vitest'
import { wasmBackend } from './backend.ts'

const backend = wasmBackend()
const extentsToPick = [1, 2, 3, 4, 5, 7, 8, 9, 16, 17, 20, 33, 48]
const allTypes: readonly DType[] = ['f32', 'f32', 'f32', 'i32', 'u32', 'bool', 'f64']

/** A row-major layout of some of the axes, in a random order now and then. */
function layout(random: Random, axes: readonly number[], extents: readonly number[]) {
  const kept = axes.filter(() => random.chance(0.8))
  if (random.chance(0.25)) kept.reverse()
  let size = 1
  let index: IndexExpression = indexConstant(0)
  for (const axis of kept.toReversed()) {
    const flipped = random.chance(0.1)
    const term = scaleIndex(indexAxis(axis), flipped ? -size : size)
    index = addIndex(index, flipped ? offsetIndex(term, size * (extents[axis]! - 1)) : term)
    size *= extents[axis]!
  }
  return { index, size }
}

const floatOps: readonly ScalarOp[] = ['add', 'sub', 'mul', 'div', 'minimum', 'maximum', 'rem']
const floatUnary: readonly ScalarOp[] = [
  'neg',
  'abs',
  'floor',
  'ceil',
  'trunc',
  'round',
  'sqrt',
  'exp',
  'tanh',
  'log',
]
const intOps: readonly ScalarOp[] = [
  'add',
  'sub',
  'mul',
  'div',
  'rem',
  'minimum',
  'maximum',
  'and',
  'or',
  'xor',
  'shl',
  'shr',
]
const boolOps: readonly ScalarOp[] = ['and', 'or', 'xor', 'minimum', 'maximum']

/** Adds random operations on the values there are, and gives all values. */
function randomCode(random: Random, code: CodeWriter, first: readonly ValueId[], count: number): ValueId[] {
  const values = [...first]
  for (const value of [0, -0, 1.5, Number.NaN])
    if (random.chance(0.3)) values.push(code.constant('f32', value))
  const convert = (value: ValueId, dtype: DType): ValueId =>
    code.dtypeOf(value) === dtype ? value : code.convert('cast', dtype, value)
  for (let at = 0; at < count; at++) {
    const x = random.pick(values)
    const dtype = code.dtypeOf(x)
    const y = convert(random.pick(values), dtype)
    const choice = random()
    if (choice < 0.15) values.push(code.convert('cast', random.pick(allTypes), x))
    else if (choice < 0.25) values.push(code.compare(random.pick(['lt', 'le', 'eq', 'ne'] as const), x, y))
    else if (choice < 0.35) values.push(code.op('select', convert(random.pick(values), 'bool'), x, y))
    else if (dtypes[dtype].kind === 'float') {
      const unary = random.chance(0.3)
      values.push(unary ? code.op(random.pick(floatUnary), x) : code.op(random.pick(floatOps), x, y))
    } else if (dtype === 'bool') {
      values.push(random.chance(0.2) ? code.op('not', x) : code.op(random.pick(boolOps), x, y))
    } else if (random.chance(0.2)) values.push(code.op(random.pick(['neg', 'abs', 'not'] as const), x))
    else if (random.chance(0.1)) values.push(code.convert('bitcast', dtype === 'i32' ? 'u32' : 'i32', x))
    else values.push(code.op(random.pick(intOps), x, y))
  }
  return values
}

interface Draft {
  readonly random: Random
  readonly extents: readonly number[]
  readonly buffers: KernelBuffer[]
}

/** Loads of new buffers over `axes`, some of them guarded, shifted, or at a place that is data. */
function randomLoads(
  draft: Draft,
  code: CodeWriter,
  axes: readonly number[],
  types: readonly DType[],
): ValueId[] {
  const { random, extents, buffers } = draft
  const ranges = (axis: number): number => extents[axis]!
  const loads: ValueId[] = []
  const count = random.int(1, 4)
  for (let at = 0; at < count; at++) {
    const { index, size } = layout(random, axes, extents)
    const buffer = buffers.length
    const kind = random()
    if (kind < 0.1 && size > 1) {
      // A window moved over the array: guarded, in range somewhere.
      const shifted = offsetIndex(index, random.int(-3, 4))
      const guard: Guard = { index: shifted, low: 0, high: size }
      buffers.push(readBuffer(random.pick(types), size, `b${buffer}`))
      loads.push(code.load(buffer, shifted, [guard], 1))
    } else if (kind < 0.2) {
      const by = random.int(2, 6)
      const source = remainderIndex(quotientIndex(index, random.int(1, 4), ranges), by, ranges)
      buffers.push(readBuffer(random.pick(types), by, `b${buffer}`))
      loads.push(code.load(buffer, source))
    } else if (kind < 0.28) {
      buffers.push(
        readBuffer('i32', size, `b${buffer}`),
        readBuffer(random.pick(types), 50, `b${buffer + 1}`),
      )
      const place = indexValue(code.load(buffer, index))
      loads.push(code.load(buffer + 1, place, [{ index: place, low: 0, high: 50 }], 0))
    } else if (kind < 0.36 && axes.length > 0) {
      // Every second element of the innermost axis, as a pooling window reads.
      const { index: outer, size: rest } = rowMajor(axes.slice(0, -1), extents)
      const width = extents[axes.at(-1)!]! * 2
      const place = addIndex(scaleIndex(outer, width), scaleIndex(indexAxis(axes.at(-1)!), 2))
      buffers.push(readBuffer(random.pick(types), rest * width, `b${buffer}`))
      loads.push(code.load(buffer, offsetIndex(place, random.int(0, 2))))
    } else if (kind < 0.46 && axes.length > 0) {
      // A border around the innermost axis.
      const { index: outer, size: rest } = rowMajor(axes.slice(0, -1), extents)
      const width = random.int(1, 12)
      const column = offsetIndex(indexAxis(axes.at(-1)!), random.int(-4, 3))
      const place = addIndex(scaleIndex(outer, width), column)
      buffers.push(readBuffer(random.pick(types), rest * width, `b${buffer}`))
      loads.push(code.load(buffer, place, [{ index: column, low: 0, high: width }], 1))
    } else {
      buffers.push(readBuffer(random.pick(types), size, `b${buffer}`))
      loads.push(code.load(buffer, index))
    }
  }
  if (random.chance(0.3)) loads.push(code.index(layout(random, axes, extents).index))
  if (random.chance(0.2)) {
    const { index, size } = layout(random, axes, extents)
    loads.push(code.within({ index, low: random.int(0, 3), high: random.int(1, size + 2) }))
  }
  return loads
}

function rowMajor(
  axes: readonly number[],
  extents: readonly number[],
): { index: IndexExpression; size: number } {
  let size = 1
  let index: IndexExpression = indexConstant(0)
  for (const axis of axes.toReversed()) {
    index = addIndex(index, scaleIndex(indexAxis(axis), size))
    size *= extents[axis]!
  }
  return { index, size }
}

function randomStores(
  draft: Draft,
  axes: readonly number[],
  code: CodeWriter,
  values: readonly ValueId[],
): Store[] {
  const { random, extents, buffers } = draft
  return Array.from({ length: random.int(1, 4) }, () => {
    const { index, size } = rowMajor(axes, extents)
    const value = random.chance(0.7) ? values.at(-1)! : random.pick(values)
    buffers.push(writeBuffer(code.dtypeOf(value), size, `o${buffers.length}`))
    return { buffer: buffers.length - 1, index, value }
  })
}

function randomMap(random: Random): Kernel {
  const rank = random.int(0, 4)
  const extents = Array.from({ length: rank }, () => random.pick(extentsToPick))
  const rows = extents.map((_, axis) => axis)
  const draft: Draft = { random, extents, buffers: [] }
  const code = writeCode(draft.buffers)
  const types = random.chance(0.6) ? (['f32', 'i32', 'bool'] as const) : allTypes
  const loads = randomLoads(draft, code, rows, types)
  const values = randomCode(random, code, loads, random.int(0, 12))
  const stores = randomStores(draft, rows, code, values)
  return makeKernel({
    name: 'random map',
    extents,
    rows,
    buffers: draft.buffers,
    stages: [{ kind: 'map', axes: [], code: code.nodes, stores }],
  })
}

function randomReduction(random: Random): Kernel {
  const rows = [0, 1].slice(0, random.int(0, 3))
  const axes = [2, 3].slice(0, random.int(1, 3))
  const extents = Array.from({ length: 4 }, () => random.pick(extentsToPick))
  const draft: Draft = { random, extents, buffers: [] }
  const stages: Stage[] = []
  const accumulators: { dtype: DType; stage: number; at: number }[] = []
  for (let stage = 0; stage < random.int(1, 3); stage++) {
    const code = writeCode(draft.buffers)
    const loads = randomLoads(draft, code, [...rows, ...axes], random.chance(0.7) ? ['f32'] : allTypes)
    if (accumulators.length > 0 && random.chance(0.7)) {
      const before = random.pick(accumulators)
      loads.push(code.accumulated(before.dtype, before.stage, before.at))
    }
    const values = randomCode(random, code, loads, random.int(0, 5))
    const made = Array.from({ length: random.int(1, 3) }, (_, at) => {
      const value = random.pick(values)
      const dtype = code.dtypeOf(value)
      const combine = random.pick(
        dtype === 'bool'
          ? (['min', 'max'] as const)
          : (['sum', 'sum', 'product', 'min', 'max', 'argmax', 'argmin'] as const),
      )
      const result = combine === 'argmax' || combine === 'argmin' ? 'i32' : dtype
      accumulators.push({ dtype: result, stage, at })
      return { combine, dtype: result, value }
    })
    stages.push({
      kind: 'reduce',
      axes,
      lanes: random.pick([1, 16] as const),
      code: code.nodes,
      accumulators: made,
    })
  }
  const mapAxes = random.chance(0.5) ? axes : []
  const code = writeCode(draft.buffers)
  const results = accumulators.map(({ dtype, stage, at }) => code.accumulated(dtype, stage, at))
  const loads = mapAxes.length > 0 ? randomLoads(draft, code, [...rows, ...mapAxes], ['f32']) : []
  const values = randomCode(random, code, [...loads, ...results], random.int(0, 5))
  const stores = randomStores(draft, [...rows, ...mapAxes], code, values)
  stages.push({ kind: 'map', axes: mapAxes, code: code.nodes, stores })
  return makeKernel({ name: 'random reduction', extents, rows, buffers: draft.buffers, stages })
}

function shuffled<T>(random: Random, items: readonly T[]): T[] {
  const order = [...items]
  for (let at = order.length - 1; at > 0; at--) {
    const other = random.int(0, at + 1)
    const item = order[at]!
    order[at] = order[other]!
    order[other] = item
  }
  return order
}

/** Several axes of every role, operands and result in any order of axes, and an epilogue. */
function randomContraction(random: Random): Kernel {
  const roles: [number[], number[], number[], number[]] = [[], [], [], []]
  const extents: number[] = []
  for (const [role, most] of [2, 3, 3, 3].entries()) {
    for (let count = random.int(0, most); count > 0; count--) {
      roles[role]!.push(extents.length)
      extents.push(random.pick(extents.length > 3 ? [1, 2, 3, 5] : [1, 2, 4, 7, 8, 13, 20]))
    }
  }
  const [batch, m, n, k] = roles
  const rows = random.chance(0.7) ? [...batch, ...m, ...n] : shuffled(random, [...batch, ...m, ...n])
  const inOrder = (axes: number[]): number[] => (random.chance(0.5) ? axes : shuffled(random, axes))
  const extra = Array.from({ length: random.int(0, 3) }, () => rows.filter(() => random.chance(0.7)))
  const stores = random.chance(0.5)
  const { kernel } = contraction({
    name: 'random contraction',
    extents,
    batch,
    m,
    n,
    k,
    a: inOrder([...batch, ...m, ...k]),
    b: inOrder([...batch, ...k, ...n]),
    rows,
    block: random.pick([1, 3, 16, 256]),
    extra,
    epilogue: (code, sum, others) =>
      (stores ? randomCode(random, code, [sum, ...others], 4) : [sum]).findLast(
        (value) => code.dtypeOf(value) === 'f32',
      )!,
  })
  return random.chance(0.3) ? withBoolResult(kernel) : kernel
}

/** Stores whether the result is positive instead: then no output has room for the sums. */
function withBoolResult(kernel: Kernel): Kernel {
  const [contract, map] = kernel.stages
  if (contract === undefined || map?.kind !== 'map') return kernel
  const value = map.stores[0]!.value
  const zero = map.code.length
  const code: Kernel['stages'][number]['code'] = [
    ...map.code,
    { op: 'const', dtype: 'f32', value: 0 },
    { op: 'lt', dtype: 'bool', args: [zero, value] },
  ]
  const stores = map.stores.map((store) => ({ ...store, value: zero + 1 }))
  const buffers = kernel.buffers.map((buffer) =>
    buffer.access === 'write' ? { ...buffer, dtype: 'bool' as const } : buffer,
  )
  return { ...kernel, buffers, stages: [contract, { ...map, code, stores }] }
}

function runOnWasm(kernel: Kernel, arrays: readonly TypedArray[]): TypedArray[] {
  const { plan, inputs } = planOfKernel({ kernel, inputs: () => arrays.map((array) => array.slice()) })
  const executable = backend.prepareSync(plan)
  const given = inputs(0).map((data, at) => {
    const buffer = backend.allocate(plan.inputs[at]!.dtype, data.length)
    backend.write(buffer, data)
    return buffer
  })
  const outputs = plan.outputs.map(({ dtype, buffer }) => backend.allocate(dtype, plan.buffers[buffer]!.size))
  executable.run(given, outputs)
  const results = outputs.map((buffer) => backend.readSync(buffer))
  for (const buffer of [...given, ...outputs]) backend.free(buffer)
  executable.dispose()
  return results
}

function checkSeed(seed: number, make: (random: Random) => Kernel): void {
  const random = makeRandom(seed)
  const kernel = make(random)
  verifyKernel(kernel)
  const kind = random.pick(['plain', 'special', 'ties'] as const)
  const arrays = kernel.buffers.map(({ dtype, size }) => fillArray(dtype, size, { kind }, random))
  const got = runOnWasm(kernel, arrays)
  runKernel(kernel, arrays)
  const wanted = arrays.filter((_, at) => kernel.buffers[at]!.access === 'write')
  wanted.forEach((array, at) => {
    const wrong = array.findIndex((value, i) => !Object.is(value, got[at]![i]))
    const detail = `element ${wrong} of output ${at} is ${got[at]![wrong]}, not ${array[wrong]}`
    expect(wrong, `seed ${seed}: ${detail}`).toBe(-1)
  })
}

describe('wasm runs random kernels bit-identically to the interpreter', () => {
  test('maps, seeds 1 to 200', () => {
    for (let seed = 1; seed <= 200; seed++) checkSeed(seed, randomMap)
  })

  test('contractions, seeds 1 to 200', () => {
    for (let seed = 1; seed <= 200; seed++) checkSeed(seed, randomContraction)
  })

  test('reductions and row kernels, seeds 1 to 40', () => {
    for (let seed = 1; seed <= 40; seed++) checkSeed(seed, randomReduction)
  }, 30_000)
})
