// A recorded layer of PyTorch made here after the same seed and compared: printed text, names, shapes and exact numbers of its state,
// results, gradients, and buffers after the call.
import * as torch from '@heddle/torch'
import { expect } from 'vitest'
import { camelCase } from '../../tools/camel-case.ts'
import { type Argument, argumentOf, type Elements, type Input, numbersOf, tensorOf } from './call-format.ts'

export interface LayerCase {
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
export type LayerArgument = Argument | { readonly layer: Pick<LayerCase, 'class' | 'args' | 'kwargs'> }

export type AnyLayer = torch.nn.Module<readonly unknown[], unknown>

export const keywords = (
  given: Readonly<Record<string, Argument>> = {},
  operands: readonly torch.Tensor[] = [],
): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    Object.entries(given).map(([key, value]) => [camelCase(key), argumentOf(value, operands)]),
  )

export function make(
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

/** Makes the layer, calls it and compares all that was recorded; `least`: the least tolerance of what is computed. */
export function checkLayer(subject: LayerCase, least = 0): void {
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
  if (subject.call !== undefined) checkCall(subject, layer, leaves, least)
}

function checkCall(
  subject: LayerCase,
  layer: AnyLayer,
  leaves: readonly torch.Tensor[],
  least: number,
): void {
  const args = subject.call?.map((each) => argumentOf(each, leaves)) ?? []
  const options = keywords(subject.callKwargs, leaves)
  const all = Object.keys(options).length === 0 ? args : [...args, options]
  let result: unknown
  for (let k = 0; k < (subject.calls ?? 1); k++) result = layer(...all)
  const results = tensorsOf(result)
  const tolerance = Math.max(subject.tolerance ?? 2e-6, least)
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

export function cotangentOf(like: torch.Tensor): torch.Tensor {
  const numbers = Array.from({ length: like.numel() }, (_, k) => (((k * 7) % 11) - 5) / 4)
  return torch.tensor(numbers, { dtype: like.dtype }).view([...like.shape])
}

export function tensorsOf(result: unknown): readonly torch.Tensor[] {
  if (result instanceof torch.Tensor) return [result]
  if (typeof result !== 'object' || result === null || !(Symbol.iterator in result)) return []
  return [...(result as Iterable<unknown>)].flatMap(tensorsOf)
}
