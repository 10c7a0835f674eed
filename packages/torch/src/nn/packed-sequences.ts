// `torch.nn.utils.rnn`: sequences of different lengths as one tensor, packed (step after step, only what is there) or padded.
// Places are data, not options: batches of other lengths but the same sizes are the same plan.

import type { Value } from '@heddle/core'
import * as core from '@heddle/core'
import { int64 } from '../dtypes.ts'
import { argumentError } from '../errors.ts'
import { tensorOfData } from '../ops/creation.ts'
import { operation } from '../ops/operation.ts'
import { run } from '../ops/run.ts'
import { type Call, call, type Fn, fn } from '../ops/signature.ts'
import { showAsText } from '../show.ts'
import type { Tensor } from '../tensor/tensor.ts'

export class PackedSequence {
  /** The elements of all sequences at the first step, then at the second, and so on. */
  readonly data: Tensor
  /** How many sequences there are at each step. */
  readonly batchSizes: Tensor
  /** Where the sequences come from and where they go, if they were sorted by length. */
  readonly sortedIndices: Tensor | null
  readonly unsortedIndices: Tensor | null

  constructor(
    data: Tensor,
    batchSizes: Tensor,
    sortedIndices: Tensor | null = null,
    unsortedIndices: Tensor | null = null,
  ) {
    this.data = data
    this.batchSizes = batchSizes
    this.sortedIndices = sortedIndices
    this.unsortedIndices = unsortedIndices
  }

  /** `PackedSequence(data=tensor(...), batch_sizes=tensor(...), sorted_indices=None, unsorted_indices=None)` */
  toString(): string {
    const text = (tensor: Tensor | null): string => (tensor === null ? 'None' : String(tensor))
    return `PackedSequence(data=${this.data}, batch_sizes=${this.batchSizes}, sorted_indices=${text(this.sortedIndices)}, unsorted_indices=${text(this.unsortedIndices)})`
  }
}
showAsText(PackedSequence)

const integers = (numbers: readonly number[]): Tensor =>
  tensorOfData(int64, [numbers.length], BigInt64Array.from(numbers, BigInt))

const numbersOf = (lengths: Tensor | readonly number[]): readonly number[] =>
  Array.isArray(lengths) ? lengths : Array.from((lengths as Tensor).toArray(), Number)

const rowsAt = (name: string, node: string) =>
  operation({
    name,
    node,
    operands: ['input', 'places'],
    build: ([x, places]) => core.gather(x as Value, core.cast(places as Value, 'i32')),
  })
const picked = rowsAt('pack_padded_sequence', 'PackPaddedSequenceBackward0')
const selected = rowsAt('index_select', 'IndexSelectBackward0')

/** Rows of `[time, batch, …]` as rows of `[time batch, …]`. */
const flat = (rows: Tensor): Tensor => rows.reshape(-1, ...rows.shape.slice(2))

/** Sequences of a batch in another order. */
export const reordered = (batch: Tensor, order: Tensor | null, dim = 1): Tensor =>
  order === null ? batch : run(selected, [batch.transpose(0, dim), order]).transpose(0, dim)

type Packing = { lengths: Tensor | readonly number[]; batchFirst?: boolean; enforceSorted?: boolean }
/** `[time, batch, …]` without what is behind the end of each sequence. */
export const packPaddedSequence: Fn<Packing, ['lengths', 'batchFirst', 'enforceSorted'], PackedSequence> = fn(
  'pack_padded_sequence',
  ['lengths', 'batchFirst', 'enforceSorted'],
  [],
  (self, { lengths: given, batchFirst = false, enforceSorted = true }) => {
    const rows = batchFirst ? self.transpose(0, 1) : self
    const all = numbersOf(given)
    const many = rows.shape[1] ?? 0
    if (all.length !== many) throw lengthCount(all.length, many)
    const order = all.map((_, k) => k).sort((x, y) => (all[y] ?? 0) - (all[x] ?? 0))
    if (enforceSorted && order.some((from, k) => all[from] !== all[k])) throw notSorted()
    const lengths = enforceSorted ? all : order.map((from) => all[from] ?? 0)
    if (lengths.some((length) => length <= 0)) throw emptySequence()
    const from = enforceSorted ? all.map((_, k) => k) : order
    const sizes = batchSizesOf(lengths)
    const places = sizes.flatMap((count, step) =>
      from.slice(0, count).map((sequence) => step * many + sequence),
    )
    const data = run(picked, [flat(rows), integers(places)])
    if (enforceSorted) return new PackedSequence(data, integers(sizes))
    const back = order.map((_, k) => order.indexOf(k))
    return new PackedSequence(data, integers(sizes), integers(order), integers(back))
  },
)

/** How many of sorted lengths reach each step. */
const batchSizesOf = (lengths: readonly number[]): readonly number[] =>
  Array.from({ length: lengths[0] ?? 0 }, (_, step) => lengths.filter((length) => length > step).length)

const lengthsOf = (sizes: readonly number[]): readonly number[] =>
  Array.from({ length: sizes[0] ?? 0 }, (_, k) => sizes.filter((size) => size > k).length)

