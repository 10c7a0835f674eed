// A plan, with the plans inside its steps, as one WebAssembly module: equal kernels once, and functions that run the steps in
// order. Addresses of inputs, outputs, constants, the arena and scratch memory come from a table in memory, one for each plan,
// so that the module knows no absolute address.
import {
  allPlans,
  type BufferId,
  HeddleError,
  type HostStep,
  hostMath,
  internalError,
  isFloat,
  type Kernel,
  type KernelStep,
  type NestingStep,
  type Plan,
} from '@heddle/core'
import { type FunctionBuilder, type FunctionRef, moduleBuilder } from '../encoder.ts'
import { library } from '../library.ts'
import { type EmittedKernel, emitKernel, type KernelReport } from './kernel.ts'
import { isMath } from './math.ts'
import { kernelHash, sameKernel } from './same-kernel.ts'
import type { EmitContext, HostFunction } from './scalar-ops.ts'

/** Entries of the table of addresses, in u32 words: scratch, arena, inputs, outputs, constants. */
export interface AddressTable {
  readonly scratch: 0
  readonly arena: 1
  readonly inputs: number
  readonly outputs: number
  readonly constants: number
  readonly length: number
}

export type ModuleEntry =
  | { readonly kind: 'call'; readonly name: string }
  | { readonly kind: 'step'; readonly step: HostStep | NestingStep }

export interface EmittedPlan {
  /** What to do one after the other: call an exported function with the address of the table, or a step that is no kernel. */
  readonly entries: readonly ModuleEntry[]
  readonly table: AddressTable
  /** By plan kernel. */
  readonly reports: readonly KernelReport[]
  /** By plan kernel: the listing of its functions; empty unless a listing was asked for. */
  readonly listings: readonly string[]
}

/** A module, with what it has of the plan itself. */
export interface EmittedModule extends EmittedPlan {
  readonly bytes: Uint8Array<ArrayBuffer>
  /** Of the largest need of all plans: one runs at a time. */
  readonly scratchBytes: number
  /** What it has of every plan, this one and those inside. */
  readonly plans: ReadonlyMap<Plan, EmittedPlan>
}

/** Functions a module imports, with what they are on the host. */
export const hostFunctions: Readonly<Record<HostFunction, (x: number, y: number) => number>> = {
  ...hostMath,
  rem: (x, y) => x % y,
}

/** Steps in one exported function; a plan may have any number. */
const stepsPerEntry = 512

export function tableOf(plan: Plan): AddressTable {
  const inputs = 2
  const outputs = inputs + plan.inputs.length
  const constants = outputs + plan.outputs.length
  return { scratch: 0, arena: 1, inputs, outputs, constants, length: constants + plan.constants.length }
}

export function emitModule(
  plan: Plan,
  options: { readonly maxPages: number; readonly keepListing?: boolean },
): EmittedModule {
  const module = moduleBuilder(options)
  const host = importHost(plan, (name) => module.importFunction(name, ['f64', 'f64'], 'f64'))
  const context = { library: library(module), host }
  const kernels = createKernelEmitter(context, () => module.functions())
  const plans = new Map<Plan, EmittedPlan>()
  for (const each of allPlans(plan)) {
    if (!plans.has(each)) plans.set(each, emitPlan(each, module, kernels, plans.size))
  }
  const root = plans.get(plan)
  if (root === undefined) throw internalError('wasm module', 'the plan itself was not emitted')
  return { ...root, bytes: module.finish(), scratchBytes: kernels.scratchBytes(), plans }
}

/** `number` tells the functions of plans apart. */
function emitPlan(
  plan: Plan,
  module: ReturnType<typeof moduleBuilder>,
  kernels: KernelEmitter,
  number: number,
): EmittedPlan {
  const emitted = kernels.emit(plan)
  const table = tableOf(plan)
  const entries = segmentsOf(plan).map((segment): ModuleEntry => {
    if (segment.kind === 'step') return segment
    const name = number === 0 ? `run${segment.from}` : `plan${number}_run${segment.from}`
    const f = module.function(name, ['i32'])
    f.get(0)
      .memory('i32.load', table.scratch * 4)
      .setGlobal()
    for (let at = segment.from; at < segment.to; at++) {
      for (const buffer of plan.steps[at]?.args ?? []) pushBuffer(f, plan, table, buffer)
      f.call(emitted.ofStep(at).ref)
    }
    module.exportFunction(name, f)
    return { kind: 'call', name }
  })
  return {
    entries,
    table,
    reports: plan.kernels.map((_, kernel) => emitted.reports[kernel] ?? notRun(plan, kernel)),
    listings: plan.kernels.map((_, kernel) => emitted.listings[kernel] ?? ''),
  }
}

type Segment =
  | { readonly kind: 'kernels'; readonly from: number; readonly to: number }
  | { readonly kind: 'step'; readonly step: HostStep | NestingStep }

/** Runs of kernel steps, none too long for one function, between the other steps. */
function segmentsOf({ steps }: Plan): readonly Segment[] {
  const segments: Segment[] = []
  let from = 0
  const close = (to: number): void => {
    if (to > from) segments.push({ kind: 'kernels', from, to })
    from = to
  }
  for (const [at, step] of steps.entries()) {
    if (at - from === stepsPerEntry) close(at)
    if (step.kind === 'kernel') continue
    close(at)
    segments.push({ kind: 'step', step })
    from = at + 1
  }
  close(steps.length)
  return segments
}

const notRun = (plan: Plan, kernel: number): KernelReport => ({
  kernel: plan.kernels[kernel]?.name ?? '',
  vectorized: [],
  matrixMultiplication: false,
})

