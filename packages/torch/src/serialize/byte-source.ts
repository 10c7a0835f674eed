// Where the bytes of a file come from: memory, or a file that is read by parts. Nothing is allocated for bytes that the source
// does not have, whatever the file says of itself.
import { TorchError } from '../errors.ts'

export interface ByteSource {
  readonly byteLength: number
  /** Copies bytes from `offset` on into all of `into`; returns how many there were. */
  read(offset: number, into: Uint8Array): number
}

/** The bytes of an array. */
export const bytesSource = (bytes: Uint8Array): ByteSource => ({
  byteLength: bytes.byteLength,
  read: (offset, into) => {
    const found = bytes.subarray(offset, offset + into.byteLength)
    into.set(found)
    return found.byteLength
  },
})

/** So many bytes from `offset` on, as memory of their own. `what` names them in the error if they are missing. */
export function readBytes(
  source: ByteSource,
  offset: number,
  byteLength: number,
  what: string,
): Uint8Array<ArrayBuffer> {
  const available = Math.max(source.byteLength - offset, 0)
  if (byteLength > available) throw fileTruncated(what, byteLength, available)
  const bytes = new Uint8Array(byteLength)
  const found = source.read(offset, bytes)
  if (found !== byteLength) throw fileTruncated(what, byteLength, found)
  return bytes
}

export const fileTruncated = (what: string, needed: number, available: number): TorchError =>
  new TorchError(
    'RuntimeError',
    'TORCH_FILE_TRUNCATED',
    `the file ends too early: ${what} needs ${needed} bytes, and ${available} are left`,
    { what, needed, available },
  )
