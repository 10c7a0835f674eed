// The largest of many values and where they stand, with ties in the order that `torch.topk` leaves them in: that of C++'s standard
// library of GNU (introspective selection and sorting, heaps; Musser 1997). Ties are not rare among numbers of few digits.
// Everything here permutes `order`, an array of places; `precedes` says which of two comes first.

type Precedes = (a: number, b: number) => boolean

/** The places of the `count` largest values, the largest first; NaN is above all. */
export function largestFirst(values: Float64Array, count: number): Int32Array {
  const order = Int32Array.from(values.keys())
  const size = order.length
  const precedes: Precedes = (a, b) => {
    const x = values[a] as number
    const y = values[b] as number
    return x > y || (Number.isNaN(x) && !Number.isNaN(y))
  }
  if (count * 64 <= size) partialSort(order, precedes, 0, count, size)
  else if (count > 0) {
    select(order, precedes, count - 1)
    sort(order, precedes, 0, count - 1)
  }
  return order.subarray(0, count)
}

/** Where values are equal the first one, as `torch.argmax`. */
export function largestPlace(values: Float64Array): number {
  let best = 0
  for (let at = 1; at < values.length; at++) {
    const value = values[at] as number
    const champion = values[best] as number
    if (value > champion || (Number.isNaN(value) && !Number.isNaN(champion))) best = at
  }
  return best
}

/** Below it insertion sort takes over. */
const shortRange = 16

const depthLimit = (size: number): number => 2 * (31 - Math.clz32(size))

/** Puts the right element at `nth`, and none before it that belongs behind. */
function select(order: Int32Array, precedes: Precedes, nth: number): void {
  let [first, last, depth] = [0, order.length, depthLimit(order.length)]
  while (last - first > 3) {
    if (depth-- === 0) {
      heapSelect(order, precedes, first, nth + 1, last)
      swap(order, first, nth)
      return
    }
    const cut = partitionByMedian(order, precedes, first, last)
    if (cut <= nth) first = cut
    else last = cut
  }
  insertionSort(order, precedes, first, last)
}

function sort(order: Int32Array, precedes: Precedes, first: number, last: number): void {
  if (first === last) return
  sortCoarsely(order, precedes, first, last, depthLimit(last - first))
  if (last - first <= shortRange) insertionSort(order, precedes, first, last)
  else {
    insertionSort(order, precedes, first, first + shortRange)
    for (let at = first + shortRange; at < last; at++) insert(order, precedes, at)
  }
}

/** Until ranges are short. Each call halves what is left or counts the depth down: it nests at most `depth` deep. */
function sortCoarsely(
  order: Int32Array,
  precedes: Precedes,
  first: number,
  last: number,
  depth: number,
): void {
  let [end, left] = [last, depth]
  while (end - first > shortRange) {
    if (left-- === 0) {
      partialSort(order, precedes, first, end, end)
      return
    }
    const cut = partitionByMedian(order, precedes, first, end)
    sortCoarsely(order, precedes, cut, end, left)
    end = cut
  }
}

/** Around the median of three; the end of the first part. */
function partitionByMedian(order: Int32Array, precedes: Precedes, first: number, last: number): number {
  const middle = first + ((last - first) >> 1)
  swap(order, first, medianOf(order, precedes, first + 1, middle, last - 1))
  const pivot = order[first] as number
  let [low, high] = [first + 1, last]
  for (;;) {
    while (precedes(order[low] as number, pivot)) low++
    high--
    while (precedes(pivot, order[high] as number)) high--
    if (low >= high) return low
    swap(order, low, high)
    low++
  }
}

function medianOf(order: Int32Array, precedes: Precedes, i: number, j: number, k: number): number {
  const a = order[i] as number
  const b = order[j] as number
  const c = order[k] as number
  if (precedes(a, b)) {
    if (precedes(b, c)) return j
    return precedes(a, c) ? k : i
  }
  if (precedes(a, c)) return i
  return precedes(b, c) ? k : j
}

function insertionSort(order: Int32Array, precedes: Precedes, first: number, last: number): void {
  for (let at = first + 1; at < last; at++) {
    const moved = order[at] as number
    if (precedes(moved, order[first] as number)) {
      order.copyWithin(first + 1, first, at)
      order[first] = moved
    } else insert(order, precedes, at)
  }
}

/** Moves an element forward to its place; one that it does not precede stands before it. */
function insert(order: Int32Array, precedes: Precedes, from: number): void {
  const moved = order[from] as number
  let at = from
  for (; precedes(moved, order[at - 1] as number); at--) order[at] = order[at - 1] as number
  order[at] = moved
}

/** Sorts the elements that belong before `middle` into their places. */
function partialSort(
  order: Int32Array,
  precedes: Precedes,
  first: number,
  middle: number,
  last: number,
): void {
  heapSelect(order, precedes, first, middle, last)
  for (let end = middle - 1; end > first; end--) popHeap(order, precedes, first, end, end)
}

/** Gathers the elements that belong before `middle` there, as a heap whose top comes last of them. */
function heapSelect(
  order: Int32Array,
  precedes: Precedes,
  first: number,
  middle: number,
  last: number,
): void {
  const size = middle - first
  for (let parent = (size - 2) >> 1; parent >= 0; parent--) {
    sink(order, precedes, first, parent, size, order[first + parent] as number)
  }
  for (let at = middle; at < last; at++) {
    if (precedes(order[at] as number, order[first] as number)) popHeap(order, precedes, first, middle, at)
  }
}

/** Puts the top of a heap to `target`, and what stood there into the heap. */
function popHeap(order: Int32Array, precedes: Precedes, first: number, last: number, target: number): void {
  const moved = order[target] as number
  order[target] = order[first] as number
  sink(order, precedes, first, 0, last - first, moved)
}

/** Lets a hole sink to a leaf, and `moved` rise from there. */
function sink(
  order: Int32Array,
  precedes: Precedes,
  first: number,
  top: number,
  size: number,
  moved: number,
): void {
  let hole = top
  let child = top
  while (child < (size - 1) >> 1) {
    child = 2 * (child + 1)
    if (precedes(order[first + child] as number, order[first + child - 1] as number)) child--
    order[first + hole] = order[first + child] as number
    hole = child
  }
  if ((size & 1) === 0 && child === (size - 2) >> 1) {
    child = 2 * child + 1
    order[first + hole] = order[first + child] as number
    hole = child
  }
  for (let parent = (hole - 1) >> 1; hole > top; parent = (hole - 1) >> 1) {
    if (!precedes(order[first + parent] as number, moved)) break
    order[first + hole] = order[first + parent] as number
    hole = parent
  }
  order[first + hole] = moved
}

function swap(order: Int32Array, a: number, b: number): void {
  const held = order[a] as number
  order[a] = order[b] as number
  order[b] = held
}
