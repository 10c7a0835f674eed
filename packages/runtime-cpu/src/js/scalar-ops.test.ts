import type { DType, Scalar, ScalarOp } from '@heddle/core'
import { applyScalar, dtypeNames, dtypes, scalarOf, scalarTypeError, scalarTypes } from '@heddle/core'
import { describe, expect, test } from 'vitest'
import { host } from './backend.ts'
import { isMathFunction, renderCall } from './call.ts'
import { libraryText } from './library.ts'
import { atom, literal } from './text.ts'

const floats = [
  0,
  -0,
  1,
  -1,
  0.5,
  -0.5,
  1.5,
  2.5,
  -2.5,
  3.7,
  1e-40,
  -1e-45,
  1e10,
  -1e10,
  4294967295,
  2147483647.5,
  16777217,
  3.4e38,
  Infinity,
  -Infinity,
  Number.NaN,
]
const integers = [0, 1, -1, 2, 3, -7, 31, 32, 33, 100, 65535, 2147483647, -2147483648]

const wide = [
  2n ** 63n - 1n,
  -(2n ** 63n),
  2n ** 53n + 1n,
  2n ** 62n + 2n ** 38n + 1n,
  -(2n ** 32n) + 5n,
  63n,
  64n,
]

function valuesOf(dtype: DType): Scalar[] {
  const { kind, round } = dtypes[dtype]
  if (kind === 'bool') return [0, 1]
  const values = (kind === 'float' ? floats : integers).map((value) => scalarOf(dtype, round(value)))
  return dtype === 'i64' ? [...values, ...wide] : values
}

/** A function of up to three operands that applies the op as it is emitted. */
function compiled(op: ScalarOp, result: DType, operands: readonly DType[]): (...args: Scalar[]) => Scalar {
  const args = operands.map((_, at) => atom(`x${at}`))
  const { text } = renderCall(op, args, result, operands[0]!)
  const library = libraryText(new Set(isMathFunction(op) ? [op] : []))
  const names = operands.map((_, at) => `x${at}`).join(', ')
  return new Function('host', `${library}\nreturn (${names}) => ${text};`)(host)
}

const cases = (Object.keys(scalarTypes) as ScalarOp[]).flatMap((op) =>
  dtypeNames.flatMap((result) => {
    const { form, arity } = scalarTypes[op]
    const firsts = form === 'same' ? [result] : form === 'select' ? (['bool'] as const) : dtypeNames
    return firsts.flatMap((first) => {
      const others = form === 'select' ? [result, result] : new Array<DType>(arity - 1).fill(first)
      const operands = [first, ...others]
      if (scalarTypeError(op, result, operands) !== undefined) return []
      return [[`${op}: (${operands.join(', ')}) to ${result}`, op, result, operands] as const]
    })
  }),
)

describe('scalar ops as JavaScript', () => {
  test.each(cases)('%s equals its meaning', (_, op, result, operands) => {
    const apply = compiled(op, result, operands)
    const [xs, ys, zs] = operands.map(valuesOf)
    for (const x of xs!) {
      for (const y of ys ?? [0]) {
        for (const z of zs?.slice(0, 3) ?? [0]) {
          const args = [x, y, z].slice(0, operands.length)
          const expected = applyScalar(op, result, operands[0]!, args)
          expect(
            apply(...args),
            `${op}(${args.map((arg) => (Object.is(arg, -0) ? '-0' : arg)).join(', ')})`,
          ).toBe(expected)
        }
      }
    }
  })
})

describe('literals', () => {
  test('read back as the same value wherever they stand', () => {
    for (const value of [...floats, ...integers]) {
      const { text } = literal(value)

      expect(Object.is(new Function(`return ${text}`)(), value)).toBe(true)
      expect(new Function(`return 1-${text}`)()).toBe(1 - value)
    }
  })
})
