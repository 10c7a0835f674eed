// Measures Heddle beside its peers: `npm run bench -- --help`. It decides nothing about how a case is measured (measure.ts) or
// compared (agreement.ts).
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { Case } from './cases/case.ts'
import { caseNamed, cases } from './cases/index.ts'
import {
  brokenSince,
  commitNow,
  loadNow,
  machineFacts,
  previousRun,
  type Run,
  record,
  slowerThan,
} from './history.ts'
import { type MeasuredCase, measureCase } from './measure.ts'
import { findPeer, installPeers, type PeerName, peerNames } from './peers/find.ts'
import { type PeerProcess, startPeer } from './peers/process.ts'
import { milliseconds, ratioTable, refusals, timeTable } from './table.ts'

/** Fewer rounds are a look, not a measurement: they are not kept. */
const leastRounds = 5

const help = `Times Heddle and its peers side by side: every peer a process of its own, on one thread, in turn, round by round.
Results are compared before anything is timed.

  npm run bench                          everything that is installed
  npm run bench -- --install             gets the JavaScript peers first (npm, into bench/.peers)
  npm run bench -- --case matmul-512 --case gelu --peers torch

Options
  --case NAME      one case; may be repeated: ${cases.map(({ name }) => name).join(', ')}
  --peers A,B      beside Heddle (wasm): ${peerNames.slice(1).join(', ')}   [all that are there]
  --rounds N       samples of each peer                                     [15]
  --sample MS      length of a sample                                       [100]
  --python PATH    a Python that has torch                     [python3, then /usr/bin/python3]
  --no-history     do not add this run to bench/history.jsonl (runs of less than ${leastRounds} rounds never are)
  --help           this`

const values = parse()
if (values.help) {
  console.log(help)
  process.exit(0)
}
if (values.install) {
  const status = installPeers()
  if (status !== 0) process.exit(status)
}
const subjects = chosenCases(values.case)
const rounds = wholeNumber('--rounds', values.rounds)
const sampleMs = wholeNumber('--sample', values.sample)
const isTerminal = process.stdout.isTTY
const peers = await startPeers(chosenPeers(values.peers))
const folder = mkdtempSync(join(tmpdir(), 'heddle-bench-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
process.on('SIGINT', () => process.exit(130)) // peers end with their standard input
await main()
for (const peer of peers) peer.close()

async function main(): Promise<void> {
  const machine = machineFacts()
  const before = loadNow()
  console.log(
    `${machine.cpu}, ${machine.cores} cores, ${machine.memoryGiB} GiB, ${machine.system}, Node ${machine.node}; load ${before}`,
  )
  console.log(peers.map(({ name, version }) => `${name} ${version}`).join(', '))
  const measured: MeasuredCase[] = []
  for (const [at, subject] of subjects.entries()) {
    const title = `[${at + 1}/${subjects.length}] ${subject.title}`
    const progress = (what: string): void => {
      if (isTerminal) process.stdout.write(`\r\x1b[K${title}: ${what}`)
    }
    const warmUpMs = 3 * sampleMs
    measured.push(await measureCase(subject, { peers, rounds, sampleMs, warmUpMs, folder, progress }))
    if (isTerminal) process.stdout.write('\r\x1b[K')
    console.log(`${title}: ${summaryOf(measured.at(-1))}`)
  }
  const run: Run = {
    version: 1,
    date: new Date().toISOString(),
    commit: commitNow(),
    machine,
    load: [before, loadNow()],
    rounds,
    peers: Object.fromEntries(peers.map(({ name, version }) => [name, version])),
    cases: Object.fromEntries(measured.map(({ name, ...rest }) => [name, rest])),
  }
  report(run)
}

function report(run: Run): void {
  const names = peers.map(({ name }) => name)
  console.log(`\n${ratioTable(run, subjects, names)}\n\n${timeTable(run, subjects, names)}\n`)
  for (const line of refusals(run)) console.log(line)
  const [before, after] = run.load
  console.log(`load ${before} before, ${after} after; commit ${run.commit}; ${run.rounds} rounds`)
  if (Math.max(before, after) > run.machine.cores / 2 + 1)
    console.log('The machine was busy: trust ratios, not times.')
  compare(run)
  if (run.rounds < leastRounds || values['no-history']) console.log('not added to the history')
  else record(run)
}

function compare(run: Run): void {
  const earlier = previousRun(run.machine)
  if (earlier === undefined) {
    console.log('no earlier run on this kind of machine to compare with')
    return
  }
  const worse = [
    ...brokenSince(earlier, run),
    ...slowerThan(earlier, run).map(
      ({ name, peer, before, after }) =>
        `${name}: ${peer} ${milliseconds(before)} -> ${milliseconds(after)} ms (+${((after / before - 1) * 100).toFixed(0)}%)`,
    ),
  ]
  const since = `${earlier.commit} of ${earlier.date.slice(0, 10)} (load ${earlier.load.join(', ')})`
  console.log(worse.length === 0 ? `nothing got worse since ${since}` : `worse than ${since}:`)
  for (const line of worse) console.log(`  ${line}`)
}

function summaryOf(measured: MeasuredCase | undefined): string {
  const own = measured?.timings['heddle']
  return own === undefined ? (measured?.refused['heddle'] ?? 'not timed') : `${milliseconds(own.median)} ms`
}

async function startPeers(names: readonly PeerName[]): Promise<readonly PeerProcess[]> {
  const started: PeerProcess[] = []
  for (const name of names) {
    const found = findPeer(name, values.python)
    if ('missing' in found) {
      console.log(`skipped: ${found.missing}`)
      continue
    }
    try {
      started.push(await startPeer(found.launch))
    } catch (error) {
      console.log(`skipped: ${error instanceof Error ? error.message : String(error)}`)
    }
  }
  return started
}

function chosenCases(names: readonly string[] | undefined): readonly Case[] {
  if (names === undefined) return cases
  return names.map((name) => {
    const found = caseNamed(name)
    if (found === undefined) {
      wrongArgument(`there is no case ${name}; there are ${cases.map((each) => each.name).join(', ')}`)
    }
    return found
  })
}

function chosenPeers(list: string | undefined): readonly PeerName[] {
  if (list === undefined) return peerNames
  const names = list.split(',').filter(Boolean)
  const unknown = names.find((name) => !peerNames.some((each) => each === name))
  if (unknown !== undefined) wrongArgument(`there is no peer ${unknown}; there are ${peerNames.join(', ')}`)
  return peerNames.filter((name) => name === 'heddle' || names.includes(name))
}

function wholeNumber(option: string, text: string): number {
  const number = Number(text)
  if (!Number.isInteger(number) || number < 1)
    wrongArgument(`${option} is ${text}; it is a whole number above 0`)
  return number
}

function wrongArgument(problem: string): never {
  console.error(`${problem}\nSee npm run bench -- --help`)
  process.exit(2)
}

function parse() {
  try {
    return parseArgs({
      options: {
        case: { type: 'string', multiple: true },
        peers: { type: 'string' },
        rounds: { type: 'string', default: '15' },
        sample: { type: 'string', default: '100' },
        python: { type: 'string' },
        install: { type: 'boolean', default: false },
        'no-history': { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    }).values
  } catch (error) {
    wrongArgument(error instanceof Error ? error.message : String(error))
  }
}
