// The conformance suite in a browser. One test a group: compiling shaders is most of the time. The fixture kernels have a
// test of their own, `kernels.webgl.test.ts`.
import { planFor } from '@heddle/compiler'
import { conformance } from '@heddle/testkit'
import { afterAll, test } from 'vitest'
import { webgl } from './index.ts'

const backend = webgl()
afterAll(() => backend.dispose())

const cases = conformance({ backend, compile: planFor }).filter(({ group }) => group !== 'kernel')
const groups = Map.groupBy(cases, ({ group }) => group)

test.each([...groups.keys()])('webgl conforms: %s', async (group) => {
  for (const each of groups.get(group) ?? []) await each.run()
})
