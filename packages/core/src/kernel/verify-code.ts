// The part of the kernel verifier that looks at scalar code and index expressions: K5 to K8 of `verify.ts`.
import { type DType, isValueOf } from '../dtype.ts'
import type { Guard, IndexExpression } from './index-expression.ts'
import { compareIndex } from './index-order.ts'
import type { IndexSpace } from './index-proof.ts'
import { escapes } from './index-proof.ts'
import { axesOf, valuesOf } from './index-query.ts'
import { i32Range, indexRange } from './index-range.ts'
import type { Kernel, ScalarNode, Stage } from './kernel.ts'
import { kernelInvalid } from './kernel-error.ts'
import { scalarTypeError } from './scalar-type.ts'
import { valueRanges } from './value-range.ts'

/** The loops around the code of a stage, with the ranges of its values. */
export function codeSpace(kernel: Kernel, stage: Stage): IndexSpace {
  const extent = (axis: number): number => kernel.axes[axis]?.extent ?? 1
  const ranges = valueRanges(stage.code, extent)
  const inner = stage.kind === 'contract' ? stage.k : stage.axes
  return { axes: [...kernel.rows, ...inner], extent, valueRange: (value) => ranges[value] ?? i32Range }
}

export function verifyCode(kernel: Kernel, position: number, where: string): void {
  const stage = kernel.stages[position]!
  let known: IndexSpace | undefined
  const space = (): IndexSpace => {
    known ??= codeSpace(kernel, stage)
    return known
  }
  for (const [id, node] of stage.code.entries()) {
    const place = `${where}, value ${id}`
    for (const guard of guardsOf(node)) verifyGuard(kernel, stage, guard, id, space, place)
    switch (node.op) {
      case 'const':
        requireValueOf(kernel, node.dtype, node.value, place)
        break
      case 'index':
        verifyIndex(kernel, stage, node.index, id, place)
        break
      case 'within':
        break
      case 'load': {
        const buffer = kernel.buffers[node.buffer]
        if (buffer?.access !== 'read' || buffer.dtype !== node.dtype) {
          const found =
            buffer === undefined ? 'does not exist' : `is a ${buffer.access} buffer of ${buffer.dtype}`
          throw kernelInvalid(
            kernel,
            'K7',
            place,
            `loads ${node.dtype} from buffer ${node.buffer}, which ${found}`,
          )
        }
        requireValueOf(kernel, node.dtype, node.otherwise, place)
        verifyIndex(kernel, stage, node.index, id, place)
        requireInside(kernel, node.index, node.guards, node.buffer, space(), 'K7', place)
        break
      }
      case 'accumulated': {
        const found = accumulatorDType(kernel, position, node.stage, node.accumulator)
        if (found === node.dtype) break
        const what = `reads accumulator ${node.accumulator} of stage ${node.stage} as ${node.dtype}`
        throw kernelInvalid(
          kernel,
          'K8',
          place,
          `${what}; it ${found === undefined ? 'does not exist' : `is ${found}`}`,
        )
      }
      default: {
        const operands = node.args.map((operand) => requireEarlier(kernel, stage, operand, id, place).dtype)
        const error = scalarTypeError(node.op, node.dtype, operands)
        if (error !== undefined) throw kernelInvalid(kernel, 'K5', place, `${node.op} ${error}`)
      }
    }
  }
}

/** K6: canonical form, axes in scope, values before `id` and of dtype i32. */
export function verifyIndex(
  kernel: Kernel,
  stage: Stage,
  index: IndexExpression,
  id: number,
  place: string,
): void {
  verifyForm(kernel, index, place)
  const inner = stage.kind === 'contract' ? stage.k : stage.axes
  for (const axis of axesOf(index)) {
    if (kernel.rows.includes(axis) || inner.includes(axis)) continue
    throw kernelInvalid(kernel, 'K6', place, `reads axis ${axis}, which is not in scope`)
  }
  for (const value of valuesOf(index)) {
    const { dtype } = requireEarlier(kernel, stage, value, id, place)
    if (dtype !== 'i32')
      throw kernelInvalid(kernel, 'K6', place, `uses value ${value} of ${dtype} as an index; it must be i32`)
  }
}

