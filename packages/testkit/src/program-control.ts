// Steps of random programs with bodies: loops, branches, recomputed parts, functions with derivatives of their own. A body is made of a
// random step or two on what it is handed, and now and then reads a value from around it.
import type { Value } from '@heddle/core'
import {
  add,
  and,
  checkpoint,
  cond,
  customVjp,
  isFloat,
  lt,
  mul,
  scan,
  sizeOf,
  tanh,
  whileLoop,
} from '@heddle/core'
import { anyValue, type Chooser, fit, floatValue, type Step, writtenSteps } from './program-steps.ts'

/** Loops of random programs are short. */
const mostRows = 5

/** A value of the type of the first of `values`, computed from them in their own builder. */
function inside(c: Chooser, values: readonly Value[], around?: Value): Value {
  const [first] = values
  if (first === undefined) throw new Error('a body without values')
  const { builder: b, type } = first
  const made = [...values]
  for (let count = c.below(2); count >= 0; count--) {
    const value = writtenSteps[c.below(writtenSteps.length)]?.({ ...c, b, values: made })
    if (value !== undefined && sizeOf(value.type.shape) <= sizeOf(type.shape) * 8 + 16) made.push(value)
  }
  const result = fit(b, made.at(-1) ?? first, type)
  // Loops repeat it: what grows with every step would say nothing soon.
  const tame = isFloat(type.dtype) ? b.tanh(result) : result
  return around === undefined || !isFloat(type.dtype) ? tame : add(tame, fit(around.builder, around, type))
}

const scanStep: Step = (c) => {
  const [init, xs] = [anyValue(c), anyValue(c)]
  if (init === undefined || xs === undefined || (xs.type.shape[0] ?? mostRows + 1) > mostRows)
    return undefined
  const around = c.below(3) === 2 ? anyValue(c) : undefined
  const { carry, ys } = scan(
    (before: Value, x: Value) => {
      const next = inside(c, [before, x], around)
      return { carry: next, y: c.below(2) === 0 ? next : x }
    },
    { init, xs, reverse: c.below(2) === 1 },
  )
  return c.below(2) === 0 ? carry : ys
}

const condStep: Step = (c) => {
  const [condition, x] = [anyValue(c), anyValue(c)]
  if (condition === undefined || x === undefined) return undefined
  const predicate = fit(c.b, condition, { dtype: 'bool', shape: [] })
  const around = c.below(3) === 2 ? anyValue(c) : undefined
  return cond(
    predicate,
    (value: Value) => inside(c, [value], around),
    (value: Value) => inside(c, [value]),
    x,
  )
}

const checkpointStep: Step = (c) => {
  const [x, y] = [anyValue(c), anyValue(c)]
  if (x === undefined || y === undefined) return undefined
  const around = c.below(3) === 2 ? anyValue(c) : undefined
  return checkpoint((...values) => inside(c, values, around), x, y)
}

/** A product with a derivative of its own, for derivatives to be made of. */
const scaled = customVjp({
  forward: (x: Value, factor: Value) => ({ output: mul(x, factor), residuals: { x, factor } }),
  backward: ({ x, factor }: { x: Value; factor: Value }, cotangent: Value) => [
    mul(cotangent, factor),
    mul(cotangent, x),
  ],
})

/** Its derivative is another function's, but linear in the cotangent, as it must be. */
const customStep: Step = (c) => {
  const x = floatValue(c)
  if (x === undefined) return undefined
  const ofX = customVjp({
    forward: (value: Value) => ({ output: inside(c, [value]), residuals: value }),
    backward: (value: Value, cotangent: Value) => scaled(cotangent, tanh(value)),
  })
  return ofX(x)
}

/** What a random `whileLoop` carries. */
interface Turn {
  readonly count: Value
  readonly value: Value
}

/** Runs as often as a number or an integer value says, but only a few times; now and then until what it carries says stop. */
export const whileStep: Step = (c) => {
  const [init, limit] = [anyValue(c), anyValue(c)]
  if (init === undefined || limit === undefined) return undefined
  const scalar = { dtype: 'i32', shape: [] } as const
  const most = c.b.full({ ...scalar, value: c.below(mostRows) })
  const turns = limit.type.dtype === 'i32' ? c.b.minimum(fit(c.b, limit, scalar), most) : most
  const around = c.below(3) === 2 ? anyValue(c) : undefined
  const stops = c.below(3) === 2
  const { count, value } = whileLoop(
    (turn: Turn) => {
      const goesOn = lt(turn.count, turns)
      const { builder: b } = turn.value
      return stops ? and(goesOn, lt(fit(b, turn.value, { dtype: 'f32', shape: [] }), 0.5)) : goesOn
    },
    (turn) => ({ count: add(turn.count, 1), value: inside(c, [turn.value], around) }),
    { count: c.b.full({ ...scalar, value: 0 }), value: init },
    c.below(4) === 3 ? { limit: 2 } : {},
  )
  return c.below(4) === 3 ? count : value
}

/** Those with a derivative. */
export const controlSteps: readonly Step[] = [scanStep, condStep, checkpointStep, customStep]
