// The command line: parses arguments, runs one command, turns every failure into a report and an exit status. Takes its world as
// an argument, so that tests run whole command lines in this process.
import { Command, CommanderError } from 'commander'
import type { Action, CommonOptions, Run } from './commands/add-command.ts'
import { addCheck } from './commands/check.ts'
import { addDump } from './commands/dump.ts'
import { addExplain } from './commands/explain.ts'
import { addRun } from './commands/run.ts'
import { commandUnknown, usage } from './errors.ts'
import { type ExitCode, exitCodes } from './exit-codes.ts'
import type { Io } from './io.ts'
import { oneOf } from './options.ts'
import { type ColorWhen, hasColor, paintFor } from './paint.ts'
import { reportError } from './report.ts'

export const version = '0.1.0'

/** Runs `heddle` with the arguments after its name; returns the exit status and never throws. */
export async function runCommandLine(args: readonly string[], io: Io): Promise<ExitCode> {
  let status: ExitCode = 0
  const action: Action =
    <O>(run: Run<O>) =>
    async (...given: unknown[]) => {
      status = await run(optionsOf<O>(given), io)
    }
  const program = createProgram(io, action)
  try {
    requireCommand(program, args)
    if (args.length === 0) program.outputHelp()
    else await program.parseAsync(args, { from: 'user' })
    return status
  } catch (error) {
    // Help and version end the parse by an error of their own.
    if (error instanceof CommanderError && error.exitCode === 0) return 0
    const color: ColorWhen = program.opts<CommonOptions>().color ?? 'auto'
    const shown = error instanceof CommanderError ? usageOf(error, program, args) : error
    return reportError(shown, io, paintFor(color, io.err, io.env))
  }
}

/** The parser, for documentation: help texts are part of it. */
export function createProgram(io: Io, action: Action): Command {
  const program = new Command('heddle')
    .description(
      'Looks into Heddle programs: what they compute, what becomes of them, and whether it is right.',
    )
    .version(version, '--version', 'print the version')
    .helpOption('-h, --help', 'print help; after a command, about that command')
    .option('--color <when>', 'auto, always or never', oneOf('--color', ['auto', 'always', 'never']), 'auto')
    .addHelpText('after', teaching)
    .configureHelp({ showGlobalOptions: true })
    .exitOverride()
    .configureOutput({
      writeOut: io.out.write,
      writeErr: io.err.write,
      // Refusals are reported as the coded errors they become.
      outputError: () => undefined,
      getOutHasColors: () => hasColor('auto', io.out, io.env),
      getErrHasColors: () => hasColor('auto', io.err, io.env),
      getOutHelpWidth: () => 100,
      getErrHelpWidth: () => 100,
    })
  for (const add of [addDump, addExplain, addRun, addCheck]) add(program, action)
  program.helpCommand('help [command]', 'print help about a command')
  return program
}

const teaching = `
A script is an ES module whose default export is a program; TypeScript runs as it is:

  import { kaimingUniform, linear, program, relu } from '@heddle/core'
  export default program('layer', ({ input, parameter }) => {
    const x = input('x', 'f32', [64, 784])
    const w = parameter('w', [10, 784], kaimingUniform({ fanIn: 784 }))
    return { y: relu(linear(x, w)) }
  })

Examples:
  heddle dump layer.ts --stage kernels     the loops it becomes, and why
  heddle explain layer.ts                  what was fused, line by line
  heddle run layer.ts                      run it on generated data
  heddle check layer.ts                    compare it with the reference interpreter

Exit status:
${exitCodes.map(({ code, meaning }) => `  ${`${code}`.padEnd(3)} ${meaning}`).join('\n')}

Flags of the environment (HEDDLE_DISABLE, HEDDLE_FUEL, ...): docs/flags.md`

/** What the parser gives an action, as one object: positional arguments by name, options, those of the whole command line. */
function optionsOf<O>(given: readonly unknown[]): O & CommonOptions {
  const command = given.at(-1)
  if (!(command instanceof Command)) throw new TypeError('the parser calls actions with the command last')
  const named = command.registeredArguments.flatMap((argument, k) => {
    return given[k] === undefined ? [] : [[argument.name(), given[k]]]
  })
  return { ...command.optsWithGlobals(), ...Object.fromEntries(named) } as O & CommonOptions
}

/** Asked for help about a command that there is not, the parser would print the help of all. */
function requireCommand(program: Command, args: readonly string[]): void {
  const [first, second] = args
  const name = first === 'help' ? second : first
  if (name === undefined || name.startsWith('-')) return
  const names = commandNames(program)
  if (!names.includes(name)) throw commandUnknown(name, names)
}

const commandNames = (program: Command): readonly string[] => [
  ...program.commands.map((command) => command.name()),
  'help',
]

/** The parser's refusals by its codes. It has others, which need what no command here has, such as conflicting options. */
const usageCodes: Readonly<Record<string, `CLI_${string}`>> = {
  'commander.unknownOption': 'CLI_OPTION_UNKNOWN',
  'commander.missingArgument': 'CLI_ARGUMENT_MISSING',
  'commander.excessArguments': 'CLI_ARGUMENT_EXCESS',
  'commander.optionMissingArgument': 'CLI_OPTION_MISSING_VALUE',
}

function usageOf(error: CommanderError, program: Command, args: readonly string[]): unknown {
  if (error.code === 'commander.unknownCommand')
    return commandUnknown(program.args[0] ?? '', commandNames(program))
  const code = usageCodes[error.code]
  if (code === undefined) return error
  const command = program.commands.find((each) => args.includes(each.name()))
  const problem = error.message.replace(/^error: /, '').replaceAll('\n', ' ')
  return usage(code, command === undefined ? 'heddle' : `heddle ${command.name()}`, `${problem}.`)
}
