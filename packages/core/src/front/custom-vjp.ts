// Functions with a derivative of their own.
import { isFloat } from '../dtype.ts'
import type { HeddleError } from '../errors.ts'
import { traced } from '../ir/provenance.ts'
import { formatType, typesEqual } from '../ir/tensor-type.ts'
import type { Value } from '../ir/value.ts'
import { builderAround, type RecordedBody, recordBody, typesOf } from './body.ts'
import { asValue, describe, errorHere, isValue } from './operand.ts'
import { type Leaf, leavesOf, type Tree, treeOf } from './tree.ts'

export interface CustomVjpSpec<R extends Tree, S extends Tree | undefined> {
  /** The function, with what backward needs of it. */
  readonly forward: (...operands: Value[]) => { readonly output: R; readonly residuals?: S }
  /**
   * One cotangent per operand, or `null` where there is none; just the one if there is one operand. `cotangent` has the form of
   * `output`; where that is not a float it is 0.
   */
  readonly backward: (residuals: S, cotangent: R) => Value | null | readonly (Value | null)[]
}

/**
 * A function with the derivative that `backward` says, whatever that of `forward` would be.
 *
 * - C1 both functions use their arguments only, and constants. Throws `GRAPH_CUSTOM_CAPTURE`.
 * - C2 the cotangent of an operand is a value of its type, or `null`; that of an operand that is not a float is `null`.
 *   Throws `GRAD_CUSTOM_COTANGENT`.
 *
 * Gradient: `backward`. Second derivatives differentiate `backward`, with respect to the residuals too, and go on through
 * `forward` as it was computed.
 *
 * @example
 * const clipped = customVjp({
 *   forward: (x) => ({ output: x }),
 *   backward: (_, cotangent: Value) => clamp(cotangent, { low: -1, high: 1 }),
 * })
 * const b = createBuilder()
 * const x = b.input({ name: 'x', dtype: 'f32', shape: [3] })
 * const [dx] = gradient(sum(mul(clipped(x), 5)), [x])
 * dx.type.shape // => [3]
 */
export function customVjp<R extends Tree, S extends Tree | undefined = undefined>(
  spec: CustomVjpSpec<R, S>,
): (...operands: Value[]) => R {
  return traced((...operands: Value[]) => record(spec, operands) as R)
}

interface AnySpec {
  readonly forward: (...operands: Value[]) => { readonly output: unknown; readonly residuals?: unknown }
  readonly backward: (residuals: never, cotangent: never) => unknown
}

function record({ forward, backward }: AnySpec, operands: readonly Value[]): unknown {
  const leaves = operands.map((value, k): Leaf => {
    return { path: `operand ${k}`, value: asValue('customVjp', value, k) }
  })
  const around = builderAround('customVjp', leaves)
  const inputs = typesOf(
    'x',
    operands.map(({ type }) => type),
  )
  const ahead = recordBody('customVjp', around, inputs, (values) => forward(...values))
  checkClosed('forward', ahead)
  const { output, residuals } = ahead.returned
  const outputs = leavesOf('customVjp', 'output', output)
  const kept = leavesOf('customVjp', 'residuals', residuals)
  const back = recordBody(
    'customVjp',
    around,
    [
      ...typesOf(
        'residual',
        kept.map(({ value }) => value.type),
      ),
      ...typesOf(
        'cotangent',
        outputs.map(({ value }) => value.type),
      ),
    ],
    (values) =>
      backward(
        treeOf(residuals as never, values.slice(0, kept.length)),
        treeOf(output as never, values.slice(kept.length)),
      ),
  )
  checkClosed('backward', back)
  const { wrt, results } = cotangentsOf(back, operands)
  const regions = {
    forward: ahead.finish([...outputs, ...kept].map(ahead.own), []),
    backward: back.finish(results, []),
  }
  const attrs = { ...regions, outputs: outputs.length, wrt }
  return treeOf(
    output,
    outputs.map((_, result) => around.customVjp(...operands, { ...attrs, result })),
  )
}

/** The operands that have a cotangent, and these. */
function cotangentsOf(
  { returned, own }: RecordedBody<unknown>,
  operands: readonly Value[],
): { readonly wrt: readonly number[]; readonly results: readonly Value[] } {
  const list: readonly unknown[] = Array.isArray(returned) ? returned : [returned]
  if (list.length !== operands.length) throw cotangentCount(list.length, operands.length)
  const wrt: number[] = []
  const results: Value[] = []
  list.forEach((found, k) => {
    if (found === null) return
    const { type } = operands[k] as Value
    if (!isFloat(type.dtype)) throw cotangentType(k, formatType(type), describe(found), 'null')
    if (!isValue(found) || !typesEqual(found.type, type))
      throw cotangentType(k, formatType(type), describe(found), 'of that type, or null')
    wrt.push(k)
    results.push(own({ path: `cotangent ${k}`, value: found }))
  })
  return { wrt, results }
}

function checkClosed(what: string, { captured }: RecordedBody<unknown>): void {
  const [value] = captured
  if (value !== undefined) throw capture(what, value)
}

const capture = (what: string, value: Value): HeddleError =>
  errorHere(
    'GRAPH_CUSTOM_CAPTURE',
    `customVjp: ${what} uses a value from around it, ${value.op} ${formatType(value.type)}; its derivative could not be given. Hand it in as an operand, or to backward as a residual.`,
    { what, type: value.type, constraint: 'C1' },
  )

const cotangentCount = (found: number, expected: number): HeddleError =>
  errorHere(
    'GRAD_CUSTOM_COTANGENT',
    `customVjp: backward returns ${found} cotangents; there must be ${expected}, one per operand (null for none)`,
    { found, expected, constraint: 'C2' },
  )

const cotangentType = (operand: number, type: string, found: string, wanted: string): HeddleError =>
  errorHere(
    'GRAD_CUSTOM_COTANGENT',
    `customVjp: operand ${operand} is ${type}, the cotangent that backward returns for it ${found}; it must be ${wanted}`,
    { operand, constraint: 'C2' },
  )
