// The stored form of graphs: plain JSON, versioned, checked on load, giving the identical graph. Nodes refer to nodes before
// them by position. Arrays are base64 of little-endian bytes; the numbers JSON cannot write (NaN, ±Infinity, -0) are
// `{ "$number": "NaN" }`. Files of a version stay readable: a test loads one of each.
import { z } from 'zod'
import { type DType, dtypeNames, dtypes, type TypedArray } from '../dtype.ts'
import { HeddleError } from '../errors.ts'
import { bytesToBase64, tryBase64ToBytes } from '../plan/base64.ts'
import { createBuilder } from './builder.ts'
import { type Graph, nodesOf } from './graph.ts'
import { type ImportPlace, importError, importNode, initializerSchema } from './import-node.ts'
import { locationOf, withProvenance } from './provenance.ts'
import { allRegions, createRegion, isRegion, type Region, regionNodes } from './region.ts'
import type { TensorType } from './tensor-type.ts'
import type { Value } from './value.ts'
import { verifyGraph } from './verify.ts'

export const graphJsonVersion = 1

/** A graph as plain data that `JSON.stringify` loses nothing of. */
export interface GraphJson {
  readonly format: 'heddle-graph'
  readonly version: number
  readonly byteOrder: 'little'
  readonly name: string
  /** Bodies that ops run, inner before outer; left out where there are none. An attribute refers to one by `{ $region }`. */
  readonly regions?: readonly RegionJson[] | undefined
  readonly nodes: readonly NodeJson[]
  readonly inputs: readonly InputJson[]
  readonly outputs: readonly { readonly name: string; readonly node: number }[]
  readonly updates: readonly { readonly state: string; readonly node: number }[]
}

interface NodeJson {
  readonly op: string
  readonly type: TensorType
  /** Positions of the operands; left out where there are none. */
  readonly inputs?: readonly number[] | undefined
  readonly attrs?: Readonly<Record<string, unknown>> | undefined
  /** `file:line:column` of the user's program. */
  readonly at?: string | undefined
}

interface RegionJson {
  /** Its inputs come first, in order. */
  readonly nodes: readonly NodeJson[]
  readonly results: readonly number[]
}

interface InputJson {
  readonly node: number
  readonly role: 'feed' | 'state'
  readonly trainable: boolean
  readonly initial?: unknown
}

export interface GraphJsonOptions {
  /** Keeps the user's lines (and with them names of files on this machine). Default false. */
  readonly locations?: boolean
}

export function graphToJson(graph: Graph, { locations = false }: GraphJsonOptions = {}): GraphJson {
  const order = nodesOf(graph)
  const regions = allRegions(order)
  const numbers = new Map(regions.map((region, number) => [region, number]))
  const { nodes, at } = encodeNodes(order, numbers, locations)
  return {
    format: 'heddle-graph',
    version: graphJsonVersion,
    byteOrder: 'little',
    name: graph.name,
    ...(regions.length === 0
      ? {}
      : { regions: regions.map((region) => encodeRegion(region, numbers, locations)) }),
    nodes,
    inputs: graph.inputs.map(({ value, role, trainable, initial }) => ({
      node: at(value),
      role,
      trainable,
      ...(initial === undefined ? {} : { initial: encode(initial, numbers) }),
    })),
    outputs: graph.outputs.map(({ name, value }) => ({ name, node: at(value) })),
    updates: graph.updates.map(({ state, value }) => ({ state, node: at(value) })),
  }
}

type RegionNumbers = ReadonlyMap<Region, number>

function encodeRegion(region: Region, numbers: RegionNumbers, locations: boolean): RegionJson {
  const { nodes, at } = encodeNodes(regionNodes(region), numbers, locations)
  return { nodes, results: region.results.map(at) }
}

function encodeNodes(
  order: readonly Value[],
  numbers: RegionNumbers,
  locations: boolean,
): { readonly nodes: readonly NodeJson[]; readonly at: (value: Value) => number } {
  const positions = new Map(order.map((node, position) => [node, position]))
  const at = (value: Value): number => positions.get(value) ?? -1
  const nodes = order.map((node): NodeJson => {
    const location = locations ? locationOf(node.provenance) : undefined
    return {
      op: node.op,
      type: node.type,
      ...(node.inputs.length > 0 ? { inputs: node.inputs.map(at) } : {}),
      ...(Object.keys(node.attrs).length > 0 ? { attrs: encodeRecord(node.attrs, numbers) } : {}),
      ...(location === undefined ? {} : { at: `${location.file}:${location.line}:${location.column}` }),
    }
  })
  return { nodes, at }
}

