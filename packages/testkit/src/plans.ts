// Plans made by hand: one around any kernel, and one small training step with everything a plan can have.
import type { Kernel, Plan, PlanBuffer, PlanInput, PlanOutput, PlanStep, TypedArray } from '@heddle/core'
import { dtypes, indexAxis, indexConstant, planVersion } from '@heddle/core'
import { makeKernel, readBuffer, store, writeBuffer, writeCode } from './kernel-code.ts'
import type { KernelFixture } from './kernel-fixture.ts'
import { addressOf } from './kernel-fixture.ts'

/** A plan with the arrays for its inputs, in the plan's order. */
export interface PlanFixture {
  readonly plan: Plan
  readonly inputs: (seed: number) => TypedArray[]
}

/**
 * The plan that runs one kernel: read buffers are inputs, written ones outputs. A buffer a kernel adds into is first copied
 * from a further input, the last one.
 */
export function planOfKernel({ kernel, inputs }: KernelFixture): PlanFixture {
  const isScatter = kernel.stages.some(({ kind }) => kind === 'scatter')
  const kernels: Kernel[] = [kernel]
  const steps: PlanStep[] = []
  const planInputs: PlanInput[] = []
  const outputs: PlanOutput[] = []
  const buffers: PlanBuffer[] = []
  const starts: number[] = []
  const addInput = (name: string, position: number): number => {
    const { dtype, size } = kernel.buffers[position]!
    const buffer = buffers.length
    const place = { kind: 'input', index: planInputs.length } as const
    const last = isScatter ? 1 : 0
    buffers.push({
      dtype,
      size,
      bytes: size * dtypes[dtype].bytes,
      place,
      firstStep: -1,
      lastStep: last,
      label: name,
    })
    planInputs.push({ name, role: 'feed', dtype, shape: [size], buffer, initial: undefined })
    starts.push(position)
    return buffer
  }
  const args = kernel.buffers.map(({ dtype, size, access, label }, position) => {
    if (access === 'read') return addInput(`${label}_${position}`, position)
    const buffer = buffers.length
    const place = { kind: 'output', index: outputs.length } as const
    const lastStep = isScatter ? 1 : 0
    buffers.push({ dtype, size, bytes: size * dtypes[dtype].bytes, place, firstStep: 0, lastStep, label })
    outputs.push({
      name: `${label}_${position}`,
      role: 'result',
      dtype,
      shape: [size],
      buffer,
      donor: undefined,
    })
    return buffer
  })
  if (isScatter) {
    const position = kernel.buffers.findIndex(({ access }) => access === 'write')
    const { dtype, size } = kernel.buffers[position]!
    const start = addInput('start', position)
    kernels.push(copyKernel(dtype, size))
    steps.push({ kind: 'kernel', kernel: 1, args: [start, args[position]!] })
  }
  steps.push({ kind: 'kernel', kernel: 0, args })
  const plan: Plan = {
    version: planVersion,
    name: kernel.name,
    kernels,
    buffers,
    steps,
    inputs: planInputs,
    outputs,
    constants: [],
    arenaBytes: 0,
  }
  const planArrays = (seed: number): TypedArray[] => {
    const arrays = inputs(seed)
    return starts.map((position) => arrays[position]!)
  }
  return { plan, inputs: planArrays }
}

/**
 * One step of gradient descent for `loss = sum((x w - y)^2)`, 4 samples of 3 features: feeds, a state stepped forward in the
 * memory of the old one, a constant, and intermediates that take each other's place in the arena.
 */
export function trainingPlan(): Plan {
  const [samples, features] = [4, 3]
  const kernels = [
    residualKernel(samples, features),
    squareSumKernel(samples),
    doubleKernel(samples),
    gradientKernel(samples, features),
    updateKernel(features),
  ]
  const place = (kind: 'input' | 'output' | 'constant', index: number) => ({ kind, index })
  const arena = (offset: number) => ({ kind: 'arena', offset }) as const
  const buffer = (
    size: number,
    where: PlanBuffer['place'],
    firstStep: number,
    lastStep: number,
    label: string,
  ): PlanBuffer => ({ dtype: 'f32', size, bytes: size * 4, place: where, firstStep, lastStep, label })
  const buffers = [
    buffer(samples * features, place('input', 0), -1, 3, 'x'),
    buffer(samples, place('input', 1), -1, 0, 'y'),
    buffer(features, place('input', 2), -1, 4, 'w'),
    buffer(1, place('constant', 0), -1, 4, 'rate'),
    buffer(samples, arena(0), 0, 2, 'residual'),
    buffer(samples, arena(0), 2, 3, 'doubled'),
    buffer(features, arena(64), 3, 4, 'gradient'),
    buffer(1, place('output', 0), 1, 1, 'loss'),
    buffer(features, place('output', 1), 4, 4, 'w_next'),
  ]
  return {
    version: planVersion,
    name: 'training-step',
    kernels,
    buffers,
    steps: [
      { kind: 'kernel', kernel: 0, args: [0, 2, 1, 4] },
      { kind: 'kernel', kernel: 1, args: [4, 7] },
      { kind: 'kernel', kernel: 2, args: [4, 5] },
      { kind: 'kernel', kernel: 3, args: [0, 5, 6] },
      { kind: 'kernel', kernel: 4, args: [2, 6, 3, 8] },
    ],
    inputs: [
      { name: 'x', role: 'feed', dtype: 'f32', shape: [samples, features], buffer: 0, initial: undefined },
      { name: 'y', role: 'feed', dtype: 'f32', shape: [samples], buffer: 1, initial: undefined },
      {
        name: 'w',
        role: 'state',
        dtype: 'f32',
        shape: [features],
        buffer: 2,
        initial: { kind: 'values', values: [0.5, -0, 2] },
      },
    ],
    outputs: [
      { name: 'loss', role: 'result', dtype: 'f32', shape: [], buffer: 7, donor: undefined },
      { name: 'w', role: 'update', dtype: 'f32', shape: [features], buffer: 8, donor: 2 },
    ],
    constants: [{ dtype: 'f32', data: new Float32Array([0.125]) }],
    arenaBytes: 76,
  }
}

