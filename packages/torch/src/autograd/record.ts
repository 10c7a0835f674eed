// Records a fragment applied to tensors: the cells it gives, and, where an operand requires a gradient, the node that leads back.
import { isFloat } from '@heddle/core'
import { camelCase } from '../arguments/signatures.ts'
import { scalarOf } from '../dtypes.ts'
import { apply, type Cell, cellOfData, keep, unkeep } from '../engine/cell.ts'
import { cpu, type Device } from '../engine/device.ts'
import { checkRecent, evaluate } from '../engine/evaluate.ts'
import { type Derivative, derivativeOf, type Fragment } from '../engine/fragment.ts'
import type { ArrayType } from '../engine/types.ts'
import * as errors from '../errors.ts'
import { Memory } from '../tensor/memory.ts'
import { gradientEdge, Tensor } from '../tensor/tensor.ts'
import { callSite } from './anomaly.ts'
import * as graphErrors from './errors.ts'
import { isGradEnabled } from './grad-mode.ts'
import { type KeptPlace, keepPlan, type NodeFacts, type Place } from './keep-plan.ts'
import { moved } from './move.ts'
import type { Edge } from './node.ts'
import { currentPacking, type Packed } from './packing.ts'
import { resultOf, savedNamesOf } from './saved-names.ts'
import { SavedNode } from './saved-node.ts'
import { savedValue } from './saved-values.ts'

/** How a recorded operation looks in autograd's graph. */
export interface NodeForm {
  /** null: nothing is differentiable. */
  readonly name: string | null
  /** Names of the operands, for what the node tells of what it saved. */
  readonly operands?: readonly string[]
  /** Places among the edges that belong to numbers. */
  readonly numberEdges?: number
  /** Operands that are numbers, by name, and options of the operation: told as `_saved...`. */
  readonly numbers?: Readonly<Record<string, number>>
  readonly options?: object
}

/** Tensors of the results, and nodes where they are needed. */
export function recordFragment(
  fragment: Fragment,
  given: readonly Tensor[],
  form: NodeForm,
  device: Device = deviceOf(given),
): readonly Tensor[] {
  const operands = onDevice(device, given)
  const cells = applyTo(device, fragment, operands)
  const node = nodeFor(fragment, operands, cells, form)
  const results = cells.map((cell, index) => {
    const edge = node !== null && isFloat(cell.type.dtype) ? { node, index } : null
    return new Tensor({ memory: new Memory(cell), edge }, cell.type)
  })
  node?.keep(operands, results)
  return results
}

/** The cells of the results; state of a step before is evaluated first, so that each step is a trace of its own. */
export function applyTo(device: Device, fragment: Fragment, operands: readonly Tensor[]): readonly Cell[] {
  if (isGradEnabled() && operands.some(isUpdatedLeaf)) evaluate(device, [])
  else checkRecent(device)
  return apply(
    device,
    fragment,
    operands.map(({ cell }) => cell),
  )
}

/** A parameter that was written to and is read again: a step begins. */
const isUpdatedLeaf = (tensor: Tensor): boolean => {
  const { cell } = tensor.memory
  return cell.storage === undefined && cell.application !== undefined && tensor.requiresGrad && tensor.isLeaf
}

/** The device of the operands; numbers (0-d tensors) on the CPU go along with any. Throws where there are two. */
export function deviceOf(operands: readonly Tensor[]): Device {
  const first = operands[0]?.device as Device
  return areOn(first, operands) ? first : commonDevice(operands)
}

function commonDevice(operands: readonly Tensor[]): Device {
  const found = operands.find(({ device }) => device !== cpu)?.device ?? cpu
  for (const { device, ndim } of operands) {
    if (device !== found && (device !== cpu || ndim > 0)) throw errors.twoDevices(found, device)
  }
  return found
}

/** The operands where they meet: numbers from the CPU are brought there, so that their gradients find the way back. */
export const onDevice = (device: Device, operands: readonly Tensor[]): readonly Tensor[] =>
  areOn(device, operands) ? operands : operands.map((operand) => moved(operand, device))

function areOn(device: Device, operands: readonly Tensor[]): boolean {
  for (let k = 0; k < operands.length; k++) if (operands[k]?.device !== device) return false
  return true
}

/** The node of an application, unless no operand requires a gradient. */
export function nodeFor(
  fragment: Fragment,
  operands: readonly Tensor[],
  cells: readonly Cell[],
  form: NodeForm,
): OpNode | null {
  if (form.name === null || !isGradEnabled() || !operands.some(({ requiresGrad }) => requiresGrad))
    return null
  if (!cells.some(({ type }) => isFloat(type.dtype))) return null
  return new OpNode(form.name, fragment, operands, form)
}

