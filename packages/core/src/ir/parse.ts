// Reads the text form of graphs that `print.ts` writes (or a person), and gives the identical graph in a builder of its own:
// printed again it is the same text. Everything is checked; errors say line, column and what was expected.
//
//   graph     = 'graph' string line*
//   line      = node | region | 'return' name '=' label | 'update' name '=' label
//   region    = 'region' region-name newline (node newline)* 'yield' labels newline
//   node      = label ':' type '=' op ['(' labels ')'] (attribute '=' value)*
//   value     = number | region-name | 'true' | 'false' | word | string | '[' values ']' | 'base64' string | word '(' values ')'
import type { Shape } from '../dim.ts'
import {
  type DType,
  dtypeNames,
  dtypes,
  isFloat,
  isValueOf,
  type TypedArray,
  writeElement,
} from '../dtype.ts'
import type { Initializer } from '../initializer.ts'
import { tryBase64ToBytes } from '../plan/base64.ts'
import { type Builder, createBuilder, isOpName } from './builder.ts'
import type { Graph, GraphInput, GraphOutput, GraphUpdate } from './graph.ts'
import { importError, importNode, initializerSchema } from './import-node.ts'
import { createLexer, type Lexer, type Token } from './lexer.ts'
import { attributeNames } from './print.ts'
import { withProvenance } from './provenance.ts'
import { createRegion, type Region } from './region.ts'
import type { TensorType } from './tensor-type.ts'
import type { Value } from './value.ts'
import { verifyGraph } from './verify.ts'

/** What a value reads as, before the attribute it belongs to gives it a type. */
type Parsed =
  | number
  | bigint
  | boolean
  | string
  | { readonly bytes: Uint8Array }
  | { readonly region: string }
  | { readonly call: string; readonly args: readonly Parsed[] }
  | readonly Parsed[]

interface Reader {
  readonly lexer: Lexer
  readonly builder: Builder
  readonly labels: Map<string, Value>
  /** Bodies above, by name; all of a text's. */
  readonly regions: Map<string, Region>
  readonly inputs: GraphInput[]
  readonly outputs: GraphOutput[]
  readonly updates: GraphUpdate[]
}

/** Throws `IMPORT_SYNTAX` and the other `IMPORT_` codes, and what `verifyGraph` throws for the whole. */
export function parseGraph(text: string): Graph {
  return withProvenance(undefined, () => {
    const lexer = createLexer(text)
    const reader: Reader = {
      lexer,
      builder: createBuilder(),
      labels: new Map(),
      regions: new Map(),
      inputs: [],
      outputs: [],
      updates: [],
    }
    skipLines(lexer)
    lexer.expect('word', "'graph' and its name", 'graph')
    const name = lexer.expect('string', 'the name of the graph, in quotes').text
    endOfLine(lexer)
    for (skipLines(lexer); lexer.peek().kind !== 'end'; skipLines(lexer)) readLine(reader)
    const { inputs, outputs, updates } = reader
    const graph = { name, inputs, outputs, updates }
    verifyGraph(graph)
    return graph
  })
}

function skipLines(lexer: Lexer): void {
  while (lexer.peek().kind === 'newline') lexer.take()
}

function endOfLine(lexer: Lexer): void {
  if (lexer.peek().kind !== 'end') lexer.expect('newline', 'the end of the line')
}

function readLine(reader: Reader): void {
  const { lexer, outputs, updates } = reader
  const first = lexer.peek()
  if (first.kind === 'label') {
    readNode(reader)
  } else if (first.text === 'region') {
    readRegion(reader)
  } else {
    lexer.expect('word', "a node, 'region', 'return' or 'update'")
    if (first.text !== 'return' && first.text !== 'update')
      throw lexer.unexpected(first, "a node, 'region', 'return' or 'update'")
    const name = readName(lexer)
    lexer.expect('sign', "'='", '=')
    const value = readOperand(reader)
    if (first.text === 'return') outputs.push({ name, value })
    else updates.push({ state: name, value })
  }
  endOfLine(lexer)
}

/** A body: nodes of a builder of its own. Those inside it stand above it. */
function readRegion({ lexer, regions }: Reader): void {
  lexer.take()
  const name = lexer.expect('region', 'the name of a region, such as @1')
  if (regions.has(name.text)) {
    const message = `@${name.text} is defined twice; each region has a name of its own`
    throw importError('IMPORT_REDEFINED', lexer.placeOf(name), message, { name: name.text })
  }
  endOfLine(lexer)
  const inside: Reader = {
    lexer,
    builder: createBuilder(),
    labels: new Map(),
    regions,
    inputs: [],
    outputs: [],
    updates: [],
  }
  for (skipLines(lexer); lexer.peek().kind === 'label'; skipLines(lexer)) {
    readNode(inside)
    endOfLine(lexer)
  }
  lexer.expect('word', "a node or 'yield'", 'yield')
  const results: Value[] = []
  if (lexer.peek().kind === 'label') {
    do results.push(readOperand(inside))
    while (lexer.tryTake(','))
  }
  const inputs = [...inside.labels.values()].filter(isInput)
  regions.set(name.text, createRegion(inputs, results))
}

