// Every recorded layer of PyTorch, made after the same seed: printed text, names, shapes and exact numbers of its state, results,
// gradients, and buffers after the call; and what they refuse to be made with. `tools/golden/torch/layers.py` writes the cases.
import { readFileSync } from 'node:fs'
import * as torch from '@heddle/torch'
import { describe, expect, test } from 'vitest'
import { camelCase } from '../../tools/camel-case.ts'
import { type Argument, argumentOf, type Elements, type Input, numbersOf, tensorOf } from './call-format.ts'

interface LayerCase {
  readonly name: string
  readonly class: string
  readonly seed: number
  readonly args: readonly LayerArgument[]
  readonly kwargs: Readonly<Record<string, Argument>>
  readonly text: string
  readonly state: readonly (readonly [string, Elements])[]
  readonly evaluates?: true
  readonly call?: readonly Argument[]
  readonly callKwargs?: Readonly<Record<string, Argument>>
  readonly calls?: number
  readonly results?: readonly Elements[]
  readonly node?: string | null
  readonly gradients?: readonly (Elements | null)[]
  readonly buffers?: readonly (readonly [string, Elements])[]
  readonly inputs: readonly Input[]
  readonly tolerance?: number
}

/** An argument may be another layer, which is made first. */
type LayerArgument = Argument | { readonly layer: Pick<LayerCase, 'class' | 'args' | 'kwargs'> }

type AnyLayer = torch.nn.Module<readonly unknown[], unknown>

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
    check(subject)
  })
})

describe('layers refuse', () => {
  test.for(refused.map((subject) => [subject.message, subject] as const))('%s', ([, subject]) => {
    expect(() => make(subject, [])).toThrow(
      expect.objectContaining({ name: subject.kind, message: subject.message }),
    )
  })
})

describe('compiled layers give what eager ones do, to the bit', () => {
  test.for(cases.filter(({ call }) => call !== undefined).map((subject) => [subject.name, subject] as const))(
    '%s',
    ([, subject]) => {
      const expected = twice(subject, (layer) => layer)
      let explain = (): string => ''
      const found = twice(subject, (layer) => {
        const compiled = torch.compile(layer)
        explain = compiled.explain
        return compiled
      })
      expect(found).toEqual(expected)
      if (!mayStayEager.has(subject.class)) expect(explain()).toMatch(/operations as one/)
    },
  )
})

/** Layers that look at contents, or give views of their input. */
const mayStayEager: ReadonlySet<string> = new Set(['Flatten', 'Unflatten', 'RReLU'])

