// The composites against PyTorch, in float64, by the reference interpreter: values, and derivatives through the vjp of every
// op they are made of. And in f32: the runtimes of the CPU against each other, to the last bit.
import { compileSync, vjp } from '@heddle/compiler'
import {
  type Graph,
  interpret,
  interpreterBackend,
  type NdArray,
  program,
  toNdArray,
  type Value,
} from '@heddle/core'
import { jsBackend, wasmBackend } from '@heddle/runtime-cpu'
import { describe, expect, test } from 'vitest'
import { builders, type GoldenArray, type GoldenCase, goldenCases } from './cases.ts'

const toArray = ({ dtype, shape, data }: GoldenArray): NdArray => toNdArray(dtype, shape, data)

const toArrays = (arrays: Readonly<Record<string, GoldenArray>>): Record<string, NdArray> =>
  Object.fromEntries(Object.entries(arrays).map(([name, array]) => [name, toArray(array)]))

/** The composite of a case with its derivatives as further outputs, named `d<input>`; floats are of dtype `float`. */
function programOf(name: string, golden: GoldenCase, float: 'f32' | 'f64'): Graph {
  return program(name, ({ input }) => {
    const operands: Record<string, Value> = {}
    for (const [each, { dtype, shape }] of Object.entries(golden.inputs)) {
      operands[each] = input(each, dtype === 'f64' ? float : dtype, shape)
    }
    const output = builders[name]!(...Object.values(operands))
    const cotangent = input('cotangent', float, golden.cotangent.shape)
    const wrt = Object.keys(golden.gradients)
    const gradients = vjp(
      [output],
      [cotangent],
      wrt.map((each) => operands[each]!),
    )
    return { output, ...Object.fromEntries(wrt.map((each, k) => [`d${each}`, gradients[k]!])) }
  })
}

/** Both round in float64, in different orders: a few parts in 10^13 of the largest term, at most some hundred here. */
const tolerance = 1e-11

function expectClose(found: NdArray, expected: GoldenArray): void {
  expect(found.shape).toEqual(expected.shape)
  const off = Array.from(found.data).flatMap((value, at) => {
    const wanted = expected.data[at]!
    const isClose = Object.is(value, wanted) || Math.abs(value - wanted) <= tolerance * (1 + Math.abs(wanted))
    return isClose ? [] : [{ at, value, wanted }]
  })
  expect(off).toEqual([])
}

describe('composites', () => {
  test.for(Object.keys(goldenCases))('%s: has the value and derivatives PyTorch has', (name) => {
    const golden = goldenCases[name]!

    const { outputs } = interpret(programOf(name, golden, 'f64'), {
      ...toArrays(golden.inputs),
      cotangent: toArray(golden.cotangent),
    })

    expectClose(outputs['output']!, golden.output)
    for (const [each, gradient] of Object.entries(golden.gradients)) {
      expectClose(outputs[`d${each}`]!, gradient)
    }
  })

  test.for(Object.keys(goldenCases))('%s: has the same bits on every runtime of the CPU', (name) => {
    const golden = goldenCases[name]!
    const graph = programOf(name, golden, 'f32')
    const feeds: Record<string, Float32Array | Int32Array> = {
      cotangent: Float32Array.from(golden.cotangent.data),
    }
    for (const [each, { dtype, data }] of Object.entries(golden.inputs)) {
      feeds[each] = dtype === 'f64' ? Float32Array.from(data) : Int32Array.from(data)
    }

    const [expected, ...found] = [interpreterBackend(), jsBackend(), wasmBackend()].map((backend) => {
      using session = compileSync(graph, { backend })
      return Object.entries(session.runSync(feeds)).map(([each, { data }]) => [each, ...data])
    })

    for (const each of found) expect(each).toEqual(expected)
  })

  test('are each compared: every golden case is written once', () => {
    expect(Object.keys(builders).sort()).toEqual(Object.keys(goldenCases).sort())
  })
})
