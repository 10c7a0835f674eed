// Every golden case on the runtimes of the CPU, fused and not: within the bounds of the reference, and JavaScript and WebAssembly
// the same to the bit.
import { jsBackend, wasmBackend } from '@heddle/runtime-cpu'
import { expect, test } from 'vitest'
import { checkRuntimes, fused, unfused } from './check.ts'
import { families } from './read-files.ts'

test.for(families())(
  'golden cases of $name run on js and wasm',
  { timeout: 300_000 },
  async ({ name, cases }) => {
    const start = performance.now()

    const ran = await checkRuntimes(cases, [jsBackend(), wasmBackend()], [fused, unfused])

    console.log(`golden ${name}: ${ran} cases on js and wasm, ${Math.round(performance.now() - start)} ms`)
    expect(ran).toBe(cases.filter(({ error }) => error === undefined).length)
  },
)
