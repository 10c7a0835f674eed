// Literals of GLSL ES 3.00, exact to the bit. GLSL has no spelling of NaN, infinities, -0 or the smallest integer; compilers
// flush subnormal literals and read those near the largest float as infinite: all these are given by their bits, through a
// function, because a folded constant -0 may come out as the constant 0 (seen in ANGLE).
import type { DType } from '@heddle/core'

/** What the literals of a shader need, once. */
export const literalFunctions = 'float fromBits(uint bits) { return uintBitsToFloat(bits); }'

const words = new DataView(new ArrayBuffer(4))

/** A literal of type float, int, uint or bool that may be written as an operand of any operator. */
export function glslLiteral(dtype: DType, value: number): string {
  switch (dtype) {
    case 'f32':
    case 'f64':
    case 'f16':
    case 'bf16':
      return floatLiteral(Math.fround(value))
    case 'i64':
    case 'i32':
    case 'i16':
    case 'i8':
    case 'u8':
      return intLiteral(value)
    case 'u32':
      return `${value >>> 0}u`
    case 'bool':
      return value === 0 ? 'false' : 'true'
    default:
      return dtype satisfies never
  }
}

export function intLiteral(value: number): string {
  if (value === -2147483648) return 'int(0x80000000u)'
  return value < 0 ? `(${value})` : String(value)
}

const SMALLEST_NORMAL = 2 ** -126
const LARGEST_PLAIN = 2 ** 127

function floatLiteral(value: number): string {
  const size = Math.abs(value)
  const isPlain = Object.is(value, 0) || (size >= SMALLEST_NORMAL && size < LARGEST_PLAIN)
  if (!isPlain) {
    words.setFloat32(0, value)
    return `fromBits(0x${words.getUint32(0).toString(16).padStart(8, '0')}u)`
  }
  const text = shortestDecimal(value)
  const spelled = /[.e]/.test(text) ? text : `${text}.0`
  return value < 0 ? `(${spelled})` : spelled
}

/** The shortest decimal that rounds to the f32 `value`; nine digits always do. */
function shortestDecimal(value: number): string {
  for (let digits = 1; digits < 9; digits++) {
    const text = String(Number(value.toPrecision(digits)))
    if (Math.fround(Number(text)) === value) return text
  }
  return String(Number(value.toPrecision(9)))
}
