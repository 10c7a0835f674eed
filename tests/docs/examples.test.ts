// Runs every TypeScript block of the README and the docs as a module of its own, so that no example can rot.
//   `console.log(...) // => text`       must print that text
//   `// throws CODE` in the first line  must throw that code
//   a block of `text` right after       is what the block prints; UPDATE_DOCS=1 (npm run docs) writes it anew
//   `<!-- continues -->` right before   the block goes on where the one before it ended, with its names
import { globSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { codeOf, root, runModule, scratchFolder } from './run-module.ts'

interface Block {
  readonly name: string
  readonly file: string
  /** With the code of the blocks it continues. */
  readonly before: string
  readonly code: string
  /** The block of text that shows what this one prints, and where it begins in the file. */
  readonly shown: { readonly text: string; readonly at: number } | undefined
}

const scratch = scratchFolder('markdown')
const isUpdate = process.env['UPDATE_DOCS'] === '1'
/** Printed between the blocks that a block continues and the block itself. */
const mark = '\u0000'

function blocksOf(file: string): readonly Block[] {
  const text = readFileSync(join(root, file), 'utf8')
  const blocks: Block[] = []
  const fenced = /^(<!-- continues -->\n)?```ts\n([\s\S]*?)^```\n(?:\n```text\n([\s\S]*?)^```$)?/gm
  for (const found of text.matchAll(fenced)) {
    const [whole, continues, code = '', output] = found
    const last = blocks.at(-1)
    const line = text.slice(0, found.index).split('\n').length
    blocks.push({
      name: `${file}:${line}`,
      file,
      before: continues === undefined || last === undefined ? '' : `${last.before}${last.code}`,
      code,
      shown:
        output === undefined
          ? undefined
          : { text: output, at: found.index + whole.length - '```'.length - output.length },
    })
  }
  return blocks
}

const documents = ['README.md', ...globSync('docs/**/*.md', { cwd: root })].sort()
const rewritten: { readonly block: Block; readonly text: string }[] = []

afterAll(() => {
  rmSync(scratch, { recursive: true, force: true })
  // From the end, so that places before stay.
  for (const { block, text } of rewritten.reverse()) {
    const { file, shown = { text: '', at: 0 } } = block
    const whole = readFileSync(join(root, file), 'utf8')
    const replaced = whole.slice(0, shown.at) + text + whole.slice(shown.at + shown.text.length)
    writeFileSync(join(root, file), replaced)
  }
})

describe('examples in the docs', () => {
  for (const block of documents.flatMap(blocksOf)) {
    test(block.name, async () => {
      const { before, code, shown } = block
      const thrown = /^\/\/ throws (\S+)/.exec(code)?.[1]
      const expected = [...code.matchAll(/console\.log\(.*\) \/\/ => (.*)$/gm)].map((found) => found[1])

      const { printed, error } = await runModule(scratch, block.name, `${before}console.log('\\0')\n${code}`)

      if (thrown === undefined) expect(error).toBeUndefined()
      else expect(codeOf(error)).toBe(thrown)
      const own = printed.slice(printed.indexOf(mark) + 1)
      if (expected.length > 0) expect(own).toEqual(expected)
      if (shown === undefined) return
      const text = own.map((each) => `${each.trimEnd()}\n`).join('')
      if (isUpdate) rewritten.push({ block, text })
      else expect(shown.text).toBe(text)
    })
  }
})
