// The pictures of a report, as SVG text: drawn by Observable Plot on a document that no browser is behind.
import * as Plot from '@observablehq/plot'
import { parseHTML } from 'linkedom'
import { classes } from './model.ts'
import type { EpochResult, TrainingRun } from './train.ts'

const blue = '#2563a8'
const orange = '#c2560a'
const grey = '#9aa4b0'
const width = 640
const height = 300

/** Losses averaged into one point of a curve. */
const smoothing = 25

/** Draws on a document of its own. */
function draw(options: Plot.PlotOptions): string {
  const { document } = parseHTML('<!doctype html><html><body></body></html>')
  return Plot.plot({ document, width, height, marginLeft: 56, marginBottom: 40, ...options }).outerHTML
}

export function lossChart({
  losses,
  epochs,
  stepsAnEpoch,
}: Pick<TrainingRun, 'losses' | 'epochs' | 'stepsAnEpoch'>): string {
  const steps = losses.map((loss, at) => ({ step: at + 1, loss }))
  const heldOut = epochs.map(({ epoch, heldOutLoss }) => ({ step: epoch * stepsAnEpoch, loss: heldOutLoss }))
  return draw({
    ariaLabel: 'Loss of each training step and of the held-out digits after each epoch',
    x: { label: 'step' },
    y: { label: 'loss', type: 'log', grid: true, tickFormat: '~g' },
    marks: [
      Plot.lineY(steps, { x: 'step', y: 'loss', stroke: grey, strokeOpacity: 0.5, strokeWidth: 1 }),
      Plot.lineY(
        steps,
        Plot.windowY({ k: smoothing, anchor: 'end' }, { x: 'step', y: 'loss', stroke: blue, strokeWidth: 2 }),
      ),
      Plot.dot(heldOut, { x: 'step', y: 'loss', fill: orange, r: 4 }),
    ],
  })
}

/** The share of held-out digits recognised after each epoch, with the goal as a line. */
export function accuracyChart(epochs: readonly EpochResult[], goal: number): string {
  const points = epochs.map(({ epoch, accuracy }) => ({ epoch, accuracy: 100 * accuracy }))
  const lowest = Math.min(100 * goal, ...points.map(({ accuracy }) => accuracy))
  return draw({
    ariaLabel: 'Accuracy on the held-out digits after each epoch',
    inset: 20,
    x: { label: 'epoch', ticks: points.map(({ epoch }) => epoch), tickFormat: 'd' },
    y: { label: 'accuracy, %', grid: true, domain: [Math.floor(lowest - 1), 100] },
    marks: [
      Plot.ruleY([100 * goal], { stroke: orange, strokeDasharray: '4 4' }),
      Plot.lineY(points, { x: 'epoch', y: 'accuracy', stroke: blue, strokeWidth: 2 }),
      Plot.dot(points, { x: 'epoch', y: 'accuracy', fill: blue, r: 4 }),
      Plot.text(points, {
        x: 'epoch',
        y: 'accuracy',
        text: ({ accuracy }: { accuracy: number }) => accuracy.toFixed(2),
        dy: -10,
      }),
    ],
  })
}

/** Counts of (true, predicted); mistakes are coloured by how many there are. */
export function confusionChart(labels: ArrayLike<number>, predicted: readonly number[]): string {
  const cells = confusionCounts(labels, predicted)
  const worst = Math.max(1, ...cells.filter(isMistake).map(({ count }) => count))
  return draw({
    ariaLabel: 'How often each digit was read as each other',
    width: 520,
    height: 520,
    marginTop: 40,
    padding: 0.03,
    x: { label: 'read as', axis: 'top', tickSize: 0, tickFormat: 'd' },
    y: { label: 'is', tickSize: 0, tickFormat: 'd' },
    color: { type: 'linear', domain: [0, worst], range: ['#f3f5f8', '#e2703a'] },
    marks: [
      Plot.cell(cells.filter(isMistake), { x: 'predicted', y: 'label', fill: 'count' }),
      Plot.cell(
        cells.filter((cell) => !isMistake(cell)),
        { x: 'predicted', y: 'label', fill: '#d6e6f5' },
      ),
      Plot.text(
        cells.filter(({ count }) => count > 0),
        { x: 'predicted', y: 'label', text: ({ count }: Cell) => `${count}`, fontSize: 13 },
      ),
    ],
  })
}

interface Cell {
  readonly label: number
  readonly predicted: number
  readonly count: number
}

const isMistake = ({ label, predicted }: Cell): boolean => label !== predicted

/** All pairs of classes, row by row of the true one. */
export function confusionCounts(labels: ArrayLike<number>, predicted: readonly number[]): readonly Cell[] {
  const counts = new Array<number>(classes * classes).fill(0)
  predicted.forEach((digit, at) => {
    const cell = (labels[at] ?? 0) * classes + digit
    counts[cell] = (counts[cell] ?? 0) + 1
  })
  return counts.map((count, cell) => ({
    label: Math.floor(cell / classes),
    predicted: cell % classes,
    count,
  }))
}
