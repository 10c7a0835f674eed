// Whether a plan asks for no more than a device's capabilities: the check every backend makes before it compiles one.
import { HeddleError } from '../errors.ts'
import { formatType } from '../ir/tensor-type.ts'
import type { Kernel } from '../kernel/kernel.ts'
import { isNesting, plansIn } from '../plan/nesting.ts'
import type { Plan } from '../plan/plan.ts'
import type { Capabilities } from './backend.ts'

/** Throws `BACKEND_UNSUPPORTED` naming the kernel, what it needs, and what the device has. */
export function requireSupported(owner: string, plan: Plan, capabilities: Capabilities): void {
  for (const kernel of plan.kernels) {
    const what = lacking(kernel, capabilities)
    if (what === undefined) continue
    throw new HeddleError('BACKEND_UNSUPPORTED', `${owner}: kernel ${kernel.name}: ${what}`, {
      details: { backend: owner, kernel: kernel.name },
    })
  }
  for (const step of plan.steps) {
    if (isNesting(step)) {
      if (!capabilities.loops) throw noLoops(owner, step.kind)
      for (const inner of plansIn(step)) requireSupported(owner, inner, capabilities)
    }
    if (step.kind !== 'host') continue
    const lacked = [...step.inputs, step.type].find(({ dtype }) => !capabilities.dtypes.includes(dtype))
    if (lacked === undefined) continue
    const what = `${formatType(lacked)} is ${lacked.dtype}; the device has ${capabilities.dtypes.join(', ')}`
    throw new HeddleError('BACKEND_UNSUPPORTED', `${owner}: host step ${step.op}: ${what}`, {
      details: { backend: owner, op: step.op },
    })
  }
}

const noLoops = (owner: string, kind: string): HeddleError =>
  new HeddleError(
    'BACKEND_UNSUPPORTED',
    `${owner}: a ${kind} step holds plans of its own; the device runs plain steps`,
    {
      details: { backend: owner, kind },
    },
  )

function lacking(kernel: Kernel, capabilities: Capabilities): string | undefined {
  const { dtypes, maxReads, maxWrites, maxElements, rowKernels, contractOperands } = capabilities
  for (const { dtype, size, label } of kernel.buffers) {
    if (!dtypes.includes(dtype)) return `${label} is ${dtype}; the device has ${dtypes.join(', ')}`
    if (size > maxElements) return `${label} has ${size} elements; a buffer holds at most ${maxElements}`
  }
  for (const { code } of kernel.stages) {
    const node = code.find(({ dtype }) => !dtypes.includes(dtype))
    if (node !== undefined) return `${node.op} is ${node.dtype}; the device has ${dtypes.join(', ')}`
  }
  const reads = kernel.buffers.filter(({ access }) => access === 'read').length
  if (reads > maxReads) return `reads ${reads} buffers; the device reads at most ${maxReads}`
  const writes = kernel.buffers.length - reads
  if (writes > maxWrites) return `writes ${writes} buffers; the device writes at most ${maxWrites}`
  if (!rowKernels && mapsReducedRow(kernel))
    return 'maps over a row it has reduced; the device has no row kernels'
  if (contractOperands === 'strided' && !hasStridedOperands(kernel)) {
    return 'contracts an operand that is not a plain strided load; the device needs one'
  }
  return undefined
}

function mapsReducedRow({ stages }: Kernel): boolean {
  const last = stages.at(-1)
  return stages.length > 1 && last?.kind === 'map' && last.axes.length > 0
}

function hasStridedOperands({ stages }: Kernel): boolean {
  return stages.every((stage) => {
    if (stage.kind !== 'contract') return true
    return [stage.a, stage.b].every((operand) => {
      const node = stage.code[operand]
      if (node?.op !== 'load' || node.guards.length > 0) return false
      return node.index.terms.every(({ atom }) => atom.kind === 'axis')
    })
  })
}
