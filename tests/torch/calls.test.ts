// Every recorded call of PyTorch, as function and as method: values, dtypes, shapes, strides, nodes, gradients, errors.
import * as torch from '@heddle/torch'
import { describe, expect, test } from 'vitest'
import { camelCase } from '../../tools/camel-case.ts'
import {
  argumentOf,
  type CallCase,
  callFamilies,
  type Elements,
  numbersOf,
  prepare,
  type Result,
} from './call-format.ts'

const defaults: Readonly<Record<string, number>> = {
  float64: 1e-11,
  float32: 2e-6,
  float16: 2e-3,
  bfloat16: 1.6e-2,
}

describe.each(callFamilies())('$name', ({ cases }) => {
  test.for(cases.map((subject) => [subject.name, subject] as const))('%s', ([, subject]) => {
    for (const form of subject.forms) check(subject, form)
  })
})

function check(subject: CallCase, form: 'function' | 'method'): void {
  const { leaves, operands, run } = prepare(subject, form)
  if (subject.error !== undefined) {
    checkError(subject.error, run)
    return
  }
  const result = run()
  if (subject.result !== undefined) checkResult(subject, result, subject.result, operands, 'result')
  subject.written?.forEach((expected, k) => {
    const where = `operand ${k} after the call`
    checkElements(subject, operands[k] as torch.Tensor, expected, where)
    if (expected.strides !== undefined)
      expect([...(operands[k] as torch.Tensor).stride()], `${where}: strides`).toEqual(expected.strides)
  })
  if (subject.gradients !== undefined) checkGradients(subject, leaves, result)
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

function checkResult(
  subject: CallCase,
  found: unknown,
  expected: Result,
  operands: readonly torch.Tensor[],
  where: string,
): void {
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
      checkResult(subject, items[k], item, operands, `${where} ${k}`)
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
  checkElements(subject, tensor, expected, where)
  expect([...tensor.stride()], `${where}: strides`).toEqual(expected.strides)
}

function checkElements(subject: CallCase, tensor: torch.Tensor, expected: Elements, where: string): void {
  expect([tensor.dtype.name, [...tensor.shape]], `${where}: dtype and shape`).toEqual([
    expected.dtype,
    expected.shape,
  ])
  if (expected.data === undefined) return
  const found = flat(tensor)
  const wanted = numbersOf(expected.data)
  const largest = Math.max(1e-3, ...wanted.map(Math.abs).filter(Number.isFinite))
  const bound = (subject.tolerance ?? defaults[expected.dtype] ?? 0) * largest
  wanted.forEach((value, at) => {
    const isClose =
      Object.is(found[at], value) ||
      found[at] === value ||
      Math.abs((found[at] ?? Number.NaN) - value) <= bound
    expect(isClose, `${where}: element ${at} is ${found[at]}, not ${value}`).toBe(true)
  })
}

const flat = (tensor: torch.Tensor): number[] =>
  ([tensor.tolist()] as unknown[]).flat(Number.POSITIVE_INFINITY).map(Number)

function checkGradients(subject: CallCase, leaves: readonly torch.Tensor[], result: unknown): void {
  const outputs = tensorsOf(result).filter((each) => each.requiresGrad)
  const wanted = leaves.filter((leaf) => leaf.requiresGrad)
  const gradOutputs = outputs.map(cotangentOf)
  const found = torch.autograd.grad(outputs, wanted, { gradOutputs, allowUnused: true })
  subject.gradients?.forEach((expected, k) => {
    const gradient = found[k]
    if (expected === null || gradient == null) expect(gradient ?? null, `gradient ${k}`).toBe(expected)
    else checkElements(subject, gradient, expected, `gradient ${k}`)
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
