// Heddle as a peer: `heddle.ts wasm` or `heddle.ts js`.
import { compileSync } from '@heddle/compiler'
import type { Plan } from '@heddle/core'
import { cpu } from '@heddle/runtime-cpu'
import { caseNamed } from '../cases/index.ts'
import { graphOf } from '../models.ts'
import { type LoadedTensor, type OpenCase, type OpenRequest, serve } from './protocol.ts'

const emitter = process.argv[2] === 'js' ? 'js' : 'wasm'

await serve({ name: emitter === 'js' ? 'heddle-js' : 'heddle', version: '0.1.0', open })

function open(request: OpenRequest, tensors: ReadonlyMap<string, LoadedTensor>): OpenCase {
  const subject = caseNamed(request.case)
  if (subject === undefined) throw new Error(`there is no case ${request.case}`)
  const backend = cpu({ emitter })
  const session = compileSync(graphOf(subject), { backend, seed: 0 })
  const start = statesOf(session.plan, tensors)
  const close = (): void => {
    session.dispose()
    backend.dispose()
  }
  const restart = (): void => {
    for (const [name, data] of start) session.setState(name, data)
  }
  restart()
  if (request.kind === 'training') return { restart, close, run: () => session.runSync()['loss']?.item() }
  return {
    close,
    run: () => {
      session.dispatch()['output']?.dispose()
      return undefined
    },
    output: () => Float32Array.from([...(session.runSync()['output']?.data ?? [])].map(Number)),
  }
}

/** What every state starts at: a tensor of the case, or the zeros of an optimiser. */
function statesOf(
  plan: Plan,
  tensors: ReadonlyMap<string, LoadedTensor>,
): readonly (readonly [name: string, data: Float32Array | Int32Array])[] {
  return plan.inputs.map(({ name, shape }) => {
    const size = shape.reduce<number>((product, dim) => product * Number(dim), 1)
    return [name, tensors.get(name)?.data ?? new Float32Array(size)]
  })
}
