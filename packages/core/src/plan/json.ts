// The stored form of a plan: plain JSON, versioned, checked on load. Constants are base64 of little-endian bytes; the four
// scalars JSON cannot write (NaN, Infinity, -Infinity, -0) are strings. What is loaded is verified before it is returned.
import { z } from 'zod'
import type { DType } from '../dtype.ts'
import { dtypeNames, dtypes } from '../dtype.ts'
import { HeddleError } from '../errors.ts'
import type { Initializer } from '../initializer.ts'
import { isOpName, opRecord } from '../ir/builder.ts'
import type { Guard, IndexAtom, IndexExpression } from '../kernel/index-expression.ts'
import type { Kernel, ScalarNode, Stage } from '../kernel/kernel.ts'
import type { ScalarOp } from '../kernel/scalar.ts'
import { scalarTypes } from '../kernel/scalar-type.ts'
import { bytesToBase64, tryBase64ToBytes } from './base64.ts'
import type { HostStep, Plan, PlanConstant, PlanStep } from './plan.ts'
import { planVersion } from './plan.ts'
import { verifyPlan } from './verify.ts'

/** A plan as plain data that `JSON.stringify` loses nothing of. */
export type PlanJson = Readonly<Record<string, unknown>>

export const planToJson = (plan: Plan): PlanJson => ({ format: 'heddle-plan', ...writePlan(plan) })

/** Recursive over plans inside plans. */
function writePlan(plan: Plan): PlanJson {
  return {
    ...plan,
    steps: plan.steps.map(writeStep),
    kernels: plan.kernels.map((kernel) => ({
      ...kernel,
      stages: kernel.stages.map((stage) => ({ ...stage, code: stage.code.map(writeNode) })),
    })),
    inputs: plan.inputs.map(({ initial, ...input }) =>
      initial === undefined ? input : { ...input, initial: writeInitializer(initial) },
    ),
    outputs: plan.outputs.map(({ donor, ...output }) =>
      donor === undefined ? output : { ...output, donor },
    ),
    constants: plan.constants.map(({ dtype, data }) => ({
      dtype,
      data: bytesToBase64(new Uint8Array(data.buffer, data.byteOffset, data.byteLength)),
    })),
  }
}

/** Throws `PLAN_JSON_VERSION`, `PLAN_JSON_INVALID` with the path, or what `verifyPlan` throws. */
export function planFromJson(json: unknown): Plan {
  const head = headSchema.safeParse(json)
  if (!head.success) throw jsonInvalid(head.error)
  if (head.data.version !== planVersion) throw jsonVersion(head.data.version)
  const parsed = planSchema.safeParse(json)
  if (!parsed.success) throw jsonInvalid(parsed.error)
  const { format: _, ...stored } = parsed.data
  const loaded = readPlan(stored)
  verifyPlan(loaded)
  return loaded
}

/** What is left out is there as `undefined`. */
const readPlan = ({ inputs, outputs, ...plan }: StoredPlan): Plan => ({
  ...plan,
  inputs: inputs.map((input) => ({ ...input, initial: input.initial })),
  outputs: outputs.map((output) => ({ ...output, donor: output.donor })),
})

function writeStep(step: PlanStep): unknown {
  switch (step.kind) {
    case 'loop':
      return { ...step, body: writePlan(step.body) }
    case 'while': {
      const { limit, ...others } = step
      const plans = { condition: writePlan(step.condition), body: writePlan(step.body) }
      return { ...others, ...plans, ...(limit === undefined ? {} : { limit }) }
    }
    case 'branch':
      return { ...step, whenTrue: writePlan(step.whenTrue), whenFalse: writePlan(step.whenFalse) }
    case 'kernel':
    case 'host':
      return step
    default:
      return step satisfies never
  }
}

function writeNode(node: ScalarNode): unknown {
  if (node.op === 'const') return { ...node, value: writeScalar(node.value) }
  return node.op === 'load' ? { ...node, otherwise: writeScalar(node.otherwise) } : node
}

function writeInitializer(initial: Initializer): unknown {
  switch (initial.kind) {
    case 'constant':
      return { ...initial, value: writeScalar(initial.value) }
    case 'values':
      return { ...initial, values: initial.values.map(writeScalar) }
    case 'uniform':
    case 'normal':
      return initial
    default:
      return initial satisfies never
  }
}

