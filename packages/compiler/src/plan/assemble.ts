// Puts a plan together: lowered kernels in order, equal ones shared, buffers with lifetimes and places, donors for in-place updates.
import {
  type Capabilities,
  canReplace,
  type DType,
  dtypes,
  type Graph,
  type HostStep,
  inputNamed,
  internalError,
  type Kernel,
  type KernelOrigin,
  type Plan,
  type PlanBuffer,
  type PlanConstant,
  type PlanInput,
  type PlanOutput,
  type PlanStep,
  planVersion,
  type StepParameter,
  sizeOf,
  structuralHash,
  structurallyEqual,
  type Value,
} from '@heddle/core'
import type { Schedule } from '../fuse/fuse.ts'
import { behindReshapes } from '../fuse/same-array.ts'
import type { LoopNest } from '../lower/lanes.ts'
import { labelOf, lower } from '../lower/lower.ts'
import { placeInArena } from './arena.ts'
import { nestingStep } from './nesting.ts'
import { orderGroups } from './order.ts'

/** One array of the plan and when it lives. An output that is an input, or a second name of an output, is copied. */
interface Slot {
  readonly dtype: DType
  readonly size: number
  readonly label: string
  readonly place: 'input' | 'output' | 'constant' | 'arena'
  readonly index: number
  first: number
  last: number
}

/** `compile` makes the plans of bodies. */
export function assemble(
  graph: Graph,
  schedule: Schedule,
  capabilities: Capabilities,
  compile: (body: Graph) => Plan,
): Plan {
  const lowered = orderGroups(graph, schedule).flatMap((group) => lower(group))
  const slots: Slot[] = []
  const slotOf = new Map<Value, number>()
  const written = new Map<Value, number>()
  const constants: PlanConstant[] = []

  const addSlot = (slot: Slot): number => slots.push(slot) - 1
  graph.inputs.forEach(({ value }, index) => {
    slotOf.set(value, addSlot(slotFor(value, 'input', index)))
  })

  const roots = [
    ...graph.outputs.map(({ name, value }) => ({ name, role: 'result' as const, value })),
    ...graph.updates.map(({ state, value }) => ({ name: state, role: 'update' as const, value })),
  ]
  const copies: { readonly from: Value; readonly to: number }[] = []
  const outputSlots = roots.map(({ value }, index) => {
    const slot = addSlot(slotFor(value, 'output', index))
    if (schedule.owner.has(value) && !written.has(value)) written.set(value, slot)
    else copies.push({ from: value, to: slot })
    return slot
  })

  const writeSlot = (value: Value): number => {
    const known = written.get(value)
    if (known !== undefined) return known
    const slot = addSlot(slotFor(value, 'arena', 0))
    written.set(value, slot)
    return slot
  }
  const readSlot = (value: Value): number => {
    const known = written.get(value) ?? slotOf.get(value)
    if (known !== undefined) return known
    if (!isLiteral(value)) throw internalError('plan', `${value.op} is read and nowhere stored`)
    const index = constants.push({ dtype: value.attrs.dtype, data: value.attrs.data }) - 1
    const slot = addSlot(slotFor(value, 'constant', index))
    slotOf.set(value, slot)
    return slot
  }

  const kernels = createKernelTable()
  const steps: PlanStep[] = []
  const use = (slot: number, access: 'read' | 'write'): number => {
    const target = slots[slot]
    if (target === undefined) throw internalError('plan', `no slot ${slot}`)
    if (access === 'write' && target.first < 0 && target.place !== 'input') target.first = steps.length
    target.last = steps.length
    return slot
  }
  const reads = (value: Value): number => use(readSlot(value), 'read')
  const writes = (value: Value): number => use(writeSlot(value), 'write')
  const scratch = ({ dtype, size, label }: StepParameter): number =>
    use(addSlot({ dtype, size, label, place: 'arena', index: 0, first: -1, last: -1 }), 'write')
  for (const each of lowered) {
    if (each.kind === 'control') {
      steps.push(
        nestingStep(each.siblings, {
          compile,
          memory: capabilities.hostSteps,
          reads: (value) => reads(behindReshapes(value)),
          writes,
          scratch,
        }),
      )
      continue
    }
    if (each.kind === 'host') {
      const args = [...each.node.inputs.map((operand) => reads(behindReshapes(operand))), writes(each.node)]
      steps.push(hostStep(each.node, args, capabilities))
      continue
    }
    const { kernel, buffers, origin } = each
    const args = buffers.map((value, k) =>
      kernel.buffers[k]?.access === 'write' ? writes(value) : reads(value),
    )
    steps.push({ kind: 'kernel', kernel: kernels.idOf(kernel, origin), args })
  }
  for (const { from, to } of copies) {
    const args = [reads(from), use(to, 'write')]
    steps.push({ kind: 'kernel', kernel: kernels.idOf(copyKernel(from), () => copyOrigin), args })
  }

  const { buffers, arenaBytes } = placeSlots(slots)
  const outputs = roots.map(({ name, role, value }, k): PlanOutput => {
    const buffer = outputSlots[k] ?? 0
    const input = role === 'update' ? graph.inputs.indexOf(inputNamed(graph, name)) : -1
    const donates =
      capabilities.inPlace && input >= 0 && mayDonate(input, buffer, buffers, steps, kernels.list)
    const { dtype, shape } = value.type
    return { name, role, dtype, shape, buffer, donor: donates ? input : undefined }
  })
  return {
    version: planVersion,
    name: graph.name,
    kernels: kernels.list,
    buffers,
    steps,
    inputs: inputsOf(graph),
    outputs,
    constants,
    arenaBytes,
  }
}

