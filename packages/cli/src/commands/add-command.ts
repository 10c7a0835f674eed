// How a command's file puts itself into the parser: options there, the work in a pure `run`.
import type { Command } from 'commander'
import type { ExitCode } from '../exit-codes.ts'
import type { Io } from '../io.ts'
import type { ColorWhen } from '../paint.ts'

/** Options of the whole command line, given to every `run`. */
export interface CommonOptions {
  readonly color?: ColorWhen
}

export type Run<O> = (options: O & CommonOptions, io: Io) => Promise<ExitCode>

/** Wraps `run` for the parser, which hands over positional arguments, the command's options, and the command. */
export type Action = <O>(run: Run<O>) => (...args: unknown[]) => Promise<void>

export type AddCommand = (program: Command, action: Action) => Command
