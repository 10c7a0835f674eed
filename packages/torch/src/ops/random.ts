// Tensors of random numbers, drawn at once from PyTorch's generator, in the order of the calls.
import type { DType as CoreDType, TypedArray } from '@heddle/core'
import { checked } from '../arguments/checked.ts'
import { type DType, getDefaultDtype, int64 } from '../dtypes.ts'
import { readCell } from '../engine/evaluate.ts'
import { fillBernoulliOf } from '../random/bernoulli.ts'
import { fillBinomial } from '../random/binomial.ts'
import { defaultGenerator } from '../random/default-generator.ts'
import type { Generator } from '../random/generator.ts'
import { fillPermutation, fillRandomBetween } from '../random/integers.ts'
import { drawMultinomial } from '../random/multinomial.ts'
import { fillNormal, fillNormalOf } from '../random/normal.ts'
import { fillPoisson } from '../random/poisson.ts'
import { fillUniform } from '../random/uniform.ts'
import { Tensor } from '../tensor/tensor.ts'
import { type TensorOptions, tensorOfData, tensorOfDraw } from './creation.ts'
import { type Out, takingOut } from './out.ts'
import { type Fn, fn, isOptions, parse, type SizesAnd, sizesAnd } from './signature.ts'

export interface RandomOptions extends TensorOptions {
  readonly generator?: Generator
}

type Draw = (generator: Generator, dtype: CoreDType, data: TypedArray) => void

/** `facts`: what `draw` depends on beside its arguments. */
function drawn(
  shape: readonly number[],
  natural: DType,
  draw: Draw,
  facts: readonly unknown[],
  options: RandomOptions = {},
): Tensor {
  const { dtype = natural, generator = defaultGenerator } = options
  return tensorOfDraw(
    dtype,
    shape,
    (data) => draw(generator, dtype.core, data),
    [...facts, generator],
    options,
  )
}

type OfSizes = (...args: SizesAnd<RandomOptions & Out>) => Tensor
const ofSizes = (name: string, draw: Draw): OfSizes =>
  takingOut(name, (...args) => {
    const { sizes, options } = sizesAnd<RandomOptions>(args)
    return drawn(sizes, getDefaultDtype(), draw, [name], options)
  })

/** Uniform in [0, 1). */
export const rand: OfSizes = ofSizes('rand', fillUniform)
/** Standard normal. */
export const randn: OfSizes = ofSizes('randn', fillNormal)

type OfLike = (input: Tensor, options?: RandomOptions) => Tensor
const ofLike = (name: string, draw: Draw): OfLike =>
  checked(name, (input, options = {}) =>
    drawn(input.shape, input.dtype, draw, [name], { device: input.device, ...options }),
  )

export const randLike: OfLike = ofLike('rand_like', fillUniform)
export const randnLike: OfLike = ofLike('randn_like', fillNormal)

interface Bounds extends RandomOptions {
  readonly low?: number | bigint
  readonly high?: number | bigint
  readonly size?: readonly number[]
}
type Whole = number | bigint

interface Randint {
  (high: Whole, size: readonly number[], options?: RandomOptions & Out): Tensor
  (low: Whole, high: Whole, size: readonly number[], options?: RandomOptions & Out): Tensor
}

/** Whole numbers from [low, high), int64: `randint(high, size)`, `randint(low, high, size)`. */
export const randint: Randint = takingOut('randint', (...args: readonly unknown[]): Tensor => {
  const whole = args.filter((arg) => typeof arg === 'number' || typeof arg === 'bigint')
  const options: Bounds = args.find((arg): arg is RandomOptions => isOptions(arg)) ?? {}
  const size = args.find((arg): arg is readonly number[] => Array.isArray(arg)) ?? options.size ?? []
  const [low, high] = whole.length > 1 ? whole : [options.low ?? 0, whole[0] ?? options.high ?? 0]
  return drawn(
    size,
    int64,
    (generator, dtype, data) => fillRandomBetween(generator, dtype, data, low ?? 0, high),
    ['randint', low, high],
    options,
  )
})

/** As `randint`, of the shape of another tensor and its dtype. */
export function randintLike(input: Tensor, low: Whole, high?: Whole, options: RandomOptions = {}): Tensor {
  const [from, to] = high === undefined ? [0, low] : [low, high]
  return drawn(
    input.shape,
    input.dtype,
    (generator, dtype, data) => fillRandomBetween(generator, dtype, data, from, to),
    ['randint', from, to],
    options,
  )
}

