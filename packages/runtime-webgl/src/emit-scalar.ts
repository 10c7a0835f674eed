// The scalar language in GLSL: one total table over the primitive operations, each spelled for one value or for four lanes,
// and the shared f32 expansions as functions. One operation is one definition, so precedence never arises.
// Comparisons are GLSL's own, whose results with NaN are those of IEEE; only `x eq x` and `x ne x` (tests for NaN, which
// fast-math compilers fold to constants) go by the bits.
import {
  type DType,
  dtypes,
  HeddleError,
  holds,
  internalError,
  isFloat,
  type MathFunction,
  mathFunctions,
  type PrimitiveScalarOp,
  type ScalarFunction,
  type ScalarOp,
  storedFloats,
} from '@heddle/core'
import type { FunctionSet, Width } from './glsl-functions.ts'
import { glslLiteral } from './glsl-literal.ts'
import { createWriter, type GlslType, type GlslWriter } from './glsl-writer.ts'

/** A scalar value in the shader: `text` is a name or a literal that exists in the block at depth `level`. */
export interface GlslValue {
  readonly text: string
  readonly dtype: DType
  readonly width: Width
  readonly level: number
}

const types: Readonly<Record<DType, readonly [GlslType, GlslType]>> = {
  f32: ['float', 'vec4'],
  f64: ['float', 'vec4'],
  f16: ['float', 'vec4'],
  bf16: ['float', 'vec4'],
  i64: ['int', 'ivec4'],
  i32: ['int', 'ivec4'],
  i16: ['int', 'ivec4'],
  i8: ['int', 'ivec4'],
  u8: ['int', 'ivec4'],
  u32: ['uint', 'uvec4'],
  bool: ['bool', 'bvec4'],
}

export const glslType = (dtype: DType, width: Width): GlslType => types[dtype][width === 1 ? 0 : 1]

export const literal = (dtype: DType, value: number): GlslValue => ({
  text: glslLiteral(dtype, value),
  dtype,
  width: 1,
  level: 0,
})

/** The text of a value in four lanes. */
export const widened = (value: GlslValue): string =>
  value.width === 4 ? value.text : `${glslType(value.dtype, 4)}(${value.text})`

export const widen = (value: GlslValue): GlslValue => ({ ...value, text: widened(value), width: 4 })

/** What an operation is spelled from: operand texts, all of one width. */
interface Spelling {
  readonly args: readonly string[]
  /** dtype of the last operand, which is that of the values computed on. */
  readonly from: DType
  readonly to: DType
  readonly width: Width
  /** Calls a function of `glsl-functions.ts` on `args`. */
  readonly call: (name: string, args?: readonly string[]) => string
  /** Rounds a float, given by its text, to a value of a dtype. */
  readonly round: (dtype: 'f16' | 'bf16', text: string) => string
}
type Spell = (spelling: Spelling) => string

const infix =
  (operator: string): Spell =>
  ({ args: [x, y] }) =>
    `${x} ${operator} ${y}`

const builtin =
  (name: string): Spell =>
  ({ args }) =>
    `${name}(${args.join(', ')})`

/** Arithmetic on bools is logic: `x + y != 0`, `x * y != 0`. */
const numeric =
  (operator: string, logic: 'and' | 'or'): Spell =>
  (spelling) =>
    spelling.from === 'bool' ? spell[logic](spelling) : infix(operator)(spelling)

/** A rounding to whole numbers: nothing to do for integers; the built-in may lose the sign of a zero. */
const rounding =
  (name: string): Spell =>
  ({ args: [x = ''], from, call }) =>
    isFloat(from) ? call('withSign', [`${name}(${x})`, x]) : x

/** Orders are defined on numbers; bools are ordered as 0 and 1. */
const ordering =
  (operator: string, name: string): Spell =>
  ({ args, from, width }) => {
    const counted = width === 1 ? 'uint' : 'uvec4'
    const operands = from === 'bool' ? args.map((arg) => `${counted}(${arg})`) : args
    return width === 1 ? operands.join(` ${operator} `) : `${name}(${operands.join(', ')})`
  }

const extreme =
  (name: 'minimum' | 'maximum', ints: string, bools: 'and' | 'or'): Spell =>
  (spelling) => {
    if (spelling.from === 'bool') return spell[bools](spelling)
    return isFloat(spelling.from) ? spelling.call(name) : builtin(ints)(spelling)
  }

