// Checks a plan on its own, without knowing what made it. Its invariants, named in `details.constraint` of the error:
//  P1 the version is ours; every kernel is valid (`kernel/verify.ts`)
//  P2 a buffer's bytes are its size times those of its dtype; inputs, outputs and constants and their buffers name each other
//     and agree in dtype and size; names are distinct among inputs and among outputs
//  P3 a step names a kernel, or an op that runs on the host with attributes and types that fit it, and binds every buffer of it to
//     one of the same dtype and size; plans inside a step are valid, and take and give what the step hands on
//  P4 inputs and constants are never written; a step writes no buffer it also reads, and none twice
//  P5 what a step reads, or adds into, was written before; every output is written
//  P6 `firstStep` is the first step that writes (-1 for inputs and constants); `lastStep` the last that uses an arena buffer,
//     no earlier than that for the others
//  P7 arena offsets are multiples of 64, >= 0; the arena ends with its last buffer, or at the next multiple of 64
//  P8 arena buffers that are live at the same step do not overlap, unless the step's kernel may replace one by the other
//  P9 a donor is an input like the output, given away once, whose last read is the step that first writes the output, at the latest,
//     where that step's kernel may replace one by the other
import { sizeOf } from '../dim.ts'
import type { DType } from '../dtype.ts'
import { dtypes } from '../dtype.ts'
import { HeddleError } from '../errors.ts'
import { isOpName, opRecord } from '../ir/builder.ts'
import { formatType, type TensorType, typesEqual } from '../ir/tensor-type.ts'
import type { Kernel } from '../kernel/kernel.ts'
import { verifyKernel } from '../kernel/verify.ts'
import { isNesting, type NestingStep, nestingFault, nestingParameters, plansIn } from './nesting.ts'
import type { BufferId, HostStep, Plan, PlanBuffer, PlanStep } from './plan.ts'
import { planVersion } from './plan.ts'
import { planInvalid } from './plan-error.ts'
import { stepCanReplace } from './step-replace.ts'
import { stepName } from './steps.ts'
import { verifyArena } from './verify-arena.ts'

/** Where buffers are used, by buffer: -1 where never. */
export interface BufferUses {
  readonly firstWrite: readonly number[]
  readonly lastRead: readonly number[]
  readonly lastUse: readonly number[]
}

/** Kernels are immutable: one that was valid stays so, and a plan is checked when it is made and when it is prepared. */
const verified = new WeakSet<Kernel>()

/** Throws `PLAN_INVALID`, or `LOWER_KERNEL_INVALID` for a kernel, at the first invariant that does not hold. */
export function verifyPlan(plan: Plan): void {
  if (plan.version !== planVersion) {
    throw planInvalid(plan, 'P1', '', `has version ${String(plan.version)}; this is version ${planVersion}`)
  }
  for (const kernel of plan.kernels) {
    if (verified.has(kernel)) continue
    verifyKernel(kernel)
    verified.add(kernel)
  }
  verifyBuffers(plan)
  verifyBindings(plan)
  const uses = verifySteps(plan)
  verifyLifetimes(plan, uses)
  verifyArena(plan)
  verifyDonors(plan, uses)
}

function verifyBuffers(plan: Plan): void {
  const lengths = {
    input: plan.inputs.length,
    output: plan.outputs.length,
    constant: plan.constants.length,
  }
  for (const [id, { dtype, size, bytes, place, label }] of plan.buffers.entries()) {
    const where = `buffer ${id} (${label})`
    if (!Object.hasOwn(dtypes, dtype)) throw planInvalid(plan, 'P2', where, `has dtype ${String(dtype)}`)
    if (!Number.isInteger(size) || size < 0 || bytes !== size * dtypes[dtype].bytes) {
      throw planInvalid(plan, 'P2', where, `has ${bytes} bytes for ${size} elements of ${dtype}`)
    }
    if (place.kind === 'arena') continue
    const backwards =
      place.kind === 'constant' ? plan.constants[place.index] : plan[`${place.kind}s`][place.index]
    if (backwards === undefined) {
      const what = `is ${place.kind} ${place.index} of ${lengths[place.kind]}`
      throw planInvalid(plan, 'P2', where, what)
    }
    if ('buffer' in backwards && backwards.buffer !== id) {
      throw planInvalid(
        plan,
        'P2',
        where,
        `is ${place.kind} ${place.index}, which names buffer ${backwards.buffer}`,
      )
    }
    if ('data' in backwards && (backwards.dtype !== dtype || backwards.data.length !== size)) {
      const found = `${backwards.dtype}[${backwards.data.length}]`
      throw planInvalid(plan, 'P2', where, `is ${dtype}[${size}], its constant ${found}`)
    }
  }
}

