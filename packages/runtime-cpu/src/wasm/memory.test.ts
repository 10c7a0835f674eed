import { copyStorage } from '@heddle/core'
import { describe, expect, test } from 'vitest'
import { createHeap, pageBytes, sizeClass } from './memory.ts'

describe('heap', () => {
  test('aligns blocks to 64 bytes and keeps them apart', () => {
    const heap = createHeap(2 ** 24)
    const sizes = [1, 0, 63, 64, 65, 5000, 100_000]
    const blocks = sizes.map((size) => ({ at: heap.allocate(size), size }))

    for (const { at } of blocks) expect(at % 64).toBe(0)
    blocks.sort((x, y) => x.at - y.at)
    blocks.slice(1).forEach(({ at }, i) => {
      expect(at).toBeGreaterThanOrEqual(blocks[i]!.at + Math.max(1, blocks[i]!.size))
    })
  })

  test('gives a freed block again for a size of its class', () => {
    const heap = createHeap(2 ** 24)
    const first = heap.allocate(10_000)
    heap.allocate(10_000)
    heap.free(first)
    expect(heap.allocate(9_900)).toBe(first)
  })

  test('merges freed neighbours before it grows', () => {
    const heap = createHeap(3 * pageBytes)
    const blocks = Array.from({ length: 40 }, () => heap.allocate(4096))
    for (const block of blocks) heap.free(block)
    expect(heap.allocate(2 * pageBytes)).toBe(blocks[0])
    expect(heap.memory.buffer.byteLength).toBeLessThanOrEqual(3 * pageBytes)
  })

  test('grows, and keeps contents', () => {
    const heap = createHeap(2 ** 26)
    const at = heap.allocate(400)
    copyStorage(new Float32Array(100).fill(7), heap.view('f32', at, 100))
    heap.allocate(2 ** 24)
    expect([...heap.view('f32', at, 100)]).toEqual(new Array(100).fill(7))
  })

  test('says with numbers what does not fit', () => {
    const heap = createHeap(10 * pageBytes)
    expect(() => heap.allocate(11 * pageBytes)).toThrow(
      'BACKEND_OUT_OF_MEMORY: allocate: 720896 bytes do not fit: 0 of at most 655360 bytes are in use',
    )
    expect(heap.allocate(64)).toBe(64)
  })

  test('wastes at most an eighth', () => {
    for (const bytes of [1025, 1153, 5000, 65_537, 1_000_003, 2 ** 27 + 1]) {
      expect(sizeClass(bytes)).toBeGreaterThanOrEqual(bytes)
      expect(sizeClass(bytes)).toBeLessThanOrEqual(bytes * 1.125 + 64)
      expect(sizeClass(sizeClass(bytes))).toBe(sizeClass(bytes))
    }
  })
})
