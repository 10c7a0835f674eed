// Applies operations to tensors and numbers: as new tensors, and in place.
import type { Value } from '@heddle/core'
import * as graphErrors from '../autograd/errors.ts'
import { isGradEnabled, isInferenceModeEnabled } from '../autograd/grad-mode.ts'
import type { Node } from '../autograd/node.ts'
import { applyTo, deviceOf, type NodeForm, nodeFor, onDevice, recordFragment } from '../autograd/record.ts'
import { CopySlices } from '../autograd/view-nodes.ts'
import { canCast, dtypeOf, scalarOf } from '../dtypes.ts'
import { type Cell, cellOfData, hold, letGo } from '../engine/cell.ts'
import { cpu } from '../engine/device.ts'
import type { Fragment } from '../engine/fragment.ts'
import { type ArrayType, sameSizes } from '../engine/types.ts'
import * as errors from '../errors.ts'
import { hasOverlap, meetsPartly, preservedStrides } from '../tensor/layout.ts'
import { Memory } from '../tensor/memory.ts'
import { gradientEdge, Tensor } from '../tensor/tensor.ts'
import { castTo } from './cast.ts'
import { dtypeOfNumber, fragmentFor, type Operation, operation } from './operation.ts'

/** What stands beside a tensor: numbers take on its dtype, as Python's do. JavaScript may also pass bigints and booleans. */
export type Argument = Tensor | number

const none = {}

interface Prepared {
  readonly fragment: Fragment
  readonly operands: readonly Tensor[]
}

/** What arguments are of. */
type Named = Pick<Operation, 'name' | 'operands'>

/** Arguments as tensors and numbers. Throws PyTorch's TypeError for anything else. */
function plainArguments(op: Named, args: readonly unknown[]): readonly Argument[] {
  return args.every(isPlain) ? args : args.map((arg, place) => plainArgument(op, arg, place))
}

const isPlain = (arg: unknown): arg is Argument => typeof arg === 'number' || arg instanceof Tensor

function plainArgument(op: Named, arg: unknown, place: number): Argument {
  if (isPlain(arg)) return arg
  if (typeof arg === 'bigint' && Number.isSafeInteger(Number(arg))) return Number(arg)
  if (typeof arg !== 'bigint' && typeof arg !== 'boolean') {
    throw errors.argumentType(op.name, (op.operands ?? ['self', 'other'])[place] ?? `${place}`, arg)
  }
  const [dtype, value] = typeof arg === 'bigint' ? (['i64', arg] as const) : (['bool', Number(arg)] as const)
  return new Tensor({ memory: new Memory(cellOfData(cpu, dtype, [], scalarOf(dtype, value))) })
}

/** The fragment for arguments; numbers of which there were too many become operands. */
function prepare<O extends object>(op: Operation<O>, args: readonly Argument[], options: O): Prepared {
  const types: (ArrayType | number)[] = []
  for (const arg of args) types.push(typeof arg === 'number' ? arg : arg.type_)
  const fragment = fragmentFor(op, types, options)
  if (fragment !== undefined) return { fragment, operands: args.filter(isTensor) }
  const lifted = args.map((arg) =>
    typeof arg === 'number' ? numberTensor(arg, types, deviceOf(args.filter(isTensor))) : arg,
  )
  return prepare(op, lifted, options)
}

const isTensor = (arg: Argument): arg is Tensor => typeof arg !== 'number'

function numberTensor(
  value: number,
  types: readonly (ArrayType | number)[],
  device: Tensor['device'],
): Tensor {
  const dtype = dtypeOfNumber(value, types)
  return new Tensor({ memory: new Memory(cellOfData(device, dtype, [], scalarOf(dtype, value))) })
}

export function formOf<O extends object>(op: Operation<O>, args: readonly Argument[], options: O): NodeForm {
  const { node } = op
  const name =
    typeof node === 'function'
      ? node(
          args.map((arg) => (typeof arg === 'number' ? arg : arg.type_)),
          options,
        )
      : node
  if (name === null) return noForm
  const { operands = ['self', 'other'] } = op
  const numbers: Record<string, number> = {}
  args.forEach((arg, k) => {
    if (typeof arg === 'number') numbers[operands[k] ?? `argument${k}`] = arg
  })
  const numberEdges = op.numbersHaveEdges === true ? Object.keys(numbers).length : 0
  // Names of tensors alone, where a number comes before one.
  const isMixed = args.some((arg, k) => k > 0 && typeof args[k - 1] === 'number' && typeof arg !== 'number')
  const named = isMixed ? operands.filter((_, k) => typeof args[k] !== 'number') : operands
  return { name, numberEdges, numbers, options, operands: named }
}

const noForm: NodeForm = { name: null }

/** All results of an operation. */
export function runAll<O extends object>(
  op: Operation<O>,
  given: readonly Argument[],
  options: O = none as O,
): readonly Tensor[] {
  const args = plainArguments(op, given)
  const { fragment, operands } = prepare(op, args, options)
  return recordFragment(fragment, operands, formOf(op, args, options))
}

