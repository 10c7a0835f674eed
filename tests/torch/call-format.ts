// The form of recorded calls of PyTorch, and how the same call is made here by the API rules: names in camelCase, positional
// arguments in their order, keywords in one options object at the end. `tools/golden/torch/calls.py` writes them.
import * as torch from '@heddle/torch'
import { camelCase } from '../../tools/camel-case.ts'

export interface CallFile {
  readonly source: string
  readonly cases: readonly CallCase[]
}

export interface CallCase {
  readonly name: string
  readonly call: string
  readonly args: readonly Argument[]
  readonly kwargs?: Readonly<Record<string, Argument>>
  readonly forms: readonly ('function' | 'method')[]
  readonly inputs: readonly Input[]
  readonly result?: Result
  /** In place, or to `out`: contents of the operands after the call, and strides that are not row-major. */
  readonly written?: readonly (Elements & { readonly strides?: readonly number[] })[]
  readonly gradients?: readonly (Elements | null)[]
  readonly tolerance?: number
  readonly error?: { readonly kind: string; readonly message: string; readonly backward?: true }
}

export type Argument =
  | number
  | string
  | boolean
  | null
  | readonly Argument[]
  | { readonly input: number }
  | { readonly dtype: string }
  | { readonly number: string }
  | { readonly text: string }
  | { readonly slice: readonly (number | null)[] }

export interface Elements {
  readonly dtype: string
  readonly shape: readonly number[]
  /** Numbers with commas between, or d: or f: and base64 of float64 or float32. */
  readonly data?: string
}

export interface Input extends Elements {
  readonly grad?: true
  /** Methods called on the tensor before the call, with their arguments. */
  readonly moves?: readonly (readonly [string, readonly Argument[]])[]
}

export type Result =
  | { readonly same: number; readonly node: string | null }
  | { readonly items: readonly Result[]; readonly fields?: readonly string[] }
  | { readonly value: Argument }
  | (Elements & { readonly strides: readonly number[]; readonly node: string | null })

type Callable = (...args: readonly unknown[]) => unknown

/** What a call is made of: leaves, operands, and the function or method to call. */
export interface Prepared {
  readonly leaves: readonly torch.Tensor[]
  readonly operands: readonly torch.Tensor[]
  run(): unknown
}

export function prepare(subject: CallCase, form: 'function' | 'method'): Prepared {
  const isWritten =
    subject.call.endsWith('_') || subject.call === 'set_at' || subject.kwargs?.['out'] !== undefined
  const made = subject.inputs.map((input) => makeInput(input, isWritten))
  const operands = made.map(({ operand }) => operand)
  return { leaves: made.map(({ leaf }) => leaf), operands, run: () => callWith(subject, form, operands) }
}

/** The recorded call of other operands. */
export function callWith(
  subject: CallCase,
  form: 'function' | 'method',
  operands: readonly torch.Tensor[],
): unknown {
  const args = subject.args.map((argument) => argumentOf(argument, operands))
  const keywords = Object.entries(subject.kwargs ?? {})
  const options = Object.fromEntries(
    keywords.map(([key, value]) => [camelCase(key), argumentOf(value, operands)]),
  )
  return callOf(subject, form, keywords.length === 0 ? args : [...args, options])
}

function callOf({ call }: CallCase, form: 'function' | 'method', args: readonly unknown[]): unknown {
  const path = call.split('.').map(camelCase)
  if (form === 'function') {
    const found = path.reduce<unknown>(
      (owner, part) => (owner as Readonly<Record<string, unknown>>)?.[part],
      torch,
    )
    if (typeof found !== 'function') throw new Error(`there is no torch.${path.join('.')}`)
    return (found as Callable)(...args)
  }
  const [self, ...others] = args
  const method = (self as Readonly<Record<string, unknown>>)[path[0] as string]
  if (typeof method !== 'function') throw new Error(`there is no method ${path[0]}`)
  return (method as Callable).call(self, ...others)
}

function makeInput(input: Input, isWritten: boolean): { leaf: torch.Tensor; operand: torch.Tensor } {
  const leaf = tensorOf(input)
  if (input.grad === true) leaf.requiresGrad_()
  let operand = isWritten && input.grad === true ? leaf.clone() : leaf
  for (const [method, args] of input.moves ?? []) {
    const run = Reflect.get(operand, camelCase(method)) as Callable
    operand = run.call(operand, ...args.map((argument) => argumentOf(argument, []))) as torch.Tensor
  }
  return { leaf, operand }
}

const dtypeNamed = (name: string): torch.DType => Reflect.get(torch, name) as torch.DType

export function tensorOf({ dtype, shape, data = '' }: Elements): torch.Tensor {
  const numbers = numbersOf(data)
  return torch
    .tensor(dtype === 'int64' ? numbers.map(BigInt) : numbers, { dtype: dtypeNamed(dtype) })
    .view([...shape])
    .detach()
}

/** Elements as numbers; int64 beyond what numbers hold is not recorded. */
export function numbersOf(data: string): number[] {
  if (data === '') return []
  if (!/^[df]:/.test(data)) return data.split(',').map(Number)
  const bytes = Uint8Array.from(atob(data.slice(2)), (letter) => letter.charCodeAt(0))
  return [...(data.startsWith('d') ? new Float64Array(bytes.buffer) : new Float32Array(bytes.buffer))]
}

export function argumentOf(argument: Argument, operands: readonly torch.Tensor[]): unknown {
  if (typeof argument !== 'object' || argument === null) return argument
  if (isList(argument)) return argument.map((each) => argumentOf(each, operands))
  if ('input' in argument) return operands[argument.input]
  if ('dtype' in argument) return dtypeNamed(argument.dtype)
  if ('number' in argument) return { inf: Infinity, '-inf': -Infinity, nan: Number.NaN }[argument.number]
  if ('text' in argument) return argument.text
  const [start = null, stop = null, step = null] = argument.slice
  return torch.slice(start, stop, step)
}

const isList = (argument: Argument): argument is readonly Argument[] => Array.isArray(argument)
