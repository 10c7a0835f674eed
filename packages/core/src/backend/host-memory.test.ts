import { describe, expect, test } from 'vitest'
import { hostMemory } from './host-memory.ts'

describe('hostMemory', () => {
  test('reads back a copy of what was written', () => {
    const memory = hostMemory('test')
    const buffer = memory.allocate('i32', 3)
    memory.write(buffer, new Int32Array([1, 2, 3]))

    const copy = memory.read(buffer)
    memory.write(buffer, new Int32Array([4, 5, 6]))

    expect([...copy]).toEqual([1, 2, 3])
    expect([...memory.read(buffer)]).toEqual([4, 5, 6])
  })

  test('throws the first failure at every later read', () => {
    const memory = hostMemory('test')
    const buffer = memory.allocate('f32', 1)
    const first = new Error('first')

    memory.fail(first)
    memory.fail(new Error('second'))

    expect(() => memory.read(buffer)).toThrow(first)
    expect(() => memory.read(buffer)).toThrow(first)
  })

  test('refuses an array of another dtype', () => {
    const memory = hostMemory('test')

    expect(() => memory.write(memory.allocate('f32', 2), new Int32Array(2))).toThrow('BACKEND_WRITE_MISMATCH')
  })

  test('frees once', () => {
    const memory = hostMemory('test')
    const buffer = memory.allocate('f32', 2)
    memory.free(buffer)

    expect(() => memory.free(buffer)).toThrow('BACKEND_BUFFER_FREED')
    expect(memory.liveBytes).toBe(0)
  })
})
