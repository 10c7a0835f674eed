// What the f32 expansions return at special values, and how many operations they take.
import { describe, expect, test } from 'vitest'
import { evaluateScalarFunction } from '../../interpret/scalar.ts'
import type { MathFunction, ScalarFunction } from '../scalar.ts'
import { hostMath } from './host.ts'
import { mathFunctionNames, mathFunctions } from './index.ts'

const apply = (name: MathFunction, ...args: number[]): number =>
  evaluateScalarFunction(mathFunctions[name], args.map(Math.fround))

const HALF_PI = Math.PI / 2
const powersOf2 = [-149, -127, -126, -3, -1, 0, 1, 2, 10, 127]
const powersOf10 = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]

describe('special values of the f32 functions', () => {
  test.each<[MathFunction, number, number]>([
    ['exp', -Infinity, 0],
    ['exp', Infinity, Infinity],
    ['exp', 0, 1],
    ['exp', -0, 1],
    ['exp', -1e-9, 1],
    ['exp', 88.72283, 3.402798519021476e38],
    ['exp', 88.72284, Infinity],
    ['exp', -87.33655, 1.1754907074462803e-38],
    ['exp', -87.33656, 0],
    ['expm1', -0, -0],
    ['expm1', 0, 0],
    ['expm1', -Infinity, -1],
    ['expm1', Infinity, Infinity],
    ['expm1', -50, -1],
    ['expm1', 1e-30, 1e-30],
    ['log', 0, -Infinity],
    ['log', -0, -Infinity],
    ['log', -1, NaN],
    ['log', -Infinity, NaN],
    ['log', -1e-40, NaN],
    ['log', Infinity, Infinity],
    ['log', 1, 0],
    ['log', 2 ** -149, -103.2789306640625],
    ['log', 2 ** -127, -88.02969193111305],
    ['log1p', -0, -0],
    ['log1p', 0, 0],
    ['log1p', -1, -Infinity],
    ['log1p', -1.5, NaN],
    ['log1p', -Infinity, NaN],
    ['log1p', Infinity, Infinity],
    ['log1p', 1e-30, 1e-30],
    ['sin', -0, -0],
    ['sin', 0, 0],
    ['sin', Infinity, NaN],
    ['sin', -Infinity, NaN],
    ['sin', HALF_PI, 1],
    ['sin', -HALF_PI, -1],
    ['cos', 0, 1],
    ['cos', -0, 1],
    ['cos', Math.PI, -1],
    ['cos', Infinity, NaN],
    ['cos', -Infinity, NaN],
    ['tan', -0, -0],
    ['tan', 0, 0],
    ['tan', Infinity, NaN],
    ['tan', -Infinity, NaN],
    ['tanh', -0, -0],
    ['tanh', 0, 0],
    ['tanh', 9.1, 1],
    ['tanh', -9.1, -1],
    ['tanh', Infinity, 1],
    ['tanh', -Infinity, -1],
    ...powersOf2.map((n): [MathFunction, number, number] => ['exp2', n, 2 ** n]),
    ['exp2', -150, 0],
    ['exp2', -Infinity, 0],
    ['exp2', 128, Infinity],
    ['exp2', Infinity, Infinity],
    ...powersOf2.map((n): [MathFunction, number, number] => ['log2', 2 ** n, n]),
    ['log2', 0, -Infinity],
    ['log2', -0, -Infinity],
    ['log2', -1, NaN],
    ['log2', Infinity, Infinity],
    ...powersOf10.map((n): [MathFunction, number, number] => ['log10', 10 ** n, n]),
    ['log10', 0, -Infinity],
    ['log10', -1, NaN],
    ['log10', Infinity, Infinity],
    ['sinh', -0, -0],
    ['sinh', 1e-30, 1e-30],
    ['sinh', 89.4, 3.3488627241070614e38],
    ['sinh', -90, -Infinity],
    ['sinh', Infinity, Infinity],
    ['cosh', -0, 1],
    ['cosh', -89.4, 3.3488627241070614e38],
    ['cosh', -Infinity, Infinity],
    ['asinh', -0, -0],
    ['asinh', 1e-30, 1e-30],
    ['asinh', 3.4e38, 89.41515350341797],
    ['asinh', -Infinity, -Infinity],
    ['acosh', 1, 0],
    ['acosh', 0.99, NaN],
    ['acosh', -2, NaN],
    ['acosh', 3.4e38, 89.41515350341797],
    ['acosh', Infinity, Infinity],
    ['sigmoid', 0, 0.5],
    ['sigmoid', 40, 1],
    ['sigmoid', -200, 0],
    ['sigmoid', Infinity, 1],
    ['sigmoid', -Infinity, 0],
    ['erfc', 0, 1],
    ['erfc', -0, 1],
    ['erfc', -8, 2],
    ['erfc', 20, 0],
    ['erfc', Infinity, 0],
    ['erfc', -Infinity, 2],
    ['erfinv', -0, -0],
    ['erfinv', 1, Infinity],
    ['erfinv', -1, -Infinity],
    ['erfinv', 1.5, NaN],
    ['erfinv', -Infinity, NaN],
    ['normalCdf', 0, 0.5],
    ['normalCdf', 9, 1],
    ['normalCdf', -20, 0],
    ['normalCdf', Infinity, 1],
    ['normalCdf', -Infinity, 0],
    ['lgamma', 1, 0],
    ['lgamma', 2, 0],
    ['lgamma', 0, Infinity],
    ['lgamma', -0, Infinity],
    ['lgamma', -3, Infinity],
    ['lgamma', -16777216, Infinity],
    ['lgamma', 5e36, Infinity],
    ['lgamma', Infinity, Infinity],
    ['lgamma', -Infinity, Infinity],
    ['digamma', 0, -Infinity],
    ['digamma', -0, Infinity],
    ['digamma', -1, NaN],
    ['digamma', Infinity, Infinity],
    ['digamma', -Infinity, NaN],
    ['erf', -0, -0],
    ['erf', 0, 0],
    ['erf', 4, 1],
    ['erf', -4, -1],
    ['erf', Infinity, 1],
    ['erf', -Infinity, -1],
  ])('%s(%d) is %d', (name, x, expected) => {
    expect(apply(name, x)).toBe(Math.fround(expected))
  })

  test.each(mathFunctionNames)('%s of NaN is NaN, whatever its sign and payload', (name) => {
    for (const bits of [0x7fc00000, 0x7fc00001, 0x7fffffff, 0xffc00000, 0xffffffff])
      expect(apply(name, new Float32Array(new Uint32Array([bits]).buffer)[0] ?? 0, 2)).toBeNaN()
  })

  test('pow agrees with C99 in every combination of special operands', () => {
    const operands = [
      0,
      1,
      2,
      3,
      0.5,
      2.5,
      0.75,
      1e-40,
      1e10,
      16777215,
      16777216,
      3.4e38,
      Infinity,
      2 ** -149,
    ]
    const signed = [...operands, ...operands.map((x) => -x), NaN].map(Math.fround)
    for (const x of signed) {
      for (const y of signed) {
        const expected = Math.fround(hostMath.pow(x, y))
        const got = apply('pow', x, y)
        if (Number.isFinite(expected) && expected !== 0)
          expect(Math.abs(got / expected - 1), `${x} to the ${y}`).toBeLessThan(2 ** -21)
        else expect(got, `${x} to the ${y}`).toBe(expected)
      }
    }
  })

  test.each([
    [1, NaN, 1],
    [NaN, 0, 1],
    [NaN, -0, 1],
    [-1, Infinity, 1],
    [-1, -Infinity, 1],
    [-8, 1 / 3, NaN],
    [-2, NaN, NaN],
    [-0, -3, -Infinity],
    [-0, -2, Infinity],
    [-0, 3, -0],
    [-Infinity, 0.5, Infinity],
    [-Infinity, 3, -Infinity],
    [-Infinity, -3, -0],
    [-2, 3, -8],
    [0.5, Infinity, 0],
    [0.5, -Infinity, Infinity],
  ])('pow(%d, %d) is %d', (x, y, expected) => {
    expect(apply('pow', x, y)).toBe(expected)
  })

  test.each([
    [0, 1, 0],
    [-0, 1, -0],
    [0, -1, Math.PI],
    [-0, -1, -Math.PI],
    [0, 0, 0],
    [-0, 0, -0],
    [0, -0, Math.PI],
    [-0, -0, -Math.PI],
    [1, 0, HALF_PI],
    [-1, -0, -HALF_PI],
    [1, 1, HALF_PI / 2],
    [1, -1, 1.5 * HALF_PI],
    [-1, -1, -1.5 * HALF_PI],
    [Infinity, 3, HALF_PI],
    [-3, Infinity, -0],
    [3, -Infinity, Math.PI],
    [Infinity, -Infinity, 1.5 * HALF_PI],
    [-Infinity, Infinity, -HALF_PI / 2],
    [3e38, 3e38, HALF_PI / 2],
    [2 ** -149, 2 ** -149, HALF_PI / 2],
    [NaN, 1, NaN],
    [1, NaN, NaN],
  ])('atan2(%d, %d) is %d', (y, x, expected) => {
    expect(apply('atan2', y, x)).toBe(Math.fround(expected))
  })

  test.each([
    [0, -0, 0],
    [3, -4, 5],
    [3e38, 1e38, 3.1622776e38],
    [3e38, 3e38, Infinity],
    [2 ** -149, 0, 2 ** -149],
    [3 * 2 ** -140, 4 * 2 ** -140, 5 * 2 ** -140],
    [Infinity, NaN, Infinity],
    [NaN, -Infinity, Infinity],
    [NaN, 1, NaN],
  ])('hypot(%d, %d) is %d', (x, y, expected) => {
    expect(apply('hypot', x, y)).toBe(Math.fround(expected))
  })

  test.each(['sin', 'tan', 'sinh', 'tanh', 'asinh', 'erf', 'erfinv'] as const)(
    '%s is odd to the bit',
    (name) => {
      for (let x = 2 ** -30; x < 1e6; x *= 1.37) expect(apply(name, -x)).toBe(-apply(name, x))
    },
  )

  test.each(['tanh', 'erf'] as const)('%s never leaves [-1, 1]', (name) => {
    for (let x = 1; x < 12; x += 0.0007) expect(apply(name, x)).toBeLessThanOrEqual(1)
  })
})

