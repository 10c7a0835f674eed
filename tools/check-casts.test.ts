import { expect, test } from 'vitest'
import { checkCasts } from './check-casts.ts'
import { fixtureTree } from './fixture-tree.ts'

test.each([
  ['export const x = 1 as unknown as string', 'as unknown as'],
  ['export const x = (1 as unknown) as string', 'as unknown as'],
  ['export const x = 1 as any', 'any'],
  ['export let x: any', 'any'],
  ['export let x: Map<string, any[]>', 'any'],
  ['// @ts-ignore\nexport const x = 1', '@ts-ignore'],
  ['/* @ts-expect-error: why */ export const x = 1', '@ts-expect-error'],
  ['// @ts-nocheck\nexport const x = 1', '@ts-nocheck'],
])('casts: finds %j', (code, what) => {
  const root = fixtureTree({ 'packages/core/src/a.ts': code })

  expect(checkCasts(root)).toEqual([expect.stringContaining(`: ${what}; the type checker`)])
})

test('casts: names the line', () => {
  const root = fixtureTree({ 'packages/core/src/a.ts': 'export {}\n\nexport let x: any\n' })

  expect(checkCasts(root)[0]).toMatch(/^packages\/core\/src\/a\.ts:3: /)
})

test('casts: text, the seams and type tests are left alone', () => {
  const root = fixtureTree({
    'packages/core/src/a.ts': "// as any\nexport const x = 'y as unknown as z, any' as const\n",
    'packages/core/src/ir/builder.ts': 'export let x: any',
    'packages/compiler/src/rewrite/pattern.ts': 'export let x: any',
    'packages/core/src/a.types.ts': '// @ts-expect-error\nexport const x: string = 1',
  })

  expect(checkCasts(root)).toEqual([])
})
