// A growing buffer of bytes with the number encodings of WebAssembly (LEB128, little-endian floats, length-prefixed names).

export interface Bytes {
  length(): number
  byte(value: number): void
  /** Unsigned LEB128 of an integer below 2^32. */
  unsigned(value: number): void
  /** Signed LEB128 of an i32. */
  signed(value: number): void
  /** Signed LEB128 of an i64. */
  signed64(value: bigint): void
  float32(value: number): void
  float64(value: number): void
  /** An ASCII name with its length in front. */
  text(value: string): void
  append(other: Bytes): void
  finish(): Uint8Array<ArrayBuffer>
}

const scratch = new DataView(new ArrayBuffer(8))

export function byteBuffer(capacity: number): Bytes {
  let bytes = new Uint8Array(capacity)
  let length = 0
  const reserve = (extra: number): void => {
    if (length + extra <= bytes.length) return
    const grown = new Uint8Array(Math.max(length + extra, bytes.length * 2))
    grown.set(bytes.subarray(0, length))
    bytes = grown
  }
  const byte = (value: number): void => {
    if (length === bytes.length) reserve(1)
    bytes[length++] = value
  }
  const scratchBytes = (count: number): void => {
    for (let at = 0; at < count; at++) byte(scratch.getUint8(at))
  }
  return {
    length: () => length,
    byte,
    unsigned(value) {
      let rest = value >>> 0
      while (rest > 127) {
        byte((rest & 127) | 128)
        rest >>>= 7
      }
      byte(rest)
    },
    signed(value) {
      let rest = value | 0
      while (rest < -64 || rest > 63) {
        byte((rest & 127) | 128)
        rest >>= 7
      }
      byte(rest & 127)
    },
    signed64(value) {
      let rest = BigInt.asIntN(64, value)
      while (rest < -64n || rest > 63n) {
        byte(Number(rest & 127n) | 128)
        rest >>= 7n
      }
      byte(Number(rest & 127n))
    },
    float32(value) {
      scratch.setFloat32(0, value, true)
      scratchBytes(4)
    },
    float64(value) {
      scratch.setFloat64(0, value, true)
      scratchBytes(8)
    },
    text(value) {
      byte(value.length)
      for (let at = 0; at < value.length; at++) byte(value.charCodeAt(at) & 127)
    },
    append(other) {
      const added = other.finish()
      reserve(added.length)
      bytes.set(added, length)
      length += added.length
    },
    finish: () => bytes.subarray(0, length),
  }
}
