// Fixtures of contractions: every layout of the operands, batches, several axes a role, epilogues, odd and empty sizes, and
// operands that are expressions (an implicit im2col).
import type { ContractStage, IndexExpression, KernelBuffer, ValueId } from '@heddle/core'
import { addIndex, indexAxis, linearize, offsetIndex, scaleIndex } from '@heddle/core'
import type { CodeWriter } from './kernel-code.ts'
import { makeKernel, readBuffer, store, writeBuffer, writeCode } from './kernel-code.ts'
import type { KernelFixture } from './kernel-fixture.ts'
import { addressOf, kernelFixture } from './kernel-fixture.ts'

/** What a contraction is made of: its axes by role (`extents` names them all) and the order of axes in each array. */
export interface ContractParts {
  readonly name: string
  readonly extents: readonly number[]
  readonly batch: readonly number[]
  readonly m: readonly number[]
  readonly n: readonly number[]
  readonly k: readonly number[]
  /** Order of the axes in memory, outermost first. */
  readonly a: readonly number[]
  readonly b: readonly number[]
  /** Order of the result's axes; the kernel's rows. */
  readonly rows: readonly number[]
  readonly block: number
  readonly dtype?: 'f32' | 'f64'
  /** Further arrays the epilogue reads, each over some of the rows. */
  readonly extra?: readonly (readonly number[])[]
  readonly epilogue?: (code: CodeWriter, sum: ValueId, extra: readonly ValueId[]) => ValueId
}

const roles = { batch: [], m: [0], n: [1], k: [2] } as const
const matrix = { ...roles, rows: [0, 1] } as const

export const contractFixtures: readonly KernelFixture[] = [
  contraction({ name: 'contract-matmul', ...matrix, extents: [17, 21, 40], a: [0, 2], b: [2, 1], block: 16 }),
  contraction({
    name: 'contract-aligned',
    ...matrix,
    extents: [32, 32, 64],
    a: [0, 2],
    b: [2, 1],
    block: 256,
  }),
  contraction({
    name: 'contract-tall-blocks',
    ...matrix,
    extents: [9, 5, 300],
    a: [0, 2],
    b: [2, 1],
    block: 128,
  }),
  contraction({
    name: 'contract-transposed-a',
    ...matrix,
    extents: [13, 8, 30],
    a: [2, 0],
    b: [2, 1],
    block: 8,
  }),
  contraction({
    name: 'contract-transposed-b',
    ...matrix,
    extents: [6, 19, 33],
    a: [0, 2],
    b: [1, 2],
    block: 32,
  }),
  contraction({
    name: 'contract-transposed-both',
    ...matrix,
    extents: [7, 9, 10],
    a: [2, 0],
    b: [1, 2],
    block: 256,
  }),
  contraction({
    name: 'contract-transposed-result',
    ...matrix,
    extents: [7, 9, 10],
    a: [0, 2],
    b: [2, 1],
    rows: [1, 0],
    block: 256,
  }),
  contraction({ name: 'contract-one', ...matrix, extents: [1, 1, 1], a: [0, 2], b: [2, 1], block: 16 }),
  contraction({ name: 'contract-one-row', ...matrix, extents: [1, 50, 20], a: [0, 2], b: [2, 1], block: 16 }),
  contraction({
    name: 'contract-one-column',
    ...matrix,
    extents: [50, 1, 20],
    a: [0, 2],
    b: [2, 1],
    block: 16,
  }),
  contraction({
    name: 'contract-outer-product',
    ...matrix,
    extents: [11, 6, 1],
    a: [0, 2],
    b: [2, 1],
    block: 16,
  }),
  contraction({ name: 'contract-empty-sum', ...matrix, extents: [3, 4, 0], a: [0, 2], b: [2, 1], block: 16 }),
  contraction({ name: 'contract-no-rows', ...matrix, extents: [0, 4, 3], a: [0, 2], b: [2, 1], block: 16 }),
  contraction({
    name: 'contract-dot',
    extents: [100],
    batch: [],
    m: [],
    n: [],
    k: [0],
    a: [0],
    b: [0],
    rows: [],
    block: 32,
  }),
  contraction({
    name: 'contract-matrix-vector',
    extents: [30, 45],
    batch: [],
    m: [0],
    n: [],
    k: [1],
    a: [0, 1],
    b: [1],
    rows: [0],
    block: 32,
  }),
  contraction({
    name: 'contract-batch',
    extents: [3, 6, 5, 12],
    batch: [0],
    m: [1],
    n: [2],
    k: [3],
    a: [0, 1, 3],
    b: [0, 3, 2],
    rows: [0, 1, 2],
    block: 8,
  }),
  contraction({
    name: 'contract-batch-inside',
    extents: [3, 6, 5, 12],
    batch: [0],
    m: [1],
    n: [2],
    k: [3],
    a: [1, 0, 3],
    b: [3, 0, 2],
    rows: [1, 0, 2],
    block: 8,
  }),
  contraction({
    name: 'contract-batch-only',
    extents: [10, 7],
    batch: [0],
    m: [],
    n: [],
    k: [1],
    a: [0, 1],
    b: [1, 0],
    rows: [0],
    block: 4,
  }),
  contraction({
    name: 'contract-many-axes',
    extents: [2, 3, 2, 4, 3, 3, 5],
    batch: [0],
    m: [1, 2],
    n: [3, 4],
    k: [5, 6],
    a: [1, 5, 0, 6, 2],
    b: [6, 3, 0, 4, 5],
    rows: [0, 1, 2, 3, 4],
    block: 8,
  }),
  contraction({
    name: 'contract-shared-operand-axes',
    ...matrix,
    extents: [12, 10, 24],
    a: [0, 2],
    b: [2], // does not depend on n: a broadcast operand
    block: 16,
  }),
  contraction({
    name: 'contract-bias-relu',
    ...matrix,
    extents: [18, 12, 31],
    a: [0, 2],
    b: [2, 1],
    block: 16,
    extra: [[1]],
    epilogue: (code, sum, [bias]) => code.op('maximum', code.op('add', sum, bias!), code.constant('f32', 0)),
  }),
  contraction({
    name: 'contract-residual',
    ...matrix,
    extents: [10, 16, 20],
    a: [0, 2],
    b: [1, 2],
    block: 16,
    extra: [[0, 1], [0]],
    epilogue: (code, sum, [residual, scale]) => {
      const scaled = code.op('mul', code.op('tanh', sum), scale!)
      return code.op('add', scaled, residual!)
    },
  }),
  contraction({
    name: 'contract-f64',
    ...matrix,
    extents: [5, 6, 40],
    a: [0, 2],
    b: [2, 1],
    block: 16,
    dtype: 'f64',
  }),
  convolution(),
  fusedOperand(),
]

