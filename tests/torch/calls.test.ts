// Every recorded call of PyTorch, as function and as method: values, dtypes, shapes, strides, nodes, gradients, errors.
import { describe, test } from 'vitest'
import { checkCall } from './call-check.ts'
import { callFamilies } from './call-files.ts'

describe.each(callFamilies())('$name', ({ cases }) => {
  test.for(cases.map((subject) => [subject.name, subject] as const))('%s', ([, subject]) => {
    for (const form of subject.forms) checkCall(subject, form)
  })
})
