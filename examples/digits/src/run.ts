// The main job from its arguments to its exit code. Everything it touches outside comes in as `Io`, so that tests can run it.
import { mkdirSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { dirname, join, sep } from 'node:path'
import { pathToFileURL } from 'node:url'
import { cpu } from '@heddle/runtime-cpu'
import { type DigitSplit, splitDigits } from './digits.ts'
import { loadDigits } from './load-digits.ts'
import { help, type Options, parseCommandLine } from './options.ts'
import type { PlanFacts } from './plan-facts.ts'
import { createProgress, percent, seconds } from './progress.ts'
import { reportHtml } from './report.ts'
import { type TrainingEvent, type TrainingRun, train } from './train.ts'

export interface Io {
  /** Prints a line. */
  readonly print: (line: string) => void
  readonly printError: (line: string) => void
  /** Where a progress bar can be drawn; undefined: plain lines. */
  readonly terminal: NodeJS.WriteStream | undefined
  /** Aborted when the person at the keyboard wants to stop. */
  readonly signal: AbortSignal
  /** What relative paths are relative to. */
  readonly folder: string
}

export const exitCodes = { done: 0, failed: 1, wrongArguments: 2, interrupted: 130 } as const

const heldOutImages = 2000

export async function run(args: readonly string[], io: Io): Promise<number> {
  const asked = parseCommandLine(args, io.folder)
  switch (asked.kind) {
    case 'help':
      io.print(help)
      return exitCodes.done
    case 'wrong':
      for (const problem of asked.problems) io.printError(problem)
      io.printError('Try npm start -- --help')
      return exitCodes.wrongArguments
    case 'train':
      return await trainAndReport(asked.options, io)
    default:
      return asked satisfies never
  }
}

async function trainAndReport(options: Options, io: Io): Promise<number> {
  const split = splitDigits(loadDigits(), heldOutImages, options.seed)
  io.print(
    `Digits: ${split.training.count} to learn from, ${split.heldOut.count} held out. Runtime: ${runtimeWords(options)}.`,
  )
  const finished = await trainWithProgress(options, split, io)
  const last = finished.epochs.at(-1)
  writeReport(options, split, finished)
  if (last !== undefined) {
    io.print(
      `${percent(last.accuracy)} of ${split.heldOut.count} held-out digits recognised after ${finished.losses.length} steps, in ${seconds(finished.totalMs)}.`,
    )
  }
  if (finished.wasInterrupted) io.print(`Interrupted after ${finished.losses.length} steps.`)
  io.print(`Report: ${options.out}`)
  return finished.wasInterrupted ? exitCodes.interrupted : exitCodes.done
}

async function trainWithProgress(options: Options, split: DigitSplit, io: Io): Promise<TrainingRun> {
  const progress = createProgress({ epochs: options.epochs, terminal: io.terminal, print: io.print })
  const onEvent = (event: TrainingEvent): void => progress.show(event)
  try {
    if (options.runtime === 'webgl') {
      const { trainInBrowser } = await import('./browser.ts') // a bundler and a browser, only when asked for
      return await trainInBrowser({ split, settings: options, signal: io.signal, onEvent })
    }
    const backend = cpu({ emitter: options.emitter })
    return await train({ backend, split, settings: options, signal: io.signal, onEvent })
  } finally {
    progress.stop()
  }
}

function writeReport(options: Options, split: DigitSplit, finished: TrainingRun): void {
  const html = reportHtml({
    run: {
      ...finished,
      training: withShortLocations(finished.training),
      evaluation: withShortLocations(finished.evaluation),
    },
    settings: options,
    heldOut: split.heldOut,
    trainingImages: split.training.count,
    runtime: `${finished.backend} (${options.runtime})`,
    host: `Node ${process.version} on ${process.platform} ${process.arch}, ${availableParallelism()} processors`,
    date: new Date(),
  })
  mkdirSync(dirname(options.out), { recursive: true })
  writeFileSync(options.out, html)
}

const root = join(import.meta.dirname, '..', '..', '..') + sep
/** Stack frames name files as they are or as URLs do. */
const prefixes = [root, pathToFileURL(root).pathname]

/** User lines without the folder the checkout happens to be in. */
const withShortLocations = (facts: PlanFacts): PlanFacts => ({
  ...facts,
  kernels: facts.kernels.map((kernel) => ({
    ...kernel,
    locations: kernel.locations.map((line) => {
      const prefix = prefixes.find((each) => line.startsWith(each)) ?? ''
      return line.slice(prefix.length)
    }),
  })),
})

const runtimeWords = ({ runtime, emitter }: Options): string =>
  runtime === 'webgl'
    ? 'webgl, in a headless browser'
    : `cpu, ${emitter === 'auto' ? 'best emitter' : emitter}`
