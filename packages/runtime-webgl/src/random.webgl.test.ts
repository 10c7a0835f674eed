// Kernels drawn at random against the interpreter: addresses with quotients, remainders, guards and data-dependent parts,
// reductions of every kind over odd extents. All values are small integers, so that every order of combination gives the
// same result and the device must be exact. The seed of a failing case is in its name.
import {
  addIndex,
  type Combine,
  type Guard,
  type IndexExpression,
  indexAxis,
  indexConstant,
  indexRange,
  indexValue,
  type Kernel,
  offsetIndex,
  quotientIndex,
  remainderIndex,
  runKernel,
  type ScalarOp,
  type Stage,
  scaleIndex,
  type TypedArray,
  verifyKernel,
} from '@heddle/core'
import {
  addressOf,
  type CodeWriter,
  fillArray,
  makeKernel,
  makeRandom,
  planOfKernel,
  type Random,
  readBuffer,
  store,
  writeBuffer,
  writeCode,
} from '@heddle/testkit'
import { afterAll, expect, test } from 'vitest'
import { webgl } from './index.ts'

const backend = webgl({ debug: true })
afterAll(() => backend.dispose())

const FIRST_SEED = 1
const CASES = 24

const extentsToPick = [1, 2, 3, 4, 5, 8, 12, 16, 7]

interface Case {
  readonly kernel: Kernel
  readonly data: readonly TypedArray[]
}

/** A kernel with a few rows, perhaps a reduction or two, and a map that reads everything. */
function randomCase(seed: number): Case {
  const random = makeRandom(seed)
  const extents = Array.from({ length: random.int(1, 6) }, () => random.pick(extentsToPick))
  const rowCount = random.int(0, Math.min(4, extents.length + 1))
  const rows = extents.map((_, axis) => axis).slice(0, rowCount)
  const reduced = extents.map((_, axis) => axis).slice(rowCount)
  const size = rows.reduce((product, axis) => product * extents[axis]!, 1)
  const sizes = Array.from({ length: 3 }, () => random.pick([1, 5, 16, 60, 97]))
  const dtypes = [random.pick(['f32', 'i32', 'u32', 'bool'] as const), 'f32', 'i32'] as const
  const reads = sizes.map((length, at) => readBuffer(dtypes[at]!, length, `x${at}`))
  const result = random.pick(['f32', 'i32'] as const)
  const buffers = [...reads, writeBuffer(result, size, 'y'), writeBuffer('i32', size, 'z')]
  const stages: Stage[] = []
  const results: { dtype: 'f32' | 'i32'; stage: number; accumulator: number }[] = []
  for (let stage = random.int(0, 3); stage > 0 && reduced.length > 0; stage--) {
    const axes = reduced.filter(() => random.chance(0.7))
    const code = writeCode(buffers)
    const scope = { code, extents, axes: [...rows, ...axes], random, sizes }
    const accumulators = Array.from({ length: random.int(1, 3) }, () => {
      const value = randomValue(scope, random.pick(['f32', 'i32'] as const))
      const combine: Combine = random.pick(['sum', 'min', 'max', 'argmax', 'argmin', 'product'] as const)
      const isProduct = combine === 'product'
      const kept = isProduct
        ? code.op('select', code.compare('eq', value, value), code.constant(code.dtypeOf(value), -1), value)
        : value
      const dtype = combine.startsWith('arg') ? 'i32' : (code.dtypeOf(value) as 'f32' | 'i32')
      return { combine, dtype, value: kept }
    })
    for (const [accumulator, { dtype }] of accumulators.entries()) {
      results.push({ dtype, stage: stages.length, accumulator })
    }
    stages.push({ kind: 'reduce', axes, lanes: 16, code: code.nodes, accumulators })
  }
  const code = writeCode(buffers)
  const scope = { code, extents, axes: rows, random, sizes }
  const values = (['f32', 'i32'] as const).map((dtype) => {
    const own = results.filter((entry) => entry.dtype === dtype)
    const start = randomValue(scope, dtype)
    return own.reduce(
      (sum, { stage, accumulator }) => code.op('add', sum, code.accumulated(dtype, stage, accumulator)),
      start,
    )
  })
  const stores = [
    store(3, addressOf(rows, extents), values[result === 'f32' ? 0 : 1]!),
    store(4, addressOf(rows, extents), values[1]!),
  ]
  stages.push({ kind: 'map', axes: [], code: code.nodes, stores })
  const kernel = makeKernel({ name: `random-${seed}`, extents, rows, buffers, stages })
  const data = buffers.map(({ dtype, size: length }) => fillArray(dtype, length, { kind: 'ties' }, random))
  return { kernel, data }
}

