// `torch.autograd.functional`: derivatives of functions of tensors, as tensors.

import * as core from '@heddle/core'
import { cellOfData } from '../engine/cell.ts'
import { argumentError } from '../errors.ts'
import { stack } from '../ops/joins.ts'
import { filled } from '../tensor/filled.ts'
import { Memory } from '../tensor/memory.ts'
import { Tensor } from '../tensor/tensor.ts'
import { grad } from './call.ts'
import { withGradMode } from './grad-mode.ts'
import { isList, listOf } from './lists.ts'

type Inputs = Tensor | readonly Tensor[]
type TensorFunction = (...inputs: Tensor[]) => Inputs

export interface FunctionalOptions {
  /** The result can be differentiated itself. Default false. */
  readonly createGraph?: boolean
  /** Throws where a result does not depend on an input, in place of giving zeros. Default false. */
  readonly strict?: boolean
}

/** One result for one input, a list for a list. */
const as = <T>(given: Inputs, results: readonly T[]): T | readonly T[] =>
  isList(given) ? results : (results[0] as T)

/** Inputs that require gradients: leaves of their own, or, where the graph goes on, looks at what was given. */
function tracked(inputs: readonly Tensor[], createGraph: boolean): readonly Tensor[] {
  return inputs.map((input) =>
    createGraph && input.requiresGrad
      ? input.viewAs(input)
      : new Tensor({ memory: new Memory(input.cell) }, input.type_).requiresGrad_(),
  )
}

const zerosLike = (tensor: Tensor): Tensor => filled(tensor.device, tensor.type_, 0)

function gradients(
  outputs: readonly Tensor[],
  inputs: readonly Tensor[],
  cotangents: readonly Tensor[],
  options: FunctionalOptions,
): readonly Tensor[] {
  const { createGraph = false, strict = false } = options
  const reached = outputs.map((output, k) => ({ output, cotangent: cotangents[k] as Tensor }))
  const active = reached.filter(({ output }) => output.requiresGrad)
  const found =
    active.length === 0
      ? inputs.map(() => null)
      : grad(
          active.map(({ output }) => output),
          inputs,
          {
            gradOutputs: active.map(({ cotangent }) => cotangent),
            createGraph,
            retainGraph: true,
            allowUnused: true,
          },
        )
  return found.map((each, k) => {
    if (each === null && strict) throw independent(k)
    return each ?? zerosLike(inputs[k] as Tensor)
  })
}

function evaluate(
  func: TensorFunction,
  inputs: readonly Tensor[],
): { returned: Inputs; outputs: readonly Tensor[] } {
  const returned = withGradMode(true, () => func(...inputs))
  return { returned, outputs: listOf(returned) }
}

/** `v^T J`: the results of `func`, and their cotangents `v` brought back to the inputs. */
export function vjp(
  func: TensorFunction,
  inputs: Inputs,
  v?: Inputs | null,
  options: FunctionalOptions = {},
): readonly [Inputs, Inputs] {
  const xs = tracked(listOf(inputs), options.createGraph ?? false)
  const { returned, outputs } = evaluate(func, xs)
  const cotangents = v == null ? outputs.map(onlyOne) : listOf(v)
  const found = gradients(outputs, xs, cotangents, options)
  return [detached(returned, options), as(inputs, found)]
}

const onlyOne = (output: Tensor): Tensor => {
  if (output.numel() !== 1) throw needsVector()
  return filled(output.device, output.type_, 1)
}

const detached = (returned: Inputs, { createGraph = false }: FunctionalOptions): Inputs =>
  createGraph
    ? returned
    : (as(
        returned,
        listOf(returned).map((each) => each.detach()),
      ) as Inputs)

/** `J v`: the results of `func`, and the direction `v` of the inputs carried forward; by differentiating backward twice. */
export function jvp(
  func: TensorFunction,
  inputs: Inputs,
  v?: Inputs | null,
  options: FunctionalOptions = {},
): readonly [Inputs, Inputs] {
  const xs = tracked(listOf(inputs), options.createGraph ?? false)
  const directions = v == null ? xs.map(onlyOne) : listOf(v)
  const { returned, outputs } = evaluate(func, xs)
  const dummies = outputs.map((output) => zerosLike(output).requiresGrad_())
  const back = gradients(outputs, xs, dummies, { ...options, createGraph: true })
  const carried = gradients(back, dummies, directions, options)
  return [detached(returned, options), as(returned, carried)]
}

/** Derivatives of each element of the results with respect to each element of the inputs: shape of result, then of input. */
export function jacobian(
  func: TensorFunction,
  inputs: Inputs,
  options: FunctionalOptions = {},
): Tensor | readonly (Tensor | readonly Tensor[])[] {
  const xs = tracked(listOf(inputs), options.createGraph ?? false)
  const { returned, outputs } = evaluate(func, xs)
  const perOutput = outputs.map((output) => {
    const rows = Array.from({ length: output.numel() }, (_, k) =>
      gradients([output], xs, [unit(output, k)], options),
    )
    const perInput = xs.map((x, k) =>
      stack(rows.map((row) => row[k] as Tensor)).reshape([...output.shape, ...x.shape]),
    )
    return as(inputs, perInput)
  })
  return isList(returned) ? perOutput : (perOutput[0] as Tensor)
}

/** 1 at one element, 0 elsewhere. */
function unit({ device, type_: { dtype, shape, size } }: Tensor, position: number): Tensor {
  const data = core.dtypes[dtype].allocate(size)
  core.writeElement(dtype, data, position, 1)
  return new Tensor({ memory: new Memory(cellOfData(device, dtype, shape, data)) })
}

/** Second derivatives of a scalar function: shape of input, then of input again. */
export function hessian(
  func: TensorFunction,
  inputs: Inputs,
  options: FunctionalOptions = {},
): Tensor | readonly (Tensor | readonly Tensor[])[] {
  const first = (...xs: Tensor[]): Inputs => {
    const output = listOf(func(...xs))[0] as Tensor
    return as(inputs, gradients([output], xs, [onlyOne(output)], { createGraph: true })) as Inputs
  }
  return jacobian(first, inputs, options)
}

/** `v^T H` of a scalar function. */
export function vhp(
  func: TensorFunction,
  inputs: Inputs,
  v?: Inputs | null,
  options: FunctionalOptions = {},
): readonly [Inputs, Inputs] {
  const xs = tracked(listOf(inputs), options.createGraph ?? false)
  const { returned, outputs } = evaluate(func, xs)
  const first = gradients(outputs, xs, outputs.map(onlyOne), { createGraph: true })
  const directions = v == null ? xs.map(onlyOne) : listOf(v)
  return [detached(returned, options), as(inputs, gradients(first, xs, directions, options)) as Inputs]
}

/** `H v` of a scalar function: the Hessian is symmetric. */
export const hvp: typeof vhp = (func, inputs, v, options) => vhp(func, inputs, v, options)

const independent = (input: number) =>
  argumentError(
    `Output 0 of the user-provided function is independent of input ${input}. This is not allowed in strict mode.`,
    { input },
  )
const needsVector = () =>
  argumentError(
    'The vector v can only be None if the user-provided function returns a single Tensor with a single element.',
  )
