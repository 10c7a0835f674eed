// What the stages of `heddle dump` share: a stage turns a program into text for people or into the content of a JSON document.

import type { Compilation } from '@heddle/compiler'
import type { Graph, KernelSource, Plan } from '@heddle/core'
import type { Io } from '../io.ts'

export interface StageInput {
  readonly graph: Graph
  /** Name of the output to differentiate; undefined where the user named none. */
  readonly of: string | undefined
  /** Compiles for the target, at the first call. */
  readonly compile: () => Compilation
  readonly sources: (plan: Plan) => readonly KernelSource[]
  /** For people: `cpu (wasm)`. */
  readonly title: string
  readonly io: Io
}

export interface StageOutput {
  readonly text: string
  readonly json: Readonly<Record<string, unknown>>
}

export interface Stage {
  readonly summary: string
  readonly run: (input: StageInput) => StageOutput
}
