import type { Kernel } from '@heddle/core'
import { indexAxis, runKernel } from '@heddle/core'
import {
  contraction,
  kernelFixtures,
  makeKernel,
  readBuffer,
  store,
  writeBuffer,
  writeCode,
} from '@heddle/testkit'
import { describe, expect, test } from 'vitest'
import { compileKernels } from './backend.ts'
import { emitKernel, emitModule, mathFunctionsOf } from './emit.ts'

function fixture(name: string): Kernel {
  const found = kernelFixtures.find(({ kernel }) => kernel.name === name)
  if (found === undefined) throw new Error(`no fixture ${name}`)
  return found.kernel
}

const i = indexAxis(0)

/** A kernel that stores `count` dependent values computed from x. */
function chain(count: number): Kernel {
  const buffers = [readBuffer('f32', 3, 'x'), writeBuffer('f32', 3, 'y')]
  const code = writeCode(buffers)
  let value = code.load(0, i)
  for (let step = 0; step < count; step++) value = code.op('sqrt', value)
  const stages = [{ kind: 'map', axes: [], code: code.nodes, stores: [store(1, i, value)] }] as const
  return makeKernel({ name: 'chain', extents: [3], rows: [0], buffers, stages })
}

describe('emitKernel', () => {
  test('hoists what outer loops know, and names what is used twice', () => {
    expect(emitKernel(fixture('map-broadcast'))).toMatchInlineSnapshot(`
      "function kernel(buffers) {
        // map-broadcast
        const b0 = buffers[0], b1 = buffers[1], b2 = buffers[2], b3 = buffers[3], b4 = buffers[4];
        const t2 = b3[0];
        for (let i0 = 0; i0 < 9; i0++) {
          const t0 = 14 * i0;
          const t1 = b2[i0];
          for (let i1 = 0; i1 < 14; i1++) {
            b4[t0 + i1] = fround(fround(fround(b0[t0 + i1] * b1[i1]) + t1) + t2);
          }
        }
      }
      "
    `)
    expect(emitKernel(fixture('map-three-stores'))).toMatchInlineSnapshot(`
      "function kernel(buffers) {
        // map-three-stores
        const b0 = buffers[0], b1 = buffers[1], b2 = buffers[2], b3 = buffers[3], b4 = buffers[4], b5 = buffers[5];
        for (let i0 = 0; i0 < 131; i0++) {
          const t0 = b0[i0];
          const t1 = fround(fround(b2[i0] * 0.8999999761581421) + b1[i0]);
          const t2 = fround(t0 - fround(t1 * 0.009999999776482582));
          const t3 = (t0 < t2) ? 1 : 0;
          b3[i0] = t1;
          b4[i0] = t2;
          b5[i0] = t3;
        }
      }
      "
    `)
  })

  test('splits guards over the loops where they are known', () => {
    expect(emitKernel(fixture('map-padded'))).toMatchInlineSnapshot(`
      "function kernel(buffers) {
        // map-padded
        const b0 = buffers[0], b1 = buffers[1];
        for (let i0 = 0; i0 < 8; i0++) {
          const t0 = 7 * i0;
          const t1 = i0 - 1;
          const t3 = t1 >= 0 && t1 < 5;
          const t4 = 10 * i0;
          for (let i1 = 0; i1 < 10; i1++) {
            const t2 = i1 - 1;
            b1[t4 + i1] = t3 && t2 >= 0 && t2 < 7 ? b0[t0 + i1 - 8] : (-1.5);
          }
        }
      }
      "
    `)
  })

  test('divides by bits or truncation where dividends are not negative', () => {
    expect(emitKernel(fixture('map-reshaped'))).toContain('/ 6 | 0')
    expect(emitKernel(fixture('contract-batch'))).toContain('>> 2')
  })

  test('keeps long lane bodies in an array and unrolls short ones', () => {
    expect(emitKernel(fixture('reduce-moments'))).toContain('new Float32Array(16)')
    expect(emitKernel(fixture('reduce-sum'))).toContain('i1 += 16')
  })

  test('runs a contraction through the packed product', () => {
    expect(emitKernel(fixture('contract-bias-relu'))).toMatchInlineSnapshot(`
      "function kernel(buffers) {
        // contract-bias-relu
        const b0 = buffers[0], b1 = buffers[1], b2 = buffers[2], b3 = buffers[3];
        const t0 = scratch('rows_f32', Float32Array, 620);
        const t1 = scratch('columns_f32', Float32Array, 372);
        const t2 = scratch('product_f32', Float32Array, 216);
        for (let i2 = 0; i2 < 31; i2++) {
          const t3 = 12 * i2;
          const t6 = 4 * i2;
          for (let i1 = 0; i1 < 12; i1++) {
            const t4 = i1 >> 2;
            const t5 = i1 & 3;
            t1[t6 + 124 * t4 + t5] = b1[t3 + i1];
          }
        }
        for (let i0 = 0; i0 < 18; i0++) {
          const t7 = 31 * i0;
          const t8 = i0 >> 2;
          const t9 = i0 & 3;
          const t10 = 124 * t8 + t9;
          for (let i2 = 0; i2 < 31; i2++) {
            t0[t10 + 4 * i2] = b0[t7 + i2];
          }
        }
        gemm_f32(t0, t1, t2, 18, 12, 31, 16);
        for (let i0 = 0; i0 < 18; i0++) {
          const t11 = 12 * i0;
          for (let i1 = 0; i1 < 12; i1++) {
            const t12 = t2[t11 + i1];
            b3[t11 + i1] = max(fround(t12 + b2[i1]), 0);
          }
        }
      }
      "
    `)
  })

  test('has an empty body where an axis of the rows is empty', () => {
    expect(emitKernel(fixture('map-no-elements'))).toBe(
      'function kernel(buffers) {\n  // map-no-elements\n}\n',
    )
  })

  test('lets no name of a kernel out of its comment', () => {
    const named = { ...fixture('map-scalar'), name: 'x\n} throw 1; {//' }

    expect(emitKernel(named).split('\n')[1]).toBe('  // x__ throw 1_ ___')
  })

  test('nests expressions no deeper than their length allows', () => {
    const kernel = chain(20_000)
    const [run] = compileKernels([kernel])
    const y = new Float32Array(3)

    run!([new Float32Array([4, 1, 0]), y])

    expect([...y]).toEqual([1, 1, 0])
  })
})

