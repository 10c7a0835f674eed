// Writes the body of a shader as nested blocks of single-operation definitions. Every definition goes to the outermost
// block where its operands exist (loop-invariant work leaves the loop by construction), and equal texts in scope share one
// name. It knows GLSL's block syntax only, not kernels. Names come from one counter, so equal kernels give equal text.
import { internalError } from '@heddle/core'

export type GlslType = 'float' | 'vec4' | 'int' | 'ivec4' | 'uint' | 'uvec4' | 'bool' | 'bvec4'

export interface BlockOptions {
  /** How often the block runs each time control reaches it. */
  readonly iterations: number
  /** An `if`: what is new in the block around it is computed inside, so that it is skipped with the block. */
  readonly conditional?: boolean
}

export interface GlslWriter {
  /** Depth of the innermost open block; 0 is the body itself. */
  readonly level: number
  /** Names `text`, which is pure and depends on nothing deeper than `level`; an atom is returned as it is. */
  define(type: GlslType, text: string, level: number, cost?: number): string
  /** A line of the innermost block, kept in order. */
  statement(line: string): void
  fresh(prefix: string): string
  open(header: string, options: BlockOptions): void
  /** Closes the innermost block; `before` are lines of the enclosing block that go in front of it. */
  close(before?: readonly string[]): void
  /** Rough work of one fragment so far: one a scalar operation, four a vector one, and what fetches were said to cost. */
  readonly cost: number
  /** The lines of the finished body. */
  finish(): readonly string[]
}

interface Block extends BlockOptions {
  readonly header: string
  readonly lines: string[]
  /** Text of a definition of this block -> its name. */
  readonly names: Map<string, string>
  cost: number
}

const isAtom = (text: string): boolean => /^\(?-?[\w.]+\)?$/.test(text)

export function createWriter(): GlslWriter {
  const body = newBlock('', { iterations: 1 })
  const blocks: Block[] = [body]
  const innermost = (): Block => blocks[blocks.length - 1] ?? body
  let counter = 0

  return {
    get level(): number {
      return blocks.length - 1
    },
    get cost(): number {
      return body.cost
    },
    define: (type, text, level, cost = 0) => {
      if (isAtom(text)) return text
      const key = `${type} ${text}`
      for (const { names } of blocks) {
        const known = names.get(key)
        if (known !== undefined) return known
      }
      let depth = Math.min(level, blocks.length - 1)
      while (blocks[depth + 1]?.conditional === true) depth++
      const block = blocks[depth] ?? body
      const name = `v${counter++}`
      block.lines.push(`${type} ${name} = ${text};`)
      block.names.set(key, name)
      block.cost += cost + (type.endsWith('4') ? 4 : 1)
      return name
    },
    statement: (line) => {
      const block = innermost()
      block.lines.push(line)
      block.cost += 4
    },
    fresh: (prefix) => `${prefix}${counter++}`,
    open: (header, options) => {
      blocks.push(newBlock(header, options))
    },
    close: (before = []) => {
      const block = blocks.pop()
      if (block === undefined || block === body)
        throw internalError('webgl', 'a shader block was closed twice')
      const around = innermost()
      const inner = block.lines.map((line) => `  ${line}`)
      around.lines.push(...before, `${block.header} {`, ...inner, '}')
      around.cost += block.iterations * (block.cost + 2)
    },
    finish: () => {
      if (blocks.length !== 1)
        throw internalError('webgl', `${blocks.length - 1} shader blocks were left open`)
      return body.lines
    },
  }
}

function newBlock(header: string, options: BlockOptions): Block {
  return { ...options, header, lines: [], names: new Map(), cost: 0 }
}
