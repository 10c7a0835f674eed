import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { generatedDocs } from './generate-reference.ts'

const root = join(import.meta.dirname, '..')

describe('generated docs', () => {
  for (const [path, text] of Object.entries(generatedDocs(root))) {
    test(`${path} is what npm run docs writes`, () => {
      expect(readFileSync(join(root, path), 'utf8')).toBe(text)
    })
  }
})
