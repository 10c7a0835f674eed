// What recorded calls do not show of indexing, views and joins: that nothing runs before it must, that batches share a plan, that
// nodes may have many results, and that arguments may be written as users write them.
import * as torch from '@heddle/torch'
import { describe, expect, test } from 'vitest'

const stats = torch._internal.stats
const grid = (): torch.Tensor => torch.arange(6, { dtype: torch.float32 }).view(2, 3).clone()

describe('indexing', () => {
  test('names parts as PyTorch does', () => {
    const x = grid()
    expect(x.at(1, torch.slice(1, null)).tolist()).toEqual([4, 5])
    expect(x.at('...', [2, 0]).tolist()).toEqual([
      [2, 0],
      [5, 3],
    ])
    expect([...x.at(null, true, 0).shape]).toEqual([1, 1, 3])
    expect(x.at(x.gt(3)).tolist()).toEqual([4, 5])
    expect(x.at([1, 0], [2, 2]).tolist()).toEqual([5, 2])
    x.setAt([torch.slice(null, null), 0], 9)
    x.setAt([x.gt(4)], torch.tensor(-1))
    expect(x.tolist()).toEqual([
      [-1, 1, 2],
      [-1, 4, -1],
    ])
  })

  test('assigns through a mask that is data without looking at it', () => {
    const x = torch.rand(4, 3)
    x.sum().item()
    const before = stats().flushCount
    const y = x.mul(2)
    y.setAt([y.gt(1)], 0)
    y.setAt([y.lt(0.5)], torch.tensor([1, 2, 3]).mean())
    y.setAt([torch.slice(null, null), y.sum(0).gt(2)], -1)
    y.maskedFill_(y.eq(0), 5)
    expect(stats().flushCount).toBe(before)
    y.sum().item()
    expect(stats().flushCount).toBe(before + 1)
  })

  test('compiles one plan for all batches of positions', () => {
    const data = torch.rand(100, 4)
    const batch = (k: number): number =>
      data
        .at(torch.arange(k, k + 8))
        .sum()
        .item()
    batch(0)
    batch(8)
    const before = stats().compileCount
    for (let k = 16; k < 88; k += 8) batch(k)
    expect(stats().compileCount).toBe(before)
  })

  test('tells of positions outside only where contents are known', () => {
    const x = torch.rand(3)
    expect(() => x.at(torch.tensor([3n]))).toThrow('index 3 is out of bounds for dimension 0 with size 3')
    expect(() => x.at(torch.tensor([1n, 2n]).add(1))).not.toThrow()
  })

  test('writes nothing where an index is refused', () => {
    const x = grid()
    expect(() => x.setAt([5], 1)).toThrow(torch.TorchError)
    expect(x.tolist()).toEqual(grid().tolist())
    expect(x._version).toBe(0)
  })
})

describe('nodes of many operands and results', () => {
  test('pieces of which some are used give a gradient to those', () => {
    const x = torch.ones(70).requiresGrad_()
    const pieces = x.unbind()
    const used = [0, 13, 40, 69].map((k) => (pieces[k] as torch.Tensor).mul(k + 1))
    torch.stack(used).sum().backward()
    const wanted = new Array<number>(70).fill(0)
    for (const k of [0, 13, 40, 69]) wanted[k] = k + 1
    expect(x.grad?.tolist()).toEqual(wanted)
  })

  test('many joined tensors each get their part', () => {
    const parts = Array.from({ length: 64 }, (_, k) => {
      const part = torch.full([2], k, { dtype: torch.float32 })
      return k % 3 === 0 ? part.requiresGrad_() : part
    })
    const joined = torch.cat(parts)
    joined.mul(torch.arange(128)).sum().backward()
    expect(parts[63]?.grad?.tolist()).toEqual([126, 127])
    expect(parts[62]?.grad).toBeNull()
    expect(parts[33]?.grad?.tolist()).toEqual([66, 67])
  })
})

describe('arguments', () => {
  test('come in their order, by name, as lists and one after the other', () => {
    const x = grid()
    const rows = torch.tensor([1n])
    expect(torch.gather(x, { dim: 0, index: rows.view(1, 1) }).tolist()).toEqual([[3]])
    expect(x.indexSelect(0, rows).tolist()).toEqual([[3, 4, 5]])
    expect(torch.scatter(x, 1, rows.view(1, 1), { value: 9 }).at(0).tolist()).toEqual([0, 9, 2])
    expect([...torch.cat([x, x], { dim: 1 }).shape]).toEqual([2, 6])
    expect([...torch.stack([x, x], 2).shape]).toEqual([2, 3, 2])
    expect([...x.repeat(2, 1).shape]).toEqual([...x.repeat([2, 1]).shape])
    expect(x.roll({ shifts: 1, dims: 1 }).tolist()).toEqual(x.roll(1, 1).tolist())
    expect(torch.einsum('ij,kj->ik', x, x).tolist()).toEqual(x.mm(x.t()).tolist())
    expect(torch.addmm(torch.zeros(2, 2), x, x.t(), { alpha: 2 }).tolist()).toEqual(x.mm(x.T).mul(2).tolist())
    const [columns, lines] = torch.meshgrid(torch.arange(2), torch.arange(3), { indexing: 'xy' })
    expect([[...(columns as torch.Tensor).shape], [...(lines as torch.Tensor).shape]]).toEqual([
      [3, 2],
      [3, 2],
    ])
    expect(x.nonzero({ asTuple: true }).map((each) => each.tolist())).toEqual([
      [0, 0, 1, 1, 1],
      [1, 2, 0, 1, 2],
    ])
  })

  test('turn a tensor in place, which stays the same object', () => {
    const x = grid()
    expect(x.t_()).toBe(x)
    expect([...x.shape, ...x.stride()]).toEqual([3, 2, 1, 3])
    x.setAt([0], 7)
    expect(x.T.tolist()).toEqual([
      [7, 1, 2],
      [7, 4, 5],
    ])
  })

  test('as_strided_scatter gives the gradient of what stays to the tensor, of what was laid over to the source', () => {
    const x = grid().requiresGrad_()
    const src = torch.tensor([10, 20]).requiresGrad_()
    const y = x.asStridedScatter(src, [2], [4], 1)
    expect(y.tolist()).toEqual([
      [0, 10, 2],
      [3, 4, 20],
    ])
    y.mul(torch.arange(6).view(2, 3)).sum().backward()
    expect(x.grad?.tolist()).toEqual([
      [0, 0, 2],
      [3, 4, 0],
    ])
    expect(src.grad?.tolist()).toEqual([1, 5])
  })
})
