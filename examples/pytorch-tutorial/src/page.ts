// Shows the tutorial on a page: `npm run tutorial:page`, which serves it.
import { runTutorial } from './tutorial.ts'

runTutorial((title, checks) => {
  const heading = document.createElement('h2')
  heading.textContent = title
  document.body.append(heading)
  for (const { name, text } of checks) {
    const block = document.createElement('pre')
    block.id = name
    block.textContent = text
    block.title = name
    document.body.append(block)
  }
})