const isInput = (value: Value): value is Value<'input'> => value.op === 'input'

function readName(lexer: Lexer): string {
  const token = lexer.take()
  if (token.kind !== 'word' && token.kind !== 'string')
    throw lexer.unexpected(token, 'a name, in quotes if need be')
  return token.text
}

function readOperand({ lexer, labels }: Reader): Value {
  const token = lexer.expect('label', 'a value such as %x')
  const value = labels.get(token.text)
  if (value !== undefined) return value
  const message = `%${token.text} is not defined above; operands come before their users`
  throw importError('IMPORT_UNDEFINED_NAME', lexer.placeOf(token), message, { name: token.text })
}

function readNode(reader: Reader): void {
  const { lexer, builder, labels, inputs } = reader
  const label = lexer.take()
  if (labels.has(label.text)) {
    const message = `%${label.text} is defined twice; each value has a name of its own`
    throw importError('IMPORT_REDEFINED', lexer.placeOf(label), message, { name: label.text })
  }
  lexer.expect('sign', "':' and a type", ':')
  const type = readType(lexer)
  lexer.expect('sign', "'='", '=')
  const op = lexer.expect('word', 'the name of an op')
  const operands = readOperands(reader)
  const written = readAttributes(reader)
  const role = op.text === 'input' ? readRole(lexer, written) : undefined
  const attrs = typedAttributes(reader, op, label.text, type, written)
  const value = importNode(builder, { op: op.text, inputs: operands, attrs, type }, () => lexer.placeOf(op))
  labels.set(label.text, value)
  if (role !== undefined) inputs.push({ value: value as Value<'input'>, ...role })
}

function readType(lexer: Lexer): TensorType {
  const token = lexer.expect('word', 'a type such as f32[2, 3]')
  const dtype = dtypeNames.find((name) => name === token.text)
  if (dtype === undefined) throw lexer.unexpected(token, `a dtype: ${dtypeNames.join(', ')}`)
  const shape: number[] = []
  lexer.expect('sign', "'[' and the shape", '[')
  if (!lexer.tryTake(']')) {
    do {
      const extent = lexer.expect('number', 'an extent')
      if (!/^\d+$/.test(extent.text)) throw lexer.unexpected(extent, 'a whole extent, at least 0')
      shape.push(Number(extent.text))
    } while (lexer.tryTake(','))
    lexer.expect('sign', "',' or ']'", ']')
  }
  return { dtype, shape }
}

function readOperands(reader: Reader): readonly Value[] {
  const { lexer } = reader
  const operands: Value[] = []
  if (!lexer.tryTake('(') || lexer.tryTake(')')) return operands
  do operands.push(readOperand(reader))
  while (lexer.tryTake(','))
  lexer.expect('sign', "',' or ')'", ')')
  return operands
}

interface Written {
  readonly value: Parsed
  readonly at: Token
}

function readAttributes({ lexer, regions }: Reader): Map<string, Written> {
  const written = new Map<string, Written>()
  while (lexer.peek().kind === 'word') {
    const name = lexer.take()
    if (written.has(name.text)) throw lexer.unexpected(name, 'each attribute once')
    lexer.expect('sign', "'=' and a value", '=')
    const at = lexer.peek()
    const value = readValue(lexer, 0)
    if (typeof value === 'object' && 'region' in value && !regions.has(value.region)) {
      const message = `@${value.region} is not defined above; a region comes before its users`
      throw importError('IMPORT_UNDEFINED_NAME', lexer.placeOf(at), message, { name: value.region })
    }
    written.set(name.text, { value, at })
  }
  return written
}

const deepest = 8

/** Recursive over the nesting of one attribute, which is bounded. */
function readValue(lexer: Lexer, depth: number): Parsed {
  const token = lexer.take()
  if (depth > deepest) throw lexer.unexpected(token, `lists nested at most ${deepest} deep`)
  switch (token.kind) {
    case 'number':
      return numberOf(token.text)
    case 'string':
      return token.text
    case 'region':
      return { region: token.text }
    case 'word':
      if (token.text === 'true' || token.text === 'false') return token.text === 'true'
      if (token.text === 'base64') return readBytes(lexer)
      return lexer.tryTake('(') ? { call: token.text, args: readList(lexer, ')', depth) } : token.text
    default:
      if (token.kind === 'sign' && token.text === '[') return readList(lexer, ']', depth)
      throw lexer.unexpected(token, 'a value')
  }
}

function readList(lexer: Lexer, close: ']' | ')', depth: number): readonly Parsed[] {
  const items: Parsed[] = []
  if (lexer.tryTake(close)) return items
  do items.push(readValue(lexer, depth + 1))
  while (lexer.tryTake(','))
  lexer.expect('sign', `',' or '${close}'`, close)
  return items
}

function readBytes(lexer: Lexer): Parsed {
  const token = lexer.expect('string', 'base64 in quotes')
  const bytes = tryBase64ToBytes(token.text)
  if (bytes === undefined) throw lexer.unexpected(token, 'base64')
  return { bytes }
}

