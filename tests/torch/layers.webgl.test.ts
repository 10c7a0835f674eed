// Recorded layers on WebGL2: of each class the first and every third after it. Their initial numbers are those of PyTorch, too.
import * as torch from '@heddle/torch'
import { afterAll, beforeAll, test } from 'vitest'
import { checkLayer, type LayerCase } from './layer-check.ts'

// As text, which is parsed faster than made a module.
const files = import.meta.glob<string>('./layers/layers.json', {
  eager: true,
  query: '?raw',
  import: 'default',
})
const { cases } = JSON.parse(Object.values(files)[0] as string) as { readonly cases: readonly LayerCase[] }

function chosen(): readonly LayerCase[] {
  const counts = new Map<string, number>()
  return cases.filter((subject) => {
    const count = counts.get(subject.class) ?? 0
    counts.set(subject.class, count + 1)
    return count % 3 === 0
  })
}

beforeAll(() => torch.setDefaultDevice('webgl'))
afterAll(() => torch.setDefaultDevice('cpu'))

test.for(chosen().map((subject) => [subject.name, subject] as const))('%s', ([, subject]) => {
  checkLayer(subject, 5e-5)
})