describe('emitModule', () => {
  test('carries the math functions its kernels use, and those only', () => {
    const kernels = [fixture('row-softmax'), fixture('reduce-log-sum-exp')]

    const text = emitModule(kernels)

    expect([...mathFunctionsOf(kernels)].sort()).toEqual(['exp', 'log'])
    expect(text.match(/^function \w+_f32\(x0/gm)).toEqual(['function exp_f32(x0', 'function log_f32(x0'])
  })

  test('is the same text for the same kernels', () => {
    expect(emitModule([fixture('row-softmax')])).toBe(emitModule([fixture('row-softmax')]))
  })
})

describe('large contractions', () => {
  test('go in chunks of rows and still equal the interpreter', () => {
    const { kernel, inputs } = contraction({
      name: 'tall',
      extents: [501, 2, 2, 280],
      batch: [],
      m: [0, 1],
      n: [2],
      k: [3],
      a: [0, 3, 1],
      b: [2, 3],
      rows: [0, 2, 1],
      block: 256,
    })
    const [run] = compileKernels([kernel])
    const [actual, expected] = [inputs(1), inputs(1)]
    runKernel(kernel, expected)

    run!(actual)

    expect(emitKernel(kernel)).toContain('+= 468')
    expect(actual[2]).toEqual(expected[2])
  })
})
