// Random programs over the op table, as fast-check arbitraries. A recipe is plain numbers; every recipe builds a valid program,
// so shrinking may drop or lower any of them.
import { gradient, jvp, vjp } from '@heddle/compiler'
import type { Bindings, DType, Graph, SampleInput, Value } from '@heddle/core'
import { createBuilder, dtypeNames, HeddleError, isFloat, sizeOf } from '@heddle/core'
import { type Arbitrary, array, nat, record } from 'fast-check'
import { controlSteps, whileStep } from './program-control.ts'
import { sampledComposite, sampledOp } from './program-samples.ts'
import { type Step, writtenSteps } from './program-steps.ts'
import { bind, drawInputs, graphOf, inputValue } from './samples.ts'

export interface Recipe {
  /** Of the data. */
  readonly seed: number
  /** By input: its kind, rank and extents. */
  readonly inputs: readonly (readonly number[])[]
  /** By step: which, then its choices. */
  readonly steps: readonly (readonly number[])[]
  /** Values given out besides the last one, counted from the end. */
  readonly outputs: readonly number[]
}

export interface RandomProgram {
  readonly graph: Graph
  readonly bindings: Bindings
}

/** Those that need no code come in for every op and composite. */
const steps: readonly Step[] = [
  ...writtenSteps,
  ...controlSteps,
  whileStep,
  sampledOp,
  sampledOp,
  sampledOp,
  sampledComposite,
]

/** The same without what has no derivative: after one such step there would be nothing to differentiate. */
const differentiableSteps: readonly Step[] = steps.filter((step) => step !== whileStep)

/** Largest array and rank of a program: the interpreter is slow, and shapes say more than sizes. */
const MOST_ELEMENTS = 400
const MOST_AXES = 5

export interface RecipeOptions {
  /** Default 12. */
  readonly mostSteps?: number
}

export function recipes({ mostSteps = 12 }: RecipeOptions = {}): Arbitrary<Recipe> {
  const choices = (length: number): Arbitrary<number[]> =>
    array(nat(1 << 16), { minLength: length, maxLength: length })
  return record({
    seed: nat(1 << 20),
    inputs: array(choices(5), { minLength: 1, maxLength: 4 }),
    steps: array(choices(14), { minLength: 1, maxLength: mostSteps, size: 'max' }),
    outputs: array(nat(1 << 16), { maxLength: 3 }),
  })
}

/** What every target has; one program in four has all there are, and runs where they are supported. */
const commonDTypes: readonly DType[] = ['f32', 'i32', 'u32', 'bool']

/** Extents an axis may have; the first ones for small numbers. */
const extents = [2, 3, 4, 5, 1, 7, 17, 0]

/** The program a recipe makes; equal recipes make equal programs. */
export function buildProgram(recipe: Recipe): RandomProgram {
  const { values, inputs, bindings } = buildValues(recipe, steps)
  return { graph: graphOf('random', inputs, outputsOf(recipe, values)), bindings }
}

/** The derivatives of a random program, of the sum of its float outputs, with its outputs; `undefined` if none is a float. */
export const buildGradient = (recipe: Recipe): RandomProgram | undefined =>
  buildDerivative(recipe, 'gradient', ({ terms, wrt }) => {
    const [first, ...others] = terms.map((term) => total(term))
    if (first === undefined) return undefined
    const loss = others.reduce((sum, term) => sum.builder.add(sum, term), first)
    return gradient(loss, wrt)
  })

/** The forward derivatives of its float outputs along a random direction. */
export const buildTangent = (recipe: Recipe): RandomProgram | undefined =>
  buildDerivative(recipe, 'tangent', ({ terms, wrt, like }) => jvp(terms, wrt, wrt.map(like)))

/** The derivatives of its reverse derivatives. */
export const buildSecond = (recipe: Recipe): RandomProgram | undefined =>
  buildDerivative(recipe, 'second derivative', ({ terms, wrt, like }) => {
    const first = vjp(terms, terms.map(like), wrt)
    return vjp(first, first.map(like), wrt)
  })

/** `<u, J v>` and `<J^T u, v>`, two numbers that must be equal but for rounding, and the magnitude of the terms of the former. */
export const buildDuality = (recipe: Recipe): RandomProgram | undefined =>
  buildDerivative(recipe, 'duality', ({ terms, wrt, like }) => {
    const [u, v] = [terms.map(like), wrt.map(like)]
    const forward = jvp(terms, wrt, v)
    const magnitudes = (values: readonly Value[]): readonly Value[] =>
      values.map((value) => value.builder.abs(value))
    return [inner(u, forward), inner(vjp(terms, u, wrt), v), inner(magnitudes(u), magnitudes(forward))]
  })

const inner = (x: readonly Value[], y: readonly Value[]): Value =>
  x
    .map((value, k) => total(value.builder.mul(value, y[k] as Value), 'f64'))
    .reduce((sum, term) => sum.builder.add(sum, term))

