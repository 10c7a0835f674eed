// The one entry point: a graph and a backend in, something that runs out.
import {
  type Backend,
  type Capabilities,
  type Graph,
  openSession,
  type Plan,
  type Session,
  type States,
} from '@heddle/core'
import { type PipelineOptions, runPipeline } from './pipeline.ts'

export interface CompileOptions extends PipelineOptions {
  readonly backend: Backend
  /** Seed of initial values; default 0. */
  readonly seed?: number
  /** States shared with another session of the same backend: those of equal name are one. */
  readonly states?: States
}

/** Compiles a graph to a plan for a target, without running it. */
export const planFor = (graph: Graph, capabilities: Capabilities, options: PipelineOptions = {}): Plan =>
  runPipeline(graph, capabilities, options).plan

/**
 * Compiles a graph for a backend and opens a session on it.
 *
 * @example
 * const double = program('double', ({ input }) => ({ y: mul(input('x', 'f32', [2]), 2) }))
 * const session = await compile(double, { backend: cpu() })
 * const { y } = await session.run({ x: [1, 2] })
 * y.toNested() // => [2, 4]
 */
export async function compile(
  graph: Graph,
  { backend, seed, states, ...options }: CompileOptions,
): Promise<Session> {
  const plan = planFor(graph, backend.capabilities, options)
  return openSession(await backend.prepare(plan), backend, { seed, states })
}

/** The same at once, for backends that can compile without waiting. */
export function compileSync(graph: Graph, { backend, seed, states, ...options }: CompileOptions): Session {
  const plan = planFor(graph, backend.capabilities, options)
  return openSession(backend.prepareSync(plan), backend, { seed, states })
}