interface Scope {
  readonly code: CodeWriter
  readonly extents: readonly number[]
  /** Axes an address may use. */
  readonly axes: readonly number[]
  readonly random: Random
  readonly sizes: readonly number[]
}

function randomIndex({ extents, axes, random }: Scope): IndexExpression {
  const ranges = (axis: number): number => extents[axis]!
  if (random.chance(0.4)) return offsetIndex(addressOf(axes, extents), random.pick([0, 0, -3, 4, 1]))
  let index = indexConstant(random.int(-2, 3))
  for (const axis of axes) {
    if (random.chance(0.8)) index = addIndex(index, scaleIndex(indexAxis(axis), random.int(-2, 5)), ranges)
  }
  if (random.chance(0.3)) index = quotientIndex(index, random.int(2, 6), ranges)
  if (random.chance(0.3)) index = remainderIndex(index, random.pick([3, 4, 8, 10]), ranges)
  return index
}

/** A load guarded into its buffer, now and then at a place another load says. */
function randomLoad(scope: Scope, buffer: number): number {
  const { code, random, sizes, extents } = scope
  const size = sizes[buffer]!
  let index = randomIndex(scope)
  if (random.chance(0.2)) {
    const table = randomIndex(scope)
    const loaded = code.load(2, table, [{ index: table, low: 0, high: sizes[2]! }], 1)
    const low = code.op('maximum', loaded, code.constant('i32', -3))
    index = addIndex(index, indexValue(code.op('minimum', low, code.constant('i32', 40))))
  }
  const { low, high } = indexRange(index, (axis) => extents[axis]!)
  const guards: Guard[] = low >= 0 && high < size ? [] : [{ index, low: 0, high: size }]
  if (random.chance(0.2)) guards.push({ index: randomIndex(scope), low: 0, high: 9 })
  return code.load(buffer, index, guards, code.nodes.length % 2)
}

function randomValue(scope: Scope, dtype: 'f32' | 'i32'): number {
  const { code, random } = scope
  const toType = (value: number): number =>
    code.dtypeOf(value) === dtype ? value : code.convert('cast', dtype, value)
  let value = toType(randomLoad(scope, random.int(0, 3)))
  for (let step = random.int(0, 3); step > 0; step--) {
    const other = toType(
      random.chance(0.3) ? code.index(randomIndex(scope)) : randomLoad(scope, random.int(0, 3)),
    )
    const op: ScalarOp = random.pick(['add', 'sub', 'minimum', 'maximum'] as const)
    const both = code.op(op, value, other)
    const guard = { index: randomIndex(scope), low: -1, high: 6 }
    value = random.chance(0.3) ? code.op('select', code.within(guard), both, value) : both
  }
  return value
}

for (let seed = FIRST_SEED; seed < FIRST_SEED + CASES; seed++) {
  test(`random kernel of seed ${seed}: the device is exact`, () => {
    const { kernel, data } = randomCase(seed)
    verifyKernel(kernel)
    const expected = data.map((values) => values.slice())
    runKernel(kernel, expected)
    const { plan } = planOfKernel({ kernel, inputs: () => [...data] })
    const executable = backend.prepareSync(plan)
    const inputs = plan.inputs.map(({ dtype }, at) => {
      const buffer = backend.allocate(dtype, data[at]!.length)
      backend.write(buffer, data[at]!)
      return buffer
    })
    const outputs = plan.outputs.map(({ dtype, buffer }) =>
      backend.allocate(dtype, plan.buffers[buffer]!.size),
    )

    executable.run(inputs, outputs)

    const [y, z] = outputs.map((output) => [...backend.readSync(output)].map((value) => Number(value) + 0))
    executable.dispose()
    for (const buffer of [...inputs, ...outputs]) backend.free(buffer)
    expect(y).toEqual([...expected[3]!].map((value) => Number(value) + 0))
    expect(z).toEqual([...expected[4]!].map((value) => Number(value) + 0))
  })
}
