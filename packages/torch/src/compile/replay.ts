// Runs a program: one application for each segment, then what changes is changed as the function would have.

import * as graphErrors from '../autograd/errors.ts'
import { isGradEnabled } from '../autograd/grad-mode.ts'
import { applyTo } from '../autograd/record.ts'
import { SavedNode } from '../autograd/saved-node.ts'
import { apply, type Cell, cellOfData, hold, keep, letGo, unkeep } from '../engine/cell.ts'
import { noteLoss } from '../engine/evaluate.ts'
import { filled } from '../tensor/filled.ts'
import { Memory } from '../tensor/memory.ts'
import { gradientEdge, Tensor } from '../tensor/tensor.ts'
import { noDoubleBackward } from './errors.ts'
import type { Place, Places, Source } from './places.ts'
import type { BackwardProgram, Program, SegmentProgram } from './program.ts'
import { type Origin, tensorAt } from './recording.ts'

/** What the function would give for these arguments. */
export function runProgram(program: Program, args: readonly Tensor[]): unknown {
  const run = new Run(args)
  for (const step of program.steps) {
    if ('run' in step) step.run()
    else run.segment(step)
  }
  const results = resultsOf(program, run)
  run.end()
  return results
}

/** What the function gave while it was recorded, as the program would have given it. */
export function recordedResults(program: Program, args: readonly Tensor[], places: Places): unknown {
  const run = new Run(args)
  for (let segment = 0; segment <= places.last; segment++) run.recorded(places, segment)
  return resultsOf(program, run)
}

function resultsOf(program: Program, run: Run): unknown {
  const node = run.node(program.backward)
  const results = program.results.map((result) => {
    if (result.kind === 'outside') return run.tensorOf(result.origin)
    const { output, layout, isLast, isInference } = result
    const cell = run.at(result.place)
    if (isLast) noteLoss(cell)
    const edge = node === undefined || output === undefined ? null : { node, index: output }
    return new Tensor({ memory: new Memory(cell), edge, isInference }, cell.type).withLayout(layout)
  })
  return program.rebuild(results)
}

class Run {
  readonly #args: readonly Tensor[]
  readonly #sources: (readonly Tensor[])[] = []
  readonly #outputs: (readonly Cell[])[] = []
  /** What the sources held. */
  readonly #cells: (readonly Cell[])[] = []

  constructor(args: readonly Tensor[]) {
    this.#args = args
  }

  tensorOf(origin: Origin): Tensor {
    return tensorAt(origin, this.#args) as Tensor
  }

  at({ from, segment, at }: Place): Cell {
    return (from === 'output' ? this.#outputs : this.#cells)[segment]?.[at] as Cell
  }

  segment({ device, fragment, sources, draws, writes, gradients, bumps }: SegmentProgram): void {
    const drawn = draws.map(({ type, device, draw }) => cellOfData(device, type.dtype, type.shape, draw()))
    const tensors = sources.map((source) => this.#tensorOf(source, drawn))
    const cells = tensors.map(({ cell }) => cell)
    for (const cell of cells) hold(cell)
    const outputs = device === undefined || fragment === undefined ? [] : applyTo(device, fragment, tensors)
    for (const cell of outputs) {
      hold(cell)
      cell.isLeft = true
    }
    this.#sources.push(tensors)
    this.#cells.push(cells)
    this.#outputs.push(outputs)
    for (const { tensor, place } of writes) this.tensorOf(tensor).memory.write(this.at(place))
    for (const { tensor, by } of bumps) this.tensorOf(tensor).counter.version += by
    for (const { of, place } of gradients) this.#setGradient(this.tensorOf(of), place)
  }

  /** Nothing is held for segments to come. */
  end(): void {
    for (const cells of [...this.#cells, ...this.#outputs]) for (const cell of cells) letGo(cell)
  }

  /** What the segment was given and gave is known already. */
  recorded(places: Places, segment: number): void {
    const cells = places.sourceCells(segment)
    this.#cells.push(cells)
    this.#outputs.push([...(places.roots[segment] as Map<Cell, number>).keys()])
    this.#sources.push(cells.map((cell) => places.segments[segment]?.seen.get(cell) ?? tensorOfCell(cell)))
  }

  #tensorOf(source: Source, drawn: readonly Cell[]): Tensor {
    if (source.from === 'draw') return tensorOfCell(drawn[source.index] as Cell)
    if (source.from === 'constant') return tensorOfCell(source.cell)
    if (source.from === 'earlier') return tensorOfCell(this.at(source.place))
    return this.tensorOf(source)
  }

  #setGradient(tensor: Tensor, place: Place | null): void {
    tensor.storeGrad(place === null ? null : tensorOfCell(this.at(place)))
  }

  node(backward: Program['backward']): CompiledBackward | undefined {
    if (backward === undefined) return undefined
    if (backward === 'freed') return new CompiledBackward(undefined, [], [])
    const tensors = backward.inputs.map(({ tensor }) => this.tensorOf(tensor))
    const kept = backward.operands.map((operand): Kept | undefined => {
      if ('cotangent' in operand) return undefined
      const cell = this.at(operand)
      keep(cell)
      const tensor = operand.from === 'source' ? this.#sources[operand.segment]?.[operand.at] : undefined
      return { cell, tensor, version: tensor?.counter.version ?? 0 }
    })
    return new CompiledBackward(backward, tensors, kept)
  }
}

const tensorOfCell = (cell: Cell): Tensor => new Tensor({ memory: new Memory(cell) }, cell.type)

interface Kept {
  readonly cell: Cell
  /** Whose contents it is; they must not have changed. */
  readonly tensor: Tensor | undefined
  readonly version: number
}

/** The node of all results of a compiled function. */
class CompiledBackward extends SavedNode {
  readonly #backward: BackwardProgram | undefined
  #kept: readonly (Kept | undefined)[] | undefined

  constructor(
    backward: BackwardProgram | undefined,
    inputs: readonly Tensor[],
    kept: readonly (Kept | undefined)[],
  ) {
    super(
      'CompiledFunctionBackward',
      inputs.map((input) => gradientEdge(input)),
      backward?.outputs ?? [],
    )
    this.#backward = backward
    this.#kept = backward === undefined ? undefined : kept
  }

  override saved(): undefined {
    return undefined
  }

  override release(): void {
    const kept = this.#kept ?? []
    this.#kept = undefined
    for (const each of kept) if (each !== undefined) unkeep(each.cell)
  }

  override apply(cotangents: readonly (Tensor | null)[]): readonly (Tensor | null)[] {
    const [backward, kept] = [this.#backward, this.#kept]
    if (backward === undefined || kept === undefined) throw graphErrors.secondBackward()
    if (isGradEnabled()) throw noDoubleBackward()
    const { device, fragment, operands, inputs, outputs } = backward
    const given = operands.map((operand, k) => {
      if ('cotangent' in operand) {
        const type = outputs[operand.cotangent] as (typeof outputs)[number]
        return (cotangents[operand.cotangent] ?? filled(device, type, 0)).cell
      }
      return this.#unpack(kept[k] as Kept)
    })
    const grads = apply(device, fragment, given)
    return inputs.map(({ output, of }) =>
      cotangents.some((cotangent, k) => cotangent !== null && of.has(k))
        ? tensorOfCell(grads[output] as Cell)
        : null,
    )
  }

  #unpack({ cell, tensor, version }: Kept): Cell {
    if (tensor !== undefined && tensor.counter.version !== version) {
      throw graphErrors.modifiedInPlace(tensor, tensor.gradFn, tensor.outputNr, version)
    }
    return cell
  }
}
