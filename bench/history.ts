// Every run as one line of history.jsonl, and what got slower since the last one on the same machine. Times of a busy machine
// say little: the load before and after is part of the line.
import { execFileSync } from 'node:child_process'
import { appendFileSync, existsSync, readFileSync } from 'node:fs'
import { arch, cpus, loadavg, platform, totalmem } from 'node:os'
import { join } from 'node:path'
import type { MeasuredCase } from './measure.ts'

export interface Machine {
  readonly cpu: string
  readonly cores: number
  readonly memoryGiB: number
  readonly system: string
  readonly node: string
}

export interface Run {
  readonly version: 1
  readonly date: string
  /** With `+` where files differ from it. */
  readonly commit: string
  readonly machine: Machine
  /** Load averages over a minute, before and after. */
  readonly load: readonly [before: number, after: number]
  readonly rounds: number
  readonly peers: Readonly<Record<string, string>>
  readonly cases: Readonly<Record<string, Omit<MeasuredCase, 'name'>>>
}

export const historyPath: string = join(import.meta.dirname, 'history.jsonl')

export const machineFacts = (): Machine => ({
  cpu: cpus()[0]?.model.trim() ?? 'unknown',
  cores: cpus().length,
  memoryGiB: Math.round(totalmem() / 2 ** 30),
  system: `${platform()} ${arch()}`,
  node: process.version,
})

export const loadNow = (): number => Math.round((loadavg()[0] ?? 0) * 100) / 100

export function commitNow(): string {
  const git = (...args: string[]): string =>
    execFileSync('git', args, { cwd: import.meta.dirname, encoding: 'utf8' }).trim()
  try {
    return git('rev-parse', '--short=12', 'HEAD') + (git('status', '--porcelain') === '' ? '' : '+')
  } catch {
    return 'unknown' // no git, or no checkout
  }
}

export const record = (run: Run): void => appendFileSync(historyPath, `${JSON.stringify(run)}\n`)

/** The last run on a machine of this kind. */
export function previousRun({ cpu, cores, node }: Machine): Run | undefined {
  if (!existsSync(historyPath)) return undefined
  const lines = readFileSync(historyPath, 'utf8').trim().split('\n').filter(Boolean)
  const runs = lines.map((line) => JSON.parse(line) as Run)
  return runs.findLast(
    ({ machine }) => machine.cpu === cpu && machine.cores === cores && machine.node === node,
  )
}

export interface Change {
  readonly name: string
  readonly peer: string
  readonly before: number
  readonly after: number
}

/** Change below which a difference is no news, even with quiet samples. */
const smallest = 0.05

/** Heddle's cases that are slower than before by more than the samples of both runs spread. */
export function slowerThan(before: Run, after: Run): readonly Change[] {
  return Object.entries(after.cases).flatMap(([name, { timings }]) =>
    Object.entries(timings).flatMap(([peer, now]): Change[] => {
      const then = before.cases[name]?.timings[peer]
      if (!peer.startsWith('heddle') || then === undefined) return []
      const isSlower = now.median > then.median * (1 + smallest) && now.low > then.high
      return isSlower ? [{ name, peer, before: then.median, after: now.median }] : []
    }),
  )
}

/** Cases that Heddle was timed on before and is refused on now. */
export const brokenSince = (before: Run, after: Run): readonly string[] =>
  Object.entries(after.cases).flatMap(([name, { refused }]) => {
    const reason = refused['heddle']
    return reason !== undefined && before.cases[name]?.timings['heddle'] !== undefined
      ? [`${name}: ${reason}`]
      : []
  })