/** Bitwise on integers, logical on bools: GLSL has no logical operators on bvec4. */
const bitwise =
  (operator: string, logical: string): Spell =>
  ({ args: [x = '', y = ''], from, width }) => {
    if (from !== 'bool') return `${x} ${operator} ${y}`
    return width === 1 ? `${x} ${logical} ${y}` : `bvec4(uvec4(${x}) ${operator} uvec4(${y}))`
  }

const shift =
  (operator: string): Spell =>
  ({ args: [x, y], from }) =>
    `${x} ${operator} (${y} & ${from === 'u32' ? '31u' : '31'})`

const whole =
  (float: Spell, int: string, uint: string): Spell =>
  (spelling) =>
    isFloat(spelling.from) ? float(spelling) : spelling.call(spelling.from === 'u32' ? uint : int)

const isNumberTest = ({ args: [x, y], from }: Spelling): boolean => isFloat(from) && x === y

const spell: Readonly<Record<PrimitiveScalarOp, Spell>> = {
  add: numeric('+', 'or'),
  sub: infix('-'),
  mul: numeric('*', 'and'),
  div: whole(infix('/'), 'divideInt', 'divideUint'),
  rem: whole(({ call }) => call('remainder'), 'remainderInt', 'remainderUint'),
  minimum: extreme('minimum', 'min', 'and'),
  maximum: extreme('maximum', 'max', 'or'),
  neg: ({ args: [x], from, width }) =>
    from === 'u32' ? `${width === 1 ? '0u' : 'uvec4(0u)'} - ${x}` : `-${x}`,
  abs: ({ args: [x = ''], from }) => (from === 'u32' ? x : `abs(${x})`),
  floor: rounding('floor'),
  ceil: rounding('ceil'),
  trunc: rounding('trunc'),
  round: rounding('roundEven'),
  sqrt: builtin('sqrt'),
  lt: ordering('<', 'lessThan'),
  le: ordering('<=', 'lessThanEqual'),
  eq: (spelling) => {
    if (isNumberTest(spelling)) return negated(spelling.call('isNan', spelling.args.slice(1)), spelling.width)
    return spelling.width === 1 ? infix('==')(spelling) : builtin('equal')(spelling)
  },
  ne: (spelling) => {
    if (isNumberTest(spelling)) return spelling.call('isNan', spelling.args.slice(1))
    return spelling.width === 1 ? infix('!=')(spelling) : builtin('notEqual')(spelling)
  },
  and: bitwise('&', '&&'),
  or: bitwise('|', '||'),
  xor: bitwise('^', '!='),
  not: ({ args: [x = ''], from, width }) => (from === 'bool' ? negated(x, width) : `~${x}`),
  shl: shift('<<'),
  shr: shift('>>'),
  select: ({ args: [c, x, y], from, width, call }) => {
    if (width === 1) return `${c} ? ${x} : ${y}`
    if (isFloat(from)) return `mix(${y}, ${x}, ${c})`
    return call(from === 'bool' ? 'chooseBool' : from === 'u32' ? 'chooseUint' : 'chooseInt')
  },
  cast: (spelling) => castText(spelling),
  bitcast: (spelling) => bitcastText(spelling),
}

function negated(text: string, width: Width): string {
  return width === 1 ? `!${text}` : `not(${text})`
}

/** Between dtypes of one width; by way of 16 bits in an int for those. */
function bitcastText({ args: [x = ''], from, to, width, call }: Spelling): string {
  if (from === to) return x
  if (dtypes[from].bytes === 8) throw noDoubleBits()
  if (dtypes[from].bytes < 4) {
    const bits = from === 'f16' || from === 'bf16' ? call(`${from}Bits`) : x
    if (to === 'f16' || to === 'bf16') return call(`${to}OfBits`, [bits])
    return wrapped(to, bits)
  }
  if (isFloat(to)) return `${from === 'i32' ? 'int' : 'uint'}BitsToFloat(${x})`
  if (isFloat(from)) return `floatBitsTo${to === 'i32' ? 'Int' : 'Uint'}(${x})`
  return `${glslType(to, width)}(${x})`
}

const noDoubleBits = (): HeddleError =>
  new HeddleError(
    'BACKEND_UNSUPPORTED',
    'webgl: bitcast between f64 and i64; WebGL2 keeps values of both in 32 bits',
  )

