// The main job of this repository (`npm start`): connects `run` to the process. Nothing else happens here.
import { exitCodes, run } from './run.ts'

const interruption = new AbortController()
process.on('SIGINT', () => {
  if (interruption.signal.aborted) {
    // Twice: do not wait for the step, but give back the cursor and the wrapping of lines that the bar took.
    if (process.stdout.isTTY) process.stdout.write('\u001b[?25h\u001b[?7h\n')
    process.exit(exitCodes.interrupted)
  }
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
