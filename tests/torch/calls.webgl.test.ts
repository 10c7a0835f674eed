// Recorded calls of PyTorch on WebGL2. Compiling shaders is most of the time, so of the calls of one function in one file the first is
// made and then every twelfth, by their places. What the device cannot do is left out by rule or by name, and must be refused.
import * as torch from '@heddle/torch'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { checkCall } from './call-check.ts'
import type { CallCase, CallFile } from './call-format.ts'

const oneIn = 12

const files = Object.entries(
  import.meta.glob<CallFile>('./calls/*.json', { eager: true, import: 'default' }),
).map(([path, { cases }]) => ({ name: path.replace(/.*\/|\.json$/g, ''), cases }))

/** The device adds f32 in another order, and its functions are within a few ulp. */
const leastTolerances = { float32: 2e-5 }

/** Calls with values of int64 beyond 32 bits. */
const wide: readonly string[] = [
  'pow(3, x0) of int64[3]',
  'set_at(x0, [0], 1099511627776) of int64[2, 3]',
  'view(x0, torch.bfloat16) of int64[2, 2]',
  'view(x0, torch.float64) of int64[2, 2]',
  'view(x0, torch.int16) of int64[2, 2]',
  'view(x0, torch.int32) of int64[2, 2]',
  'view(x0, torch.int64) of float32[2, 4]',
  'view(x0, torch.int64) of int64[2, 2]',
  'view(x0, torch.uint8) of int64[2, 2]',
]

/** Functions that compute in float64, whatever they are given. */
const inDoubles = /^(float_power|igammac?|special\.gammaincc?)_?$/

const codes = { float64: 'TORCH_DEVICE_DTYPE', wide: 'BACKEND_NARROWED_RANGE' } as const

/** Why the device cannot make the call. */
function reasonOf({ name, call, inputs, args, kwargs, result }: CallCase): keyof typeof codes | undefined {
  if (wide.includes(name)) return 'wide'
  const parts = JSON.stringify([inputs, args, kwargs, result])
  return parts.includes('float64') || inDoubles.test(call) ? 'float64' : undefined
}

function chosen(cases: readonly CallCase[]): readonly CallCase[] {
  const counts = new Map<string, number>()
  return cases.filter(({ call }) => {
    const count = counts.get(call) ?? 0
    counts.set(call, count + 1)
    return count % oneIn === 0
  })
}

/** What is thrown; nothing where the call gives what PyTorch gives. */
function problemOf(subject: CallCase): unknown {
  try {
    checkCall(subject, subject.forms[0] as 'function' | 'method', leastTolerances)
    return undefined
  } catch (error) {
    return error
  }
}

beforeAll(() => torch.setDefaultDevice('webgl'))
afterAll(() => torch.setDefaultDevice('cpu'))

describe.each(files)('$name', ({ cases }) => {
  const possible = cases.filter((subject) => reasonOf(subject) === undefined)

  test('gives on WebGL2 what PyTorch gives', () => {
    const found = chosen(possible).map((subject) => [subject.name, problemOf(subject)] as const)

    expect(found.filter(([, problem]) => problem !== undefined)).toEqual([])
  })

  test('leaves out what is refused, and little else', () => {
    const left = cases.filter((subject) => reasonOf(subject) !== undefined)

    // What PyTorch refuses may be refused for its reason; questions about dtypes are answered.
    for (const subject of left.filter(({ error }) => error === undefined)) {
      const problem = problemOf(subject)
      if (problem === undefined) continue
      expect(problem, subject.name).toMatchObject({ code: codes[reasonOf(subject) as keyof typeof codes] })
    }
    expect(left.length / cases.length).toBeLessThan(0.5)
  })
})

test('of all calls one in twelve is left out at most, and every name of those exists', () => {
  const all = files.flatMap(({ cases }) => cases)
  const names = new Set(all.map(({ name }) => name))

  expect(all.filter((subject) => reasonOf(subject) !== undefined).length / all.length).toBeLessThan(1 / 12)
  expect(wide.filter((name) => !names.has(name))).toEqual([])
})