const padded = operation<{ value: number }>({
  name: 'pad_packed_sequence',
  node: 'PadPackedSequenceBackward0',
  operands: ['data', 'places'],
  build: ([data, places], { value }) => {
    const x = data as Value
    const filler = core.full(x.builder, x.type.dtype, [1, ...x.type.shape.slice(1)], value)
    return core.gather(core.concat([x, filler], { axis: 0 }), core.cast(places as Value, 'i32'))
  },
})

type Padding = {
  sequence: PackedSequence
  batchFirst?: boolean
  paddingValue?: number
  totalLength?: number | null
}

/** The rows in time order, in the order of lengths; and the lengths. */
export function unpacked(
  { data, batchSizes }: PackedSequence,
  paddingValue = 0,
  totalLength?: number | null,
): { readonly rows: Tensor; readonly lengths: readonly number[] } {
  const sizes = numbersOf(batchSizes)
  if (totalLength != null && totalLength < sizes.length) throw shortTotal(totalLength, sizes.length)
  const many = sizes[0] ?? 0
  const rowCount = data.shape[0] ?? 0
  const places: number[] = []
  let start = 0
  for (let step = 0; step < (totalLength ?? sizes.length); step++) {
    const count = sizes[step] ?? 0
    for (let k = 0; k < many; k++) places.push(k < count ? start + k : rowCount)
    start += count
  }
  const rows = run(padded, [data, integers(places)], { value: paddingValue })
  return { rows: rows.reshape(-1, many, ...data.shape.slice(1)), lengths: lengthsOf(sizes) }
}

/** `[time, batch, …]` with `paddingValue` behind the end of each sequence, and the lengths. */
export const padPackedSequence: Call<
  Padding,
  ['sequence', 'batchFirst', 'paddingValue', 'totalLength'],
  readonly [Tensor, Tensor]
> = call(
  'pad_packed_sequence',
  ['sequence', 'batchFirst', 'paddingValue', 'totalLength'],
  [],
  ({ sequence, batchFirst = false, paddingValue = 0, totalLength }) => {
    const { rows, lengths } = unpacked(sequence, paddingValue, totalLength)
    const back = sequence.unsortedIndices
    const inOrder = reordered(rows, back)
    const ordered = back === null ? lengths : numbersOf(back).map((from) => lengths[from] ?? 0)
    return [batchFirst ? inOrder.transpose(0, 1) : inOrder, integers(ordered)]
  },
)

const beside = operation<{ value: number }>({
  name: 'pad_sequence',
  node: 'CopySlices',
  build: (operands, { value }) => {
    const values = operands as readonly Value[]
    const longest = Math.max(...values.map(({ type }) => type.shape[0] ?? 0))
    const even = values.map((each) => {
      const high = each.type.shape.map((extent, axis) => (axis === 0 ? longest - extent : 0))
      return core.pad(each, { low: high.map(() => 0), high, value })
    })
    return core.stack(even, { axis: 1 })
  },
})

type Sequences = { sequences: readonly Tensor[]; batchFirst?: boolean; paddingValue?: number }
/** Sequences `[length, …]` side by side, the shorter ones filled up. */
export const padSequence: Call<Sequences, ['sequences', 'batchFirst', 'paddingValue']> = call(
  'pad_sequence',
  ['sequences', 'batchFirst', 'paddingValue'],
  [],
  ({ sequences, batchFirst = false, paddingValue = 0 }) => {
    const rows = run(beside, sequences, { value: paddingValue })
    return batchFirst ? rows.transpose(0, 1) : rows
  },
)

type Listed = { sequences: readonly Tensor[]; enforceSorted?: boolean }
/** Sequences `[length, …]` packed. */
export const packSequence: Call<Listed, ['sequences', 'enforceSorted'], PackedSequence> = call(
  'pack_sequence',
  ['sequences', 'enforceSorted'],
  [],
  ({ sequences, enforceSorted = true }) => {
    const lengths = sequences.map(({ shape }) => shape[0] ?? 0)
    return packPaddedSequence(padSequence(sequences), lengths, { enforceSorted })
  },
)

const valueError = (text: string): Error => argumentError(text, {}, 'ValueError')
const notSorted = (): Error =>
  argumentError(
    '`lengths` array must be sorted in decreasing order when `enforce_sorted` is True. You can pass `enforce_sorted=False` to pack_padded_sequence and/or pack_sequence to sidestep this requirement if you do not need ONNX exportability.',
  )
const emptySequence = (): Error =>
  argumentError(
    "Length of all samples has to be greater than 0, but found an element in 'lengths' that is <= 0",
  )
const lengthCount = (found: number, wanted: number): Error =>
  argumentError(
    `Expected \`len(lengths)\` to be equal to batch_size, but got ${found} (batch_size=${wanted})`,
  )
const shortTotal = (total: number, longest: number): Error =>
  valueError(
    `Expected total_length to be at least the length of the longest sequence in input, but got total_length=${total} and max sequence length being ${longest}`,
  )
