// Comparisons: two operands of one type, a bool result. With a NaN all are false but `ne`. -0 equals 0.
import type { NoAttrs, OpDef } from '../ir/define.ts'
import { binary } from './pointwise.ts'

const notDifferentiable = 'the result is a bool'

export const lt: OpDef<2, NoAttrs> = binary(
  'lt',
  {
    summary: 'x < y',
    why: 'one instruction',
    takes: 'numeric',
    f: (x, y) => Number(x < y),
    wide: (x, y) => Number(x < y),
    scalar: 'lt',
    vjp: { notDifferentiable },
  },
  'bool',
)

export const le: OpDef<2, NoAttrs> = binary(
  'le',
  {
    summary: 'x <= y',
    why: 'one instruction; not (y < x) is wrong for NaN',
    takes: 'numeric',
    f: (x, y) => Number(x <= y),
    wide: (x, y) => Number(x <= y),
    scalar: 'le',
    vjp: { notDifferentiable },
  },
  'bool',
)

export const eq: OpDef<2, NoAttrs> = binary(
  'eq',
  {
    summary: 'x = y',
    why: 'one instruction',
    takes: 'any',
    f: (x, y) => Number(x === y),
    wide: (x, y) => Number(x === y),
    scalar: 'eq',
    vjp: { notDifferentiable },
  },
  'bool',
)

export const ne: OpDef<2, NoAttrs> = binary(
  'ne',
  {
    summary: 'x != y',
    why: 'one instruction; not (x = y) is two',
    takes: 'any',
    f: (x, y) => Number(x !== y),
    wide: (x, y) => Number(x !== y),
    scalar: 'ne',
    vjp: { notDifferentiable },
  },
  'bool',
)
