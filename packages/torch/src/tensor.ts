// The tensor of PyTorch: a box of lazy contents, and its place in autograd's graph. Methods say what an operation is called,
// what backward would need, and how its value is recorded; nothing runs until contents are looked at.
// It is long because operations are methods, and a class cannot be spread over files.
import * as core from '@heddle/core'
import { formatShape, type Nested, sizeOf, type TypedArray, type Value, withProvenance } from '@heddle/core'
import { onesLike, runBackward, sum as sumCells } from './autograd/backward.ts'
import { isGradEnabled } from './autograd/grad-mode.ts'
import { type Entry, type GradNode, type Leaf, type RecordOptions, record } from './autograd/record.ts'
import { bool, canCast, type DType, dtypeOf, float32, resultDType } from './dtypes.ts'
import {
  type Box,
  type Cell,
  cellOfData,
  cellOfValue,
  currentEpoch,
  forgetGradient,
  noteGradient,
  readCell,
  valueIn,
  viewBox,
  writeBox,
} from './engine/epoch.ts'
import * as errors from './errors.ts'
import {
  type Dims,
  inferShape,
  type ReduceOptions,
  reductionOf,
  resolveDim,
  sizesOf,
} from './tensor-options.ts'

export type Operand = Tensor | number
/** A recorded value, or a number beside one. */
type Recorded = Value | number
type Binary = (x: Value, y: Recorded) => Value

export interface BackwardOptions {
  /** What backward would need again is kept. Default false. */
  readonly retainGraph?: boolean
}

export class Tensor implements Leaf {
  /** The shared, changeable contents; of the engine, not of users. */
  readonly box: Box
  /** Of the engine: the input this leaf last entered a trace as. */
  entry: Entry | undefined
  #gradFn: GradNode | null
  #requiresGrad: boolean
  #grad: Tensor | null = null

  constructor(box: Box, gradFn: GradNode | null = null, requiresGrad: boolean = gradFn !== null) {
    this.box = box
    this.#gradFn = gradFn
    this.#requiresGrad = requiresGrad
  }

  get shape(): readonly number[] {
    return this.box.cell.type.shape
  }
  get dtype(): DType {
    return dtypeOf(this.box.cell.type.dtype)
  }
  get ndim(): number {
    return this.shape.length
  }
  dim(): number {
    return this.shape.length
  }
  numel(): number {
    return sizeOf(this.shape)
  }
  size(): readonly number[]
  size(dim: number): number
  size(dim?: number): number | readonly number[] {
    return dim === undefined ? this.shape : (this.shape[resolveDim(dim, this.ndim)] ?? 1)
  }
  get _version(): number {
    return this.box.version
  }

  // Looking at contents: what was recorded runs.

  /** The one element there is. */
  item(): number | boolean {
    if (this.numel() !== 1) throw errors.itemCount(this.numel())
    const value = core.hostArray(this.dtype.core, [], readCell(this.box.cell)).item()
    return this.dtype === bool ? value === 1 : value
  }
  /** Nested arrays of numbers or booleans. */
  tolist(): Nested {
    return core.hostArray(this.dtype.core, this.shape, readCell(this.box.cell)).toNested()
  }
  /** A copy of the elements in row-major order; bools are 0 and 1. */
  toArray(): TypedArray {
    return readCell(this.box.cell)
  }
  toString(): string {
    return `tensor(${this.dtype.name}${formatShape(this.shape)})`
  }

  // Autograd.

