// Tensors outside of autograd: making them, their dtypes, arithmetic, sharing of memory, and the random generator.
import { interpreterBackend } from '@heddle/core'
import { describe, expect, it } from 'vitest'
import recorded from './golden/linear-regression.json' with { type: 'json' }
import * as torch from './index.ts'

const { stats } = torch._internal

describe('making tensors', () => {
  it('takes nested arrays, typed arrays, numbers and booleans', () => {
    expect(
      torch.tensor([
        [1, 2],
        [3, 4],
      ]).shape,
    ).toEqual([2, 2])
    expect(torch.tensor(new Float64Array([1, 2])).dtype).toBe(torch.float64)
    expect(torch.tensor([true, false]).tolist()).toEqual([true, false])
    expect([torch.tensor(2).shape, torch.tensor(2).item(), torch.tensor([]).shape]).toEqual([[], 2, [0]])
  })

  it('copies: the array given may change', () => {
    const data = new Float32Array([1, 2])
    const x = torch.tensor(data)
    data[0] = 9

    expect(x.tolist()).toEqual([1, 2])
  })

  it('says what is wrong with uneven data', () => {
    expect(() => torch.tensor([[1, 2], [3]])).toThrow('expected sequence of length 2 at dim 1 (got 1)')
    expect(() => torch.tensor([1, [2]])).toThrow('must be real number, not list')
  })

  it('fills, counts and takes sizes as a list or spread', () => {
    expect(torch.zeros(2, 1).tolist()).toEqual([[0], [0]])
    expect(torch.ones([2], { dtype: torch.bool }).tolist()).toEqual([true, true])
    expect(torch.full([2], 1.5).tolist()).toEqual([1.5, 1.5])
    expect(torch.arange(1, 6, 2).tolist()).toEqual([1, 3, 5])
    expect(torch.arange(0, 1, 0.25).dtype).toBe(torch.float32)
  })
})

describe('random numbers', () => {
  it('are those of PyTorch, in the order of the calls', () => {
    torch.manualSeed(123)

    for (const { name, values } of recorded.numbers) {
      const found = [
        ...(name === 'rand' ? torch.rand(values.length) : torch.randn(values.length)).toArray(),
      ].map(Number)
      if (name === 'rand' || values.length < 16) expect(found).toEqual(values)
      else
        for (const [k, value] of values.entries())
          expect(Math.abs((found[k] ?? 9) - value)).toBeLessThan(3e-6)
    }
  })

  it('depend on the low 32 bits of the seed', () => {
    const [x] = [torch.rand(3, { generator: new torch.Generator(1) })]
    const y = torch.rand(3, { generator: new torch.Generator(2n ** 32n + 1n) })

    expect(x.tolist()).toEqual(y.tolist())
  })
})

