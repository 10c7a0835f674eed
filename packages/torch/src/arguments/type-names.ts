// What Python calls the types of values.
import { DType } from '../dtypes.ts'
import { Device } from '../engine/device.ts'
import { Generator } from '../random/generator.ts'

/** The name of a value's type in Python. */
export function typeName(value: unknown): string {
  switch (typeof value) {
    case 'number':
      return Number.isInteger(value) ? 'int' : 'float'
    case 'bigint':
      return 'int'
    case 'boolean':
      return 'bool'
    case 'string':
      return 'str'
    case 'undefined':
      return 'NoneType'
    case 'function':
    case 'object':
      return value === null ? 'NoneType' : className(value)
    default:
      return 'object'
  }
}

function className(value: object): string {
  if (value instanceof DType) return 'torch.dtype'
  if (value instanceof Device) return 'torch.device'
  if (value instanceof Generator) return 'torch._C.Generator'
  if (ArrayBuffer.isView(value)) return 'numpy.ndarray'
  const { name = 'Object' } = value.constructor ?? {}
  return pythonNames[name] ?? name
}

const pythonNames: Readonly<Record<string, string>> = {
  Array: 'list',
  AsyncFunction: 'function',
  Function: 'function',
  Map: 'dict',
  NdArray: 'numpy.ndarray',
  Object: 'dict',
  Set: 'set',
  Size: 'torch.Size',
  Slice: 'slice',
}
