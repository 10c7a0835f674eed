// Joins neighbouring axes that are only ever walked together: `for i, for j: x[i * J + j]` is `for ij: x[ij]`. Longer inner
// loops, fewer index terms. Changes no order of evaluation, so no result.
import {
  type AxisId,
  type Guard,
  type IndexExpression,
  indexAxis,
  indexConstant,
  type ScalarNode,
  type Stage,
  strideOf,
  substituteAxes,
} from '@heddle/core'
import type { LoopNest } from './lanes.ts'

export function collapseAxes(kernel: LoopNest): LoopNest {
  let current = kernel
  for (;;) {
    const pair = findPair(current)
    if (pair === undefined) return dropUnused(current)
    current = join(current, pair[0], pair[1])
  }
}

/** Lists of axes walked in this order: the rows, and each stage's own. */
function axisLists(kernel: LoopNest): readonly (readonly AxisId[])[] {
  const lists: (readonly AxisId[])[] = []
  for (const stage of kernel.stages) {
    if (stage.kind === 'contract') lists.push(stage.batch, stage.m, stage.n, stage.k)
    else if (stage.axes.length > 0) lists.push(stage.axes)
  }
  return kernel.stages.some((stage) => stage.kind === 'contract') ? lists : [kernel.rows, ...lists]
}

function findPair(kernel: LoopNest): readonly [AxisId, AxisId] | undefined {
  const lists = axisLists(kernel)
  const indices = indicesOf(kernel)
  for (const list of lists) {
    for (let k = 0; k + 1 < list.length; k++) {
      const [outer, inner] = [list[k] ?? 0, list[k + 1] ?? 0]
      const adjacent =
        lists.every((other) => isPair(other, outer, inner)) && isPair(kernel.rows, outer, inner)
      const span = kernel.axes[inner]?.extent ?? 1
      if (adjacent && indices.every((index) => walksTogether(index, outer, inner, span)))
        return [outer, inner]
    }
  }
  return undefined
}

/** Both axes next to each other in this order, or neither. */
function isPair(list: readonly AxisId[], outer: AxisId, inner: AxisId): boolean {
  const at = list.indexOf(outer)
  return at < 0 ? !list.includes(inner) : list[at + 1] === inner
}

function walksTogether(index: IndexExpression, outer: AxisId, inner: AxisId, span: number): boolean {
  const far = strideOf(index, outer)
  const near = strideOf(index, inner)
  return far !== undefined && near !== undefined && far === near * span
}

function join(kernel: LoopNest, outer: AxisId, inner: AxisId): LoopNest {
  const span = kernel.axes[inner]?.extent ?? 1
  const joined = (kernel.axes[outer]?.extent ?? 1) * span
  const axes = kernel.axes.map((axis, id) =>
    id === outer
      ? { extent: joined, label: axis.label }
      : id === inner
        ? { extent: 1, label: axis.label }
        : axis,
  )
  // outer * span + inner becomes the joined axis, which takes the outer one's place.
  const replace = (index: IndexExpression): IndexExpression => {
    const near = strideOf(index, inner) ?? 0
    const rest = substituteAxes(index, (axis) =>
      axis === outer || axis === inner ? indexConstant(0) : indexAxis(axis),
    )
    return near === 0 ? rest : addTerm(rest, outer, near)
  }
  const without = (list: readonly AxisId[]): readonly AxisId[] => list.filter((axis) => axis !== inner)
  return {
    ...kernel,
    axes,
    rows: without(kernel.rows),
    stages: kernel.stages.map((stage) => mapStageIndices(stage, replace, without)),
  }
}

const addTerm = (index: IndexExpression, axis: AxisId, coefficient: number): IndexExpression => {
  const [term] = indexAxis(axis).terms
  if (term === undefined) return index
  const terms = [...index.terms, { ...term, coefficient }]
  return substituteAxes({ constant: index.constant, terms }, indexAxis)
}

/** Removes axes no list names any more. */
function dropUnused(kernel: LoopNest): LoopNest {
  const used = new Set<AxisId>([...kernel.rows, ...axisLists(kernel).flat()])
  const kept = kernel.axes.map((_, id) => id).filter((id) => used.has(id))
  if (kept.length === kernel.axes.length) return kernel
  const position = new Map(kept.map((id, at) => [id, at]))
  const rename = (list: readonly AxisId[]): readonly AxisId[] => list.map((axis) => position.get(axis) ?? 0)
  const replace = (index: IndexExpression): IndexExpression =>
    substituteAxes(index, (axis) => {
      const at = position.get(axis)
      return at === undefined ? indexConstant(0) : indexAxis(at)
    })
  return {
    ...kernel,
    axes: kept.map((id) => kernel.axes[id] ?? { extent: 1, label: '' }),
    rows: rename(kernel.rows),
    stages: kernel.stages.map((stage) => mapStageIndices(stage, replace, rename)),
  }
}

function indicesOf(kernel: LoopNest): readonly IndexExpression[] {
  const indices: IndexExpression[] = []
  const note = (index: IndexExpression): IndexExpression => {
    indices.push(index)
    return index
  }
  for (const stage of kernel.stages) mapStageIndices(stage, note, (list) => list)
  return indices
}

function mapStageIndices(
  stage: Stage,
  replace: (index: IndexExpression) => IndexExpression,
  list: (axes: readonly AxisId[]) => readonly AxisId[],
): Stage {
  const guards = (all: readonly Guard[]): readonly Guard[] =>
    all.map((guard) => ({ ...guard, index: replace(guard.index) }))
  const code = stage.code.map((node): ScalarNode => {
    if (node.op === 'load') return { ...node, index: replace(node.index), guards: guards(node.guards) }
    if (node.op === 'index') return { ...node, index: replace(node.index) }
    if (node.op === 'within') return { ...node, guards: guards(node.guards) }
    return node
  })
  switch (stage.kind) {
    case 'reduce':
      return { ...stage, code, axes: list(stage.axes) }
    case 'contract':
      return {
        ...stage,
        code,
        batch: list(stage.batch),
        m: list(stage.m),
        n: list(stage.n),
        k: list(stage.k),
      }
    case 'map':
      return {
        ...stage,
        code,
        axes: list(stage.axes),
        stores: stage.stores.map((store) => ({ ...store, index: replace(store.index) })),
      }
    case 'scatter':
      return {
        ...stage,
        code,
        axes: list(stage.axes),
        index: replace(stage.index),
        guards: guards(stage.guards),
      }
    default:
      return stage satisfies never
  }
}
