// `torch.save` and `torch.load`: objects of tensors, bytes and plain data as safetensors files.
import { sizeOf } from '@heddle/core'
import { dtypeOf } from '../dtypes.ts'
import type { Device } from '../engine/device.ts'
import { cpu } from '../engine/device.ts'
import { Parameter } from '../nn/parameter.ts'
import { tensorOverMemory } from '../numpy/share.ts'
import { resolveDevice } from '../ops/devices.ts'
import { openFile, writeFile } from '../platform.ts'
import type { Memory } from '../tensor/memory.ts'
import { Tensor } from '../tensor/tensor.ts'
import type { ByteSource } from './byte-source.ts'
import { packObject, type RestoredView, type SavedView, unpackObject } from './packed-object.ts'
import { type OpenOptions, openSafetensors, safetensorsParts, writeSafetensors } from './safetensors.ts'

function viewOf(value: object): SavedView | undefined {
  if (value instanceof Uint8Array) return viewOfBytes(value)
  if (!(value instanceof Tensor)) return undefined
  const { memory, layout_: layout } = value
  return {
    dtype: value.dtype.core,
    shape: layout.shape,
    strides: layout.strides,
    offset: layout.offset,
    tags: [
      ...(value.requiresGrad && value.isLeaf ? ['requiresGrad'] : []),
      ...(value instanceof Parameter ? ['parameter'] : []),
    ],
    storage: memory,
    elements: () => memory.elements(),
  }
}

/** The state of a generator is bytes: it is stored as a tensor of them, and is bytes again. */
const viewOfBytes = (bytes: Uint8Array): SavedView => ({
  dtype: 'u8',
  shape: [bytes.length],
  strides: [1],
  offset: 0,
  tags: ['bytes'],
  storage: bytes,
  elements: () => new Uint8Array(bytes),
})

/**
 * Saves an object: tensors, byte arrays, and numbers, texts, arrays, Maps and plain objects of them. Writes a file, or gives its bytes where no
 * path is given. Tensors that share memory share it again when they are loaded.
 *
 * Throws `TORCH_SAVE_VALUE` for what cannot be saved.
 */
export function save(value: unknown): Uint8Array
export function save(value: unknown, path: string): void
export function save(value: unknown, path?: string): Uint8Array | undefined {
  const { entries, metadata } = packObject(value, viewOf)
  if (path === undefined) return writeSafetensors(entries, metadata)
  writeFile(path, safetensorsParts(entries, metadata))
  return undefined
}

export interface LoadOptions extends OpenOptions {
  /** Where the tensors are to be. Default the CPU. */
  readonly mapLocation?: Device | string
}

/**
 * The object of a file, or of its bytes. A safetensors file that was not written here is a Map of its tensors.
 *
 * Throws `TORCH_FILE_…` for damaged, truncated and unsafe files; nothing is allocated that the file does not hold.
 */
export function load(from: string | Uint8Array | ByteSource, options: LoadOptions = {}): unknown {
  if (typeof from !== 'string') return loadFrom(from, options)
  using file = openFile(from)
  return loadFrom(file, options)
}

function loadFrom(source: Uint8Array | ByteSource, { mapLocation = cpu, ...options }: LoadOptions): unknown {
  const memories = new Map<object, Memory>()
  const device = resolveDevice(mapLocation)
  return unpackObject(openSafetensors(source, options), (view) =>
    view.tags.includes('bytes') && view.data instanceof Uint8Array
      ? view.data.slice(view.offset, view.offset + sizeOf(view.shape))
      : restored(view, memories, device),
  )
}

function restored(view: RestoredView, memories: Map<object, Memory>, device: Device): Tensor {
  const { tensor, memory } = tensorOverMemory(dtypeOf(view.dtype), view, view.data, memories.get(view.data))
  memories.set(view.data, memory)
  const placed = device === cpu ? tensor : tensor.to(device)
  if (view.tags.includes('parameter')) return new Parameter(placed, view.tags.includes('requiresGrad'))
  return view.tags.includes('requiresGrad') ? placed.requiresGrad_() : placed
}
