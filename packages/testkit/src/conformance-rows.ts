// Composites that work row by row: what is read off sorted rows, running sums, searches and counts.
import {
  bucketize,
  cumMax,
  cumProd,
  histogram,
  logCumSumExp,
  medianWithIndex,
  mode,
  norm,
  quantile,
  searchSorted,
  sort,
  std,
  topK,
  type ValuesWithIndices,
} from '@heddle/core'
import type { Composite } from './conformance-composites.ts'

const rows = { dtype: 'f32', shape: [3, 7] } as const
const positive = { dtype: 'f32', shape: [2, 6], low: 0.5, high: 1.5 } as const
/** By name: a result is a record of values. */
const both = ({ values, indices }: ValuesWithIndices): Readonly<Record<string, typeof values>> => ({
  values,
  indices,
})

export const rowComposites: readonly Composite[] = [
  { name: 'sort', inputs: [rows], build: (x) => both(sort(x(0))) },
  {
    name: 'sort along the first axis',
    inputs: [rows],
    build: (x) => both(sort(x(0), { axis: 0, descending: true })),
  },
  { name: 'topK', inputs: [rows], build: (x) => both(topK(x(0), 3)) },
  { name: 'medianWithIndex', inputs: [rows], build: (x) => both(medianWithIndex(x(0))) },
  { name: 'mode', inputs: [{ ...rows, low: -1, high: 1, integers: true }], build: (x) => both(mode(x(0))) },
  { name: 'quantile', inputs: [rows], build: (x) => quantile(x(0), [0.125, 0.75], { axis: 1 }) },
  { name: 'cumProd', inputs: [positive], build: (x) => cumProd(x(0)) },
  { name: 'logCumSumExp', inputs: [rows], build: (x) => logCumSumExp(x(0), { axis: 0 }) },
  { name: 'cumMax', inputs: [rows], build: (x) => both(cumMax(x(0))) },
  { name: 'std', inputs: [rows], build: (x) => std(x(0), { axis: 1 }) },
  { name: 'norm of order 3', inputs: [rows], build: (x) => norm(x(0), { axis: 1, p: 3 }) },
  {
    name: 'searchSorted',
    inputs: [rows, { dtype: 'f32', shape: [3, 4] }],
    build: (x) => searchSorted(sort(x(0)).values, x(1)),
  },
  {
    name: 'bucketize',
    inputs: [rows, { dtype: 'f32', shape: [9] }],
    build: (x) => bucketize(x(0), sort(x(1)).values, { right: true }),
  },
  {
    name: 'histogram',
    inputs: [{ dtype: 'f32', shape: [20] }],
    build: (x) => ({ ...histogram(x(0), { bins: 4, range: [-2, 2] }) }),
  },
]