/**
 * Throws `IMPORT_JSON_INVALID` with the path, `IMPORT_JSON_VERSION`, `IMPORT_JSON_REFERENCE`, the codes of `importNode`, and
 * what `verifyGraph` throws for the whole.
 */
export function graphFromJson(json: unknown): Graph {
  const head = headSchema.safeParse(json)
  if (!head.success) throw invalid(head.error)
  if (head.data.version !== graphJsonVersion) throw wrongVersion(head.data.version)
  const parsed = graphSchema.safeParse(json)
  if (!parsed.success) throw invalid(parsed.error)
  const { name, nodes, regions: bodies = [], inputs, outputs, updates } = parsed.data

  const regions: Region[] = []
  bodies.forEach((body, number) => {
    const values = decodeNodes(body.nodes, regions, `region ${number}, `)
    const place = { words: `region ${number}`, details: { region: number } }
    const results = body.results.map((each) => valueAt(values, each, place))
    regions.push(createRegion(values.filter(isInput), results))
  })
  const values = decodeNodes(nodes, regions, '')
  const rootPlace = (what: string, position: number): ImportPlace => ({
    words: `${what} ${position}`,
    details: { [what]: position },
  })
  const graph: Graph = {
    name,
    inputs: inputs.map(({ node, role, trainable, initial }, position) => {
      const place = rootPlace('input', position)
      const value = valueAt(values, node, place)
      if (!isInput(value)) throw notAnInput(value, place)
      return { value, role, trainable, initial: decodeInitial(initial, place) }
    }),
    outputs: outputs.map((output, position) => ({
      name: output.name,
      value: valueAt(values, output.node, rootPlace('output', position)),
    })),
    updates: updates.map((update, position) => ({
      state: update.state,
      value: valueAt(values, update.node, rootPlace('update', position)),
    })),
  }
  verifyGraph(graph)
  return graph
}

const isInput = (value: Value): value is Value<'input'> => value.op === 'input'

/** Nodes in a builder of their own. */
function decodeNodes(
  nodes: readonly NodeJson[],
  regions: readonly Region[],
  where: string,
): readonly Value[] {
  const builder = createBuilder()
  const values: Value[] = []
  nodes.forEach(({ op, type, inputs: operands = [], attrs = {}, at }, position) => {
    const place = { words: `${where}node ${position}`, details: { node: position } }
    const node = {
      op,
      type,
      inputs: operands.map((each) => valueAt(values, each, place)),
      attrs: decodeRecord(attrs, regions),
    }
    const provenance = at === undefined ? undefined : `    at ${at}`
    values.push(withProvenance(provenance, () => importNode(builder, node, () => place)))
  })
  return values
}

function valueAt(values: readonly Value[], reference: number, place: ImportPlace): Value {
  const value = values[reference]
  if (value === undefined) throw badReference(reference, values.length, place)
  return value
}

/** Attributes are shallow: lists of numbers at most, or a region. `own` is the dtype the record gives its array. */
function encode(data: unknown, numbers: RegionNumbers, own?: unknown): unknown {
  if (typeof data === 'number') {
    return Number.isFinite(data) && !Object.is(data, -0)
      ? data
      : { $number: Object.is(data, -0) ? '-0' : `${data}` }
  }
  if (ArrayBuffer.isView(data)) {
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    return { $data: dtypeOfArray(data as TypedArray, own), base64: bytesToBase64(bytes) }
  }
  if (Array.isArray(data)) return data.map((item) => encode(item, numbers))
  if (typeof data !== 'object' || data === null) return data
  return isRegion(data) ? { $region: numbers.get(data) ?? -1 } : encodeRecord(data, numbers)
}

const encodeRecord = (record: object, numbers: RegionNumbers): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    Object.entries(record).map(([key, value]) => [
      key,
      encode(value, numbers, 'dtype' in record && record.dtype),
    ]),
  )

/** `own` if its arrays are of this type; else the first dtype whose are. */
function dtypeOfArray(data: TypedArray, own: unknown): DType {
  const fits = dtypeNames.filter((dtype) => dtypes[dtype].allocate(0).constructor === data.constructor)
  return fits.find((dtype) => dtype === own) ?? fits[0] ?? 'f64'
}

