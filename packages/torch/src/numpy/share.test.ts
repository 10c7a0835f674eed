// Memory shared with typed arrays: what is written on one side is seen on the other at once, also through views.
import { describe, expect, it } from 'vitest'
import * as torch from '../index.ts'

describe('fromNumpy', () => {
  it('shares a typed array both ways', () => {
    const data = new Float32Array([1, 2, 3])
    const x = torch.fromNumpy(data)
    const doubled = x.mul(2)
    data[0] = 10
    x.select(0, 1).fill_(20)

    expect([...data]).toEqual([10, 20, 3])
    expect(x.tolist()).toEqual([10, 20, 3])
    expect(doubled.tolist()).toEqual([2, 4, 6])
  })

  it('shares arrays of any strides and offset', () => {
    const data = new Float64Array([1, 2, 3, 4, 5, 6])
    const x = torch.fromNumpy({ data, shape: [2, 2], strides: [1, 3], offset: 1 })
    x.add_(10)

    expect([x.tolist(), x.stride(), x.storageOffset()]).toEqual([
      [
        [12, 15],
        [13, 16],
      ],
      [1, 3],
      1,
    ])
    expect([...data]).toEqual([1, 12, 13, 4, 15, 16])
  })

  it('tells the address that the array tells', () => {
    const array = new torch.NdArray(BigInt64Array.of(1n, 2n, 3n, 4n), torch.int64, { shape: [2, 2] })
    const x = torch.fromNumpy(array)

    expect(x.dataPtr()).toBe(array.ctypes.data)
    expect(x.select(0, 1).dataPtr()).toBe(array.ctypes.data + 16)
  })

  it('refuses strides that go backwards', () => {
    const backwards = { data: new Float32Array(3), shape: [3], strides: [-1], offset: 2 }

    expect(() => torch.fromNumpy(backwards)).toThrow(
      'At least one stride in the given numpy array is negative',
    )
  })
})

describe('numpy()', () => {
  it('shares memory with a tensor, its views and its transpose', () => {
    const x = torch.arange(6).view(2, 3).t().clone()
    const array = x.numpy()
    array.setAt([2, 1], 99)
    x.select(0, 0).fill_(7)

    expect(array.strides).toEqual([1, 3])
    expect(array.tolist()).toEqual([
      [7, 7],
      [1, 4],
      [2, 99],
    ])
    expect(x.tolist()).toEqual(array.tolist())
    expect(x.select(0, 2).numpy().tolist()).toEqual([2, 99])
  })

  it('does not count writes of the array as versions', () => {
    const x = torch.zeros(2)
    x.numpy().setAt([0], 1)

    expect([x._version, x.tolist()]).toEqual([0, [1, 0]])
  })

  it('refuses tensors that require a gradient', () => {
    const x = torch.zeros(2, { requiresGrad: true })

    expect(() => x.numpy()).toThrow(
      "Can't call numpy() on Tensor that requires grad. Use tensor.detach().numpy() instead.",
    )
  })
})
