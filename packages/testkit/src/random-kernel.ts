// Random kernels that are valid by construction, for comparing runtimes with the interpreter. The same seed gives the same
// kernel and, through `inputs`, the same data. Sizes are small: what varies is shape, addressing, ops and stages.
import type {
  Accumulator,
  Combine,
  DType,
  Guard,
  IndexExpression,
  KernelBuffer,
  Stage,
  ValueId,
} from '@heddle/core'
import {
  addIndex,
  computes,
  delinearize,
  dtypeNames,
  dtypes as dtypeTable,
  indexAxis,
  indexConstant,
  indexValue,
  linearize,
  offsetIndex,
  scaleIndex,
} from '@heddle/core'
import type { CodeWriter } from './kernel-code.ts'
import { makeKernel, readBuffer, store, writeBuffer, writeCode } from './kernel-code.ts'
import type { KernelFixture } from './kernel-fixture.ts'
import { addressOf, kernelFixture } from './kernel-fixture.ts'
import { contraction } from './kernels-contract.ts'
import type { Fill, Random } from './random.ts'
import { makeRandom } from './random.ts'

export type RandomKernelKind = 'map' | 'reduce' | 'row' | 'contract' | 'scatter'

export interface RandomKernelOptions {
  /** Kinds to draw from; all when left out. */
  readonly kinds?: readonly RandomKernelKind[]
  /** dtypes to draw from. */
  readonly dtypes?: readonly DType[]
  /** Whether the f32 expansions of math functions are used. */
  readonly mathematics?: boolean
}

/** What a kernel under construction has: its axes and the read buffers made so far. */
interface Draft {
  readonly random: Random
  readonly extents: number[]
  readonly buffers: KernelBuffer[]
  readonly fills: Record<number, Fill>
  readonly dtypes: readonly DType[]
  readonly mathematics: boolean
}

export function randomKernel(seed: number, options: RandomKernelOptions = {}): KernelFixture {
  const random = makeRandom(seed)
  const {
    kinds = ['map', 'map', 'reduce', 'row', 'contract', 'scatter'],
    dtypes = ['f32', 'f32', ...dtypeNames],
    mathematics = true,
  } = options
  const draft: Draft = { random, extents: [], buffers: [], fills: {}, dtypes, mathematics }
  const kind = random.pick(kinds)
  const name = `random-${kind}-${seed}`
  switch (kind) {
    case 'map':
      return randomMap(name, draft)
    case 'reduce':
    case 'row':
      return randomReduce(name, draft, kind === 'row')
    case 'contract':
      return randomContract(name, draft)
    case 'scatter':
      return randomScatter(name, draft)
    default:
      return kind satisfies never
  }
}

function randomMap(name: string, draft: Draft): KernelFixture {
  const { random, extents, buffers } = draft
  const rows = addAxes(draft, random.int(0, 4), [1, 2, 3, 4, 5, 7, 8, 12, 16])
  const code = writeCode(buffers)
  const count = random.int(1, 4)
  const values = Array.from({ length: count }, () => randomValue(draft, code, rows))
  const stores = values.map((value, at) => {
    const dtype = code.dtypeOf(value)
    return store(addWrite(draft, dtype, rows, `y${at}`), addressOf(rows, extents), value)
  })
  const stage: Stage = { kind: 'map', axes: [], code: code.nodes, stores }
  return kernelFixture(makeKernel({ name, extents, rows, buffers, stages: [stage] }), draft.fills)
}

