import { kernelFixtures, planOfKernel, trainingPlan } from '@heddle/testkit'
import { describe, expect, test } from 'vitest'
import { HeddleError } from '../errors.ts'
import type { KernelStep, Plan, PlanBuffer, PlanStep } from './plan.ts'
import { verifyPlan } from './verify.ts'

function constraintOf(plan: Plan): unknown {
  try {
    verifyPlan(plan)
    return undefined
  } catch (error) {
    if (!(error instanceof HeddleError)) throw error
    return error.code === 'PLAN_INVALID' ? error.details['constraint'] : error.code
  }
}

function withBuffer(id: number, change: Partial<PlanBuffer>): Plan {
  const plan = trainingPlan()
  return {
    ...plan,
    buffers: plan.buffers.map((buffer, at) => (at === id ? { ...buffer, ...change } : buffer)),
  }
}

function kernelStep(step: PlanStep): KernelStep {
  if (step.kind !== 'kernel') throw new Error(`a ${step.kind} step is no kernel step`)
  return step
}

function withStep(at: number, change: Partial<KernelStep>): Plan {
  const plan = trainingPlan()
  return {
    ...plan,
    steps: plan.steps.map((step, position) => (position === at ? { ...kernelStep(step), ...change } : step)),
  }
}

function withOutput(at: number, change: Partial<Plan['outputs'][number]>): Plan {
  const plan = trainingPlan()
  return { ...plan, outputs: plan.outputs.map((output, i) => (i === at ? { ...output, ...change } : output)) }
}

