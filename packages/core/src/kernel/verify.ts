// Checks a kernel on its own, without knowing what made it. Its invariants, named in `details.constraint` of the error:
//  K1  extents are integers >= 0; `rows` are distinct axes
//  K2  buffers have a known dtype and an integer size >= 0; at least one is written
//  K3  stages are: reduce stages then one map; or one contract then one map without axes; or one scatter without axes
//  K4  axes of a stage are distinct, exist and are not rows; those of a contract split rows into batch, m, n
//  K5  code is in SSA order; no 'param'; operands and results have the dtypes `scalarTypes` allows; constants are values
//      of their dtype
//  K6  index expressions are canonical, over axes in scope and earlier i32 values; data-dependent ones stay inside i32
//  K7  a load reads a 'read' buffer of its dtype and stays inside it wherever its guards hold
//  K8  `accumulated` names an accumulator of an earlier stage and has its dtype
//  K9  an accumulator's dtype is that of its value, one that computes, or i32 for argmax and argmin; lanes are 1 or 16
//  K10 every written buffer has exactly one store, of its dtype, which reaches each element exactly once
//  K11 operand a of a contract does not depend on n, b not on m; both have the stage's dtype; block is an integer >= 1
//  K12 a scatter's value has the dtype of the written buffer it goes to (what does not compute can only be assigned), and
//      its place is inside that buffer wherever its guards hold
import { computes, type DType, dtypes } from '../dtype.ts'
import type { AxisId } from './index-expression.ts'
import { covers } from './index-proof.ts'
import { axesOf, valuesOf } from './index-query.ts'
import type { ContractStage, Kernel, MapStage, ReduceStage, ScatterStage, Stage } from './kernel.ts'
import { kernelInvalid } from './kernel-error.ts'
import type { ValueId } from './scalar.ts'
import { codeSpace, requireInside, verifyCode, verifyIndex } from './verify-code.ts'

/** Throws `LOWER_KERNEL_INVALID` at the first invariant that does not hold. */
export function verifyKernel(kernel: Kernel): void {
  verifyAxes(kernel)
  verifyBuffers(kernel)
  verifyStageOrder(kernel)
  for (const [position, stage] of kernel.stages.entries()) {
    const where = `stage ${position} (${stage.kind})`
    verifyStageAxes(kernel, stage, where)
    verifyCode(kernel, position, where)
    switch (stage.kind) {
      case 'reduce':
        verifyReduce(kernel, stage, where)
        break
      case 'contract':
        verifyContract(kernel, stage, where)
        break
      case 'map':
        verifyMap(kernel, stage, where)
        break
      case 'scatter':
        verifyScatter(kernel, stage, where)
        break
      default:
        stage satisfies never
    }
  }
}

function verifyAxes(kernel: Kernel): void {
  for (const [axis, { extent }] of kernel.axes.entries()) {
    if (isCount(extent)) continue
    throw kernelInvalid(kernel, 'K1', `axis ${axis}`, `has extent ${extent}; it must be an integer >= 0`)
  }
  requireDistinctAxes(kernel, kernel.rows, 'K1', 'rows')
}

function verifyBuffers(kernel: Kernel): void {
  for (const [buffer, { dtype, size }] of kernel.buffers.entries()) {
    const where = `buffer ${buffer}`
    if (!Object.hasOwn(dtypes, dtype)) throw kernelInvalid(kernel, 'K2', where, `has dtype ${dtype}`)
    if (!isCount(size)) {
      throw kernelInvalid(kernel, 'K2', where, `has size ${size}; it must be an integer >= 0`)
    }
  }
  if (!kernel.buffers.some(({ access }) => access === 'write')) {
    throw kernelInvalid(kernel, 'K2', '', 'writes no buffer; it would have no effect')
  }
}

