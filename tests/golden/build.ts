// From a golden case to a part of a graph: inputs, the call of our function, its derivatives by `vjp`, all as named outputs.
import { vjp } from '@heddle/compiler'
import type { Bindings, Builder, DType, NdArray, Value } from '@heddle/core'
import * as core from '@heddle/core'
import { isFloat, isValue } from '@heddle/core'
import { inputValue } from '@heddle/testkit'
import { type Argument, type GoldenArray, type GoldenCase, type Move, toArray } from './format.ts'

/** One result beside what PyTorch has. */
export interface Compared {
  readonly value: Value
  readonly expected: GoldenArray
  readonly isGradient: boolean
}

export interface Built {
  readonly inputs: readonly Value<'input'>[]
  readonly bindings: Bindings
  /** By name: `output`, `d0` (derivative by input 0), `dd0` (second derivative). */
  readonly results: Readonly<Record<string, Compared>>
}

type PublicFunction = (...args: readonly unknown[]) => unknown
const functions: Readonly<Record<string, unknown>> = { ...core }

/** Adds a case to a builder. Floats are of dtype `float`. */
export function buildCase(b: Builder, golden: GoldenCase, float: DType): Built {
  const feeds = new Feeds(b, golden.exact ? 'f64' : float)
  const operands = golden.inputs.map((input, k) => moved(feeds.add(`x${k}`, input), input.moves ?? []))
  const outputs = callFunction(b, golden, operands)
  const wanted = golden.outputs ?? {}
  const found = Object.keys(outputs).sort().join()
  if (found !== Object.keys(wanted).sort().join())
    throw new Error(`${golden.call} gives ${found}; expected ${Object.keys(wanted).sort().join()}`)
  const results: Record<string, Compared> = {}
  for (const [name, expected] of Object.entries(wanted)) {
    results[name] = { value: outputs[name] as Value, expected, isGradient: false }
  }
  for (const [name, { value, expected }] of Object.entries(derivatives(feeds, golden, operands, outputs))) {
    results[name] = { value, expected, isGradient: true }
  }
  return { inputs: feeds.inputs, bindings: feeds.bindings, results }
}

/** Calls the function of a case that must throw. */
export function callCase(b: Builder, golden: GoldenCase): void {
  const feeds = new Feeds(b, golden.exact ? 'f64' : 'f32')
  const operands = golden.inputs.map((input, k) => moved(feeds.add(`x${k}`, input), input.moves ?? []))
  callFunction(b, golden, operands)
}

class Feeds {
  readonly inputs: Value<'input'>[] = []
  readonly bindings: Record<string, NdArray> = {}
  readonly b: Builder
  readonly float: DType

  constructor(b: Builder, float: DType) {
    this.b = b
    this.float = float
  }

  add(name: string, given: GoldenArray): Value {
    const array = toArray(given, this.float)
    const value = inputValue(this.b, name, array.dtype, array.shape)
    this.inputs.push(value)
    this.bindings[name] = array
    return value
  }

  addAll(prefix: string, given: Readonly<Record<string, GoldenArray>>): Readonly<Record<string, Value>> {
    return Object.fromEntries(
      Object.entries(given).map(([key, array]) => [key, this.add(`${prefix}${key}`, array)]),
    )
  }
}

function moved(base: Value, moves: readonly Move[]): Value {
  return moves.reduce((value, move) => {
    if ('limits' in move) return core.slice(value, move)
    if ('reshape' in move) return core.reshape(value, move.reshape)
    return 'expand' in move ? core.expand(value, move.expand) : core.permute(value, move.permute)
  }, base)
}

function callFunction(
  b: Builder,
  { call, operands, options }: GoldenCase,
  inputs: readonly Value[],
): Readonly<Record<string, Value>> {
  const body = functions[call]
  if (!isFunction(body)) throw new Error(`core exports no function ${call}`)
  const given = (argument: Argument): unknown => materialized(b, argument, inputs)
  const args = operands.map(given)
  if (options !== undefined)
    args.push(Object.fromEntries(Object.entries(options).map(([key, value]) => [key, given(value)])))
  return named(call, body(...args))
}

const isFunction = (candidate: unknown): candidate is PublicFunction => typeof candidate === 'function'

function materialized(b: Builder, argument: Argument, inputs: readonly Value[]): unknown {
  if (argument === null) return undefined
  if (typeof argument !== 'object') return argument
  const inner = (each: Argument): unknown => materialized(b, each, inputs)
  if (isList(argument)) return argument.map(inner)
  if ('input' in argument) return inputs[argument.input]
  if ('builder' in argument) return b
  if ('null' in argument) return null
  if ('number' in argument) return Number(argument.number)
  return Object.fromEntries(Object.entries(argument.fields).map(([key, value]) => [key, inner(value)]))
}

const isList = (argument: Argument): argument is readonly Argument[] => Array.isArray(argument)

/** A result by names: one value, an array by position, an object by its fields. */
function named(call: string, result: unknown): Readonly<Record<string, Value>> {
  if (isValue(result)) return { output: result }
  if (typeof result !== 'object' || result === null) throw new Error(`${call} gives ${String(result)}`)
  return Object.fromEntries(Object.entries(result).filter(([, value]) => isValue(value)))
}

type Derivatives = Readonly<Record<string, { readonly value: Value; readonly expected: GoldenArray }>>

function derivatives(
  feeds: Feeds,
  { cotangents, gradients, second }: GoldenCase,
  operands: readonly Value[],
  outputs: Readonly<Record<string, Value>>,
): Derivatives {
  if (cotangents === undefined || gradients === undefined) return {}
  const of = Object.keys(cotangents)
  const wrt = Object.keys(gradients)
  const given = feeds.addAll('c.', cotangents)
  const sources = wrt.map((k) => operands[Number(k)] as Value)
  const first = vjp(
    of.map((key) => outputs[key] as Value),
    of.map((key) => given[key] as Value),
    sources,
  )
  const results: Record<string, Derivatives[string]> = {}
  wrt.forEach((k, at) => {
    results[`d${k}`] = { value: first[at] as Value, expected: gradients[k] as GoldenArray }
  })
  if (second === undefined) return results
  const seeds = feeds.addAll('s.', second.seeds)
  const active = wrt.filter((k) => isFloat((seeds[k] as Value).type.dtype))
  const again = vjp(
    first,
    active.map((k) => seeds[k] as Value),
    sources,
  )
  wrt.forEach((k, at) => {
    results[`dd${k}`] = { value: again[at] as Value, expected: second.gradients[k] as GoldenArray }
  })
  return results
}
