// The functions a shader may need beside GLSL's own, requested by name and emitted once each, after those they call.
// Each is written for one value; the form for four lanes calls it a lane at a time, or is written out where it is hot: without
// branches, of which software drivers take minutes to compile a hundred.
// NaN is found by its bits, never by `x != x` or a built-in: fast-math compilers fold those away.
import { internalError } from '@heddle/core'

/** 1: one value for all lanes; 4: one a lane. */
export type Width = 1 | 4

export interface FunctionSet {
  /** Makes sure the function exists in this width; returns its name (the widths overload it). */
  request(name: string, width: Width): string
  /** Adds a function by its full text unless `key` is known already. */
  add(key: string, text: () => string): void
  readonly texts: readonly string[]
}

interface FunctionText {
  readonly needs: readonly string[]
  /** The scalar form. */
  readonly one: string
  /** The form for four lanes, where lane by lane will not do. */
  readonly four?: string
}

const NAN_BITS = '0x7fffffffu) > 0x7f800000u'

const functions: Readonly<Record<string, FunctionText>> = {
  isNan: {
    needs: [],
    one: `bool isNan(float x) { return (floatBitsToUint(x) & ${NAN_BITS}; }`,
    four: `bvec4 isNan(vec4 x) {
  return greaterThan(floatBitsToUint(x) & uvec4(0x7fffffffu), uvec4(0x7f800000u));
}`,
  },
  // By the bits: a comparison may take a subnormal for 0.
  isNonZero: {
    needs: [],
    one: `bool isNonZero(float x) { return (floatBitsToUint(x) & 0x7fffffffu) != 0u; }`,
    four: `bvec4 isNonZero(vec4 x) {
  return notEqual(floatBitsToUint(x) & uvec4(0x7fffffffu), uvec4(0u));
}`,
  },
  // Bits in the order of the values: -0 below +0, as `minimum` and `maximum` have it.
  ordered: {
    needs: [],
    one: `int ordered(float x) {
  int bits = floatBitsToInt(x);
  return bits ^ ((bits >> 31) & 0x7fffffff);
}`,
    four: `ivec4 ordered(vec4 x) {
  ivec4 bits = floatBitsToInt(x);
  return bits ^ ((bits >> 31) & 0x7fffffff);
}`,
  },
  minimum: {
    needs: ['isNan', 'ordered'],
    one: `float minimum(float x, float y) {
  float least = ordered(y) < ordered(x) ? y : x;
  return isNan(x) ? x : isNan(y) ? y : least;
}`,
    four: `vec4 minimum(vec4 x, vec4 y) {
  vec4 least = mix(x, y, lessThan(ordered(y), ordered(x)));
  return mix(mix(least, y, isNan(y)), x, isNan(x));
}`,
  },
  maximum: {
    needs: ['isNan', 'ordered'],
    one: `float maximum(float x, float y) {
  float most = ordered(x) < ordered(y) ? y : x;
  return isNan(x) ? x : isNan(y) ? y : most;
}`,
    four: `vec4 maximum(vec4 x, vec4 y) {
  vec4 most = mix(x, y, lessThan(ordered(x), ordered(y)));
  return mix(mix(most, y, isNan(y)), x, isNan(x));
}`,
  },
  // Whether x takes the place of the extreme so far; the first NaN is the extreme.
  beatsMax: {
    needs: ['isNan'],
    one: `bool beatsMax(float x, float best) { return !isNan(best) && (isNan(x) || x > best); }`,
  },
  beatsMin: {
    needs: ['isNan'],
    one: `bool beatsMin(float x, float best) { return !isNan(best) && (isNan(x) || x < best); }`,
  },
  // Rounding built-ins may lose the sign of a zero.
  withSign: {
    needs: [],
    one: `float withSign(float size, float of) {
  return uintBitsToFloat((floatBitsToUint(size) & 0x7fffffffu) | (floatBitsToUint(of) & 0x80000000u));
}`,
    four: `vec4 withSign(vec4 size, vec4 of) {
  return uintBitsToFloat((floatBitsToUint(size) & 0x7fffffffu) | (floatBitsToUint(of) & 0x80000000u));
}`,
  },
  // Exact remainder of the sign of x, by long division of the mantissas: x - y * trunc(x / y) is not exact.
  remainder: {
    needs: ['isNan'],
    one: `float remainder(float x, float y) {
  uint a = floatBitsToUint(x) & 0x7fffffffu, b = floatBitsToUint(y) & 0x7fffffffu;
  uint sign = floatBitsToUint(x) & 0x80000000u;
  if (a >= 0x7f800000u || b > 0x7f800000u || b == 0u) return uintBitsToFloat(0x7fc00000u);
  if (a < b) return x;
  int ea = int(a >> 23), eb = int(b >> 23);
  uint ma = a & 0x7fffffu, mb = b & 0x7fffffu;
  if (ea == 0) ea = 1; else ma |= 0x800000u;
  if (eb == 0) eb = 1; else mb |= 0x800000u;
  for (; ea > eb; ea--) {
    if (ma >= mb) ma -= mb;
    ma <<= 1;
  }
  if (ma >= mb) ma -= mb;
  if (ma == 0u) return uintBitsToFloat(sign);
  for (; ma < 0x800000u && ea > 1; ea--) ma <<= 1;
  return uintBitsToFloat(sign | (ma < 0x800000u ? ma : (ma & 0x7fffffu) | (uint(ea) << 23)));
}`,
  },
  // Division by zero and the one overflow are undefined in GLSL, as is % of negative numbers.
  divideInt: {
    needs: [],
    one: `int divideInt(int x, int y) {
  if (y == 0) return 0;
  return y == -1 ? -x : x / y;
}`,
    four: `ivec4 divideInt(ivec4 x, ivec4 y) {
  ivec4 isZero = ivec4(equal(y, ivec4(0))), negates = -ivec4(equal(y, ivec4(-1)));
  ivec4 quotient = x / ((y | isZero) ^ (negates & -2));
  return ((quotient ^ negates) - negates) & (isZero - 1);
}`,
  },
  remainderInt: {
    needs: ['divideInt'],
    one: `int remainderInt(int x, int y) { return y == 0 ? 0 : x - y * divideInt(x, y); }`,
    four: `ivec4 remainderInt(ivec4 x, ivec4 y) {
  return (x - y * divideInt(x, y)) & -ivec4(notEqual(y, ivec4(0)));
}`,
  },
  divideUint: {
    needs: [],
    one: `uint divideUint(uint x, uint y) { return y == 0u ? 0u : x / y; }`,
    four: `uvec4 divideUint(uvec4 x, uvec4 y) {
  uvec4 isZero = uvec4(equal(y, uvec4(0u)));
  return (x / (y | isZero)) & (isZero - 1u);
}`,
  },
  remainderUint: {
    needs: [],
    one: `uint remainderUint(uint x, uint y) { return y == 0u ? 0u : x % y; }`,
    four: `uvec4 remainderUint(uvec4 x, uvec4 y) {
  uvec4 isZero = uvec4(equal(y, uvec4(0u)));
  return (x % (y | isZero)) & (isZero - 1u);
}`,
  },
  // For by > 0. The sign's bits turn a negative x into -1 - x and the quotient back: / of negative numbers rounds as it likes.
  floorDivide: {
    needs: [],
    one: `int floorDivide(int x, int by) { return ((x ^ (x >> 31)) / by) ^ (x >> 31); }`,
    four: `ivec4 floorDivide(ivec4 x, ivec4 by) { return ((x ^ (x >> 31)) / by) ^ (x >> 31); }`,
  },
  floorModulo: {
    needs: ['floorDivide'],
    one: `int floorModulo(int x, int by) { return x - by * floorDivide(x, by); }`,
    four: `ivec4 floorModulo(ivec4 x, ivec4 by) { return x - by * floorDivide(x, by); }`,
  },
  toInt: {
    needs: ['isNan'],
    one: `int toInt(float x) {
  if (isNan(x)) return 0;
  if (x >= 2147483648.0) return 0x7fffffff;
  return x < -2147483648.0 ? int(0x80000000u) : int(x);
}`,
  },
  toUint: {
    needs: ['isNan'],
    one: `uint toUint(float x) {
  if (isNan(x) || x < 1.0) return 0u;
  return x >= 4294967296.0 ? 0xffffffffu : uint(x);
}`,
  },
  // Both halves are exact in f32, so the one addition rounds once, to nearest even.
  fromInt: {
    needs: [],
    one: `float fromInt(int x) { return float(x >> 16) * 65536.0 + float(x & 0xffff); }`,
    four: `vec4 fromInt(ivec4 x) { return vec4(x >> 16) * 65536.0 + vec4(x & 0xffff); }`,
  },
  fromUint: {
    needs: [],
    one: `float fromUint(uint x) { return float(x >> 16) * 65536.0 + float(x & 0xffffu); }`,
    four: `vec4 fromUint(uvec4 x) { return vec4(x >> 16) * 65536.0 + vec4(x & 0xffffu); }`,
  },
  // Bits of stored values, which need not go through the rounding of a cast: a float here is a value of the dtype.
  f16Bits: {
    needs: ['isNan'],
    one: `int f16Bits(float x) {
  uint bits = floatBitsToUint(x), size = bits & 0x7fffffffu;
  int sign = -int(bits >> 31) << 15;
  if (isNan(x)) return sign | 0x7e00;
  if (size >= 0x47800000u) return sign | 0x7c00;
  return sign | (size < 0x38800000u ? int(abs(x) * 16777216.0) : int((size - 0x38000000u) >> 13));
}`,
  },
  f16OfBits: {
    needs: [],
    one: `float f16OfBits(int x) {
  uint size = uint(x) & 0x7fffu, sign = (uint(x) & 0x8000u) << 16;
  if (size < 0x400u) return uintBitsToFloat(sign | floatBitsToUint(float(size) / 16777216.0));
  return uintBitsToFloat(sign | (size < 0x7c00u ? (size << 13) + 0x38000000u : 0x7f800000u | (size << 13)));
}`,
  },
  bf16Bits: {
    needs: ['isNan'],
    one: `int bf16Bits(float x) { return isNan(x) ? 0x7fc0 : floatBitsToInt(x) >> 16; }`,
  },
  bf16OfBits: { needs: [], one: `float bf16OfBits(int x) { return intBitsToFloat(x << 16); }` },
  // mix() with a bvec4 is for floats only in GLSL ES 3.00.
  chooseInt: {
    needs: [],
    one: `int chooseInt(bool c, int x, int y) { return c ? x : y; }`,
    four: `ivec4 chooseInt(bvec4 c, ivec4 x, ivec4 y) { return y ^ ((x ^ y) & -ivec4(c)); }`,
  },
  chooseUint: {
    needs: [],
    one: `uint chooseUint(bool c, uint x, uint y) { return c ? x : y; }`,
    four: `uvec4 chooseUint(bvec4 c, uvec4 x, uvec4 y) { return y ^ ((x ^ y) & uvec4(-ivec4(c))); }`,
  },
  chooseBool: {
    needs: [],
    one: `bool chooseBool(bool c, bool x, bool y) { return c ? x : y; }`,
    four: `bvec4 chooseBool(bvec4 c, bvec4 x, bvec4 y) {
  return bvec4(uvec4(y) ^ ((uvec4(x) ^ uvec4(y)) & uvec4(c)));
}`,
  },
}