function verifyBindings(plan: Plan): void {
  for (const kind of ['input', 'output'] as const) {
    const bindings = plan[`${kind}s`]
    const names = new Set<string>()
    for (const [index, { name, dtype, shape, buffer }] of bindings.entries()) {
      const where = `${kind} ${name}`
      const found = plan.buffers[buffer]
      if (found?.place.kind !== kind || found.place.index !== index) {
        throw planInvalid(plan, 'P2', where, `names buffer ${buffer}, which is not ${kind} ${index}`)
      }
      if (found.dtype !== dtype || found.size !== sizeOf(shape)) {
        const what = `is ${dtype}[${shape.join(', ')}], its buffer ${found.dtype} of ${found.size} elements`
        throw planInvalid(plan, 'P2', where, what)
      }
      if (names.has(name)) throw planInvalid(plan, 'P2', where, 'has the name of another')
      names.add(name)
    }
  }
}

function verifySteps(plan: Plan): BufferUses {
  const firstWrite = plan.buffers.map(() => -1)
  const lastRead = plan.buffers.map(() => -1)
  const lastUse = plan.buffers.map(() => -1)
  for (const [at, step] of plan.steps.entries()) {
    const where = nameOf(plan, at)
    const parameters = parametersOf(plan, step, where)
    if (step.args.length !== parameters.length) {
      const what = `binds ${step.args.length} buffers; it has ${parameters.length} parameters`
      throw planInvalid(plan, 'P3', where, what)
    }
    const written = new Set(step.args.filter((_, position) => parameters[position]?.access === 'write'))
    const stored = new Set<BufferId>()
    for (const [position, id] of step.args.entries()) {
      const { access, dtype, size, label, addsInto } = parameters[position]!
      const buffer = plan.buffers[id]
      if (buffer?.dtype !== dtype || buffer.size !== size) {
        const found = buffer === undefined ? 'which does not exist' : describe(buffer)
        throw planInvalid(plan, 'P3', where, `binds ${label}: ${dtype}[${size}] to buffer ${id}, ${found}`)
      }
      const existsBefore = buffer.place.kind === 'input' || buffer.place.kind === 'constant'
      if (access === 'write') {
        if (existsBefore) throw planInvalid(plan, 'P4', where, `writes buffer ${id}, ${describe(buffer)}`)
        if (stored.has(id)) throw planInvalid(plan, 'P4', where, `writes buffer ${id} twice`)
        stored.add(id)
      } else if (written.has(id)) {
        throw planInvalid(plan, 'P4', where, `reads and writes buffer ${id}`)
      }
      if ((access === 'read' || addsInto) && !existsBefore && firstWrite[id] === -1) {
        throw planInvalid(
          plan,
          'P5',
          where,
          `reads buffer ${id} (${buffer.label}), which nothing has written`,
        )
      }
      if (access === 'read') lastRead[id] = at
      lastUse[id] = at
    }
    for (const id of written) if (firstWrite[id] === -1) firstWrite[id] = at
  }
  for (const { name, buffer } of plan.outputs) {
    if (firstWrite[buffer] === -1) throw planInvalid(plan, 'P5', `output ${name}`, 'is never written')
  }
  return { firstWrite, lastRead, lastUse }
}

interface Parameter extends Pick<PlanBuffer, 'dtype' | 'size' | 'label'> {
  readonly access: 'read' | 'write'
  /** What is written was there before and is added to. */
  readonly addsInto: boolean
}

/** What a step wants bound to its arguments. */
function parametersOf(plan: Plan, step: PlanStep, where: string): readonly Parameter[] {
  if (step.kind === 'host') return hostParameters(plan, step, where)
  if (isNesting(step)) return nestedParameters(plan, step, where)
  const kernel = plan.kernels[step.kernel]
  if (kernel === undefined)
    throw planInvalid(plan, 'P3', where, `names kernel ${step.kernel} of ${plan.kernels.length}`)
  const addsInto = kernel.stages.some(({ kind }) => kind === 'scatter')
  return kernel.buffers.map((buffer) => ({ ...buffer, addsInto }))
}

