// A planted bug, as data: the text of one source file that is replaced, and the tests that must notice.

export interface Mutant {
  /** `kebab-case`, unique. */
  readonly name: string
  /** What is wrong now, in a clause. */
  readonly about: string
  /** From the root of the repository. */
  readonly file: string
  /** Occurs exactly once in the file. */
  readonly find: string
  readonly replace: string
  /** Test files expected to fail, the smallest first. `*.webgl.test.ts` run in the browser. */
  readonly tests: readonly string[]
}
