// The argument parser of PyTorch: which signature a call fits, or what is wrong with it, in PyTorch's words. A combination of kinds
// of arguments that was taken once is taken again at once.

import { isOptions } from '../ops/options.ts'
import { Tensor } from '../tensor/tensor.ts'
import * as errors from './errors.ts'
import * as kinds from './kinds.ts'
import { checkPython } from './python.ts'
import type { Form, Parameter, Signature } from './signatures.ts'

/** Combinations that are remembered for one function. */
const mostCombinations = 64

/** A call: positional arguments, and those by keyword. */
export interface Call {
  readonly args: readonly unknown[]
  readonly keywords: ReadonlyMap<string, unknown>
}

type ParserForm = Extract<Form, { language: 'C++' }>

export class ArgumentCheck {
  readonly #form: Form
  readonly #isMethod: boolean
  readonly #known = new Set<number>()
  /** Keys that options had, numbered. */
  readonly #keys = new Map<string, number>()

  constructor(form: Form, isMethod: boolean) {
    this.#form = form
    this.#isMethod = isMethod
  }

  /** Throws PyTorch's TypeError where the function, or the method of `self`, does not take the arguments. */
  check(args: readonly unknown[], self?: unknown): void {
    const combination = this.#combination(args)
    if (this.#known.has(combination)) return
    this.#parse(callOf(args), self ?? args[0])
    this.#remember(combination)
  }

  #remember(combination: number): void {
    const known = this.#known
    if (combination <= Number.MAX_SAFE_INTEGER && known.size < mostCombinations) known.add(combination)
  }

  /** A number for the kinds of the arguments; too large a one where there are too many. */
  #combination(args: readonly unknown[]): number {
    let found = 1
    for (const arg of args) {
      const kind = kinds.kindOf(arg)
      found = found * kinds.kindCount + kind
      if (kind !== kinds.other || !isOptions(arg)) continue
      const options = arg as Readonly<Record<string, unknown>>
      for (const key in options) {
        let number = this.#keys.get(key)
        if (number === undefined) {
          number = this.#keys.size
          this.#keys.set(key, number)
        }
        found = (found * kinds.kindCount + number) * kinds.kindCount + kinds.kindOf(options[key])
      }
    }
    return found
  }

  #parse(call: Call, self: unknown): void {
    const form = this.#form
    switch (form.language) {
      case 'nothing':
        if (call.args.length > 0) throw errors.takesNothing(form.name, call.args.length)
        if (call.keywords.size > 0) throw errors.takesNoKeywords(form.name)
        return
      case 'Python':
        checkPython(form, call, this.#isMethod)
        return
      case 'C++': {
        const signature = matching(form, call)
        requireElements(form, signature, call)
        refuseNames(form, signature, call, self)
      }
    }
  }
}

function callOf(all: readonly unknown[]): Call {
  let count = all.length
  const keywords = new Map<string, unknown>()
  const last = all[count - 1]
  if (isOptions(last)) {
    count--
    for (const [key, value] of Object.entries(last)) if (value !== undefined) keywords.set(key, value)
  }
  while (count > 0 && all[count - 1] === undefined) count--
  return { args: all.slice(0, count), keywords }
}

/** The first signature that a call fits. */
function matching(form: ParserForm, call: Call): Signature {
  const { name, signatures, newer, hasOlder } = form
  const all = newer.length === 0 ? signatures : [...signatures, ...newer]
  if (all.length > 1 || hasOlder) {
    const found = all.find((signature) => mismatch(name, signature, call) === undefined)
    if (found !== undefined) return found
  }
  const count = call.args.length + call.keywords.size
  const plausible =
    signatures.length === 1 && !hasOlder
      ? signatures
      : signatures.filter(({ least, parameters }) => count >= least && count <= parameters.length)
  const [only] = plausible
  if (only === undefined || plausible.length > 1) throw errors.noneFits(name, signatures, call)
  const wrong = mismatch(name, only, call)
  if (wrong !== undefined) throw wrong()
  return only
}

