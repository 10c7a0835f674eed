// The coded errors of the command line, one function each. Those of scripts are `CLI_SCRIPT_...` and end with status 3.
import { closestName, type ErrorCode, HeddleError } from '@heddle/core'
import { placeOf } from './stack.ts'

/** Any error with a stable code: a script may have brought its own copy of core, so the class is not asked for. */
export function isCoded(error: unknown): error is HeddleError {
  return (
    error instanceof HeddleError ||
    (error instanceof Error && error.name === 'HeddleError' && 'code' in error && 'details' in error)
  )
}

const meant = (name: string, names: readonly string[]): string => {
  const closest = closestName(name, names)
  return closest === undefined ? '' : ` Did you mean '${closest}'?`
}

/** Usage that the argument parser refuses; its words are kept. */
export const usage = (code: ErrorCode, command: string, problem: string): HeddleError =>
  new HeddleError(code, `${command}: ${problem} See ${command} --help.`, { details: { command } })

export const commandUnknown = (name: string, names: readonly string[]): HeddleError =>
  new HeddleError(
    'CLI_COMMAND_UNKNOWN',
    `heddle has no command '${name}'; its commands are ${names.join(', ')}.${meant(name, names)}`,
    { details: { name, names } },
  )

export const optionValue = (
  option: string,
  value: string,
  required: string,
  choices: readonly string[] = [],
): HeddleError =>
  new HeddleError(
    'CLI_OPTION_VALUE',
    `${option} is '${value}'; it must be ${required}.${meant(value, choices)}`,
    {
      details: { option, value, choices },
    },
  )

export const optionConflict = (option: string, other: string): HeddleError =>
  new HeddleError('CLI_OPTION_CONFLICT', `${option} has no meaning with ${other}; leave one out`, {
    details: { option, other },
  })

export const flagValue = (
  flag: string,
  value: string,
  required: string,
  choices: readonly string[] = [],
): HeddleError =>
  new HeddleError(
    'CLI_FLAG_VALUE',
    `the environment has ${flag}='${value}'; it must be ${required}.${meant(value, choices)}`,
    { details: { flag, value, choices } },
  )

export const feedForm = (text: string, problem: string): HeddleError =>
  new HeddleError(
    'CLI_FEED_FORM',
    `--feed ${text}: ${problem}; a feed is name=number, name=[nested, numbers] or name=file.json`,
    { details: { text } },
  )

export const feedUnknown = (program: string, name: string, names: readonly string[]): HeddleError => {
  const known = names.map((each) => `'${each}'`).join(', ') || 'none'
  return new HeddleError(
    'CLI_FEED_UNKNOWN',
    `--feed ${name}: ${program} has no input or state '${name}'; it has ${known}.${meant(name, names)}`,
    { details: { name, names } },
  )
}

export const nameUnknown = (name: string, program: string, names: readonly string[]): HeddleError =>
  new HeddleError(
    'CLI_NAME_UNKNOWN',
    `explain: ${program} has nothing named '${name}' after optimisation: no op, value, input, output or file:line.${meant(name, names)} Without a name, explain lists all.`,
    { details: { name } },
  )

export const outputUnknown = (name: string, program: string, names: readonly string[]): HeddleError => {
  const known = names.map((each) => `'${each}'`).join(', ') || 'none'
  return new HeddleError(
    'CLI_OUTPUT_UNKNOWN',
    `dump --stage gradient: ${program} has no output '${name}' to differentiate; its outputs are ${known}.${meant(name, names)} --of picks another.`,
    { details: { name, names } },
  )
}

export const scriptMissing = (script: string, names: readonly string[]): HeddleError =>
  new HeddleError(
    'CLI_SCRIPT_NOT_FOUND',
    `there is no file '${script}'; a script is a path to an ES module.${meant(script, names)}`,
    { details: { script } },
  )

export const scriptKind = (script: string): HeddleError =>
  new HeddleError(
    'CLI_SCRIPT_KIND',
    `'${script}' is not a script; it must be an ES module named .ts, .mts, .js or .mjs`,
    { details: { script } },
  )

export const scriptSyntax = (script: string, cause: Error): HeddleError =>
  new HeddleError('CLI_SCRIPT_SYNTAX', `'${script}' is not valid: ${firstLine(cause.message)}`, {
    details: { script },
    location: placeOf(cause),
    cause,
  })

export const scriptImport = (script: string, cause: Error): HeddleError =>
  new HeddleError('CLI_SCRIPT_IMPORT', `'${script}': an import failed: ${firstLine(cause.message)}`, {
    details: { script },
    location: placeOf(cause),
    cause,
  })

export const scriptThrew = (script: string, cause: unknown): HeddleError => {
  const what = cause instanceof Error ? `${cause.name}: ${firstLine(cause.message)}` : String(cause)
  return new HeddleError('CLI_SCRIPT_THREW', `'${script}' threw while it was loaded: ${what}`, {
    details: { script },
    location: cause instanceof Error ? placeOf(cause) : undefined,
    cause,
  })
}

export const scriptNoDefault = (script: string, programs: readonly string[]): HeddleError => {
  const [first] = programs
  const hint = first === undefined ? 'program(name, build)' : first
  return new HeddleError(
    'CLI_SCRIPT_NO_DEFAULT',
    `'${script}' has no default export; it must be a program. Write: export default ${hint}`,
    { details: { script, programs } },
  )
}

export const scriptNotProgram = (script: string, what: string, hint: string): HeddleError =>
  new HeddleError(
    'CLI_SCRIPT_NOT_A_PROGRAM',
    `'${script}': the default export is ${what}; it must be a program: what program(...) or trainingStep(...) returns. ${hint}`,
    { details: { script, what } },
  )

export const checkFailed = (program: string, failed: readonly string[], count: number): HeddleError =>
  new HeddleError(
    'CLI_CHECK_FAILED',
    `check: ${program}: ${failed.length} of ${count} results differ from the reference beyond their bound: ${failed.join(', ')}`,
    { details: { program, failed } },
  )

const firstLine = (text: string): string => text.split('\n')[0] ?? ''
