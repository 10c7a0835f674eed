// `out`: where a function writes its result, instead of making a tensor for it. What it computes is recorded as without, so this is
// one wrapper around every function that takes `out`.

import type { DType as CoreDType, Value } from '@heddle/core'
import { checked } from '../arguments/checked.ts'
import { typeName } from '../arguments/type-names.ts'
import { isGradEnabled, noGrad } from '../autograd/grad-mode.ts'
import { canCast, type DType } from '../dtypes.ts'
import { sameSizes } from '../engine/types.ts'
import { argumentError, cppName, formatSize, type TorchError, twoDevices, warn } from '../errors.ts'
import { Tensor } from '../tensor/tensor.ts'
import { castTo } from './cast.ts'
import { type Named, namedLike } from './named.ts'
import { operation } from './operation.ts'
import { isOptions } from './options.ts'
import { type OutRule, outRuleOf } from './out-rules.ts'
import { resizeTo } from './resize.ts'
import { requireWritable, run } from './run.ts'

/** What a function that gives `R` may write to. */
export interface Out<R = Tensor> {
  readonly out?: (R extends Tensor ? Tensor : readonly Tensor[]) | null
}

/** The function with its arguments checked, and with `out` among its options, where PyTorch has it. */
export function takingOut<A extends readonly unknown[], R>(
  name: string,
  call: (...args: A) => R,
): (...args: A) => R {
  const rule = outRuleOf(name)
  if (rule === undefined) return checked(name, call)
  return checked(name, (...args) => {
    const last = args[args.length - 1]
    if (!isOptions(last) || !('out' in last)) return call(...args)
    const { out, ...options } = last
    const others = args.slice(0, -1)
    const run = (given: object): R => {
      const rest: readonly unknown[] = Object.keys(given).length === 0 ? others : [...others, given]
      return call(...(rest as A))
    }
    if (out == null) return run(options)
    return writeAll(name, rule, run(inDTypeOf(rule, name, out, options)), out, others) as R
  })
}

/** The options, with the dtype of `out` for what computes in it. */
function inDTypeOf({ kind, text }: OutRule, name: string, out: unknown, options: object): object {
  if (!(out instanceof Tensor) || (kind !== 'computes' && kind !== 'makes')) return options
  const { dtype }: { dtype?: DType | null } = options
  if (dtype != null && dtype !== out.dtype) throw refusal(text, name, out.dtype, dtype)
  if (name.endsWith('mean') && !out.dtype.isFloatingPoint) return options
  return { ...options, dtype: out.dtype, ...(kind === 'makes' ? { device: out.device } : {}) }
}

function writeAll(
  name: string,
  rule: OutRule,
  made: unknown,
  out: unknown,
  args: readonly unknown[],
): unknown {
  if (made instanceof Tensor) {
    if (!(out instanceof Tensor)) throw notATensor(name, out)
    write(name, rule, made, out, args)
    return out
  }
  const results = [...(made as Named<string>)]
  if (!Array.isArray(out)) throw notATuple(name, out)
  if (out.length !== results.length) throw tupleLength(results.length, out.length)
  const outs = out.map((each) => {
    if (!(each instanceof Tensor)) throw notATensor(name, each)
    return each
  })
  results.forEach((result, k) => {
    write(name, rule, result, outs[k] as Tensor, args)
  })
  return namedLike(made, outs)
}

const converted = operation<{ dtype: CoreDType }>({
  name: 'out',
  node: null,
  build: ([result], { dtype }) => castTo(result as Value, dtype),
})

function write(name: string, rule: OutRule, result: Tensor, out: Tensor, args: readonly unknown[]): void {
  requireOutsideOfGraph(name, result, out)
  const fits =
    rule.kind === 'refuses' ? result.dtype === out.dtype : canCast(result.dtype.core, out.dtype.core)
  if (!fits) throw refusal(rule.kind === 'computes' ? castText : rule.text, name, out.dtype, result.dtype)
  if (result.device !== out.device) throw twoDevices(out.device, result.device)
  if (!sameSizes(result.type_.shape, out.type_.shape)) {
    if (out.numel() > 0) warnOfResize(name, rule, result, out)
    resizeTo(out, result.shape, result.stride())
  }
  noGrad(() => {
    requireWritable(out, [out, ...(rule.kind === 'makes' ? [] : tensorsOf(args))])
    out.write(
      result.dtype === out.dtype ? result.cell : run(converted, [result], { dtype: out.dtype.core }).cell,
    )
  })
}

const castText = "result type {result} can't be cast to the desired output type {out}"

const tensorsOf = (args: readonly unknown[]): readonly Tensor[] =>
  args.flatMap((arg) =>
    arg instanceof Tensor ? [arg] : Array.isArray(arg) ? arg.filter((each) => each instanceof Tensor) : [],
  )

/** Throws where gradients would be lost: what the result was recorded with says whether. */
function requireOutsideOfGraph(name: string, result: Tensor, out: Tensor): void {
  if (result.gradFn !== null) throw notDifferentiable(kernelOf(result.gradFn.name()))
  if (out.requiresGrad && isGradEnabled()) throw notDifferentiable(name)
}

/** `AddmmBackward0` is of `addmm`. */
const kernelOf = (node: string): string =>
  node
    .replace(/Backward\d*$/, '')
    .replaceAll(/(?<!^)[A-Z]/g, (letter) => `_${letter}`)
    .toLowerCase()

function warnOfResize(name: string, { kind }: OutRule, result: Tensor, out: Tensor): void {
  if (name === 'arange' || name === 'range') warn(lengthWarning(out, result.numel()))
  else if (kind !== 'makes') warn(resizeWarning(out.shape, result.shape))
}

const resizeWarning = (found: readonly number[], required: readonly number[]): string =>
  `An output with one or more elements was resized since it had shape ${formatSize(found)}, which does not match the required output shape ${formatSize(required)}. This behavior is deprecated, and in a future PyTorch release outputs will not be resized unless they have zero elements. You can explicitly reuse an out tensor t by resizing it, inplace, to zero elements with t.resize_(0).`

const lengthWarning = (out: Tensor, computed: number): string =>
  `The number of elements in the out tensor of shape ${formatSize(out.shape)} is ${out.numel()} which does not match the computed number of elements ${computed}. Note that this may occur as a result of rounding error. The out tensor will be resized to a tensor of shape (${computed},).`

function refusal(text: string, name: string, out: DType, result: DType): TorchError {
  const words: Readonly<Record<string, string>> = {
    name,
    out: out.title,
    result: result.title,
    'cpp out': cppName(out.core),
    'cpp result': cppName(result.core),
  }
  const message = text.replaceAll(/\{([a-z ]+)\}/g, (_, word: string) => words[word] ?? word)
  return argumentError(message, { name, out: out.name, result: result.name })
}

const notDifferentiable = (name: string): TorchError =>
  argumentError(
    `${name}(): functions with out=... arguments don't support automatic differentiation, but one of the arguments requires grad.`,
    { name },
  )
const notATensor = (name: string, found: unknown): TorchError =>
  argumentError(`${name}(): argument 'out' must be Tensor, not ${typeName(found)}`, { name }, 'TypeError')
const notATuple = (name: string, found: unknown): TorchError =>
  argumentError(
    `${name}(): argument 'out' must be tuple of Tensors, not ${typeName(found)}`,
    { name },
    'TypeError',
  )
const tupleLength = (expected: number, found: number): TorchError =>
  argumentError(`expected tuple of ${expected} elements but got ${found}`, { expected, found }, 'TypeError')