export function createFunctions(): FunctionSet {
  const texts: string[] = []
  const known = new Set<string>()
  const add = (key: string, text: () => string): void => {
    if (known.has(key)) return
    known.add(key)
    texts.push(text())
  }
  const request = (name: string, width: Width): string => {
    const entry = functions[name]
    if (entry === undefined) throw internalError('webgl', `no shader function ${name}`)
    if (width === 4 && entry.four === undefined) {
      request(name, 1)
      add(`${name}/4`, () => lift(entry.one))
      return name
    }
    if (known.has(`${name}/${width}`)) return name
    for (const need of entry.needs) request(need, width)
    add(`${name}/${width}`, () => (width === 1 ? entry.one : (entry.four ?? entry.one)))
    return name
  }
  return { request, add, texts }
}

const vectorOf: Readonly<Record<string, string>> = {
  float: 'vec4',
  int: 'ivec4',
  uint: 'uvec4',
  bool: 'bvec4',
}

/** The four-lane form of a scalar function: its signature widened, its calls made a lane at a time. */
function lift(one: string): string {
  const signature = /^(\w+) (\w+)\(([^)]*)\)/.exec(one)
  if (signature === null) throw internalError('webgl', 'a shader function has no readable signature')
  const [, result = '', name = '', list = ''] = signature
  const params = list.split(', ').map((param) => param.split(' '))
  const head = params.map(([type = '', param = '']) => `${vectorOf[type]} ${param}`).join(', ')
  const calls = ['x', 'y', 'z', 'w'].map(
    (lane) => `${name}(${params.map(([, param]) => `${param}.${lane}`).join(', ')})`,
  )
  return `${vectorOf[result]} ${name}(${head}) {\n  return ${vectorOf[result]}(${calls.join(', ')});\n}`
}
