import { expect, test } from 'vitest'
import * as torch from '../index.ts'

const { stats } = torch._internal

test('bounds, weights and factors that change from step to step stop compiling', () => {
  const x = torch.tensor([0.5, 1.5, -2])
  const step = (k: number): void => {
    x.clamp(-k, k + 0.5)
      .lerp(x, k / 64)
      .addcmul(x, x, { value: k / 8 })
      .where(x.gt(k), k)
      .tolist()
  }
  for (let k = 1; k < 12; k++) step(k)
  const { compileCount } = stats()

  for (let k = 12; k < 24; k++) step(k)

  expect(stats().compileCount).toBe(compileCount)
})

test('division of integers evaluates the divisor, that of floats nothing', () => {
  const whole = torch.tensor([7n, 8n])
  const { flushCount } = stats()

  torch.tensor([7, 8]).fmod(torch.tensor([0, 3]))
  whole.remainder(2)
  expect(stats().flushCount).toBe(flushCount)

  expect(() => whole.remainder(whole.sub(7))).toThrow('ZeroDivisionError')
  expect(stats().flushCount).toBe(flushCount + 1)
})

test('booleans and bigints stand beside tensors', () => {
  const large = torch.tensor([9007199254740993n, 3n])

  expect(large.eq(9007199254740993n).tolist()).toEqual([true, false])
  expect(large.sub(9007199254740992n).tolist()).toEqual([1, -9007199254740989])
  expect(torch.tensor([true, false]).mul(true).dtype).toBe(torch.bool)
  expect(torch.tensor([1.5]).add(true).tolist()).toEqual([2.5])
  expect(torch.tensor([3], { dtype: torch.uint8 }).mul(2n).dtype).toBe(torch.uint8)
})

test('rrelu in training draws the slopes PyTorch draws', () => {
  torch.manualSeed(3)
  const y = torch.rrelu(torch.tensor([1, -1, -2, 0, 3, -0.5]), { training: true })

  expect(y.tolist()).toEqual([1, -0.13210587203502655, -0.3694750964641571, 0, 3, -0.08072156459093094])
})

test('fields of named tuples print as PyTorch names them', () => {
  const { binEdges } = torch.histogram(torch.tensor([1, 2, 3.5]), 2)

  expect(binEdges.tolist()).toEqual([1, 2.25, 3.5])
  expect(String(torch.histogram(torch.tensor([1, 2, 3.5]), 2))).toBe(
    'torch.return_types.histogram(\nhist=tensor([2., 1.]),\nbin_edges=tensor([1.0000, 2.2500, 3.5000]))',
  )
})

test('limits of dtypes print as in PyTorch', () => {
  expect(String(torch.finfo(torch.float16))).toBe(
    'finfo(resolution=0.001, min=-65504, max=65504, eps=0.000976562, smallest_normal=6.10352e-05, tiny=6.10352e-05, dtype=float16)',
  )
  expect(String(torch.iinfo(torch.int64))).toBe('iinfo(min=-9.22337e+18, max=9.22337e+18, dtype=int64)')
  expect(torch.finfo(torch.bfloat16)).toMatchObject({ bits: 16, eps: 2 ** -7, max: 3.3895313892515355e38 })
  expect(torch.iinfo(torch.uint8)).toMatchObject({ bits: 8, min: 0, max: 255 })
  expect(() => torch.finfo(torch.int32)).toThrow('torch.finfo() requires a floating point input type')
  expect(() => torch.iinfo(torch.bool)).toThrow('torch.bool is not supported by torch.iinfo')
})

test('what cannot be computed yet says so', () => {
  expect(() => torch.norm(torch.ones(2, 2), 'nuc')).toThrow("norm with p='nuc'")
})
