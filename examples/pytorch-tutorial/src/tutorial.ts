// The whole tutorial, section by section.
import * as torch from '@heddle/torch'
import * as gradients from './gradients.ts'
import { type Check, createSession, type Prompt } from './session.ts'
import * as tensors from './tensors.ts'

interface Section {
  readonly title: string
  readonly run: (prompt: Prompt) => void
}

export const sections: readonly Section[] = [
  { title: 'Creating a tensor; shape, dtype, device', run: tensors.creation },
  { title: 'Methods', run: tensors.methods },
  { title: 'Arithmetic', run: tensors.arithmetic },
  { title: 'Broadcasting', run: tensors.broadcasting },
  { title: 'Arrays', run: tensors.arrays },
  { title: 'Memory shared with arrays', run: tensors.sharing },
  { title: 'Backward of a vector', run: gradients.backwardOfVectors },
  { title: 'The graph', run: gradients.nodes },
  { title: 'Leaves', run: gradients.leaves },
  { title: 'Accumulation, and no gradients', run: gradients.accumulation },
  { title: 'Linear regression', run: gradients.linearRegression },
  { title: 'Tensors, repaired', run: tensors.repairedTensors },
  { title: 'Gradients, repaired', run: gradients.repairedGradients },
]

/** Every check of the tutorial with what it prints; `show` gets each section as it ends. */
export function runTutorial(
  show: (title: string, checks: readonly Check[]) => void = () => undefined,
): readonly Check[] {
  const all: Check[] = []
  torch.setWarningHandler(() => undefined)
  for (const { title, run } of sections) {
    const { prompt, checks } = createSession()
    run(prompt)
    show(title, checks)
    all.push(...checks)
  }
  return all
}