/** Contents that a packing has. */
interface HandedOver {
  readonly place: KeptPlace
  readonly packed: Packed
  /** Where a cotangent of them goes; null for results of the node itself. */
  readonly edge: Edge | null
}

/** An operand or a result as it was. */
interface Watched {
  readonly place: Place
  readonly tensor: Tensor
  readonly version: number
}
interface Kept extends Watched {
  readonly place: KeptPlace
  readonly packed?: undefined
  readonly cell: Cell
}

/** The node of a fragment; its derivative is derived, and tells what must be kept. */
export class OpNode extends SavedNode {
  readonly fragment: Fragment
  readonly #form: NodeForm
  readonly #wanted: readonly boolean[]
  #kept: readonly (Kept | HandedOver)[] | undefined = []
  #watched: readonly Watched[] = []
  #isFreed = false

  constructor(
    name: string,
    fragment: Fragment,
    operands: readonly Tensor[],
    form: NodeForm,
    edges: readonly (Edge | null)[] = operands
      .filter(({ dtype }) => dtype.isFloatingPoint)
      .map((operand) => gradientEdge(operand)),
  ) {
    const places = form.numberEdges ?? 0
    super(
      name,
      places === 0 ? edges : [...edges, ...new Array<null>(places).fill(null)],
      fragment.outputs.map(({ type }) => type),
    )
    this.fragment = fragment
    this.#form = form
    this.#wanted = operands.map((operand) => operand.requiresGrad)
    this.trace = callSite()
  }

