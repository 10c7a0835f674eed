// Prints the tutorial: `npm run tutorial`.
import { runTutorial } from './tutorial.ts'

runTutorial((title, checks) => {
  process.stdout.write(`\n# ${title}\n`)
  for (const { name, text } of checks) process.stdout.write(`[${name}]${text === '' ? '' : `\n${text}`}\n`)
})