const hostStep = (
  { op, attrs, inputs, type }: Value,
  args: readonly number[],
  { hostSteps }: Capabilities,
): HostStep => ({
  kind: 'host',
  op,
  attrs,
  inputs: inputs.map((operand) => operand.type),
  type,
  args,
  memory: hostSteps,
})

/** A caller's inputs: the first buffers, in the graph's order. */
const inputsOf = (graph: Graph): readonly PlanInput[] =>
  graph.inputs.map(({ value, role, initial }, index) => ({
    name: value.attrs.name,
    role,
    dtype: value.type.dtype,
    shape: value.type.shape,
    buffer: index,
    initial,
  }))

/** The buffers of all slots, those of intermediates placed by lifetime. */
function placeSlots(slots: readonly Slot[]): {
  readonly buffers: readonly PlanBuffer[]
  readonly arenaBytes: number
} {
  const intermediates = slots.filter((slot) => slot.place === 'arena')
  const arena = placeInArena(
    intermediates.map((slot) => ({ bytes: bytesOf(slot), first: slot.first, last: slot.last })),
  )
  const offsets = new Map(intermediates.map((slot, k) => [slot, arena.offsets[k] ?? 0]))
  const buffers = slots.map((slot): PlanBuffer => {
    const { dtype, size, label, place, index, first, last } = slot
    return {
      dtype,
      size,
      bytes: bytesOf(slot),
      place: place === 'arena' ? { kind: place, offset: offsets.get(slot) ?? 0 } : { kind: place, index },
      firstStep: first,
      lastStep: last,
      label,
    }
  })
  return { buffers, arenaBytes: arena.bytes }
}

const isLiteral = (value: Value): value is Value<'literal'> => value.op === 'literal'
const bytesOf = ({ dtype, size }: Slot): number => size * dtypes[dtype].bytes

const slotFor = (value: Value, place: Slot['place'], index: number): Slot => ({
  dtype: value.type.dtype,
  size: sizeOf(value.type.shape),
  label: labelOf(value),
  place,
  index,
  first: -1,
  last: -1,
})

/** Kernels without repeats: names, labels and origins aside, equal kernels are one. */
function createKernelTable(): {
  readonly list: Kernel[]
  readonly idOf: (kernel: LoopNest, origin: () => KernelOrigin) => number
} {
  const list: Kernel[] = []
  const byHash = new Map<number, number[]>()
  const keyOf = ({ axes, rows, stages, buffers }: LoopNest): unknown => [
    axes.map((axis) => axis.extent),
    rows,
    stages,
    buffers.map(({ dtype, size, access }) => [dtype, size, access]),
  ]
  return {
    list,
    idOf(kernel, origin) {
      const key = keyOf(kernel)
      const hash = structuralHash(key)
      const candidates = byHash.get(hash) ?? []
      const same = candidates.find((id) => structurallyEqual(keyOf(list[id] as Kernel), key))
      if (same !== undefined) return same
      const id = list.push({ ...kernel, name: `${kernel.name}_${list.length}`, origin: origin() }) - 1
      byHash.set(hash, [...candidates, id])
      return id
    },
  }
}

const copyOrigin: KernelOrigin = {
  ops: ['copy'],
  locations: [],
  reasons: ['STORE_OUTPUT: an output that is an input, a constant or another output is copied'],
}

function copyKernel(value: Value): LoopNest {
  const size = sizeOf(value.type.shape)
  const { dtype } = value.type
  const index = { constant: 0, terms: [{ coefficient: 1, atom: { kind: 'axis' as const, axis: 0 } }] }
  return {
    name: 'copy',
    axes: [{ extent: size, label: 'i0' }],
    rows: [0],
    stages: [
      {
        kind: 'map',
        axes: [],
        code: [{ op: 'load', dtype, buffer: 0, index, guards: [], otherwise: 0 }],
        stores: [{ buffer: 1, index, value: 0 }],
      },
    ],
    buffers: [
      { dtype, size, access: 'read', label: labelOf(value) },
      { dtype, size, access: 'write', label: 'copy' },
    ],
  }
}

/** Whether an output may overwrite an input: all its readers come before, or are the writing step and read no later than it stores. */
function mayDonate(
  input: number,
  output: number,
  buffers: readonly PlanBuffer[],
  steps: readonly PlanStep[],
  kernels: readonly Kernel[],
): boolean {
  const source = buffers[input]
  const target = buffers[output]
  if (source === undefined || target === undefined || target.firstStep < 0) return false
  if (source.lastStep < target.firstStep) return true
  const step = steps[target.firstStep]
  const kernel = step?.kind === 'kernel' ? kernels[step.kernel] : undefined
  if (source.lastStep > target.firstStep || step === undefined || kernel === undefined) return false
  return canReplace(kernel, step.args.indexOf(input), step.args.indexOf(output))
}
