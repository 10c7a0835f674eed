import { expect, test } from 'vitest'
import { float32 } from '../dtypes.ts'
import { formatParameterEntry } from './format-module.ts'
import { repr, reprList, reprSize, str } from './python.ts'

test('values print as in Python', () => {
  expect(repr(null)).toBe('None')
  expect(repr(undefined)).toBe('None')
  expect([true, false].map(repr)).toEqual(['True', 'False'])
  expect([3, -0, 1e21, 2.5, 1e-8].map(repr)).toEqual(['3', '-0.0', '1000000000000000000000', '2.5', '1e-08'])
  expect(repr(12n)).toBe('12')
  expect(repr([])).toBe('()')
  expect(repr([0.9])).toBe('(0.9,)')
  expect(repr([0.9, [1, 'same']])).toBe("(0.9, (1, 'same'))")
  expect(reprList([1, null])).toBe('[1, None]')
  expect(repr({ a: 1, b: [2] })).toBe("{'a': 1, 'b': (2,)}")
  expect(repr(new Map<unknown, unknown>([[0, 'x']]))).toBe("{0: 'x'}")
  expect(repr({ toString: 1, own: 2 })).toBe("{'toString': 1, 'own': 2}")
  expect(repr([float32, new Date(Number.NaN)])).toBe('(torch.float32, Invalid Date)')
})

test('text shows strings without quotes, and those inside others with them', () => {
  expect(str('mean')).toBe('mean')
  expect(str(['mean'])).toBe("('mean',)")
})

test('sizes and parameters of lists', () => {
  expect(reprSize([])).toBe('torch.Size([])')
  expect(reprSize([2, 3])).toBe('torch.Size([2, 3])')
  expect(formatParameterEntry('0', { dtype: 'float32', shape: [2, 3] })).toBe(
    '  (0): Parameter containing: [torch.float32 of size 2x3]',
  )
  expect(formatParameterEntry('w', { kind: 'Tensor', dtype: 'float32', shape: [1], device: 'webgl:0' })).toBe(
    '  (w): Tensor containing: [torch.float32 of size 1 (webgl:0)]',
  )
})
