// Recurrent layers over packed sequences, compared with PyTorch's. `tools/golden/torch/packed.py` writes the cases.
import { readFileSync } from 'node:fs'
import * as torch from '@heddle/torch'
import { describe, expect, it, test } from 'vitest'
import { camelCase } from '../../tools/camel-case.ts'
import { type Elements, numbersOf, tensorOf } from './call-format.ts'

interface PackedCase {
  readonly class: 'RNN' | 'LSTM' | 'GRU'
  readonly seed: number
  readonly sizes: readonly [number, number]
  readonly kwargs: Readonly<Record<string, number | boolean>>
  readonly lengths: readonly number[]
  readonly batchFirst: boolean
  readonly sorted: boolean
  readonly input: Elements
  readonly packed: Elements
  readonly batchSizes: readonly number[]
  readonly results: readonly Elements[]
  readonly lengthsFound: readonly number[]
  readonly gradients: readonly Elements[]
}

const { cases } = JSON.parse(readFileSync(new URL('./layers/packed.json', import.meta.url), 'utf8')) as {
  readonly cases: readonly PackedCase[]
}
const { rnn } = torch.nn.utils

type Packed = torch.nn.utils.rnn.PackedSequence
type Recurrent = torch.nn.Module<[Packed], readonly [Packed, torch.Tensor | readonly torch.Tensor[]]>

describe('packed sequences', () => {
  test.for(cases.map((subject) => [`${subject.class} of lengths ${subject.lengths}`, subject] as const))(
    '%s',
    ([, subject]) => {
      check(subject)
    },
  )

  it('refuse lengths that do not fit', () => {
    const x = torch.ones(4, 2, 3)

    expect(() => rnn.packPaddedSequence(x, [2, 4])).toThrow('must be sorted in decreasing order')
    expect(() => rnn.packPaddedSequence(x, [4, 0])).toThrow('has to be greater than 0')
    expect(() => rnn.packPaddedSequence(x, [4])).toThrow('equal to batch_size, but got 1 (batch_size=2)')
  })

  it('come back as they were', () => {
    const all = [torch.ones(3, 2), torch.zeros(1, 2), torch.ones(2, 2)]
    const [padded, lengths] = rnn.padPackedSequence(rnn.packSequence(all, false), { paddingValue: 9 })

    expect(lengths.tolist()).toEqual([3, 1, 2])
    expect(padded.transpose(0, 1).tolist()).toEqual(rnn.padSequence(all, true, 9).tolist())
  })
})

function check(subject: PackedCase): void {
  torch.manualSeed(subject.seed)
  const keywords = Object.fromEntries(
    Object.entries(subject.kwargs).map(([key, value]) => [camelCase(key), value]),
  )
  const name: string = subject.class
  const Layer = Reflect.get(torch.nn, name) as new (...all: readonly unknown[]) => Recurrent
  const layer = new Layer(...subject.sizes, keywords)
  const x = tensorOf(subject.input).requiresGrad_()
  const packed = rnn.packPaddedSequence(x, subject.lengths, {
    batchFirst: subject.batchFirst,
    enforceSorted: subject.sorted,
  })
  close(packed.data, subject.packed)
  expect(packed.batchSizes.tolist()).toEqual(subject.batchSizes)
  const [result, state] = layer(packed)
  const [padded, lengths] = rnn.padPackedSequence(result, subject.batchFirst)
  expect(lengths.tolist()).toEqual(subject.lengthsFound)
  const outputs = [padded, ...(state instanceof torch.Tensor ? [state] : state)]
  outputs.forEach((each, k) => {
    close(each, subject.results[k] as Elements)
  })
  const gradOutputs = outputs.map((like) => {
    const numbers = Array.from({ length: like.numel() }, (_, k) => (((k * 7) % 11) - 5) / 4)
    return torch.tensor(numbers).view([...like.shape])
  })
  const found = torch.autograd.grad(outputs, [x, ...layer.parameters()], { gradOutputs })
  subject.gradients.forEach((expected, k) => {
    close(found[k] as torch.Tensor, expected)
  })
}

function close(tensor: torch.Tensor, expected: Elements): void {
  expect([...tensor.shape]).toEqual(expected.shape)
  const found = ([tensor.tolist()] as unknown[]).flat(Number.POSITIVE_INFINITY).map(Number)
  const wanted = numbersOf(expected.data ?? '')
  const bound = 1e-5 * Math.max(...wanted.map(Math.abs))
  wanted.forEach((value, at) => {
    expect(Math.abs((found[at] ?? Number.NaN) - value), `element ${at}`).toBeLessThanOrEqual(bound)
  })
}
