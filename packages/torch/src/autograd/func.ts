// `torch.func`: derivatives as functions of functions.
import { argumentError } from '../errors.ts'
import { fill_ } from '../ops/conversion.ts'
import { zeros } from '../ops/creation.ts'
import { stack } from '../ops/joins.ts'
import { select } from '../ops/parts.ts'
import { reshape } from '../ops/views.ts'
import { filled } from '../tensor/filled.ts'
import { Memory } from '../tensor/memory.ts'
import { Tensor } from '../tensor/tensor.ts'
import { grad as gradOf } from './call.ts'
import * as functional from './functional.ts'
import { withGradMode } from './grad-mode.ts'
import { isList, listOf } from './lists.ts'

export { stackModuleState } from '../nn/stacked-modules.ts'
export type { FunctionalCallOptions, NamedTensors } from '../nn/stateless.ts'
export { functionalCall } from '../nn/stateless.ts'
export type { BatchOptions } from './batched.ts'
export { vmap } from './batched.ts'

type TensorFunction<R> = (...inputs: Tensor[]) => R

export interface GradTransformOptions {
  /** Which inputs are differentiated, below 0 from the last. Default the first. */
  readonly argnums?: number | readonly number[]
}

/** A leaf with the contents of `input`; where a derivative of a derivative is taken, what leads on to it. */
const level = (input: Tensor): Tensor =>
  input.requiresGrad
    ? input.viewAs(input)
    : new Tensor({ memory: new Memory(input.cell) }, input.type_).requiresGrad_()

/** Which of `count` inputs are differentiated. Throws PyTorch's error for those there are none of. */
const placesOf = (argnums: number | readonly number[], count: number): readonly number[] =>
  listOf(argnums).map((place) => {
    if (place < -count || place >= count) throw noSuchInput(place, count)
    return place < 0 ? place + count : place
  })

/** A function giving the gradient of `func`, which gives one element, and what `func` gives. */
export function gradAndValue(
  func: TensorFunction<Tensor>,
  { argnums = 0 }: GradTransformOptions = {},
): TensorFunction<readonly [Tensor | readonly Tensor[], Tensor]> {
  return (...inputs) =>
    withGradMode(true, () => {
      const isOuter = inputs.some(({ requiresGrad }) => requiresGrad)
      const places = placesOf(argnums, inputs.length)
      const given = inputs.map((input, k) => (places.includes(k) ? level(input) : input))
      const value = func(...given)
      if (value.numel() !== 1 || value.ndim !== 0) throw notScalar(value)
      const wanted = places.map((place) => given[place] as Tensor)
      const found = value.requiresGrad
        ? gradOf(value, wanted, { createGraph: isOuter, retainGraph: true, allowUnused: true })
        : wanted.map(() => null)
      const grads = found.map((each, k) => {
        const { device, type_ } = wanted[k] as Tensor
        return each ?? filled(device, type_, 0)
      })
      return [isList(argnums) ? grads : (grads[0] as Tensor), isOuter ? value : value.detach()]
    })
}

/** A function giving the gradient of `func`, which gives one element. */
export function grad(
  func: TensorFunction<Tensor>,
  options: GradTransformOptions = {},
): TensorFunction<Tensor | readonly Tensor[]> {
  const both = gradAndValue(func, options)
  return (...inputs) => both(...inputs)[0]
}

type Results = Tensor | readonly Tensor[]

/** What `func` gives, and a function that brings cotangents of it back to the inputs. */
export function vjp(
  func: TensorFunction<Results>,
  ...primals: readonly Tensor[]
): readonly [Results, (...cotangents: Tensor[]) => readonly Tensor[]] {
  const xs = primals.map(level)
  const returned = withGradMode(true, () => func(...xs))
  const outputs = listOf(returned)
  const back = (...cotangents: Tensor[]): readonly Tensor[] =>
    gradOf(outputs, xs, {
      gradOutputs: cotangents,
      retainGraph: true,
      createGraph: true,
      allowUnused: true,
    }).map((each, k) => each ?? filled((xs[k] as Tensor).device, (xs[k] as Tensor).type_, 0))
  return [returned, back]
}

/** What `func` gives, and the directions `tangents` of its inputs carried forward. */
export const jvp = (
  func: TensorFunction<Results>,
  primals: readonly Tensor[],
  tangents: readonly Tensor[],
): readonly [Results, Results] => {
  const [value, carried] = functional.jvp(func, primals, tangents)
  return [value, carried]
}

