// Defines a graph by a function: named inputs, parameters and states in, named values out. The function runs once, at once;
// what it computes is recorded, not executed.
import { isDim, type Shape } from '../dim.ts'
import { type DType, dtypeNames, isFloat } from '../dtype.ts'
import type { HeddleError } from '../errors.ts'
import type { Initializer } from '../initializer.ts'
import { type Builder, createBuilder } from '../ir/builder.ts'
import type { Graph, GraphInput, GraphOutput, GraphUpdate } from '../ir/graph.ts'
import { innermost } from '../ir/open-region.ts'
import { enter, leave, traced } from '../ir/provenance.ts'
import { formatType, type TensorType } from '../ir/tensor-type.ts'
import { postOrder } from '../ir/traverse.ts'
import type { Value } from '../ir/value.ts'
import { asValue, constantOf, describe, errorHere, isValue, type Operand } from './operand.ts'

export interface ParameterOptions {
  /** Default f32. */
  readonly dtype?: DType | undefined
  /** Whether training changes it. Default true for floats. */
  readonly trainable?: boolean | undefined
}

/** What a program is written with. Only valid while its build function runs. */
export interface Scope {
  readonly b: Builder
  /** A value given anew each run. */
  input(name: string, dtype: DType, shape: Shape): Value
  /** A state that training changes; a number starts it with that number everywhere. */
  parameter(name: string, shape: Shape, initial: Initializer | number, options?: ParameterOptions): Value
  /** A value kept between runs. Without `initial` the session must be given one. */
  state(name: string, dtype: DType, shape: Shape, initial?: Initializer | number): Value
  /** After a run `state` holds `value`, which has its dtype and shape. */
  update(state: Value, value: Operand): void
}

/** What a build function returns: its outputs by name, or one value, which is then named `output`. */
export type ProgramOutputs = Value | Readonly<Record<string, Value>>

/**
 * Records a graph.
 *
 * Throws `GRAPH_DUPLICATE_NAME`, `GRAPH_NAME`, `GRAPH_INPUT_TYPE`, `GRAPH_NOT_A_STATE`, `GRAPH_DUPLICATE_UPDATE`,
 * `GRAPH_UPDATE_TYPE`, `GRAPH_OUTPUT`, `GRAPH_NO_OUTPUT`, `GRAPH_UNDECLARED_INPUT`, `GRAPH_CLOSED`, `GRAPH_INSIDE_BODY`.
 *
 * @example
 * const model = program('line', ({ input, parameter }) => {
 *   const x = input('x', 'f32', [100])
 *   return { y: add(mul(x, parameter('slope', [], 0)), parameter('offset', [], 0)) }
 * })
 */
export function program(name: string, build: (scope: Scope) => ProgramOutputs): Graph {
  const recording = createRecording(name)
  const outputs = build(recording.scope)
  recording.close()
  enter(program)
  try {
    return finish(name, recording, outputs)
  } finally {
    leave()
  }
}

interface Recording {
  readonly scope: Scope
  readonly inputs: readonly GraphInput[]
  readonly updates: readonly GraphUpdate[]
  close(): void
}

function createRecording(program: string): Recording {
  const b = createBuilder()
  const inputs: GraphInput[] = []
  const updates: GraphUpdate[] = []
  let isOpen = true

  function declare(
    what: string,
    { name, dtype, shape }: { readonly name: string } & TensorType,
    input: Omit<GraphInput, 'value'>,
  ): Value {
    if (!isOpen) throw closed(program, what)
    if (innermost(b) !== b) throw insideBody(program, what)
    if (typeof name !== 'string' || name === '') throw nameError(program, what, name)
    if (inputs.some(({ value }) => value.attrs.name === name)) throw duplicateName(program, what, name)
    if (!dtypeNames.includes(dtype) || !Array.isArray(shape) || !shape.every(isDim)) {
      throw inputType(program, what, name, dtype, shape)
    }
    const value = b.input({ name, dtype, shape: [...shape] })
    if (isInput(value)) inputs.push({ value, ...input })
    return value
  }

  const scope: Scope = {
    b,
    input: traced((name: string, dtype: DType, shape: Shape) =>
      declare('input', { name, dtype, shape }, { role: 'feed', trainable: false, initial: undefined }),
    ),
    parameter: traced(
      (name: string, shape: Shape, initial: Initializer | number, options: ParameterOptions = {}) => {
        const { dtype = 'f32', trainable = isFloat(dtype) } = options
        return declare('parameter', { name, dtype, shape }, stateOf(dtype, initial, trainable))
      },
    ),
    state: traced((name: string, dtype: DType, shape: Shape, initial?: Initializer | number) =>
      declare('state', { name, dtype, shape }, stateOf(dtype, initial, false)),
    ),
    update: traced((state: Value, value: Operand) => {
      if (!isOpen) throw closed(program, 'update')
      if (innermost(b) !== b) throw insideBody(program, 'update')
      const input = inputs.find((each) => each.value === state)
      if (input?.role !== 'state') throw notAState(program, state)
      const { name } = input.value.attrs
      if (updates.some((each) => each.state === name)) throw duplicateUpdate(program, name)
      updates.push({ state: name, value: updateOf(b, program, name, input.value.type, value) })
    }),
  }
  return {
    scope,
    inputs,
    updates,
    close: () => {
      isOpen = false
    },
  }
}

const isInput = (value: Value): value is Value<'input'> => value.op === 'input'

