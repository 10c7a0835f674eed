// Writes WebAssembly binaries: a module with one imported memory, imported functions, one mutable global and any number of
// functions, each a growing byte buffer. It knows encodings and nothing about kernels. Types are not checked here:
// `WebAssembly.Module` does that. A listing of what was written is kept only when it is asked for.
import { internalError } from '@heddle/core'
import { type Bytes, byteBuffer } from './bytes.ts'
import {
  type LaneInstruction,
  type LaneMemoryInstruction,
  laneInstructions,
  laneMemoryInstructions,
  type MemoryInstruction,
  memoryInstructions,
  type PlainInstruction,
  plainInstructions,
  type ValueType,
  valueTypes,
} from './instructions.ts'

/** Index of a local of the function being written; parameters come first. */
export type Local = number

/** Something to call. */
export interface FunctionRef {
  readonly index: number
  readonly name: string
}

/** Writes the body of one function; every method but `local` returns the builder. */
export interface FunctionBuilder extends FunctionRef {
  /** A local holding anything; one that was released before may be given again. */
  local(type: ValueType): Local
  release(local: Local): void
  get(local: Local): FunctionBuilder
  set(local: Local): FunctionBuilder
  tee(local: Local): FunctionBuilder
  op(name: PlainInstruction): FunctionBuilder
  memory(name: MemoryInstruction, offset: number): FunctionBuilder
  laneMemory(name: LaneMemoryInstruction, offset: number, lane: number): FunctionBuilder
  lane(name: LaneInstruction, lane: number): FunctionBuilder
  /** Bytes of the result, each an index into the 32 bytes of the two operands. */
  shuffle(bytes: readonly number[]): FunctionBuilder
  i32(value: number): FunctionBuilder
  i64(value: bigint): FunctionBuilder
  f32(value: number): FunctionBuilder
  f64(value: number): FunctionBuilder
  block(): FunctionBuilder
  loop(): FunctionBuilder
  if(result?: ValueType): FunctionBuilder
  else(): FunctionBuilder
  end(): FunctionBuilder
  br(depth: number): FunctionBuilder
  brIf(depth: number): FunctionBuilder
  call(target: FunctionRef): FunctionBuilder
  /** Pushes, or pops into, the module's one global. */
  getGlobal(): FunctionBuilder
  setGlobal(): FunctionBuilder
  /** The listing so far; empty unless the module keeps one. */
  listing(): string
}

export interface ModuleBuilder {
  /** Must come before the first `function`. */
  importFunction(field: string, params: readonly ValueType[], result: ValueType): FunctionRef
  function(name: string, params: readonly ValueType[], results?: readonly ValueType[]): FunctionBuilder
  exportFunction(name: string, target: FunctionRef): void
  functions(): readonly FunctionBuilder[]
  finish(): Uint8Array<ArrayBuffer>
}

/** Name of the import module: `env.memory` and the functions. */
export const importModule = 'env'

interface Body {
  readonly builder: FunctionBuilder
  readonly type: number
  readonly locals: readonly ValueType[]
  readonly code: Bytes
}

function functionBuilder(
  name: string,
  index: number,
  params: readonly ValueType[],
  locals: ValueType[],
  code: Bytes,
  keepListing: boolean,
): FunctionBuilder {
  const free = new Map<ValueType, Local[]>()
  const lines: string[] = []
  let depth = 1
  const note = (text: string, indent = 0): void => {
    if (!keepListing) return
    lines.push('  '.repeat(depth + Math.min(indent, 0)) + text)
    depth += indent
  }
  const opcode = (encoded: number): void => {
    if (encoded > 0xff) {
      code.byte(encoded >>> 16)
      code.unsigned(encoded & 0xffff)
    } else code.byte(encoded)
  }
  const typeOf = (local: Local): ValueType => {
    const type = local < params.length ? params[local] : locals[local - params.length]
    if (type === undefined) throw internalError('wasm encoder', `function ${name} has no local ${local}`)
    return type
  }
  const numbered = (byte: number, text: string, value: number): FunctionBuilder => {
    code.byte(byte)
    code.unsigned(value)
    note(`${text} ${value}`)
    return self
  }
  const open = (byte: number, text: string, result?: ValueType): FunctionBuilder => {
    code.byte(byte)
    code.byte(result === undefined ? 0x40 : valueTypes[result])
    note(result === undefined ? text : `${text} (result ${result})`, 1)
    return self
  }
  const self: FunctionBuilder = {
    name,
    index,
    local(type) {
      const reused = free.get(type)?.pop()
      if (reused !== undefined) return reused
      locals.push(type)
      return params.length + locals.length - 1
    },
    release(local) {
      const type = typeOf(local)
      const list = free.get(type)
      if (list === undefined) free.set(type, [local])
      else list.push(local)
    },
    get: (local) => numbered(0x20, 'local.get', local),
    set: (local) => numbered(0x21, 'local.set', local),
    tee: (local) => numbered(0x22, 'local.tee', local),
    op(instruction) {
      opcode(plainInstructions[instruction])
      note(instruction)
      return self
    },
    memory(instruction, offset) {
      const [encoded, align] = memoryInstructions[instruction]
      opcode(encoded)
      code.unsigned(align)
      code.unsigned(offset)
      note(`${instruction} offset=${offset}`)
      return self
    },
    laneMemory(instruction, offset, lane) {
      const [encoded, align] = laneMemoryInstructions[instruction]
      opcode(encoded)
      code.unsigned(align)
      code.unsigned(offset)
      code.byte(lane)
      note(`${instruction} offset=${offset} ${lane}`)
      return self
    },
    lane(instruction, lane) {
      opcode(laneInstructions[instruction])
      code.byte(lane)
      note(`${instruction} ${lane}`)
      return self
    },
    shuffle(bytes) {
      opcode(0xfd000d)
      for (const byte of bytes) code.byte(byte)
      note(`i8x16.shuffle ${bytes.join(' ')}`)
      return self
    },
    i32(value) {
      code.byte(0x41)
      code.signed(value | 0)
      note(`i32.const ${value | 0}`)
      return self
    },
    i64(value) {
      code.byte(0x42)
      code.signed64(value)
      note(`i64.const ${value}`)
      return self
    },
    f32(value) {
      code.byte(0x43)
      code.float32(value)
      note(`f32.const ${Object.is(value, -0) ? '-0' : value}`)
      return self
    },
    f64(value) {
      code.byte(0x44)
      code.float64(value)
      note(`f64.const ${Object.is(value, -0) ? '-0' : value}`)
      return self
    },
    block: () => open(0x02, 'block'),
    loop: () => open(0x03, 'loop'),
    if: (result) => open(0x04, 'if', result),
    else() {
      code.byte(0x05)
      note('else', -1)
      depth++
      return self
    },
    end() {
      code.byte(0x0b)
      note('end', -1)
      return self
    },
    br: (target) => numbered(0x0c, 'br', target),
    brIf: (target) => numbered(0x0d, 'br_if', target),
    call(target) {
      code.byte(0x10)
      code.unsigned(target.index)
      note(`call $${target.name}`)
      return self
    },
    getGlobal: () => numbered(0x23, 'global.get', 0),
    setGlobal: () => numbered(0x24, 'global.set', 0),
    listing() {
      const header = `(func $${name} (param ${params.join(' ')})`
      return [header, ...lines, ')'].join('\n')
    },
  }
  return self
}

