import { expect, test } from 'vitest'
import { add, mul } from '../front/elementwise.ts'
import { program } from '../front/program.ts'
import { scan } from '../front/scan.ts'
import { createBuilder } from './builder.ts'
import type { Graph } from './graph.ts'
import { graphFromJson, graphToJson } from './json.ts'
import { parseGraph } from './parse.ts'
import { printGraph } from './print.ts'
import { allRegions, createRegion, type Region, regionNodes } from './region.ts'
import { areSiblings, siblingsIn } from './siblings.ts'
import { structuralHash, structurallyEqual } from './structural-key.ts'
import type { Value } from './value.ts'

/** x -> [x * factor, x], in a builder of its own. */
function scaled(factor: number, name = 'x'): Region {
  const b = createBuilder()
  const x = b.input({ name, dtype: 'f32', shape: [] }) as Value<'input'>
  return createRegion([x], [b.mul(x, b.full({ dtype: 'f32', shape: [], value: factor })), x])
}

/** Loops inside loops, read both ways. */
const nested = (): Graph =>
  program('nested', ({ input }) => {
    const [w, x] = [input('w', 'f32', [2]), input('x', 'f32', [3])]
    const { carry, ys } = scan(
      (total: Value, row: Value) => {
        const inner = scan((sum: Value, column: Value) => ({ carry: add(sum, mul(column, row)), y: sum }), {
          init: total,
          xs: w,
        })
        return { carry: inner.carry, y: inner.ys }
      },
      { init: input('start', 'f32', []), xs: x },
    )
    return { carry, ys }
  })

test('regions: are equal by what they compute, whoever made them and whatever their inputs are called', () => {
  expect(structurallyEqual(scaled(2), scaled(2, 'y'))).toBe(true)
  expect(structuralHash(scaled(2))).toBe(structuralHash(scaled(2, 'y')))
  expect(structurallyEqual(scaled(2), scaled(3))).toBe(false)
  expect(structurallyEqual(scaled(0), scaled(-0))).toBe(false)
})

test('regions: nodes that run equal regions on the same operands are one node', () => {
  const b = createBuilder()
  const x = b.input({ name: 'x', dtype: 'f32', shape: [] })
  const run = (factor: number, result: number): Value =>
    b.checkpoint(x, { body: scaled(factor), isolated: false, result })

  expect(run(2, 0)).toBe(run(2, 0))
  expect(run(2, 0)).not.toBe(run(3, 0))
  expect(run(2, 0)).not.toBe(run(2, 1))
  expect(areSiblings(run(2, 0), run(2, 1))).toBe(true)
  expect(areSiblings(run(2, 0), run(3, 1))).toBe(false)
})

test('siblings: a loop and a loop over the same body that keeps more of it are one run', () => {
  const b = createBuilder()
  const inside = createBuilder()
  const [position, x] = ['position', 'x'].map((name, k) =>
    inside.input({ name, dtype: k === 0 ? 'i32' : 'f32', shape: [] }),
  ) as [Value<'input'>, Value<'input'>]
  const next = inside.neg(x)
  const extra = inside.exp(x)
  const start = b.input({ name: 'x', dtype: 'f32', shape: [] })
  const attrs = { carries: 1, sequences: 0, length: 4, reverse: false }
  const carried = b.loop(start, { ...attrs, body: createRegion([position, x], [next]), result: 0 })
  const body = createRegion([position, x], [next, extra])
  const stacked = b.loop(start, { ...attrs, body, result: 1 + regionNodes(body).indexOf(extra) })

  expect(siblingsIn([carried, stacked]).get(stacked)).toEqual([carried, stacked])
  expect(areSiblings(carried, b.loop(start, { ...attrs, body, length: 5, result: 0 }))).toBe(false)
})

test('regions: refuse an input that is not theirs', () => {
  const b = createBuilder()

  expect(() => createRegion([], [b.neg(b.input({ name: 'x', dtype: 'f32', shape: [] }))])).toThrow(
    /GRAPH_REGION_OPEN: .*'x' f32\[\]/,
  )
})

test('regions: text and JSON give the same graph again', () => {
  const text = printGraph(nested())

  expect(printGraph(parseGraph(text))).toBe(text)
  expect(printGraph(graphFromJson(JSON.parse(JSON.stringify(graphToJson(nested())))))).toBe(text)
  expect(text.match(/^region @\d/gm)?.length).toBe(2)
})

test('regions: inner ones come before those around them', () => {
  const graph = nested()
  const regions = allRegions(graph.outputs.map(({ value }) => value))

  expect(regions.map((region) => regionNodes(region).some(({ op }) => op === 'loop'))).toEqual([false, true])
})

test.each([
  [
    'a region that is not there',
    '%y: f32[] = checkpoint(%x) body=@2 isolated=false result=0',
    'IMPORT_UNDEFINED_NAME',
  ],
  ['a name used twice', 'region @1\n  yield', 'IMPORT_REDEFINED'],
  ['a body without yield', 'region @2\nreturn y = %x', 'IMPORT_SYNTAX'],
  [
    'a result that is not there',
    '%y: f32[] = checkpoint(%x) body=@1 isolated=false result=1',
    'IMPORT_REFUSED',
  ],
  [
    'something else than a region',
    '%y: f32[] = checkpoint(%x) body=1 isolated=false result=0',
    'IMPORT_ATTRIBUTE',
  ],
])('parse: refuses %s', (_, line, code) => {
  const text = `graph "g"\n%x: f32[] = input role=feed\nregion @1\n  %x: f32[] = input\n  yield %x\n${line}\n`

  expect(() => parseGraph(text)).toThrow(code)
})
