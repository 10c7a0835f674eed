// All parameters as one long vector, and the arithmetic of such vectors. Numbers come out by looking, and go in as operands, so that
// no value makes a plan of its own.
import * as core from '@heddle/core'
import { type Value, writeElement } from '@heddle/core'
import { notePersistent } from '../engine/evaluate.ts'
import { tensorOfData } from '../ops/creation.ts'
import { operation } from '../ops/operation.ts'
import { run, runInPlace } from '../ops/run.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { filledLike } from './state.ts'

/** Evaluated with whatever is looked at next, and not again. */
function kept(tensor: Tensor): Tensor {
  notePersistent(tensor.memory)
  return tensor
}

const numberLike = ({ dtype }: Tensor, value: number): Tensor => {
  const data = core.dtypes[dtype.core].allocate(1)
  writeElement(dtype.core, data, 0, value)
  return tensorOfData(dtype, [], data)
}

const joined = operation({
  name: 'flat_grad',
  node: null,
  build: (parts) => core.concat((parts as readonly Value[]).map((part) => core.reshape(part, [-1]))),
})

/** The gradients of parameters, one after the other; zeros for those without. */
export const flatGradients = (params: readonly Tensor[]): Tensor =>
  kept(
    run(
      joined,
      params.map((param) => param.storedGrad ?? filledLike(param)),
    ),
  )

const dotted = operation({
  name: 'dot',
  node: null,
  build: ([x, y]) => core.sum(core.mul(x as Value, y as Value)),
})
export const dot = (x: Tensor, y: Tensor): number => run(dotted, [x, y]).item()

const largest = operation({ name: 'abs_max', node: null, build: ([x]) => core.max(core.abs(x as Value)) })
/** The largest magnitude. */
export const absMax = (x: Tensor): number => run(largest, [x]).item()

const summed = operation({ name: 'abs_sum', node: null, build: ([x]) => core.sum(core.abs(x as Value)) })
export const absSum = (x: Tensor): number => run(summed, [x]).item()

const blended = operation({
  name: 'axpy',
  node: null,
  build: ([x, factor, y]) => core.add(x as Value, core.mul(factor as Value, y as Value)),
})
/** `x + factor y` */
export const plus = (x: Tensor, factor: number, y: Tensor): Tensor =>
  kept(run(blended, [x, numberLike(x, factor), y]))

const multiplied = operation({
  name: 'scaled',
  node: null,
  build: ([x, factor]) => core.mul(x as Value, factor as Value),
})
/** `factor x` */
export const times = (x: Tensor, factor: number): Tensor => kept(run(multiplied, [x, numberLike(x, factor)]))

const moved = operation<{ readonly from: number }>({
  name: 'move',
  node: null,
  build: ([param, factor, along], { from }) => {
    const { shape } = (param as Value).type
    const part = core.narrow(along as Value, { axis: 0, start: from, size: core.sizeOf(shape) })
    return core.add(param as Value, core.mul(factor as Value, core.reshape(part, shape)))
  },
})
/** Adds `factor along` to the parameters, in place. */
export function move(params: readonly Tensor[], factor: number, along: Tensor): void {
  let from = 0
  for (const param of params) {
    runInPlace(moved, param, [numberLike(param, factor), along], { from })
    from += param.numel()
  }
}