describe('arithmetic', () => {
  const x = torch.tensor([
    [1, 2, 3],
    [4, 5, 6],
  ])

  it('broadcasts and takes numbers', () => {
    expect(x.add(torch.tensor([10, 20, 30])).tolist()).toEqual([
      [11, 22, 33],
      [14, 25, 36],
    ])
    expect(torch.tensor([1, 2]).rsub(1).tolist()).toEqual([0, -1])
    expect(torch.tensor([1, 2]).rdiv(1).tolist()).toEqual([1, 0.5])
    expect(x.sub(1, { alpha: 2 }).tolist()).toEqual([
      [-1, 0, 1],
      [2, 3, 4],
    ])
  })

  it('reduces', () => {
    expect([x.sum().item(), x.mean().item(), x.max().item()]).toEqual([21, 3.5, 6])
    expect(x.sum(1, true).tolist()).toEqual([[6], [15]])
    expect(x.mean({ dim: [0] }).tolist()).toEqual([2.5, 3.5, 4.5])
    expect(() => x.sum(2)).toThrow('Dimension out of range (expected to be in range of [-2, 1], but got 2)')
  })

  it('multiplies matrices and vectors', () => {
    expect(x.matmul(x.t()).tolist()).toEqual([
      [14, 32],
      [32, 77],
    ])
    expect(x.matmul(torch.tensor([1, 0, 1])).tolist()).toEqual([4, 10])
    expect(
      torch
        .tensor([1, 2])
        .matmul(torch.tensor([3, 4]))
        .item(),
    ).toBe(11)
  })

  it('compares to bools', () => {
    expect(x.gt(3).tolist()).toEqual([
      [false, false, false],
      [true, true, true],
    ])
    expect(torch.tensor(0.1).eq(0.1).item()).toBe(true)
  })

  it('promotes as PyTorch does', () => {
    const wide = torch.tensor(2, { dtype: torch.float64 })
    const whole = torch.arange(2)
    const flags = torch.tensor([true, false])

    expect(torch.ones(2).mul(wide).dtype).toBe(torch.float32)
    expect(torch.ones(2, { dtype: torch.float64 }).mul(torch.ones(2)).dtype).toBe(torch.float64)
    expect(whole.mul(torch.tensor(1.5)).dtype).toBe(torch.float32)
    expect([whole.add(1).dtype, whole.add(0.5).dtype]).toEqual([torch.int64, torch.float32])
    expect(whole.div(2).tolist()).toEqual([0, 0.5])
    expect(flags.add(flags).tolist()).toEqual([true, false])
    expect(flags.sum().item()).toBe(1)
    expect(() => flags.sub(flags)).toThrow('Subtraction, the `-` operator, with two bool tensors')
    expect(() => whole.mean()).toThrow('mean(): could not infer output dtype')
  })
})

describe('memory', () => {
  it('is shared by views and detach: a write on either side is seen on the other', () => {
    const x = torch.tensor([
      [1, 2, 3],
      [4, 5, 6],
    ])
    const columns = x.t()
    const flat = x.view(-1)
    const other = x.detach()

    flat.mul_(10)
    columns.add_(torch.tensor([[1], [2], [3]]))

    expect(x.tolist()).toEqual([
      [11, 22, 33],
      [41, 52, 63],
    ])
    expect(other.tolist()).toEqual(x.tolist())
    expect([flat.tolist(), columns.tolist()]).toEqual([
      [11, 22, 33, 41, 52, 63],
      [
        [11, 41],
        [22, 52],
        [33, 63],
      ],
    ])
    expect([x._version, flat._version]).toEqual([2, 2])
  })

  it('is its own after clone, and zero_ and copy_ write it', () => {
    const x = torch.ones(2)
    const copy = x.clone()
    x.zero_()
    const written = torch.zeros(2, 2).copy_(torch.tensor([1, 2]))

    expect([x.tolist(), copy.tolist()]).toEqual([
      [0, 0],
      [1, 1],
    ])
    expect(written.tolist()).toEqual([
      [1, 2],
      [1, 2],
    ])
  })

  it('moves with the backend: tensors of one device are used on another', () => {
    const before = torch.device('cpu').backend
    const x = torch.tensor([1, 2]).mul(2)
    x.tolist()
    torch.device('cpu').replaceBackend(interpreterBackend())

    const found = x.add(1).tolist()
    torch.device('cpu').replaceBackend(before)

    expect(found).toEqual([3, 5])
    expect(x.add(2).tolist()).toEqual([4, 6])
  })
})