interface Differentiation {
  readonly terms: readonly Value[]
  readonly wrt: readonly Value[]
  /** A further input of a value's type. */
  readonly like: (value: Value) => Value
}

/** `undefined` where there is no derivative: no floats, or an op on the way that has none. */
function buildDerivative(
  recipe: Recipe,
  name: string,
  differentiate: (parts: Differentiation) => readonly Value[] | undefined,
): RandomProgram | undefined {
  const { inputs, values, bindings } = buildValues(recipe, differentiableSteps)
  const outputs = outputsOf(recipe, values)
  const wrt = inputs.filter(({ type }) => isFloat(type.dtype))
  const terms = Object.values(outputs).filter(({ type }) => isFloat(type.dtype))
  if (terms.length === 0 || wrt.length === 0) return undefined
  const added: Value<'input'>[] = []
  const like = ({ builder, type }: Value): Value => {
    const value = inputValue(builder, `w${added.length}`, type.dtype, type.shape)
    added.push(value)
    return value
  }
  const derivatives = unlessNone(() => differentiate({ terms, wrt, like }))
  if (derivatives === undefined) return undefined
  const named = derivatives.map((value, k) => [`d${k}`, value] as const)
  const drawn = drawInputs(
    added.map(({ type }) => type),
    recipe.seed + 1,
  )
  return {
    graph: graphOf(`random ${name}`, [...inputs, ...added], { ...outputs, ...Object.fromEntries(named) }),
    bindings: { ...bindings, ...bind(added, drawn) },
  }
}

const withoutDerivative: ReadonlySet<string> = new Set(['GRAD_NOT_DIFFERENTIABLE', 'GRAD_WHILE_LOOP'])

function unlessNone<T>(differentiate: () => T): T | undefined {
  try {
    return differentiate()
  } catch (error) {
    if (error instanceof HeddleError && withoutDerivative.has(error.code)) return undefined
    throw error
  }
}

/** The sum of all elements, in a dtype in which sums of any values meet. */
function total(value: Value, dtype: 'f32' | 'f64' = 'f32'): Value {
  const { builder, type } = value
  const converted = type.dtype === dtype ? value : builder.cast(value, { dtype })
  return builder.reduceSum(converted, { axes: type.shape.map((_, axis) => axis) })
}

interface Built {
  readonly inputs: readonly Value<'input'>[]
  readonly values: readonly Value[]
  readonly bindings: Bindings
}

function buildValues({ seed, inputs: shapes, steps: taken }: Recipe, known: readonly Step[]): Built {
  const b = createBuilder()
  const dtypes = seed % 4 === 3 ? dtypeNames : commonDTypes
  const samples = shapes.map((shape) => inputOf(shape, dtypes))
  const inputs = samples.map(({ dtype, shape }, k) => inputValue(b, `x${k}`, dtype, shape))
  const values: Value[] = [...inputs]
  for (const [which = 0, ...choices] of taken) {
    let next = 0
    const below = (limit: number): number => (limit <= 0 ? 0 : (choices[next++] ?? 0) % limit)
    const value = known[which % known.length]?.({ b, values, below, dtypes })
    const fits =
      value !== undefined && sizeOf(value.type.shape) <= MOST_ELEMENTS && value.type.shape.length <= MOST_AXES
    if (fits) values.push(value)
  }
  return { inputs, values, bindings: bind(inputs, drawInputs(samples, seed)) }
}

function inputOf([kind = 0, rank = 0, ...dims]: readonly number[], dtypes: readonly DType[]): SampleInput {
  const shape = dims.slice(0, (rank + 2) % 4).map((dim) => extents[dim % extents.length] ?? 1)
  const kinds: readonly SampleInput[] = [
    { dtype: 'f32', shape },
    { dtype: 'f32', shape },
    // Whole numbers, so that values tie.
    { dtype: 'f32', shape, low: -2, high: 2, integers: true },
    { dtype: 'i32', shape, low: -3, high: 5, integers: true },
    { dtype: 'bool', shape },
    { dtype: 'u32', shape, low: 0, high: 9, integers: true },
    ...dtypes
      .filter((dtype) => !commonDTypes.includes(dtype))
      .map((dtype) =>
        isFloat(dtype) ? { dtype, shape } : { dtype, shape, low: 0, high: 9, integers: true },
      ),
  ]
  return kinds[kind % kinds.length] ?? { dtype: 'f32', shape }
}

function outputsOf({ outputs }: Recipe, values: readonly Value[]): Readonly<Record<string, Value>> {
  const positions = [0, ...outputs].map((back) => values.length - 1 - (back % values.length))
  return Object.fromEntries([...new Set(positions)].map((at, k) => [`y${k}`, values[at] as Value] as const))
}
