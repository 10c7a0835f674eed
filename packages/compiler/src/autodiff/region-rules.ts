// Derivatives of control flow: one rule per op that runs regions. A rule sees all results of a run at once, and differentiates
// regions with the driver it is handed. What it builds is control flow again, so second derivatives need nothing more.
import {
  type Builder,
  createBuilder,
  createRegion,
  HeddleError,
  internalError,
  isFloat,
  locationOf,
  type OpName,
  type Region,
  type TensorType,
  type Value,
} from '@heddle/core'
import { copyInto, inlineRegion } from '../regions/copy.ts'
import { withUsedInputs } from '../regions/need.ts'
import { differentiateLoop } from './loop-rule.ts'

/** Cotangents of `wrt` for cotangents of `of`; `undefined` where there is no way from one to the other. */
export type Differentiate = (
  of: readonly Value[],
  seeds: readonly Value[],
  wrt: readonly Value[],
) => readonly (Value | undefined)[]

export interface RegionRuleArgs<K extends OpName = OpName> {
  readonly b: Builder
  /** The results of one run that somebody uses; the first is as good as any other. */
  readonly siblings: readonly [Value<K>, ...Value<K>[]]
  /** Of each sibling; `undefined` where none reached it. */
  readonly cotangents: readonly (Value | undefined)[]
  /** Whether operand `k` is to get a cotangent. */
  readonly wants: (operand: number) => boolean
  readonly differentiate: Differentiate
}

/** One cotangent per operand; `null` where there is none. */
export type RegionRule<K extends OpName = OpName> = (
  args: RegionRuleArgs<K>,
) => readonly (Value | null | undefined)[]

type ControlOp = 'loop' | 'cond' | 'whileLoop' | 'checkpoint' | 'customVjp'

const rules: { readonly [K in ControlOp]: RegionRule<K> } = {
  loop: differentiateLoop,
  cond: differentiateCond,
  whileLoop: ({ siblings: [first] }) => {
    throw whileLoopReverse(first)
  },
  checkpoint: differentiateCheckpoint,
  customVjp: differentiateCustomVjp,
}

/** The rule of an op that runs regions. */
export function regionRule(op: OpName): RegionRule {
  if (!(op in rules)) throw internalError('gradient', `${op} has no rule for its regions`)
  return rules[op as ControlOp] as RegionRule
}

/** A branch between the derivatives of the two bodies. */
function differentiateCond(args: RegionRuleArgs<'cond'>): readonly (Value | null)[] {
  const { b, siblings, wants } = args
  const { whenTrue, whenFalse } = siblings[0].attrs
  const [predicate, ...operands] = siblings[0].inputs
  const seeded = seedsOf(args, ({ result }) => result)
  const wrt = wantedOperands(operands, (k) => wants(k + 1))
  const bodies = [whenTrue, whenFalse].map((body) => vjpRegion(body, seeded, wrt, args.differentiate))
  const { regions, kept } = withUsedInputs(bodies)
  const values = kept.map((k) => [...operands, ...seeded.map(({ cotangent }) => cotangent)][k] as Value)
  const parts: (Value | null)[] = siblings[0].inputs.map(() => null)
  wrt.forEach((operand, result) => {
    parts[operand + 1] = b.cond(predicate as Value, ...values, {
      whenTrue: regions[0] as Region,
      whenFalse: regions[1] as Region,
      result,
    })
  })
  return parts
}

/** The derivative of the body with the body computed again, kept apart from what forward computed. */
function differentiateCheckpoint(args: RegionRuleArgs<'checkpoint'>): readonly (Value | null)[] {
  const { b, siblings, wants } = args
  const { inputs: operands, attrs } = siblings[0]
  const seeded = seedsOf(args, ({ result }) => result)
  const wrt = wantedOperands(operands, wants)
  const { regions, kept } = withUsedInputs([vjpRegion(attrs.body, seeded, wrt, args.differentiate)])
  const values = kept.map((k) => [...operands, ...seeded.map(({ cotangent }) => cotangent)][k] as Value)
  const parts: (Value | null)[] = operands.map(() => null)
  wrt.forEach((operand, result) => {
    parts[operand] = b.checkpoint(...values, { body: regions[0] as Region, isolated: true, result })
  })
  return parts
}

