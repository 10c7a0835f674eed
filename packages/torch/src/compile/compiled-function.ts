// A function that is recorded once for each kind of arguments, and then repeated. The first call with a kind of arguments is watched;
// what cannot be repeated stays eager, and says why.
import { nextSequence } from '../autograd/node.ts'
import type { Cell } from '../engine/cell.ts'
import { watcher } from '../engine/watch.ts'
import { warn } from '../errors.ts'
import { contiguous, isContiguous, type Layout, preservedStrides } from '../tensor/layout.ts'
import { Tensor } from '../tensor/tensor.ts'
import { graphBreak, recompileLimit } from './errors.ts'
import { gradientsOf, hasGradient } from './gradients.ts'
import { Places, type Program, programOf, type ResultTensor } from './program.ts'
import { Recording, stateOf } from './recording.ts'
import { recordedResults, runProgram } from './replay.ts'
import { type Arguments, argumentsOf, resultOf, traitsOf } from './structure.ts'

/** Kinds of arguments that one function is compiled for. */
const mostVariants = 8

/** What a function does for one kind of arguments. */
interface Variant {
  readonly tokens: readonly unknown[]
  /** The reason why it runs eagerly, if it does. */
  readonly program: Program | string
  calls: number
}

export type Eager = (...args: readonly unknown[]) => unknown

export class CompiledFunction {
  readonly #name: string
  readonly #fn: Eager
  readonly #fullgraph: boolean
  #variants: Variant[] = []
  #isFull = false

  constructor(name: string, fn: Eager, fullgraph: boolean) {
    this.#name = name
    this.#fn = fn
    this.#fullgraph = fullgraph
    all.add(new WeakRef(this))
  }

  call(args: readonly unknown[]): unknown {
    // Within another it is a part of that.
    if (watcher !== undefined) return this.#fn(...args)
    const given = argumentsOf(args)
    if (given === undefined) return this.#fn(...args)
    const variant = this.#find(given)
    if (variant !== undefined) {
      variant.calls++
      return typeof variant.program === 'string'
        ? this.#fn(...args)
        : runProgram(variant.program, given.tensors)
    }
    if (this.#variants.length < mostVariants) return this.#record(args, given)
    if (!this.#isFull) warn(recompileLimit(this.#name, mostVariants))
    this.#isFull = true
    return this.#fn(...args)
  }

  forget(): void {
    this.#variants = []
    this.#isFull = false
  }

  explain(): string {
    const lines = this.#variants.map(({ program, calls }, k) => {
      if (typeof program === 'string') return `${k}: runs eagerly, since ${program}; ${calls} calls`
      const steps = program.steps.filter((step) => typeof step === 'function').length
      const parts = steps === 0 ? '' : `, with ${steps} steps of optimizers or schedulers between`
      const back = typeof program.backward === 'object' ? ', backward included' : ''
      return `${k}: ${program.operations} operations as one${back}${parts}; ${calls} calls`
    })
    return [`${this.#name}: compiled for ${this.#variants.length} kinds of arguments`, ...lines].join('\n')
  }

  #find({ tensors, tokens }: Arguments): Variant | undefined {
    const variants = this.#variants
    for (let k = 0; k < variants.length; k++) {
      const variant = variants[k] as Variant
      if (!sameTokens(variant.tokens, tokens)) continue
      if (typeof variant.program !== 'string' && !isAsRemembered(variant.program, tensors)) continue
      if (k > 0) {
        variants.splice(k, 1)
        variants.unshift(variant)
      }
      return variant
    }
    return undefined
  }

  #record(args: readonly unknown[], given: Arguments): unknown {
    const refused = (reason: string): void => {
      if (this.#fullgraph) throw graphBreak(this.#name, reason)
    }
    const recording = new Recording(given.tensors, refused)
    const since = nextSequence()
    const { result, parts, cells } = recording.watch(() => {
      const result = this.#fn(...args)
      const parts = resultOf(result)
      if (typeof parts === 'string') {
        recording.refuse(`the result holds ${parts}`)
        return { result, parts, cells: [] }
      }
      return { result, parts, cells: parts.tensors.map((tensor) => tensor.contents) }
    })
    const places = new Places(recording)
    const program =
      typeof parts === 'string' || recording.reason !== undefined
        ? undefined
        : compiledProgram(recording, places, given.tensors, since, { ...parts, cells })
    this.#variants.unshift({
      tokens: given.tokens,
      program: program ?? recording.reason ?? 'nothing was recorded',
      calls: 1,
    })
    return program === undefined ? result : recordedResults(program, given.tensors, places)
  }
}

