// Runs every TypeScript block of the README and the docs as a module of its own. A line `console.log(...) // => text` must print
// that text; a block that starts with `// throws CODE` must throw that code. So no example can rot.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { HeddleError } from '@heddle/core'
import { afterAll, describe, expect, test, vi } from 'vitest'

const here = dirname(fileURLToPath(import.meta.url))
const root = join(here, '../..')
/** Ignored by git; a folder inside this package, so that its modules find the workspace's packages. */
const scratch = join(here, 'out')

interface Block {
  readonly name: string
  readonly code: string
}

function blocksOf(file: string): readonly Block[] {
  const text = readFileSync(file, 'utf8')
  const blocks: Block[] = []
  for (const found of text.matchAll(/^```ts\n([\s\S]*?)^```$/gm)) {
    const line = text.slice(0, found.index).split('\n').length
    blocks.push({ name: `${relative(root, file)}:${line}`, code: found[1] ?? '' })
  }
  return blocks
}

const documents = [
  join(root, 'README.md'),
  ...readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.md'))
    .map((file) => join(root, 'docs', file)),
]

async function run(block: Block): Promise<{ readonly printed: readonly string[]; readonly error: unknown }> {
  mkdirSync(scratch, { recursive: true })
  const file = join(scratch, `${block.name.replaceAll(/[^A-Za-z0-9]+/g, '-')}.ts`)
  writeFileSync(file, `${block.code}\nexport {}\n`)
  const printed: string[] = []
  const log = vi.spyOn(console, 'log').mockImplementation((...parts: unknown[]) => {
    printed.push(parts.map(String).join(' '))
  })
  try {
    await import(/* @vite-ignore */ file)
    return { printed, error: undefined }
  } catch (error) {
    return { printed, error }
  } finally {
    log.mockRestore()
  }
}

afterAll(() => rmSync(scratch, { recursive: true, force: true }))

describe('examples in the docs', () => {
  for (const block of documents.flatMap(blocksOf)) {
    test(block.name, async () => {
      const thrown = /^\/\/ throws (\S+)/.exec(block.code)?.[1]
      const expected = [...block.code.matchAll(/console\.log\(.*\) \/\/ => (.*)$/gm)].map((found) => found[1])

      const { printed, error } = await run(block)

      if (thrown === undefined) expect(error).toBeUndefined()
      else expect(error instanceof HeddleError ? error.code : error).toBe(thrown)
      if (expected.length > 0) expect(printed).toEqual(expected)
    })
  }
})