function randomReduce(name: string, draft: Draft, isRow: boolean): KernelFixture {
  const { random, extents, buffers } = draft
  const rows = addAxes(draft, random.int(0, 3), [1, 2, 3, 5])
  const inner = addAxes(draft, random.int(1, 3), [1, 2, 3, 7, 16, 17, 33, 48])
  const stages: Stage[] = []
  const results: { readonly dtype: DType; readonly stage: number; readonly accumulator: number }[] = []
  const readResults = (code: CodeWriter): ValueId[] =>
    results.map(({ dtype, stage, accumulator }) => code.accumulated(dtype, stage, accumulator))

  const reducing = random.int(1, 4)
  for (let position = 0; position < reducing; position++) {
    const code = writeCode(buffers)
    const earlier = readResults(code)
    const accumulators = Array.from({ length: random.int(1, 3) }, (): Accumulator => {
      const dtype = random.pick(draft.dtypes.filter(computes))
      const value = randomOf(draft, code, dtype, [...rows, ...inner], earlier, random.int(1, 5))
      const of = code.dtypeOf(value)
      const combines: Combine[] =
        of === 'bool' ? ['min', 'max'] : ['sum', 'sum', 'product', 'min', 'max', 'argmax', 'argmin']
      const combine = random.pick(combines)
      return { combine, dtype: combine === 'argmax' || combine === 'argmin' ? 'i32' : of, value }
    })
    const lanes = random.pick([1, 16] as const)
    stages.push({ kind: 'reduce', axes: inner, lanes, code: code.nodes, accumulators })
    for (const [accumulator, { dtype }] of accumulators.entries())
      results.push({ dtype, stage: position, accumulator })
  }
  const code = writeCode(buffers)
  const axes = isRow ? inner : []
  const over = [...rows, ...axes]
  const value = randomValue(draft, code, over, readResults(code))
  const write = addWrite(draft, code.dtypeOf(value), over, 'y')
  stages.push({
    kind: 'map',
    axes,
    code: code.nodes,
    stores: [store(write, addressOf(over, extents), value)],
  })
  return kernelFixture(makeKernel({ name, extents, rows, buffers, stages }), draft.fills)
}

function randomContract(name: string, { random }: Draft): KernelFixture {
  const extents: number[] = []
  const add = (count: number, sizes: readonly number[]): number[] =>
    Array.from({ length: count }, () => extents.push(random.pick(sizes)) - 1)
  const batch = add(random.int(0, 2), [1, 2, 3])
  const m = add(random.int(0, 3), [1, 2, 3, 5, 9])
  const n = add(random.int(0, 3), [1, 2, 4, 5, 7])
  const k = add(random.int(1, 3), [1, 2, 3, 8, 17])
  return contraction({
    name,
    extents,
    batch,
    m,
    n,
    k,
    a: shuffled(random, [...batch, ...m, ...k]),
    b: shuffled(random, [...batch, ...n, ...k]),
    rows: shuffled(random, [...batch, ...m, ...n]),
    block: random.pick([1, 3, 16, 256]),
    extra: random.chance(0.5) ? [n, [...batch, ...m]] : [],
    epilogue: (code, sum, extra) => {
      const [x = sum, y = sum] = extra
      return random.chance(0.5) ? code.op('maximum', code.op('add', sum, x), y) : code.op('mul', sum, x)
    },
  })
}

function randomScatter(name: string, draft: Draft): KernelFixture {
  const { random, extents, buffers, fills } = draft
  const rows = addAxes(draft, random.int(1, 3), [1, 3, 5, 8])
  const width = random.int(1, 6)
  const dtype = random.pick(['f32', 'i32', 'i64', 'u32'] as const)
  const code = writeCode(buffers)
  const ids =
    buffers.push(
      readBuffer(
        'i32',
        rows.reduce((size, axis) => size * extents[axis]!, 1),
        'ids',
      ),
    ) - 1
  fills[ids] = { kind: 'within', low: -1, high: width + 1 }
  const id = indexValue(code.load(ids, addressOf(rows, extents)))
  const value = randomOf(draft, code, dtype, rows, [], 2)
  const target = buffers.push(writeBuffer(dtype, width, 'y')) - 1
  const guards = [{ index: id, low: 0, high: width }]
  const stage: Stage = {
    kind: 'scatter',
    combine: random.pick(['add', 'add', 'assign', 'multiply', 'minimum', 'maximum'] as const),
    axes: [],
    code: code.nodes,
    buffer: target,
    index: id,
    guards,
    value,
  }
  return kernelFixture(makeKernel({ name, extents, rows, buffers, stages: [stage] }), fills)
}

function addAxes({ random, extents }: Draft, count: number, sizes: readonly number[]): number[] {
  return Array.from({ length: count }, () => {
    const extent = random.chance(0.03) ? 0 : random.pick(sizes)
    return extents.push(extent) - 1
  })
}

