// The heap of the WebAssembly runtime: one growing linear memory, blocks aligned to 64 bytes. Freed blocks are kept by size
// class and given again, because the first touch of a page costs ten times a rewrite; they are merged before memory grows.
import { type DType, dtypes, HeddleError, internalError, type TypedArray } from '@heddle/core'

export const pageBytes = 65536
export const maxWasmPages = 65536

export interface Heap {
  readonly memory: WebAssembly.Memory
  /** Address of a block of at least `bytes`. Throws `BACKEND_OUT_OF_MEMORY`. */
  allocate(bytes: number): number
  free(address: number): void
  /** A view that is valid until memory grows: use it at once. */
  view(dtype: DType, address: number, size: number): TypedArray
  /** Bytes of blocks that are allocated, with what rounding adds. */
  usedBytes(): number
}

function outOfMemory(bytes: number, used: number, limit: number, cause?: unknown): HeddleError {
  return new HeddleError(
    'BACKEND_OUT_OF_MEMORY',
    `allocate: ${bytes} bytes do not fit: ${used} of at most ${limit} bytes are in use. Free buffers, or raise maxMemoryBytes.`,
    { details: { bytes, used, limit }, cause },
  )
}

/** Multiples of 64 bytes, beyond 1 KiB eight sizes from one power of two to the next. */
export function sizeClass(bytes: number): number {
  if (bytes <= 1024) return Math.max(64, Math.ceil(bytes / 64) * 64)
  const step = 2 ** Math.floor(Math.log2(bytes - 1)) / 8
  return Math.ceil(bytes / step) * step
}

/** A memory that may grow to `maxBytes`, or to as much less as the host can reserve. */
function reserveMemory(maxBytes: number): { readonly memory: WebAssembly.Memory; readonly maxPages: number } {
  const wanted = Math.min(maxWasmPages, Math.max(1, Math.floor(maxBytes / pageBytes)))
  for (let maxPages = wanted; ; maxPages = Math.floor(maxPages / 2)) {
    try {
      return { memory: new WebAssembly.Memory({ initial: 1, maximum: maxPages }), maxPages }
    } catch (cause) {
      // Hosts with little address space refuse large reservations.
      if (maxPages <= 1) throw outOfMemory(pageBytes, 0, maxBytes, cause)
    }
  }
}

interface Hole {
  readonly start: number
  readonly bytes: number
}

export function createHeap(maxBytes: number): Heap {
  const { memory, maxPages } = reserveMemory(maxBytes)
  const limit = maxPages * pageBytes
  const live = new Map<number, number>()
  const free = new Map<number, number[]>()
  let holes: Hole[] = []
  /** Everything from here on was never used; address 0 stays unused, so that no block looks like nothing. */
  let top = 64
  let used = 0

  const take = (address: number, bytes: number): number => {
    live.set(address, bytes)
    used += bytes
    return address
  }

  /** The smallest hole that is large enough, cut to size. */
  const takeHole = (bytes: number): number | undefined => {
    let best: Hole | undefined
    for (const hole of holes) {
      if (hole.bytes >= bytes && (best === undefined || hole.bytes < best.bytes)) best = hole
    }
    if (best === undefined) return undefined
    const { start } = best
    holes = holes.filter((hole) => hole !== best)
    if (best.bytes > bytes) holes.push({ start: start + bytes, bytes: best.bytes - bytes })
    return start
  }

  /** Turns all free blocks into holes as large as can be, and gives back what lies at the top. */
  const merge = (): void => {
    const blocks = [...holes]
    for (const [bytes, starts] of free) for (const start of starts) blocks.push({ start, bytes })
    free.clear()
    blocks.sort((x, y) => x.start - y.start)
    const merged: { start: number; bytes: number }[] = []
    for (const { start, bytes } of blocks) {
      const last = merged.at(-1)
      if (last !== undefined && last.start + last.bytes === start) last.bytes += bytes
      else merged.push({ start, bytes })
    }
    const last = merged.at(-1)
    if (last !== undefined && last.start + last.bytes === top) {
      top = last.start
      merged.pop()
    }
    holes = merged
  }

  const takeTop = (bytes: number): number | undefined => {
    if (top + bytes > memory.buffer.byteLength) return undefined
    top += bytes
    return top - bytes
  }

  const grow = (bytes: number): void => {
    const present = memory.buffer.byteLength / pageBytes
    const needed = Math.ceil((top + bytes) / pageBytes)
    if (needed > maxPages) throw outOfMemory(bytes, used, limit)
    const comfortable = Math.min(maxPages, Math.max(needed, Math.ceil(present * 1.25)))
    for (const pages of [comfortable, needed]) {
      try {
        memory.grow(pages - present)
        return
      } catch (cause) {
        // The engine may refuse the comfortable size and still give the needed one.
        if (pages === needed) throw outOfMemory(bytes, used, limit, cause)
      }
    }
  }

  return {
    memory,
    allocate(wanted) {
      const bytes = sizeClass(wanted)
      const known = free.get(bytes)?.pop() ?? takeHole(bytes) ?? takeTop(bytes)
      if (known !== undefined) return take(known, bytes)
      merge()
      const merged = takeHole(bytes) ?? takeTop(bytes)
      if (merged !== undefined) return take(merged, bytes)
      grow(bytes)
      const fresh = takeTop(bytes)
      if (fresh === undefined) throw internalError('wasm heap', `no room for ${bytes} bytes after growing`)
      return take(fresh, bytes)
    },
    free(address) {
      const bytes = live.get(address)
      if (bytes === undefined) throw internalError('wasm heap', `address ${address} is not allocated`)
      live.delete(address)
      used -= bytes
      const list = free.get(bytes)
      if (list === undefined) free.set(bytes, [address])
      else list.push(address)
    },
    view: (dtype, address, size) => dtypes[dtype].view(memory.buffer, address, size),
    usedBytes: () => used,
  }
}
