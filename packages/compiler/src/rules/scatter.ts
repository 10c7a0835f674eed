// Sums at positions that are known: each element gathers its updates. What a gather at constant positions (resampling, pooling of
// windows of several sizes) becomes when it is differentiated; a gather fuses with what is around it, and a scatter does not.
import type { Value } from '@heddle/core'
import { sizeOf } from '@heddle/core'
import { p } from '../rewrite/pattern.ts'
import { type Rule, rule } from '../rewrite/rule.ts'
import { constant, dimAt, input } from './support.ts'

/** For each place on the axis the updates that go there, in order. */
function updatesOf({ attrs }: Value<'literal'>, extent: number): readonly (readonly number[])[] {
  const places = Array.from({ length: extent }, (): number[] => [])
  attrs.data.forEach((place, update) => {
    places[Number(place)]?.push(update)
  })
  return places
}

const most = (places: readonly (readonly number[])[]): number =>
  places.reduce((length, updates) => Math.max(length, updates.length), 0)

export const scatterRules: readonly Rule[] = [
  rule('sum-at-known-positions', {
    why: 'each element gathers the updates that go there, in their order; a gather fuses, a scatter does not',
    match: p.scatter(p.constant('base', 0), p.literal().as('positions'), p.any('updates')).as('root'),
    when: ({ base, positions, root: { attrs } }) => {
      const extent = dimAt(base.type.shape, attrs.axis)
      const table = extent * most(updatesOf(positions, extent))
      const isOneList = (attrs.batch ?? 0) === 0 // not one list of positions for each row
      return attrs.combine === 'add' && isOneList && table <= 2 * sizeOf(positions.type.shape)
    },
    rewrite: ({ base, positions, updates, root: { attrs, type } }, b) => {
      const { axis } = attrs
      const places = updatesOf(positions, dimAt(type.shape, axis))
      const longest = most(places)
      if (longest === 0) return base
      const before = type.shape.slice(0, axis)
      const after = type.shape.slice(axis + 1)
      const table = { shape: [places.length, longest] }
      const columns = Array.from({ length: longest }, (_, k) => k)
      const from = Int32Array.from(places.flatMap((each) => columns.map((k) => each[k] ?? 0)))
      const isUpdate = Uint8Array.from(
        places.flatMap((each) => columns.map((k) => (k < each.length ? 1 : 0))),
      )
      const inRow = b.reshape(updates, { shape: [...before, sizeOf(positions.type.shape), ...after] })
      const all = b.gather(inRow, b.literal({ dtype: 'i32', data: from, ...table }), { axis })
      const mask = b.reshape(b.literal({ dtype: 'bool', data: isUpdate, ...table }), {
        shape: [...before.map(() => 1), ...table.shape, ...after.map(() => 1)],
      })
      const kept = b.select(b.expand(mask, { shape: all.type.shape }), all, constant(b, all.type, 0))
      return b.reduceSum(kept, { axes: [axis + 1] })
    },
    examples: [
      (b) =>
        b.scatter(
          constant(b, { dtype: 'f32', shape: [2, 3] }, 0),
          b.literal({ dtype: 'i32', shape: [4], data: new Int32Array([2, 0, 2, 1]) }),
          input(b, 'x', [2, 4]),
          { axis: 1, combine: 'add' },
        ),
      (b) =>
        b.scatter(
          constant(b, { dtype: 'f32', shape: [3, 2] }, 0),
          b.literal({ dtype: 'i32', shape: [2, 2], data: new Int32Array([-1, 2, 0, 9]) }),
          input(b, 'x', [2, 2, 2]),
          { axis: 0, combine: 'add' },
        ),
    ],
  }),
]