/** All there are. */
const all = new Set<WeakRef<CompiledFunction>>()

/** Forgets what every function was compiled to. */
export function forgetAll(): void {
  for (const each of all) {
    const compiled = each.deref()
    if (compiled === undefined) all.delete(each)
    else compiled.forget()
  }
}

interface Given {
  readonly tensors: readonly Tensor[]
  readonly cells: readonly Cell[]
  readonly rebuild: Program['rebuild']
}

/** Undefined, and a reason with the recording, where there is no program that does the same. */
function compiledProgram(
  recording: Recording,
  places: Places,
  args: readonly Tensor[],
  since: number,
  { tensors, cells, rebuild }: Given,
): Program | undefined {
  const memories = new Map<object, Tensor>()
  for (const tensor of tensors) {
    if (!recording.isMade(tensor)) continue
    if (!recording.isMade(tensor.memory))
      recording.refuse('a result shares memory with a tensor from outside')
    if (memories.has(tensor.memory)) recording.refuse('results share memory')
    if (tensor.requiresGrad && tensor.isLeaf) recording.refuse('a result is a leaf that requires a gradient')
    if (tensor.constructor !== Tensor) recording.refuse('a result is a parameter')
    if (!tensor.isView && !isDense(tensor.layout_)) recording.refuse('the memory of a result has gaps')
    memories.set(tensor.memory, tensor)
  }
  if (recording.reason !== undefined) return undefined
  const through = tensors.filter((tensor) => recording.isMade(tensor) && hasGradient(tensor))
  const gradients = gradientsOf(recording, places, through, args, since)
  const results = tensors.map((tensor, k): ResultTensor => {
    if (!recording.isMade(tensor)) return { kind: 'outside', origin: recording.originOf(tensor) }
    const output = through.indexOf(tensor)
    const cell = cells[k] as Cell
    return {
      kind: 'made',
      place: places.placeOf(cell, places.last),
      layout: ownLayout(tensor.layout_),
      output: output < 0 ? undefined : output,
      isLast: output < 0 || gradients === 'freed' || recording.losses.has(cell),
    }
  })
  const program = programOf(recording, places, { results, rebuild }, gradients)
  return recording.reason === undefined ? program : undefined
}

const isDense = (layout: Layout): boolean =>
  isContiguous(layout) || preservedStrides(layout) === layout.strides

/** The order of memory of a result, as far as memory of its own can have it. */
const ownLayout = (layout: Layout): Layout =>
  isDense(layout) ? { ...layout, offset: 0 } : contiguous(layout.shape)

function sameTokens(x: readonly unknown[], y: readonly unknown[]): boolean {
  if (x.length !== y.length) return false
  for (let k = 0; k < x.length; k++) if (!Object.is(x[k], y[k])) return false
  return true
}

function isAsRemembered({ remembered }: Program, args: readonly Tensor[]): boolean {
  for (const [module, { training, version }] of remembered.modules) {
    const now = stateOf(module)
    if (now.training !== training || now.version !== version) return false
  }
  for (const [tensor, traits] of remembered.tensors) {
    if (!sameTokens(traits, traitsOf(tensor))) return false
  }
  for (const [origin, had] of remembered.hasGradient) {
    const tensor =
      origin.from === 'argument' ? args[origin.index] : origin.from === 'tensor' ? origin.tensor : undefined
    if (tensor !== undefined && (tensor.storedGrad !== null) !== had) return false
  }
  return true
}
