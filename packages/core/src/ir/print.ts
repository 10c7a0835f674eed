// The text form of graphs, for people, goldens and files: one line a node, operands before users, nothing left out that
// `parse.ts` needs to rebuild the identical graph. An input is called by its own name where that can be one; other values
// are numbered in order of first use, so that equal graphs have equal texts.
//
// Attributes stand in the order of the op's schema. `dtype` and `shape` are left out where the type says them; `value` is an
// element, written as its dtype has it (the shortest decimal; nan, inf, -0.0). Short literals are lists, long ones base64
// of their little-endian bytes.
//
// A body that an op runs stands before the first line that names it: `region @1`, its nodes, whose inputs are what the op
// hands in, in order, and `yield` with its results. Labels inside are its own; a body inside it stands before it.
import { z } from 'zod'
import { type DType, dtypes, readElement, type TypedArray, writeElement } from '../dtype.ts'
import { internalError } from '../errors.ts'
import type { Initializer } from '../initializer.ts'
import { printConstant } from '../kernel/print-code.ts'
import { bytesToBase64 } from '../plan/base64.ts'
import { isOpName, opRecord } from './builder.ts'
import { type Graph, type GraphInput, nodesOf } from './graph.ts'
import type { OpName } from './op-table.ts'
import { locationOf } from './provenance.ts'
import { allRegions, isRegion, type Region, regionNodes, regionsOf } from './region.ts'
import { structurallyEqual } from './structural-key.ts'
import { formatType } from './tensor-type.ts'
import type { Value } from './value.ts'

export interface PrintOptions {
  /** Ends the line of a node with `// file:line` of the user's program. Off by default. */
  readonly locations?: boolean
}

/** Literals and initial values up to this length are lists. */
const listLimit = 16

/** The whole text; ends with a newline. */
export function printGraph(graph: Graph, options: PrintOptions = {}): string {
  return `${[...graphLines(graph, options)].join('\n')}\n`
}

/** The same line by line, for graphs whose text one would rather not hold. */
export function* graphLines(graph: Graph, options: PrintOptions = {}): Generator<string> {
  const labels = createLabels(graph)
  yield `graph ${JSON.stringify(graph.name)}`
  for (const node of nodesOf(graph)) {
    if (regionsOf(node).length > 0) yield* regionLines(node, labels.regions, options)
    yield nodeLine(node, labels, options)
  }
  for (const { name, value } of graph.outputs) yield `return ${printName(name)} = ${labels.of(value)}`
  for (const { state, value } of graph.updates) yield `update ${printName(state)} = ${labels.of(value)}`
}

/** The bodies a node runs that were not printed before, each after those inside it. */
function* regionLines(user: Value, names: RegionNames, options: PrintOptions): Generator<string> {
  for (const region of allRegions([user])) {
    if (names.has(region)) continue
    names.set(region, `@${names.size + 1}`)
    const labels = createLabels({ inputs: [] }, names)
    yield `region ${names.get(region)}`
    for (const node of regionNodes(region)) yield `  ${nodeLine(node, labels, options)}`
    yield `  yield ${region.results.map(labels.of).join(', ')}`
  }
}

/** The lines around a node, with a mark: what an error shows. Long lines are cut. */
export function windowAround(graph: Graph, node: Value, radius = 2): string {
  const order = nodesOf(graph)
  const at = order.indexOf(node)
  if (at < 0) return ''
  const labels = createLabels(graph)
  for (const each of order.slice(0, at + radius + 1)) labels.of(each)
  const first = Math.max(0, at - radius)
  return order
    .slice(first, at + radius + 1)
    .map((each) => `${each === node ? '>' : ' '} ${cut(nodeLine(each, labels, { locations: true }))}`)
    .join('\n')
}

const cut = (line: string): string => (line.length <= 160 ? line : `${line.slice(0, 157)}...`)

type RegionNames = Map<Region, string>

interface Labels {
  /** `%name` or `%number`; the same each time. */
  readonly of: (value: Value) => string
  readonly declared: ReadonlyMap<Value, GraphInput>
  /** `@number` of the regions printed so far. */
  readonly regions: RegionNames
}

/** Labels are given when first asked for: ask in the order of lines. */
function createLabels(graph: Pick<Graph, 'inputs'>, regions: RegionNames = new Map()): Labels {
  const labels = new Map<Value, string>()
  const taken = new Set<string>()
  let count = 0
  return {
    regions,
    declared: new Map(graph.inputs.map((input) => [input.value, input])),
    of: (value) => {
      const known = labels.get(value)
      if (known !== undefined) return known
      const name = isInput(value) && isLabel(value.attrs.name) ? value.attrs.name : ''
      const label = name === '' || taken.has(name) ? `${++count}` : name
      taken.add(label)
      labels.set(value, `%${label}`)
      return `%${label}`
    },
  }
}

