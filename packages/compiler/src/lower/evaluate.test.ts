import { createBuilder, hostCapabilities, type Value } from '@heddle/core'
import { expect, test } from 'vitest'
import { runPipeline } from '../pipeline.ts'

test('lower: a choice between two equal values is that value', () => {
  const b = createBuilder()
  const x = b.input({ name: 'x', dtype: 'f32', shape: [3, 1] }) as Value<'input'>
  const zero = b.full({ dtype: 'i32', shape: [3, 1], value: 0 })
  // On an axis of extent 1 every position is 0.
  const position = b.iota({ dtype: 'i32', shape: [3, 1], axis: 1 })
  const graph = {
    name: 'chosen',
    inputs: [{ value: x, role: 'feed', trainable: false, initial: undefined }],
    outputs: [{ name: 'y', value: b.reshape(b.select(b.ne(x, x), position, zero), { shape: [3] }) }],
    updates: [],
  } as const

  const { kernels } = runPipeline(graph, hostCapabilities)

  const ops = kernels.flatMap(({ stages }) => stages.flatMap(({ code }) => code.map(({ op }) => op)))
  expect(ops).not.toContain('select')
})
