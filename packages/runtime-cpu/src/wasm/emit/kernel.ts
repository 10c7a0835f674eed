// One kernel as functions of a module: shorten its loops, decide how it runs, emit it, and report what was decided.
import type { Kernel } from '@heddle/core'
import { chooseLanes } from './choose-lanes.ts'
import { collapse } from './collapse.ts'
import { emitContract } from './contract.ts'
import { emitRowKernel, type RowsFunction } from './rows.ts'
import type { EmitContext } from './scalar-ops.ts'

export interface KernelReport {
  readonly kernel: string
  /** By stage: whether it computes four elements at a time. */
  readonly vectorized: readonly boolean[]
  readonly matrixMultiplication: boolean
}

export interface EmittedKernel extends RowsFunction {
  readonly report: KernelReport
}

export function emitKernel(
  context: Omit<EmitContext, 'graph'>,
  original: Kernel,
  options: { readonly aliased: boolean },
): EmittedKernel {
  const kernel = collapse(original)
  const report = (vectorized: (stage: number) => boolean, matrixMultiplication = false): KernelReport => ({
    kernel: kernel.name,
    vectorized: kernel.stages.map((_, at) => vectorized(at)),
    matrixMultiplication,
  })
  if (kernel.rows.some((axis) => kernel.axes[axis]?.extent === 0)) {
    const parameters = kernel.buffers.map(() => 'i32' as const)
    const ref = context.library.module.function(kernel.name, parameters)
    return { ref, scratchBytes: 0, report: report(() => false) }
  }
  const contract = emitContract(context, kernel, options)
  if (contract !== undefined) return { ...contract, report: report(() => true, true) }
  const choice = chooseLanes(kernel)
  const rows = emitRowKernel(context, kernel, choice)
  return { ...rows, report: report((at) => choice.rows !== undefined || choice.own[at] === true) }
}
