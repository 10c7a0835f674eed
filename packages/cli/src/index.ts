// The public face of the command: whole command lines, in the process of the caller and with a world of its choice.
export { runCommandLine, version } from './cli.ts'
export type { ExitCode, ExitMeaning } from './exit-codes.ts'
export { exitCodes } from './exit-codes.ts'
export type { Io, Progress, Sink } from './io.ts'
export { processIo } from './platform.ts'
