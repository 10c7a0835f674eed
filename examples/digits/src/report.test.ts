import { inflateSync } from 'node:zlib'
import { parseHTML } from 'linkedom'
import { describe, expect, test } from 'vitest'
import { confusionCounts } from './charts.ts'
import type { Digits } from './digits.ts'
import type { PlanFacts } from './plan-facts.ts'
import { encodeGreyPng } from './png.ts'
import { type ReportFacts, reportHtml, worstMistakes } from './report.ts'
import { predictions } from './train.ts'

/** Four held-out digits 0 … 3: the first and the third are read well, the others are misread. */
const heldOut: Digits = {
  count: 4,
  pixels: Uint8Array.from({ length: 4 * 784 }, (_, at) => at % 251),
  labels: Uint8Array.of(0, 1, 2, 3),
}
const row = (chances: Readonly<Record<number, number>>): number[] =>
  Array.from({ length: 10 }, (_, digit) => chances[digit] ?? 0)

const plan: PlanFacts = {
  name: 'digits.adam',
  kernels: [
    {
      name: 'dot_add_1',
      ops: ['dot', 'add'],
      loops: '16 × 50, products over 9',
      reads: ['x', 'w<1>'],
      writes: ['dot'],
      bytesRead: 1234567,
      bytesWritten: 400,
      locations: ['examples/digits/src/model.ts:35:17'],
      reasons: ['INLINE_VIEW: a movement & no more'],
      text: 'for i0 in 0..16\n  if i0 < 3',
    },
  ],
  buffers: 63,
  arenaBytes: 8_958_400,
  livePeakBytes: 8_206_800,
  stateBytes: 153_732,
  feedBytes: 157_000,
  resultBytes: 4,
  constantBytes: 0,
  text: 'plan digits.adam\n  arena 8958400 bytes',
}

const facts: ReportFacts = {
  run: {
    backend: 'wasm',
    weights: 12_810,
    losses: [2.3, 1.5, 1.1, 0.9],
    stepsAnEpoch: 2,
    epochs: [
      { epoch: 1, trainingLoss: 1.9, heldOutLoss: 1.2, accuracy: 0.25, trainingMs: 100, evaluationMs: 20 },
      { epoch: 2, trainingLoss: 1, heldOutLoss: 0.8, accuracy: 0.5, trainingMs: 100, evaluationMs: 20 },
    ],
    probabilities: [
      ...row({ 0: 1 }),
      ...row({ 1: 0.3, 7: 0.7 }),
      ...row({ 2: 0.9, 3: 0.1 }),
      ...row({ 3: 0.01, 8: 0.99 }),
    ],
    training: plan,
    evaluation: { ...plan, name: 'digits.evaluation' },
    compileMs: 300,
    totalMs: 600,
    deviceBytes: 629_100,
    wasInterrupted: false,
  },
  settings: { epochs: 2, batch: 50, rate: 0.002, seed: 0, steps: 2 },
  heldOut,
  trainingImages: 8000,
  runtime: 'wasm (cpu)',
  host: 'a machine <with> two processors',
  date: new Date(0),
}

const parse = (html: string): Document => parseHTML(html).document
const textOf = (document: Document, id: string): string =>
  document.getElementById(id)?.textContent?.replaceAll(/\s+/g, ' ') ?? ''

