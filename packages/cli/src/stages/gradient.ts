// The program with its backward pass appended: value and gradients of the trainable parameters, and what the backward pass needs
// kept from the forward pass.
import { gradient, savedForBackward } from '@heddle/compiler'
import {
  dtypes,
  formatType,
  type Graph,
  HeddleError,
  isFloat,
  locationOf,
  nodesOf,
  printGraph,
  sizeOf,
  type Value,
  withProvenance,
} from '@heddle/core'
import { outputUnknown } from '../errors.ts'
import { graphContent } from '../graph-json.ts'
import { locationJson } from '../json.ts'
import { labelsOf } from '../labels.ts'
import { plural } from '../plural.ts'
import { shortLocation } from '../user-lines.ts'
import type { Stage } from './stage.ts'

export const gradientStage: Stage = {
  summary: 'with the backward pass appended, and what is saved for it',
  run: ({ graph, of = 'loss', io }) => {
    const differentiated = withGradients(graph, of)
    const [loss, ...gradients] = differentiated.outputs.map(({ value }) => value)
    const saved = savedForBackward(loss === undefined ? [] : [loss], gradients)
    const labels = labelsOf(differentiated)
    const rows = saved.values.map((value) => {
      const location = locationOf(value.provenance)
      return { label: labels.get(value) ?? '', value, bytes: bytesOf(value), location }
    })
    const table = rows.map(({ label, value, bytes, location }) => {
      const where = location === undefined ? '' : `  // ${shortLocation(location, io)}`
      return `#   ${label}: ${formatType(value.type)} = ${value.op}, ${plural(bytes, 'byte')}${where}`
    })
    return {
      text: [
        `# derivative of '${of}' with respect to ${plural(gradients.length, 'parameter')}, ${plural(nodesOf(differentiated).length, 'node')}`,
        printGraph(differentiated, { locations: true }).trimEnd(),
        '',
        `# saved for backward: ${plural(rows.length, 'value')}, ${plural(saved.bytes, 'byte')}`,
        ...table,
        '',
      ].join('\n'),
      json: {
        of,
        ...graphContent(differentiated, io),
        saved: {
          bytes: saved.bytes,
          values: rows.map(({ label, value, bytes, location }) => ({
            value: label,
            op: value.op,
            type: formatType(value.type),
            bytes,
            location: locationJson(location, io),
          })),
        },
      },
    }
  },
}

/** Outputs: the value, then `gradient.<parameter>` each. What else the program computes or updates is left out. */
function withGradients(graph: Graph, of: string): Graph {
  const loss = graph.outputs.find(({ name }) => name === of)
  if (loss === undefined) {
    throw outputUnknown(
      of,
      graph.name,
      graph.outputs.map(({ name }) => name),
    )
  }
  const trainable = graph.inputs.filter(({ trainable: isTrained, value }) => {
    return isTrained && isFloat(value.type.dtype)
  })
  if (trainable.length === 0) throw noParameters(graph)
  const wrt = trainable.map(({ value }) => value)
  // Of the line that made the loss, not of this one.
  const gradients = withProvenance(loss.value.provenance, () => gradient(loss.value, wrt))
  return {
    ...graph,
    name: `${graph.name}.gradient`,
    outputs: [
      loss,
      ...gradients.map((value, k) => ({ name: `gradient.${trainable[k]?.value.attrs.name}`, value })),
    ],
    updates: [],
  }
}

const bytesOf = ({ type }: Value): number => sizeOf(type.shape) * dtypes[type.dtype].bytes

const noParameters = (graph: Graph): HeddleError =>
  new HeddleError(
    'GRAD_NO_PARAMETERS',
    `dump --stage gradient: ${graph.name} has no trainable parameters; its inputs are ${graph.inputs.map(({ value }) => `${value.attrs.name} ${formatType(value.type)}`).join(', ')}. Declare them with parameter(name, shape, initializer).`,
    { details: { program: graph.name } },
  )