test('the expansions take this many operations; a bitcast is none, a one-sided clamp is one', () => {
  const counts = Object.fromEntries(
    mathFunctionNames.map((name) => [name, operationCount(mathFunctions[name])]),
  )

  expect(counts).toEqual({
    exp: 23,
    exp2: 26,
    expm1: 28,
    log: 41,
    log2: 41,
    log10: 44,
    log1p: 40,
    sin: 49,
    cos: 49,
    tan: 51,
    sinh: 37,
    cosh: 25,
    tanh: 22,
    asinh: 50,
    acosh: 48,
    sigmoid: 37,
    erf: 26,
    erfc: 74,
    erfinv: 85,
    normalCdf: 74,
    lgamma: 150,
    digamma: 108,
    pow: 116,
    atan2: 53,
    hypot: 24,
  })
})

function operationCount({ code }: ScalarFunction): number {
  const operations = code.filter(({ op }) => op !== 'const' && op !== 'param' && op !== 'bitcast')
  const clamps = operations.filter((node) => {
    if (node.op !== 'select') return false
    const [condition = 0, then = 0, otherwise = 0] = node.args
    const comparison = code[condition]
    return comparison?.op === 'lt' && comparison.args.includes(then) && comparison.args.includes(otherwise)
  })
  return operations.length - clamps.length
}
