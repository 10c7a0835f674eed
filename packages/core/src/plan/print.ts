// Text of a plan, for people: what goes in and out, its steps in order, who lives where in the arena, and the exact peak.
import { allPlans, isNesting, type NestingStep, plansIn } from './nesting.ts'
import type { Plan, PlanBuffer, PlanStep } from './plan.ts'
import { stepAccess, stepName, stepTransfer, transferBytes } from './steps.ts'

/** Columns of the picture of a buffer's life. */
const pictureWidth = 40

export function printPlan(plan: Plan): string {
  const lines = [`plan ${plan.name} (version ${plan.version})`]
  for (const { name, role, dtype, shape } of plan.inputs) {
    lines.push(`  input    ${name}: ${dtype}[${shape.join(', ')}]${role === 'state' ? ' state' : ''}`)
  }
  for (const { name, role, dtype, shape, donor } of plan.outputs) {
    const remark = donor === undefined ? '' : ` may replace ${plan.inputs[donor]?.name ?? '?'}`
    lines.push(
      `  output   ${name}: ${dtype}[${shape.join(', ')}]${role === 'update' ? ' update' : ''}${remark}`,
    )
  }
  const names = bufferNames(plan)
  for (const [id, { place, dtype, size }] of plan.buffers.entries()) {
    if (place.kind === 'constant') lines.push(`  constant ${names[id]}: ${dtype}[${size}]`)
  }
  const parts = [lines, ['', stepsTitle(plan)], printSteps(plan, names), [''], printArena(plan, names)]
  return `${parts.map((part) => part.join('\n')).join('\n')}\n`
}

/** Most bytes of intermediates that are live during one step: what no arena can be smaller than, but for replacement in place. */
export function liveBytesPeak(plan: Plan): number {
  const change = new Map<number, number>()
  const add = (step: number, bytes: number): void => {
    change.set(step, (change.get(step) ?? 0) + bytes)
  }
  for (const { place, firstStep, lastStep, bytes } of plan.buffers) {
    if (place.kind !== 'arena') continue
    add(firstStep, bytes)
    add(lastStep + 1, -bytes)
  }
  let live = 0
  let peak = 0
  for (const step of [...change.keys()].sort((x, y) => x - y)) {
    live += change.get(step) ?? 0
    peak = Math.max(peak, live)
  }
  return peak
}

function stepsTitle(plan: Plan): string {
  const hosted = plan.steps.filter(({ kind }) => kind === 'host').length
  const { toHost, toDevice } = transferBytes(plan)
  const count = `${plan.steps.length}${hosted === 0 ? '' : `, ${hosted} on the host`}`
  if (toHost + toDevice === 0) return `steps (${count})`
  const hasTurns = allPlans(plan).some(({ steps }) => steps.some(({ kind }) => kind === 'while'))
  const counted = hasTurns ? ', counting one turn of a while loop' : ''
  return `steps (${count}; a run moves ${toHost} bytes to the host and ${toDevice} back${counted})`
}

function printSteps(plan: Plan, names: readonly string[]): string[] {
  const width = `${plan.steps.length - 1}`.length
  return plan.steps.flatMap((step, at) => {
    const accesses = stepAccess(plan, step)
    const named = (access: 'read' | 'write'): string =>
      step.args.flatMap((id, k) => (accesses[k] === access ? [names[id] ?? `?${id}`] : [])).join(', ')
    const call = `${named('write')} = ${stepName(plan, step)}(${named('read')})`
    const line = `  ${`${at}`.padStart(width)}  ${call}${stepFacts(step)}${printTransfer(plan, step)}`
    return isNesting(step) ? [line, ...printInside(step)] : [line]
  })
}

/** ` axis=1 on the host`, ` 4 times`. */
function stepFacts(step: PlanStep): string {
  switch (step.kind) {
    case 'host': {
      const attrs = Object.entries(step.attrs).map(([name, value]) => ` ${name}=${String(value)}`)
      return `${attrs.join('')} on the host`
    }
    case 'loop':
      return ` ${step.length} times${step.reverse ? ', backwards' : ''}`
    case 'while':
      return step.limit === undefined ? '' : ` at most ${step.limit} times`
    case 'branch':
    case 'kernel':
      return ''
    default:
      return step satisfies never
  }
}

/** The steps of the plans inside, further in. */
function printInside(step: NestingStep): readonly string[] {
  return plansIn(step).flatMap((inner) => [
    `      ${inner.name}`,
    ...printSteps(inner, bufferNames(inner)).map((line) => `      ${line}`),
  ])
}

/** `, 4096 bytes there and 4096 back`. */
function printTransfer(plan: Plan, step: PlanStep): string {
  const { toHost, toDevice } = stepTransfer(plan, step)
  if (toHost + toDevice === 0) return ''
  return `, ${toHost} bytes there and ${toDevice} back${step.kind === 'while' ? ' each turn' : ''}`
}

function printArena(plan: Plan, names: readonly string[]): string[] {
  const rows = plan.buffers.flatMap((buffer, id) => {
    return buffer.place.kind === 'arena' ? [{ id, buffer, offset: buffer.place.offset }] : []
  })
  const title = `arena ${plan.arenaBytes} bytes, ${rows.length} buffers, at most ${liveBytesPeak(plan)} bytes live at once`
  rows.sort((x, y) => x.offset - y.offset || x.buffer.firstStep - y.buffer.firstStep)
  const offsetWidth = `${plan.arenaBytes}`.length
  const nameWidth = rows.reduce((width, { id }) => Math.max(width, names[id]!.length), 0)
  return [
    title,
    ...rows.map(({ id, buffer, offset }) => {
      const at = `${offset}`.padStart(offsetWidth)
      const bytes = `${buffer.bytes}`.padStart(offsetWidth)
      return `  ${at} +${bytes}  |${picture(plan, buffer)}|  ${names[id]!.padEnd(nameWidth)}  steps ${buffer.firstStep}..${buffer.lastStep}`
    }),
  ]
}

/** The steps from left to right, `=` where the buffer is live. */
function picture(plan: Plan, { firstStep, lastStep }: PlanBuffer): string {
  const steps = plan.steps.length
  const width = Math.min(steps, pictureWidth)
  let bar = ''
  for (let column = 0; column < width; column++) {
    const from = Math.floor((column * steps) / width)
    const to = Math.max(from, Math.floor(((column + 1) * steps) / width) - 1)
    bar += firstStep <= to && lastStep >= from ? '=' : '.'
  }
  return bar
}

/** Labels made distinct: a repeated one carries the id of its buffer. */
function bufferNames({ buffers }: Plan): readonly string[] {
  const counts = new Map<string, number>()
  for (const { label } of buffers) counts.set(label, (counts.get(label) ?? 0) + 1)
  return buffers.map(({ label }, id) => (label === '' || counts.get(label) !== 1 ? `${label}#${id}` : label))
}
