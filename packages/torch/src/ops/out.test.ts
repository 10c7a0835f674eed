// What `out` and changes of size do beside the values, which recorded calls compare: who sees what is written, and what is told.
import * as torch from '@heddle/torch'
import { afterEach, describe, expect, test } from 'vitest'
import { functionForm } from '../arguments/signatures.ts'
import { outRuleOf } from './out-rules.ts'

const warnings: string[] = []
torch.setWarningHandler((text) => warnings.push(text))
afterEach(() => {
  warnings.length = 0
})

describe('out', () => {
  const x = torch.tensor([[1, 2, 3]])

  test('is the result, and its version changes', () => {
    const out = torch.zeros(1, 3)
    const before = out._version
    expect(torch.add(x, 1, { out })).toBe(out)
    expect(out._version).toBe(before + 1)
    expect(out.tolist()).toEqual([[2, 3, 4]])
  })

  test('is seen by views of it, and a view by its base', () => {
    const base = torch.zeros(2, 3)
    const row = base.select(0, 1)
    torch.mul(x.view(3), 2, { out: row })
    torch.neg(x.view(3), { out: base.select(0, 0) })
    expect(base.tolist()).toEqual([
      [-1, -2, -3],
      [2, 4, 6],
    ])
    torch.zeros(2, 3, { out: base })
    expect(row.tolist()).toEqual([0, 0, 0])
  })

  test('of another shape is told of, unless it was empty', () => {
    torch.add(x, 1, { out: torch.empty(0) })
    expect(warnings).toEqual([])
    torch.add(x, 1, { out: torch.zeros(2) })
    expect(warnings).toEqual([
      expect.stringContaining('it had shape [2], which does not match the required output shape [1, 3]'),
    ])
    torch.arange(3, { out: torch.zeros(2) })
    expect(warnings[1]).toContain('does not match the computed number of elements 3')
  })

  test('of several results is a list, and gives their names', () => {
    const [values, indices] = [torch.empty(0), torch.empty(0, { dtype: torch.int64 })]
    const found = torch.max(x, 1, { out: [values, indices] })
    expect(found.values).toBe(values)
    expect(found.indices).toBe(indices)
    expect(String(found)).toContain('torch.return_types.max_out(')
  })

  test('is written in a loop by one plan', () => {
    const out = torch.zeros(3)
    const step = (k: number): void => {
      torch.add(out, torch.tensor([k, k, k]), { out })
      out.sum().item()
    }
    for (let k = 0; k < 3; k++) step(k)
    const { compileCount } = torch._internal.stats()
    for (let k = 3; k < 20; k++) step(k)
    expect(torch._internal.stats().compileCount).toBe(compileCount)
    expect(out.tolist()).toEqual([190, 190, 190])
  })

  test('is taken by the functions that take it in PyTorch, as far as these are here', () => {
    const odd = Object.keys(torch).filter((key) => {
      const form = functionForm(key)
      if (form?.language !== 'C++') return false
      const takes = form.signatures.some(({ parameters }) => parameters.some((each) => each.key === 'out'))
      return takes !== (outRuleOf(form.name) !== undefined)
    })
    expect(odd).toEqual([])
  })

  test('is no option of methods', () => {
    const add = Reflect.get(x, 'add') as (...args: readonly unknown[]) => unknown
    expect(() => add.call(x, 1, { out: x })).toThrow(TypeErrorNamed('out'))
  })

  test('may require a gradient where none is recorded', () => {
    const out = torch.zeros(1, 3).requiresGrad_()
    expect(() => torch.add(x, 1, { out })).toThrow("don't support automatic differentiation")
    torch.noGrad(() => torch.add(x, 1, { out }))
    expect(out.tolist()).toEqual([[2, 3, 4]])
  })
})

const TypeErrorNamed = (word: string): object =>
  expect.objectContaining({ name: 'TypeError', message: expect.stringContaining(word) })