describe('verifyPlan', () => {
  test('accepts a training step with in-place replacement in the arena and a donor', () => {
    expect(constraintOf(trainingPlan())).toBeUndefined()
  })

  test.each(kernelFixtures.map((fixture) => [fixture.kernel.name, fixture] as const))(
    'accepts the plan of %s',
    (_, fixture) => {
      expect(() => verifyPlan(planOfKernel(fixture).plan)).not.toThrow()
    },
  )

  test('says where and with which numbers', () => {
    expect(() => verifyPlan(withBuffer(4, { place: { kind: 'arena', offset: 32 } }))).toThrow(
      'PLAN_INVALID: plan training-step: buffer 4 (residual): is at byte 32; it must be at a multiple of 64 (P7)',
    )
  })

  const cases: readonly (readonly [string, string, Plan])[] = [
    ['P1', 'another version', { ...trainingPlan(), version: 1 as 2 }],
    [
      'LOWER_KERNEL_INVALID',
      'an invalid kernel',
      { ...trainingPlan(), kernels: trainingPlan().kernels.map((kernel) => ({ ...kernel, rows: [7] })) },
    ],
    ['P2', 'bytes that do not fit the size', withBuffer(4, { bytes: 20 })],
    ['P2', 'an input that names another buffer', withBuffer(0, { place: { kind: 'input', index: 1 } })],
    [
      'P2',
      'a constant of another size',
      { ...trainingPlan(), constants: [{ dtype: 'f32', data: new Float32Array(2) }] },
    ],
    ['P2', 'an output whose shape does not fit', withOutput(1, { shape: [5] })],
    ['P2', 'two outputs of one name', withOutput(1, { name: 'loss' })],
    ['P3', 'a kernel that does not exist', withStep(0, { kernel: 9 })],
    ['P3', 'too few bound buffers', withStep(0, { args: [0, 2, 1] })],
    ['P3', 'a bound buffer of another size', withStep(0, { args: [0, 1, 2, 4] })],
    ['P4', 'a step that writes an input', withStep(2, { args: [4, 1] })],
    ['P4', 'a step that writes what it reads', withStep(2, { args: [5, 5] })],
    ['P5', 'a read of what nothing has written', withStep(1, { args: [5, 7] })],
    [
      'P5',
      'an output nothing writes',
      { ...trainingPlan(), steps: trainingPlan().steps.slice(0, 4), buffers: trainingPlan().buffers },
    ],
    ['P6', 'a first step that is not the first write', withBuffer(6, { firstStep: 2 })],
    ['P6', 'a last step before the last read', withBuffer(4, { lastStep: 1 })],
    ['P6', 'an arena buffer kept for too long', withBuffer(4, { lastStep: 4 })],
    ['P6', 'an input that is read after its last step', withBuffer(0, { lastStep: 1 })],
    ['P7', 'an unaligned offset', withBuffer(6, { place: { kind: 'arena', offset: 60 } })],
    ['P7', 'an arena that is too small', { ...trainingPlan(), arenaBytes: 64 }],
    ['P7', 'an arena that is too large', { ...trainingPlan(), arenaBytes: 192 }],
    [
      'P8',
      'overlapping live buffers',
      { ...withBuffer(6, { place: { kind: 'arena', offset: 0 } }), arenaBytes: 16 },
    ],
    ['P9', 'a donor of another size', withOutput(1, { donor: 0 })],
    ['P9', 'a donor that is no input', withOutput(1, { donor: 8 })],
  ]

  test.each(cases)('%s: rejects %s', (constraint, _, plan) => {
    expect(constraintOf(plan)).toBe(constraint)
  })

  test('P8: rejects replacement by a kernel that still needs what it overwrites', () => {
    const plan = trainingPlan()
    // The gradient does not read `doubled` elementwise: it may not take its place.
    const buffers = plan.buffers.map((buffer, id) =>
      id === 6 ? { ...buffer, place: { kind: 'arena', offset: 0 } as const } : buffer,
    )

    expect(constraintOf({ ...plan, buffers, arenaBytes: 16 })).toBe('P8')
  })

  test('P9: rejects a donor that is read after the output is written', () => {
    const plan = trainingPlan()
    const [first, ...others] = plan.steps
    const late = { ...plan, steps: [...plan.steps, first!] }
    const buffers = plan.buffers.map((buffer, id) =>
      [0, 1, 2, 4].includes(id) ? { ...buffer, lastStep: 5 } : buffer,
    )

    expect(others).toHaveLength(4)
    expect(
      constraintOf({
        ...late,
        buffers: buffers.map((buffer, id) =>
          id === 5 ? { ...buffer, place: { kind: 'arena', offset: 128 } as const } : buffer,
        ),
        arenaBytes: 144,
      }),
    ).toBe('P9')
  })

  test('P9: rejects one input given to two outputs', () => {
    expect(constraintOf(withOutput(0, { donor: 2 }))).toBe('P9')
  })

  test('checks a chain of 20,000 steps with the default stack', () => {
    expect(constraintOf(doublingChain(20_000))).toBeUndefined()
  })
})

/** `x + x` again and again, over three places of the arena in turn. */
function doublingChain(count: number): Plan {
  const plan = trainingPlan()
  const template = plan.buffers[4]!
  const buffers = Array.from({ length: count - 1 }, (_, at): PlanBuffer => {
    return { ...template, place: { kind: 'arena', offset: (at % 3) * 64 }, firstStep: at, lastStep: at + 1 }
  })
  const [input, output] = [count - 1, count]
  buffers.push({ ...template, place: { kind: 'input', index: 0 }, firstStep: -1, lastStep: 0 })
  buffers.push({
    ...template,
    place: { kind: 'output', index: 0 },
    firstStep: count - 1,
    lastStep: count - 1,
  })
  const steps = Array.from({ length: count }, (_, at): PlanStep => {
    return { kind: 'kernel', kernel: 2, args: [at === 0 ? input : at - 1, at === count - 1 ? output : at] }
  })
  return {
    ...plan,
    buffers,
    steps,
    inputs: [{ ...plan.inputs[1]!, buffer: input }],
    outputs: [{ ...plan.outputs[0]!, shape: [4], buffer: output }],
    constants: [],
    arenaBytes: 144,
  }
}
