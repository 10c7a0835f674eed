// One case, side by side: every peer opens it, results are compared, and those that stand are timed in turn, round by round, so
// that whatever else the machine does falls on all of them.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { judge, type Result } from './agreement.ts'
import { type Case, comparedSteps, fillTensors } from './cases/case.ts'
import { rates } from './cases/index.ts'
import type { PeerProcess } from './peers/process.ts'
import type { TensorFile } from './peers/protocol.ts'
import { summarize, type Timing } from './statistics.ts'

export interface MeasuredCase {
  readonly name: string
  readonly timings: Readonly<Record<string, Timing>>
  /** Why a peer was not timed. */
  readonly refused: Readonly<Record<string, string>>
  /** Libraries that gave the same result. */
  readonly voices: number
}

export interface MeasureOptions {
  readonly peers: readonly PeerProcess[]
  readonly rounds: number
  /** Milliseconds a sample should take. */
  readonly sampleMs: number
  /** Milliseconds a peer runs before it is timed. */
  readonly warmUpMs: number
  /** An existing folder for tensors and results. */
  readonly folder: string
  readonly progress: (what: string) => void
}

export async function measureCase(subject: Case, options: MeasureOptions): Promise<MeasuredCase> {
  const { peers, rounds, folder, progress } = options
  const tensors = writeTensors(subject, folder)
  const results: Result[] = []
  const refused: Record<string, string> = {}
  for (const peer of peers) {
    progress(`${peer.name} computes`)
    try {
      results.push({ peer: peer.name, data: await resultOf(peer, subject, tensors, folder) })
    } catch (error) {
      refused[peer.name] = oneLine(error)
    }
  }
  const verdict = judge(results, subject.tolerance)
  for (const [peer, reason] of verdict.wrong) refused[peer] = reason

  const runners: { readonly peer: PeerProcess; readonly iterations: number; readonly samples: number[] }[] =
    []
  for (const peer of peers) {
    if (!verdict.right.includes(peer.name)) continue
    progress(`${peer.name} warms up`)
    runners.push({ peer, iterations: await iterationsFor(peer, options), samples: [] })
  }
  for (let round = 0; round < rounds; round++) {
    progress(`round ${round + 1} of ${rounds}`)
    for (let k = 0; k < runners.length; k++) {
      const runner = runners[(k + round) % runners.length]
      if (runner === undefined) continue
      runner.samples.push((await timed(runner.peer, runner.iterations)) / runner.iterations)
    }
  }
  for (const peer of peers) await peer.ask({ do: 'close' }).catch(() => undefined)
  return {
    name: subject.name,
    timings: Object.fromEntries(runners.map(({ peer, samples }) => [peer.name, summarize(samples)])),
    refused,
    voices: verdict.voices,
  }
}

function writeTensors(subject: Case, folder: string): readonly TensorFile[] {
  const filled = fillTensors(subject.tensors)
  return subject.tensors.map(({ name, dtype, shape }) => {
    const path = join(folder, `${name}.bin`)
    const data = filled.get(name) ?? new Float32Array()
    writeFileSync(path, new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
    return { name, dtype, shape, path }
  })
}

async function resultOf(
  peer: PeerProcess,
  subject: Case,
  tensors: readonly TensorFile[],
  folder: string,
): Promise<Float32Array> {
  const out = join(folder, `result-${peer.name}.bin`)
  await peer.ask({
    do: 'open',
    case: subject.name,
    kind: subject.kind,
    parameters: subject.parameters,
    rate: rates[subject.name] ?? 0,
    steps: comparedSteps,
    out,
    tensors,
  })
  return new Float32Array(new Uint8Array(readFileSync(out)).buffer)
}

const mostIterations = 100_000

/** Runs a peer until it is warm; how many iterations then make a sample. */
async function iterationsFor(peer: PeerProcess, { sampleMs, warmUpMs }: MeasureOptions): Promise<number> {
  let iterations = 1
  let spent = 0
  for (;;) {
    const ms = await timed(peer, iterations)
    spent += ms
    const wanted = Math.min(
      mostIterations,
      Math.max(1, Math.round((iterations * sampleMs) / Math.max(ms, 1e-3))),
    )
    if (spent >= warmUpMs || ms >= warmUpMs) return wanted
    iterations = Math.min(wanted, iterations * 10)
  }
}

async function timed(peer: PeerProcess, iterations: number): Promise<number> {
  const { ms } = await peer.ask({ do: 'time', iterations })
  if (typeof ms !== 'number') throw new Error(`${peer.name} gave no time`)
  return ms
}

const oneLine = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).split('\n').slice(0, 2).join(' ').slice(0, 160)
