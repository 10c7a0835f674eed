// Recorded calls of PyTorch from their files, by family.
import { readdirSync, readFileSync } from 'node:fs'
import type { CallCase, CallFile } from './call-format.ts'

export interface CallFamily {
  readonly name: string
  readonly cases: readonly CallCase[]
}

const folder = new URL('./calls/', import.meta.url)

export const callFamilies = (): readonly CallFamily[] =>
  readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .sort()
    .map((file) => {
      const { cases } = JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as CallFile
      return { name: file.slice(0, -'.json'.length), cases }
    })
