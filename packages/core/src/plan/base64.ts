// Base64 of bytes (RFC 4648, with padding), for constants in JSON. The hosts' own functions differ; this runs anywhere.

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
const chunkBytes = 3 * 4096

export function bytesToBase64(bytes: Uint8Array): string {
  const parts: string[] = []
  for (let start = 0; start < bytes.length; start += chunkBytes) {
    let part = ''
    for (let at = start; at < Math.min(start + chunkBytes, bytes.length); at += 3) {
      const word = (bytes[at]! << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0)
      part += alphabet[word >> 18]! + alphabet[(word >> 12) & 63]!
      part += at + 1 < bytes.length ? alphabet[(word >> 6) & 63]! : '='
      part += at + 2 < bytes.length ? alphabet[word & 63]! : '='
    }
    parts.push(part)
  }
  return parts.join('')
}

/** `undefined` if the text is not base64. */
export function tryBase64ToBytes(text: string): Uint8Array | undefined {
  if (text.length % 4 !== 0) return undefined
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0
  const bytes = new Uint8Array((text.length / 4) * 3 - padding)
  let word = 0
  let at = 0
  for (let position = 0; position < text.length; position++) {
    const digit = position < text.length - padding ? digits[text.charCodeAt(position)] : 0
    if (digit === undefined || digit < 0) return undefined
    word = (word << 6) | digit
    if (position % 4 !== 3) continue
    for (const shift of [16, 8, 0]) if (at < bytes.length) bytes[at++] = (word >> shift) & 255
    word = 0
  }
  return bytes
}

const digits = new Int8Array(128).fill(-1)
for (let value = 0; value < alphabet.length; value++) digits[alphabet.charCodeAt(value)] = value
