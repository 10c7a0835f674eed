// The fixtures in a browser: the same bytes of WebAssembly, the same bits. (Browser tests share one name pattern.)
import { runKernel } from '@heddle/core'
import { kernelFixtures, planOfKernel } from '@heddle/testkit'
import { expect, test } from 'vitest'
import { wasmBackend } from './backend.ts'

test('wasm runs every kernel fixture in a browser as the interpreter does', async () => {
  const backend = wasmBackend()
  for (const fixture of kernelFixtures) {
    const { plan, inputs } = planOfKernel(fixture)
    const executable = await backend.prepare(plan)
    const given = inputs(1).map((data, at) => {
      const buffer = backend.allocate(plan.inputs[at]!.dtype, data.length)
      backend.write(buffer, data)
      return buffer
    })
    const outputs = plan.outputs.map(({ dtype, buffer }) =>
      backend.allocate(dtype, plan.buffers[buffer]!.size),
    )
    const arrays = fixture.inputs(1)
    runKernel(fixture.kernel, arrays)
    const expected = arrays.filter((_, at) => fixture.kernel.buffers[at]!.access === 'write')

    executable.run(given, outputs)

    const actual = outputs.map((buffer) => backend.readSync(buffer))
    expect(actual, fixture.kernel.name).toEqual(expected)
  }
})
