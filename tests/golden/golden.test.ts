// Every golden case against the reference interpreter. A family is a file of data; a case is one test.
import { describe, test } from 'vitest'
import { checkReference } from './check.ts'
import { families } from './read-files.ts'

describe.each(families())('$name', ({ cases }) => {
  test.for(cases)('$name', (golden) => {
    checkReference(golden)
  })
})
