import { bf16ToBits } from '@heddle/core'
import { afterEach, expect, test } from 'vitest'
import { formatNdArray } from './format-ndarray.ts'
import { formatTensor } from './format-tensor.ts'
import { printOptions, setPrintoptions } from './print-options.ts'
import { stridedReader } from './shown-elements.ts'

afterEach(() => setPrintoptions({ profile: 'default' }))

const f32 = (shape: readonly number[], ...values: number[]) =>
  ({ dtype: 'f32', shape, data: Float32Array.from(values) }) as const

test('the texts of the tutorial', () => {
  const matrix = f32([2, 3], 1, 2, 3, 4, 5, 6)

  expect(formatTensor({ ...matrix, requiresGrad: true })).toBe(
    'tensor([[1., 2., 3.],\n        [4., 5., 6.]], requires_grad=True)',
  )
  expect(formatTensor({ ...matrix, shape: [3, 2], gradFn: 'ViewBackward0' })).toBe(
    'tensor([[1., 2.],\n        [3., 4.],\n        [5., 6.]], grad_fn=<ViewBackward0>)',
  )
  expect(formatTensor({ ...matrix, shape: [2, 1, 3], gradFn: 'UnsqueezeBackward0' })).toBe(
    'tensor([[[1., 2., 3.]],\n\n        [[4., 5., 6.]]], grad_fn=<UnsqueezeBackward0>)',
  )
  expect(formatTensor(f32([2, 2], 0.2, 1 / 3, 3 / 7, 0.5))).toBe(
    'tensor([[0.2000, 0.3333],\n        [0.4286, 0.5000]])',
  )
  expect(formatNdArray({ dtype: 'i64', shape: [2, 2], data: BigInt64Array.of(10n, 2n, 3n, 4n) })).toBe(
    '[[10  2]\n [ 3  4]]',
  )
  expect(formatNdArray(f32([2, 2], 100, -100, 3, 4))).toBe('[[ 100. -100.]\n [   3.    4.]]')
})

test('a device other than the CPU is the first suffix', () => {
  expect(formatTensor({ ...f32([1], 1), device: 'webgl:0', requiresGrad: true })).toBe(
    "tensor([1.], device='webgl:0', requires_grad=True)",
  )
})

test('a subclass has its own name, and lines are indented by its length', () => {
  expect(formatTensor({ ...f32([2, 1], 1, 2), typeName: 'Image' })).toBe('Image([[1.],\n       [2.]])')
})

test('dtypes that PyTorch has in newer releases only are named', () => {
  expect(formatTensor({ dtype: 'u32', shape: [1], data: Uint32Array.of(2 ** 32 - 1) })).toBe(
    'tensor([4294967295], dtype=torch.uint32)',
  )
})

test('a summary reads the elements it shows, however many there are', () => {
  const read: string[] = []
  const data = (index: readonly number[]): number => {
    read.push(index.join())
    return (index[1] ?? 0) % 10
  }

  const text = formatTensor({ dtype: 'f32', shape: [1e9, 1e9], data })

  expect(read).toHaveLength(36)
  expect(new Set(read).size).toBe(36)
  expect(read.at(-1)).toBe('999999999,999999999')
  expect(text.split('\n')).toHaveLength(7)
})

test('views are read through their strides, bools and bf16 as they are stored', () => {
  const data = Uint16Array.of(...[9, 1.5, 2, 3, 4].map(bf16ToBits))
  const transposed = { shape: [2, 2], data: stridedReader('bf16', data, [1, 2], 1), dtype: 'bf16' } as const

  expect(formatTensor(transposed)).toBe(
    'tensor([[1.5000, 3.0000],\n        [2.0000, 4.0000]], dtype=torch.bfloat16)',
  )
  expect(formatNdArray(transposed)).toBe('[[1.5 3. ]\n [2.  4. ]]')
  expect(formatTensor({ dtype: 'bool', shape: [2], data: ([k]) => k === 1 })).toBe('tensor([False,  True])')
})

test('with no edge items a summary shows none', () => {
  setPrintoptions({ threshold: 1, edgeitems: 0 })

  expect(formatTensor(f32([2], 1, 2))).toBe('tensor([ ...])')
})

test('options stay as they are set, but for sciMode, which every change resets', () => {
  setPrintoptions({ precision: 2, sciMode: true })
  expect(formatTensor(f32([1], 1.25))).toBe('tensor([1.25e+00])')

  setPrintoptions({ linewidth: 100 })
  expect(formatTensor(f32([1], 1.25))).toBe('tensor([1.25])')
  expect(printOptions()).toEqual({
    precision: 2,
    threshold: 1000,
    edgeitems: 3,
    linewidth: 100,
    sciMode: null,
  })

  setPrintoptions({ profile: 'short', edgeitems: 1 })
  expect(printOptions()).toMatchObject({ precision: 2, edgeitems: 1, linewidth: 80 })
})