/** The numbers 0 … n - 1 in random order, int64. */
export const randperm: (n: number, options?: RandomOptions & Out) => Tensor = takingOut(
  'randperm',
  (n, options) =>
    drawn(
      [n],
      int64,
      (generator, dtype, data) => fillPermutation(generator, dtype, data),
      ['randperm'],
      options,
    ),
)

const elementsOf = (tensor: Tensor): TypedArray => readCell(tensor.cell)

interface NormalParams extends RandomOptions {
  readonly mean?: Tensor | number
  readonly std?: Tensor | number
  readonly size?: readonly number[]
}

/** Normal numbers: of tensors of means or deviations element by element, of two numbers in a given size. */
export const normal: (
  ...args: readonly (Tensor | number | readonly number[] | (NormalParams & Out))[]
) => Tensor = takingOut('normal', (...args) => {
  const {
    mean = 0,
    std = 1,
    size,
    ...options
  } = parse<NormalParams>(
    'normal',
    ['mean', 'std', 'size'],
    ['generator', 'dtype', 'device', 'requiresGrad'],
    args,
  )
  const like = [mean, std].find((each) => each instanceof Tensor)
  if (!(like instanceof Tensor)) {
    const draw: Draw = (generator, dtype, data) =>
      fillNormal(generator, dtype, data, Number(mean), Number(std))
    return drawn(size ?? [], getDefaultDtype(), draw, ['normal', mean, std], options)
  }
  const [means, deviations] = [mean, std].map((each) =>
    each instanceof Tensor ? each.expand(shapeOf(mean, std)) : each,
  ) as [Tensor | number, Tensor | number]
  const draw: Draw = (generator, dtype, data) =>
    fillNormalOf(generator, dtype, data, numbersOf(means), numbersOf(deviations))
  return drawn(shapeOf(mean, std), like.dtype, draw, ['normal', mean, std], options)
})

const numbersOf = (given: Tensor | number): TypedArray | number =>
  given instanceof Tensor ? elementsOf(given) : given

/** The shape both broadcast to. */
function shapeOf(x: Tensor | number, y: Tensor | number): readonly number[] {
  if (!(x instanceof Tensor)) return (y as Tensor).shape
  return y instanceof Tensor ? x.mul(0).add(y).shape : x.shape
}

interface GeneratorOption {
  readonly generator?: Generator
}

/** 1 with the probability that the element tells, else 0. */
export const bernoulli: (input: Tensor, options?: GeneratorOption & Out) => Tensor = takingOut(
  'bernoulli',
  (input, { generator = defaultGenerator } = {}) => {
    const draw: Draw = (_, dtype, data) =>
      fillBernoulliOf(generator, dtype, data, input.dtype.core, elementsOf(input))
    return drawn(input.shape, input.dtype, draw, ['bernoulli', input, generator], { device: input.device })
  },
)

/** Poisson numbers with the rates of the elements. */
export function poisson(input: Tensor, { generator = defaultGenerator }: GeneratorOption = {}): Tensor {
  const draw: Draw = (_, dtype, data) => fillPoisson(generator, dtype, data, elementsOf(input))
  return drawn(input.shape, input.dtype, draw, ['poisson', input, generator], { device: input.device })
}

/** Successes in `count` trials of probability `prob`, element by element. */
export function binomial(
  count: Tensor,
  prob: Tensor,
  { generator = defaultGenerator }: GeneratorOption = {},
): Tensor {
  const draw: Draw = (_, dtype, data) =>
    fillBinomial(generator, dtype, data, elementsOf(count), elementsOf(prob))
  return drawn(count.shape, count.dtype, draw, ['binomial', count, prob, generator], { device: count.device })
}

type MultinomialParams = GeneratorOption & { numSamples: number; replacement?: boolean }

/** Positions drawn by the weights of each row, int64: `[rows, numSamples]`, or `[numSamples]` of one row. */
export const multinomial: Fn<MultinomialParams, ['numSamples', 'replacement']> = fn(
  'multinomial',
  ['numSamples', 'replacement'],
  ['generator'],
  (input, { numSamples, replacement = false, generator = defaultGenerator }) => {
    const rows = input.ndim === 1 ? 1 : (input.shape[0] as number)
    const data = drawMultinomial(
      generator,
      input.dtype.core,
      elementsOf(input),
      rows,
      numSamples,
      replacement,
    )
    const shape = input.ndim === 1 ? [numSamples] : [rows, numSamples]
    return tensorOfData(int64, shape, data, { device: input.device })
  },
)
