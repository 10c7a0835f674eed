// The golden files as they lie on disk; the browser gets the same through Vite.
import { readdirSync, readFileSync } from 'node:fs'
import type { GoldenCase, GoldenFile } from './format.ts'

export interface Family {
  readonly name: string
  readonly cases: readonly GoldenCase[]
}

const folder = new URL('./data/', import.meta.url)

export const families = (): readonly Family[] =>
  readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .sort()
    .map((file) => {
      const { cases } = JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as GoldenFile
      return { name: file.slice(0, -'.json'.length), cases }
    })
