// Which texels a run of elements covers, as areas that one draw call each can write: rectangles of whole texels, and single texels
// of which only some lanes belong to the run. Pure arithmetic.
import { LANES } from './storage.ts'

export interface TexelArea {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
  /** Lanes `from` to `to - 1` of every texel. */
  readonly lanes: { readonly from: number; readonly to: number }
}

/** Elements `start` to `end - 1` of an array in a texture that is `width` texels wide; at most five areas. */
export function texelAreas(start: number, end: number, width: number): readonly TexelArea[] {
  if (start >= end) return []
  const partial = (texel: number, from: number, to: number): TexelArea => ({
    x: texel % width,
    y: Math.floor(texel / width),
    width: 1,
    height: 1,
    lanes: { from, to },
  })
  const [first, last] = [Math.floor(start / LANES), Math.floor(end / LANES)]
  const [head, tail] = [start % LANES, end % LANES]
  if (first === last) return [partial(first, head, tail)]
  return [
    ...(head === 0 ? [] : [partial(first, head, LANES)]),
    ...rectangles(head === 0 ? first : first + 1, last, width),
    ...(tail === 0 ? [] : [partial(last, 0, tail)]),
  ]
}

/** Whole texels `first` to `last - 1`: the rest of a row of texels, whole rows, and the beginning of a row. */
function rectangles(first: number, last: number, width: number): readonly TexelArea[] {
  const areas: TexelArea[] = []
  for (let at = first; at < last; ) {
    const x = at % width
    const isWhole = x === 0 && last - at >= width
    const height = isWhole ? Math.floor((last - at) / width) : 1
    const columns = isWhole ? width : Math.min(width - x, last - at)
    areas.push({ x, y: Math.floor(at / width), width: columns, height, lanes: { from: 0, to: LANES } })
    at += columns * height
  }
  return areas
}
