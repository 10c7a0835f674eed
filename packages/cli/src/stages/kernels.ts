// The kernels: loops and expressions of each, why it has the extent it has, and the user's lines it came from.
import { type Kernel, type Plan, planToJson, printKernel } from '@heddle/core'
import type { Io } from '../io.ts'
import { plural } from '../plural.ts'
import { stepCount } from '../step-count.ts'
import { shortPlace } from '../user-lines.ts'
import type { Stage } from './stage.ts'

export const kernelsStage: Stage = {
  summary: 'the loops of every kernel, with the reasons of fusion',
  run: ({ compile, title, io }) => {
    const { plan } = compile()
    const written = planToJson(plan)['kernels']
    const json = Array.isArray(written) ? (written as readonly object[]) : []
    return {
      text: [
        `# ${plural(plan.kernels.length, 'kernel')} in ${stepCount(plan)} for ${title}\n`,
        ...plan.kernels.map((kernel, id) => kernelText(kernel, stepsOf(plan, id), io)),
      ].join('\n'),
      json: {
        kernels: json.map((kernel, id) => ({
          ...kernel,
          steps: stepsOf(plan, id),
          text: printKernel(plan.kernels[id] as Kernel),
        })),
      },
    }
  },
}

const stepsOf = (plan: Plan, id: number): number =>
  plan.steps.filter((step) => step.kind === 'kernel' && step.kernel === id).length

function kernelText(kernel: Kernel, steps: number, io: Pick<Io, 'cwd'>): string {
  const { ops, locations } = kernel.origin
  const remarks = [`# ${ops.join(' ')}`]
  if (locations.length > 0) remarks.push(`# ${locations.map((each) => shortPlace(each, io)).join(', ')}`)
  if (steps !== 1) remarks.push(`# in ${plural(steps, 'step')}`)
  return `${remarks.join('\n')}\n${printKernel(kernel)}`
}