/** The reverse of `encode`. What is neither stays as it is: the op's schema refuses it. */
function decode(data: unknown, regions: readonly Region[]): unknown {
  if (Array.isArray(data)) return data.map((item) => decode(item, regions))
  if (typeof data !== 'object' || data === null) return data
  const number = numberSchema.safeParse(data)
  if (number.success) return Number(number.data.$number)
  const region = regionSchema.safeParse(data)
  if (region.success) return regions[region.data.$region] ?? data
  const array = arraySchema.safeParse(data)
  return array.success ? (tryArray(array.data.$data, array.data.base64) ?? data) : decodeRecord(data, regions)
}

const decodeRecord = (record: object, regions: readonly Region[]): Readonly<Record<string, unknown>> =>
  Object.fromEntries(Object.entries(record).map(([key, value]) => [key, decode(value, regions)]))

function tryArray(dtype: DType, base64: string): TypedArray | undefined {
  const bytes = tryBase64ToBytes(base64)
  const { bytes: each, view } = dtypes[dtype]
  return bytes === undefined || bytes.length % each !== 0
    ? undefined
    : view(bytes.buffer, 0, bytes.length / each)
}

function decodeInitial(initial: unknown, place: ImportPlace): Graph['inputs'][number]['initial'] {
  if (initial === undefined) return undefined
  const checked = initializerSchema.safeParse(decode(initial, []))
  if (checked.success) return checked.data
  const issue = checked.error.issues[0]?.message ?? 'does not fit'
  throw importError('IMPORT_JSON_INVALID', place, `initial: ${issue}`, { path: 'initial' }, checked.error)
}

const count = z.int().nonnegative()
const dtype = z.enum(dtypeNames as [DType, ...DType[]])
const numberSchema = z.strictObject({ $number: z.enum(['NaN', 'Infinity', '-Infinity', '-0']) })
const arraySchema = z.strictObject({ $data: dtype, base64: z.string() })
const regionSchema = z.strictObject({ $region: count })
const headSchema = z.looseObject({ format: z.literal('heddle-graph'), version: z.int() })
const nodeSchema = z.strictObject({
  op: z.string(),
  type: z.strictObject({ dtype, shape: z.array(count) }),
  inputs: z.array(count).optional(),
  attrs: z.record(z.string(), z.unknown()).optional(),
  at: z.string().optional(),
})
const graphSchema = z.strictObject({
  format: z.literal('heddle-graph'),
  version: z.literal(graphJsonVersion),
  byteOrder: z.literal('little'),
  name: z.string(),
  regions: z.array(z.strictObject({ nodes: z.array(nodeSchema), results: z.array(count) })).optional(),
  nodes: z.array(nodeSchema),
  inputs: z.array(
    z.strictObject({
      node: count,
      role: z.enum(['feed', 'state']),
      trainable: z.boolean(),
      initial: z.unknown().optional(),
    }),
  ),
  outputs: z.array(z.strictObject({ name: z.string(), node: count })),
  updates: z.array(z.strictObject({ state: z.string(), node: count })),
})

function invalid(error: z.ZodError): HeddleError {
  const [issue] = error.issues
  const path = issue?.path.join('.') || 'the top'
  const message = `graph: at ${path}: ${issue?.message ?? 'does not fit'}; a graph stored by graphToJson is required`
  return new HeddleError('IMPORT_JSON_INVALID', message, { details: { path }, cause: error })
}

const wrongVersion = (version: number): HeddleError =>
  new HeddleError(
    'IMPORT_JSON_VERSION',
    `graph: has version ${version}; this reader knows version ${graphJsonVersion}`,
    { details: { version, known: graphJsonVersion } },
  )

const badReference = (reference: number, known: number, place: ImportPlace): HeddleError =>
  importError(
    'IMPORT_JSON_REFERENCE',
    place,
    `refers to node ${reference}; there are ${known} nodes before it, and a reference must be to one of these`,
    { reference, known },
  )

const notAnInput = (value: Value, place: ImportPlace): HeddleError =>
  importError('IMPORT_JSON_REFERENCE', place, `refers to ${value.op}; it must refer to an input`, {
    op: value.op,
  })
