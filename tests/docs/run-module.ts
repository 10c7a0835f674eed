// Runs a text as a module of its own, in a folder of this package, so that it finds the workspace's packages. Shared by the
// tests of the docs; each gives a folder of its own, which it removes.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { HeddleError } from '@heddle/core'
import { vi } from 'vitest'

export interface Outcome {
  /** What each `console.log` printed. */
  readonly printed: readonly string[]
  readonly error: unknown
  readonly exports: Readonly<Record<string, unknown>>
}

export const root: string = join(import.meta.dirname, '../..')

/** A folder for modules; ignored by git. */
export const scratchFolder = (name: string): string => join(import.meta.dirname, 'out', name)

export async function runModule(folder: string, name: string, code: string): Promise<Outcome> {
  mkdirSync(folder, { recursive: true })
  const file = join(folder, `${name.replaceAll(/[^A-Za-z0-9]+/g, '-')}.ts`)
  writeFileSync(file, `${code}\nexport {}\n`)
  const printed: string[] = []
  const log = vi.spyOn(console, 'log').mockImplementation((...parts: unknown[]) => {
    printed.push(parts.map(String).join(' '))
  })
  try {
    const exports: Readonly<Record<string, unknown>> = await import(/* @vite-ignore */ file)
    return { printed, error: undefined, exports }
  } catch (error) {
    return { printed, error, exports: {} }
  } finally {
    log.mockRestore()
  }
}

/** What to compare of an error: its code, if it has one. */
export const codeOf = (error: unknown): unknown => (error instanceof HeddleError ? error.code : error)