const isInput = (value: Value): value is Value<'input'> => value.op === 'input'
/** Whether a name can stand without quotes: letters, digits, `_` and `.`, not beginning with a digit or dot. */
const isLabel = (name: string): boolean => /^[A-Za-z_][\w.]*$/.test(name)
const printName = (name: string): string => (isLabel(name) ? name : JSON.stringify(name))

function nodeLine(node: Value, labels: Labels, { locations = false }: PrintOptions): string {
  const operands = node.inputs.length === 0 ? '' : `(${node.inputs.map(labels.of).join(', ')})`
  const label = labels.of(node)
  let line = `${label}: ${formatType(node.type)} = ${node.op}${operands}`
  for (const key of attributeOrder(node)) {
    const value = Object.entries(node.attrs).find(([name]) => name === key)?.[1] as unknown
    if (isImplied(node, key, value, label)) continue
    line += ` ${key}=${printAttribute(key, value, node.type.dtype, labels.regions)}`
  }
  const input = labels.declared.get(node)
  if (input !== undefined) line += printRole(input)
  const location = locations ? locationOf(node.provenance) : undefined
  if (location !== undefined) line += ` // ${location.file.split('/').at(-1)}:${location.line}`
  return line
}

const orders = new Map<OpName, readonly string[]>()

/** Names of an op's attributes, in the order of its schema. */
export function attributeNames(op: OpName): readonly string[] {
  const known = orders.get(op)
  if (known !== undefined) return known
  const { attrs } = opRecord(op)
  if (!(attrs instanceof z.ZodObject))
    throw internalError(op, 'the schema of its attributes is not an object')
  const names = Object.keys(attrs.shape)
  orders.set(op, names)
  return names
}

/** A node that no schema fits must still print: the verifier shows it. */
function attributeOrder(node: Value): readonly string[] {
  const given = Object.keys(node.attrs)
  if (given.length === 0) return given
  const known = isOpName(node.op) ? attributeNames(node.op) : []
  return [...known.filter((key) => given.includes(key)), ...given.filter((key) => !known.includes(key))]
}

/** What the line says elsewhere. */
function isImplied(node: Value, key: string, value: unknown, label: string): boolean {
  if (key === 'dtype') return value === node.type.dtype
  if (key === 'shape') return structurallyEqual(value, node.type.shape)
  return key === 'name' && node.op === 'input' && label === `%${String(value)}`
}

function printAttribute(key: string, value: unknown, dtype: DType, regions: RegionNames): string {
  if (ArrayBuffer.isView(value)) return printData(dtype, value as TypedArray)
  if (Array.isArray(value))
    return `[${value.map((item) => printAttribute('', item, dtype, regions)).join(', ')}]`
  if (typeof value === 'object' && value !== null && isRegion(value)) return regions.get(value) ?? '@?'
  switch (typeof value) {
    case 'number':
      return key === 'value' ? printConstant(dtype, value) : printNumber(value)
    case 'string':
      return JSON.stringify(value)
    case 'boolean':
      return `${value}`
    default:
      return `<${typeof value}>`
  }
}

/** Whole numbers as they are, all others as float64. */
const printNumber = (value: number): string =>
  Number.isInteger(value) && !Object.is(value, -0) ? `${value}` : printConstant('f64', value)

function printData(dtype: DType, data: TypedArray): string {
  const isOwn = data.constructor === dtypes[dtype].allocate(0).constructor
  if (data.length > listLimit || !isOwn || hasUnusualBits(dtype, data)) {
    return `base64 "${bytesToBase64(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))}"`
  }
  return `[${Array.from({ length: data.length }, (_, at) => printConstant(dtype, readElement(dtype, data, at) ?? 0)).join(', ')}]`
}

/** The text `nan` is one bit pattern; others need their bytes. Bytes other than 0 and 1 of bools, too. */
function hasUnusualBits(dtype: DType, data: TypedArray): boolean {
  const usual = dtypes[dtype].allocate(data.length)
  for (let at = 0; at < data.length; at++) {
    const value = readElement(dtype, data, at) ?? 0
    // A NaN handed on may keep its bits.
    const plain = Number.isNaN(Number(value)) ? Number.NaN : Number(value)
    writeElement(dtype, usual, at, typeof value === 'bigint' ? value : dtypes[dtype].round(plain))
  }
  return !structurallyEqual(usual, data)
}

function printRole({ role, trainable, initial }: GraphInput): string {
  const start = initial === undefined ? '' : ` initial=${printInitializer(initial)}`
  return ` role=${role}${trainable ? ' trainable=true' : ''}${start}`
}

function printInitializer(initial: Initializer): string {
  const number = (value: number): string => printConstant('f64', value)
  switch (initial.kind) {
    case 'constant':
      return `constant(${number(initial.value)})`
    case 'uniform':
      return `uniform(${number(initial.low)}, ${number(initial.high)})`
    case 'normal':
      return `normal(${number(initial.mean)}, ${number(initial.deviation)})`
    case 'values':
      return `values(${printData('f64', Float64Array.from(initial.values))})`
    default:
      return initial satisfies never
  }
}
