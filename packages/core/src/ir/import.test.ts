// What the readers of text and JSON refuse, and how they say so.
import { expect, test } from 'vitest'
import { HeddleError } from '../errors.ts'
import { errorOf } from '../testdata/error-of.ts'
import { graphFromJson, graphToJson } from './json.ts'
import { parseGraph } from './parse.ts'

const head = 'graph "g"\n%x: f32[2] = input role=feed\n'

test.each([
  ['', 'IMPORT_SYNTAX', 1, 1],
  ['grph "g"', 'IMPORT_SYNTAX', 1, 1],
  ['graph g', 'IMPORT_SYNTAX', 1, 7],
  ['graph "g', 'IMPORT_SYNTAX', 1, 7],
  [`${head}%y: f32[2] = neg(%x`, 'IMPORT_SYNTAX', 3, 20],
  [`${head}%y: f33[2] = neg(%x)`, 'IMPORT_SYNTAX', 3, 5],
  [`${head}%y: f32[-2] = neg(%x)`, 'IMPORT_SYNTAX', 3, 9],
  [`${head}%y: f32[2] = neg(%x) ?`, 'IMPORT_SYNTAX', 3, 22],
  [`${head}%y: f32[2] = neg(%x) %x`, 'IMPORT_SYNTAX', 3, 22],
  [`${head}stop y = %x`, 'IMPORT_SYNTAX', 3, 1],
  [`${head}%y: f32[2] = literal data=[1.5, x]`, 'IMPORT_SYNTAX', 3, 27],
  [`${head}%y: i32[2] = literal data=[1.5, 2]`, 'IMPORT_SYNTAX', 3, 27],
  [`${head}%y: f32[2] = literal data=base64 "AAA"`, 'IMPORT_SYNTAX', 3, 34],
  [`${head}%y: f32[2] = literal data=base64 "AAAA"`, 'IMPORT_SYNTAX', 3, 27],
  [`${head}%y: f32[2] = full value=1 value=2`, 'IMPORT_SYNTAX', 3, 27],
  [`${head}%y: f32[2] = flip(%x) axes=[[[[[[[[[[0]]]]]]]]]]`, 'IMPORT_SYNTAX', 3, 37],
  ['graph "g"\n%x: f32[2] = input role=weird', 'IMPORT_SYNTAX', 2, 25],
  ['graph "g"\n%x: f32[2] = input role=state initial=uniform(1)', 'IMPORT_SYNTAX', 2, 39],
  [`${head}%y: f32[2] = frobnicate(%x)`, 'IMPORT_UNKNOWN_OP', 3, 14],
  [`${head}%y: f32[2] = neg(%z)`, 'IMPORT_UNDEFINED_NAME', 3, 18],
  [`${head}%x: f32[2] = neg(%x)`, 'IMPORT_REDEFINED', 3, 1],
  [`${head}%y: f32[3] = neg(%x)`, 'IMPORT_TYPE', 3, 14],
  [`${head}%y: f32[2] = neg(%x, %x)`, 'IMPORT_ARITY', 3, 14],
  [`${head}%y: f32[2] = neg(%x) axis=1`, 'IMPORT_ATTRIBUTE', 3, 14],
  [`${head}%y: f32[] = reduceSum(%x)`, 'IMPORT_ATTRIBUTE', 3, 13],
  [`${head}%y: f32[] = reduceSum(%x) axes=[1]`, 'IMPORT_REFUSED', 3, 13],
  [`${head}%y: i32[] = full value=0.5`, 'IMPORT_REFUSED', 3, 13],
] as const)('parse: %j is %s at line %i, column %i', (text, code, line, column) => {
  const error = errorOf(() => parseGraph(text))

  expect({ code: error.code, line: error.details['line'], column: error.details['column'] }).toEqual({
    code,
    line,
    column,
  })
  expect(error.message).toContain(`line ${line}, column ${column}: `)
})