export function requireInside(
  kernel: Kernel,
  index: IndexExpression,
  guards: readonly Guard[],
  buffer: number,
  space: IndexSpace,
  constraint: string,
  place: string,
): void {
  const { size, label } = kernel.buffers[buffer]!
  const found = escapes(index, guards, size, space)
  if (found === undefined) return
  const what = `address in ${label} ${found}; it must be in 0 .. ${size - 1}`
  throw kernelInvalid(kernel, constraint, place, what)
}

function verifyGuard(
  kernel: Kernel,
  stage: Stage,
  { index, low, high }: Guard,
  id: number,
  space: () => IndexSpace,
  place: string,
): void {
  if (!Number.isInteger(low) || !Number.isInteger(high)) {
    throw kernelInvalid(
      kernel,
      'K6',
      place,
      `has the guard ${low} <= index < ${high}; bounds must be integers`,
    )
  }
  verifyIndex(kernel, stage, index, id, place)
  if (valuesOf(index).size === 0) return
  // Runtimes compute indices in i32: a guard must not pass because its index wrapped.
  const { extent, valueRange } = space()
  const range = indexRange({ constant: 0, terms: index.terms }, extent, valueRange)
  if (range.low >= i32Range.low && range.high <= i32Range.high) return
  throw kernelInvalid(
    kernel,
    'K6',
    place,
    `has a guard over ${range.low} .. ${range.high}, which may wrap in i32`,
  )
}

function verifyForm(kernel: Kernel, index: IndexExpression, place: string): void {
  const bad = (what: string): never => {
    throw kernelInvalid(kernel, 'K6', place, `index ${what}`)
  }
  if (!Number.isInteger(index.constant) || Object.is(index.constant, -0))
    bad(`has the constant ${index.constant}`)
  let before: IndexExpression | undefined
  for (const { coefficient, atom } of index.terms) {
    if (!Number.isInteger(coefficient) || coefficient === 0) bad(`has the coefficient ${coefficient}`)
    const plain: IndexExpression = { constant: 0, terms: [{ coefficient: 1, atom }] }
    if (before !== undefined && compareIndex(before, plain) >= 0)
      bad('has terms that are out of order or repeated')
    before = plain
    if (atom.kind !== 'quotient' && atom.kind !== 'remainder') continue
    if (!(Number.isInteger(atom.by) && atom.by >= 2)) bad(`has the divisor ${atom.by}`)
    verifyForm(kernel, atom.of, place)
  }
}

function requireEarlier(kernel: Kernel, stage: Stage, value: number, id: number, place: string): ScalarNode {
  const node = value < id ? stage.code[value] : undefined
  if (node !== undefined) return node
  throw kernelInvalid(kernel, 'K5', place, `uses value ${value}, which is not computed before`)
}

function requireValueOf(kernel: Kernel, dtype: DType, value: number, place: string): void {
  if (isValueOf(dtype, value)) return
  throw kernelInvalid(
    kernel,
    'K5',
    place,
    `has ${Object.is(value, -0) ? '-0' : value}, which is not a value of ${dtype}`,
  )
}

function accumulatorDType(
  kernel: Kernel,
  position: number,
  of: number,
  accumulator: number,
): DType | undefined {
  const stage = of < position ? kernel.stages[of] : undefined
  if (stage?.kind === 'reduce') return stage.accumulators[accumulator]?.dtype
  return stage?.kind === 'contract' && accumulator === 0 ? stage.dtype : undefined
}

function guardsOf(node: ScalarNode): readonly Guard[] {
  return node.op === 'load' || node.op === 'within' ? node.guards : []
}
