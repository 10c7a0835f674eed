// Options of optimisers, as given in any of the ways arguments may be given, and what PyTorch refuses of them.
import { invalidOption } from '../errors.ts'
import { parse } from '../ops/signature.ts'
import { reprNumber } from '../print/python.ts'

/** Options with those not given from `defaults`. */
export function optionsOf<O extends object>(
  defaults: O,
  positional: readonly (keyof O & string)[],
  args: readonly unknown[],
): O {
  const given = parse<O>('__init__', positional, Object.keys(defaults) as (keyof O & string)[], args)
  const options = { ...defaults }
  for (const key of Object.keys(given) as (keyof O)[]) {
    if (given[key] !== undefined) options[key] = given[key]
  }
  return options
}

/** Options with a number that must not be negative, by what PyTorch calls them. */
export function requireNonNegative(values: Readonly<Record<string, number>>): void {
  for (const [what, value] of Object.entries(values)) {
    if (!(value >= 0)) throw invalidOption(`Invalid ${what}: ${reprNumber(value)}`)
  }
}

export function requireBetas(betas: readonly number[]): void {
  for (const k of [0, 1]) {
    const beta = betas[k] ?? Number.NaN
    if (!(beta >= 0 && beta < 1)) {
      throw invalidOption(`Invalid beta parameter at index ${k}: ${reprNumber(beta)}`)
    }
  }
}
