// Makes loop nests shorter without changing what they do: axes of extent 1 disappear, and two neighbouring axes that every
// index uses like one longer axis become it. Long rows are what vector loops and matrix multiplication live on.
import {
  type AxisId,
  type Guard,
  type IndexAtom,
  type IndexExpression,
  type Kernel,
  type ScalarCode,
  type ScalarNode,
  type Stage,
  substituteAxes,
} from '@heddle/core'

export function collapse(kernel: Kernel): Kernel {
  let current = dropUnitAxes(kernel)
  for (;;) {
    const pair = mergeablePair(current)
    if (pair === undefined) return current
    current = merge(current, pair)
  }
}

/**
 * Makes a run of neighbouring row axes one axis, which keeps the id of the last; `undefined` if some index tells them apart.
 */
export function mergeRun(kernel: Kernel, run: readonly AxisId[]): Kernel | undefined {
  const inner = run.at(-1)
  if (inner === undefined) return kernel
  let current = kernel
  for (const outer of run.slice(0, -1).reverse()) {
    const extent = current.axes[inner]?.extent ?? 0
    if (!indexExpressions(current).every((index) => usesAsOne(index, outer, inner, extent))) return undefined
    current = merge(current, { outer, inner })
  }
  return current
}

interface Pair {
  readonly outer: AxisId
  readonly inner: AxisId
}

/** Every ordered list of axes of a kernel; a pair must be neighbours in each list that has one of them. */
function axisLists(kernel: Kernel): readonly (readonly AxisId[])[] {
  const lists: (readonly AxisId[])[] = [kernel.rows]
  for (const stage of kernel.stages) {
    if (stage.kind === 'contract') lists.push(stage.batch, stage.m, stage.n, stage.k)
    else lists.push(stage.axes)
  }
  return lists
}

function mergeablePair(kernel: Kernel): Pair | undefined {
  const lists = axisLists(kernel)
  const indices = indexExpressions(kernel)
  for (const list of lists) {
    for (let at = 0; at + 1 < list.length; at++) {
      const outer = list[at]
      const inner = list[at + 1]
      if (outer === undefined || inner === undefined) continue
      const together = lists.every(
        (other) =>
          (!other.includes(outer) && !other.includes(inner)) ||
          (other.includes(outer) && other.indexOf(inner) === other.indexOf(outer) + 1),
      )
      const extent = kernel.axes[inner]?.extent ?? 0
      if (together && indices.every((index) => usesAsOne(index, outer, inner, extent)))
        return { outer, inner }
    }
  }
  return undefined
}

/** Whether an expression depends on `outer` and `inner` only through `outer * extent + inner`. */
function usesAsOne(index: IndexExpression, outer: AxisId, inner: AxisId, extent: number): boolean {
  let ofOuter = 0
  let ofInner = 0
  for (const { coefficient, atom } of index.terms) {
    if (atom.kind === 'axis') {
      if (atom.axis === outer) ofOuter = coefficient
      if (atom.axis === inner) ofInner = coefficient
    } else if (atom.kind !== 'value' && !usesAsOne(atom.of, outer, inner, extent)) return false
  }
  return ofOuter === ofInner * extent
}

/** The pair becomes one axis, `inner` with the product of both extents; `outer` keeps its id but is in no list. */
function merge(kernel: Kernel, { outer, inner }: Pair): Kernel {
  const size = (axis: AxisId): number => kernel.axes[axis]?.extent ?? 0
  const label = kernel.axes[outer]?.label ?? ''
  const axes = kernel.axes.map((axis, id) => {
    if (id === outer) return { ...axis, extent: 1 }
    return id === inner ? { extent: size(outer) * size(inner), label: label + axis.label } : axis
  })
  return withoutAxes({ ...kernel, axes }, new Set([outer]))
}

function dropUnitAxes(kernel: Kernel): Kernel {
  const unit = new Set<AxisId>()
  kernel.axes.forEach(({ extent }, axis) => {
    if (extent === 1) unit.add(axis)
  })
  return unit.size === 0 ? kernel : withoutAxes(kernel, unit)
}

/** Removes axes from all lists; in indices they are 0, and what is left of a merged pair stays. */
function withoutAxes(kernel: Kernel, gone: ReadonlySet<AxisId>): Kernel {
  const keep = (axes: readonly AxisId[]): readonly AxisId[] => axes.filter((axis) => !gone.has(axis))
  const extentOf = (axis: AxisId): number => kernel.axes[axis]?.extent ?? 1
  const zero = { constant: 0, terms: [] }
  const index = (expression: IndexExpression): IndexExpression =>
    usesAny(expression, gone)
      ? substituteAxes(
          expression,
          (axis) =>
            gone.has(axis)
              ? zero
              : { constant: 0, terms: [{ coefficient: 1, atom: { kind: 'axis', axis } }] },
          extentOf,
        )
      : expression
  const guard = ({ index: of, low, high }: Guard): Guard => ({ index: index(of), low, high })
  const node = (value: ScalarNode): ScalarNode => {
    if (value.op === 'load') return { ...value, index: index(value.index), guards: value.guards.map(guard) }
    if (value.op === 'index') return { ...value, index: index(value.index) }
    if (value.op === 'within') return { ...value, guards: value.guards.map(guard) }
    return value
  }
  const code = (values: ScalarCode): ScalarCode => values.map(node)
  const stage = (each: Stage): Stage => {
    switch (each.kind) {
      case 'contract':
        return {
          ...each,
          batch: keep(each.batch),
          m: keep(each.m),
          n: keep(each.n),
          k: keep(each.k),
          code: code(each.code),
        }
      case 'map':
        return {
          ...each,
          axes: keep(each.axes),
          code: code(each.code),
          stores: each.stores.map((store) => ({ ...store, index: index(store.index) })),
        }
      case 'scatter':
        return {
          ...each,
          axes: keep(each.axes),
          code: code(each.code),
          index: index(each.index),
          guards: each.guards.map(guard),
        }
      case 'reduce':
        return { ...each, axes: keep(each.axes), code: code(each.code) }
      default:
        return each satisfies never
    }
  }
  return { ...kernel, rows: keep(kernel.rows), stages: kernel.stages.map(stage) }
}

function usesAny(index: IndexExpression, axes: ReadonlySet<AxisId>): boolean {
  const inAtom = (atom: IndexAtom): boolean =>
    atom.kind === 'axis' ? axes.has(atom.axis) : atom.kind !== 'value' && usesAny(atom.of, axes)
  return index.terms.some(({ atom }) => inAtom(atom))
}

function indexExpressions(kernel: Kernel): readonly IndexExpression[] {
  const found: IndexExpression[] = []
  const guards = (list: readonly Guard[]): void => {
    for (const { index } of list) found.push(index)
  }
  for (const stage of kernel.stages) {
    for (const node of stage.code) {
      if (node.op === 'load' || node.op === 'index') found.push(node.index)
      if (node.op === 'load' || node.op === 'within') guards(node.guards)
    }
    if (stage.kind === 'map') for (const { index } of stage.stores) found.push(index)
    if (stage.kind === 'scatter') {
      found.push(stage.index)
      guards(stage.guards)
    }
  }
  return found
}
