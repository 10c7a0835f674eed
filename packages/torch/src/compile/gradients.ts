// The gradients of a compiled function, recorded once with cotangents that have no contents: the very walk that backward takes, from
// the results to the nodes that were there before the function ran.
import { isFloat } from '@heddle/core'
import { AccumulateGrad } from '../autograd/accumulate.ts'
import { type Root, runBackward } from '../autograd/backward.ts'
import type { Edge, Node } from '../autograd/node.ts'
import { type Application, type Cell, placeholder, setAside } from '../engine/cell.ts'
import { type Watcher, watchWith } from '../engine/watch.ts'
import { TorchError } from '../errors.ts'
import { Memory } from '../tensor/memory.ts'
import { gradientEdge, Tensor } from '../tensor/tensor.ts'
import { joinedFragment } from './joined-fragment.ts'
import type { Places } from './places.ts'
import type { BackwardProgram } from './program.ts'
import type { Origin, Recording } from './recording.ts'

export interface Gradients {
  readonly program: BackwardProgram
  readonly operations: number
  readonly signature: readonly number[]
}

/** Gradients through `results`, which have nodes; `args` are those of the function, `since` the number of its first node. */
export function gradientsOf(
  recording: Recording,
  places: Places,
  results: readonly Tensor[],
  args: readonly Tensor[],
  since: number,
): Gradients | 'freed' | undefined {
  const isEnd = (node: Node): boolean => node instanceof AccumulateGrad || node.sequence < since
  const nodes = nodesOf(results, isEnd)
  if (nodes.some(hasHooks)) {
    recording.refuse('there are hooks in the graph of a result')
    return undefined
  }
  const tape = new Tape(recording)
  const reached = new Map<Node, readonly (Tensor | null)[]>()
  const cotangents: Cell[] = []
  const roots: Root[] = results.map((tensor) => {
    const cell = placeholder(tensor.device, tensor.type_)
    cotangents.push(cell)
    return { tensor, grad: new Tensor({ memory: new Memory(cell) }) }
  })
  try {
    tape.watch(() =>
      setAside(() =>
        runBackward(roots, {
          keepGraph: true,
          createGraph: false,
          accumulates: false,
          arrivals: { isEnd, reached },
        }),
      ),
    )
  } catch (error) {
    if (error instanceof TorchError && error.code === 'TORCH_BACKWARD_TWICE') return 'freed'
    recording.refuse(`backward through it fails: ${error instanceof Error ? error.message : error}`)
  }
  if (recording.reason !== undefined) return undefined
  const leads = results.map((result) => endsOf(result, isEnd))
  const arrived = arrivedAt(recording, reached, args, leads)
  return joinGradients(recording, places, tape, cotangents, arrived, results)
}

/** Nodes of the function, and those where it ends. */
function nodesOf(results: readonly Tensor[], isEnd: (node: Node) => boolean): readonly Node[] {
  const seen = new Set<Node>()
  for (const { gradFn } of results) if (gradFn !== null && !isEnd(gradFn)) seen.add(gradFn)
  for (const node of seen) {
    for (const edge of node.edges) if (edge !== null && !isEnd(edge.node)) seen.add(edge.node)
  }
  return [...seen]
}

/** Nodes where a walk ends, with the places it comes to them by. */
type Ends = ReadonlyMap<Node, ReadonlySet<number>>

function endsOf({ edge }: Tensor, isEnd: (node: Node) => boolean): Ends {
  const ends = new Map<Node, Set<number>>()
  const seen = new Set<Node>()
  const follow = (edge: Edge | null): void => {
    if (edge === null) return
    const { node, index } = edge
    if (!isEnd(node)) seen.add(node)
    else ends.set(node, (ends.get(node) ?? new Set()).add(index))
  }
  follow(edge)
  for (const node of seen) node.edges.forEach(follow)
  return ends
}

const hasHooks = ({ hooks, preHooks, tensorHooks, retained }: Node): boolean =>
  hooks.size + preHooks.size + tensorHooks.size + retained.size > 0

