// Whether derivatives are right: those of backward against differences of the function itself, in float64.
import { dtypes, writeElement } from '@heddle/core'
import { float64 } from '../dtypes.ts'
import { tensorOfData } from '../ops/creation.ts'
import { Tensor } from '../tensor/tensor.ts'
import { grad } from './call.ts'
import * as graphErrors from './errors.ts'
import { withGradMode } from './grad-mode.ts'
import { listOf } from './lists.ts'

export interface GradcheckOptions {
  /** Step of the differences. Default 1e-6. */
  readonly eps?: number
  /** Largest difference that counts as none, beside `rtol` of the magnitude. Default 1e-5. */
  readonly atol?: number
  /** Default 1e-3. */
  readonly rtol?: number
  /** Throws the first mismatch, in place of giving false. Default true. */
  readonly raiseException?: boolean
}

type Inputs = Tensor | readonly Tensor[]
type TensorFunction = (...inputs: Tensor[]) => Tensor | readonly Tensor[]

/** Compares derivatives of every result with respect to every input that requires a gradient with central differences. */
export function gradcheck(func: TensorFunction, inputs: Inputs, options: GradcheckOptions = {}): boolean {
  const { raiseException = true } = options
  const xs = listOf(inputs)
  const outputs = listOf(withGradMode(true, () => func(...xs)))
  for (const [output, result] of outputs.entries()) {
    if (!result.dtype.isFloatingPoint) continue
    for (const [input, x] of xs.entries()) {
      if (!(x instanceof Tensor) || !x.requiresGrad) continue
      const analytical = backwardJacobian(result, x)
      const numerical = differenceJacobian(func, xs, input, output, options.eps ?? 1e-6)
      if (areClose(analytical, numerical, options)) continue
      if (!raiseException) return false
      throw graphErrors.jacobianMismatch(
        output,
        input,
        tableOf(numerical, x.numel(), result.numel()),
        tableOf(analytical, x.numel(), result.numel()),
      )
    }
  }
  return true
}

/** The same for the derivatives themselves: `func` differentiated with random cotangents. */
export function gradgradcheck(
  func: TensorFunction,
  inputs: Inputs,
  gradOutputs?: Inputs | null,
  options: GradcheckOptions = {},
): boolean {
  const xs = listOf(inputs)
  const outputs = listOf(withGradMode(true, () => func(...xs))).filter(({ requiresGrad }) => requiresGrad)
  const cotangents = gradOutputs == null ? outputs.map(someCotangent) : listOf(gradOutputs)
  const first = (...given: Tensor[]): readonly Tensor[] => {
    const [arguments_, seeds] = [given.slice(0, xs.length), given.slice(xs.length)]
    const results = listOf(func(...arguments_)).filter(({ requiresGrad }) => requiresGrad)
    const wanted = arguments_.filter(({ requiresGrad }) => requiresGrad)
    return grad(results, wanted, { gradOutputs: seeds, createGraph: true, allowUnused: true }).filter(
      (each) => each !== null,
    )
  }
  return gradcheck(first, [...xs, ...cotangents], options)
}

/** Cotangents that favour no element. */
function someCotangent(output: Tensor): Tensor {
  const data = Float64Array.from({ length: output.numel() }, (_, k) => Math.sin(12.9898 * (k + 1)) + 0.1)
  return dataLike(output, data).requiresGrad_()
}

/** Row-major: input elements, then output elements. */
type Jacobian = Float64Array

function backwardJacobian(result: Tensor, x: Tensor): Jacobian {
  const [rows, columns] = [x.numel(), result.numel()]
  const table = new Float64Array(rows * columns)
  if (!result.requiresGrad) return table
  for (let column = 0; column < columns; column++) {
    const seed = new Float64Array(columns)
    seed[column] = 1
    const gradOutputs = dataLike(result, seed)
    const [found] = grad(result, x, { gradOutputs, retainGraph: true, allowUnused: true })
    found?.toArray().forEach((value, row) => {
      table[row * columns + column] = Number(value)
    })
  }
  return table
}

function differenceJacobian(
  func: TensorFunction,
  xs: readonly Tensor[],
  input: number,
  output: number,
  eps: number,
): Jacobian {
  const x = xs[input] as Tensor
  const point = Float64Array.from(x.toArray() as Iterable<number>)
  const at = (row: number, step: number): readonly number[] => {
    const moved = point.slice()
    moved[row] = (moved[row] as number) + step
    const given = xs.map((each, k) => (k === input ? dataLike(x, moved).requiresGrad_() : each))
    const result = listOf(withGradMode(true, () => func(...given)))[output] as Tensor
    return Array.from(result.toArray() as Iterable<number>)
  }
  const rows = Array.from({ length: point.length }, (_, row) => {
    const [above, below] = [at(row, eps), at(row, -eps)]
    return above.map((value, column) => (value - (below[column] as number)) / (2 * eps))
  })
  return Float64Array.from(rows.flat())
}

function dataLike({ dtype, type_: { shape } }: Tensor, numbers: Float64Array): Tensor {
  const data = dtype.core === 'f64' ? numbers : allocated(dtype, numbers)
  return tensorOfData(dtype, shape, data)
}

function allocated(dtype: Tensor['dtype'], numbers: Float64Array) {
  const data = dtypes[dtype.core].allocate(numbers.length)
  numbers.forEach((value, at) => {
    writeElement(dtype.core, data, at, value)
  })
  return data
}

const areClose = (x: Jacobian, y: Jacobian, { atol = 1e-5, rtol = 1e-3 }: GradcheckOptions): boolean =>
  x.every((value, at) => Math.abs(value - (y[at] as number)) <= atol + rtol * Math.abs(y[at] as number))

const tableOf = (jacobian: Jacobian, rows: number, columns: number): Tensor =>
  tensorOfData(float64, [rows, columns], jacobian)
