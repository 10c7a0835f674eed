import { trainingPlan } from '@heddle/testkit'
import { describe, expect, test } from 'vitest'
import { liveBytesPeak, printPlan } from './print.ts'

describe('printPlan', () => {
  test('shows bindings, steps, the arena and the exact peak', () => {
    expect(printPlan(trainingPlan())).toMatchInlineSnapshot(`
      "plan training-step (version 2)
        input    x: f32[4, 3]
        input    y: f32[4]
        input    w: f32[3] state
        output   loss: f32[]
        output   w: f32[3] update may replace w
        constant rate: f32[1]

      steps (5)
        0  residual = residual(x, w, y)
        1  loss = square-sum(residual)
        2  doubled = double(residual)
        3  gradient = gradient(x, doubled)
        4  w_next = update(w, gradient, rate)

      arena 76 bytes, 3 buffers, at most 32 bytes live at once
         0 +16  |===..|  residual  steps 0..2
         0 +16  |..==.|  doubled   steps 2..3
        64 +12  |...==|  gradient  steps 3..4
      "
    `)
  })

  test('counts the bytes that are live at once', () => {
    expect(liveBytesPeak(trainingPlan())).toBe(32)
  })

  test('prints a plan without steps', () => {
    const empty = {
      ...trainingPlan(),
      buffers: [],
      steps: [],
      inputs: [],
      outputs: [],
      constants: [],
      arenaBytes: 0,
    }

    expect(printPlan(empty)).toContain('arena 0 bytes, 0 buffers')
  })
})
