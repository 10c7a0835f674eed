// `torch.utils.checkpoint`: parts of a program whose inside is not kept for backward but computed again, with the random numbers it
// had. What is computed again stands behind a barrier, so that within one plan it is not taken for the first.
import type { Value } from '@heddle/core'
import { isReachingAllLeaves, runBackward } from '../autograd/backward.ts'
import { AutogradFunction, type FunctionContext } from '../autograd/function.ts'
import { isGradEnabled, withGradMode } from '../autograd/grad-mode.ts'
import type { Edge } from '../autograd/node.ts'
import { currentPacking, type Packed, type Packing, withPacking } from '../autograd/packing.ts'
import type { Cell } from '../engine/cell.ts'
import type { ArrayType } from '../engine/types.ts'
import { argumentError, type TorchError, warn } from '../errors.ts'
import { operation } from '../ops/operation.ts'
import { run } from '../ops/run.ts'
import { isOptions } from '../ops/signature.ts'
import { forkRng, getRngState, setRngState } from '../random/default-generator.ts'
import { Memory } from '../tensor/memory.ts'
import { gradientEdge, Tensor } from '../tensor/tensor.ts'

export interface CheckpointOptions {
  /**
   * Whether the inside is one node, whose backward runs a backward of its own; else the inside has its nodes, which get what they need
   * when it is computed again. PyTorch recommends false.
   */
  readonly useReentrant?: boolean
  /** What is computed again draws the same random numbers. Default true. */
  readonly preserveRngState?: boolean
}

const optionNames = ['useReentrant', 'preserveRngState']

const apart = operation({
  name: 'checkpointed',
  node: 'AliasBackward0',
  build: ([x]) => (x as Value).builder.barrier(x as Value),
})

/** What `fn` gives for arguments, and when it is computed again. */
type Body = (...args: readonly unknown[]) => unknown

const withRandomState = <T>(state: Uint8Array | undefined, body: () => T): T =>
  state === undefined
    ? body()
    : forkRng(() => {
        setRngState(state)
        return body()
      })

const tensorsOf = (result: unknown): readonly Tensor[] => {
  if (result instanceof Tensor) return [result]
  return Array.isArray(result) ? result.flatMap(tensorsOf) : []
}

/** What was computed again for backward only is no result of the program. */
function forgetResults(result: unknown): void {
  for (const { cell } of tensorsOf(result)) if (cell.application !== undefined) cell.application.isRead = true
}

interface KeptArgument {
  readonly packed: Packed
  readonly edge: Edge | null
}

/** Of arguments and random numbers, and of what the nodes of the inside would keep, by the order in which they would. */
class Recomputation implements Packing {
  readonly #body: Body
  readonly #args: readonly unknown[]
  readonly #kept: ReadonlyMap<number, KeptArgument>
  readonly #state: Uint8Array | undefined
  readonly #types: ArrayType[] = []
  /** Computed again and not asked for yet. */
  #found: Map<number, Cell> = new Map()
  #isReleased = false

  constructor(body: Body, args: readonly unknown[], preserveRngState: boolean) {
    this.#body = body
    this.#state = preserveRngState ? getRngState() : undefined
    // Inside of another part that is computed again arguments are computed again, too.
    const around = currentPacking() ?? held
    const kept = new Map<number, KeptArgument>()
    args.forEach((arg, at) => {
      if (arg instanceof Tensor) kept.set(at, { packed: around.pack(arg.cell), edge: gradientEdge(arg) })
    })
    this.#kept = kept
    this.#args = args.map((arg) => (arg instanceof Tensor ? undefined : arg))
  }