const words: Readonly<Record<string, number>> = {
  nan: Number.NaN,
  inf: Number.POSITIVE_INFINITY,
  '-inf': Number.NEGATIVE_INFINITY,
}
/** Whole numbers beyond those that are safe as numbers are bigints. */
function numberOf(text: string): number | bigint {
  const number = words[text] ?? Number(text)
  return Number.isSafeInteger(number) || !/^-?\d+$/.test(text) ? number : BigInt(text)
}

/** Takes role, trainable and initial out of the attributes of an input; `undefined` where it is not declared. */
function readRole(lexer: Lexer, written: Map<string, Written>): Omit<GraphInput, 'value'> | undefined {
  const take = (key: string): Written | undefined => {
    const found = written.get(key)
    written.delete(key)
    return found
  }
  const role = take('role')
  const trainable = take('trainable')
  const initial = take('initial')
  if (role === undefined) return undefined
  const word = role.value
  if (word !== 'feed' && word !== 'state') throw lexer.unexpected(role.at, 'feed or state')
  if (trainable !== undefined && typeof trainable.value !== 'boolean')
    throw lexer.unexpected(trainable.at, 'true or false')
  return {
    role: word,
    trainable: trainable?.value === true,
    initial: initial === undefined ? undefined : readInitializer(lexer, initial),
  }
}

function readInitializer(lexer: Lexer, { value, at }: Written): Initializer {
  const expected = 'constant(value), uniform(low, high), normal(mean, deviation) or values([...])'
  if (typeof value !== 'object' || !('call' in value)) throw lexer.unexpected(at, expected)
  const checked = initializerSchema.safeParse(initializerFields(lexer, value.call, value.args, at))
  if (!checked.success) throw lexer.unexpected(at, expected)
  return checked.data
}

function initializerFields(lexer: Lexer, kind: string, args: readonly Parsed[], at: Token): unknown {
  const [first, second, ...others] = args
  if (others.length > 0) return undefined
  switch (kind) {
    case 'constant':
      return second === undefined ? { kind, value: first } : undefined
    case 'uniform':
      return { kind, low: first, high: second }
    case 'normal':
      return { kind, mean: first, deviation: second }
    case 'values':
      return {
        kind,
        values: first === undefined ? undefined : Array.from(dataOf('f64', first, lexer, at), Number),
      }
    default:
      return undefined
  }
}

/** Attributes with the types of their op, in the order of its schema, those the type implies filled in. */
function typedAttributes(
  { lexer, regions }: Reader,
  op: Token,
  label: string,
  type: TensorType,
  written: ReadonlyMap<string, Written>,
): Readonly<Record<string, unknown>> {
  const implied: Readonly<Record<string, string | Shape>> = { ...type, name: label }
  const attrs: Record<string, unknown> = {}
  const known = isOpName(op.text) ? attributeNames(op.text) : []
  for (const name of [...known, ...written.keys()]) {
    const found = written.get(name)
    if (found === undefined) {
      const isImplied = name === 'dtype' || name === 'shape' || (name === 'name' && op.text === 'input')
      if (isImplied) attrs[name] = implied[name]
    } else if (typeof found.value === 'object' && 'region' in found.value)
      attrs[name] = regions.get(found.value.region)
    else attrs[name] = typedAttribute(name, type.dtype, found, lexer)
  }
  return attrs
}

function typedAttribute(name: string, dtype: DType, { value, at }: Written, lexer: Lexer): unknown {
  if (name === 'data') return dataOf(dtype, value, lexer, at)
  return name === 'value' ? element(dtype, value) : value
}

/** `true` is a 1 of bool; a decimal is the nearest float. Anything else is left for the op to refuse. */
function element(dtype: DType, value: Parsed): unknown {
  if (dtype === 'bool' && typeof value === 'boolean') return value ? 1 : 0
  if (!isFloat(dtype) || (typeof value !== 'number' && typeof value !== 'bigint')) return value
  return dtypes[dtype].round(Number(value))
}

function dataOf(dtype: DType, value: Parsed, lexer: Lexer, at: Token): TypedArray {
  const { bytes, view, allocate } = dtypes[dtype]
  if (typeof value === 'object' && 'bytes' in value) {
    const { bytes: found } = value
    if (found.length % bytes !== 0) throw lexer.unexpected(at, `bytes of whole ${dtype} elements`)
    return view(found.buffer, found.byteOffset, found.length / bytes)
  }
  if (!Array.isArray(value)) throw lexer.unexpected(at, 'a list or base64')
  const items: readonly Parsed[] = value
  const data = allocate(items.length)
  items.forEach((item, k) => {
    const value = element(dtype, item)
    const isWide = typeof value === 'bigint' && dtype === 'i64' && BigInt.asIntN(64, value) === value
    if (!isWide && !(typeof value === 'number' && isValueOf(dtype, value)))
      throw lexer.unexpected(at, `elements of ${dtype}`)
    writeElement(dtype, data, k, value)
  })
  return data
}