interface Arrived {
  readonly tensor: Origin
  readonly cell: Cell
  /** The results it comes from. */
  readonly of: ReadonlySet<number>
}

function arrivedAt(
  recording: Recording,
  reached: ReadonlyMap<Node, readonly (Tensor | null)[]>,
  args: readonly Tensor[],
  leads: readonly Ends[],
): readonly Arrived[] {
  const arrived: Arrived[] = []
  const byArgument = new Map<Node, Map<number, number>>()
  args.forEach((arg, index) => {
    const edge = gradientEdge(arg)
    if (edge === null) return
    const places = byArgument.get(edge.node) ?? new Map<number, number>()
    places.set(edge.index, index)
    byArgument.set(edge.node, places)
  })
  for (const [node, grads] of reached) {
    grads.forEach((grad, at) => {
      if (grad === null) return
      const index = byArgument.get(node)?.get(at)
      const of = new Set(leads.flatMap((ends, k) => (ends.get(node)?.has(at) === true ? [k] : [])))
      if (index !== undefined) {
        arrived.push({ tensor: { from: 'argument', index }, cell: grad.contents, of })
      } else if (!(node instanceof AccumulateGrad)) {
        recording.refuse('a tensor from outside brings a history of its own')
      } else if (!recording.isMade(node.variable)) {
        arrived.push({ tensor: { from: 'tensor', tensor: node.variable }, cell: grad.contents, of })
      }
    })
  }
  return arrived
}

function joinGradients(
  recording: Recording,
  places: Places,
  { producers, constants }: Tape,
  cotangents: readonly Cell[],
  arrived: readonly Arrived[],
  results: readonly Tensor[],
): Gradients | undefined {
  const operands: BackwardProgram['operands'][number][] = []
  for (const cell of constants) recording.constants.add(cell)
  const joined = joinedFragment(
    recording,
    arrived.map(({ cell }) => cell),
    producers,
    (leaves) => {
      const cells: Cell[] = []
      const add = (cell: Cell): void => {
        if (cells.includes(cell)) return
        const cotangent = cotangents.indexOf(cell)
        cells.push(cell)
        operands.push(cotangent >= 0 ? { cotangent } : places.placeOf(cell, places.last))
      }
      for (const leaf of leaves) add(leaf)
      // A cotangent may be a gradient as it is.
      for (const { cell } of arrived) if (!producers.has(cell)) add(cell)
      return cells
    },
  )
  if (joined === undefined) return undefined
  return {
    program: {
      fragment: joined.fragment,
      operands,
      inputs: arrived.map(({ tensor, of }, output) => ({ tensor, output, of })),
      outputs: results.map(({ type_ }) => type_),
      device: joined.device,
    },
    operations: joined.operations,
    signature: joined.signature,
  }
}

/** Hears of what the walk records. */
class Tape implements Watcher {
  readonly producers: Map<Cell, Application> = new Map()
  readonly constants: Set<Cell> = new Set()
  readonly #recording: Recording

  constructor(recording: Recording) {
    this.#recording = recording
  }

  watch(body: () => void): void {
    const before = watchWith(this)
    try {
      body()
    } finally {
      watchWith(before)
    }
  }

  applied(application: Application): void {
    for (const cell of application.outputs) this.producers.set(cell, application)
  }
  given(cell: Cell): void {
    this.constants.add(cell)
  }
  drawing(): void {
    this.refuse('backward draws random numbers')
  }
  refuse(reason: string): void {
    this.#recording.refuse(reason)
  }
  aside<T>(_: object, run: () => T): T {
    return run()
  }
  drawn(): void {}
  made(): void {}
  seen(): void {}
  written(): void {}
  changed(): void {}
  gradientRead(): void {}
  gradientSet(): void {}
  lossNoted(): void {}
  moduleCalled(): void {}
  depends(): void {}
  // A part that is computed again draws what it drew; if nothing is drawn, nothing changes.
  seeded(): void {}
  walked(): void {}
}

export const hasGradient = (tensor: Tensor): boolean => tensor.gradFn !== null && isFloat(tensor.dtype.core)
