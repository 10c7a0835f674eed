import { interpret, mul, program, sum, toNdArray } from '@heddle/core'
import { expect, test } from 'vitest'
import golden from './golden/optimizers.json' with { type: 'json' }
import { adam, type Optimizer, sgd } from './optimizers.ts'
import { trainingStep } from './training-step.ts'

const optimizers: Readonly<Record<keyof typeof golden.cases, Optimizer>> = {
  sgd: sgd({ rate: 0.1 }),
  'sgd-momentum': sgd({ rate: 0.05, momentum: 0.9 }),
  'sgd-nesterov': sgd({ rate: 0.05, momentum: 0.9, nesterov: true, weightDecay: 0.01 }),
  adam: adam({ rate: 0.1 }),
  'adam-options': adam({ rate: 0.05, betas: [0.8, 0.99], epsilon: 1e-6, weightDecay: 0.1 }),
}

test.each(Object.entries(optimizers))(
  'optimizer %s: follows PyTorch step for step in float64',
  (name, optimizer) => {
    const model = program('bowl', ({ input, parameter }) => {
      const p = parameter('p', [4], 0, { dtype: 'f64' })
      return { loss: sum(mul(input('curvature', 'f64', [4]), mul(p, p))) }
    })
    const step = trainingStep(model, { loss: 'loss', optimizer })
    let states = Object.fromEntries(
      step.inputs.map(({ value }) => [
        value.attrs.name,
        toNdArray('f64', value.attrs.shape, value.attrs.shape.length === 0 ? [0] : [0, 0, 0, 0]),
      ]),
    )
    states = {
      ...states,
      p: toNdArray('f64', [4], golden.start),
      curvature: toNdArray('f64', [4], golden.curvature),
    }

    const trajectory = golden.cases[name as keyof typeof golden.cases].map(() => {
      states = { ...states, ...interpret(step, states).updates }
      return [...(states['p']?.data ?? [])]
    })

    for (const [k, expected] of golden.cases[name as keyof typeof golden.cases].entries()) {
      for (const [at, value] of expected.entries()) expect(trajectory[k]?.[at]).toBeCloseTo(value, 9)
    }
  },
)