function verifyStageOrder(kernel: Kernel): void {
  const kinds = kernel.stages.map(({ kind }) => kind)
  const last = kernel.stages.at(-1)
  const before = kinds.slice(0, -1)
  const legal =
    (last?.kind === 'map' && before.every((kind) => kind === 'reduce')) ||
    (last?.kind === 'map' && last.axes.length === 0 && before.length === 1 && before[0] === 'contract') ||
    (last?.kind === 'scatter' && last.axes.length === 0 && before.length === 0)
  if (legal) return
  const found = kinds.length === 0 ? 'none' : kinds.join(', ')
  throw kernelInvalid(
    kernel,
    'K3',
    '',
    `stages are ${found}; they must be reduce stages and a map, a contract and a map without axes, or a scatter without axes`,
  )
}

function verifyStageAxes(kernel: Kernel, stage: Stage, where: string): void {
  const inner = innerAxes(stage)
  requireDistinctAxes(kernel, inner, 'K4', where)
  const shared = inner.find((axis) => kernel.rows.includes(axis))
  if (shared !== undefined) throw kernelInvalid(kernel, 'K4', where, `axis ${shared} is also a row axis`)
  if (stage.kind !== 'contract') return
  const parts = [...stage.batch, ...stage.m, ...stage.n]
  const isPartition =
    parts.length === kernel.rows.length &&
    new Set(parts).size === parts.length &&
    parts.every((axis) => kernel.rows.includes(axis))
  if (isPartition) return
  throw kernelInvalid(
    kernel,
    'K4',
    where,
    `batch [${stage.batch}], m [${stage.m}] and n [${stage.n}] must hold each of the rows [${kernel.rows}] once`,
  )
}

function verifyReduce(kernel: Kernel, stage: ReduceStage, where: string): void {
  if (stage.lanes !== 1 && stage.lanes !== 16) {
    throw kernelInvalid(kernel, 'K9', where, `has ${String(stage.lanes)} lanes; it must have 1 or 16`)
  }
  if (stage.accumulators.length === 0) throw kernelInvalid(kernel, 'K9', where, 'has no accumulator')
  for (const [position, { combine, dtype, value }] of stage.accumulators.entries()) {
    const of = requireValue(kernel, stage, value, where)
    const positional = combine === 'argmax' || combine === 'argmin'
    const arithmetic = combine === 'sum' || combine === 'product' || positional
    if (dtype !== (positional ? 'i32' : of) || !computes(of) || (of === 'bool' && arithmetic)) {
      throw kernelInvalid(
        kernel,
        'K9',
        where,
        `accumulator ${position} gives ${dtype} by ${combine} of ${of}`,
      )
    }
  }
}

function verifyContract(kernel: Kernel, stage: ContractStage, where: string): void {
  const { block, dtype } = stage
  if (!(Number.isInteger(block) && block >= 1)) {
    throw kernelInvalid(kernel, 'K11', where, `has block ${block}; it must be an integer >= 1`)
  }
  for (const [name, value, foreign] of [
    ['a', stage.a, stage.n],
    ['b', stage.b, stage.m],
  ] as const) {
    const of = requireValue(kernel, stage, value, where)
    if (of !== dtype || !['f32', 'f64'].includes(dtype)) {
      throw kernelInvalid(kernel, 'K11', where, `operand ${name} has dtype ${of}; the stage has ${dtype}`)
    }
    const axes = axesReaching(stage, value)
    const dependsOn = foreign.find((axis) => axes.has(axis) && kernel.axes[axis]!.extent > 1)
    if (dependsOn !== undefined) {
      throw kernelInvalid(
        kernel,
        'K11',
        where,
        `operand ${name} depends on axis ${dependsOn} of the other side`,
      )
    }
  }
}

