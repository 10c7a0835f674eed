// The report of a run: one HTML file that needs nothing else. Pure: from facts to text.
import { accuracyChart, confusionChart, lossChart } from './charts.ts'
import { type Digits, imageAt } from './digits.ts'
import { type Child, type Markup, markup, rawMarkup } from './html.ts'
import { classes, side } from './model.ts'
import { encodeGreyPng, pngDataUri } from './png.ts'
import { percent, seconds } from './progress.ts'
import { bytes, kernelSection, memorySection } from './report-plan.ts'
import { reportStyle } from './report-style.ts'
import { predictions, type TrainingRun, type TrainingSettings } from './train.ts'

export interface ReportFacts {
  readonly run: TrainingRun
  readonly settings: TrainingSettings
  readonly heldOut: Digits
  readonly trainingImages: number
  /** How kernels ran, in words. */
  readonly runtime: string
  /** The machine, in words. */
  readonly host: string
  /** When it ended. */
  readonly date: Date
}

/** Share of held-out digits the network is expected to recognise. */
const goal = 0.96
const shownMistakes = 40

export function reportHtml(facts: ReportFacts): string {
  const { run } = facts
  const predicted = predictions(run.probabilities)
  const page = markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Handwritten digits: a training run</title>
<style>${rawMarkup(reportStyle)}</style>
</head>
<body>
${headline(facts)}
<div class="pair">
${section('loss', 'Loss', lossPart(run))}
${section('accuracy', 'Accuracy', accuracyPart(run))}
</div>
<div class="pair">
${section('confusion', 'Confusion matrix', confusionPart(facts, predicted))}
${section('facts', 'The run', factsPart(facts))}
</div>
${section('mistakes', 'Worst mistakes', mistakesPart(facts, predicted))}
${section('kernels', 'Kernels of a training step', kernelSection(run.training))}
${section('evaluation-kernels', 'Kernels of an evaluation', kernelSection(run.evaluation))}
${section('memory', 'Memory', memorySection(run))}
</body>
</html>
`
  return page.html
}

const section = (id: string, title: string, content: Child): Markup =>
  markup`<section id="${id}"><h2>${title}</h2>${content}</section>`

function headline({ run, runtime, heldOut, trainingImages, settings }: ReportFacts): Markup {
  const last = run.epochs.at(-1)
  const stepMs =
    run.epochs.reduce((sum, epoch) => sum + epoch.trainingMs, 0) / (run.epochs.length * run.stepsAnEpoch)
  const tiles: readonly (readonly [string, string])[] = [
    [last === undefined ? '–' : percent(last.accuracy), `of ${heldOut.count} held-out digits recognised`],
    [seconds(run.totalMs), `for ${run.losses.length} steps of ${settings.batch} images`],
    [`${run.training.kernels.length}`, 'kernels a step: forward, backward and Adam'],
    [Number.isFinite(stepMs) ? `${stepMs.toFixed(1)} ms` : '–', `a step, on ${runtime}`],
    [bytes(run.training.arenaBytes), 'of intermediates at most'],
  ]
  return markup`<header>
<h1>Handwritten digits</h1>
<p>A convolutional network with ${run.weights.toLocaleString('en')} weights, trained on ${trainingImages.toLocaleString('en')} images and tested on ${heldOut.count.toLocaleString('en')} it never saw.${run.wasInterrupted ? ' Training was interrupted: this is what there was.' : ''}</p>
<div class="tiles">${tiles.map(([value, words]) => markup`<div class="tile"><b>${value}</b><span>${words}</span></div>`)}</div>
</header>`
}

function lossPart(run: TrainingRun): Markup {
  if (run.losses.length === 0) return none('No step was made.')
  return markup`${rawMarkup(lossChart(run))}
<p class="note">Each step <i class="key grey"></i>, the mean of the last 25 <i class="key blue"></i>, held-out digits after each epoch <i class="key orange"></i>. Steps are taken with dropout, which raises their loss.</p>`
}

function accuracyPart(run: TrainingRun): Markup {
  if (run.epochs.length === 0) return none('No epoch was completed.')
  return markup`${rawMarkup(accuracyChart(run.epochs, goal))}
<p class="note">Held-out digits recognised after each epoch <i class="key blue"></i>, and the goal of ${percent(goal)} <i class="key orange"></i>.</p>`
}

function confusionPart({ heldOut }: ReportFacts, predicted: readonly number[]): Markup {
  if (predicted.length === 0) return none('There was no evaluation.')
  return markup`${rawMarkup(confusionChart(heldOut.labels, predicted))}
<p class="note">Rows: what was written. Columns: what it was read as. Mistakes in orange.</p>`
}

interface Mistake {
  readonly image: number
  readonly label: number
  readonly predicted: number
  /** Of what was predicted. */
  readonly probability: number
  /** Of the true digit. */
  readonly missed: number
}

/** Wrong predictions, those whose true digit was thought least likely first. */
export function worstMistakes(
  { run, heldOut }: ReportFacts,
  predicted: readonly number[],
): readonly Mistake[] {
  return predicted
    .map((digit, image): Mistake => {
      const label = heldOut.labels[image] ?? 0
      const probability = (of: number): number => run.probabilities[image * classes + of] ?? Number.NaN
      return { image, label, predicted: digit, probability: probability(digit), missed: probability(label) }
    })
    .filter((found) => found.label !== found.predicted)
    .sort((x, y) => x.missed - y.missed || x.image - y.image)
}

function mistakesPart(facts: ReportFacts, predicted: readonly number[]): Markup {
  if (predicted.length === 0) return none('There was no evaluation.')
  const all = worstMistakes(facts, predicted)
  if (all.length === 0) return none('There were none.')
  const figures = all.slice(0, shownMistakes).map((mistake) => {
    const picture = pngDataUri(encodeGreyPng(imageAt(facts.heldOut, mistake.image), side, side))
    const words = `a ${mistake.label} read as ${mistake.predicted}`
    return markup`<figure><img src="${picture}" width="84" height="84" alt="${words}"><figcaption><b>${mistake.label}</b> read as <b>${mistake.predicted}</b><br>${(100 * mistake.probability).toFixed(1)} %</figcaption></figure>`
  })
  return markup`<p class="note">${all.length} of ${facts.heldOut.count} held-out digits were misread; here are those whose true digit was thought least likely, with the probability given to what they were read as.</p>
<div class="mistakes">${figures}</div>`
}

function factsPart({ run, settings, runtime, host, heldOut, trainingImages, date }: ReportFacts): Markup {
  const sum = (of: 'trainingMs' | 'evaluationMs'): string =>
    seconds(run.epochs.reduce((total, epoch) => total + epoch[of], 0))
  const rows: readonly (readonly [string, Child])[] = [
    ['Runtime', runtime],
    ['Machine', host],
    ['Seed', settings.seed],
    [
      'Data',
      `${trainingImages} digits to learn from, ${heldOut.count} held out: one shuffle with the seed, then cut`,
    ],
    ['Optimiser', `Adam, rate ${settings.rate}`],
    ['Batch', `${settings.batch} images, ${run.stepsAnEpoch} steps an epoch`],
    ['Steps made', `${run.losses.length} of ${settings.epochs * run.stepsAnEpoch}`],
    ['Compiling', `${seconds(run.compileMs)} for both plans`],
    ['Training', `${sum('trainingMs')} in ${run.epochs.length} complete epochs`],
    ['Evaluating', sum('evaluationMs')],
    [
      'Kernels',
      `${run.training.kernels.length} a training step, ${run.evaluation.kernels.length} an evaluation`,
    ],
    [
      'Buffers',
      `${run.training.buffers} in the training plan, ${run.evaluation.buffers} in that of the evaluation`,
    ],
    ['On the device', `${bytes(run.deviceBytes)} of states, feeds and results at the end`],
    ['Ended', date.toISOString()],
  ]
  return markup`<table class="facts">${rows.map(([name, value]) => markup`<tr><th>${name}</th><td>${value}</td></tr>`)}</table>`
}

const none = (words: string): Markup => markup`<p class="note">${words}</p>`
