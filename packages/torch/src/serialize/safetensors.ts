// Safetensors files: named arrays and a table of strings. Eight bytes (the length of the header, little-endian), the header (JSON),
// the arrays' bytes without gaps. Equal entries and metadata give equal bytes. A file is not believed: all that its header says
// is checked before anything is allocated for it, and what is wrong is an error with a code.
// Source: the format's description, https://github.com/huggingface/safetensors#format. Hosts are little-endian, as the format is.
import { type DType, dtypes, sizeOf, type TypedArray } from '@heddle/core'
import { TorchError } from '../errors.ts'
import { type ByteSource, bytesSource, fileTruncated, readBytes } from './byte-source.ts'
import { type Header, headerText, METADATA_KEY, scanHeader } from './header-scanner.ts'

/** An array of a file. Of bf16 the bits, of bool bytes of 0 and 1, as everywhere. */
export interface SafetensorsEntry {
  readonly dtype: DType
  readonly shape: readonly number[]
  readonly data: TypedArray
}

/** What a file says of an entry. */
export interface EntryInfo {
  readonly dtype: DType
  readonly shape: readonly number[]
  readonly byteLength: number
}

/** An open file; nothing but its header has been read. */
export interface SafetensorsFile {
  readonly metadata: ReadonlyMap<string, string>
  /** In the order of the header. */
  readonly entries: ReadonlyMap<string, EntryInfo>
  /**
   * Reads one entry, into memory of its own.
   * - Throws `TORCH_FILE_NO_ENTRY`, `TORCH_FILE_BOOL` (bytes other than 0 and 1), `TORCH_FILE_TRUNCATED`.
   */
  read(name: string): SafetensorsEntry
}

export interface OpenOptions {
  /** Longer headers are refused; 100 MB if not given, as in the format's own library. */
  readonly maxHeaderBytes?: number
}

const LENGTH_BYTES = 8
const MAX_HEADER_BYTES = 100_000_000

/** The format's names. It has more dtypes than this package. */
const formatNames: Readonly<Record<DType, string>> = {
  f32: 'F32',
  f64: 'F64',
  f16: 'F16',
  bf16: 'BF16',
  i64: 'I64',
  i32: 'I32',
  i16: 'I16',
  i8: 'I8',
  u8: 'U8',
  u32: 'U32',
  bool: 'BOOL',
}

const byFormatName: ReadonlyMap<string, DType> = new Map(
  Object.entries(formatNames).map(([dtype, name]) => [name, dtype as DType]),
)

/**
 * The bytes of a file with these entries, whose order `openSafetensors` gives back.
 * - Throws `TORCH_SAVE_ENTRY` for an array that does not have the elements of its shape, or a name that cannot be one;
 *   `TORCH_FILE_HEADER_SIZE` for names and metadata that are longer than `openSafetensors` reads.
 */
export function writeSafetensors(
  entries: ReadonlyMap<string, SafetensorsEntry>,
  metadata: ReadonlyMap<string, string> = new Map(),
): Uint8Array<ArrayBuffer> {
  const parts = safetensorsParts(entries, metadata)
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.byteLength, 0))
  let at = 0
  for (const part of parts) {
    bytes.set(part, at)
    at += part.byteLength
  }
  return bytes
}

/** The same bytes in parts, those of arrays without a copy: for writing a file that does not fit into memory twice. */
export function safetensorsParts(
  entries: ReadonlyMap<string, SafetensorsEntry>,
  metadata: ReadonlyMap<string, string> = new Map(),
): readonly Uint8Array[] {
  for (const [name, entry] of entries) checkEntry(name, entry)
  // Wide elements first: each array begins at a multiple of its element's size.
  const laidOut = [...entries].sort(([, a], [, b]) => dtypes[b.dtype].bytes - dtypes[a.dtype].bytes)
  const begins = new Map<string, number>()
  let end = 0
  for (const [name, { data }] of laidOut) {
    begins.set(name, end)
    end += data.byteLength
  }

  const members = [...entries].map(([name, { dtype, shape, data }]) => {
    const begin = begins.get(name) ?? 0
    const offsets = `[${begin},${begin + data.byteLength}]`
    return `${quoted(name)}:{"dtype":"${formatNames[dtype]}","shape":[${shape.join()}],"data_offsets":${offsets}}`
  })
  if (metadata.size > 0) members.unshift(`"${METADATA_KEY}":${metadataText(metadata)}`)
  const text = new TextEncoder().encode(`{${members.join()}}`)
  return [lengthAndHeader(text), ...laidOut.map(([, { data }]) => bytesOf(data))]
}

/**
 * Opens a file: its header is read and checked against the length of the file.
 * - Throws `TORCH_FILE_HEADER`, `TORCH_FILE_HEADER_SIZE`, `TORCH_FILE_TRUNCATED`, `TORCH_FILE_DUPLICATE`, `TORCH_FILE_DTYPE`,
 *   `TORCH_FILE_ENTRY_SIZE`, `TORCH_FILE_RANGES`.
 */
export function openSafetensors(
  file: Uint8Array | ByteSource,
  { maxHeaderBytes = MAX_HEADER_BYTES }: OpenOptions = {},
): SafetensorsFile {
  const source = file instanceof Uint8Array ? bytesSource(file) : file
  const length = readBytes(source, 0, LENGTH_BYTES, 'the length of the header')
  const headerBytes = Number(new DataView(length.buffer).getBigUint64(0, true))
  if (headerBytes > maxHeaderBytes) throw headerSize(headerBytes, maxHeaderBytes)
  const header = scanHeader(decoded(readBytes(source, LENGTH_BYTES, headerBytes, 'the header')))

  const dataStart = LENGTH_BYTES + headerBytes
  const entries = checkedEntries(header, source.byteLength - dataStart)
  return {
    metadata: header.metadata,
    entries,
    read: (name) => {
      const entry = entries.get(name)
      if (!entry) throw noEntry(name)
      const { dtype, shape, byteLength, begin } = entry
      const bytes = readBytes(source, dataStart + begin, byteLength, `'${name}'`)
      const badAt = dtype === 'bool' ? bytes.findIndex((byte) => byte > 1) : -1
      if (badAt >= 0) throw notBool(name, badAt, bytes[badAt] ?? 0)
      return { dtype, shape, data: dtypes[dtype].view(bytes.buffer, 0, byteLength / dtypes[dtype].bytes) }
    },
  }
}

