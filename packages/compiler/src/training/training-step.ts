// A training step as one graph: forward, backward, and the optimiser's update of every trainable parameter.
import {
  currentProvenance,
  formatType,
  type Graph,
  type GraphInput,
  type GraphUpdate,
  HeddleError,
  isFloat,
  locationOf,
  traced,
  type Value,
} from '@heddle/core'
import { gradient } from '../autodiff/gradient.ts'
import type { Optimizer, OptimizerState } from './optimizers.ts'

export interface TrainingOptions {
  /** Name of the output to minimise: a float scalar. */
  readonly loss: string
  readonly optimizer: Optimizer
}

/**
 * The graph that computes a model's outputs and steps its trainable parameters forward.
 *
 * States are added for the optimiser, named `parameter.suffix` (or `optimizer.suffix` for those shared by all parameters). A
 * state the model itself updates keeps its update.
 * - C1 `loss` names an output. Throws `GRAPH_UNKNOWN_OUTPUT`. C2 it is a float scalar. Throws `GRAD_NOT_SCALAR`.
 * - C3 there is a trainable parameter. Throws `GRAD_NO_PARAMETERS`.
 */
export const trainingStep: (model: Graph, options: TrainingOptions) => Graph = traced(
  (model: Graph, { loss: lossName, optimizer }: TrainingOptions): Graph => {
    const loss = model.outputs.find(({ name }) => name === lossName)?.value
    if (loss === undefined) throw unknownOutput(model, lossName)
    const trainable = model.inputs.filter((input) => input.trainable && isFloat(input.value.type.dtype))
    if (trainable.length === 0) throw noParameters(model)
    const gradients = gradient(
      loss,
      trainable.map(({ value }) => value),
    )
    const added = new Map<string, GraphInput>()
    const updates = new Map<string, GraphUpdate>()
    trainable.forEach(({ value }, k) => {
      const states = optimizer.states.map((state) => stateFor(state, value, optimizer, added))
      const step = optimizer.step({
        b: value.builder,
        parameter: value,
        gradient: gradients[k] as Value,
        states,
      })
      updates.set(value.attrs.name, { state: value.attrs.name, value: step.parameter })
      step.states.forEach((next, at) => {
        const { name } = (states[at] as Value<'input'>).attrs
        updates.set(name, { state: name, value: next })
      })
    })
    return {
      name: `${model.name}.${optimizer.name}`,
      inputs: [...model.inputs, ...added.values()],
      outputs: model.outputs,
      updates: [...model.updates, ...updates.values()],
    }
  },
)

function stateFor(
  { suffix, extent }: OptimizerState,
  parameter: Value<'input'>,
  optimizer: Optimizer,
  added: Map<string, GraphInput>,
): Value<'input'> {
  const name = extent === 'scalar' ? `${optimizer.name}.${suffix}` : `${parameter.attrs.name}.${suffix}`
  const known = added.get(name)
  if (known !== undefined) return known.value
  const { dtype, shape } = parameter.type
  const value = parameter.builder.input({
    name,
    dtype,
    shape: extent === 'scalar' ? [] : shape,
  }) as Value<'input'>
  added.set(name, { value, role: 'state', trainable: false, initial: { kind: 'constant', value: 0 } })
  return value
}

const unknownOutput = (model: Graph, name: string): HeddleError => {
  const names = model.outputs.map((output) => `'${output.name}'`).join(', ')
  return new HeddleError(
    'GRAPH_UNKNOWN_OUTPUT',
    `trainingStep: ${model.name} has no output '${name}'; its outputs are ${names}`,
    { details: { name, constraint: 'C1' }, location: locationOf(currentProvenance()) },
  )
}

const noParameters = (model: Graph): HeddleError =>
  new HeddleError(
    'GRAD_NO_PARAMETERS',
    `trainingStep: ${model.name} has no trainable parameters; its inputs are ${model.inputs.map(({ value }) => `${value.attrs.name} ${formatType(value.type)}`).join(', ')}. Declare them with parameter(name, shape, initializer).`,
    {
      details: { model: model.name, constraint: 'C3' },
      location: locationOf(currentProvenance()),
    },
  )
