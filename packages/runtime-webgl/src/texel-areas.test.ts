import { expect, test } from 'vitest'
import { LANES } from './storage.ts'
import { texelAreas } from './texel-areas.ts'

/** The elements that areas cover, in the order of the areas. */
const elementsOf = (start: number, end: number, width: number): number[] =>
  texelAreas(start, end, width).flatMap((area) => {
    const elements: number[] = []
    for (let y = area.y; y < area.y + area.height; y++)
      for (let x = area.x; x < area.x + area.width; x++)
        for (let lane = area.lanes.from; lane < area.lanes.to; lane++)
          elements.push((y * width + x) * LANES + lane)
    return elements
  })

test.each([1, 2, 4, 8])('areas cover every run of elements, each element once, %i texels wide', (width) => {
  for (let start = 0; start < 40; start++) {
    for (let end = start; end < 90; end++) {
      const run = Array.from({ length: end - start }, (_, k) => start + k)
      expect(elementsOf(start, end, width)).toEqual(run)
    }
  }
})

test('areas: never more than five', () => {
  expect(texelAreas(5, 1001, 8).length).toBe(5)
  expect(texelAreas(0, 2 ** 20, 512).length).toBe(1)
  expect(texelAreas(3, 3, 8)).toEqual([])
})