/** Results, gradients and buffers of two calls; the second of a compiled layer repeats what the first recorded. */
function twice(subject: LayerCase, prepared: (layer: AnyLayer) => AnyLayer): unknown {
  torch.manualSeed(subject.seed)
  const inputs = () =>
    subject.inputs.map((input) => {
      const leaf = tensorOf(input)
      return input.grad === true ? leaf.requiresGrad_() : leaf
    })
  const layer = make(subject, inputs())
  if (subject.evaluates === true) layer.eval()
  const run = prepared(layer)
  return [1, 2].map(() => {
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

const keywords = (given: Readonly<Record<string, Argument>> = {}, operands: readonly torch.Tensor[] = []) =>
  Object.fromEntries(
    Object.entries(given).map(([key, value]) => [camelCase(key), argumentOf(value, operands)]),
  )

function make(
  { class: name, args, kwargs }: Pick<LayerCase, 'class' | 'args' | 'kwargs'>,
  operands: readonly torch.Tensor[],
): AnyLayer {
  const Layer = Reflect.get(torch.nn, name) as (new (...all: readonly unknown[]) => AnyLayer) | undefined
  if (Layer === undefined) throw new Error(`there is no nn.${name}`)
  const positional = args.map((each) =>
    typeof each === 'object' && each !== null && 'layer' in each
      ? make(each.layer, operands)
      : argumentOf(each as Argument, operands),
  )
  const options = keywords(kwargs, operands)
  return new Layer(...positional, ...(Object.keys(options).length === 0 ? [] : [options]))
}

function check(subject: LayerCase): void {
  const leaves = subject.inputs.map((input) => {
    const leaf = tensorOf(input)
    return input.grad === true ? leaf.requiresGrad_() : leaf
  })
  torch.manualSeed(subject.seed)
  const layer = make(subject, leaves)
  expect(String(layer)).toBe(subject.text)
  const state = [...layer.stateDict()] as [string, torch.Tensor][]
  expect(state.map(([key]) => key)).toEqual(subject.state.map(([key]) => key))
  state.forEach(([key, value], k) => {
    checkElements(value, subject.state[k]?.[1] as Elements, 0, key)
  })
  if (subject.evaluates === true) layer.eval()
  if (subject.call !== undefined) checkCall(subject, layer, leaves)
}

function checkCall(subject: LayerCase, layer: AnyLayer, leaves: readonly torch.Tensor[]): void {
  const args = subject.call?.map((each) => argumentOf(each, leaves)) ?? []
  const options = keywords(subject.callKwargs, leaves)
  const all = Object.keys(options).length === 0 ? args : [...args, options]
  let result: unknown
  for (let k = 0; k < (subject.calls ?? 1); k++) result = layer(...all)
  const results = tensorsOf(result)
  const tolerance = subject.tolerance ?? 2e-6
  expect(results.length).toBe(subject.results?.length)
  results.forEach((each, k) => {
    checkElements(each, subject.results?.[k] as Elements, tolerance, `result ${k}`)
  })
  expect(results[0]?.gradFn?.name() ?? null, 'grad_fn').toBe(subject.node)
  if (subject.gradients !== undefined) {
    const outputs = results.filter((each) => each.requiresGrad)
    const wanted = [...leaves.filter((leaf) => leaf.requiresGrad), ...layer.parameters()]
    const gradOutputs = outputs.map(cotangentOf)
    const found = torch.autograd.grad(outputs, wanted, { gradOutputs, allowUnused: true })
    subject.gradients.forEach((expected, k) => {
      const gradient = found[k]
      if (expected === null || gradient == null) expect(gradient ?? null, `gradient ${k}`).toBe(expected)
      else checkElements(gradient, expected, tolerance, `gradient ${k}`)
    })
  }
  const buffers = new Map(layer.namedBuffers())
  for (const [key, expected] of subject.buffers ?? []) {
    checkElements(buffers.get(key) as torch.Tensor, expected, tolerance, key)
  }
}

function checkElements(tensor: torch.Tensor, expected: Elements, tolerance: number, where: string): void {
  expect([tensor.dtype.name, [...tensor.shape]], where).toEqual([expected.dtype, expected.shape])
  const found = ([tensor.tolist()] as unknown[]).flat(Number.POSITIVE_INFINITY).map(Number)
  const wanted = numbersOf(expected.data ?? '')
  const bound = tolerance * Math.max(1e-3, ...wanted.map(Math.abs).filter(Number.isFinite))
  wanted.forEach((value, at) => {
    const isClose = Object.is(found[at], value) || Math.abs((found[at] ?? Number.NaN) - value) <= bound
    expect(isClose, `${where}: element ${at} is ${found[at]}, not ${value}`).toBe(true)
  })
}

function cotangentOf(like: torch.Tensor): torch.Tensor {
  const numbers = Array.from({ length: like.numel() }, (_, k) => (((k * 7) % 11) - 5) / 4)
  return torch.tensor(numbers, { dtype: like.dtype }).view([...like.shape])
}

function tensorsOf(result: unknown): readonly torch.Tensor[] {
  if (result instanceof torch.Tensor) return [result]
  return Array.isArray(result) ? result.flatMap(tensorsOf) : []
}