describe('resize_', () => {
  test('keeps what is in memory, and shares it while it fits', () => {
    const x = torch.arange(6)
    const middle = x.narrow(0, 1, 2)
    x.resize_(2)
    expect(x.tolist()).toEqual([0, 1])
    x.resize_(3, 2).fill_(7)
    expect(middle.tolist()).toEqual([7, 7])
  })

  test('beyond its memory has memory of its own, with zeros behind', () => {
    const x = torch.ones(2)
    const before = x.view(2)
    x.resize_(2, 2)
    expect(x.tolist()).toEqual([
      [1, 1],
      [0, 0],
    ])
    x.fill_(5)
    expect(before.tolist()).toEqual([1, 1])
  })
})

describe('memory of the host', () => {
  test('of a buffer is written on both sides', () => {
    const bytes = new Uint8Array(12)
    const x = torch.frombuffer(bytes, { dtype: torch.int32, offset: 4, count: 2 })
    x.fill_(258)
    expect([...bytes]).toEqual([0, 0, 0, 0, 2, 1, 0, 0, 2, 1, 0, 0])
    bytes[4] = 3
    expect(x.tolist()).toEqual([259, 258])
  })

  test('refuses what does not fit', () => {
    const make = (options: object) => () =>
      torch.frombuffer(new Uint8Array(8), { dtype: torch.int32, ...options })
    expect(make({ offset: 8 })).toThrow('offset (8 bytes) must be non-negative and no greater than')
    expect(make({ count: 3 })).toThrow('requested buffer length (3 * 4 bytes)')
    expect(make({ offset: 1 })).toThrow('buffer length (7 bytes) after offset (1 bytes) must be a multiple')
    expect(make({ offset: 1, count: 1 })).toThrow('cannot start at byte 1')
    expect(make({ count: 0 })).toThrow('both buffer length (8) and count (0) must not be 0')
  })

  test('of an array is shared by asarray, unless a copy is asked for', () => {
    const data = new Float32Array([1, 2])
    const [shared, copied] = [torch.asarray(data), torch.asarray(data, { copy: true })]
    data[0] = 9
    expect(shared.tolist()).toEqual([9, 2])
    expect(copied.tolist()).toEqual([1, 2])
  })

  test('is what functions of elements are applied on', () => {
    const x = torch.tensor([[1, 2, 3]])
    expect(x.apply_((element) => element * element).tolist()).toEqual([[1, 4, 9]])
    expect(x.map_(torch.tensor([1]), (own, other) => own - other).tolist()).toEqual([[0, 3, 8]])
    expect(
      torch
        .tensor([5n])
        .apply_((element) => element / 2)
        .tolist(),
    ).toEqual([2])
    const needing = torch.ones(1).requiresGrad_()
    expect(() => needing.apply_(Math.sqrt)).toThrow("Can't call apply_() on Variable that requires grad")
  })
})

describe('switches', () => {
  test('are told as they were set', () => {
    torch.setFloat32MatmulPrecision('high')
    expect(torch.getFloat32MatmulPrecision()).toBe('high')
    torch.setFloat32MatmulPrecision('highest')
    torch.setDeterministicDebugMode('warn')
    expect(torch.isDeterministicAlgorithmsWarnOnlyEnabled()).toBe(true)
    torch.useDeterministicAlgorithms(false)
    expect(torch.getDeterministicDebugMode()).toBe(0)
    torch.setAnomalyEnabled(true, false)
    expect([torch.isAnomalyEnabled(), torch.isAnomalyCheckNanEnabled()]).toEqual([true, false])
    torch.setAnomalyEnabled(false)
    torch.setDefaultTensorType('torch.DoubleTensor')
    expect(torch.getDefaultDtype()).toBe(torch.float64)
    torch.setDefaultTensorType('torch.FloatTensor')
  })

  test('of warnings: range tells once, or always', () => {
    torch.range(0, 1)
    torch.range(0, 1)
    expect(warnings.length).toBe(1)
    torch.setWarnAlways(true)
    torch.range(0, 1)
    torch.setWarnAlways(false)
    expect(warnings.length).toBe(2)
  })
})