/** Recursive over bodies inside bodies. */
function nestedParameters(plan: Plan, step: NestingStep, where: string): readonly Parameter[] {
  for (const inner of plansIn(step)) {
    verifyPlan(inner)
    if (
      inner.inputs.some(({ role }) => role !== 'feed') ||
      inner.outputs.some(({ role }) => role !== 'result')
    )
      throw planInvalid(plan, 'P3', where, `has a plan inside, ${inner.name}, with states of its own`)
  }
  const fault = nestingFault(step)
  if (fault !== undefined) throw planInvalid(plan, 'P3', where, fault)
  return nestingParameters(step).map((each) => ({ ...each, addsInto: false }))
}

function hostParameters(plan: Plan, step: HostStep, where: string): readonly Parameter[] {
  const { op, attrs, inputs, type } = step
  if (!isOpName(op) || opRecord(op).lowering.kind !== 'host')
    throw planInvalid(plan, 'P3', where, `names ${String(op)}, which is no op that runs on the host`)
  const record = opRecord(op)
  const checked = record.attrs.safeParse(attrs)
  if (!checked.success)
    throw planInvalid(plan, 'P3', where, `has attributes that do not fit ${op}: ${checked.error.message}`)
  const inferred = tryInfer(step)
  if (inferred === undefined || !typesEqual(inferred, type) || inputs.length !== record.arity) {
    const found = `${op}(${inputs.map(formatType).join(', ')}) as ${formatType(type)}`
    const correct = inferred === undefined ? 'which it refuses' : `which is ${formatType(inferred)}`
    throw planInvalid(plan, 'P3', where, `runs ${found}, ${correct}`)
  }
  const parameter = ({ dtype, shape }: TensorType, access: 'read' | 'write'): Parameter => ({
    dtype,
    size: sizeOf(shape),
    label: access === 'write' ? 'result' : 'operand',
    access,
    addsInto: false,
  })
  return [...inputs.map((input) => parameter(input, 'read')), parameter(type, 'write')]
}

function tryInfer({ op, attrs, inputs }: HostStep): TensorType | undefined {
  try {
    return opRecord(op).infer(inputs, attrs)
  } catch (error) {
    if (error instanceof HeddleError) return undefined
    throw error
  }
}

function verifyLifetimes(plan: Plan, { firstWrite, lastUse }: BufferUses): void {
  for (const [id, { place, firstStep, lastStep, label }] of plan.buffers.entries()) {
    const where = `buffer ${id} (${label})`
    const isArena = place.kind === 'arena'
    if (isArena && firstWrite[id] === -1)
      throw planInvalid(plan, 'P6', where, 'takes memory but is never written')
    if (firstStep !== firstWrite[id]) {
      throw planInvalid(
        plan,
        'P6',
        where,
        `has firstStep ${firstStep}; it is first written at ${firstWrite[id]}`,
      )
    }
    if (isArena ? lastStep !== lastUse[id] : lastStep < lastUse[id]!) {
      throw planInvalid(plan, 'P6', where, `has lastStep ${lastStep}; it is last used at ${lastUse[id]}`)
    }
  }
}

function verifyDonors(plan: Plan, { firstWrite, lastRead }: BufferUses): void {
  const given = new Set<number>()
  for (const { name, dtype, buffer, donor } of plan.outputs) {
    if (donor === undefined) continue
    const where = `output ${name}`
    const input = plan.inputs[donor]
    const from = input === undefined ? undefined : plan.buffers[input.buffer]
    const to = plan.buffers[buffer]!
    if (input === undefined || from === undefined || from.dtype !== dtype || from.size !== to.size) {
      const found = from === undefined ? 'does not exist' : `is ${describe(from)}`
      throw planInvalid(
        plan,
        'P9',
        where,
        `takes the memory of input ${donor}, which ${found}; it is ${describe(to)}`,
      )
    }
    if (given.has(donor))
      throw planInvalid(plan, 'P9', where, `takes the memory of ${input.name}, given away already`)
    given.add(donor)
    const at = firstWrite[buffer]!
    const last = lastRead[input.buffer]!
    if (last < at) continue
    if (last > at) {
      throw planInvalid(
        plan,
        'P9',
        where,
        `is written at step ${at}, but its donor ${input.name} is read at step ${last}`,
      )
    }
    if (!stepCanReplace(plan, plan.steps[at]!, input.buffer, buffer)) {
      throw planInvalid(plan, 'P9', where, `is written at ${nameOf(plan, at)} before ${input.name} is read`)
    }
  }
}

function nameOf(plan: Plan, at: number): string {
  const step = plan.steps[at]
  return `step ${at} (${step === undefined ? 'unknown' : stepName(plan, step)})`
}

function describe({ dtype, size, place, label }: { dtype: DType } & PlanBuffer): string {
  return `the ${place.kind} ${label}: ${dtype}[${size}]`
}
