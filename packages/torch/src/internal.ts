// What tests and benchmarks may look at: counts of compilation, evaluation and device memory. No part of the stable API.
import { applicationCount } from './engine/cell.ts'
import { cpu, type Device } from './engine/device.ts'
import { engineStats } from './engine/evaluate.ts'
import { planCacheStats } from './engine/plan-cache.ts'
import { storageStats } from './engine/storage.ts'

export interface Stats {
  /** Traces compiled so far, and compiled traces kept. */
  readonly compileCount: number
  readonly cacheSize: number
  /** Operations recorded. */
  readonly applicationCount: number
  /** Plans run. */
  readonly flushCount: number
  /** Bytes of what the last of them left: what was asked for, and what is kept for backward. */
  readonly leftBytes: number
  /** Applications recorded since, and contents that the next evaluation will include. */
  readonly recordedCount: number
  readonly pendingCount: number
  /** Tensors' contents on the device, and how often some were moved to the host to make room. */
  readonly deviceBuffers: number
  readonly deviceBytes: number
  readonly spillCount: number
}

export const stats = (device: Device = cpu): Stats => ({
  ...planCacheStats(device.backend),
  ...engineStats(device),
  applicationCount: applicationCount(),
  ...storageStats(device.backend),
})
