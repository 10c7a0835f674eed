// The plan: inputs and outputs, steps in order, the map of the memory intermediates share.
import { planToJson, printPlan } from '@heddle/core'
import type { Stage } from './stage.ts'

export const planStage: Stage = {
  summary: 'steps, buffers and memory',
  run: ({ compile }) => {
    const { plan } = compile()
    return { text: printPlan(plan), json: { plan: planToJson(plan) } }
  },
}