/** What is wrong with a call for one signature; nothing if it fits. */
function mismatch(name: string, signature: Signature, { args, keywords }: Call): (() => Error) | undefined {
  const { parameters, mostPositional } = signature
  if (isSpreadBehindTensor(signature, args)) return undefined
  const [first] = parameters
  const takesSpread = mostPositional === 1 && first?.letter.letter === 'I'
  if (args.length > mostPositional && !takesSpread) return () => errors.tooMany(name, signature, args.length)
  let position = 0
  let remaining = keywords.size
  for (const [index, parameter] of parameters.entries()) {
    const isPositional = position < args.length
    if (isPositional && parameter.isKeyword) return () => errors.tooMany(name, signature, args.length)
    const argument = isPositional ? args[position] : keywordOf(parameter, keywords)
    if (argument === undefined) {
      if (!parameter.isOptional) return () => errors.missing(name, parameters.slice(index))
    } else if (!fits(name, parameter, argument)) {
      const isSpread = isPositional && position === 0 && takesSpread && kinds.kindOf(argument) === kinds.int
      if (!isSpread) {
        const place = isPositional ? position + 1 : undefined
        return () => errors.wrongType(name, parameter, place, argument)
      }
      position = args.length
      continue
    }
    if (isPositional) position++
    else if (argument !== undefined) remaining--
  }
  return remaining > 0 ? () => errors.extraKeyword(name, signature, args.length, keywords) : undefined
}

/** `reshape(x, 2, 3)`, which PyTorch takes as a method only. */
const isSpreadBehindTensor = (
  { parameters: [first, second, ...others] }: Signature,
  args: readonly unknown[],
): boolean =>
  first?.letter.letter === 'T' &&
  second?.letter.letter === 'I' &&
  others.length === 0 &&
  args.length > 1 &&
  args[0] instanceof Tensor &&
  args.slice(1).every((each) => kinds.kindOf(each) === kinds.int)

/** NumPy's names are taken, too. */
const keywordOf = ({ key }: Parameter, keywords: ReadonlyMap<string, unknown>): unknown =>
  keywords.get(key) ?? (keywords.has(key) ? null : keywords.get(numpyNames[key] ?? key))
const numpyNames: Readonly<Record<string, string>> = {
  dim: 'axis',
  keepdim: 'keepdims',
  input: 'x',
  other: 'x2',
}

/** Functions of PyTorch that take a number for a tensor. */
const takesNumbers =
  /^(add|div|divide|mul|multiply|sub|subtract|true_divide|floor_divide|copy)_?$|^(to|_to_copy)$/

function fits(name: string, { letter, size, isNullable }: Parameter, argument: unknown): boolean {
  const kind = kinds.kindOf(argument)
  if (kind === kinds.none) return isNullable || 'on'.includes(letter.letter)
  if (letter.letter === 'L' && kind === kinds.brokenTensorList) {
    const list = argument as readonly unknown[]
    const at = list.findIndex((each) => !(each instanceof Tensor))
    throw errors.notATensor(at, list[at])
  }
  if ((letter.accepts >> kind) & 1) return true
  if (letter.letter === 'T') return takesNumbers.test(name) && (numbers >> kind) % 2 === 1
  const isOne = kind === kinds.int || kind === kinds.intScalar
  return (
    size > 0 &&
    (isOne ? 'IF' : kind === kinds.float ? 'F' : kind === kinds.str ? 'N' : '').includes(letter.letter)
  )
}
const numbers = (1 << kinds.int) | (1 << kinds.float) | (1 << kinds.bool)

/** Elements of a list of ints are looked at when the signature is known. */
function requireElements({ name }: ParserForm, { parameters, mostPositional }: Signature, call: Call): void {
  parameters.forEach((parameter, place) => {
    if (parameter.letter.letter !== 'I') return
    const given = place < mostPositional ? call.args[place] : undefined
    const isSpread = mostPositional === 1 && call.args.length > 1
    const list = isSpread ? call.args : (given ?? keywordOf(parameter, call.keywords))
    if (!Array.isArray(list) || !(isSpread || kinds.kindOf(list) === kinds.brokenIntList)) return
    const at = list.findIndex(
      (each) => kinds.kindOf(each) !== kinds.int && kinds.kindOf(each) !== kinds.intScalar,
    )
    if (at >= 0) throw errors.wrongElement(name, parameter, at, list[at])
  })
}

/** Dimensions have no names here. */
function refuseNames({ name }: ParserForm, { parameters }: Signature, call: Call, self: unknown): void {
  // Of several names the last is looked up first.
  for (const [place, parameter] of [...parameters.entries()].reverse()) {
    const { letter } = parameter.letter
    if (letter !== 'n' && letter !== 'N') continue
    const given = place < call.args.length ? call.args[place] : keywordOf(parameter, call.keywords)
    const dimension: unknown = Array.isArray(given) ? given[0] : given
    if (typeof dimension !== 'string' && !(dimension === null && letter === 'n')) continue
    throw errors.refusedName(name, dimension, self instanceof Tensor ? self.ndim : 0)
  }
}
