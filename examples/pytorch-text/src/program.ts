// What both programs do: learn from windows of the text, printing the loss, then look at the tenth of the text not learned from, and write.
import * as torch from '@heddle/torch'
import { type Batch, type Corpus, decode, drawBatch, loadCorpus } from './text.ts'

type Tensor = torch.Tensor

/** Steps whose losses are shown as one mean. */
const reportEvery = 100

export interface Learner {
  readonly settings: { readonly rows: number; readonly length: number; readonly steps: number }
  /** Takes a step; gives the loss before it. */
  readonly learn: (batch: Batch) => number
  readonly lossOf: (batch: Batch) => Tensor
  /** Characters that go on from `prompt`, `[1, length]`. */
  readonly write: (prompt: Tensor, count: number) => Tensor
}

/** Draws from the default generator: parameters, then windows, then characters. */
export function runProgram(create: (characters: number) => Learner): void {
  torch.manualSeed(0)
  const corpus = loadCorpus()
  const learner = create(corpus.characters.length)
  const { rows, length, steps } = learner.settings
  const began = performance.now()
  let sum = 0
  const bar = torch.utils.progress(steps, { desc: 'learning', unit: 'step', leave: false })
  for (const before of bar) {
    const step = before + 1
    const loss = learner.learn(drawBatch(corpus.training, rows, length))
    bar.setPostfix({ loss })
    sum += loss
    if (step % reportEvery !== 0) continue
    const seconds = ((performance.now() - began) / 1000).toFixed(0)
    bar.write(`step ${step} of ${steps}, ${seconds} s: ${(sum / reportEvery).toFixed(3)} nats per character`)
    sum = 0
  }
  print(`text not learned from: ${heldLoss(learner, corpus).toFixed(3)} nats per character\n`)
  const { prompt, text } = sample(learner, corpus, 400)
  print(`${prompt}|${text}`)
}

/** The mean of several batches of the held tenth. */
function heldLoss({ settings: { rows, length }, lossOf }: Learner, { held }: Corpus): number {
  using _ = torch.noGrad()
  const losses = Array.from({ length: 10 }, () => lossOf(drawBatch(held, rows, length)))
  return torch.stack(losses).mean().item()
}

/** Characters that go on from the beginning of the held tenth. */
export function sample(learner: Learner, corpus: Corpus, count: number) {
  const prompt = corpus.held.narrow(0, 0, learner.settings.length).unsqueeze(0)
  return { prompt: decode(corpus, prompt), text: decode(corpus, learner.write(prompt, count)) }
}

const print = (line: string): void => void process.stdout.write(`${line}\n`)
