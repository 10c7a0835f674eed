// Parameters as one vector, and one vector as parameters.
import type { Value } from '@heddle/core'
import * as core from '@heddle/core'
import { argumentError } from '../errors.ts'
import { operation } from '../ops/operation.ts'
import { run } from '../ops/run.ts'
import { Tensor } from '../tensor/tensor.ts'
import { typeName } from './module-errors.ts'

const joined = operation({
  name: 'cat',
  node: 'CatBackward0',
  operands: ['tensors'],
  build: (parts) => core.concat(parts as readonly Value[]),
})

/** The elements of all parameters, one after the other. */
export function parametersToVector(parameters: Iterable<Tensor>): Tensor {
  const list = [...parameters]
  requireOneDevice(list)
  return run(
    joined,
    list.map((parameter) => parameter.view(-1)),
  )
}

/** Parameters look at the parts of `vec` from now on. */
export function vectorToParameters(vec: Tensor, parameters: Iterable<Tensor>): void {
  if (!(vec instanceof Tensor)) {
    throw argumentError(`expected torch.Tensor, but got: ${typeName(vec)}`, {}, 'TypeError')
  }
  const list = [...parameters]
  requireOneDevice(list)
  let from = 0
  for (const parameter of list) {
    const size = parameter.numel()
    parameter.data = vec.narrow(0, from, size).view(parameter.shape).data
    from += size
  }
}

function requireOneDevice(parameters: readonly Tensor[]): void {
  if (parameters.every(({ device }) => device === parameters[0]?.device)) return
  throw argumentError(
    'Found two parameters on different devices, this is currently not supported.',
    {},
    'TypeError',
  )
}
