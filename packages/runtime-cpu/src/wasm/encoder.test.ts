import { describe, expect, test } from 'vitest'
import { byteBuffer } from './bytes.ts'
import { moduleBuilder } from './encoder.ts'
import {
  laneInstructions,
  laneMemoryInstructions,
  memoryInstructions,
  plainInstructions,
} from './instructions.ts'

const instantiate = (bytes: Uint8Array<ArrayBuffer>, functions: Record<string, CallableFunction> = {}) => {
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 16 })
  const instance = new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory, ...functions } })
  return { memory, exports: instance.exports as Record<string, (...args: number[]) => number> }
}

describe('bytes', () => {
  test('write numbers of every length as LEB128', () => {
    const module = moduleBuilder({ maxPages: 16 })
    const values = [0, 1, -1, 63, 64, -64, -65, 8191, 8192, -8193, 2 ** 31 - 1, -(2 ** 31)]
    values.forEach((value, at) => {
      module.exportFunction(`f${at}`, module.function('f', [], ['i32']).i32(value))
    })

    const { exports } = instantiate(module.finish())

    expect(values.map((_, at) => exports[`f${at}`]?.())).toEqual(values)
  })

  test('grow past their first capacity', () => {
    const bytes = byteBuffer(4)
    for (let at = 0; at < 1000; at++) bytes.byte(at & 255)
    expect(bytes.length()).toBe(1000)
    expect(bytes.finish()[999]).toBe(999 & 255)
  })
})

describe('module builder', () => {
  test('keeps -0 and NaN in float constants', () => {
    const module = moduleBuilder({ maxPages: 16 })
    module.exportFunction('zero', module.function('zero', [], ['f32']).f32(-0))
    module.exportFunction('nan', module.function('nan', [], ['f64']).f64(Number.NaN))

    const { exports } = instantiate(module.finish())

    expect(exports['zero']?.()).toBe(-0)
    expect(exports['nan']?.()).toBeNaN()
  })

  test('loops, branches, calls imports and keeps locals apart', () => {
    const module = moduleBuilder({ maxPages: 16 })
    const pow = module.importFunction('pow', ['f64', 'f64'], 'f64')
    const f = module.function('sumOfSquares', ['i32'], ['f64'])
    const i = f.local('i32')
    const sum = f.local('f64')
    f.loop()
    f.get(i).i32(1).op('i32.add').tee(i)
    f.op('f64.convert_i32_s').f64(2).call(pow).get(sum).op('f64.add').set(sum)
    f.get(i).get(0).op('i32.lt_s').brIf(0).end().get(sum)
    module.exportFunction('run', f)

    const { exports } = instantiate(module.finish(), { pow: Math.pow })

    expect(exports['run']?.(4)).toBe(30)
  })

  test('gives a released local again only for its type', () => {
    const module = moduleBuilder({ maxPages: 16 })
    const f = module.function('f', ['i32'])
    const first = f.local('i32')
    f.release(first)
    expect(f.local('f32')).not.toBe(first)
    expect(f.local('i32')).toBe(first)
  })

  test('lists instructions only when asked to', () => {
    const write = (keepListing: boolean) =>
      moduleBuilder({ maxPages: 16, keepListing }).function('f', ['i32']).get(0).if().i32(1).op('drop').end()

    expect(write(true).listing()).toBe(
      '(func $f (param i32)\n  local.get 0\n  if\n    i32.const 1\n    drop\n  end\n)',
    )
    expect(write(false).listing()).not.toContain('drop')
  })

  test('encodes functions of a megabyte', () => {
    const module = moduleBuilder({ maxPages: 16 })
    const f = module.function('f', [], ['i32']).i32(0)
    for (let at = 0; at < 300_000; at++) f.i32(1).op('i32.add')
    module.exportFunction('run', f)
    expect(instantiate(module.finish()).exports['run']?.()).toBe(300_000)
  })
})

/** Operand and result types are told by the names; a wrong opcode fails validation here (or names another type). */
const resultOf = (name: string): 'i32' | 'f32' | 'f64' | 'v128' => {
  const [type = '', what = ''] = name.split('.')
  if (type.includes('x') || type === 'v128') return 'v128'
  const compares = /^(eqz?|ne|lt|gt|le|ge)(_[su])?$/.test(what)
  return compares ? 'i32' : (type as 'i32' | 'f32' | 'f64')
}

test('every plain instruction validates with the operands its name tells', () => {
  const skipped = new Set(['unreachable', 'return', 'drop', 'select'])
  const unary =
    /eqz|abs|neg|ceil|floor|trunc|nearest|sqrt|convert|demote|promote|reinterpret|splat|not|extend|wrap/
  for (const name of Object.keys(plainInstructions) as (keyof typeof plainInstructions)[]) {
    if (skipped.has(name)) continue
    const [type = '', what = ''] = name.split('.')
    const from = what.split('_').find((part) => /^[if](32|64)$/.test(part)) as
      | 'i32'
      | 'f32'
      | 'f64'
      | undefined
    const splat = name === 'i32x4.splat' ? 'i32' : name === 'f32x4.splat' ? 'f32' : undefined
    const operand = splat ?? (type.includes('x') || type === 'v128' ? 'v128' : (from ?? (type as 'i32')))
    const shift = /x4\.sh/.test(name)
    const count = what === 'bitselect' ? 3 : unary.test(what) && what !== 'andnot' ? 1 : 2
    const params = Array.from({ length: count }, (_, at) => (shift && at === 1 ? 'i32' : operand) as 'i32')
    const module = moduleBuilder({ maxPages: 16 })
    const f = module.function('f', params, [resultOf(name)])
    params.forEach((_, at) => void f.get(at))
    f.op(name)
    expect(WebAssembly.validate(module.finish()), name).toBe(true)
  }
})

test('every memory and lane instruction validates', () => {
  const check = (
    name: string,
    params: readonly ('i32' | 'f32' | 'f64' | 'v128')[],
    results: string[],
    write: (f: ReturnType<ReturnType<typeof moduleBuilder>['function']>) => void,
  ) => {
    const module = moduleBuilder({ maxPages: 16 })
    const f = module.function('f', params, results as 'i32'[])
    params.forEach((_, at) => void f.get(at))
    write(f)
    expect(WebAssembly.validate(module.finish()), name).toBe(true)
  }
  for (const name of Object.keys(memoryInstructions) as (keyof typeof memoryInstructions)[]) {
    const type = name.split('.')[0] as 'i32'
    if (name.includes('store')) check(name, ['i32', type], [], (f) => f.memory(name, 4))
    else check(name, ['i32'], [type], (f) => f.memory(name, 200))
  }
  for (const name of Object.keys(laneMemoryInstructions) as (keyof typeof laneMemoryInstructions)[]) {
    check(name, ['i32', 'v128'], name.includes('store') ? [] : ['v128'], (f) => f.laneMemory(name, 4, 1))
  }
  for (const name of Object.keys(laneInstructions) as (keyof typeof laneInstructions)[]) {
    const scalar = name.slice(0, 3) as 'i32'
    if (name.includes('extract')) check(name, ['v128'], [scalar], (f) => f.lane(name, 3))
    else check(name, ['v128', scalar], ['v128'], (f) => f.lane(name, 3))
  }
})
