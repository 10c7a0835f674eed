// Reverse-mode differentiation, source to source: walks the graph backwards once and appends each op's `vjp`. The result is
// ordinary values of the same builder, so gradients of gradients, and every later pass, see nothing special.
// The rules live in the op records; this file only drives them.
import {
  type Builder,
  formatType,
  HeddleError,
  isFloat,
  locationOf,
  opRecord,
  type Provenance,
  postOrder,
  siblingsIn,
  traced,
  type Value,
  withProvenance,
} from '@heddle/core'
import { dependents } from './dependents.ts'
import { type Differentiate, regionRule } from './region-rules.ts'

/**
 * Derivatives of a scalar with respect to values it was computed from.
 *
 * Shapes: `of` is a scalar f32[] or f64[]; the result has, for each value of `wrt`, a value of the same type. A value that
 * `of` does not depend on has derivative 0.
 * - C1 `of` is a float scalar. Throws `GRAD_NOT_SCALAR`; sum or mean it, or give cotangents to `vjp`.
 * - C2 every value of `wrt` is a float. Throws `GRAD_NOT_FLOAT`.
 *
 * @example
 * const b = createBuilder()
 * const x = b.input({ name: 'x', dtype: 'f32', shape: [3] })
 * const [dx] = gradient(sum(mul(x, x)), [x]) // 2 x
 * dx.type.shape // => [3]
 */
export const gradient: (of: Value, wrt: readonly Value[]) => readonly Value[] = traced(
  (of: Value, wrt: readonly Value[]): readonly Value[] => {
    if (of.type.shape.length !== 0 || !isFloat(of.type.dtype)) throw notScalar(of)
    const one = of.builder.full({ ...of.type, value: 1 })
    return reverse([of], [one], wrt)
  },
)

/** Cotangents of `wrt` for given cotangents of `of` (one each, of the same type). */
export const vjp: (
  of: readonly Value[],
  cotangents: readonly Value[],
  wrt: readonly Value[],
) => readonly Value[] = traced(
  (of: readonly Value[], cotangents: readonly Value[], wrt: readonly Value[]): readonly Value[] => {
    of.forEach((value, k) => {
      const given = cotangents[k]
      if (given === undefined || formatType(given.type) !== formatType(value.type))
        throw wrongCotangent(k, value, given)
    })
    return reverse(of, cotangents, wrt)
  },
)

function reverse(of: readonly Value[], seeds: readonly Value[], wrt: readonly Value[]): readonly Value[] {
  for (const value of wrt) {
    if (!isFloat(value.type.dtype)) throw notFloat(value)
    if (of[0] !== undefined && value.builder !== of[0].builder) throw outsideRegion(value)
  }
  const found = differentiate(of, seeds, wrt)
  return wrt.map((value, k) => found[k] ?? value.builder.full({ ...value.type, value: 0 }))
}

const differentiate: Differentiate = (of, seeds, wrt) => {
  const order = postOrder(of)
  const active = dependents(order, wrt)
  const cotangents = new Map<Value, Value>()
  const accumulate = (b: Builder, value: Value, part: Value): void => {
    const sum = cotangents.get(value)
    cotangents.set(value, sum === undefined ? part : b.add(sum, part))
  }
  of.forEach((value, k) => {
    const seed = seeds[k]
    if (seed !== undefined) accumulate(value.builder, value, seed)
  })
  const siblings = siblingsIn(order)
  const partsOf = (node: Value): readonly (Value | null | undefined)[] => {
    const group = siblings.get(node)
    if (group !== undefined) return siblingCotangents(node, group, cotangents, active)
    const cotangent = cotangents.get(node)
    return cotangent === undefined || !active.has(node) ? [] : operandCotangents(node, cotangent)
  }
  for (let at = order.length - 1; at >= 0; at--) {
    const node = order[at] as Value
    if (node.inputs.length === 0) continue
    withProvenance(node.provenance, () => {
      partsOf(node).forEach((part, k) => {
        const operand = node.inputs[k] as Value
        if (part != null && active.has(operand)) accumulate(node.builder, operand, part)
      })
    })
  }
  return wrt.map((value) => cotangents.get(value))
}

function operandCotangents(node: Value, cotangent: Value): readonly (Value | null)[] {
  const { vjp: rule } = opRecord(node.op)
  if (typeof rule !== 'function')
    throw notDifferentiable(node, 'byRegions' in rule ? rule.byRegions : rule.notDifferentiable)
  return rule({ b: node.builder, inputs: node.inputs, output: node, cotangent, attrs: node.attrs })
}

/** Those of control flow: at the first of its results, when the cotangents of all are known. */
function siblingCotangents(
  node: Value,
  siblings: readonly Value[],
  cotangents: ReadonlyMap<Value, Value>,
  active: ReadonlySet<Value>,
): readonly (Value | null | undefined)[] {
  const [first, ...others] = siblings
  const theirs = siblings.map((each) => (active.has(each) ? cotangents.get(each) : undefined))
  if (node !== first || theirs.every((each) => each === undefined)) return []
  const wants = (operand: number): boolean => active.has(node.inputs[operand] as Value)
  return regionRule(node.op)({
    b: node.builder,
    siblings: [node, ...others],
    cotangents: theirs,
    wants,
    differentiate,
  })
}

const at = (provenance: Provenance): { readonly location: ReturnType<typeof locationOf> } => ({
  location: locationOf(provenance),
})

const notScalar = (of: Value): HeddleError =>
  new HeddleError(
    'GRAD_NOT_SCALAR',
    `gradient: the value to differentiate is ${formatType(of.type)}; it must be a float scalar such as f32[]. Take its sum or mean first.`,
    { details: { type: of.type, constraint: 'C1' }, ...at(of.provenance) },
  )

const notFloat = (value: Value): HeddleError =>
  new HeddleError(
    'GRAD_NOT_FLOAT',
    `gradient: cannot differentiate with respect to ${formatType(value.type)}; only f32 and f64 values have derivatives`,
    { details: { type: value.type, constraint: 'C2' }, ...at(value.provenance) },
  )

const outsideRegion = (value: Value): HeddleError =>
  new HeddleError(
    'GRAD_OUTSIDE_BODY',
    `gradient: cannot differentiate with respect to ${value.op} ${formatType(value.type)}, a value of another graph than what is differentiated; inside a body of scan or cond, hand it in (as a carry, a row, an operand) and differentiate with respect to that`,
    { details: { op: value.op, type: value.type }, ...at(value.provenance) },
  )

const wrongCotangent = (k: number, value: Value, given: Value | undefined): HeddleError =>
  new HeddleError(
    'GRAD_COTANGENT',
    `vjp: output ${k} is ${formatType(value.type)}, its cotangent is ${given === undefined ? 'missing' : formatType(given.type)}; these must be equal`,
    { details: { output: k, expected: value.type, given: given?.type }, ...at(value.provenance) },
  )

const notDifferentiable = (node: Value, why: string): HeddleError =>
  new HeddleError('GRAD_NOT_DIFFERENTIABLE', `gradient: ${node.op} has no derivative: ${why}`, {
    details: { op: node.op, why },
    ...at(node.provenance),
  })