function writeScalar(value: number): number | string {
  if (Object.is(value, -0)) return '-0'
  return Number.isFinite(value) ? value : `${value}`
}

const dtype = z.enum(dtypeNames as [DType, ...DType[]])
const count = z.int().nonnegative()
const counts = z.array(count)
const scalar = z.union([z.number(), z.enum(['NaN', 'Infinity', '-Infinity', '-0']).transform(Number)])
const scalarOps = Object.keys(scalarTypes) as [ScalarOp, ...ScalarOp[]]

const index: z.ZodType<IndexExpression> = z.lazy(() =>
  z.strictObject({
    constant: z.int(),
    terms: z.array(z.strictObject({ coefficient: z.int(), atom })),
  }),
)
const atom: z.ZodType<IndexAtom> = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('axis'), axis: count }),
  z.strictObject({ kind: z.literal('quotient'), of: index, by: z.int().positive() }),
  z.strictObject({ kind: z.literal('remainder'), of: index, by: z.int().positive() }),
  z.strictObject({ kind: z.literal('value'), value: count }),
])
const guards: z.ZodType<Guard[]> = z.array(z.strictObject({ index, low: z.int(), high: z.int() }))

const call = z.strictObject({ op: z.enum(scalarOps), dtype, args: counts })
const node = z.union([
  z.strictObject({ op: z.literal('const'), dtype, value: scalar }),
  z.strictObject({ op: z.literal('load'), dtype, buffer: count, index, guards, otherwise: scalar }),
  z.strictObject({ op: z.literal('index'), dtype: z.literal('i32'), index }),
  z.strictObject({ op: z.literal('within'), dtype: z.literal('bool'), guards }),
  z.strictObject({ op: z.literal('accumulated'), dtype, stage: count, accumulator: count }),
  call,
])
const code = z.array(node)

const combine = z.enum(['sum', 'product', 'min', 'max', 'argmax', 'argmin'])
const stage: z.ZodType<Stage> = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('reduce'),
    axes: counts,
    lanes: z.literal([1, 16]),
    code,
    accumulators: z.array(z.strictObject({ combine, dtype, value: count })),
  }),
  z.strictObject({
    kind: z.literal('contract'),
    batch: counts,
    m: counts,
    n: counts,
    k: counts,
    block: z.int().positive(),
    dtype: z.enum(['f32', 'f64']),
    code,
    a: count,
    b: count,
  }),
  z.strictObject({
    kind: z.literal('map'),
    axes: counts,
    code,
    stores: z.array(z.strictObject({ buffer: count, index, value: count })),
  }),
  z.strictObject({
    kind: z.literal('scatter'),
    combine: z.enum(['add', 'assign', 'multiply', 'minimum', 'maximum']),
    axes: counts,
    code,
    buffer: count,
    index,
    guards,
    value: count,
  }),
])

const kernel: z.ZodType<Kernel> = z.strictObject({
  name: z.string(),
  axes: z.array(z.strictObject({ extent: count, label: z.string() })),
  rows: counts,
  stages: z.array(stage),
  buffers: z.array(
    z.strictObject({ dtype, size: count, access: z.enum(['read', 'write']), label: z.string() }),
  ),
  origin: z.strictObject({
    ops: z.array(z.string()),
    locations: z.array(z.string()),
    reasons: z.array(z.string()),
  }),
})

const place = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('input'), index: count }),
  z.strictObject({ kind: z.literal('output'), index: count }),
  z.strictObject({ kind: z.literal('constant'), index: count }),
  z.strictObject({ kind: z.literal('arena'), offset: count }),
])

const initializer: z.ZodType<Initializer> = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('constant'), value: scalar }),
  z.strictObject({ kind: z.literal('uniform'), low: z.number(), high: z.number() }),
  z.strictObject({ kind: z.literal('normal'), mean: z.number(), deviation: z.number() }),
  z.strictObject({ kind: z.literal('values'), values: z.array(scalar) }),
])