/** The inputs at some places, and the function of these alone. */
function atPlaces(
  func: TensorFunction<Tensor>,
  inputs: readonly Tensor[],
  argnums: number | readonly number[],
): readonly [TensorFunction<Tensor>, Tensor | readonly Tensor[]] {
  const places = placesOf(argnums, inputs.length)
  const ofPlaces: TensorFunction<Tensor> = (...given) => {
    const all = [...inputs]
    places.forEach((place, k) => {
      all[place] = given[k] as Tensor
    })
    return func(...all)
  }
  const wanted = places.map((place) => inputs[place] as Tensor)
  return [ofPlaces, isList(argnums) ? wanted : (wanted[0] as Tensor)]
}

/** A function giving the Jacobian of `func`, row by row through backward. */
export const jacrev =
  (
    func: TensorFunction<Tensor>,
    { argnums = 0 }: GradTransformOptions = {},
  ): TensorFunction<ReturnType<typeof functional.jacobian>> =>
  (...inputs) => {
    const [ofPlaces, wanted] = atPlaces(func, inputs, argnums)
    return functional.jacobian(ofPlaces, wanted, { createGraph: true })
  }

/** A function giving the Jacobian of `func`, column by column through directions carried forward. */
export const jacfwd =
  (func: TensorFunction<Tensor>, { argnums = 0 }: GradTransformOptions = {}): TensorFunction<Results> =>
  (...inputs) => {
    const columns = placesOf(argnums, inputs.length).map((place) => {
      const at = inputs[place] as Tensor
      const [value, carry] = linearize((x) => func(...inputs.with(place, x)), at)
      const found = Array.from({ length: at.numel() }, (_, k) => {
        const direction = zeros(at.numel(), { dtype: at.dtype, device: at.device })
        fill_(select(direction, 0, k), 1)
        return carry(reshape(direction, at.shape)) as Tensor
      })
      return reshape(stack(found, -1), [...(value as Tensor).shape, ...at.shape])
    })
    return isList(argnums) ? columns : (columns[0] as Tensor)
  }

/** What `func` gives, and a function that carries directions of its inputs forward without running it again. */
export function linearize(
  func: TensorFunction<Results>,
  ...primals: readonly Tensor[]
): readonly [Results, (...tangents: Tensor[]) => Results] {
  const xs = primals.map(level)
  const returned = withGradMode(true, () => func(...xs))
  const outputs = listOf(returned)
  const seeds = outputs.map(({ device, type_ }) => filled(device, type_, 0).requiresGrad_())
  const back = gradOf(outputs, xs, { gradOutputs: seeds, createGraph: true, allowUnused: true })
  const reached = back.flatMap((each, k) => (each?.requiresGrad === true ? [{ each, k }] : []))
  const carry = (...tangents: Tensor[]): Results => {
    const found =
      reached.length === 0
        ? seeds.map(() => null)
        : gradOf(
            reached.map(({ each }) => each),
            seeds,
            {
              gradOutputs: reached.map(({ k }) => tangents[k] as Tensor),
              retainGraph: true,
              allowUnused: true,
            },
          )
    const carried = found.map((each, k) => {
      const { device, type_ } = outputs[k] as Tensor
      return each ?? filled(device, type_, 0)
    })
    return isList(returned) ? carried : (carried[0] as Tensor)
  }
  return [isList(returned) ? outputs.map((each) => each.detach()) : returned.detach(), carry]
}

/** A function giving the Hessian of `func`, which gives one element. */
export const hessian =
  (
    func: TensorFunction<Tensor>,
    { argnums = 0 }: GradTransformOptions = {},
  ): TensorFunction<ReturnType<typeof functional.hessian>> =>
  (...inputs) => {
    const [ofPlaces, wanted] = atPlaces(func, inputs, argnums)
    return functional.hessian(ofPlaces, wanted, { createGraph: true })
  }

const noSuchInput = (place: number, count: number) =>
  argumentError(`Got argnum=${place}, but only ${count} positional inputs`, { place, count })
const notScalar = (value: Tensor) =>
  argumentError(
    `Expected f(*args) to return a scalar tensor, got tensor with ${value.ndim} dims. Maybe you wanted to use the vjp or jacrev APIs instead?`,
    { rank: value.ndim },
  )
