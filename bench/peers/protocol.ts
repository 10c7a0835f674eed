// How the runner talks to a peer: one JSON object a line, a request in, an answer out, in order. Each peer is a process of its
// own, so that none shares a heap, a compiler's memory or a crash with another. pytorch.py follows the same rules.
//   { do: 'hello' }                                   -> { name, version }
//   { do: 'open', case, parameters, rate, steps, out, tensors: [{ name, dtype, shape, path }] } -> { count }
//     `out` gets the result as raw f32: the output of a forward pass, or the losses of the first `steps` steps
//   { do: 'time', iterations }                        -> { ms }   of all iterations; training starts again from the beginning
//   { do: 'close' }                                   -> {}
// An answer { error } says what went wrong; the peer stays usable.
import { readFileSync, writeFileSync } from 'node:fs'
import { createInterface } from 'node:readline'

export interface TensorFile {
  readonly name: string
  readonly dtype: 'f32' | 'i32'
  readonly shape: readonly number[]
  /** Raw little-endian elements, row-major. */
  readonly path: string
}

export interface OpenRequest {
  readonly do: 'open'
  readonly case: string
  readonly kind: 'forward' | 'training'
  readonly parameters: readonly string[]
  readonly rate: number
  readonly steps: number
  readonly out: string
  readonly tensors: readonly TensorFile[]
}

export type Request =
  | { readonly do: 'hello' }
  | OpenRequest
  | { readonly do: 'time'; readonly iterations: number }
  | { readonly do: 'close' }

export interface LoadedTensor extends TensorFile {
  readonly data: Float32Array | Int32Array
}

/** A case, ready to run in a peer. */
export interface OpenCase {
  /** Parameters and moments as at the beginning. */
  restart?(): void | Promise<void>
  /** One iteration, finished when it returns. A training step returns its loss. */
  run(): number | undefined | Promise<number | undefined>
  /** The output of a forward pass. */
  output?(): Float32Array | Promise<Float32Array>
  close(): void
}

export interface Peer {
  readonly name: string
  readonly version: string
  open(request: OpenRequest, tensors: ReadonlyMap<string, LoadedTensor>): OpenCase | Promise<OpenCase>
}

/** Answers requests on standard input until it ends. */
export async function serve(peer: Peer): Promise<void> {
  // Libraries greet and warn on the console; standard output is for answers.
  console.log = console.error
  console.info = console.error
  let current: OpenCase | undefined
  const answer = async (request: Request): Promise<object> => {
    switch (request.do) {
      case 'hello':
        return { name: peer.name, version: peer.version }
      case 'open': {
        current?.close()
        current = undefined
        current = await peer.open(request, loadTensors(request))
        const result = await resultOf(current, request)
        writeFileSync(request.out, new Uint8Array(result.buffer, result.byteOffset, result.byteLength))
        return { count: result.length }
      }
      case 'time':
        if (current === undefined) throw new Error('no case is open')
        await current.restart?.()
        return { ms: await time(current, request.iterations) }
      case 'close':
        current?.close()
        current = undefined
        return {}
      default:
        return request satisfies never
    }
  }
  for await (const line of createInterface({ input: process.stdin })) {
    const response = await answer(JSON.parse(line) as Request).catch((error: unknown) => ({
      error: error instanceof Error ? error.message : String(error),
    }))
    process.stdout.write(`${JSON.stringify(response)}\n`)
  }
}

async function resultOf(opened: OpenCase, { kind, steps }: OpenRequest): Promise<Float32Array> {
  if (kind === 'forward') {
    if (opened.output === undefined) throw new Error('the peer gives no output')
    return opened.output()
  }
  await opened.restart?.()
  const losses = new Float32Array(steps)
  for (let step = 0; step < steps; step++) losses[step] = (await opened.run()) ?? Number.NaN
  return losses
}

async function time(opened: OpenCase, iterations: number): Promise<number> {
  const start = performance.now()
  for (let k = 0; k < iterations; k++) {
    const result = opened.run()
    if (result instanceof Promise) await result // a peer that answers at once does not pay for waiting
  }
  return performance.now() - start
}

function loadTensors({ tensors }: OpenRequest): ReadonlyMap<string, LoadedTensor> {
  return new Map(
    tensors.map((tensor) => {
      const bytes = readFileSync(tensor.path)
      const { buffer } = new Uint8Array(bytes) // aligned
      return [
        tensor.name,
        { ...tensor, data: tensor.dtype === 'f32' ? new Float32Array(buffer) : new Int32Array(buffer) },
      ]
    }),
  )
}
