// A peer as the runner sees it: a child process that answers requests in order. What it says beside answers (warnings, stack
// traces) is kept and shown only if it dies.
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Request } from './protocol.ts'

export interface PeerProcess {
  readonly name: string
  readonly version: string
  /** Throws what the peer answered as an error, or that it ended. */
  ask(request: Request): Promise<Readonly<Record<string, unknown>>>
  /** Ends it. */
  close(): void
}

export interface Launch {
  readonly name: string
  readonly command: string
  readonly args: readonly string[]
}

/** Characters of a dead peer's last words that are shown. */
const lastWords = 600

export async function startPeer({ name, command, args }: Launch): Promise<PeerProcess> {
  const child = spawn(command, args, {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...process.env, OMP_NUM_THREADS: '1', MKL_NUM_THREADS: '1' },
  })
  let complaints = ''
  let ended: string | undefined
  let waiting: { resolve: (answer: string) => void; reject: (error: Error) => void } | undefined
  const end = (reason: string): void => {
    ended ??= reason
    waiting?.reject(new Error(ended))
    waiting = undefined
  }
  child.stderr.on('data', (chunk: Buffer) => {
    complaints = (complaints + chunk.toString()).slice(-lastWords)
  })
  child.stdin.on('error', () => {}) // a peer that died is reported by its exit
  child.on('error', (error) => end(`${name} does not start: ${error.message}`))
  child.on('exit', (code, signal) => end(`${name} ended (${signal ?? code}): ${complaints.trim()}`))
  createInterface({ input: child.stdout }).on('line', (line) => {
    const current = waiting
    waiting = undefined
    current?.resolve(line)
  })

  const ask = async (request: Request): Promise<Record<string, unknown>> => {
    if (ended !== undefined) throw new Error(ended)
    const line = await new Promise<string>((resolve, reject) => {
      waiting = { resolve, reject }
      child.stdin.write(`${JSON.stringify(request)}\n`)
    })
    const answer = JSON.parse(line) as Record<string, unknown>
    if (typeof answer['error'] === 'string') throw new Error(answer['error'])
    return answer
  }
  const hello = await ask({ do: 'hello' })
  return { name, version: String(hello['version']), ask, close: () => child.stdin.end() }
}
