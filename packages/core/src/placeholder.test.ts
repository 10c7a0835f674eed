import { expect, test } from 'vitest'

test('the package index resolves to its source', async () => {
  expect(await import('@heddle/testkit')).toBeDefined()
})