const isHostFunction = (op: string): op is HostFunction => op === 'rem' || isMath(op)

/** Imports the functions of the host that kernels of the plan, and of plans inside it, call. */
function importHost(plan: Plan, importFunction: (name: HostFunction) => FunctionRef): EmitContext['host'] {
  const imported = new Map<HostFunction, FunctionRef>()
  const stages = [...allPlans(plan)].flatMap(({ kernels }) => kernels.flatMap((kernel) => kernel.stages))
  for (const { code } of stages) {
    for (const { op, dtype } of code) {
      if (!isHostFunction(op) || !(op === 'rem' ? isFloat(dtype) : dtype === 'f64')) continue
      if (!imported.has(op)) imported.set(op, importFunction(op))
    }
  }
  return (name) => {
    const found = imported.get(name)
    if (found === undefined)
      throw internalError('wasm', `a kernel calls ${name}, which its code does not name`)
    return found
  }
}

interface EmittedKernels {
  readonly ofStep: (step: number) => EmittedKernel
  readonly reports: readonly (KernelReport | undefined)[]
  readonly listings: readonly (string | undefined)[]
}

interface KernelEmitter {
  readonly emit: (plan: Plan) => EmittedKernels
  readonly scratchBytes: () => number
}

interface KnownKernel {
  readonly kernel: Kernel
  readonly aliased: boolean
  readonly emitted: EmittedKernel
  readonly text: string
}

/** Emits each kernel once for every way it is used; equal kernels, of whatever plan, share their functions. */
function createKernelEmitter(
  context: Omit<EmitContext, 'graph'>,
  functions: () => readonly FunctionBuilder[],
): KernelEmitter {
  const known = new Map<number, KnownKernel[]>()
  let scratchBytes = 0
  const emitOnce = (kernel: Kernel, aliased: boolean): KnownKernel => {
    const hash = kernelHash(kernel)
    const bucket = known.get(hash) ?? []
    known.set(hash, bucket)
    const found = bucket.find((each) => each.aliased === aliased && sameKernel(each.kernel, kernel))
    if (found !== undefined) return found
    const before = functions().length
    const emitted = withKernelName(kernel, () => emitKernel(context, kernel, { aliased }))
    const text = functions()
      .slice(before)
      .map((f) => f.listing())
      .join('\n')
    scratchBytes = Math.max(scratchBytes, emitted.scratchBytes)
    const made = { kernel, aliased, emitted, text }
    bucket.push(made)
    return made
  }
  return {
    scratchBytes: () => scratchBytes,
    emit: (plan) => {
      const reports: (KernelReport | undefined)[] = []
      const listings: (string | undefined)[] = []
      const bySteps = plan.steps.map((step) => {
        if (step.kind !== 'kernel') return undefined
        const kernel = plan.kernels[step.kernel]
        if (kernel === undefined) throw internalError('wasm module', `kernel ${step.kernel} does not exist`)
        const isContraction = kernel.stages.some(({ kind }) => kind === 'contract')
        const found = emitOnce(kernel, isContraction && stepAliases(plan, kernel, step))
        reports[step.kernel] = found.emitted.report
        listings[step.kernel] = found.text
        return found.emitted
      })
      const ofStep = (step: number): EmittedKernel => {
        const emitted = bySteps[step]
        if (emitted === undefined) throw internalError('wasm module', `step ${step} does not exist`)
        return emitted
      }
      return { ofStep, reports, listings }
    },
  }
}

function withKernelName<T>(kernel: Kernel, emit: () => T): T {
  try {
    return emit()
  } catch (error) {
    if (!(error instanceof HeddleError) || error.code !== 'BACKEND_UNSUPPORTED') throw error
    const what = error.message.slice(error.code.length + 2)
    throw new HeddleError('BACKEND_UNSUPPORTED', `kernel ${kernel.name}: ${what}`, {
      details: { ...error.details, kernel: kernel.name },
      cause: error,
    })
  }
}

/** Whether some buffer a step writes may lie in the memory of one it reads. */
function stepAliases(plan: Plan, kernel: Kernel, step: KernelStep): boolean {
  const withAccess = (access: 'read' | 'write'): BufferId[] =>
    step.args.filter((_, at) => kernel.buffers[at]?.access === access)
  return withAccess('write').some((to) => withAccess('read').some((from) => mayShareMemory(plan, from, to)))
}

function mayShareMemory(plan: Plan, from: BufferId, to: BufferId): boolean {
  const source = plan.buffers[from]
  const target = plan.buffers[to]
  if (source === undefined || target === undefined || from === to) return true
  if (source.place.kind === 'arena' && target.place.kind === 'arena') {
    const apart =
      source.place.offset + source.bytes <= target.place.offset ||
      target.place.offset + target.bytes <= source.place.offset
    return !apart
  }
  if (source.place.kind === 'input' && target.place.kind === 'output') {
    return plan.outputs[target.place.index]?.donor === source.place.index
  }
  return false
}

function pushBuffer(f: FunctionBuilder, plan: Plan, table: AddressTable, buffer: BufferId): void {
  const place = plan.buffers[buffer]?.place
  if (place === undefined) throw internalError('wasm module', `buffer ${buffer} does not exist`)
  const entry = (word: number): FunctionBuilder => f.get(0).memory('i32.load', word * 4)
  switch (place.kind) {
    case 'input':
      entry(table.inputs + place.index)
      break
    case 'output':
      entry(table.outputs + place.index)
      break
    case 'constant':
      entry(table.constants + place.index)
      break
    case 'arena':
      entry(table.arena).i32(place.offset).op('i32.add')
      break
    default:
      place satisfies never
  }
}
