// Slices written at positions: what does not fit is refused, and not written to a corner or along another dimension.
import * as torch from '@heddle/torch'
import { describe, expect, test } from 'vitest'

const index = torch.tensor([0n, 1n])
const base = torch.zeros(2, 3)
const writes = {
  indexAdd: (source: torch.Tensor) => base.indexAdd(0, index, source),
  indexReduce: (source: torch.Tensor) => base.indexReduce(0, index, source, 'amax'),
}

describe.each(Object.entries(writes))('%s', (_, write) => {
  test.each([[[2, 2]], [[2, 1]], [[2]], [[2, 3, 1]]])('refuses slices of another shape: %j', (shape) => {
    expect(() => write(torch.ones(shape))).toThrow(
      `Got self.shape = [2, 3] source.shape = [${shape.join(', ')}]`,
    )
  })

  test('takes slices of the same shape, and numbers as slices of a vector', () => {
    expect(write(torch.ones(2, 3)).tolist()).toEqual([
      [1, 1, 1],
      [1, 1, 1],
    ])
    const first = torch.tensor([0n])
    expect(torch.zeros(2).indexAdd(0, first, torch.tensor(3)).tolist()).toEqual([3, 0])
    expect(torch.zeros(2).indexReduce(0, first, torch.tensor(3), 'amax').tolist()).toEqual([3, 0])
  })
})