function copyKernel(dtype: PlanBuffer['dtype'], size: number): Kernel {
  const buffers = [readBuffer(dtype, size, 'start'), writeBuffer(dtype, size, 'copy')]
  const code = writeCode(buffers)
  const value = code.load(0, indexAxis(0))
  const stages = [
    { kind: 'map', axes: [], code: code.nodes, stores: [store(1, indexAxis(0), value)] },
  ] as const
  return makeKernel({ name: 'copy', extents: [size], rows: [0], buffers, stages })
}

/** `x w - y` */
function residualKernel(samples: number, features: number): Kernel {
  const extents = [samples, features]
  const buffers = [
    readBuffer('f32', samples * features, 'x'),
    readBuffer('f32', features, 'w'),
    readBuffer('f32', samples, 'y'),
    writeBuffer('f32', samples, 'residual'),
  ]
  const operands = writeCode(buffers)
  const a = operands.load(0, addressOf([0, 1], extents))
  const b = operands.load(1, indexAxis(1))
  const outer = writeCode(buffers)
  const difference = outer.op('sub', outer.accumulated('f32', 0), outer.load(2, indexAxis(0)))
  const stages = [
    {
      kind: 'contract',
      batch: [],
      m: [0],
      n: [],
      k: [1],
      block: 256,
      dtype: 'f32',
      code: operands.nodes,
      a,
      b,
    },
    { kind: 'map', axes: [], code: outer.nodes, stores: [store(3, indexAxis(0), difference)] },
  ] as const
  return makeKernel({ name: 'residual', extents, rows: [0], buffers, stages })
}

function squareSumKernel(samples: number): Kernel {
  const buffers = [readBuffer('f32', samples, 'residual'), writeBuffer('f32', 1, 'loss')]
  const inner = writeCode(buffers)
  const residual = inner.load(0, indexAxis(0))
  const value = inner.op('mul', residual, residual)
  const outer = writeCode(buffers)
  const loss = outer.accumulated('f32', 0)
  const stages = [
    {
      kind: 'reduce',
      axes: [0],
      lanes: 16,
      code: inner.nodes,
      accumulators: [{ combine: 'sum', dtype: 'f32', value }],
    },
    { kind: 'map', axes: [], code: outer.nodes, stores: [store(1, indexConstant(0), loss)] },
  ] as const
  return makeKernel({ name: 'square-sum', extents: [samples], rows: [], buffers, stages })
}

function doubleKernel(samples: number): Kernel {
  const buffers = [readBuffer('f32', samples, 'residual'), writeBuffer('f32', samples, 'doubled')]
  const code = writeCode(buffers)
  const residual = code.load(0, indexAxis(0))
  const value = code.op('add', residual, residual)
  const stages = [
    { kind: 'map', axes: [], code: code.nodes, stores: [store(1, indexAxis(0), value)] },
  ] as const
  return makeKernel({ name: 'double', extents: [samples], rows: [0], buffers, stages })
}

/** `xᵀ doubled` */
function gradientKernel(samples: number, features: number): Kernel {
  const extents = [features, samples]
  const buffers = [
    readBuffer('f32', samples * features, 'x'),
    readBuffer('f32', samples, 'doubled'),
    writeBuffer('f32', features, 'gradient'),
  ]
  const operands = writeCode(buffers)
  const a = operands.load(0, addressOf([1, 0], extents))
  const b = operands.load(1, indexAxis(1))
  const outer = writeCode(buffers)
  const sum = outer.accumulated('f32', 0)
  const stages = [
    {
      kind: 'contract',
      batch: [],
      m: [0],
      n: [],
      k: [1],
      block: 256,
      dtype: 'f32',
      code: operands.nodes,
      a,
      b,
    },
    { kind: 'map', axes: [], code: outer.nodes, stores: [store(2, indexAxis(0), sum)] },
  ] as const
  return makeKernel({ name: 'gradient', extents, rows: [0], buffers, stages })
}

/** `w - rate * gradient` */
function updateKernel(features: number): Kernel {
  const buffers = [
    readBuffer('f32', features, 'w'),
    readBuffer('f32', features, 'gradient'),
    readBuffer('f32', 1, 'rate'),
    writeBuffer('f32', features, 'w_next'),
  ]
  const code = writeCode(buffers)
  const step = code.op('mul', code.load(1, indexAxis(0)), code.load(2, indexConstant(0)))
  const value = code.op('sub', code.load(0, indexAxis(0)), step)
  const stages = [
    { kind: 'map', axes: [], code: code.nodes, stores: [store(3, indexAxis(0), value)] },
  ] as const
  return makeKernel({ name: 'update', extents: [features], rows: [0], buffers, stages })
}