/** The one result of an operation. */
export function run<O extends object>(
  op: Operation<O>,
  args: readonly Argument[],
  options: O = none as O,
): Tensor {
  return runAll(op, args, options)[0] as Tensor
}

/** As `run`; a result of the shape of the first operand keeps its memory order. */
export function runElementwise<O extends object>(
  op: Operation<O>,
  args: readonly Argument[],
  options: O = none as O,
): Tensor {
  const result = run(op, args, options)
  const first = args.find(
    (arg): arg is Tensor => arg instanceof Tensor && sameSizes(arg.type_.shape, result.type_.shape),
  )
  if (first === undefined || first.isContiguous()) return result
  return result.withLayout({ shape: result.type_.shape, strides: preservedStrides(first.layout_), offset: 0 })
}

/** The operation with its result made to fit where the first operand is. */
function inPlaceOf<O extends object>(op: Operation<O>): Operation<O> {
  op.inPlace ??= operation<O>({
    ...op,
    ...op.whenInPlace,
    build(operands, options) {
      const built = op.build(operands, options)
      const [self] = operands
      if (typeof self !== 'object' || isList(built)) throw errors.notSupported(`${op.name} in place`)
      const { dtype, shape } = self.type
      if (!sameSizes(built.type.shape, shape)) throw errors.inplaceShape(shape, built.type.shape)
      if (!canCast(built.type.dtype, dtype)) {
        throw errors.inplaceCast(dtypeOf(built.type.dtype).title, dtypeOf(dtype).title)
      }
      return castTo(built, dtype)
    },
  })
  return op.inPlace
}

const isList = (built: Value | readonly Value[]): built is readonly Value[] => Array.isArray(built)

/** Writes the result of an operation to its first operand. */
export function runInPlace<O extends object>(
  op: Operation<O>,
  self: Tensor,
  others: readonly Argument[] = [],
  options: O = none as O,
): Tensor {
  const args = plainArguments(op, [self, ...others])
  requireWritable(self, args.filter(isTensor), op.overwrites)
  const inPlace = inPlaceOf(op)
  const { fragment, operands: given } = prepare(inPlace, args, options)
  const device = deviceOf(given)
  if (device !== self.device) throw errors.twoDevices(device, self.device)
  const operands = onDevice(device, given)
  const overwritten = self.cell
  hold(overwritten)
  const versions = operands.map(({ counter }) => counter.version)
  const cells = applyTo(device, fragment, operands)
  const node = nodeFor(fragment, operands, cells, formOf(inPlace, args, options))
  writeWith(self, cells[0] as Cell, node)
  if (node !== null) {
    node.overwritten = overwritten
    node.keep(operands, [self], true, versions)
  }
  letGo(overwritten)
  return self
}

/** Throws where a tensor may not be written to. */
export function requireWritable(
  self: Tensor,
  operands: readonly Tensor[] = [self],
  overwrites = false,
): void {
  if (isGradEnabled()) requireFollowed(self, operands)
  if (!overwrites && hasOverlap(self.layout_)) throw errors.internalOverlap()
  for (const operand of operands) {
    if (operand !== self && operand.memory === self.memory && meetsPartly(self.layout_, operand.layout_))
      throw errors.partialOverlap()
  }
  if (self.isInference() && !isInferenceModeEnabled()) throw graphErrors.inferenceWritten()
}

/** Throws where autograd could not follow what is written. */
function requireFollowed(self: Tensor, operands: readonly Tensor[]): void {
  const { origin } = self
  const base = origin?.base
  if (base?.requiresGrad !== true && !operands.some(({ requiresGrad }) => requiresGrad)) return
  if (origin === undefined || base === undefined) {
    if (self.requiresGrad && self.isLeaf) throw graphErrors.leafInPlace()
    return
  }
  const { madeBy } = self
  if (origin.creation !== 'default')
    throw graphErrors.viewInPlace(origin.creation, madeBy?.node.name() ?? '', madeBy?.index ?? 0)
  if (base.requiresGrad && base.isLeaf) throw graphErrors.viewOfLeafInPlace()
  // As PyTorch: a view from before its base required a gradient, whose node nobody has asked for since.
  if (self.requiresGrad && madeBy === null) throw graphErrors.leafInPlace()
}

/** Writes contents, and makes `node` the node of the tensor, or of what it is a view of. */
function writeWith(self: Tensor, cell: Cell, node: Node | null): void {
  const { origin } = self
  const base = origin?.base
  const baseEdge = base === undefined ? null : gradientEdge(base)
  self.write(cell)
  if (node === null) return
  if (origin === undefined || base === undefined) {
    self.edge = { node, index: 0 }
    return
  }
  base.edge = { node: new CopySlices(base.type_, baseEdge, origin.viewFor(self), node), index: 0 }
  // From now on the view has a node for what it shows.
  requireNode(self)
}

/** Works out the node of a view of what was written to. */
const requireNode = (view: Tensor): void => void view.edge