export function moduleBuilder(options: { maxPages: number; keepListing?: boolean }): ModuleBuilder {
  const types: string[] = []
  const signatures: { params: readonly ValueType[]; results: readonly ValueType[] }[] = []
  const imports: { field: string; type: number }[] = []
  const bodies: Body[] = []
  const exports: { name: string; index: number }[] = []

  const typeIndex = (params: readonly ValueType[], results: readonly ValueType[]): number => {
    const key = `${params.join(' ')} -> ${results.join(' ')}`
    const known = types.indexOf(key)
    if (known >= 0) return known
    types.push(key)
    signatures.push({ params, results })
    return types.length - 1
  }

  const finish = (): Uint8Array<ArrayBuffer> => {
    const out = byteBuffer(1024)
    for (const byte of [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]) out.byte(byte)
    const section = (id: number, write: (body: Bytes) => void): void => {
      const body = byteBuffer(256)
      write(body)
      out.byte(id)
      out.unsigned(body.length())
      out.append(body)
    }
    section(1, (body) => {
      body.unsigned(signatures.length)
      for (const { params, results } of signatures) {
        body.byte(0x60)
        for (const list of [params, results]) {
          body.unsigned(list.length)
          for (const type of list) body.byte(valueTypes[type])
        }
      }
    })
    section(2, (body) => {
      body.unsigned(imports.length + 1)
      body.text(importModule)
      body.text('memory')
      for (const byte of [2, 1, 0]) body.byte(byte)
      body.unsigned(options.maxPages)
      for (const { field, type } of imports) {
        body.text(importModule)
        body.text(field)
        body.byte(0)
        body.unsigned(type)
      }
    })
    section(3, (body) => {
      body.unsigned(bodies.length)
      for (const { type } of bodies) body.unsigned(type)
    })
    section(6, (body) => {
      body.unsigned(1)
      for (const byte of [valueTypes.i32, 1, 0x41, 0, 0x0b]) body.byte(byte)
    })
    section(7, (body) => {
      body.unsigned(exports.length)
      for (const { name, index } of exports) {
        body.text(name)
        body.byte(0)
        body.unsigned(index)
      }
    })
    section(10, (body) => {
      body.unsigned(bodies.length)
      for (const { locals, code } of bodies) {
        const head = byteBuffer(16)
        writeLocals(head, locals)
        body.unsigned(head.length() + code.length() + 1)
        body.append(head)
        body.append(code)
        body.byte(0x0b)
      }
    })
    return out.finish()
  }

  return {
    functions: () => bodies.map((body) => body.builder),
    importFunction(field, params, result) {
      if (bodies.length > 0) throw internalError('wasm encoder', `import ${field} after the first function`)
      imports.push({ field, type: typeIndex(params, [result]) })
      return { index: imports.length - 1, name: field }
    },
    function(name, params, results = []) {
      const code = byteBuffer(256)
      const locals: ValueType[] = []
      const index = imports.length + bodies.length
      const builder = functionBuilder(name, index, params, locals, code, options.keepListing === true)
      bodies.push({ builder, type: typeIndex(params, results), locals, code })
      return builder
    },
    exportFunction: (name, target) => void exports.push({ name, index: target.index }),
    finish,
  }
}

/** Locals are declared in runs of equal types. */
function writeLocals(head: Bytes, locals: readonly ValueType[]): void {
  const runs: { type: ValueType; count: number }[] = []
  for (const type of locals) {
    const last = runs.at(-1)
    if (last?.type === type) last.count++
    else runs.push({ type, count: 1 })
  }
  head.unsigned(runs.length)
  for (const { type, count } of runs) {
    head.unsigned(count)
    head.byte(valueTypes[type])
  }
}
