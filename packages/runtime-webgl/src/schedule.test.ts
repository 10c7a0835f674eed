import { planFor } from '@heddle/compiler'
import {
  dtypes,
  type Kernel,
  matmul,
  type Plan,
  type PlanBuffer,
  type PlanStep,
  plansIn,
  planVersion,
  program,
  scan,
  type Value,
} from '@heddle/core'
import {
  addressOf,
  makeKernel,
  readBuffer,
  store,
  trainingPlan,
  writeBuffer,
  writeCode,
} from '@heddle/testkit'
import { expect, test } from 'vitest'
import { webglCapabilities } from './backend.ts'
import { emitKernel } from './emit-kernel.ts'
import { type Schedule, type Slot, schedulePlan } from './schedule.ts'

const scheduled = (plan: Plan): Schedule => schedulePlan(plan, plan.kernels.map(emitKernel))

function copy(size: number): Kernel {
  const buffers = [readBuffer('f32', size, 'x'), writeBuffer('f32', size, 'y')]
  const code = writeCode(buffers)
  const value = code.load(0, addressOf([0], [size]))
  const stages = [
    { kind: 'map', axes: [], code: code.nodes, stores: [store(1, addressOf([0], [size]), value)] },
  ] as const
  return makeKernel({ name: 'copy', extents: [size], rows: [0], buffers, stages })
}

function addInto(size: number): Kernel {
  const buffers = [readBuffer('f32', size, 'x'), writeBuffer('f32', size, 'y')]
  const code = writeCode(buffers)
  const value = code.load(0, addressOf([0], [size]))
  const index = addressOf([0], [size])
  const stages = [
    { kind: 'scatter', combine: 'add', axes: [], code: code.nodes, buffer: 1, index, guards: [], value },
  ] as const
  return makeKernel({ name: 'add', extents: [size], rows: [0], buffers, stages })
}

/** Steps over buffers of one size: input 0, output 1, the rest intermediates. */
function planOf(kernels: readonly Kernel[], steps: Plan['steps'], intermediates: number): Plan {
  const { size } = kernels[0]!.buffers[0]!
  const places: PlanBuffer['place'][] = [
    { kind: 'input', index: 0 },
    { kind: 'output', index: 0 },
    ...Array.from({ length: intermediates }, () => ({ kind: 'arena', offset: 0 }) as const),
  ]
  const bytes = size * dtypes.f32.bytes
  const buffers = places.map(
    (place, at): PlanBuffer => ({
      dtype: 'f32',
      size,
      bytes,
      place,
      firstStep: 0,
      lastStep: 9,
      label: `b${at}`,
    }),
  )
  const named = { dtype: 'f32', shape: [size] } as const
  return {
    version: planVersion,
    name: 'plan',
    kernels,
    buffers,
    steps,
    inputs: [{ ...named, name: 'x', role: 'feed', buffer: 0, initial: undefined }],
    outputs: [{ ...named, name: 'y', role: 'result', buffer: 1, donor: undefined }],
    constants: [],
    arenaBytes: 0,
  }
}

const slotNames = ({ slots }: Schedule): string[] =>
  slots.map(({ place }) => `${place.kind} ${place.kind === 'scratch' ? place.ordinal : place.index}`)

test('intermediates take turns on two textures along a chain', () => {
  const chain: PlanStep[] = [
    { kind: 'kernel', kernel: 0, args: [0, 2] },
    { kind: 'kernel', kernel: 0, args: [2, 3] },
    { kind: 'kernel', kernel: 0, args: [3, 4] },
    { kind: 'kernel', kernel: 0, args: [4, 1] },
  ]

  const names = slotNames(scheduled(planOf([copy(64)], chain, 3)))

  expect(names).toEqual(['input 0', 'scratch 0', 'scratch 1', 'scratch 0', 'output 0'])
})

test('an output that is scattered into is filled in a scratch texture first', () => {
  const steps: PlanStep[] = [
    { kind: 'kernel', kernel: 0, args: [0, 1] },
    { kind: 'kernel', kernel: 1, args: [0, 1] },
  ]

  const schedule = scheduled(planOf([copy(64), addInto(64)], steps, 0))

  expect(slotNames(schedule)).toEqual(['input 0', 'scratch 0', 'output 0'])
  expect(schedule.passes[1]).toMatchObject({ samplers: [1, 0], targets: [2] })
})

test('two scatters in a row alternate textures', () => {
  const steps: PlanStep[] = [
    { kind: 'kernel', kernel: 0, args: [0, 2] },
    { kind: 'kernel', kernel: 1, args: [0, 2] },
    { kind: 'kernel', kernel: 1, args: [0, 2] },
    { kind: 'kernel', kernel: 0, args: [2, 1] },
  ]

  const names = slotNames(scheduled(planOf([copy(64), addInto(64)], steps, 1)))

  expect(names).toEqual(['input 0', 'scratch 0', 'scratch 1', 'scratch 0', 'output 0'])
})

test('no pass has a texture both as sampler and as target', () => {
  const { slots, passes } = scheduled(trainingPlan())
  const textureOf = (slot: number): string => {
    const { place, format, size } = slots[slot]!
    return place.kind === 'scratch' ? `${format} ${Math.ceil(size / 4)} ${place.ordinal}` : `slot ${slot}`
  }

  for (const pass of passes) {
    const read = new Set((pass.kind === 'draw' ? pass.samplers : pass.operands).map(textureOf))
    expect(pass.targets.map(textureOf).filter((texture) => read.has(texture))).toEqual([])
  }
})

test('a plan inside another one takes textures that nothing around it needs, and those that are free again', () => {
  const graph = program('around', ({ input }) => {
    const x = input('x', 'f32', [64, 64])
    const kept = matmul(x, x)
    const both = (y: Value): Value => matmul(matmul(y, x), matmul(x, y))
    const gone = matmul(both(kept), both(matmul(kept, kept)))
    const { carry } = scan((h: Value) => ({ carry: matmul(matmul(h, x), x) }), { init: gone, length: 3 })
    return { y: matmul(carry, kept) }
  })
  const { slots, passes } = scheduled(planFor(graph, webglCapabilities))
  const loop = passes.find((pass) => pass.kind === 'nesting')!
  const [body] = plansIn(loop.step) as [Plan]

  const inside = schedulePlan(body, body.kernels.map(emitKernel), loop.ordinals)

  const ordinalsOf = (some: readonly Slot[]): number[] =>
    some.flatMap(({ place }) => (place.kind === 'scratch' ? [place.ordinal] : []))
  const at = passes.indexOf(loop)
  const read = passes.slice(at).flatMap((pass) => (pass.kind === 'draw' ? pass.samplers : pass.operands))
  const live = ordinalsOf([...new Set([...read, ...loop.targets])].map((slot) => slots[slot]!))
  const [made] = ordinalsOf(inside.slots)
  expect(live.length).toBe(4)
  expect(live).not.toContain(made)
  expect(ordinalsOf(slots)).toContain(made)
})