test('parse: says what was found and what was expected', () => {
  expect(errorOf(() => parseGraph(`${head}%y: f32[2] = neg(%x`)).message).toBe(
    "IMPORT_SYNTAX: line 3, column 20: found the end of the text; expected ',' or ')'",
  )
  expect(errorOf(() => parseGraph(`${head}%y: f32[3] = neg(%x)`)).message).toContain(
    'neg is written as f32[3] but gives f32[2]; these must be equal',
  )
})

test('parse: an op that refuses keeps its own error as the cause', () => {
  const error = errorOf(() => parseGraph(`${head}%y: f32[] = reduceSum(%x) axes=[1]`))

  expect(error.details['refused']).toBe('ATTR_AXIS_RANGE')
  expect(error.cause).toBeInstanceOf(HeddleError)
})

test('parse: what is wrong with the whole is the verifier’s error', () => {
  expect(errorOf(() => parseGraph('graph "g"\n%x: f32[2] = input\nreturn y = %x')).code).toBe(
    'GRAPH_INPUT_UNDECLARED',
  )
  expect(errorOf(() => parseGraph(`${head}update x = %x`)).code).toBe('GRAPH_UPDATE_STATE')
})

test('parse: people may leave out blanks, add comments and blank lines, and name values as they like', () => {
  const graph = parseGraph(
    '// a\n\ngraph "g" // b\r\n%x:f32[2]=input role=feed\n\n%my.y: f32[2] = neg( %x )\nreturn y=%my.y',
  )

  expect(graph.outputs[0]?.value.op).toBe('neg')
})

const stored = (): Record<string, unknown> =>
  JSON.parse(JSON.stringify(graphToJson(parseGraph(`${head}%y: f32[2] = neg(%x)\nreturn y = %y`))))

test.each<[string, (json: Record<string, unknown>) => unknown, string, string]>([
  ['no graph at all', () => 'graph', 'IMPORT_JSON_INVALID', 'the top'],
  ['another format', (json) => ({ ...json, format: 'onnx' }), 'IMPORT_JSON_INVALID', 'format'],
  ['another version', (json) => ({ ...json, version: 2 }), 'IMPORT_JSON_VERSION', 'version 2'],
  ['another byte order', (json) => ({ ...json, byteOrder: 'big' }), 'IMPORT_JSON_INVALID', 'byteOrder'],
  ['a field too many', (json) => ({ ...json, extra: 1 }), 'IMPORT_JSON_INVALID', 'extra'],
  [
    'a reference forward',
    (json) => ({ ...json, nodes: [{ op: 'neg', type: { dtype: 'f32', shape: [2] }, inputs: [0] }] }),
    'IMPORT_JSON_REFERENCE',
    'node 0: refers to node 0',
  ],
  [
    'an output of no node',
    (json) => ({ ...json, outputs: [{ name: 'y', node: 9 }] }),
    'IMPORT_JSON_REFERENCE',
    'output 0: refers to node 9',
  ],
  [
    'an input that is none',
    (json) => ({ ...json, inputs: [{ node: 1, role: 'feed', trainable: false }] }),
    'IMPORT_JSON_REFERENCE',
    'refers to neg',
  ],
  [
    'an unknown op',
    (json) => ({ ...json, nodes: [{ op: 'frobnicate', type: { dtype: 'f32', shape: [2] } }] }),
    'IMPORT_UNKNOWN_OP',
    "node 0: 'frobnicate' is not an op",
  ],
  [
    'an initial value that is none',
    (json) => ({
      ...json,
      inputs: [{ node: 0, role: 'state', trainable: false, initial: { kind: 'lucky' } }],
    }),
    'IMPORT_JSON_INVALID',
    'initial',
  ],
])('json: %s is refused', (_, change, code, words) => {
  const error = errorOf(() => graphFromJson(change(stored())))

  expect(error.code).toBe(code)
  expect(error.message).toContain(words)
})
