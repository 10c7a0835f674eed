// Text of a kernel, for people: its buffers, its loops, what each computes and why it is one kernel. It is not parsed back.

import type { AxisId } from './index-expression.ts'
import { valuesOf } from './index-query.ts'
import type { Kernel, ScatterCombine, Stage } from './kernel.ts'
import type { CodeNames, PrintedCode } from './print-code.ts'
import { lineLength, printCode } from './print-code.ts'
import { printGuards, printIndex } from './print-index.ts'

/**
 * A kernel as text.
 *
 * ```text
 * kernel row-softmax
 *   reads  x: f32[300]
 *   writes y: f32[300]
 *   for i0 in 0..6
 *     for r1 in 0..50
 *       @0 max= x[50 * i0 + r1]
 * ```
 */
export function printKernel(kernel: Kernel): string {
  const names = codeNames(kernel)
  const lines = [`kernel ${kernel.name}`]
  for (const [buffer, { dtype, size, access }] of kernel.buffers.entries()) {
    lines.push(`  ${access === 'read' ? 'reads ' : 'writes'} ${names.buffer(buffer)}: ${dtype}[${size}]`)
  }
  for (const reason of kernel.origin.reasons) lines.push(`  # ${reason}`)
  let depth = 1
  if (kernel.rows.length > 0) lines.push(indent(depth++, printLoops(kernel, kernel.rows)))
  for (const [position, stage] of kernel.stages.entries()) {
    lines.push(...printStage(kernel, position, stage, names, depth))
  }
  return `${lines.join('\n')}\n`
}

function printStage(
  kernel: Kernel,
  position: number,
  stage: Stage,
  names: CodeNames,
  outerDepth: number,
): string[] {
  const inner = stage.kind === 'contract' ? stage.k : stage.axes
  const code = printCode(stage, rootsOf(stage), indexRootsOf(stage), names)
  const body = printBody(position, stage, names, code)
  const depth = inner.length > 0 ? outerDepth + 1 : outerDepth
  const lines = [...code.lines, ...body].map((line) => indent(depth, line))
  if (inner.length > 0)
    lines.unshift(indent(outerDepth, `${printLoops(kernel, inner)}${orderOf(stage, names)}`))
  else if (orderOf(stage, names) !== '') lines.unshift(indent(outerDepth, orderOf(stage, names).trim()))
  return lines
}

/** The statements of a stage. The texts of values are taken after all lines of the code are made. */
function printBody(position: number, stage: Stage, names: CodeNames, code: PrintedCode): string[] {
  switch (stage.kind) {
    case 'reduce':
      return stage.accumulators.map(({ combine, value }, accumulator) => {
        return `${names.accumulated(position, accumulator)} ${combine}= ${code.value(value)}`
      })
    case 'contract': {
      const [a, b] = [code.value(stage.a), code.value(stage.b)]
      const result = names.accumulated(position, 0)
      if (a.length + b.length <= lineLength) return [`${result} sum= (${a}) * (${b})`]
      return [`a = ${a}`, `b = ${b}`, `${result} sum= a * b`]
    }
    case 'map':
      return stage.stores.map(({ buffer, index, value }) => {
        return `${names.buffer(buffer)}[${printIndex(index, code.index)}] = ${code.value(value)}`
      })
    case 'scatter': {
      const target = `${names.buffer(stage.buffer)}[${printIndex(stage.index, code.index)}]`
      const condition = stage.guards.length === 0 ? '' : ` if ${printGuards(stage.guards, code.index)}`
      return [`${target} ${assignments[stage.combine]} ${code.value(stage.value)}${condition}`]
    }
    default:
      return stage satisfies never
  }
}

const assignments: Readonly<Record<ScatterCombine, string>> = {
  add: '+=',
  assign: '=',
  multiply: '*=',
  minimum: 'minimum=',
  maximum: 'maximum=',
}

function rootsOf(stage: Stage): readonly number[] {
  switch (stage.kind) {
    case 'reduce':
      return stage.accumulators.map(({ value }) => value)
    case 'contract':
      return [stage.a, stage.b]
    case 'map':
      return stage.stores.map(({ value }) => value)
    case 'scatter':
      return [stage.value]
    default:
      return stage satisfies never
  }
}

function indexRootsOf(stage: Stage): readonly number[] {
  if (stage.kind === 'map') return stage.stores.flatMap(({ index }) => [...valuesOf(index)])
  if (stage.kind !== 'scatter') return []
  const guarded = stage.guards.flatMap(({ index }) => [...valuesOf(index)])
  return [...valuesOf(stage.index), ...guarded]
}

/** The order of a reduction, as a remark behind its loop. */
function orderOf(stage: Stage, names: CodeNames): string {
  if (stage.kind === 'reduce') return stage.lanes === 1 ? '' : `  # ${stage.lanes} lanes`
  if (stage.kind !== 'contract') return ''
  const roles = (['batch', 'm', 'n'] as const)
    .filter((role) => stage[role].length > 0)
    .map((role) => `${role} ${stage[role].map(names.axis).join(' ')}`)
  return `  # ${[...roles, `blocks of ${stage.block}`].join(', ')}`
}

function printLoops(kernel: Kernel, axes: readonly AxisId[]): string {
  return `for ${axes.map((axis) => `${axisName(kernel, axis)} in 0..${kernel.axes[axis]?.extent}`).join(', ')}`
}

function axisName(kernel: Kernel, axis: AxisId): string {
  return kernel.axes[axis]?.label ?? `axis${axis}`
}

function codeNames(kernel: Kernel): CodeNames {
  const buffers = distinct(kernel.buffers.map(({ label }, buffer) => label || `b${buffer}`))
  return {
    buffer: (buffer) => buffers[buffer] ?? `b${buffer}`,
    axis: (axis) => axisName(kernel, axis),
    accumulated: (stage, accumulator) => {
      const of = kernel.stages[stage]
      const isOnly = of?.kind !== 'reduce' || of.accumulators.length === 1
      return isOnly ? `@${stage}` : `@${stage}.${accumulator}`
    },
  }
}

/** Labels are for people and may repeat; a repeated one gets a number. */
function distinct(labels: readonly string[]): readonly string[] {
  const seen = new Map<string, number>()
  return labels.map((label) => {
    const count = (seen.get(label) ?? 0) + 1
    seen.set(label, count)
    return count === 1 ? label : `${label}'${count}`
  })
}

function indent(depth: number, line: string): string {
  return `${'  '.repeat(depth)}${line}`
}
