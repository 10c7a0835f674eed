// The command line of the main job: what may be asked for, what is taken when it is not, and the help that says so.
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import type { TrainingSettings } from './train.ts'

export interface Options extends TrainingSettings {
  readonly runtime: 'cpu' | 'webgl'
  readonly emitter: 'auto' | 'wasm' | 'js'
  /** Absolute path of the report. */
  readonly out: string
}

export const help = `Trains a small convolutional network on 8,000 handwritten digits, tests it on 2,000 others, and writes a report.

  npm start                          on the CPU: about half a minute, 98.7 %
  npm start -- --runtime webgl       in a headless browser, on its GPU interface: fewer steps
  npm start -- --quick               a look at everything in a few seconds
  npm start -- --emitter js          plain JavaScript instead of WebAssembly: the same numbers, more slowly

Options
  --runtime cpu|webgl      where kernels run                                      [cpu]
  --emitter auto|wasm|js   how the CPU runtime makes them; auto is wasm if it can [auto]
  --epochs N               times every image is seen                              [12; webgl: 1]
  --steps N                steps an epoch, at most                                [all; webgl: 60; --quick: 20]
  --batch N                images a step                                          [50]
  --rate X                 learning rate of Adam                                  [0.002]
  --seed N                 of weights, dropout, shifts, split and order           [0]
  --out FILE               the report                                             [examples/digits/out/report.html]
  --quick                  one epoch of 20 steps
  --help                   this

Ctrl-C ends training after the current step and still writes the report (exit code 130). Other exit codes: 0 done, 1 failed,
2 wrong arguments.`

/** What a command line asks for. `problems` are sentences for the person who typed it. */
export type CommandLine =
  | { readonly kind: 'train'; readonly options: Options }
  | { readonly kind: 'help' }
  | { readonly kind: 'wrong'; readonly problems: readonly string[] }

const defaultReport = join(import.meta.dirname, '..', 'out', 'report.html')

/** Reads arguments; relative paths are from `folder`. */
export function parseCommandLine(args: readonly string[], folder: string): CommandLine {
  let values: Values
  try {
    values = parseValues(args)
  } catch (error) {
    // Unknown options and missing values: Node says which.
    return { kind: 'wrong', problems: [error instanceof Error ? error.message : String(error)] }
  }
  if (values.help === true) return { kind: 'help' }
  const problems: string[] = []
  const options = optionsOf(values, folder, problems)
  return problems.length === 0 ? { kind: 'train', options } : { kind: 'wrong', problems }
}

function optionsOf(values: Values, folder: string, problems: string[]): Options {
  const check = createChecks(problems)
  const runtime = check.oneOf('runtime', values.runtime ?? 'cpu', ['cpu', 'webgl'])
  if (runtime === 'webgl' && values.emitter !== undefined) {
    problems.push('--emitter is for --runtime cpu; WebGL2 kernels are made in one way')
  }
  const isQuick = values.quick === true
  const fewSteps = isQuick ? '20' : runtime === 'webgl' ? '60' : undefined
  const { epochs = fewSteps === undefined ? '12' : '1', batch = '50', seed = '0', rate = '0.002' } = values
  const steps = values.steps ?? fewSteps
  return {
    runtime,
    emitter: check.oneOf('emitter', values.emitter ?? 'auto', ['auto', 'wasm', 'js']),
    epochs: check.whole('epochs', epochs, 1, 1000),
    steps: steps === undefined ? undefined : check.whole('steps', steps, 1, 8000),
    batch: check.whole('batch', batch, 1, 1000),
    seed: check.whole('seed', seed, 0, 2 ** 32 - 1),
    rate: check.positive('rate', rate),
    out: values.out === undefined ? defaultReport : resolve(folder, values.out),
  }
}

interface Values {
  readonly runtime?: string
  readonly emitter?: string
  readonly epochs?: string
  readonly steps?: string
  readonly batch?: string
  readonly rate?: string
  readonly seed?: string
  readonly out?: string
  readonly quick?: boolean
  readonly help?: boolean
}

const parseValues = (args: readonly string[]): Values =>
  parseArgs({
    args: [...args],
    options: {
      runtime: { type: 'string' },
      emitter: { type: 'string' },
      epochs: { type: 'string' },
      steps: { type: 'string' },
      batch: { type: 'string' },
      rate: { type: 'string' },
      seed: { type: 'string' },
      out: { type: 'string' },
      quick: { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    },
  }).values

interface Checks {
  oneOf<const T extends string>(name: string, given: string, allowed: readonly [T, ...T[]]): T
  whole(name: string, given: string, low: number, high: number): number
  positive(name: string, given: string): number
}

/** Checks that note what is wrong and go on with anything, so that all that is wrong is said at once. */
const createChecks = (problems: string[]): Checks => ({
  oneOf: (name, given, allowed) => {
    const found = allowed.find((each) => each === given)
    if (found === undefined) problems.push(`--${name} is ${given}; it is one of ${allowed.join(', ')}`)
    return found ?? allowed[0]
  },
  whole: (name, given, low, high) => {
    const number = Number(given)
    const isFine = given.trim() !== '' && Number.isInteger(number) && number >= low && number <= high
    if (!isFine) problems.push(`--${name} is ${given}; it is a whole number from ${low} to ${high}`)
    return number
  },
  positive: (name, given) => {
    const number = Number(given)
    const isFine = number > 0 && number < Number.POSITIVE_INFINITY
    if (!isFine) problems.push(`--${name} is ${given}; it is a number above 0`)
    return number
  },
})
