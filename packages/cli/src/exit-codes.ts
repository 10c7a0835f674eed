// What the exit status of `heddle` means: part of the contract, printed by --help and docs/cli.md, tested.
import type { ErrorCode } from '@heddle/core'

export type ExitCode = 0 | 1 | 2 | 3 | 70

export interface ExitMeaning {
  readonly code: ExitCode
  readonly meaning: string
}

export const exitCodes: readonly ExitMeaning[] = [
  { code: 0, meaning: 'all is well' },
  { code: 1, meaning: 'the program or the check failed, with a coded error' },
  { code: 2, meaning: 'wrong usage: a command, option, value or flag that there is not' },
  { code: 3, meaning: 'the script could not be loaded, or gave no program' },
  { code: 70, meaning: 'a bug in Heddle' },
]

/** The exit status an error ends with. */
export function exitCodeOf(code: ErrorCode): ExitCode {
  if (code.startsWith('INTERNAL_')) return 70
  if (code.startsWith('CLI_SCRIPT_') || code === 'CLI_NODE_VERSION') return 3
  if (code === 'CLI_CHECK_FAILED') return 1
  return code.startsWith('CLI_') ? 2 : 1
}