interface PlacedEntry extends EntryInfo {
  readonly begin: number
}

/** Entries whose ranges have their sizes and cover the data, each byte once. */
function checkedEntries({ entries }: Header, dataBytes: number): ReadonlyMap<string, PlacedEntry> {
  const placed = new Map<string, PlacedEntry>()
  for (const [name, { dtype: formatName, shape, dataOffsets }] of entries) {
    const dtype = byFormatName.get(formatName)
    if (dtype === undefined) throw unknownDType(name, formatName)
    const [begin, end] = dataOffsets
    const needed = byteCount(dtype, shape)
    if (end - begin !== needed) throw entrySize(name, needed, begin, end)
    placed.set(name, { dtype, shape, byteLength: needed, begin })
  }

  let covered = 0
  const inOrder = [...placed].sort(([, a], [, b]) => a.begin - b.begin || a.byteLength - b.byteLength)
  for (const [name, { begin, byteLength }] of inOrder) {
    if (begin !== covered) throw ranges(`'${name}' begins at byte ${begin}`, covered)
    covered += byteLength
    if (covered > dataBytes) throw fileTruncated(`'${name}'`, byteLength, Math.max(dataBytes - begin, 0))
  }
  if (covered !== dataBytes) throw ranges(`the file goes on to byte ${dataBytes}`, covered)
  return placed
}

/** Bytes of an array; not finite, or not exact, only where they are more than any range has. */
const byteCount = (dtype: DType, shape: readonly number[]): number =>
  shape.includes(0) ? 0 : sizeOf(shape) * dtypes[dtype].bytes

/** UTF-8 only, and no byte order mark, which would be skipped in silence. */
function decoded(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch (error) {
    if (error instanceof TypeError) throw headerText('UTF-8', 0)
    throw error
  }
}

function lengthAndHeader(text: Uint8Array): Uint8Array {
  // Spaces behind the header align the data to 8 bytes.
  const length = Math.ceil(text.byteLength / LENGTH_BYTES) * LENGTH_BYTES
  if (length > MAX_HEADER_BYTES) throw headerSize(length, MAX_HEADER_BYTES)
  const bytes = new Uint8Array(LENGTH_BYTES + length).fill(0x20)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(length), true)
  bytes.set(text, LENGTH_BYTES)
  return bytes
}

const metadataText = (metadata: ReadonlyMap<string, string>): string =>
  `{${[...metadata].map(([key, value]) => `${quoted(key)}:${quoted(value)}`).join()}}`

function quoted(text: string): string {
  if (!text.isWellFormed()) throw saveEntry(text, 'is not Unicode text')
  return JSON.stringify(text)
}

const bytesOf = (data: TypedArray): Uint8Array =>
  new Uint8Array(data.buffer, data.byteOffset, data.byteLength)

function checkEntry(name: string, { dtype, shape, data }: SafetensorsEntry): void {
  if (name === METADATA_KEY) throw saveEntry(name, 'is the name of the metadata')
  const needed = byteCount(dtype, shape)
  const { name: arrayName } = dtypes[dtype].allocate(0).constructor
  if (data.constructor.name !== arrayName)
    throw saveEntry(name, `holds no ${arrayName}, which its dtype needs`)
  if (data.byteLength !== needed) {
    throw saveEntry(name, `has ${data.byteLength} bytes of data; its shape and dtype need ${needed}`)
  }
}

const headerSize = (found: number, limit: number): TorchError =>
  new TorchError(
    'RuntimeError',
    'TORCH_FILE_HEADER_SIZE',
    `the header would have ${found} bytes; at most ${limit} are read`,
    { found, limit },
  )

const unknownDType = (name: string, dtype: string): TorchError =>
  new TorchError(
    'RuntimeError',
    'TORCH_FILE_DTYPE',
    `'${name}' has dtype '${dtype}'; known are ${[...byFormatName.keys()].join(', ')}`,
    { name, dtype },
  )

const entrySize = (name: string, needed: number, begin: number, end: number): TorchError =>
  new TorchError(
    'RuntimeError',
    'TORCH_FILE_ENTRY_SIZE',
    `'${name}' needs ${needed} bytes for its shape and dtype, and lies at bytes ${begin} to ${end}`,
    { name, needed, begin, end },
  )

const ranges = (what: string, covered: number): TorchError =>
  new TorchError(
    'RuntimeError',
    'TORCH_FILE_RANGES',
    `arrays lie behind one another without gaps: after byte ${covered} of the data, ${what}`,
    { covered },
  )

const notBool = (name: string, at: number, value: number): TorchError =>
  new TorchError(
    'RuntimeError',
    'TORCH_FILE_BOOL',
    `bools are 0 or 1, but element ${at} of '${name}' is ${value}`,
    { name, at, value },
  )

const noEntry = (name: string): TorchError =>
  new TorchError('RuntimeError', 'TORCH_FILE_NO_ENTRY', `the file has no entry '${name}'`, { name })

const saveEntry = (name: string, problem: string): TorchError =>
  new TorchError('RuntimeError', 'TORCH_SAVE_ENTRY', `'${name}' ${problem}`, { name, problem })