const constant = z
  .strictObject({ dtype, data: z.string() })
  .transform(({ dtype, data }, context): PlanConstant => {
    const bytes = tryBase64ToBytes(data)
    const { bytes: each, view } = dtypes[dtype]
    if (bytes === undefined || bytes.length % each !== 0) {
      context.addIssue({ code: 'custom', message: `is not base64 of whole ${dtype} elements` })
      return z.NEVER
    }
    return { dtype, data: view(bytes.buffer, 0, bytes.length / each) }
  })

const memory = z.enum(['shared', 'transfer'])
const tensorType = z.strictObject({ dtype, shape: counts })
const kernelStep = z.strictObject({ kind: z.literal('kernel'), kernel: count, args: counts })
const hostStep = z
  .strictObject({
    kind: z.literal('host'),
    op: z.string(),
    attrs: z.record(z.string(), z.unknown()),
    inputs: z.array(tensorType),
    type: tensorType,
    args: counts,
    memory,
  })
  .transform(({ op, attrs, ...step }, context): HostStep => {
    const record = isOpName(op) ? opRecord(op) : undefined
    if (record?.lowering.kind !== 'host' || !isOpName(op)) {
      context.addIssue({ code: 'custom', path: ['op'], message: `'${op}' is no op that runs on the host` })
      return z.NEVER
    }
    const checked = record.attrs.safeParse(attrs)
    if (checked.success) return { ...step, op, attrs: checked.data as HostStep['attrs'] }
    context.addIssue({ code: 'custom', path: ['attrs'], message: `${op}: ${checked.error.message}` })
    return z.NEVER
  })
const inside: z.ZodType<Plan> = z.lazy(() => storedPlan.transform(readPlan))
const loopStep = z.strictObject({
  kind: z.literal('loop'),
  body: inside,
  carries: count,
  sequences: count,
  length: count,
  reverse: z.boolean(),
  args: counts,
})
const whileStep = z
  .strictObject({
    kind: z.literal('while'),
    condition: inside,
    body: inside,
    carries: count,
    limit: count.optional(),
    memory,
    args: counts,
  })
  .transform((step): PlanStep => ({ ...step, limit: step.limit }))
const branchStep = z.strictObject({
  kind: z.literal('branch'),
  whenTrue: inside,
  whenFalse: inside,
  memory,
  args: counts,
})
const step: z.ZodType<PlanStep> = z.discriminatedUnion('kind', [
  kernelStep,
  hostStep,
  loopStep,
  whileStep,
  branchStep,
])
const headSchema = z.looseObject({ format: z.literal('heddle-plan'), version: z.int() })
const storedPlan = z.strictObject({
  version: z.literal(planVersion),
  name: z.string(),
  kernels: z.array(kernel),
  buffers: z.array(
    z.strictObject({
      dtype,
      size: count,
      bytes: count,
      place,
      firstStep: z.int().min(-1),
      lastStep: z.int().min(-1),
      label: z.string(),
    }),
  ),
  steps: z.array(step),
  inputs: z.array(
    z.strictObject({
      name: z.string(),
      role: z.enum(['feed', 'state']),
      dtype,
      shape: counts,
      buffer: count,
      initial: initializer.optional(),
    }),
  ),
  outputs: z.array(
    z.strictObject({
      name: z.string(),
      role: z.enum(['result', 'update']),
      dtype,
      shape: counts,
      buffer: count,
      donor: count.optional(),
    }),
  ),
  constants: z.array(constant),
  arenaBytes: count,
})

type StoredPlan = z.infer<typeof storedPlan>
const planSchema = storedPlan.extend({ format: z.literal('heddle-plan') })

function jsonInvalid(error: z.ZodError): HeddleError {
  const [issue] = error.issues
  const path = issue?.path.join('.') || 'the top'
  return new HeddleError('PLAN_JSON_INVALID', `plan: at ${path}: ${issue?.message ?? 'does not fit'}`, {
    details: { path, issues: error.issues.length },
    cause: error,
  })
}

function jsonVersion(version: number): HeddleError {
  return new HeddleError(
    'PLAN_JSON_VERSION',
    `plan: has version ${version}; this reader knows version ${planVersion}. Compile the program again.`,
    { details: { version, known: planVersion } },
  )
}
