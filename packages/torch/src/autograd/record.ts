// Records one operation on tensors: its value in the current epoch, and, where some operand requires a gradient, the node of
// PyTorch's graph. Knows tensors only by what autograd needs of them; the class itself is in tensor.ts.
import { isFloat, type Value, withProvenance } from '@heddle/core'
import {
  type Box,
  beginEpoch,
  type Cell,
  cellOfValue,
  checkPending,
  currentEpoch,
  type Epoch,
  inputOf,
  storageOf,
  valueIn,
} from '../engine/epoch.ts'
import { isGradEnabled } from './grad-mode.ts'

/** A tensor as autograd sees it. */
export interface Tracked {
  readonly box: Box
  readonly requiresGrad: boolean
  /** The node that made it; none for leaves. */
  readonly gradFn: GradNode | null
  /** Of a leaf: the input it entered its last epoch as. */
  entry: Entry | undefined
}

export interface Entry {
  readonly epoch: Epoch
  readonly cell: Cell
  readonly value: Value
}

/** A leaf to which gradients can be delivered. */
export interface Leaf extends Tracked {
  accumulateGrad(cell: Cell): void
}

/** Contents backward needs: they must not have been written to since. */
interface Saved {
  readonly box: Box
  readonly version: number
  /** The node that made them. */
  readonly producer: string | undefined
}

export interface Edge {
  /** The tensor differentiated with respect to, as a value of the node's epoch. */
  readonly value: Value
  readonly node: GradNode | undefined
  readonly leaf: Leaf | undefined
}

/** A node of the graph backward walks, as `gradFn` shows it. */
export interface GradNode {
  name(): string
  /** One pair per differentiable operand: its node, and which output of it. */
  readonly nextFunctions: readonly (readonly [GradNode | null, number])[]
  readonly epoch: Epoch
  readonly value: Value
  readonly edges: readonly Edge[]
  readonly saved: readonly Saved[]
  /** Set by a backward that keeps nothing. */
  isFreed: boolean
}

export interface Recorded {
  readonly box: Box
  readonly gradFn: GradNode | null
}

export interface RecordOptions {
  /** Operands whose contents backward needs. */
  readonly saves?: readonly number[]
  /** Backward needs the result. */
  readonly savesResult?: boolean
}

/** Records `build` on the operands' values, under PyTorch's name of the operation: `Mul` makes `MulBackward0`. */
export function record(
  name: string,
  operands: readonly Leaf[],
  build: (values: readonly Value[]) => Value,
  { saves = [], savesResult = false }: RecordOptions = {},
): Recorded {
  const isTracked = isGradEnabled() && operands.some((operand) => operand.requiresGrad)
  if (isTracked) enterLeaves(operands)
  const epoch = currentEpoch()
  return withProvenance(undefined, () => {
    const values = operands.map((operand) => operandValue(epoch, operand, isTracked))
    const value = build(values)
    const box: Box = { cell: cellOfValue(epoch, value), version: 0 }
    checkPending(box.cell)
    if (!isTracked || !isFloat(value.type.dtype)) return { box, gradFn: null }
    const saved = saves.flatMap((at) => savedOperand(operands[at]))
    if (savesResult) saved.push({ box, version: 0, producer: name })
    return { box, gradFn: gradNode(name, epoch, value, operands, values, saved) }
  })
}

const isLeafOf = (operand: Tracked): boolean => operand.requiresGrad && operand.gradFn === null

/** Twice, since a leaf that was changed begins an epoch, which those before it have to enter as well. */
function enterLeaves(operands: readonly Tracked[]): void {
  for (let round = 0; round < 2; round++) {
    for (const operand of operands) if (isLeafOf(operand)) enterLeaf(operand)
  }
}

/** A leaf enters an epoch as an input of its own, with contents. One that was changed since begins a new epoch. */
function enterLeaf(leaf: Tracked): void {
  const { cell } = leaf.box
  const { entry } = leaf
  if (entry !== undefined && entry.cell === cell && entry.epoch === currentEpoch()) return
  const storage = storageOf(cell)
  if (entry !== undefined && entry.cell !== cell && entry.epoch === currentEpoch()) beginEpoch()
  const epoch = currentEpoch()
  leaf.entry = { epoch, cell, value: inputOf(epoch, cell.type, storage) }
}

function operandValue(epoch: Epoch, operand: Tracked, isTracked: boolean): Value {
  const { entry, box } = operand
  if (operand.requiresGrad && entry?.epoch === epoch && entry.cell === box.cell) return entry.value
  const value = valueIn(epoch, box.cell)
  // Written to by way of another tensor: what its node made is not what it holds, and is cut off from it.
  const { gradFn } = operand
  if (isTracked && gradFn !== null && gradFn.epoch === epoch && gradFn.value !== value) {
    return inputOf(epoch, box.cell.type, storageOf(box.cell))
  }
  // A value that does not require a gradient may have been computed from one that does: nothing flows through it.
  const isCut = isTracked && !operand.requiresGrad && value.op !== 'input'
  return isCut && isFloat(value.type.dtype) ? value.builder.stopGradient(value) : value
}

function savedOperand(operand: Tracked | undefined): readonly Saved[] {
  if (operand === undefined) return []
  const { box } = operand
  return [{ box, version: box.version, producer: operand.gradFn?.name() }]
}

function gradNode(
  name: string,
  epoch: Epoch,
  value: Value,
  operands: readonly Leaf[],
  values: readonly Value[],
  saved: readonly Saved[],
): GradNode {
  const edges: Edge[] = []
  operands.forEach((operand, k) => {
    if (!operand.requiresGrad) return
    const leaf = operand.gradFn === null ? operand : undefined
    edges.push({ value: values[k] as Value, node: operand.gradFn ?? undefined, leaf })
  })
  const nodes = operands.map((operand) => operand.gradFn)
  return {
    name: () => name,
    get nextFunctions() {
      return nodes.map((node) => [node, 0] as const)
    },
    epoch,
    value,
    edges,
    saved,
    isFreed: false,
  }
}
