// A recorded call of PyTorch made here and compared: values, dtypes, shapes, strides, nodes, gradients, errors.
import * as torch from '@heddle/torch'
import { expect } from 'vitest'
import { camelCase } from '../../tools/camel-case.ts'
import { argumentOf, type CallCase, type Elements, numbersOf, prepare, type Result } from './call-format.ts'

/** By dtype, of the largest element. */
export type Tolerances = Readonly<Record<string, number>>

const tolerances: Tolerances = { float64: 1e-11, float32: 2e-6, float16: 2e-3, bfloat16: 1.6e-2 }

interface Call {
  readonly subject: CallCase
  readonly operands: readonly torch.Tensor[]
  readonly leastTolerances: Tolerances
}

/** Makes the call, on the device where tensors are made by default, and compares all that was recorded of it. */
export function checkCall(
  subject: CallCase,
  form: 'function' | 'method',
  leastTolerances: Tolerances = {},
): void {
  const { leaves, operands, run } = prepare(subject, form)
  const call: Call = { subject, operands, leastTolerances }
  if (subject.error !== undefined) {
    checkError(subject.error, run)
    return
  }
  const result = run()
  if (subject.result !== undefined) checkResult(call, result, subject.result, 'result')
  subject.written?.forEach((expected, k) => {
    const where = `operand ${k} after the call`
    checkElements(call, operands[k] as torch.Tensor, expected, where)
    if (expected.strides !== undefined)
      expect([...(operands[k] as torch.Tensor).stride()], `${where}: strides`).toEqual(expected.strides)
  })
  if (subject.gradients !== undefined) checkGradients(call, leaves, result)
}

function checkError(expected: NonNullable<CallCase['error']>, run: () => unknown): void {
  let found: unknown
  try {
    const result = run()
    if (expected.backward === true) {
      for (const each of tensorsOf(result)) if (each.requiresGrad) each.backward(torch.onesLike(each))
    }
  } catch (error) {
    found = error
  }
  expect(found, 'an exception').toBeInstanceOf(Error)
  const { name, message } = found as Error
  expect({ kind: name, message }).toEqual({ kind: expected.kind, message: expected.message })
}

function checkResult(call: Call, found: unknown, expected: Result, where: string): void {
  const { operands } = call
  if ('value' in expected) {
    const wanted = argumentOf(expected.value, operands)
    expect(typeof found === 'object' && found instanceof torch.Size ? [...found] : found, where).toEqual(
      wanted,
    )
    return
  }
  if ('items' in expected) {
    const items = [...(found as Iterable<unknown>)]
    expect(items.length, `${where}: number of results`).toBe(expected.items.length)
    expected.items.forEach((item, k) => {
      checkResult(call, items[k], item, `${where} ${k}`)
    })
    expected.fields?.forEach((field, k) => {
      expect((found as Readonly<Record<string, unknown>>)[camelCase(field)], `${where}: field ${field}`).toBe(
        items[k],
      )
    })
    return
  }
  const tensor = found as torch.Tensor
  expect(tensor, where).toBeInstanceOf(torch.Tensor)
  expect(tensor.gradFn?.name() ?? null, `${where}: grad_fn`).toBe(expected.node)
  if ('same' in expected) {
    expect(tensor === operands[expected.same], `${where} is operand ${expected.same} itself`).toBe(true)
    return
  }
  checkElements(call, tensor, expected, where)
  expect([...tensor.stride()], `${where}: strides`).toEqual(expected.strides)
}

function checkElements(call: Call, tensor: torch.Tensor, expected: Elements, where: string): void {
  expect([tensor.dtype.name, [...tensor.shape]], `${where}: dtype and shape`).toEqual([
    expected.dtype,
    expected.shape,
  ])
  if (expected.data === undefined) return
  const found = flat(tensor)
  const wanted = numbersOf(expected.data)
  const largest = Math.max(1e-3, ...wanted.map(Math.abs).filter(Number.isFinite))
  const bound = toleranceOf(call, expected.dtype) * largest
  wanted.forEach((value, at) => {
    const isClose =
      Object.is(found[at], value) ||
      found[at] === value ||
      Math.abs((found[at] ?? Number.NaN) - value) <= bound
    expect(isClose, `${where}: element ${at} is ${found[at]}, not ${value}`).toBe(true)
  })
}

const toleranceOf = ({ subject, leastTolerances }: Call, dtype: string): number =>
  Math.max(subject.tolerance ?? tolerances[dtype] ?? 0, leastTolerances[dtype] ?? 0)

const flat = (tensor: torch.Tensor): number[] =>
  ([tensor.tolist()] as unknown[]).flat(Number.POSITIVE_INFINITY).map(Number)

function checkGradients(call: Call, leaves: readonly torch.Tensor[], result: unknown): void {
  const outputs = tensorsOf(result).filter((each) => each.requiresGrad)
  const wanted = leaves.filter((leaf) => leaf.requiresGrad)
  const gradOutputs = outputs.map(cotangentOf)
  const found = torch.autograd.grad(outputs, wanted, { gradOutputs, allowUnused: true })
  call.subject.gradients?.forEach((expected, k) => {
    const gradient = found[k]
    if (expected === null || gradient == null) expect(gradient ?? null, `gradient ${k}`).toBe(expected)
    else checkElements(call, gradient, expected, `gradient ${k}`)
  })
}

function cotangentOf(like: torch.Tensor): torch.Tensor {
  const numbers = Array.from({ length: like.numel() }, (_, k) => (((k * 7) % 11) - 5) / 4)
  return torch.tensor(numbers, { dtype: like.dtype }).view([...like.shape])
}

function tensorsOf(result: unknown): readonly torch.Tensor[] {
  if (result instanceof torch.Tensor) return [result]
  const isIterable = typeof result === 'object' && result !== null && Symbol.iterator in result
  return isIterable ? [...(result as Iterable<unknown>)].flatMap(tensorsOf) : []
}