/** The low bits of an int as a value of an integer dtype kept in an int. */
function wrapped(dtype: DType, int: string): string {
  switch (dtype) {
    case 'i16':
      return `(${int} << 16) >> 16`
    case 'i8':
      return `(${int} << 24) >> 24`
    case 'u8':
      return `${int} & 255`
    default:
      return int
  }
}

function castText(spelling: Spelling): string {
  const { args, from, to, width, call, round } = spelling
  const [x = ''] = args
  // Values of stored dtypes are kept as values of those they are computed in; there is nothing to do on the way up.
  if (from === to || (holds(to, from) && glslType(from, width) === glslType(to, width))) return x
  if (to === 'f16' || to === 'bf16') return round(to, castText({ ...spelling, to: 'f32' }))
  if (to === 'i16' || to === 'i8' || to === 'u8') return wrapped(to, castText({ ...spelling, to: 'i32' }))
  if (to === 'bool' && isFloat(from)) return call('isNonZero')
  if (to === 'bool') {
    const zero = `${glslType(from, width)}(0)`
    return width === 1 ? `${x} != ${zero}` : `notEqual(${x}, ${zero})`
  }
  if (from === 'bool' || !(isFloat(from) || isFloat(to))) return `${glslType(to, width)}(${x})`
  if (isFloat(from) && isFloat(to)) return x // f64 is f32 here
  if (isFloat(to)) return call(from === 'u32' ? 'fromUint' : 'fromInt')
  return call(to === 'u32' ? 'toUint' : 'toInt')
}

const isMathFunction = (op: ScalarOp): op is MathFunction => Object.hasOwn(mathFunctions, op)

/** Defines one operation on values already in the shader. */
export function defineCall(
  op: ScalarOp,
  dtype: DType,
  operands: readonly GlslValue[],
  target: { readonly writer: GlslWriter; readonly functions: FunctionSet },
): GlslValue {
  const call = callText(op, dtype, operands, target.functions)
  return { ...call, text: target.writer.define(glslType(dtype, call.width), call.text, call.level) }
}

/** The expression of one operation. Operands of mixed widths are brought to four lanes. */
export function callText(
  op: ScalarOp,
  dtype: DType,
  operands: readonly GlslValue[],
  functions: FunctionSet,
): GlslValue {
  const width: Width = operands.some((operand) => operand.width === 4) ? 4 : 1
  const level = operands.reduce((deepest, operand) => Math.max(deepest, operand.level), 0)
  const args = operands.map((operand) => (width === 4 ? widened(operand) : operand.text))
  const call = (name: string, passed: readonly string[] = args): string =>
    `${functions.request(name, width)}(${passed.join(', ')})`
  const from = operands[operands.length - 1]?.dtype ?? dtype
  const round = (to: 'f16' | 'bf16', of: string): string =>
    `${requestFunction(`${to}Rounded`, storedFloats[to].round, width, functions)}(${of})`
  const text = isMathFunction(op)
    ? `${requestFunction(`${op}_`, mathFunctions[op], width, functions)}(${args.join(', ')})`
    : spell[op]({ args, from, to: dtype, width, call, round })
  return { text, dtype, width, level }
}

/** A function holding a shared expansion, under `name`; GLSL's own may be wrong by 1e-4 or give NaN for large arguments. */
function requestFunction(
  name: string,
  { code, result }: ScalarFunction,
  width: Width,
  functions: FunctionSet,
): string {
  functions.add(`${name}/${width}`, () => {
    const writer = createWriter()
    const params: string[] = []
    const values: GlslValue[] = []
    for (const node of code) {
      if (node.op === 'const') {
        values.push(literal(node.dtype, node.value))
      } else if (node.op === 'param') {
        const text = `p${node.index}`
        params[node.index] = `${glslType(node.dtype, width)} ${text}`
        values.push({ text, dtype: node.dtype, width, level: 0 })
      } else {
        const operands = node.args.map((id) => values[id]!)
        values.push(defineCall(node.op, node.dtype, operands, { writer, functions }))
      }
    }
    const value = values[result]
    if (value === undefined) throw internalError('webgl', `the expansion of ${name} has no result`)
    const text = width === 4 ? widened(value) : value.text
    const lines = [...writer.finish(), `return ${text};`].map((line) => `  ${line}`)
    return `${glslType(value.dtype, width)} ${name}(${params.join(', ')}) {\n${lines.join('\n')}\n}`
  })
  return name
}
