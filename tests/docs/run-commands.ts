// A process of its own for the commands of the docs, since Node's import of scripts is part of them: takes a folder and commands
// as JSON in its arguments, and prints how each ended as JSON.
import { type Io, processIo, runCommandLine } from '@heddle/cli'

export interface Ending {
  readonly status: number
  readonly complained: string
}

async function run(command: string, cwd: string): Promise<Ending> {
  const words = [...command.matchAll(/'([^']*)'|\S+/g)].map(([word, quoted]) => quoted ?? word)
  const at = words.indexOf('heddle')
  let complained = ''
  const io: Io = {
    ...processIo(),
    cwd,
    env: Object.fromEntries(words.slice(0, at).map((flag) => flag.split('='))),
    out: { isTerminal: false, write: () => undefined },
    err: {
      isTerminal: false,
      write: (text) => {
        complained += text
      },
    },
  }
  return { status: await runCommandLine(words.slice(at + 1), io), complained }
}

if (import.meta.main) {
  const [folder = '', commands = '[]'] = process.argv.slice(2)
  const endings: Ending[] = []
  for (const command of JSON.parse(commands) as readonly string[]) endings.push(await run(command, folder))
  process.stdout.write(JSON.stringify(endings))
}
