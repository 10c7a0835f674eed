// Types derived from the op table. The table itself is `ops/index.ts`; only its type is used here.
import type * as ops from '../ops/index.ts'
import type { OpDef } from './define.ts'

export type OpTable = typeof ops
export type OpName = keyof OpTable
export type AttrsOf<D> = D extends OpDef<infer _N, infer A> ? A : never
export type ArityOf<D> = D extends OpDef<infer N, infer _A> ? N : never
