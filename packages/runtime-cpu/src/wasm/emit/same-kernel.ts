// Whether two kernels are the same program: equal in everything but names, labels and origins. Numbers are compared by
// `Object.is`, so that 0 and -0 differ and NaN equals itself.
import type { Kernel } from '@heddle/core'

const forPeople: ReadonlySet<string> = new Set(['name', 'label', 'origin'])

export function sameKernel(x: Kernel, y: Kernel): boolean {
  const pending: [unknown, unknown][] = [[x, y]]
  for (let pair = pending.pop(); pair !== undefined; pair = pending.pop()) {
    const [left, right] = pair
    if (Object.is(left, right)) continue
    if (typeof left !== 'object' || typeof right !== 'object' || left === null || right === null) return false
    if (Array.isArray(left) !== Array.isArray(right)) return false
    const entries = Object.entries(left).filter(([key]) => !forPeople.has(key))
    const others = new Map(Object.entries(right).filter(([key]) => !forPeople.has(key)))
    if (entries.length !== others.size) return false
    for (const [key, value] of entries) {
      if (!others.has(key)) return false
      pending.push([value, others.get(key)])
    }
  }
  return true
}

/** A number that is equal for equal kernels and mostly different for others. */
export function kernelHash(kernel: Kernel): number {
  let hash = 17
  const add = (value: number): void => {
    hash = (Math.imul(hash, 31) + value) | 0
  }
  for (const { extent } of kernel.axes) add(extent)
  for (const { size } of kernel.buffers) add(size)
  for (const stage of kernel.stages) {
    add(stage.kind.length)
    for (const { op } of stage.code)
      add(op.charCodeAt(0) * 131 + op.length * 17 + op.charCodeAt(op.length - 1))
  }
  return hash
}
