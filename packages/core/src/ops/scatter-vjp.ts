// Cotangents of `scatter`, by combination. Those of updates are read where the updates went; an update outside the axis went
// nowhere and has none.
import { sizeOf } from '../dim.ts'
import type { Scalar } from '../dtype.ts'
import type { VjpArgs } from '../ir/define.ts'
import type { Value } from '../ir/value.ts'
import type { GatherAttrs } from './gather.ts'
import type { ScatterAttrs } from './scatter.ts'
import { dimAt, fullLike } from './support.ts'

type Args = VjpArgs<3, ScatterAttrs>
type Cotangents = readonly [Value, null, Value]

export function scatterVjp(args: Args): Cotangents {
  switch (args.attrs.combine) {
    case 'add':
      return [args.cotangent, null, gathered(args, args.cotangent)]
    case 'assign':
      return assignVjp(args)
    case 'multiply':
      return multiplyVjp(args)
    case 'minimum':
    case 'maximum':
      return extremeVjp(args)
    default:
      return args.attrs.combine satisfies never
  }
}

/** What a value like the base holds where each update went; 0 where it went nowhere. */
const gathered = (args: Args, x: Value): Value =>
  ofWritten(args, args.b.gather(x, args.inputs[1], placed(args.attrs)))

const scattered = (
  { b, inputs: [, indices], attrs }: Args,
  combine: ScatterAttrs['combine'],
  [base, updates]: readonly [Value, Value],
): Value => b.scatter(base, indices, updates, { ...attrs, combine })

/** The attributes that say where. */
const placed = ({ combine: _, ...where }: ScatterAttrs): GatherAttrs => where

/** `x` for updates that were written, 0 for those outside. */
function ofWritten(args: Args, x: Value): Value {
  const { b } = args
  const [base, indices] = args.inputs
  const extent = fullLike(b, indices, dimAt(base.type.shape, args.attrs.axis))
  const inside = b.and(b.le(fullLike(b, indices, 0), indices), b.lt(indices, extent))
  return b.select(perUpdate(args, inside), x, fullLike(b, x, 0))
}

/** Spreads a value of the shape of the indices over the slices they place. */
function perUpdate({ b, inputs: [, indices, updates], attrs }: Args, x: Value): Value {
  const { shape } = updates.type
  const { axis, batch = 0 } = attrs
  const end = axis + indices.type.shape.length - batch
  const kept = shape.map((dim, k) => (k < batch || (k >= axis && k < end) ? dim : 1))
  return b.expand(b.reshape(x, { shape: kept }), { shape })
}

/** The base passes on where nothing was written; of the updates of one place, the last does. */
function assignVjp(args: Args): Cotangents {
  const { b, cotangent, inputs } = args
  const zero = fullLike(b, inputs[2], 0)
  const written = gathered(args, cotangent)
  const last = isLast(args)
  return [
    scattered(args, 'assign', [cotangent, zero]),
    null,
    last === undefined ? written : b.select(perUpdate(args, last), written, zero),
  ]
}

/** Whether no later index is equal; nothing where that is known of all. */
function isLast({ b, inputs: [base, indices], attrs }: Args): Value | undefined {
  const { axis, batch = 0 } = attrs
  const { shape } = indices.type
  const size = sizeOf(shape)
  if (size < 2 || areDistinct(indices)) return undefined
  const order = b.reshape(b.iota({ dtype: 'i32', shape: [size], axis: 0 }), { shape })
  const slots = [...base.type.shape.slice(0, batch), dimAt(base.type.shape, axis)]
  const none = b.full({ dtype: 'i32', shape: slots, value: -1 })
  const where = batch === 0 ? { axis: 0 } : { axis: batch, batch }
  const last = b.scatter(none, indices, order, { ...where, combine: 'assign' })
  return b.eq(b.gather(last, indices, where), order)
}

const isLiteral = (value: Value): value is Value<'literal'> => value.op === 'literal'
const areDistinct = (indices: Value): boolean =>
  isLiteral(indices) && new Set<Scalar>(indices.attrs.data).size === sizeOf(indices.type.shape)

/** Each factor passes on the product of the others; zeros are counted, so that nothing is divided by them. */
function multiplyVjp(args: Args): Cotangents {
  const { b, cotangent } = args
  const [base, , updates] = args.inputs
  const isZero = (x: Value): Value => b.eq(x, fullLike(b, x, 0))
  const withoutZeros = (x: Value): Value => b.select(isZero(x), fullLike(b, x, 1), x)
  const count = (x: Value): Value => b.cast(isZero(x), { dtype: x.type.dtype })
  const zeros = scattered(args, 'add', [count(base), count(updates)])
  const product = scattered(args, 'multiply', [withoutZeros(base), withoutZeros(updates)])
  const none = fullLike(b, base, 0)
  const withZeros = (expected: number): Value =>
    b.mul(cotangent, b.select(b.eq(zeros, fullLike(b, zeros, expected)), product, none))
  const [whenNone, whenOne] = [withZeros(0), withZeros(1)]
  const ofFactor = (x: Value, nonzero: Value, zero: Value): Value =>
    b.select(isZero(x), zero, b.div(nonzero, withoutZeros(x)))
  return [
    ofFactor(base, whenNone, whenOne),
    null,
    ofWritten(args, ofFactor(updates, gathered(args, whenNone), gathered(args, whenOne))),
  ]
}

/** The extreme passes on to all that equal it, base and updates, in equal shares. */
function extremeVjp(args: Args): Cotangents {
  const { b, cotangent, output } = args
  const [base, , updates] = args.inputs
  const isExtreme = (x: Value, extreme: Value): Value => b.cast(b.eq(x, extreme), { dtype: x.type.dtype })
  const ofBase = isExtreme(base, output)
  const ofUpdates = isExtreme(updates, gathered(args, output))
  const share = b.div(cotangent, scattered(args, 'add', [ofBase, ofUpdates]))
  return [b.mul(ofBase, share), null, b.mul(ofUpdates, gathered(args, share))]
}
