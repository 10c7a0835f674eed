// A function that is recorded for each kind of arguments, and then repeated. Calls are watched until two in a row did the same; what
// cannot be repeated, or is something else at each call, stays eager, and says why.
import { isAnomalyEnabled } from '../autograd/anomaly.ts'
import { nextSequence } from '../autograd/node.ts'
import { currentPacking } from '../autograd/packing.ts'
import type { Cell } from '../engine/cell.ts'
import { watcher } from '../engine/watch.ts'
import { warn } from '../errors.ts'
import { contiguous, isContiguous, type Layout, preservedStrides } from '../tensor/layout.ts'
import { Tensor } from '../tensor/tensor.ts'
import { graphBreak, recompileLimit } from './errors.ts'
import { gradientsOf, hasGradient } from './gradients.ts'
import { Places } from './places.ts'
import { isSameProgram, type Program, programOf, type ResultTensor } from './program.ts'
import { Recording, type Remembered, stateOf, tensorAt } from './recording.ts'
import { recordedResults, runProgram } from './replay.ts'
import { type Arguments, argumentsOf, resultOf, sameTokens, traitsOf } from './structure.ts'

/** Kinds of arguments that one function is compiled for. */
const mostVariants = 8

/** Calls that are watched before a function stays eager. */
const mostTries = 4

/** What a function does for one kind of arguments. */
interface Variant {
  readonly tokens: readonly unknown[]
  /** What the last call that was watched did, or the reason why no program can do it. */
  program: Program | string
  /** Two calls that were watched did the same: it is repeated from now on. */
  isSure: boolean
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
    // Within another it is a part of that; what is asked of each node there are none to ask.
    if (watcher !== undefined || currentPacking() !== undefined || isAnomalyEnabled())
      return this.#fn(...args)
    const given = argumentsOf(args)
    if (given === undefined) return this.#fn(...args)
    const variant = this.#find(given)
    if (variant !== undefined) {
      variant.calls++
      if (!variant.isSure && variant.calls <= mostTries) return this.#record(args, given, variant)
      return variant.isSure && typeof variant.program !== 'string'
        ? runProgram(variant.program, given.tensors)
        : this.#fn(...args)
    }
    if (this.#variants.length < mostVariants) {
      const made = { tokens: given.tokens, program: 'no call came to its end', isSure: false, calls: 1 }
      this.#variants.unshift(made)
      return this.#record(args, given, made)
    }
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
      const asides = program.steps.filter((step) => 'run' in step).length
      const parts = asides === 0 ? '' : `, around ${asides} of optimizers and schedules`
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
      if (variant.isSure && typeof variant.program !== 'string' && !isAsRemembered(variant.program, tensors))
        continue
      if (k > 0) {
        variants.splice(k, 1)
        variants.unshift(variant)
      }
      return variant
    }
    return undefined
  }

  /** Runs the function, and sees what it does. */
  #record(args: readonly unknown[], given: Arguments, variant: Variant): unknown {
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
    const { program: before } = variant
    if (program === undefined) variant.program = recording.reason ?? 'nothing was recorded'
    else {
      variant.isSure = typeof before !== 'string' && isSameProgram(before, program)
      const isLast = variant.calls === mostTries && !variant.isSure
      if (isLast) refused(changing)
      variant.program = isLast ? changing : program
    }
    return program === undefined ? result : recordedResults(program, given.tensors, places)
  }
}

const changing = 'it does something else at each call'

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
  readonly values: readonly unknown[]
}

/** Undefined, and a reason with the recording, where there is no program that does the same. */
function compiledProgram(
  recording: Recording,
  places: Places,
  args: readonly Tensor[],
  since: number,
  { tensors, cells, rebuild, values }: Given,
): Program | undefined {
  const gradients = recording.gradientMemories()
  const memories = new Set<object>()
  for (const tensor of tensors) {
    if (!recording.isMade(tensor)) {
      if (recording.isReplaced(tensor)) recording.refuse('a result is a gradient that was replaced')
      continue
    }
    if (!recording.isMade(tensor.memory))
      recording.refuse('a result shares memory with a tensor from outside')
    if (memories.has(tensor.memory)) recording.refuse('results share memory')
    if (gradients.has(tensor.memory)) recording.refuse('a result is a gradient that was set')
    if (tensor.requiresGrad && tensor.isLeaf) recording.refuse('a result is a leaf that requires a gradient')
    if (tensor.constructor !== Tensor) recording.refuse('a result is a parameter')
    if (!tensor.isView && !isDense(tensor.layout_)) recording.refuse('the memory of a result has gaps')
    memories.add(tensor.memory)
  }
  if (recording.reason !== undefined) return undefined
  const through = tensors.filter((tensor) => recording.isMade(tensor) && hasGradient(tensor))
  const backward = gradientsOf(recording, places, through, args, since)
  const results = tensors.map((tensor, k): ResultTensor => {
    if (!recording.isMade(tensor)) return { kind: 'outside', origin: recording.originOf(tensor) }
    const output = through.indexOf(tensor)
    const cell = cells[k] as Cell
    return {
      kind: 'made',
      place: places.placeOf(cell, places.last),
      layout: ownLayout(tensor.layout_),
      output: output < 0 ? undefined : output,
      isInference: tensor.isInference(),
      isLast: output < 0 || backward === 'freed' || recording.losses.has(cell),
    }
  })
  const program = programOf(recording, places, { results, rebuild, values }, backward)
  return recording.reason === undefined ? program : undefined
}

const isDense = (layout: Layout): boolean =>
  isContiguous(layout) || preservedStrides(layout) === layout.strides

/** The order of memory of a result, as far as memory of its own can have it. */
const ownLayout = (layout: Layout): Layout =>
  isDense(layout) ? { ...layout, offset: 0 } : contiguous(layout.shape)

/** Whether all that a program depends on, beside its arguments, is as it was. */
function isAsRemembered({ remembered, changesTensors }: Program, args: readonly Tensor[]): boolean {
  for (const [module, { training, version }] of remembered.modules) {
    const now = stateOf(module)
    if (now.training !== training || now.version !== version) return false
  }
  for (const [tensor, traits] of remembered.tensors) {
    if (!sameTokens(traits, traitsOf(tensor))) return false
  }
  for (const [origin, was] of remembered.gradients) {
    const grad = tensorAt({ from: 'gradient', of: origin }, args)
    if (!sameTokens(was, grad === null ? [] : traitsOf(grad))) return false
  }
  for (const { read, was } of remembered.states.values()) if (!sameTokens(was, read())) return false
  for (const [x, y] of remembered.twins.values()) {
    if (tensorAt(x, args)?.contents !== tensorAt(y, args)?.contents) return false
  }
  return !changesTensors || sharesMemoryAsBefore(remembered, args)
}

function sharesMemoryAsBefore({ sharing }: Remembered, args: readonly Tensor[]): boolean {
  const firsts = new Map<object | undefined, number>()
  for (let k = 0; k < sharing.length; k++) {
    const { origin, first, firstCounter } = sharing[k] as Remembered['sharing'][number]
    const tensor = tensorAt(origin, args)
    if (firstOf(tensor?.memory, k, firsts) !== first) return false
    if (firstOf(tensor?.counter, k, firsts) !== firstCounter) return false
  }
  return true
}

/** The number by which a thing is known, from now on this one if it is new. */
function firstOf(thing: object | undefined, k: number, firsts: Map<object | undefined, number>): number {
  const known = firsts.get(thing)
  if (known === undefined) firsts.set(thing, k)
  return known ?? k
}
