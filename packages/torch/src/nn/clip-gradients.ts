// Gradients made smaller in place, before a step: all together by their norm, or each element by itself. Nothing is looked at, so the
// step stays one plan.
import type { Value } from '@heddle/core'
import * as core from '@heddle/core'
import { noGrad } from '../autograd/grad-mode.ts'
import { notePersistent } from '../engine/evaluate.ts'
import { argumentError, warn } from '../errors.ts'
import { tensor as tensorOf } from '../ops/creation.ts'
import { operation } from '../ops/operation.ts'
import { run, runInPlace } from '../ops/run.ts'
import { type Arguments, parse } from '../ops/signature.ts'
import { reprFloat } from '../print/python.ts'
import { Tensor } from '../tensor/tensor.ts'

type Parameters = Tensor | Iterable<Tensor>

interface NormOrder {
  readonly p: number
}

const normOfAll = operation<NormOrder>({
  name: 'grad_norm',
  node: null,
  build: (grads, { p }) => {
    const norms = (grads as readonly Value[]).map((grad) => core.norm(grad, { p }))
    return core.norm(core.stack(norms), { p })
  },
})

/** `max / (norm + 1e-6)`, at most 1. */
const factor = operation({
  name: 'clip_coef',
  node: null,
  build: ([norm, most]) => {
    const inverse = core.div(1, core.add(norm as Value, 1e-6))
    return core.minimum(core.mul(inverse, most as Value), 1)
  },
})

const scaled = operation({
  name: 'mul',
  node: null,
  build: ([grad, by]) => {
    const { dtype } = (grad as Value).type
    return core.mul(grad as Value, core.cast(by as Value, dtype))
  },
})

export interface ClipNormOptions {
  maxNorm: number
  /** Infinity: the largest element. */
  normType?: number
  errorIfNonfinite?: boolean
  /** Says how PyTorch goes over the tensors; a plan does all at once. */
  foreach?: boolean | null
}

const clipNames = ['maxNorm', 'normType', 'errorIfNonfinite', 'foreach'] as const

/** Scales the gradients so that the norm of all of them together is at most `maxNorm`. Gives the norm there was. */
export function clipGradNorm_(
  parameters: Parameters,
  ...args: Arguments<ClipNormOptions, typeof clipNames>
): Tensor {
  const {
    maxNorm,
    normType = 2,
    errorIfNonfinite = false,
  } = parse<ClipNormOptions>('clip_grad_norm_', clipNames, [], args)
  const grads = gradientsOf(parameters)
  if (grads.length === 0) return tensorOf(0)
  return noGrad(() => {
    const norm = run(normOfAll, grads, { p: normType })
    // It is looked at after the step, if at all, when what it was computed from is gone.
    notePersistent(norm.memory)
    if (errorIfNonfinite && !Number.isFinite(norm.item())) throw nonFinite(normType)
    const by = run(factor, [norm, maxNorm])
    for (const grad of grads) runInPlace(scaled, grad, [by])
    return norm
  })
}

/** `clipGradNorm_` under the name it had before it said that it works in place. */
export const clipGradNorm: typeof clipGradNorm_ = (parameters, ...args) => {
  warn('torch.nn.utils.clip_grad_norm is now deprecated in favor of torch.nn.utils.clip_grad_norm_.')
  return clipGradNorm_(parameters, ...args)
}

const clamped = operation({
  name: 'clamp_',
  node: null,
  build: ([grad, least, most]) => core.minimum(core.maximum(grad as Value, least as Value), most as Value),
})

/** Every element of the gradients is brought between `-clipValue` and `clipValue`. */
export function clipGradValue_(parameters: Parameters, clipValue: number): void {
  noGrad(() => {
    for (const grad of gradientsOf(parameters)) runInPlace(clamped, grad, [-clipValue, clipValue])
  })
}

function gradientsOf(parameters: Parameters): readonly Tensor[] {
  const list = parameters instanceof Tensor ? [parameters] : [...parameters]
  return list.flatMap(({ storedGrad }) => (storedGrad === null ? [] : [storedGrad.detach()]))
}

const nonFinite = (order: number) =>
  argumentError(
    `The total norm of order ${reprFloat(order)} for gradients from \`parameters\` is non-finite, so it cannot be clipped. To disable this error and scale the gradients by the non-finite norm anyway, set \`error_if_nonfinite=False\``,
    { order },
  )
