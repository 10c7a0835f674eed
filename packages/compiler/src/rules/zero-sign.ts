// Whether a value can be -0 anywhere. `x + 0` is x exactly where it cannot. Looks a few nodes deep; unsure means it can.
import { holds, isFloat, type ScatterCombine, type Value } from '@heddle/core'

const depth = 6

/** Surely never -0 (values of integers and bools never are). */
export function isNeverNegativeZero(value: Value, left: number = depth): boolean {
  if (!isFloat(value.type.dtype)) return true
  if (left === 0) return false
  const is = (operand: Value | undefined): boolean =>
    operand !== undefined && isNeverNegativeZero(operand, left - 1)
  const [x, y, z] = value.inputs
  switch (value.op) {
    case 'full':
      return !Object.is((value as Value<'full'>).attrs.value, -0)
    case 'iota':
    case 'exp':
    case 'abs':
    // Sums start at +0, and +0 plus anything is not -0.
    case 'reduceSum':
    case 'foldWindows':
    case 'dot':
      return true
    // -0 only where both operands are.
    case 'add':
      return is(x) || is(y)
    case 'mul':
      return x === y
    // -0 is below +0.
    case 'maximum':
      return (is(x) && isAtLeastZero(x)) || (is(y) && isAtLeastZero(y)) || (is(x) && is(y))
    case 'minimum':
    case 'concat':
      return value.inputs.every(is)
    case 'scatter':
      return is(x) && keepsSign((value as Value<'scatter'>).attrs.combine, is(z))
    case 'select':
      return is(y) && is(z)
    case 'cast':
      // Rounding may make -0 of something small.
      return x !== undefined && (!isFloat(x.type.dtype) || (is(x) && holds(value.type.dtype, x.type.dtype)))
    case 'pad':
      return is(x) && !Object.is((value as Value<'pad'>).attrs.value, -0)
    case 'reshape':
    case 'permute':
    case 'expand':
    case 'slice':
    case 'flip':
    case 'windows':
    case 'gather':
    case 'stopGradient':
    case 'reduceMax':
    case 'reduceMin':
      return is(x)
    default:
      return false
  }
}

/** Whether a scatter onto values that are never -0 makes none; updates `areNever` or may be. */
const keepsSign = (combine: ScatterCombine, areNever: boolean): boolean =>
  combine === 'add' || (combine !== 'multiply' && areNever)

const isAtLeastZero = (value: Value | undefined): boolean =>
  value?.op === 'full' && (value as Value<'full'>).attrs.value >= 0
