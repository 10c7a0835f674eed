// Bytes of the heap and of the device over the steps of each loop:
// `node --expose-gc --conditions=source tests/torch/steady/print-memory.ts [steps]`.
import * as torch from '@heddle/torch'
import { loops } from './loops.ts'

const steps = Number(process.argv[2] ?? 10_000)
const { backend } = torch.device('cpu')

/** Finalisers run between turns of the event loop. */
async function collect(): Promise<void> {
  for (let k = 0; k < 3; k++) {
    Reflect.get(globalThis, 'gc')?.()
    await new Promise((resolve) => setTimeout(resolve))
  }
}

const columns = [
  'steps',
  'heap KB',
  'arrays KB',
  'device KB',
  'live KB',
  'plans',
  'compiled',
  'recorded',
  'ms',
]
for (const [name, make] of Object.entries(loops)) {
  torch.manualSeed(0)
  const step = make()
  console.log(`\n${name}\n${columns.map((column) => column.padStart(10)).join('')}`)
  let begun = performance.now()
  for (let k = 1; k <= steps; k++) {
    step()
    if (k % (steps / 4) !== 0 && k !== 100) continue
    const ms = performance.now() - begun
    // Before collection: what a synchronous loop holds on the device.
    const { deviceBytes, cacheSize, compileCount, recordedCount } = torch._internal.stats()
    const live = backend.liveBytes
    await collect()
    const { heapUsed, arrayBuffers } = process.memoryUsage()
    const numbers = [heapUsed / 1024, arrayBuffers / 1024, deviceBytes / 1024, live / 1024]
    const counts = [cacheSize, compileCount, recordedCount, ms]
    console.log([k, ...numbers, ...counts].map((each) => each.toFixed(0).padStart(10)).join(''))
    begun = performance.now()
  }
}
