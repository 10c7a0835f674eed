// The comparison of the tutorial with what PyTorch prints, for Node and for the browser.
import { expect, test } from 'vitest'
import { differing, expected } from './expected.ts'
import recorded from './recorded.json' with { type: 'json' }
import { runTutorial } from './tutorial.ts'

export function compareTutorial(): void {
  const checks = runTutorial()

  test('all 80 checks are there, each once', () => {
    expect(checks.map(({ name }) => name).sort()).toEqual(Object.keys(recorded.checks).sort())
    expect(checks).toHaveLength(80)
  })

  test.for(checks.map(({ name, text }) => [name, text] as const))('%s', ([name, text]) => {
    expect(text).toBe(expected[name])
  })

  test('texts that are not those of PyTorch differ from them', () => {
    const same = differing.filter((name) => Reflect.get(recorded.checks, name) === expected[name])

    expect(same).toEqual([])
  })
}
