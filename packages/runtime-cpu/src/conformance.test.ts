// The conformance suite on every way the CPU runtime makes code, with fusion on and off.
import { planFor } from '@heddle/compiler'
import { conformance } from '@heddle/testkit'
import { describe, test } from 'vitest'
import { cpu } from './index.ts'

describe.each(['wasm', 'js'] as const)('%s', (emitter) => {
  describe.each([
    ['fused', true],
    ['unfused', false],
  ] as const)('%s', (_, fusion) => {
    const cases = conformance({
      backend: cpu({ emitter }),
      compile: (graph, capabilities) => planFor(graph, capabilities, { fusion }),
    })
    const groups = Map.groupBy(cases, ({ group }) => group)

    test.each([...groups.keys()])('%s', async (group) => {
      for (const each of groups.get(group) ?? []) await each.run()
    })
  })
})