function stateOf(
  dtype: DType,
  initial: Initializer | number | undefined,
  trainable: boolean,
): Omit<GraphInput, 'value'> {
  const started: Initializer | undefined =
    typeof initial === 'number' ? { kind: 'constant', value: constantOf('initial', dtype, initial) } : initial
  return { role: 'state', trainable, initial: started }
}

function updateOf(b: Builder, program: string, name: string, type: TensorType, value: Operand): Value {
  if (typeof value === 'number') {
    return b.full({ ...type, value: constantOf('update', type.dtype, value) })
  }
  const next = asValue('update', value, 1)
  const fits =
    next.type.dtype === type.dtype &&
    next.type.shape.length === type.shape.length &&
    next.type.shape.every((dim, axis) => dim === type.shape[axis])
  if (!fits) throw updateType(program, name, type, next.type)
  return next
}

function finish(name: string, { scope, inputs, updates }: Recording, returned: ProgramOutputs): Graph {
  const outputs = outputsOf(name, returned)
  for (const output of outputs) {
    if (output.value.builder !== scope.b) throw foreignOutput(name, output.name)
  }
  if (outputs.length + updates.length === 0) throw noOutput(name)
  const declared = new Set<Value>(inputs.map((input) => input.value))
  for (const node of postOrder([...outputs, ...updates].map((root) => root.value))) {
    if (isInput(node) && !declared.has(node)) throw undeclared(name, node.attrs.name)
  }
  return { name, inputs, outputs, updates }
}

function outputsOf(program: string, returned: unknown): readonly GraphOutput[] {
  if (isValue(returned)) return [{ name: 'output', value: returned }]
  if (returned === undefined) return []
  const isRecord = typeof returned === 'object' && returned !== null && !Array.isArray(returned)
  if (!isRecord || returned instanceof Promise) throw notOutputs(program, returned)
  return Object.entries(returned).map(([name, value]) => {
    if (!isValue(value)) throw notAnOutput(program, name, value)
    return { name, value }
  })
}

const closed = (program: string, what: string): HeddleError =>
  errorHere(
    'GRAPH_CLOSED',
    `${program}: ${what} was called after the build function returned; a program is recorded while it runs, which must be at once (no await inside)`,
    { program, what },
  )

const insideBody = (program: string, what: string): HeddleError =>
  errorHere(
    'GRAPH_INSIDE_BODY',
    `${program}: ${what} was called inside a body of scan, cond, whileLoop, checkpoint or customVjp; call it before, and use the value inside`,
    { program, what },
  )

const nameError = (program: string, what: string, name: unknown): HeddleError =>
  errorHere(
    'GRAPH_NAME',
    `${program}: ${what} is named ${String(name) || "''"}; a name must be a text of one letter or more`,
    {
      program,
      what,
    },
  )

const duplicateName = (program: string, what: string, name: string): HeddleError =>
  errorHere(
    'GRAPH_DUPLICATE_NAME',
    `${program}: ${what} '${name}': another input, parameter or state has this name; names must be distinct`,
    { program, what, name },
  )

const inputType = (
  program: string,
  what: string,
  name: string,
  dtype: unknown,
  shape: unknown,
): HeddleError =>
  errorHere(
    'GRAPH_INPUT_TYPE',
    `${program}: ${what} '${name}' has dtype ${String(dtype)} and shape [${String(shape)}]; the dtype must be one of ${dtypeNames.join(', ')}, the shape an array of whole numbers >= 0`,
    { program, what, name },
  )

const notAState = (program: string, state: unknown): HeddleError =>
  errorHere(
    'GRAPH_NOT_A_STATE',
    `${program}: update: ${describe(state)} is not a state of this program; pass what parameter() or state() gave`,
    { program },
  )

const duplicateUpdate = (program: string, name: string): HeddleError =>
  errorHere(
    'GRAPH_DUPLICATE_UPDATE',
    `${program}: state '${name}' is updated twice; a state has one next value`,
    {
      program,
      name,
    },
  )

const updateType = (program: string, name: string, state: TensorType, next: TensorType): HeddleError =>
  errorHere(
    'GRAPH_UPDATE_TYPE',
    `${program}: state '${name}' is ${formatType(state)}, its next value ${formatType(next)}; these must be equal`,
    { program, name, state, next },
  )

const notOutputs = (program: string, returned: unknown): HeddleError =>
  errorHere(
    'GRAPH_OUTPUT',
    `${program}: the build function returned ${describe(returned)}; it must return values by name, such as { loss }, and return them at once (it may not be async)`,
    { program },
  )

const notAnOutput = (program: string, name: string, value: unknown): HeddleError =>
  errorHere('GRAPH_OUTPUT', `${program}: output '${name}' is ${describe(value)}; it must be a value`, {
    program,
    name,
  })

const foreignOutput = (program: string, name: string): HeddleError =>
  errorHere('GRAPH_FOREIGN_VALUE', `${program}: output '${name}' is a value of another program`, {
    program,
    name,
  })

const noOutput = (program: string): HeddleError =>
  errorHere(
    'GRAPH_NO_OUTPUT',
    `${program}: the build function returned no values and updates no state; there is nothing to compute`,
    { program },
  )

const undeclared = (program: string, name: string): HeddleError =>
  errorHere(
    'GRAPH_UNDECLARED_INPUT',
    `${program}: input '${name}' was made with b.input; declare it with input(), parameter() or state()`,
    { program, name },
  )