  pack({ type }: Cell): Packed {
    const at = this.#types.length
    this.#types.push(type)
    return { unpack: () => this.#take(at), release: () => this.#release() }
  }

  #take(at: number): Cell {
    if (!this.#found.has(at)) this.#compute()
    const found = this.#found.get(at) as Cell
    if (found.type !== this.#types[at]) throw otherContents(at, this.#types[at] as ArrayType, found.type)
    this.#found.delete(at)
    return found
  }

  #compute(): void {
    const again: Cell[] = []
    const nothing = { unpack: (): never => again[0] as never, release: () => undefined }
    const collecting: Packing = {
      pack(cell) {
        again.push(cell)
        return nothing
      },
    }
    withGradMode(true, () =>
      withRandomState(this.#state, () => {
        const args = this.#args.map((arg, at) => {
          const kept = this.#kept.get(at)
          return kept === undefined ? arg : argumentOf(kept)
        })
        forgetResults(withPacking(collecting, () => this.#body(...args)))
      }),
    )
    if (again.length !== this.#types.length) throw otherCount(this.#types.length, again.length)
    this.#found = new Map(again.entries())
  }

  #release(): void {
    if (this.#isReleased) return
    this.#isReleased = true
    for (const { packed } of this.#kept.values()) packed.release()
  }
}

const argumentOf = ({ packed, edge }: KeptArgument): Tensor =>
  run(apart, [new Tensor({ memory: new Memory(packed.unpack()), edge })])

/** Contents that are kept as they are. */
const held: Packing = {
  pack(cell) {
    cell.keepCount++
    return {
      unpack: () => cell,
      release() {
        cell.keepCount--
      },
    }
  },
}

/** The part as one node. */
class CheckpointFunction extends AutogradFunction {
  static override forward(
    ctx: FunctionContext,
    body: Body,
    preserveRngState: boolean,
    ...args: unknown[]
  ): Tensor | readonly Tensor[] {
    if (!args.some((arg) => arg instanceof Tensor && arg.requiresGrad)) {
      warn('None of the inputs have requires_grad=True. Gradients will be None')
    }
    ctx['state'] = preserveRngState ? getRngState() : undefined
    ctx['body'] = body
    ctx['args'] = args.map((arg) => (arg instanceof Tensor ? undefined : arg))
    ctx.saveForBackward(...args.map((arg) => (arg instanceof Tensor ? arg : null)))
    for (const arg of args) if (arg instanceof Tensor) arg.cell.keepCount++
    ctx['isHeld'] = true
    return body(...args) as Tensor | readonly Tensor[]
  }

  static override backward(ctx: FunctionContext, ...grads: Tensor[]): (Tensor | null)[] {
    if (!isReachingAllLeaves()) throw notReachingLeaves()
    const { savedTensors } = ctx
    if (ctx['isHeld'] === true) for (const saved of savedTensors) if (saved !== null) saved.cell.keepCount--
    ctx['isHeld'] = false
    const inputs = savedTensors.map((saved) => {
      if (saved === null) return null
      const again = run(apart, [saved.detach()])
      return again.requiresGrad_(saved.requiresGrad)
    })
    const args = (ctx['args'] as readonly unknown[]).map((arg, at) => inputs[at] ?? arg)
    const result = withGradMode(true, () =>
      withRandomState(ctx['state'] as Uint8Array | undefined, () => (ctx['body'] as Body)(...args)),
    )
    forgetResults(result)
    const roots = tensorsOf(result).flatMap((tensor, at) => {
      const grad = grads[at]
      return tensor.requiresGrad && grad != null ? [{ tensor, grad }] : []
    })
    if (roots.length === 0) throw unnecessary()
    runBackward(roots, { keepGraph: false, createGraph: false, accumulates: true, isInner: true })
    return [null, null, ...inputs.map((input) => input?.grad ?? null)]
  }
}

/** The options of `checkpoint` among those at the end, and arguments of `fn` with the others. */
function splitArguments(all: readonly unknown[]): readonly [readonly unknown[], CheckpointOptions] {
  const last = all.at(-1)
  if (!isOptions(last)) return [all, {}]
  const entries = Object.entries(last)
  const isOption = ([name]: readonly [string, unknown]): boolean => optionNames.includes(name)
  const own = Object.fromEntries(entries.filter(isOption))
  const others = entries.filter((entry) => !isOption(entry))
  const args = all.slice(0, -1)
  return [others.length === 0 ? args : [...args, Object.fromEntries(others)], own]
}

/** Arguments of `fn`, of which the last may be options, and the options of `checkpoint` with them or after them. */
type CheckpointArguments<A extends readonly unknown[]> =
  | readonly [...A, options?: CheckpointOptions]
  | (A extends readonly [...infer First, infer Last extends object]
      ? readonly [...First, options: Last & CheckpointOptions]
      : never)

/**
 * `fn(...args)`, whose backward computes the inside again instead of keeping it. The last argument may be options; others in it are
 * those of `fn`.
 *
 * - C1 `fn` gives the same for the same arguments and random numbers: what is kept is as many tensors of the same types. Throws
 *   PyTorch's RuntimeError in backward.
 * - C2 with `useReentrant` an argument requires a gradient, and gradients of all leaves are asked for.
 *
 * @example
 * const layer = new torch.nn.Linear(2, 2)
 * const x = torch.ones(2, { requiresGrad: true })
 * torch.utils.checkpoint.checkpoint((h) => layer(h).relu(), x, { useReentrant: false }).sum().backward()
 * x.grad?.shape // torch.Size([2])
 */
export function checkpoint<A extends readonly unknown[], R>(
  fn: (...args: A) => R,
  ...all: CheckpointArguments<A>
): R {
  const [args, { useReentrant, preserveRngState = true }] = splitArguments(all)
  if (useReentrant === undefined) warn(unsaid)
  const body: Body = (...given) => Reflect.apply(fn, undefined, given)
  if (useReentrant ?? true) return CheckpointFunction.apply(body, preserveRngState, ...args) as R
  if (!isGradEnabled()) return body(...args) as R
  const packing = new Recomputation(body, args, preserveRngState)
  return withPacking(packing, () => body(...args)) as R
}

/** Modules one after the other, in `segments` parts; the last part is kept as it is. */
export function checkpointSequential(
  functions: Iterable<(input: Tensor) => Tensor>,
  segments: number,
  input: Tensor,
  options: CheckpointOptions = {},
): Tensor {
  const all = [...functions]
  const size = Math.floor(all.length / segments)
  const part =
    (from: number, to: number) =>
    (x: Tensor): Tensor =>
      all.slice(from, to).reduce((value, each) => each(value), x)
  let value = input
  let from = 0
  for (; from < size * (segments - 1); from += size)
    value = checkpoint(part(from, from + size), value, options)
  return part(from, all.length)(value)
}

const unsaid =
  'torch.utils.checkpoint: the use_reentrant parameter should be passed explicitly. In version 2.5 we will raise an exception if use_reentrant is not passed. use_reentrant=False is recommended, but if you need to preserve the current default behavior, you can pass use_reentrant=True. Refer to docs for more details on the differences between the two variants.'

const notReachingLeaves = (): TorchError =>
  argumentError(
    'Checkpointing is not compatible with .grad() or when an `inputs` parameter is passed to .backward(). Please use .backward() and do not pass its `inputs` argument.',
  )
const unnecessary = (): TorchError =>
  argumentError('none of output has requires_grad=True, this checkpoint() is not necessary')
const otherCount = (before: number, again: number): TorchError =>
  argumentError(
    `torch.utils.checkpoint: A different number of tensors was saved during the original forward and recomputation.\nNumber of tensors saved during forward: ${before}\nNumber of tensors saved during recomputation: ${again}`,
    { before, again },
  )
const otherContents = (place: number, before: ArrayType, again: ArrayType): TorchError => {
  const text = ({ dtype, shape }: ArrayType): string => `${dtype} [${shape.join(', ')}]`
  return argumentError(
    `torch.utils.checkpoint: Recomputed values for the following tensors have different metadata than during the forward pass.\ntensor at position ${place}:\nsaved metadata: ${text(before)}\nrecomputed metadata: ${text(again)}`,
    { place },
  )
}
