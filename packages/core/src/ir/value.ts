// A node of the graph: an op applied to values. Every node has one result, so a node and its value are the same thing.
// Values are immutable and made by a builder only.
import type { Builder } from './builder.ts'
import type { AttrsOf, OpName, OpTable } from './op-table.ts'
import type { Provenance } from './provenance.ts'
import type { TensorType } from './tensor-type.ts'

export interface Value<K extends OpName = OpName> {
  readonly op: K
  readonly inputs: readonly Value[]
  readonly attrs: AttrsOf<OpTable[K]>
  readonly type: TensorType
  readonly builder: Builder
  /** Order of creation within its builder: operands have smaller ids. Never printed. */
  readonly id: number
  readonly provenance: Provenance
}
