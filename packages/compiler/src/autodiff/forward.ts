// Forward-mode and second-order differentiation, derived from reverse mode: the backward graph is linear in its cotangents, so
// transposing it once more carries tangents forward. No op has a forward rule of its own, and the cotangents that were stood
// in for never appear in a result.
import {
  currentProvenance,
  formatType,
  HeddleError,
  isFloat,
  locationOf,
  postOrder,
  traced,
  typesEqual,
  type Value,
} from '@heddle/core'
import { narrowControl } from '../regions/narrow.ts'
import { gradient, vjp } from './gradient.ts'

/**
 * Tangents of `of` for given tangents of `wrt`: the directional derivative `J v`, in one sweep however many inputs there are.
 *
 * Shapes: one tangent for each value of `wrt`, of its type; the result has one value for each of `of`, of its type.
 * - C1 every value of `of` and `wrt` is a float. Throws `GRAD_NOT_FLOAT`.
 * - C2 a tangent has the type of its value. Throws `GRAD_TANGENT`.
 * - C3 the `backward` of every `customVjp` on the way is linear in its cotangent. Throws `GRAD_NOT_LINEAR`.
 *
 * Numerics: the derivative rules are those of `vjp`, with the same conventions at ties and kinks.
 *
 * @example
 * const b = createBuilder()
 * const x = b.input({ name: 'x', dtype: 'f32', shape: [3] })
 * const [dy] = jvp([mul(x, x)], [x], [onesLike(x)]) // 2 x
 * dy.type.shape // => [3]
 */
export const jvp: (
  of: readonly Value[],
  wrt: readonly Value[],
  tangents: readonly Value[],
) => readonly Value[] = traced(
  (of: readonly Value[], wrt: readonly Value[], tangents: readonly Value[]): readonly Value[] => {
    for (const value of of) if (!isFloat(value.type.dtype)) throw outputNotFloat(value)
    checkTangents('jvp', wrt, tangents)
    const cotangents = of.map(standIn)
    const backward = vjp(of, cotangents, wrt)
    return withoutStandIns(vjp(backward, tangents, cotangents), cotangents)
  },
)

/**
 * The Hessian of a scalar times a direction, `H v`, without the Hessian: one more sweep than `gradient`.
 *
 * Shapes: `of` is a float scalar; one direction for each value of `wrt`, of its type; the result likewise.
 * Throws as `gradient` does, and `GRAD_TANGENT`.
 *
 * @example
 * const b = createBuilder()
 * const x = b.input({ name: 'x', dtype: 'f32', shape: [3] })
 * const [row] = hvp(sum(mul(x, mul(x, x))), [x], [x]) // 6 x x
 * row.type.shape // => [3]
 */
export const hvp: (of: Value, wrt: readonly Value[], directions: readonly Value[]) => readonly Value[] =
  traced((of: Value, wrt: readonly Value[], directions: readonly Value[]): readonly Value[] => {
    checkTangents('hvp', wrt, directions)
    return vjp(gradient(of, wrt), directions, wrt)
  })

/** A cotangent that is only differentiated by. */
const standIn = ({ builder, type }: Value, k: number): Value =>
  builder.input({ name: `cotangent ${k} of jvp`, dtype: type.dtype, shape: type.shape })

/**
 * What is asked of a run of backward does not depend on the cotangents it carries, since it is linear in them, but the run
 * reads them: here nobody wants backward itself, and the run is narrowed to what is asked of it.
 */
function withoutStandIns(results: readonly Value[], standIns: readonly Value[]): readonly Value[] {
  const unwanted = new Set(standIns)
  const narrowed = narrowControl(results, unwanted)
  if (postOrder(narrowed).some((node) => unwanted.has(node))) throw notLinear()
  return narrowed
}

function checkTangents(name: string, wrt: readonly Value[], tangents: readonly Value[]): void {
  wrt.forEach((value, k) => {
    const given = tangents[k]
    if (given === undefined || !typesEqual(given.type, value.type)) throw wrongTangent(name, k, value, given)
  })
}

/** Rules of ours are linear; `backward` of a `customVjp` is what its author wrote. */
const notLinear = (): HeddleError =>
  new HeddleError(
    'GRAD_NOT_LINEAR',
    'jvp: a backward of customVjp is not linear in its cotangent (it clips it, say); forward mode is the transpose of backward, which must be linear. vjp and gradient do not need that.',
    { location: locationOf(currentProvenance()) },
  )

const wrongTangent = (name: string, k: number, value: Value, given: Value | undefined): HeddleError =>
  new HeddleError(
    'GRAD_TANGENT',
    `${name}: value ${k} is ${formatType(value.type)}, its tangent is ${given === undefined ? 'missing' : formatType(given.type)}; these must be equal`,
    {
      details: { value: k, expected: value.type, given: given?.type, constraint: 'C2' },
      location: locationOf(value.provenance),
    },
  )

const outputNotFloat = (value: Value): HeddleError =>
  new HeddleError(
    'GRAD_NOT_FLOAT',
    `jvp: cannot differentiate ${formatType(value.type)}; only floats have derivatives`,
    { details: { type: value.type, constraint: 'C1' }, location: locationOf(value.provenance) },
  )