describe('recording', () => {
  it('runs nothing until contents are looked at, and then once', () => {
    const before = stats().flushCount
    const x = torch.tensor([1, 2]).mul(3).add(1)

    expect(stats().flushCount).toBe(before)
    x.tolist()
    x.tolist()
    expect(stats().flushCount).toBe(before + 1)
  })

  it('finds a trace of the same structure again, and tells different constants apart', () => {
    const of = (value: number) => torch.tensor([1, 2]).mul(value).exp().sum().item()
    const first = of(0.5)
    const { compileCount } = stats()

    expect(of(0.5)).toBe(first)
    expect(stats().compileCount).toBe(compileCount)
    expect(of(-0.5)).not.toBe(first)
    expect(stats().compileCount).toBe(compileCount + 1)
  })

  it('tells traces apart whose leaves differ in shape or dtype only', () => {
    const of = (size: number, dtype = torch.float32) => {
      const ones = torch.ones([size], { dtype })
      return ones
        .mul(torch.full([size], 4, { dtype }))
        .add(ones)
        .tolist()
    }

    expect([of(2), of(3), of(2, torch.float64)]).toEqual([
      [5, 5],
      [5, 5, 5],
      [5, 5],
    ])
  })

  it('goes on from a state of which only something else was looked at, by the same plan each time', () => {
    let state = torch.tensor([1, 2])
    const sums: number[] = []
    const step = (): void => {
      state = state.mul(0.5).add(1)
      sums.push(state.sum().item())
    }
    for (let k = 0; k < 5; k++) step()
    const { compileCount } = stats()

    for (let k = 0; k < 20; k++) step()

    expect(stats().compileCount).toBe(compileCount)
    expect(sums.slice(0, 3)).toEqual([3.5, 3.75, 3.875])
    expect(state.sub(2).abs().max().item()).toBeLessThan(1e-5)
  })

  it.each([
    ['large data made before a loop are computed once', 300, true, (x: torch.Tensor) => x.mul(2).add(1)],
    ['a little work on data stays a part of the plan', 3, false, (x: torch.Tensor) => x.mul(2).add(1)],
    [
      'large data seen otherwise are not copied',
      300,
      false,
      (x: torch.Tensor) => x.view(2, -1).t().reshape(300, 300),
    ],
  ])('%s', (_, size, isKept, made) => {
    const features = made(torch.randn(size, size))
    const weight = torch.ones(size, { requiresGrad: true })
    const compiled: number[] = []
    for (let k = 0; k < 6; k++) {
      const loss = features.mul(weight).mean()
      loss.backward()
      torch.noGrad(() => weight.sub_((weight.grad as torch.Tensor).mul(0.1)))
      weight.grad = null
      loss.item()
      compiled.push(stats().compileCount)
    }

    expect(features.cell.storage !== undefined).toBe(isKept)
    expect(compiled.slice(1)).toEqual(new Array(5).fill(compiled[1]))
  })

  it('keeps large results that are looked at after something that was computed from them', () => {
    const x = torch.randn(300, 300)
    const flushes: number[] = []
    const compiled: number[] = []
    for (let k = 0; k < 6; k++) {
      const scores = x.sin()
      scores.sum().item()
      scores.argmax(1).tolist()
      scores.tolist()
      flushes.push(stats().flushCount)
      compiled.push(stats().compileCount)
    }

    // The sum with the scores, and the positions of the largest.
    expect(flushes.slice(2).map((count, k) => count - (flushes[k + 1] as number))).toEqual([2, 2, 2, 2])
    expect(compiled.slice(1)).toEqual(new Array(5).fill(compiled[1]))
  })

  it('keeps the state of a recurrent network, one run a step', () => {
    const cell = new torch.nn.RNNCell(3, 4)
    const optimizer = new torch.optim.SGD(cell.parameters(), { lr: 0.1 })
    const x = torch.ones(2, 3)
    let state = torch.zeros(2, 4)
    const counts: { compileCount: number; flushCount: number }[] = []
    for (let k = 0; k < 10; k++) {
      optimizer.zeroGrad()
      state = cell(x, state.detach()) as torch.Tensor
      const loss = state.pow(2).mean()
      loss.backward()
      optimizer.step()
      loss.item()
      counts.push(stats())
    }
    const [early, late] = [counts[4], counts[9]]

    expect(late?.compileCount).toBe(early?.compileCount)
    expect((late?.flushCount ?? 0) - (early?.flushCount ?? 0)).toBe(5)
  })

  it('keeps a long recurrence that nobody reads from growing without end', () => {
    let x = torch.zeros(2)
    const { flushCount } = stats()
    for (let k = 0; k < 9_000; k++) x = x.mul(0.5).add(1)

    expect(x.tolist()).toEqual([2, 2])
    expect(stats().flushCount - flushCount).toBeLessThan(20)
  })
})
