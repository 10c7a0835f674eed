// A run as text: ratios first, then the times they come from, then what was refused.
import type { Case } from './cases/case.ts'
import type { Run } from './history.ts'
import { spreadOf, type Timing } from './statistics.ts'

/** Peer time / Heddle time: above 1, Heddle is faster. */
export function ratioTable(run: Run, cases: readonly Case[], peers: readonly string[]): string {
  const others = peers.filter((peer) => peer !== 'heddle')
  const rows = cases.map(({ name, title }) => {
    const { timings = {}, refused = {} } = run.cases[name] ?? {}
    const own = timings['heddle']
    const ratios = others.map((peer) => {
      const theirs = timings[peer]
      if (own !== undefined && theirs !== undefined) return ratio(theirs.median / own.median)
      return refused[peer] === undefined ? '-' : 'refused'
    })
    return [title, ...ratios]
  })
  return aligned([['peer time / Heddle time', ...others], ...rows])
}

/** Milliseconds an iteration, the spread of the rounds, and Heddle's rate. */
export function timeTable(run: Run, cases: readonly Case[], peers: readonly string[]): string {
  const rows = cases.map((subject) => {
    const { timings = {}, refused = {} } = run.cases[subject.name] ?? {}
    const cells = peers.map((peer) => {
      const timing = timings[peer]
      if (timing !== undefined) return `${milliseconds(timing.median)} ±${percent(spreadOf(timing) / 2)}`
      return refused[peer] === undefined ? '-' : 'refused'
    })
    return [subject.title, ...cells, rate(subject, timings['heddle'])]
  })
  return aligned([['ms, ± half the quartiles', ...peers, 'Heddle does'], ...rows])
}

export const refusals = (run: Run): readonly string[] =>
  Object.entries(run.cases).flatMap(([name, { refused, voices }]) => [
    ...Object.entries(refused).map(([peer, reason]) => `${name}: ${peer} not timed: ${reason}`),
    ...(voices === 1 ? [`${name}: only one library gave a result; nothing to compare it with`] : []),
  ])

export const milliseconds = (ms: number): string =>
  ms >= 100 ? ms.toFixed(0) : ms >= 10 ? ms.toFixed(1) : ms >= 0.1 ? ms.toFixed(2) : ms.toFixed(4)

const ratio = (value: number): string => (value >= 10 ? value.toFixed(0) : value.toFixed(2))

const percent = (part: number): string => `${(part * 100).toFixed(0)}%`

function rate({ work }: Case, timing: Timing | undefined): string {
  if (work === undefined || timing === undefined) return ''
  const billions = work.amount / timing.median / 1e6
  return `${billions.toFixed(1)} ${work.unit === 'flop' ? 'GFLOP/s' : 'GB/s'}`
}

function aligned(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  return rows
    .map((row) =>
      row
        .map((cell, column) =>
          column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
        )
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}
