// Every recorded call of PyTorch, as function and as method: values, dtypes, shapes, strides, nodes, gradients, errors.
import { readdirSync, readFileSync } from 'node:fs'
import { describe, test } from 'vitest'
import { checkCall } from './call-check.ts'
import type { CallFile } from './call-format.ts'

const folder = new URL('./calls/', import.meta.url)
const families = readdirSync(folder)
  .filter((file) => file.endsWith('.json'))
  .sort()
  .map((file) => {
    const { cases } = JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as CallFile
    return { name: file.slice(0, -'.json'.length), cases }
  })

describe.each(families)('$name', ({ cases }) => {
  test.for(cases.map((subject) => [subject.name, subject] as const))('%s', ([, subject]) => {
    for (const form of subject.forms) checkCall(subject, form)
  })
})