  /** Keeps what backward will need of operands, which had these versions, and results; `isInPlace`: the first operand is overwritten. */
  keep(
    operands: readonly Tensor[],
    results: readonly Tensor[],
    isInPlace = false,
    versions: readonly number[] = operands.map(({ counter }) => counter.version),
  ): void {
    const derivative = this.#derivative(this.#wanted, undefined)
    if (derivative === undefined) return
    const plan = keepPlan(derivative, () => this.#facts(isInPlace))
    this.#isFreed = plan.isFreed
    const packing = currentPacking()
    this.#kept = plan.kept.map((place): Kept | HandedOver => {
      const { from, index, isOverwritten, isChecked } = place
      const tensor = (from === 'input' ? operands : results)[index] as Tensor
      if (tensor.isInference()) throw graphErrors.inferenceSaved()
      const cell = isOverwritten ? (this.overwritten ?? tensor.cell) : tensor.cell
      if (packing !== undefined) {
        const edge = from === 'input' ? (this.edges[place.edge] ?? null) : null
        return { place, packed: packing.pack(cell), edge }
      }
      keep(cell)
      return {
        place,
        tensor: from === 'input' ? tensor : tensor.detach(),
        cell,
        version: from === 'input' && isChecked ? (versions[index] as number) : tensor.counter.version,
      }
    })
    if (plan.watched.length === 0) return
    this.#watched = plan.watched.map((place) => {
      const tensor = (place.from === 'input' ? operands : results)[place.index] as Tensor
      return {
        place,
        tensor: place.from === 'input' ? tensor : tensor.detach(),
        version: tensor.counter.version,
      }
    })
  }

  #facts(isInPlace: boolean): NodeFacts {
    const { operands = ['self', 'other'], numbers = {}, numberEdges = 0 } = this.#form
    return {
      name: this.name(),
      fragment: this.fragment,
      operands,
      wanted: this.#wanted,
      numbers: Object.keys(numbers).length,
      numberEdges,
      isInPlace,
    }
  }
  /** In place: the contents the first operand had. */
  overwritten: Cell | undefined

  #derivative(wanted: readonly boolean[], present: readonly boolean[] | undefined): Derivative | undefined {
    try {
      return derivativeOf(this.fragment, wanted, present ?? this.fragment.outputs.map(() => true))
    } catch (error) {
      if (present !== undefined) throw graphErrors.notDifferentiable(this.name(), error)
      return undefined
    }
  }

  override release(): void {
    if (this.#kept === undefined || !this.#isFreed) return
    const kept = this.#kept
    this.#kept = undefined
    this.#watched = []
    for (const each of kept) {
      if (each.packed === undefined) unkeep(each.cell)
      else each.packed.release()
    }
  }

  override apply(
    cotangents: readonly (Tensor | null)[],
    wantedEdges: readonly boolean[],
  ): readonly (Tensor | null)[] {
    if (this.#kept === undefined) throw graphErrors.secondBackward()
    for (const watched of this.#watched) this.#requireUnwritten(watched)
    if (cotangents.every((cotangent) => cotangent === null)) return this.edges.map(() => null)
    const present = this.fragment.outputs.map((_, k) => cotangents[k] != null)
    const wanted = this.#perOperand(wantedEdges)
    const derivative = this.#derivative(wanted, present) as Derivative
    const operands = derivative.sources.map(({ from, index }) =>
      from === 'cotangent' ? (cotangents[index] as Tensor) : this.#unpack(from, index),
    )
    const form = { name: derivativeName(this.name()) }
    // Zeros need no operands, but a place to be.
    const beside = operands.length > 0 ? operands : cotangents.filter((cotangent) => cotangent !== null)
    const results = recordFragment(derivative.fragment, operands, form, deviceOf(beside))
    const perOperand = derivative.results.map((at) => (at < 0 ? null : (results[at] as Tensor)))
    return this.#perEdge(perOperand)
  }

  /** Operands that are not floats have no edge. */
  #perOperand(perEdge: readonly boolean[]): readonly boolean[] {
    let next = 0
    return this.fragment.inputs.map(({ dtype }) => isFloat(dtype) && perEdge[next++] === true)
  }
  #perEdge(perOperand: readonly (Tensor | null)[]): readonly (Tensor | null)[] {
    const edges: (Tensor | null)[] = perOperand.filter((_, k) =>
      isFloat((this.fragment.inputs[k] as ArrayType).dtype),
    )
    while (edges.length < this.edges.length) edges.push(null)
    return edges
  }

  /** What was kept, as it is part of autograd's graph. Throws where it was freed or written to. */
  #unpack(from: 'input' | 'output', index: number): Tensor {
    const kept = this.#kept
    if (kept === undefined) throw graphErrors.secondBackward()
    const found = kept.find(({ place }) => place.from === from && place.index === index)
    if (found === undefined) throw graphErrors.secondBackward()
    if (found.packed !== undefined) {
      const edge = from === 'output' ? { node: this, index } : found.edge
      return new Tensor({ memory: new Memory(found.packed.unpack()), edge: isGradEnabled() ? edge : null })
    }
    const { tensor, cell, place } = found
    if (place.isChecked) this.#requireUnwritten(found)
    // Writes that are not seen by autograd (`data`) change what was kept, too.
    const memory = new Memory(place.isChecked ? tensor.cell : cell)
    if (!isGradEnabled()) return new Tensor({ memory })
    if (from === 'output') return new Tensor({ memory, edge: { node: this, index } })
    return place.isChecked ? tensor : new Tensor({ memory, edge: this.edges[place.edge] ?? null })
  }

  #requireUnwritten({ place: { from, index }, tensor, version }: Watched): void {
    if (tensor.counter.version === version) return
    const [node, output] = from === 'output' ? [this, index] : [tensor.gradFn, tensor.outputNr]
    throw graphErrors.modifiedInPlace(tensor, node, output, version)
  }

  override saved(name: string): unknown {
    const names = savedNamesOf(this.name())
    if (names !== undefined && !names.all.includes(name)) return undefined
    const { operands = ['self', 'other'], numbers = {}, options = {} } = this.#form
    if (names?.tensors.has(name) !== true) {
      const shapes = this.fragment.inputs.map(({ shape }) => shape)
      return savedValue(this.name(), name, { options, numbers, operands, shapes })
    }
    if (this.#kept === undefined) throw graphErrors.secondBackward()
    const number = numbers[camelCase(name)]
    if (number !== undefined) return numberTensor(number)
    const output = resultOf(name, operands)
    // An operand that has another name here is the one that PyTorch has no name for.
    const own = operands.indexOf(name)
    const index = own < 0 ? operands.findIndex((each) => !names.all.includes(each)) : own
    const place =
      output === undefined
        ? ({ from: 'input', index } as const)
        : ({ from: 'output', index: output } as const)
    const isAt = (each: { readonly place: Place }): boolean =>
      each.place.from === place.from && each.place.index === place.index
    if (this.#kept.some(isAt)) return this.#unpack(place.from, place.index)
    return this.#watched.find(isAt)?.tensor ?? null
  }
}

/** As PyTorch keeps a number that stood beside a tensor. */
function numberTensor(value: number): Tensor {
  const dtype = Number.isInteger(value) ? 'i64' : 'f64'
  return new Tensor({ memory: new Memory(cellOfData(cpu, dtype, [], scalarOf(dtype, value))) })
}

/** Nodes of derivatives are called after what they are the derivative of. */
const derivativeName = (name: string): string => {
  const known = derivativeNames.get(name)
  return known ?? `${name}Backward0`
}
const derivativeNames: ReadonlyMap<string, string> = new Map([
  ['AddBackward0', 'AddBackward0'],
  ['ExpBackward0', 'MulBackward0'],
  ['MulBackward0', 'MulBackward0'],
  ['PowBackward0', 'MulBackward0'],
  ['SinBackward0', 'MulBackward0'],
  ['CosBackward0', 'MulBackward0'],
  ['SumBackward0', 'ExpandBackward0'],
  ['SumBackward1', 'ExpandBackward0'],
])