function verifyMap(kernel: Kernel, stage: MapStage, where: string): void {
  const space = codeSpace(kernel, stage)
  const stored = new Set<number>()
  for (const { buffer, index, value } of stage.stores) {
    const target = kernel.buffers[buffer]
    if (target?.access !== 'write') {
      throw kernelInvalid(kernel, 'K10', where, `stores to buffer ${buffer}, which is not written`)
    }
    if (stored.has(buffer)) throw kernelInvalid(kernel, 'K10', where, `stores to ${target.label} twice`)
    stored.add(buffer)
    const of = requireValue(kernel, stage, value, where)
    if (of !== target.dtype) {
      throw kernelInvalid(
        kernel,
        'K10',
        where,
        `stores ${of} to ${target.label}, which holds ${target.dtype}`,
      )
    }
    const place = `${where}, store to ${target.label}`
    verifyIndex(kernel, stage, index, stage.code.length, place)
    requireInside(kernel, index, [], buffer, space, 'K10', place)
    if (!covers(index, target.size, space)) {
      const count = space.axes.reduce((product, axis) => product * space.extent(axis), 1)
      throw kernelInvalid(
        kernel,
        'K10',
        where,
        `${count} stores do not reach each of the ${target.size} elements of ${target.label} once`,
      )
    }
  }
  for (const [buffer, { access, label }] of kernel.buffers.entries()) {
    if (access === 'write' && !stored.has(buffer))
      throw kernelInvalid(kernel, 'K10', where, `never stores ${label}`)
  }
}

function verifyScatter(kernel: Kernel, stage: ScatterStage, where: string): void {
  const target = kernel.buffers[stage.buffer]
  const of = requireValue(kernel, stage, stage.value, where)
  const { combine } = stage
  const combines = of !== 'bool' && computes(of)
  if (target?.access !== 'write' || of !== target.dtype || (!combines && combine !== 'assign')) {
    throw kernelInvalid(
      kernel,
      'K12',
      where,
      `combines ${of} by ${combine} in buffer ${stage.buffer}; it must be written and of that dtype, and bools can only be assigned`,
    )
  }
  for (const guard of stage.guards) verifyIndex(kernel, stage, guard.index, stage.code.length, where)
  verifyIndex(kernel, stage, stage.index, stage.code.length, where)
  requireInside(kernel, stage.index, stage.guards, stage.buffer, codeSpace(kernel, stage), 'K12', where)
}

/** Axes a stage loops over below the rows. */
export function innerAxes(stage: Stage): readonly AxisId[] {
  return stage.kind === 'contract' ? stage.k : stage.axes
}

/** Axes on which a value depends, directly or through its operands and indices. */
function axesReaching({ code }: ContractStage, value: ValueId): ReadonlySet<AxisId> {
  const needed = new Set<ValueId>([value])
  const axes = new Set<AxisId>()
  for (let id = value; id >= 0; id--) {
    const node = code[id]
    if (node === undefined || !needed.has(id)) continue
    if (node.op === 'load' || node.op === 'index' || node.op === 'within') {
      const guards = node.op === 'index' ? [] : node.guards.map((guard) => guard.index)
      const indices = node.op === 'within' ? guards : [...guards, node.index]
      for (const index of indices) {
        for (const axis of axesOf(index)) axes.add(axis)
        for (const used of valuesOf(index)) needed.add(used)
      }
    } else if (node.op !== 'const' && node.op !== 'accumulated') {
      for (const operand of node.args) needed.add(operand)
    }
  }
  return axes
}

function requireValue(kernel: Kernel, stage: Stage, value: ValueId, where: string): DType {
  const node = stage.code[value]
  if (node !== undefined) return node.dtype
  throw kernelInvalid(kernel, 'K5', where, `names value ${value}; the code has ${stage.code.length}`)
}

function requireDistinctAxes(
  kernel: Kernel,
  axes: readonly AxisId[],
  constraint: string,
  where: string,
): void {
  const unknown = axes.find((axis) => kernel.axes[axis] === undefined)
  if (unknown !== undefined) throw kernelInvalid(kernel, constraint, where, `axis ${unknown} does not exist`)
  if (new Set(axes).size !== axes.length) {
    throw kernelInvalid(kernel, constraint, where, `axes [${axes.join(', ')}] hold one twice`)
  }
}

function isCount(value: number): boolean {
  return Number.isInteger(value) && value >= 0
}