  get requiresGrad(): boolean {
    return this.#requiresGrad
  }
  set requiresGrad(value: boolean) {
    this.requiresGrad_(value)
  }
  requiresGrad_(value = true): this {
    if (value && !this.dtype.isFloatingPoint) throw errors.floatingOnly()
    if (!value && this.#gradFn !== null) throw errors.requiresGradOfNonLeaf()
    this.#requiresGrad = value
    if (!value) this.entry = undefined
    return this
  }
  get isLeaf(): boolean {
    return this.#gradFn === null
  }
  get gradFn(): GradNode | null {
    return this.#gradFn
  }
  get grad(): Tensor | null {
    return this.#grad
  }
  set grad(value: Tensor | null) {
    if (this.#grad !== null) forgetGradient(this.#grad.box)
    this.#grad = value
  }
  /** The same contents, outside of autograd's graph. */
  detach(): Tensor {
    return new Tensor(this.box)
  }
  /** Of autograd: a gradient arrives at this leaf. */
  accumulateGrad(cell: Cell): void {
    if (this.#grad === null) this.#grad = new Tensor({ cell, version: 0 })
    else writeBox(this.#grad.box, sumCells(this.#grad.box.cell, cell))
    noteGradient(this.#grad.box)
  }
  /** Adds d(this)/d(leaf) to the `grad` of every leaf this was computed from. */
  backward(gradient?: Tensor | null, { retainGraph = false }: BackwardOptions = {}): void {
    runBackward([{ tensor: this, cotangent: cotangentOf(this, gradient) }], { retainGraph })
  }

  // Arithmetic.

  add(other: Operand, { alpha = 1 }: { readonly alpha?: number } = {}): Tensor {
    return this.#binary('AddBackward0', other, plus(alpha))
  }
  sub(other: Operand, { alpha = 1 }: { readonly alpha?: number } = {}): Tensor {
    this.#requireNumbers(other)
    return this.#binary('SubBackward0', other, minus(alpha))
  }
  mul(other: Operand): Tensor {
    return this.#binary('MulBackward0', other, times, { saves: savesOfProduct(this, other) })
  }
  div(other: Operand): Tensor {
    return this.#binary('DivBackward0', other, divide, { saves: savesOfQuotient(this, other) })
  }
  /** `other - this` */
  rsub(other: Operand): Tensor {
    this.#requireNumbers(other)
    return this.#binary('RsubBackward1', other, (x, y) => core.sub(y, x))
  }
  /** `other / this` */
  rdiv(other: Operand): Tensor {
    return this.#binary('DivBackward0', other, (x, y) => divide(y, x), { saves: [0] })
  }
  pow(exponent: Operand): Tensor {
    const isNumber = typeof exponent === 'number'
    return this.#binary(isNumber ? 'PowBackward0' : 'PowBackward1', exponent, core.pow, {
      saves: isNumber ? [0] : [0, 1],
    })
  }
  neg(): Tensor {
    if (this.dtype === bool) throw errors.boolNegate()
    return this.#unary('NegBackward0', core.neg)
  }
  exp(): Tensor {
    return this.#unary('ExpBackward0', (x) => core.exp(asFloat(x)), { savesResult: true })
  }
  log(): Tensor {
    return this.#unary('LogBackward0', (x) => core.log(asFloat(x)), { saves: [0] })
  }
  sqrt(): Tensor {
    return this.#unary('SqrtBackward0', (x) => core.sqrt(asFloat(x)), { savesResult: true })
  }
  abs(): Tensor {
    return this.#unary('AbsBackward0', core.abs, { saves: [0] })
  }
  tanh(): Tensor {
    return this.#unary('TanhBackward0', (x) => core.tanh(asFloat(x)), { savesResult: true })
  }
  sigmoid(): Tensor {
    return this.#unary('SigmoidBackward0', core.sigmoid, { savesResult: true })
  }
  relu(): Tensor {
    return this.#unary('ReluBackward0', core.relu, { savesResult: true })
  }
  matmul(other: Tensor): Tensor {
    const [left, right] = [this.shape, other.shape]
    if (left.length === 0 || right.length === 0 || left.at(-1) !== (right.at(-2) ?? right.at(-1))) {
      throw errors.matmulShapes(left, right)
    }
    return this.#from(matmulName(left.length, right.length), [other], ([x, y]) => core.matmul(x, y), {
      saves: savesOfProduct(this, other),
    })
  }

  // Comparisons give bools; nothing flows back through them.

  eq(other: Operand): Tensor {
    return this.#binary('Eq', other, core.eq)
  }
  ne(other: Operand): Tensor {
    return this.#binary('Ne', other, core.ne)
  }
  lt(other: Operand): Tensor {
    return this.#binary('Lt', other, core.lt)
  }
  le(other: Operand): Tensor {
    return this.#binary('Le', other, core.le)
  }
  gt(other: Operand): Tensor {
    return this.#binary('Gt', other, core.gt)
  }
  ge(other: Operand): Tensor {
    return this.#binary('Ge', other, core.ge)
  }

  // Reductions.

  /** Sum over dimensions, all unless named; integers and bools give int32. */
  sum(dim?: Dims | ReduceOptions | null, keepdim?: boolean): Tensor {
    const { axes, keepdim: keepDims, isWhole } = reductionOf(dim, keepdim, this.ndim)
    return this.#unary(isWhole ? 'SumBackward0' : 'SumBackward1', (x) => core.sum(x, { axes, keepDims }))
  }
  mean(dim?: Dims | ReduceOptions | null, keepdim?: boolean): Tensor {
    if (!this.dtype.isFloatingPoint) throw errors.meanDtype(this.dtype.title)
    const { axes, keepdim: keepDims, isWhole } = reductionOf(dim, keepdim, this.ndim)
    return this.#unary(isWhole ? 'MeanBackward0' : 'MeanBackward1', (x) => core.mean(x, { axes, keepDims }))
  }
  /** The largest of all elements, or of each pair. Ties share the gradient. */
  max(other?: Tensor): Tensor {
    if (other === undefined)
      return this.#unary('MaxBackward1', (x) => core.max(x), { saves: [0], savesResult: true })
    if (!(other instanceof Tensor)) throw errors.notSupported('max over a dimension')
    return this.#binary('MaximumBackward0', other, core.maximum, { saves: [0, 1] })
  }

  // Shape. Results share memory with this tensor.

  reshape(...sizes: readonly (number | readonly number[])[]): Tensor {
    return this.view(...sizes)
  }
  view(...sizes: readonly (number | readonly number[])[]): Tensor {
    const from = this.shape
    const shape = inferShape(sizesOf(sizes), this.numel())
    return this.#view(
      'ViewBackward0',
      (x) => core.reshape(x, shape),
      (y) => core.reshape(y, from),
    )
  }
  t(): Tensor {
    if (this.ndim > 2) throw tooManyDims(this.ndim)
    const flip = (x: Value): Value => (x.type.shape.length < 2 ? x : core.transpose(x))
    return this.#view('TBackward0', flip, flip)
  }
  permute(...dims: readonly (number | readonly number[])[]): Tensor {
    const given = sizesOf(dims)
    if (given.length !== this.ndim) throw permuteCount(this.ndim, given.length)
    const perm = given.map((dim) => resolveDim(dim, this.ndim))
    if (new Set(perm).size !== perm.length) throw permuteRepeated()
    const back = perm.map((_, axis) => perm.indexOf(axis))
    return this.#view(
      'PermuteBackward0',
      (x) => core.permute(x, perm),
      (y) => core.permute(y, back),
    )
  }
  /** The same contents in memory of its own. */
  clone(): Tensor {
    if (this.#requiresGrad && isGradEnabled()) return this.#unary('CloneBackward0', (x) => x)
    return new Tensor({ cell: this.box.cell, version: 0 })
  }
  /** The same tensor if it has this dtype, else a converted copy. */
  to(dtype: DType): Tensor {
    if (dtype === this.dtype) return this
    return this.#unary('ToCopyBackward0', (x) => core.cast(x, dtype.core))
  }
  float(): Tensor {
    return this.to(float32)
  }

  // In place.

  add_(other: Operand, { alpha = 1 }: { readonly alpha?: number } = {}): this {
    return this.#inPlace('AddBackward0', other, plus(alpha))
  }
  sub_(other: Operand, { alpha = 1 }: { readonly alpha?: number } = {}): this {
    this.#requireNumbers(other)
    return this.#inPlace('SubBackward0', other, minus(alpha))
  }
  mul_(other: Operand): this {
    return this.#inPlace('MulBackward0', other, times, { saves: savedOther(savesOfProduct(this, other)) })
  }
  div_(other: Operand): this {
    return this.#inPlace('DivBackward0', other, divide, { saves: savedOther(savesOfQuotient(this, other)) })
  }
  zero_(): this {
    return this.#inPlace('ZeroBackward0', 0, (x) => core.zerosLike(x))
  }
  /** Takes over another tensor's elements, converted and broadcast. */
  copy_(source: Operand): this {
    const { shape, dtype } = this
    const build: Binary = (x, y) =>
      typeof y === 'number' ? core.fullLike(x, y) : core.expand(core.cast(y, dtype.core), shape)
    return this.#inPlace('CopyBackwards', source, build, {}, true)
  }

  #unary(name: string, build: (x: Value) => Value, options?: RecordOptions): Tensor {
    return this.#from(name, [], ([x]) => build(x), options)
  }

  #binary(name: string, other: Operand, build: Binary, options?: RecordOptions): Tensor {
    if (typeof other !== 'number') requireBroadcast(this.shape, other.shape)
    const others = typeof other === 'number' ? [] : [other]
    return this.#from(
      name,
      others,
      ([x, y]) => inCommon(x, typeof other === 'number' ? other : y, build),
      options,
    )
  }

  #from(
    name: string,
    others: readonly Tensor[],
    build: (values: readonly [Value, Value]) => Value,
    options?: RecordOptions,
  ): Tensor {
    const { box, gradFn } = record(
      name,
      [this, ...others],
      (values) => build(values as [Value, Value]),
      options,
    )
    return new Tensor(box, gradFn)
  }

  #view(name: string, forward: (x: Value) => Value, inverse: (y: Value) => Value): Tensor {
    const { box, gradFn } = record(name, [this], ([x]) => forward(x as Value))
    const through = (convert: (x: Value) => Value) => (cell: Cell) =>
      withProvenance(undefined, () => {
        const epoch = currentEpoch()
        return cellOfValue(epoch, convert(valueIn(epoch, cell)))
      })
    return new Tensor(viewBox(this.box, box.cell, through(forward), through(inverse)), gradFn)
  }

  #inPlace(name: string, other: Operand, build: Binary, options: RecordOptions = {}, converts = false): this {
    if (this.#requiresGrad && this.#gradFn === null && isGradEnabled()) throw errors.leafInPlace()
    const { dtype, shape } = this.box.cell.type
    if (typeof other !== 'number') requireBroadcast(shape, other.shape)
    const others = typeof other === 'number' ? [] : [other]
    const { box, gradFn } = record(
      name,
      [this, ...others],
      ([x, y]) => {
        const operand = typeof other === 'number' ? other : (y as Value)
        const result = converts ? build(x as Value, operand) : inCommon(x as Value, operand, build)
        if (!core.shapesEqual(result.type.shape, shape)) throw errors.inplaceShape(shape, result.type.shape)
        if (!canCast(result.type.dtype, dtype)) {
          throw errors.inplaceCast(dtypeOf(result.type.dtype).title, dtypeOf(dtype).title)
        }
        return core.cast(result, dtype)
      },
      options,
    )
    if (gradFn !== null && (this.box.base !== undefined || this.box.hasViews === true)) {
      throw errors.notSupported('writing in place to a tensor that has views and requires grad')
    }
    writeBox(this.box, box.cell)
    if (this.#grad !== null) forgetGradient(this.#grad.box)
    if (gradFn !== null) {
      this.#gradFn = gradFn
      this.#requiresGrad = true
    }
    return this
  }

  #requireNumbers(other: Operand): void {
    if (this.dtype === bool || (other instanceof Tensor && other.dtype === bool)) throw errors.boolSubtract()
  }
}

