// The one error class of Heddle. An error is a value: a stable code, facts as fields, one sentence with the numbers in it.
// Constructors (one small function per code) live beside the code that throws; `docs/errors.md` has an entry per code.

export type ErrorFamily =
  | 'SHAPE'
  | 'DTYPE'
  | 'ATTR'
  | 'GRAPH'
  | 'GRAD'
  | 'RULE'
  | 'PASS'
  | 'SCHEDULE'
  | 'LOWER'
  | 'PLAN'
  | 'BACKEND'
  | 'INPUT'
  | 'IMPORT'
  | 'TORCH'
  | 'CLI'
  | 'INTERNAL'

/** `FAMILY_WHAT`; stable and tested, while the words of the message may improve. */
export type ErrorCode = `${ErrorFamily}_${string}`

/** Where in the user's program something was written. `line` and `column` count from 1. */
export interface SourceLocation {
  readonly file: string
  readonly line: number
  readonly column: number
}

export interface ErrorContext {
  /** Facts of the message as data, for programs and tests. `constraint` names the numbered constraint that failed. */
  readonly details?: Readonly<Record<string, unknown>>
  readonly location?: SourceLocation | undefined
  /** A window of IR lines around the node concerned. */
  readonly ir?: string | undefined
  readonly cause?: unknown
}

export class HeddleError extends Error {
  override readonly name: string = 'HeddleError'
  readonly code: ErrorCode
  readonly details: Readonly<Record<string, unknown>>
  readonly location: SourceLocation | undefined
  readonly ir: string | undefined

  constructor(code: ErrorCode, message: string, context: ErrorContext = {}) {
    const { details = {}, location, ir, cause } = context
    const where = location === undefined ? '' : `\n  at ${formatLocation(location)}`
    const window = ir === undefined ? '' : `\n${ir}`
    super(`${code}: ${message}${where}${window}`, cause === undefined ? undefined : { cause })
    this.code = code
    this.details = details
    this.location = location
    this.ir = ir
  }

  /** The same error with more context; used when it passes through a layer that knows where it happened. */
  with(context: Pick<ErrorContext, 'location' | 'ir'> & { details?: ErrorContext['details'] }): HeddleError {
    const prefix = `${this.code}: `
    const bare = this.message.slice(prefix.length).split('\n  at ')[0] ?? ''
    return new HeddleError(this.code, bare, {
      details: { ...this.details, ...context.details },
      location: this.location ?? context.location,
      ir: this.ir ?? context.ir,
      cause: this.cause ?? this,
    })
  }
}

export function formatLocation({ file, line, column }: SourceLocation): string {
  return `${file}:${line}:${column}`
}

/** A bug of ours, never the user's: says so and where. */
export function internalError(
  where: string,
  what: string,
  details: ErrorContext['details'] = {},
): HeddleError {
  return new HeddleError(
    'INTERNAL_INVARIANT',
    `${where}: ${what}; this is a bug in Heddle, not in your program`,
    {
      details: { where, ...details },
    },
  )
}
