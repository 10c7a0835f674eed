// Sweeps of the f32 expansions over bit patterns, compared with float64. For speed they are compiled to JavaScript here, by a
// generator that only this test uses and that is itself compared with the evaluator.
import { describe, expect, test } from 'vitest'
import { evaluateScalarFunction, roundHalfToEven } from '../../interpret/scalar.ts'
import type { MathFunction, ScalarCall, ScalarFunction } from '../scalar.ts'
import { scalarTypes } from '../scalar-type.ts'
import { mathBounds } from './bounds.ts'
import { hostMath } from './host.ts'
import { mathFunctionNames, mathFunctions } from './index.ts'

const floats = new Float32Array(1)
const ints = new Int32Array(floats.buffer)

function floatOfBits(bits: number): number {
  ints[0] = bits
  return floats[0] ?? 0
}

function bitsOfFloat(x: number): number {
  floats[0] = x
  return ints[0] ?? 0
}

type Compiled = (x: number, y?: number) => number

const INFIX: Readonly<Record<string, string>> = {
  add: '+',
  sub: '-',
  div: '/',
  and: '&',
  or: '|',
  xor: '^',
  shl: '<<',
  shr: '>>',
  lt: '<',
  le: '<=',
  eq: '===',
  ne: '!==',
}

function expressionOf(call: ScalarCall, operandDType: string): string {
  const [x, y, z] = call.args.map((id) => `v${id}`)
  const isFloat = call.dtype === 'f32'
  const rounded = (text: string) => (isFloat ? `Math.fround(${text})` : `(${text}) | 0`)
  const infix = INFIX[call.op]
  if (infix !== undefined) return rounded(`${x} ${infix} ${y}`)
  if (call.op === 'mul') return isFloat ? rounded(`${x} * ${y}`) : `Math.imul(${x}, ${y})`
  if (call.op === 'abs' || call.op === 'floor') return `Math.${call.op}(${x})`
  if (call.op === 'sqrt') return rounded(`Math.sqrt(${x})`)
  if (call.op === 'round') return `roundHalfToEven(${x})`
  if (call.op === 'select') return `${x} ? ${y} : ${z}`
  if (call.op === 'cast' && isFloat) return rounded(`${x}`)
  if (call.op === 'bitcast' && operandDType === 'f32') return `(floats[0] = ${x}, ints[0])`
  if (call.op === 'bitcast') return `(ints[0] = ${x}, floats[0])`
  throw new Error(`the test's generator has no ${call.op}`)
}

function compile(fn: ScalarFunction): Compiled {
  const lines = fn.code.map((node, id) => {
    if (node.op === 'const') return `const v${id} = ${Object.is(node.value, -0) ? '-0' : node.value}`
    if (node.op === 'param') return `const v${id} = p${node.index}`
    return `const v${id} = ${expressionOf(node, fn.code[node.args[0] ?? 0]?.dtype ?? '')}`
  })
  const body = `return (p0, p1) => {\n${lines.join('\n')}\nreturn v${fn.result}\n}`
  return new Function('floats', 'ints', 'roundHalfToEven', body)(floats, ints, roundHalfToEven)
}

/** |got - exact| in units in the last place of `exact`; Infinity where one of them is NaN or a wrong infinity. */
function ulpError(got: number, exact: number): number {
  const nearest = Math.fround(exact)
  if (Object.is(got, nearest) || (got === 0 && nearest === 0)) return 0
  // A result that has barely overflowed may be the largest number or infinite.
  const bounded = Number.isFinite(got) ? got : Math.sign(got) * 2 ** 128
  const exponent = Math.max((bitsOfFloat(Math.max(-(2 ** 127), Math.min(2 ** 127, exact))) >>> 23) & 255, 1)
  const error = Math.abs(bounded - exact) / 2 ** (exponent - 150)
  return Number.isNaN(error) ? Infinity : error
}

const arityOf = (name: MathFunction): number => scalarTypes[name].arity
const unary = mathFunctionNames.filter((name) => arityOf(name) === 1)
const mix = (i: number): number => Math.imul(i ^ (i >>> 15), 0x2c1b3c6d) ^ Math.imul(i, 0x297a2d39)

describe('the test generator', () => {
  test.each(mathFunctionNames)('compiles %s to what the evaluator computes, to the bit', (name) => {
    const fn = mathFunctions[name]
    const compiled = compile(fn)
    for (let i = 0; i < 4096; i++) {
      const x = floatOfBits((i << 20) | (mix(i) & 0xfffff))
      const y = Math.fround((mix(i + 7) % 64) / 4)
      expect(compiled(x, y)).toBe(evaluateScalarFunction(fn, arityOf(name) === 2 ? [x, y] : [x]))
    }
  })
})

