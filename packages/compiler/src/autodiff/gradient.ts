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
  traced,
  type Value,
  withProvenance,
} from '@heddle/core'

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
  for (const value of wrt) if (!isFloat(value.type.dtype)) throw notFloat(value)
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
  for (let at = order.length - 1; at >= 0; at--) {
    const node = order[at] as Value
    const cotangent = cotangents.get(node)
    if (cotangent === undefined || !active.has(node) || node.inputs.length === 0) continue
    const parts = withProvenance(node.provenance, () => operandCotangents(node, cotangent))
    node.inputs.forEach((operand, k) => {
      const part = parts[k]
      if (part != null && active.has(operand)) {
        withProvenance(node.provenance, () => accumulate(node.builder, operand, part))
      }
    })
  }
  return wrt.map((value) => cotangents.get(value) ?? value.builder.full({ ...value.type, value: 0 }))
}

/** Values among `order` that depend on one of `sources` through floats. */
function dependents(order: readonly Value[], sources: readonly Value[]): ReadonlySet<Value> {
  const active = new Set<Value>(sources)
  for (const node of order) {
    if (isFloat(node.type.dtype) && node.inputs.some((operand) => active.has(operand))) active.add(node)
  }
  return active
}

function operandCotangents(node: Value, cotangent: Value): readonly (Value | null)[] {
  const { vjp: rule } = opRecord(node.op)
  if (typeof rule !== 'function') throw notDifferentiable(node, rule.notDifferentiable)
  return rule({ b: node.builder, inputs: node.inputs, output: node, cotangent, attrs: node.attrs })
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