/** `backward` on what `forward` kept for it; what reaches the kept values themselves goes through `forward`. */
function differentiateCustomVjp(args: RegionRuleArgs<'customVjp'>): readonly (Value | null)[] {
  const { b, siblings, wants } = args
  const { inputs: operands, attrs } = siblings[0]
  const { forward, backward, outputs, wrt } = attrs
  const parts: (Value | null)[] = operands.map(() => null)
  const add = (operand: number, part: Value): void => {
    const before = parts[operand]
    if (wants(operand)) parts[operand] = before == null ? part : b.add(before, part)
  }
  const seeded = seedsOf(args, ({ result }) => result)
  if (seeded.some(({ result }) => result < outputs)) {
    // What is kept and also given out is one value, and has the derivative that `backward` says. An operand that is kept is
    // that operand, so that it is not kept twice.
    const inputs: readonly Value[] = forward.inputs
    const kept = forward.results.slice(outputs).map((value) => {
      const result = forward.results.indexOf(value)
      const operand = result < outputs ? undefined : operands[inputs.indexOf(value)]
      return operand ?? b.customVjp(...operands, { ...attrs, result })
    })
    const cotangents = forward.results
      .slice(0, outputs)
      .map(({ type }, k) => seeded.find(({ result }) => result === k)?.cotangent ?? zero(b, type))
    inlineRegion(b, backward, [...kept, ...cotangents]).forEach((part, k) => {
      add(wrt[k] ?? 0, part)
    })
  }
  const inner = seeded.filter(({ result }) => result >= outputs)
  if (inner.length > 0) {
    const wanted = wantedOperands(operands, wants)
    const through = vjpRegion(forward, inner, wanted, args.differentiate)
    const values = [...operands, ...inner.map(({ cotangent }) => cotangent)]
    inlineRegion(b, through, values).forEach((part, k) => {
      add(wanted[k] ?? 0, part)
    })
  }
  return parts
}

interface Seed {
  readonly result: number
  readonly cotangent: Value
}

/** The results that a cotangent reached. */
function seedsOf<K extends ControlOp>(
  { siblings, cotangents }: RegionRuleArgs<K>,
  resultOf: (attrs: Value<K>['attrs']) => number,
): readonly Seed[] {
  return siblings.flatMap(({ attrs }, k) => {
    const cotangent = cotangents[k]
    return cotangent === undefined ? [] : [{ result: resultOf(attrs), cotangent }]
  })
}

const wantedOperands = (operands: readonly Value[], wants: (k: number) => boolean): readonly number[] =>
  operands.flatMap(({ type }, k) => (isFloat(type.dtype) && wants(k) ? [k] : []))

/** From the inputs of a region and cotangents of some of its results to the cotangents of inputs `wrt`. */
function vjpRegion(
  region: Region,
  seeds: readonly Seed[],
  wrt: readonly number[],
  differentiate: Differentiate,
): Region {
  const b = createBuilder()
  const input = (name: string, { dtype, shape }: TensorType): Value<'input'> =>
    b.input({ name, dtype, shape }) as Value<'input'>
  const inputs = region.inputs.map(({ type }, k) => input(`x${k}`, type))
  const cotangents = seeds.map(({ cotangent }, k) => input(`cotangent${k}`, cotangent.type))
  const known = new Map<Value, Value>(region.inputs.map((each, k) => [each, inputs[k] as Value]))
  copyInto(b, region.results, known)
  const of = seeds.map(({ result }) => known.get(region.results[result] as Value) as Value)
  const wanted = wrt.map((k) => inputs[k] as Value)
  const found = differentiate(of, cotangents, wanted)
  const results = wanted.map((value, k) => found[k] ?? zero(b, value.type))
  return createRegion([...inputs, ...cotangents], results)
}

const zero = (b: Builder, { dtype, shape }: TensorType): Value => b.full({ dtype, shape, value: 0 })

const whileLoopReverse = (node: Value): HeddleError =>
  new HeddleError(
    'GRAD_WHILE_LOOP',
    'gradient: whileLoop has no reverse derivative: how many steps it takes is not known before it runs. scan with a fixed length, whose body keeps its carry once the condition fails (select), has one.',
    { details: { op: node.op }, location: locationOf(node.provenance) },
  )