/** A tensor of host data, which it owns from now on. */
export const tensorOfData = (dtype: DType, shape: readonly number[], data: TypedArray): Tensor =>
  new Tensor({ cell: cellOfData(dtype.core, shape, data), version: 0 })

/** The gradient backward starts from: given, or 1 for one element. */
export function cotangentOf(of: Tensor, gradient: Tensor | null | undefined): Cell {
  const { type } = of.box.cell
  if (gradient != null) {
    if (!core.shapesEqual(gradient.shape, of.shape)) throw errors.gradientShape(gradient.shape, of.shape)
    return gradient.to(of.dtype).detach().box.cell
  }
  if (of.requiresGrad && of.numel() !== 1) throw errors.scalarOnly()
  return onesLike(type, of.gradFn?.epoch ?? currentEpoch())
}

/** Both operands in the dtype PyTorch would choose. */
function inCommon(x: Value, y: Recorded, build: Binary): Value {
  const dtype = resultDType([x, y])
  return build(core.cast(x, dtype), typeof y === 'number' ? y : core.cast(y, dtype))
}

const asFloat = (x: Value): Value => (core.isFloat(x.type.dtype) ? x : core.cast(x, 'f32'))
const isBool = (x: Recorded): boolean => typeof x !== 'number' && x.type.dtype === 'bool'