describe('a report', () => {
  const html = reportHtml(facts)
  const document = parse(html)

  test('has all its sections, each with a heading', () => {
    const sections = [...document.querySelectorAll('section')]

    expect(sections.map(({ id }) => id)).toEqual([
      'loss',
      'accuracy',
      'confusion',
      'facts',
      'mistakes',
      'kernels',
      'evaluation-kernels',
      'memory',
    ])
    expect(sections.filter((section) => section.querySelector('h2') === null)).toEqual([])
  })

  test('needs nothing from elsewhere: no scripts, no links, pictures inside', () => {
    const sources = [...document.querySelectorAll('[src]')].map(
      (element) => element.getAttribute('src') ?? '',
    )

    expect(document.querySelectorAll('script, link, iframe').length).toBe(0)
    expect(sources.filter((source) => !source.startsWith('data:image/png;base64,'))).toEqual([])
    expect(html).not.toMatch(/url\(|@import|href="(?!#)/)
  })

  test('closes every element it opens', () => {
    const voids = ['meta', 'img', 'br']
    const open: string[] = []
    for (const [, end, name, own] of html.matchAll(/<(\/?)([a-zA-Z][\w-]*)(?:"[^"]*"|[^">])*?(\/?)>/g)) {
      if (end === '/') expect(open.pop()).toBe(name)
      else if (own !== '/' && !voids.includes(name ?? '')) open.push(name ?? '')
    }

    expect(open).toEqual([])
  })

  test('draws the curves: every step, their mean, each evaluation', () => {
    expect(document.querySelectorAll('#loss svg path').length).toBeGreaterThanOrEqual(2)
    expect(document.querySelectorAll('#loss svg circle').length).toBe(2)
    expect(document.querySelectorAll('#accuracy svg circle').length).toBe(2)
  })

  test('draws a cell for each pair of digits and writes the counts that are not 0', () => {
    const written = [...document.querySelectorAll('#confusion g[aria-label="text"] text')]

    expect(document.querySelectorAll('#confusion g[aria-label="cell"] rect').length).toBe(100)
    expect(written.map((text) => text.textContent)).toEqual(['1', '1', '1', '1'])
  })

  test('shows the worst mistakes as pictures, worst first', () => {
    const figures = [...document.querySelectorAll('#mistakes figure')]

    expect(figures.map((figure) => figure.textContent)).toEqual(['3 read as 899.0 %', '1 read as 770.0 %'])
    expect(figures.map((figure) => figure.querySelector('img')?.getAttribute('alt'))).toEqual([
      'a 3 read as 8',
      'a 1 read as 7',
    ])
  })

  test('lists each kernel with its ops, loops, bytes and user lines; reasons fold out', () => {
    const text = textOf(document, 'kernels')

    expect(text).toContain('dot_add_1')
    expect(text).toContain('16 × 50, products over 9')
    expect(text).toContain('2 dot, add')
    expect(text).toContain('1.23 MB 2 buffers')
    expect(text).toContain('examples/digits/src/model.ts:35:17')
    expect(document.querySelector('#kernels details')?.textContent).toContain('a movement & no more')
  })

  test('gives the peak of memory exactly', () => {
    expect(textOf(document, 'memory')).toContain('8,958,400 bytes')
    expect(textOf(document, 'memory')).toContain('8,206,800 bytes')
  })

  test('escapes what it is given', () => {
    expect(textOf(document, 'facts')).toContain('a machine <with> two processors')
    expect(html).not.toContain('<with>')
  })

  test('is written even if no step was made', () => {
    const nothing = { ...facts.run, losses: [], epochs: [], probabilities: [], wasInterrupted: true }

    const empty = parse(reportHtml({ ...facts, run: nothing }))

    expect(textOf(empty, 'loss')).toContain('No step was made.')
    expect(textOf(empty, 'confusion')).toContain('There was no evaluation.')
    expect(empty.querySelectorAll('section').length).toBe(8)
  })
})

test('mistakes are ordered by how unlikely the true digit was thought', () => {
  const found = worstMistakes(facts, predictions(facts.run.probabilities))

  expect(found.map(({ image, label, predicted, missed }) => [image, label, predicted, missed])).toEqual([
    [3, 3, 8, 0.01],
    [1, 1, 7, 0.3],
  ])
})

test('confusion counts are by true digit, then by predicted', () => {
  const counts = confusionCounts([2, 2, 5], [2, 3, 5]).filter(({ count }) => count > 0)

  expect(counts).toEqual([
    { label: 2, predicted: 2, count: 1 },
    { label: 2, predicted: 3, count: 1 },
    { label: 5, predicted: 5, count: 1 },
  ])
})

test('a picture is a PNG whose rows come back', () => {
  const png = encodeGreyPng(Uint8Array.of(1, 2, 3, 4, 5, 6), 3, 2)

  expect(png.subarray(1, 4).toString('latin1')).toBe('PNG')
  expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([3, 2])
  const at = png.indexOf('IDAT')
  const data = png.subarray(at + 4, at + 4 + png.readUInt32BE(at - 4))
  expect([...inflateSync(data)]).toEqual([0, 1, 2, 3, 0, 4, 5, 6])
})