describe('accuracy of the f32 expansions', () => {
  test.each(unary)('%s stays within its bound on 2^20 bit patterns of all magnitudes', (name) => {
    const compiled = compile(mathFunctions[name])
    const reference = hostMath[name]
    const { ulp, domain } = mathBounds[name]
    const worst = { error: 0, x: 0 }
    for (let i = 0; i < 2 ** 20; i++) {
      const x = floatOfBits((i << 12) | (mix(i) & 0xfff))
      if (x < domain[0] || x > domain[1]) continue
      const error = ulpError(compiled(x), reference(x, 0))
      if (error > worst.error) Object.assign(worst, { error, x })
    }
    expect(worst.error, `at ${worst.x}`).toBeLessThanOrEqual(ulp)
  })

  test.each(unary)('%s stays within its bound on 2^19 numbers between -20 and 20', (name) => {
    const compiled = compile(mathFunctions[name])
    const reference = hostMath[name]
    const { ulp, domain } = mathBounds[name]
    const worst = { error: 0, x: 0 }
    for (let i = 0; i < 2 ** 19; i++) {
      const x = Math.fround((i + 0.37) / 2 ** 13 / 1.6 - 20)
      if (x < domain[0] || x > domain[1]) continue
      const error = ulpError(compiled(x), reference(x, 0))
      if (error > worst.error) Object.assign(worst, { error, x })
    }
    expect(worst.error, `at ${worst.x}`).toBeLessThanOrEqual(ulp)
  })

  test.each(['sin', 'cos', 'tan'] as const)(
    '%s is right next to every multiple of pi/2 below 1e5',
    (name) => {
      const compiled = compile(mathFunctions[name])
      const reference = hostMath[name]
      const worst = { error: 0, x: 0 }
      for (let n = 1; n <= 63661; n++) {
        for (let step = -2; step <= 2; step++) {
          const x = floatOfBits(bitsOfFloat((n * Math.PI) / 2) + step)
          const error = ulpError(compiled(x), reference(x, 0))
          if (error > worst.error) Object.assign(worst, { error, x })
        }
      }
      expect(worst.error, `at ${worst.x}`).toBeLessThanOrEqual(mathBounds[name].ulp)
    },
  )

  test.each(['sin', 'cos'] as const)(
    '%s degrades with the spacing of its argument and stays bounded',
    (name) => {
      const compiled = compile(mathFunctions[name])
      for (let i = 0; i < 2 ** 18; i++) {
        const x = Math.fround(1e5 * 100 ** (i / 2 ** 18))
        const spacing = 2 ** (((bitsOfFloat(x) >>> 23) & 255) - 150)
        const error = Math.abs(compiled(x) - hostMath[name](x, 0))
        if (error > 0.51 * spacing + 1e-6) expect.fail(`${name}(${x}) is off by ${error}`)
      }
      for (let bits = bitsOfFloat(1e5); bits < bitsOfFloat(Infinity); bits += 997) {
        const y = compiled(floatOfBits(bits))
        if (!(Math.abs(y) <= 1)) expect.fail(`${name}(${floatOfBits(bits)}) is ${y}`)
      }
    },
  )

  test.each(['atan2', 'hypot'] as const)('%s stays within its bound in every direction and size', (name) => {
    const compiled = compile(mathFunctions[name])
    const worst = { error: 0, x: 0, y: 0 }
    for (let i = 0; i < 2 ** 20; i++) {
      // Half: any two numbers; half: numbers of about one size.
      const any = floatOfBits(mix(i))
      const other =
        i % 2 === 0 ? floatOfBits(mix(i + 1)) : Math.fround(any * ((mix(i + 2) >>> 0) / 2 ** 30 - 2))
      const error = ulpError(compiled(any, other), hostMath[name](any, other))
      if (error > worst.error) Object.assign(worst, { error, x: any, y: other })
    }
    expect(worst.error, `at ${worst.x}, ${worst.y}`).toBeLessThanOrEqual(mathBounds[name].ulp)
  })

  test('pow stays within its bound wherever the result is finite, overflows and vanishes at the right places', () => {
    const compiled = compile(mathFunctions.pow)
    const worst = { error: 0, x: 0, y: 0 }
    for (let i = 0; i < 2 ** 20; i++) {
      // A third each: any x with a y that spreads the results over all magnitudes, x near 1, small integer y of either sign.
      const near = Math.fround(0.5 + (mix(i) >>> 0) / 2 ** 31)
      const any = Math.abs(floatOfBits((i << 12) | (mix(i) & 0xfff)))
      const x = i % 3 === 0 ? any : i % 3 === 1 ? near : -near
      const reach = 155 / Math.max(Math.abs(Math.log2(Math.abs(x))), 1e-7)
      const spread = ((mix(i + 1) >>> 0) / 2 ** 31 - 1) * reach
      const y = Math.fround(i % 3 === 2 ? Math.round(spread) : spread)
      const error = ulpError(compiled(x, y), hostMath.pow(x, y))
      if (error > worst.error) Object.assign(worst, { error, x, y })
    }
    expect(worst.error, `at ${worst.x} to the ${worst.y}`).toBeLessThanOrEqual(mathBounds.pow.ulp)
  })
})
