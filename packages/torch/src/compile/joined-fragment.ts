// Applications joined to one fragment.
import type { Value } from '@heddle/core'
import type { Application, Cell } from '../engine/cell.ts'
import type { Device } from '../engine/device.ts'
import { copyInto, type Fragment, makeFragment } from '../engine/fragment.ts'
import type { Recording } from './recording.ts'

export interface Joined {
  readonly fragment: Fragment
  readonly device: Device
  readonly operations: number
  /** Numbers that are equal for equal fragments of equal origin. */
  readonly signature: readonly number[]
}

/** Applications as one fragment that gives `roots`, of the cells that `operandsFor` makes of those that nothing here gave. */
export function joinedFragment(
  recording: Recording,
  roots: readonly Cell[],
  producers: ReadonlyMap<Cell, Application>,
  operandsFor: (leaves: Iterable<Cell>) => readonly Cell[],
): Joined | undefined {
  const applications = applicationsOf(roots, producers)
  const device = roots[0]?.device
  if (device === undefined) return undefined
  const leaves = new Set(applications.flatMap(({ inputs }) => inputs).filter((cell) => !producers.has(cell)))
  const operands = operandsFor(leaves)
  for (const cell of [...operands, ...applications.flatMap(({ outputs }) => outputs)]) {
    if (cell.device !== device) recording.refuse('tensors are on several devices')
  }
  const fragment = makeFragment(
    operands.map(({ type }) => type),
    (given, b) => {
      const values = new Map<Cell, Value>(operands.map((cell, k) => [cell, given[k] as Value]))
      for (const { fragment, inputs, outputs } of applications) {
        const { graph } = fragment
        const known = new Map(graph.inputs.map((input, k) => [input, values.get(inputs[k] as Cell) as Value]))
        const copies = copyInto(b, graph.results, known)
        graph.results.forEach((result, k) => {
          values.set(outputs[k] as Cell, copies.get(result) as Value)
        })
      }
      return roots.map((root) => values.get(root) as Value)
    },
  )
  return {
    fragment,
    device,
    operations: applications.length,
    signature: signatureOf(applications, operands, roots),
  }
}

function signatureOf(
  applications: readonly Application[],
  operands: readonly Cell[],
  roots: readonly Cell[],
): readonly number[] {
  const places = new Map(operands.map((cell, k) => [cell, -1 - k]))
  const numbers: number[] = []
  let next = 0
  for (const { fragment, inputs, outputs } of applications) {
    numbers.push(fragment.id, ...inputs.map((input) => places.get(input) as number))
    for (const output of outputs) places.set(output, next++)
  }
  return [...numbers, ...roots.map((root) => places.get(root) as number)]
}

/** What the roots depend on, in the order in which it was recorded. */
function applicationsOf(
  roots: readonly Cell[],
  producers: ReadonlyMap<Cell, Application>,
): readonly Application[] {
  const needed = new Set<Application>()
  const add = (cell: Cell): void => {
    const application = producers.get(cell)
    if (application !== undefined) needed.add(application)
  }
  for (const root of roots) add(root)
  for (const { inputs } of needed) for (const input of inputs) add(input)
  return [...needed].sort((x, y) => x.order - y.order)
}
