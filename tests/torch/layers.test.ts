// Every recorded layer of PyTorch, and what they refuse to be made with. `tools/golden/torch/layers.py` writes the cases.
import { readFileSync } from 'node:fs'
import * as torch from '@heddle/torch'
import { describe, expect, test } from 'vitest'
import { argumentOf, tensorOf } from './call-format.ts'
import {
  type AnyLayer,
  checkLayer,
  cotangentOf,
  keywords,
  type LayerCase,
  make,
  tensorsOf,
} from './layer-check.ts'

interface Refusal extends Pick<LayerCase, 'class' | 'args' | 'kwargs'> {
  readonly kind: string
  readonly message: string
}

const { cases, refused } = JSON.parse(
  readFileSync(new URL('./layers/layers.json', import.meta.url), 'utf8'),
) as {
  readonly cases: readonly LayerCase[]
  readonly refused: readonly Refusal[]
}

describe('layers', () => {
  test.for(cases.map((subject) => [subject.name, subject] as const))('%s', ([, subject]) => {
    checkLayer(subject)
  })
})

describe('layers refuse', () => {
  test.for(refused.map((subject) => [subject.message, subject] as const))('%s', ([, subject]) => {
    expect(() => make(subject, [])).toThrow(
      expect.objectContaining({ name: subject.kind, message: subject.message }),
    )
  })
})

/** Every second layer is compiled, too. */
describe('compiled layers give what eager ones do, to the bit', () => {
  test.for(
    cases
      .filter(({ call }, k) => call !== undefined && k % 2 === 0)
      .map((subject) => [subject.name, subject] as const),
  )('%s', ([, subject]) => {
    const expected = severalTimes(subject, (layer) => layer)
    let explain = (): string => ''
    const found = severalTimes(subject, (layer) => {
      const compiled = torch.compile(layer)
      explain = compiled.explain
      return compiled
    })
    expect(found).toEqual(expected)
    if (!mayStayEager.has(subject.class)) expect(explain()).toMatch(/operations as one/)
  })
})

/** Layers that look at contents, or give views of their input. */
const mayStayEager: ReadonlySet<string> = new Set([
  'AdaptiveLogSoftmaxWithLoss',
  'Flatten',
  'Unflatten',
  'RReLU',
])

/** Results, gradients and buffers of three calls; the third of a compiled layer repeats what those before recorded. */
function severalTimes(subject: LayerCase, prepared: (layer: AnyLayer) => AnyLayer): unknown {
  torch.manualSeed(subject.seed)
  const inputs = () =>
    subject.inputs.map((input) => {
      const leaf = tensorOf(input)
      return input.grad === true ? leaf.requiresGrad_() : leaf
    })
  const layer = make(subject, inputs())
  if (subject.evaluates === true) layer.eval()
  const run = prepared(layer)
  return [1, 2, 3].map(() => {
    const leaves = inputs()
    const args = subject.call?.map((each) => argumentOf(each, leaves)) ?? []
    const options = keywords(subject.callKwargs, leaves)
    const results = tensorsOf(run(...args, ...(Object.keys(options).length === 0 ? [] : [options])))
    const outputs = results.filter((each) => each.requiresGrad)
    const wanted = [...leaves.filter((leaf) => leaf.requiresGrad), ...layer.parameters()]
    const gradients =
      outputs.length === 0 || wanted.length === 0
        ? []
        : torch.autograd.grad(outputs, wanted, { gradOutputs: outputs.map(cotangentOf), allowUnused: true })
    return [results, gradients, layer.buffers()].map((tensors) =>
      tensors.map((each) => (each === null ? null : [each.stride(), each.detach().tolist()])),
    )
  })
}