function addWrite({ buffers, extents }: Draft, dtype: DType, axes: readonly number[], label: string): number {
  const size = axes.reduce((product, axis) => product * extents[axis]!, 1)
  return buffers.push(writeBuffer(dtype, size, label)) - 1
}

function shuffled<T>(random: Random, items: readonly T[]): T[] {
  const result = [...items]
  for (let at = result.length - 1; at > 0; at--) {
    const other = random.int(0, at + 1)
    const item = result[at]!
    result[at] = result[other]!
    result[other] = item
  }
  return result
}

/** A random expression of a random dtype over the given axes; `given` are values it may use. */
function randomValue(
  draft: Draft,
  code: CodeWriter,
  axes: readonly number[],
  given: readonly ValueId[] = [],
): ValueId {
  return randomOf(draft, code, draft.random.pick(draft.dtypes), axes, given, draft.random.int(1, 5))
}

function randomOf(
  draft: Draft,
  code: CodeWriter,
  dtype: DType,
  axes: readonly number[],
  given: readonly ValueId[],
  depth: number,
): ValueId {
  const { random, dtypes, mathematics } = draft
  const same = (): ValueId => randomOf(draft, code, dtype, axes, given, depth - 1)
  const of = (other: DType): ValueId => randomOf(draft, code, other, axes, given, depth - 1)
  const fitting = given.filter((value) => code.dtypeOf(value) === dtype)
  if (depth <= 0 || random.chance(0.1) || (!computes(dtype) && random.chance(0.2))) {
    if (fitting.length > 0 && random.chance(0.4)) return random.pick(fitting)
    if (random.chance(0.15)) return randomConstant(random, code, dtype)
    if (dtype === 'i32' && random.chance(0.3)) return code.index(randomIndex(random, axes))
    return randomLoad(draft, code, dtype, axes)
  }
  if (random.chance(0.12)) return code.op('select', of('bool'), same(), same())
  if (computes(dtype) && random.chance(0.12)) {
    // Dtypes that are only stored are cast to what they compute as, and from that.
    const from = random.pick(dtypes.filter((each) => computes(each) || dtypeTable[each].computesAs === dtype))
    return from === dtype ? same() : code.convert('cast', dtype, of(from))
  }
  if (!computes(dtype)) return code.convert('cast', dtype, of(dtypeTable[dtype].computesAs))
  switch (dtype) {
    case 'f32':
    case 'f64': {
      if (mathematics && random.chance(0.1))
        return code.op(random.pick(['exp', 'tanh', 'log1p', 'sin', 'erf'] as const), same())
      if (random.chance(0.3)) {
        return code.op(
          random.pick(['neg', 'abs', 'floor', 'ceil', 'trunc', 'round', 'sqrt'] as const),
          same(),
        )
      }
      const binary = ['add', 'sub', 'mul', 'div', 'rem', 'minimum', 'maximum', 'add', 'mul'] as const
      return code.op(random.pick(binary), same(), same())
    }
    case 'i64':
    case 'i32':
    case 'u32': {
      if (dtype === 'i32' && dtypes.includes('u32') && random.chance(0.1))
        return code.convert('bitcast', dtype, of('u32'))
      if (random.chance(0.2)) return code.op(random.pick(['neg', 'abs', 'not'] as const), same())
      const binary = [
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
      ] as const
      return code.op(random.pick(binary), same(), same())
    }
    case 'bool': {
      if (random.chance(0.15)) return code.op('not', same())
      if (random.chance(0.3)) return code.op(random.pick(['and', 'or', 'xor'] as const), same(), same())
      if (random.chance(0.15)) return code.within(randomGuard(random, axes))
      const other = random.pick(dtypes.filter(computes))
      return code.compare(random.pick(['lt', 'le', 'eq', 'ne'] as const), of(other), of(other))
    }
    default:
      return dtype satisfies never
  }
}

