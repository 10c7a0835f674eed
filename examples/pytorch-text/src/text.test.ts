// From the same seed both programs draw the parameters and windows PyTorch draws, and have its first losses; then they write what it
// writes.
import * as torch from '@heddle/torch'
import { describe, expect, it } from 'vitest'
import { createLstm } from './char-lstm.ts'
import { sample } from './program.ts'
import recorded from './recorded.json' with { type: 'json' }
import { decode, drawBatch, loadCorpus } from './text.ts'
import { createGpt } from './tiny-gpt.ts'

const corpus = loadCorpus()
const characters = corpus.characters.length

describe('the text', () => {
  it('has its characters, and windows whose targets are one character later', () => {
    torch.manualSeed(1)
    const { inputs, targets } = drawBatch(corpus.training, 2, 5)

    expect(characters).toBe(recorded.characters)
    expect(decode(corpus, corpus.training.narrow(0, 0, 20))).toBe('CHAPTER 1. Loomings.')
    expect(inputs.shape).toEqual([2, 5])
    expect(decode(corpus, inputs.narrow(1, 1, 4))).toBe(decode(corpus, targets.narrow(1, 0, 4)))
  })
})

describe.each([
  ['the character LSTM', createLstm, recorded.lstm],
  ['the tiny GPT', createGpt, recorded.gpt],
])('%s', (_, create, wanted) => {
  it('has the first losses of PyTorch, then writes what PyTorch writes', () => {
    torch.manualSeed(0)
    const learner = create(characters)
    const { rows, length } = learner.settings
    for (const loss of wanted.losses) {
      const found = learner.learn(drawBatch(corpus.training, rows, length))

      expect(Math.abs(found / loss - 1)).toBeLessThan(1e-4)
    }
    expect(sample(learner, corpus, wanted.text.length).text).toBe(wanted.text)
  })

  it('goes on learning and writing without compiling anything', () => {
    const learner = create(characters)
    const { rows, length } = learner.settings
    const step = (): void => {
      learner.learn(drawBatch(corpus.training, rows, length))
      sample(learner, corpus, 4)
    }
    for (let k = 0; k < 3; k++) step()
    const { compileCount } = torch._internal.stats()

    for (let k = 0; k < 3; k++) step()

    expect(torch._internal.stats().compileCount).toBe(compileCount)
  })
})
