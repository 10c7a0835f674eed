// A file of many tensors takes memory in proportion to what it holds: about 0.8 KB each, beside the file.
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, test } from 'vitest'

test('50,000 tensors of one element are loaded with 144 MB of heap, writing them included', () => {
  const program = join(import.meta.dirname, 'saved', 'many-tensors.ts')
  const args = ['--conditions=source', '--max-old-space-size=144', program, '50000']

  expect(execFileSync(process.execPath, args, { encoding: 'utf8' })).toBe('50000 49999')
})