function randomConstant(random: Random, code: CodeWriter, dtype: DType): ValueId {
  switch (dtype) {
    case 'bool':
      return code.constant(dtype, random.int(0, 2))
    case 'i32':
      return code.constant(dtype, random.pick([0, 1, -1, 7, -2147483648, 2147483647]))
    case 'u32':
      return code.constant(dtype, random.pick([0, 1, 7, 4294967295]))
    case 'f32':
    case 'f64':
      return code.constant(
        dtype,
        random.pick([0, -0, 1, -1, 0.5, 1e20, Number.NaN, Infinity, -Infinity].map(Math.fround)),
      )
    case 'f16':
    case 'bf16':
      return code.constant(dtype, random.pick([0, -0, 1, -1.5, Number.NaN, Infinity]))
    case 'i64':
      return code.constant(dtype, random.pick([0, 1, -1, 7, -(2 ** 53 - 1), 2 ** 40]))
    case 'i16':
    case 'i8':
    case 'u8':
      return code.constant(dtype, random.pick([0, 1, 7, Number(dtypeTable[dtype].lowest)]))
    default:
      return dtype satisfies never
  }
}

/** A small affine expression. */
function randomIndex(random: Random, axes: readonly number[]): IndexExpression {
  let index = indexConstant(random.int(-4, 5))
  for (const axis of axes) {
    if (random.chance(0.6))
      index = addIndex(index, scaleIndex(indexAxis(axis), random.pick([-2, -1, 1, 1, 3])))
  }
  return index
}

function randomGuard(random: Random, axes: readonly number[]): Guard {
  const low = random.int(-2, 4)
  return { index: randomIndex(random, axes), low, high: low + random.int(0, 8) }
}

/** A load from a new buffer: some of the axes in some order, reshaped, flipped, padded or through indices in an array. */
function randomLoad(draft: Draft, code: CodeWriter, dtype: DType, axes: readonly number[]): ValueId {
  const { random, extents, buffers, fills } = draft
  const ranges = (axis: number): number => extents[axis]!
  const used = random.chance(0.5) ? [...axes] : axes.filter(() => random.chance(0.7))
  const order = random.chance(0.6) ? used : shuffled(random, used)
  let shape = order.map(ranges)
  let indices = order.map((axis) => indexAxis(axis))
  const guards: Guard[] = []

  if (random.chance(0.25) && shape.length > 0) {
    const merged = shape.reduce((size, extent) => size * extent, 1)
    const factor = random.pick([1, 2, 3, 4].filter((candidate) => merged % candidate === 0))
    const to = [factor, merged / factor]
    indices = delinearize(linearize(indices, shape, ranges), to, ranges)
    shape = to
    if (random.chance(0.5)) [shape, indices] = [shape.toReversed(), indices.toReversed()]
  }
  for (const [at, extent] of shape.entries()) {
    const change = random()
    if (change < 0.15) {
      indices[at] = offsetIndex(scaleIndex(indices[at]!, -1), Math.max(extent - 1, 0)) // flipped
    } else if (change < 0.3) {
      const before = random.int(-2, 3)
      const size = Math.max(extent + random.int(-3, 2), 1)
      indices[at] = offsetIndex(indices[at]!, -before)
      shape[at] = size
      guards.push({ index: indices[at], low: 0, high: size })
    } else if (change < 0.4) {
      const [step, start] = [random.int(1, 4), random.int(0, 3)]
      indices[at] = offsetIndex(scaleIndex(indices[at]!, step), start)
      shape[at] = Math.max(start + step * (extent - 1) + 1, 1)
    } else if (change < 0.5) {
      const ids =
        buffers.push(
          readBuffer(
            'i32',
            axes.reduce((size, axis) => size * ranges(axis), 1),
            'ids',
          ),
        ) - 1
      fills[ids] = { kind: 'within', low: -2, high: extent + 2 }
      const raw = code.load(ids, addressOf(axes, extents))
      if (random.chance(0.5)) {
        const low = code.op('maximum', raw, code.constant('i32', 0))
        indices[at] = indexValue(code.op('minimum', low, code.constant('i32', Math.max(extent - 1, 0))))
      } else {
        indices[at] = indexValue(raw)
        guards.push({ index: indices[at], low: 0, high: extent })
      }
    }
  }
  const size = shape.reduce((product, extent) => product * extent, 1)
  const buffer = buffers.push(readBuffer(dtype, size, `x${buffers.length}`)) - 1
  fills[buffer] = { kind: random.pick(['plain', 'special', 'ties'] as const) }
  const otherwise = guards.length === 0 ? 0 : random.int(0, 2)
  return code.load(buffer, linearize(indices, shape, ranges), guards, otherwise)
}