const times: Binary = (x, y) => (isBool(x) && isBool(y) ? core.and(x, y) : core.mul(x, y))
const divide = (x: Recorded, y: Recorded): Value => core.div(floatOf(x), floatOf(y))
const floatOf = (x: Recorded): Recorded => (typeof x === 'number' ? x : asFloat(x))
const scaled = (y: Recorded, alpha: number): Recorded =>
  alpha === 1 ? y : typeof y === 'number' ? y * alpha : core.mul(y, alpha)
const plus =
  (alpha: number): Binary =>
  (x, y) =>
    isBool(x) && isBool(y) ? core.or(x, y) : core.add(x, scaled(y, alpha))
const minus =
  (alpha: number): Binary =>
  (x, y) =>
    core.sub(x, scaled(y, alpha))

/** A product's derivative needs the other factor. */
const savesOfProduct = (x: Tensor, y: Operand): readonly number[] =>
  typeof y === 'number' ? [] : [...(y.requiresGrad ? [0] : []), ...(x.requiresGrad ? [1] : [])]
const savesOfQuotient = (x: Tensor, y: Operand): readonly number[] =>
  typeof y === 'number' ? [] : y.requiresGrad ? [0, 1] : x.requiresGrad ? [1] : []
/** In place, backward has what was overwritten: only writes to the other operand are in its way. */
const savedOther = (saves: readonly number[]): readonly number[] => saves.filter((at) => at === 1)

