import { compileSync } from '@heddle/compiler'
import { cpu } from '@heddle/runtime-cpu'
import { expect, test } from 'vitest'
import { graphOf } from '../models.ts'
import { fillTensors } from './case.ts'
import { caseNamed, cases } from './index.ts'

test('cases: each has a Heddle program that takes its tensors and has the result of its kind', () => {
  for (const subject of cases) {
    const graph = graphOf(subject)
    const names = graph.inputs.map(({ value }) => value.attrs.name)

    expect(names).toEqual(expect.arrayContaining(subject.tensors.map(({ name }) => name)))
    expect(graph.outputs.map(({ name }) => name)).toEqual([subject.kind === 'training' ? 'loss' : 'output'])
  }
})

test('cases: tensors are the same each time, and labels are whole and below their bound', () => {
  const tensors = caseNamed('mlp-adam')?.tensors ?? []
  const [first, second] = [fillTensors(tensors), fillTensors(tensors)]

  expect(first).toEqual(second)
  const labels = [...(first.get('y') ?? [])]
  expect(labels.every((label) => Number.isInteger(label) && label >= 0 && label < 10)).toBe(true)
  expect(new Set(labels).size).toBeGreaterThan(5)
})

test('cases: numbers meant to be normal have mean 0 and deviation 1', () => {
  const data = Float32Array.from(fillTensors(caseNamed('gelu')?.tensors ?? []).get('x') ?? [])
  const mean = data.reduce((sum, x) => sum + x, 0) / data.length
  const variance = data.reduce((sum, x) => sum + (x - mean) ** 2, 0) / data.length

  expect(Math.abs(mean)).toBeLessThan(0.01)
  expect(Math.abs(variance - 1)).toBeLessThan(0.01)
})

test('cases: the linear regression finds the line its data lies on', () => {
  const subject = caseNamed('linear-regression')
  if (subject === undefined) throw new Error('no such case')
  using session = compileSync(graphOf(subject), { backend: cpu() })
  const tensors = fillTensors(subject.tensors)
  for (const [name, data] of tensors) session.setState(name, data)
  for (let step = 0; step < 100; step++) session.runSync()

  expect(session.stateSync('w').item()).toBeCloseTo(3, 1)
  expect(session.stateSync('b').item()).toBeCloseTo(2, 1)
})
