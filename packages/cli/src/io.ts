// The world of a command: where it writes, what it may read. Tests hand in a fake one; `platform.ts` makes the real one.

export interface Sink {
  readonly write: (text: string) => void
  /** Whether a person watches: decides colours and progress bars. */
  readonly isTerminal: boolean
}

/** A bar that moves while something long runs. */
export interface Progress {
  readonly update: (done: number, remark: string) => void
  readonly stop: () => void
}

export interface Io {
  /** Results. */
  readonly out: Sink
  /** Errors, remarks, progress. */
  readonly err: Sink
  /** On a terminal a bar; elsewhere nothing. */
  readonly progress: (title: string, total: number) => Progress
  readonly env: Readonly<Record<string, string | undefined>>
  /** Paths in arguments are relative to this folder. */
  readonly cwd: string
  /** Text of a file; undefined if there is none. */
  readonly tryReadText: (path: string) => string | undefined
  /** Names in a folder; none if it is not one. */
  readonly list: (folder: string) => readonly string[]
  /** Writes a file, making its folders. */
  readonly writeText: (path: string, text: string) => void
  /** Evaluates an ES module, given its absolute path. */
  readonly load: (path: string) => Promise<Readonly<Record<string, unknown>>>
}