function matmulName(left: number, right: number): string {
  if (left === 1 && right === 1) return 'DotBackward0'
  if (left === 2 && right === 2) return 'MmBackward0'
  if (left === 2 && right === 1) return 'MvBackward0'
  if (left === 1 && right === 2) return 'SqueezeBackward4'
  return 'UnsafeViewBackward0'
}

function requireBroadcast(x: readonly number[], y: readonly number[]): void {
  for (let at = 1; at <= Math.min(x.length, y.length); at++) {
    const [left, right] = [x.at(-at), y.at(-at)]
    if (left !== right && left !== 1 && right !== 1) throw errors.sizeMismatch(x, y)
  }
}

const tooManyDims = (rank: number): errors.TorchError =>
  new errors.TorchError(
    'RuntimeError',
    'TORCH_T_RANK',
    `t() expects a tensor with <= 2 dimensions, but self is ${rank}D`,
    { rank },
  )

const permuteCount = (rank: number, count: number): errors.TorchError =>
  new errors.TorchError(
    'RuntimeError',
    'TORCH_PERMUTE_COUNT',
    `permute(sparse_coo): number of dimensions in the tensor input does not match the length of the desired ordering of dimensions i.e. input.dim() = ${rank} is not equal to len(dims) = ${count}`,
    { rank, count },
  )

const permuteRepeated = (): errors.TorchError =>
  new errors.TorchError(
    'RuntimeError',
    'TORCH_PERMUTE_REPEATED',
    'permute(): duplicate dims are not allowed.',
  )