export function contraction(parts: ContractParts): KernelFixture {
  const { name, extents, batch, m, n, k, a, b, rows, block, dtype = 'f32', extra = [], epilogue } = parts
  const sizeOf = (axes: readonly number[]): number => axes.reduce((size, axis) => size * extents[axis]!, 1)
  const buffers: KernelBuffer[] = [
    readBuffer(dtype, sizeOf(a), 'a'),
    readBuffer(dtype, sizeOf(b), 'b'),
    ...extra.map((axes, at) => readBuffer(dtype, sizeOf(axes), `extra${at}`)),
    writeBuffer(dtype, sizeOf(rows), 'y'),
  ]
  const operands = writeCode(buffers)
  const stage: ContractStage = {
    kind: 'contract',
    batch,
    m,
    n,
    k,
    block,
    dtype,
    a: operands.load(0, addressOf(a, extents)),
    b: operands.load(1, addressOf(b, extents)),
    code: operands.nodes,
  }
  const outer = writeCode(buffers)
  const sum = outer.accumulated(dtype, 0)
  const others = extra.map((axes, at) => outer.load(2 + at, addressOf(axes, extents)))
  const value = epilogue === undefined ? sum : epilogue(outer, sum, others)
  const stores = [store(buffers.length - 1, addressOf(rows, extents), value)]
  const stages = [stage, { kind: 'map', axes: [], code: outer.nodes, stores }] as const
  return kernelFixture(makeKernel({ name, extents, rows, buffers, stages }))
}

/** 3x3 convolution with padding 1 and stride 2 over [image, channel, y, x]: the operand is read through guards. */
function convolution(): KernelFixture {
  // image, filter, row, column | channel, ky, kx
  const extents = [2, 5, 4, 4, 3, 3, 3]
  const [image, filter, row, column, channel, ky, kx] = extents.map((_, axis) => indexAxis(axis))
  const buffers = [
    readBuffer('f32', 2 * 3 * 7 * 7, 'x'),
    readBuffer('f32', 5 * 27, 'w'),
    writeBuffer('f32', 160, 'y'),
  ]
  const along = (out: IndexExpression, tap: IndexExpression): IndexExpression =>
    offsetIndex(addIndex(scaleIndex(out, 2), tap), -1)
  const [y, x] = [along(row!, ky!), along(column!, kx!)]
  const guards = [y, x].map((index) => ({ index, low: 0, high: 7 }))
  const operands = writeCode(buffers)
  const patch = operands.load(0, linearize([image!, channel!, y, x], [2, 3, 7, 7]), guards)
  const weight = operands.load(1, linearize([filter!, channel!, ky!, kx!], [5, 3, 3, 3]))
  const outer = writeCode(buffers)
  const sum = outer.accumulated('f32', 0)
  const stages = [
    {
      kind: 'contract',
      batch: [],
      m: [0, 2, 3],
      n: [1],
      k: [4, 5, 6],
      block: 16,
      dtype: 'f32',
      code: operands.nodes,
      a: patch,
      b: weight,
    },
    { kind: 'map', axes: [], code: outer.nodes, stores: [store(2, addressOf([0, 1, 2, 3], extents), sum)] },
  ] as const
  return kernelFixture(
    makeKernel({ name: 'contract-convolution', extents, rows: [0, 1, 2, 3], buffers, stages }),
  )
}

/** An elementwise prologue on both operands: `(relu(a) * s[k]) · (b - 1)`. */
function fusedOperand(): KernelFixture {
  const extents = [9, 7, 26]
  const buffers = [
    readBuffer('f32', 9 * 26, 'a'),
    readBuffer('f32', 26 * 7, 'b'),
    readBuffer('f32', 26, 's'),
    writeBuffer('f32', 63, 'y'),
  ]
  const operands = writeCode(buffers)
  const relu = operands.op(
    'maximum',
    operands.load(0, addressOf([0, 2], extents)),
    operands.constant('f32', 0),
  )
  const a = operands.op('mul', relu, operands.load(2, indexAxis(2)))
  const b = operands.op('sub', operands.load(1, addressOf([2, 1], extents)), operands.constant('f32', 1))
  const outer = writeCode(buffers)
  const sum = outer.accumulated('f32', 0)
  const stages = [
    { kind: 'contract', ...roles, block: 16, dtype: 'f32', code: operands.nodes, a, b },
    { kind: 'map', axes: [], code: outer.nodes, stores: [store(3, addressOf([0, 1], extents), sum)] },
  ] as const
  const kernel = makeKernel({ name: 'contract-fused-operands', extents, rows: [0, 1], buffers, stages })
  return kernelFixture(kernel)
}
