// How an optimiser changes one parameter: one recorded operation that gives the parameter's next contents and those of its state.
// Numbers that change from step to step, like rates and corrections, come as one small array of the parameter's dtype, which all
// parameters of a step share; so that no schedule makes a plan of its own, and each number is rounded as PyTorch rounds it.
import { dtypes, slice, type Value, writeElement } from '@heddle/core'
import { applyTo } from '../autograd/record.ts'
import type { DType } from '../dtypes.ts'
import { cellOfData } from '../engine/cell.ts'
import { notePersistent } from '../engine/evaluate.ts'
import { fragmentFor, type Operation, operation } from '../ops/operation.ts'
import { Memory } from '../tensor/memory.ts'
import { Tensor } from '../tensor/tensor.ts'

/** What an update computes with: the parameter, its gradient and its state as they were, and the numbers of the step by name. */
export interface UpdateParts<S extends string, N extends string> {
  readonly param: Value
  readonly grad: Value
  readonly state: Readonly<Record<S, Value>>
  readonly numbers: Readonly<Record<N, Value>>
}

/** The contents after the step. */
export type Updated<S extends string> = { readonly param: Value } & { readonly [K in S]?: Value }

export interface UpdateSpec<S extends string, N extends string, F extends object> {
  readonly name: string
  /** Names of the numbers, in the order of the array. */
  readonly numbers: readonly N[]
  /** Which state there is, by options that are fixed. */
  state(flags: F): readonly S[]
  build(parts: UpdateParts<S, N>, flags: F): Updated<S>
}

export interface Update<S extends string, N extends string, F extends object> extends UpdateSpec<S, N, F> {
  readonly operation: Operation<F>
}

export function update<const S extends string, const N extends string, F extends object>(
  spec: UpdateSpec<S, N, F>,
): Update<S, N, F> {
  const op = operation<F>({
    name: spec.name,
    node: null,
    build: (operands, flags) => {
      const [numbers, param, grad, ...held] = operands as readonly Value[]
      const names = spec.state(flags)
      const next = spec.build(
        {
          param: param as Value,
          grad: grad as Value,
          state: record(names, (k) => held[k] as Value),
          numbers: record(spec.numbers, (k) => numberAt(numbers as Value, k)),
        },
        flags,
      )
      return [next.param, ...names.map((name) => (next as Readonly<Record<S, Value>>)[name])]
    },
  })
  return { ...spec, operation: op }
}

const record = <K extends string>(
  names: readonly K[],
  value: (at: number) => Value,
): Readonly<Record<K, Value>> => {
  const made: Partial<Record<K, Value>> = {}
  names.forEach((name, k) => {
    made[name] = value(k)
  })
  return made as Record<K, Value>
}

/** One number of the array, 0-d. */
const numberAt = (numbers: Value, at: number): Value =>
  numbers.builder.reshape(slice(numbers, { starts: [at], limits: [at + 1] }), { shape: [] })

/** Arrays of the numbers of a step, one for each dtype and list; parameters that share them share the array. */
export class StepNumbers {
  readonly #made: { readonly dtype: DType; readonly values: readonly number[]; readonly tensor: Tensor }[] =
    []

  tensor(like: Tensor, values: readonly number[]): Tensor {
    const { dtype, device } = like
    const last = this.#made.at(-1)
    if (
      last !== undefined &&
      last.dtype === dtype &&
      last.tensor.device === device &&
      same(last.values, values)
    ) {
      return last.tensor
    }
    const data = dtypes[dtype.core].allocate(values.length)
    values.forEach((value, at) => {
      writeElement(dtype.core, data, at, value)
    })
    const tensor = new Tensor({ memory: new Memory(cellOfData(device, dtype.core, [values.length], data)) })
    this.#made.push({ dtype, values, tensor })
    return tensor
  }
}

const same = (x: readonly number[], y: readonly number[]): boolean => {
  for (let k = 0; k < x.length; k++) if (!Object.is(x[k], y[k])) return false
  return x.length === y.length
}

/** Records an update and writes what it gives. */
export function runUpdate<S extends string, N extends string, F extends object>(
  { operation: op, state: stateNames, numbers: names }: Update<S, N, F>,
  step: StepNumbers,
  param: Tensor,
  grad: Tensor,
  state: Readonly<Record<S, Tensor>>,
  numbers: Readonly<Record<N, number>>,
  flags: F,
): void {
  const held = stateNames(flags).map((name) => state[name])
  const values = step.tensor(
    param,
    names.map((name) => numbers[name]),
  )
  const operands = [values, param, grad, ...held]
  const fragment = fragmentFor(
    op,
    operands.map(({ type_ }) => type_),
    flags,
  )
  if (fragment === undefined) return
  const cells = applyTo(param.device, fragment, operands)
  ;[param, ...held].forEach((tensor, k) => {
    const cell = cells[k]
    if (cell === undefined) return
    tensor.write(cell)
    notePersistent(tensor.memory)
  })
}
