import { kernelFixtures, planOfKernel, trainingPlan } from '@heddle/testkit'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { HeddleError } from '../errors.ts'
import { bytesToBase64, tryBase64ToBytes } from './base64.ts'
import { planFromJson, planToJson } from './json.ts'
import type { Plan } from './plan.ts'

function throughText(plan: Plan): Plan {
  return planFromJson(JSON.parse(JSON.stringify(planToJson(plan))))
}

function codeOf(json: unknown): string {
  try {
    planFromJson(json)
    return 'none'
  } catch (error) {
    if (!(error instanceof HeddleError)) throw error
    return error.code
  }
}

describe('plans as JSON', () => {
  test('come back identical', () => {
    expect(throughText(trainingPlan())).toEqual(trainingPlan())
  })

  test.each(kernelFixtures.map((fixture) => [fixture.kernel.name, fixture] as const))(
    'keep %s',
    (_, fixture) => {
      const { plan } = planOfKernel(fixture)

      expect(throughText(plan)).toEqual(plan)
    },
  )

  test('keep NaN, infinities and the sign of zero in scalars and initial values', () => {
    const values = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0, 0]
    const plan = trainingPlan()
    const inputs = plan.inputs.map((input) => ({ ...input, initial: { kind: 'values', values } as const }))
    const { plan: concat } = planOfKernel(kernelFixtures.find(({ kernel }) => kernel.name === 'map-concat')!)

    const back = throughText({ ...plan, inputs }).inputs[0]!.initial
    const loads = throughText(concat).kernels[0]!.stages[0]!.code.filter((node) => node.op === 'load')

    expect(back?.kind === 'values' && back.values.every((value, at) => Object.is(value, values[at]))).toBe(
      true,
    )
    expect(loads.map((node) => node.op === 'load' && node.otherwise)).toEqual([0, Number.NaN])
  })

  test('keep the bits of constants, also of a view into a larger buffer', () => {
    const bits = new Uint32Array([1, 0x7fc01234, 0x80000000, 0xff800000, 5])
    const data = new Float32Array(bits.buffer, 8, 1)
    const plan = { ...trainingPlan(), constants: [{ dtype: 'f32' as const, data }] }

    const [constant] = throughText(plan).constants

    expect(Object.is(constant!.data[0], -0)).toBe(true)
  })

  test('reject what is not a plan, with the path', () => {
    const json = planToJson(trainingPlan())
    const steps = [{ kind: 'kernel', kernel: 'first', args: [] }]

    expect(codeOf(undefined)).toBe('PLAN_JSON_INVALID')
    expect(codeOf({ ...json, surplus: 1 })).toBe('PLAN_JSON_INVALID')
    expect(() => planFromJson({ ...json, steps })).toThrow('PLAN_JSON_INVALID: plan: at steps.0.kernel')
    expect(codeOf({ ...json, constants: [{ dtype: 'f32', data: 'AAA=' }] })).toBe('PLAN_JSON_INVALID')
    expect(codeOf({ ...json, constants: [{ dtype: 'f32', data: '?' }] })).toBe('PLAN_JSON_INVALID')
  })

  test('reject another version before looking further', () => {
    expect(codeOf({ format: 'heddle-plan', version: 99 })).toBe('PLAN_JSON_VERSION')
  })

  test('reject a plan that is well formed but not valid', () => {
    expect(codeOf({ ...planToJson(trainingPlan()), arenaBytes: 0 })).toBe('PLAN_INVALID')
  })
})

describe('base64', () => {
  test('is the standard one', () => {
    expect(bytesToBase64(new Uint8Array([72, 101, 100, 100, 108, 101]))).toBe('SGVkZGxl')
    expect(bytesToBase64(new Uint8Array([255]))).toBe('/w==')
  })

  test('brings all bytes back', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        expect(bytesToBase64(bytes)).toBe(Buffer.from(bytes).toString('base64'))
        expect(tryBase64ToBytes(bytesToBase64(bytes))).toEqual(bytes)
      }),
      { seed: 7 },
    )
  })

  test('does not read other text', () => {
    expect([tryBase64ToBytes('abc'), tryBase64ToBytes('ab\u00e9='), tryBase64ToBytes('a=b=')]).toEqual([
      undefined,
      undefined,
      undefined,
    ])
  })
})
