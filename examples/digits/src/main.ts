// The main job of this repository (`npm start`): connects `run` to the process. Nothing else happens here.
import { exitCodes, run } from './run.ts'

const interruption = new AbortController()
process.on('SIGINT', () => {
  // Twice: do not wait for the step.
  if (interruption.signal.aborted) process.exit(exitCodes.interrupted)
  interruption.abort()
})

try {
  process.exitCode = await run(process.argv.slice(2), {
    print: (line) => process.stdout.write(`${line}\n`),
    printError: (line) => process.stderr.write(`${line}\n`),
    terminal: process.stdout.isTTY ? process.stdout : undefined,
    signal: interruption.signal,
    folder: process.env['INIT_CWD'] ?? process.cwd(),
  })
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`)
  process.exitCode = exitCodes.failed
}
