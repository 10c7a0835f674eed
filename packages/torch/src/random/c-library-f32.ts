// Logarithm and exponential in single precision to the bit as the C library of Linux computes them (glibc from 2.28 on): in double, to
// a little more than single precision, rounded once.

const f32 = Math.fround

const float = new Float32Array(1)
const bits = new Int32Array(float.buffer)

/** The reciprocals by which the logarithm reduces its argument, of 16 parts of [0.7, 1.4) (ARM's Optimized Routines, logf_data.c, MIT licence). */
const reciprocals = [
  1.398907162146528, 1.3403141896637998, 1.286432210124115, 1.2367150214269895, 1.1906977166711752,
  1.1479821020556429, 1.1082251448272158, 1.0711297413057381, 1.036437278977283, 1, 0.9492859795739057,
  0.8951049428609004, 0.8476821620351103, 0.8050314851692001, 0.7664671008843108, 0.731428603316328,
]

/** ln x, x > 0 and not subnormal. */
export function logF32(x: number): number {
  float[0] = x
  const pattern = bits[0] as number
  const offset = pattern - 0x3f330000
  bits[0] = pattern - (offset & -0x800000)
  const reciprocal = reciprocals[(offset >>> 19) & 15] as number
  const r = (float[0] as number) * reciprocal - 1
  const base = (offset >> 23) * Math.LN2 - Math.log(reciprocal)
  const r2 = r * r
  const y = -0.25089342214237154 * r2 + (0.333456765744066 * r - 0.4999997485802103)
  return f32(y * r2 + (base + r))
}

/** e^x, |x| < 88. */
export function expF32(x: number): number {
  const scaled = 46.16624130844683 * x
  const k = scaled + 1.5 * 2 ** 52 - 1.5 * 2 ** 52
  const r = scaled - k
  const y = (1.6938359250920212e-6 * r + 0.00023459809789509004) * (r * r) + (0.021660849396613134 * r + 1)
  return f32(y * 2 ** (k / 32))
}
