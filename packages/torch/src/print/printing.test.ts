// Every text of golden/printing.json, which PyTorch, NumPy and Python printed, comes out to the letter.
import { type DType, dtypes, sizeOf, type TypedArray, writeElement } from '@heddle/core'
import { describe, expect, test } from 'vitest'
import golden from '../golden/printing.json' with { type: 'json' }
import { formatExponent, formatFixed, formatGeneral } from './decimal.ts'
import { formatModule, formatModuleList } from './format-module.ts'
import { formatNdArray, reprNdArray } from './format-ndarray.ts'
import { formatOptimizer } from './format-optimizer.ts'
import { formatNamedTuple, formatParameter, formatTensor } from './format-tensor.ts'
import { changePrintOptions, defaultPrintOptions, type PrintOptionsChange } from './print-options.ts'
import { reprFloat, reprString } from './python.ts'

/** Numbers as text, or `[a, m, scale, shift]`: element k is `(a k mod m) scale + shift`. */
type Data = string | number[]

interface TensorCase {
  readonly dtype: DType
  readonly shape: number[]
  readonly data: Data
  readonly gradFn?: string
  readonly requiresGrad?: boolean
  readonly options?: Readonly<Record<string, unknown>>
  readonly default?: DType
  readonly parameter?: boolean
  readonly text: string
}

interface ModuleCase {
  readonly name: string
  readonly extra: string
  readonly children: [string, ModuleCase | null][]
  readonly text: string
}

function storage(dtype: DType, shape: readonly number[], data: Data): TypedArray {
  const array = dtypes[dtype].allocate(sizeOf(shape))
  const given = typeof data === 'string' ? data.split(',') : data
  const [a = 0, m = 1, scale = 1, shift = 0] = given.map(Number)
  for (let k = 0; k < array.length; k++) {
    const element = typeof data === 'string' ? (given[k] ?? '') : ((a * k) % m) * scale + shift
    writeElement(dtype, array, k, dtype === 'i64' ? BigInt(element) : Number(element))
  }
  return array
}

const camelCase = (name: string): string => name.replace(/_(.)/g, (_, letter) => letter.toUpperCase())

const camelKeys = (record: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(record).map(([key, value]) => [camelCase(key), value]))

function printed(given: TensorCase): string {
  const { dtype, shape, data, gradFn, requiresGrad = false } = given
  const tensor = { dtype, shape, data: storage(dtype, shape, data), gradFn, requiresGrad }
  const options = changePrintOptions(
    defaultPrintOptions,
    camelKeys(given.options ?? {}) as PrintOptionsChange,
  )
  const format = given.parameter ? formatParameter : formatTensor
  return format({ ...tensor, defaultDType: given.default ?? 'f32' }, options)
}

describe('tensors print as PyTorch prints them', () => {
  test.each((golden.tensors as TensorCase[]).map((given, k) => [k, given] as const))('%i', (_, given) => {
    expect(printed(given)).toBe(given.text)
  })
})

describe('arrays print as NumPy prints them', () => {
  test.each(golden.arrays.map((given, k) => [k, given] as const))('%i', (_, given) => {
    const dtype = given.dtype as DType
    const array = { dtype, shape: given.shape, data: storage(dtype, given.shape, given.data) }

    expect(formatNdArray(array)).toBe(given.str)
    expect(reprNdArray(array)).toBe(given.repr)
  })
})

test('numbers have the digits of C and of Python', () => {
  const formats = { f: formatFixed, e: formatExponent, g: formatGeneral, r: reprFloat }
  const found = golden.numbers.map(([value, spec = '']) => {
    const format = formats[spec.charAt(0) as keyof typeof formats]
    return [value, spec, format(Number(value), Number(spec.slice(1)))]
  })

  expect(found).toEqual(golden.numbers)
})

test('strings are quoted as by Python', () => {
  expect(golden.strings.map(([text = '']) => [text, reprString(text)])).toEqual(golden.strings)
})

test('results with names print a line for each', () => {
  for (const { name, fields, text } of golden.namedTuples) {
    expect(formatNamedTuple(name, fields as [string, string][])).toBe(text)
  }
})

test('modules print their children indented', () => {
  const formatted = ({ name, extra, children }: ModuleCase): string =>
    formatModule({
      name,
      extra,
      children: children.map(([key, child]) => [key, child && formatted(child)]),
    })

  const cases: unknown = golden.modules
  for (const given of cases as ModuleCase[]) expect(formatted(given)).toBe(given.text)
})

test('lists of modules fold neighbours that print the same', () => {
  const [block, other] = ['Block(\n  (a): ReLU()\n)', 'ReLU()']

  expect(formatModuleList('ModuleList', [])).toBe('ModuleList()')
  expect(formatModuleList('ModuleList', [block, block, block, other, block])).toBe(
    [
      'ModuleList(',
      '  (0-2): 3 x Block(',
      '    (a): ReLU()',
      '  )',
      '  (3): ReLU()',
      '  (4): Block(',
      '    (a): ReLU()',
      '  )',
      ')',
    ].join('\n'),
  )
})

test('optimisers print the options of their groups by their names in Python', () => {
  for (const { name, groups, text } of golden.optimizers) {
    expect(formatOptimizer(name, groups.map(camelKeys))).toBe(text)
  }
})
