import { PassThrough } from 'node:stream'
import { expect, test } from 'vitest'
import { createProgress, type Progress } from './progress.ts'

const hideCursor = '\u001b[?25l'
const showCursor = '\u001b[?25h'

function onTerminal(): {
  readonly progress: Progress
  readonly lines: string[]
  readonly screen: () => string
} {
  const screen = new PassThrough()
  const terminal = Object.assign(screen, { isTTY: true, columns: 100 }) as PassThrough & NodeJS.WriteStream
  const lines: string[] = []
  const progress = createProgress({ epochs: 2, terminal, print: (line) => lines.push(line) })
  return { progress, lines, screen: () => String(screen.read() ?? '') }
}

test('a terminal gets a bar, with the cursor hidden while it moves and given back when it stops', () => {
  const { progress, lines, screen } = onTerminal()

  progress.show({ kind: 'compiled', ms: 300, kernels: 24, totalSteps: 10 })
  const during = screen()
  progress.show({ kind: 'step', epoch: 1, step: 4, loss: 1.25 })
  progress.stop()
  const after = screen()

  expect(lines).toEqual(['A training step is 24 kernels, compiled in 0.3 s.'])
  expect(during).toContain('0/10 steps')
  expect(during.lastIndexOf(hideCursor)).toBeGreaterThan(during.lastIndexOf(showCursor))
  expect(after).toContain('4/10 steps  loss 1.250')
  expect(after).toContain(showCursor)
  expect(after).not.toContain(hideCursor)
})

test('stopping before anything began, or twice, does nothing', () => {
  const { progress, screen } = onTerminal()

  progress.stop()
  progress.stop()

  expect(screen()).toBe('')
})

test('without a terminal there are plain lines: one when compiled, one for each epoch', () => {
  const lines: string[] = []
  const progress = createProgress({ epochs: 1, terminal: undefined, print: (line) => lines.push(line) })

  progress.show({ kind: 'compiled', ms: 300, kernels: 24, totalSteps: 1 })
  progress.show({ kind: 'step', epoch: 1, step: 1, loss: 1.25 })
  progress.show({ kind: 'tested', images: 100 })
  const epoch = {
    epoch: 1,
    trainingLoss: 1.25,
    heldOutLoss: 1,
    accuracy: 0.5,
    trainingMs: 900,
    evaluationMs: 100,
  }
  progress.show({ kind: 'epoch', ...epoch })

  expect(lines).toEqual([
    'A training step is 24 kernels, compiled in 0.3 s.',
    'Epoch 1 of 1: loss 1.2500, held out 1.0000, accuracy 50.00 %, 1.0 s',
  ])
})
