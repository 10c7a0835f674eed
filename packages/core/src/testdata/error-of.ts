// What tests of errors ask for: the error itself, to look at its code, message and details.
import { HeddleError } from '../errors.ts'

/** The error that `action` throws; fails if it throws none, and passes on any that is not ours. */
export function errorOf(action: () => unknown): HeddleError {
  try {
    action()
  } catch (error) {
    if (error instanceof HeddleError) return error
    throw error
  }
  throw new Error('nothing was thrown')
}

/** Its code. */
export const codeOf = (action: () => unknown): string => errorOf(action).code
