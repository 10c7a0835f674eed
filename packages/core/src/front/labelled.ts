// Sums of products over named axes: what `einsum`, `tensordot` and `bilinear` are. An axis of every operand has a label; axes of
// one label are walked together, and labels that the result does not keep are summed over. Two operands at a time are joined by
// one contraction (or, where nothing is summed, one multiplication), so that a batched product stays a single `dot`.
import { type Shape, sizeOf } from '../dim.ts'
import type { Value } from '../ir/value.ts'
import { sumOfProducts } from './contract.ts'
import { diagonal } from './diagonal.ts'
import { mul } from './elementwise.ts'
import { sum } from './reduce.ts'

/** A value with a label for each axis. */
export interface Labelled {
  readonly value: Value
  readonly labels: readonly string[]
}

/**
 * The sum of products of operands, with the axes `output`.
 *
 * - The extents of a label are equal or 1; each label of `output` is distinct and belongs to an operand. The caller checks.
 * - Operands are of one dtype of numbers.
 */
export function contractLabelled(operands: readonly Labelled[], output: readonly string[]): Value {
  const extents = extentsOf(operands)
  let parts = operands.map((operand) => withoutOnes(diagonals(operand), extents))
  const keptBy = (others: readonly Labelled[]): ReadonlySet<string> =>
    new Set([...output, ...others.flatMap(({ labels }) => labels)])
  parts = parts.map((part, k) => summed(part, keptBy(parts.filter((_, other) => other !== k))))
  while (parts.length > 1) {
    const [x, y] = cheapestPair(parts, extents, output)
    const others = parts.filter((part) => part !== x && part !== y)
    parts = [...others, join(x, y, keptBy(others))]
  }
  const [result] = parts as [Labelled]
  return arranged(result, output)
}

/** The longer of the extents of each label. */
export function extentsOf(operands: readonly Labelled[]): ReadonlyMap<string, number> {
  const extents = new Map<string, number>()
  for (const { value, labels } of operands) {
    labels.forEach((label, axis) => {
      const extent = value.type.shape[axis] ?? 1
      if ((extents.get(label) ?? 1) === 1) extents.set(label, extent)
    })
  }
  return extents
}

/** Axes of one label become their diagonal. */
function diagonals(operand: Labelled): Labelled {
  let { value, labels } = operand
  for (;;) {
    const second = labels.findIndex((label, axis) => labels.indexOf(label) < axis)
    const label = labels[second]
    if (label === undefined) return { value, labels }
    const first = labels.indexOf(label)
    value = diagonal(value, { axes: [first, second] })
    labels = [...labels.filter((_, axis) => axis !== first && axis !== second), label]
  }
}

/** Drops axes of extent 1 whose label is longer elsewhere: they repeat. */
function withoutOnes({ value, labels }: Labelled, extents: ReadonlyMap<string, number>): Labelled {
  const stays = labels.map((label, axis) => value.type.shape[axis] !== 1 || extents.get(label) === 1)
  if (stays.every(Boolean)) return { value, labels }
  const shape = value.type.shape.filter((_, axis) => stays[axis])
  return { value: value.builder.reshape(value, { shape }), labels: labels.filter((_, axis) => stays[axis]) }
}

/** Sums over the labels that nobody keeps. */
function summed({ value, labels }: Labelled, kept: ReadonlySet<string>): Labelled {
  const axes = labels.flatMap((label, axis) => (kept.has(label) ? [] : [axis]))
  if (axes.length === 0) return { value, labels }
  return { value: sum(value, { axes }), labels: labels.filter((label) => kept.has(label)) }
}

/** The pair to join next: the one that makes the least more than it removes; of those, the one with the fewest products. */
function cheapestPair(
  parts: readonly Labelled[],
  extents: ReadonlyMap<string, number>,
  output: readonly string[],
): readonly [Labelled, Labelled] {
  const uses = new Map<string, number>()
  for (const label of [...output, ...parts.flatMap(({ labels }) => labels)]) {
    uses.set(label, (uses.get(label) ?? 0) + 1)
  }
  const sizeOfLabels = (labels: readonly string[]): number =>
    labels.reduce((size, label) => size * (extents.get(label) ?? 1), 1)
  let best: readonly [Labelled, Labelled] = [parts[0] as Labelled, parts[1] as Labelled]
  let [leastGrowth, fewest] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]
  for (const [k, x] of parts.entries()) {
    for (const y of parts.slice(k + 1)) {
      const all = [...x.labels, ...y.labels.filter((label) => !x.labels.includes(label))]
      const isKept = (label: string): boolean =>
        (uses.get(label) ?? 0) > Number(x.labels.includes(label)) + Number(y.labels.includes(label))
      const growth =
        sizeOfLabels(all.filter(isKept)) - sizeOf(x.value.type.shape) - sizeOf(y.value.type.shape)
      const products = sizeOfLabels(all)
      if (growth < leastGrowth || (growth === leastGrowth && products < fewest)) {
        best = [x, y]
        leastGrowth = growth
        fewest = products
      }
    }
  }
  return best
}

/** Both operands as one: labels that both have are walked together, and summed over unless kept. */
function join(x: Labelled, y: Labelled, kept: ReadonlySet<string>): Labelled {
  const shared = x.labels.filter((label) => y.labels.includes(label))
  const batch = shared.filter((label) => kept.has(label))
  const contract = shared.filter((label) => !kept.has(label))
  const free = ({ labels }: Labelled): readonly string[] => labels.filter((label) => !shared.includes(label))
  const labels = [...batch, ...free(x), ...free(y)]
  if (contract.length === 0) return { value: mul(spreadOver(x, labels), spreadOver(y, labels)), labels }
  const axes = (operand: Labelled, wanted: readonly string[]): readonly number[] =>
    wanted.map((label) => operand.labels.indexOf(label))
  const value = sumOfProducts(x.value, y.value, {
    leftBatch: axes(x, batch),
    rightBatch: axes(y, batch),
    leftContract: axes(x, contract),
    rightContract: axes(y, contract),
  })
  return { value, labels }
}

/** The operand with its axes in the order of `labels`, and extent 1 where it has no such label. */
function spreadOver(operand: Labelled, labels: readonly string[]): Value {
  const value = arranged(
    operand,
    labels.filter((label) => operand.labels.includes(label)),
  )
  const extents = new Map(operand.labels.map((label, axis) => [label, operand.value.type.shape[axis] ?? 1]))
  const shape: Shape = labels.map((label) => extents.get(label) ?? 1)
  return value.builder.reshape(value, { shape })
}

/** The operand with its axes in another order. */
function arranged({ value, labels }: Labelled, order: readonly string[]): Value {
  const perm = order.map((label) => labels.indexOf(label))
  return perm.every((axis, k) => axis === k) ? value : value.builder.permute(value, { perm })
}
