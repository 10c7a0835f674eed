// A region: the body of a control-flow op, as a graph of its own. Its inputs stand for what the op hands in, its results for
// what it takes out. Closed and immutable: a region reads nothing but its inputs, and equal bodies are equal regions, whoever
// made them (`structural-key.ts` compares them node by node).
import { HeddleError } from '../errors.ts'
import { currentProvenance, locationOf } from './provenance.ts'
import { formatType } from './tensor-type.ts'
import { postOrder } from './traverse.ts'
import type { Value } from './value.ts'

export interface Region {
  /** In the order the op hands them in; all of one builder, which is the region's own. */
  readonly inputs: readonly Value<'input'>[]
  readonly results: readonly Value[]
}

/** The nodes of every region made. Being a key here is what makes a value a region. */
const known = new WeakMap<object, readonly Value[]>()

/** Throws `GRAPH_REGION_OPEN` for a body that reads an input that is not among `inputs`. */
export function createRegion(inputs: readonly Value<'input'>[], results: readonly Value[]): Region {
  const region: Region = Object.freeze({ inputs: [...inputs], results: [...results] })
  const nodes = postOrder([...inputs, ...results])
  const declared = new Set<Value>(inputs)
  for (const node of nodes) if (node.op === 'input' && !declared.has(node)) throw openRegion(node)
  known.set(region, nodes)
  return region
}

export const isRegion = (data: object): data is Region => known.has(data)

/** All values of a region, operands first, inputs before all others. Their positions are how ops name values of a region. */
export const regionNodes = (region: Region): readonly Value[] => known.get(region) ?? []

const positions = new WeakMap<Region, ReadonlyMap<Value, number>>()

/** Position of each value among `regionNodes`. */
export function regionPositions(region: Region): ReadonlyMap<Value, number> {
  const found = positions.get(region)
  if (found !== undefined) return found
  const made = new Map(regionNodes(region).map((node, position) => [node, position]))
  positions.set(region, made)
  return made
}

const none: readonly Region[] = []

/** The regions among the attributes of a node. */
export function regionsOf({ attrs }: Value): readonly Region[] {
  let regions: Region[] | undefined
  const fields = attrs as Readonly<Record<string, unknown>>
  for (const name in fields) {
    const value = fields[name]
    if (typeof value !== 'object' || value === null || !isRegion(value)) continue
    if (regions === undefined) regions = [value]
    else regions.push(value)
  }
  return regions ?? none
}

/** All regions of the nodes, and theirs, each once, inner before outer. */
export function allRegions(nodes: Iterable<Value>): readonly Region[] {
  const done = new Set<Region>()
  const stack: { readonly region: Region; readonly inner: readonly Region[]; next: number }[] = []
  const enter = (region: Region): void => {
    if (!done.has(region)) stack.push({ region, inner: regionNodes(region).flatMap(regionsOf), next: 0 })
  }
  const finish = (): void => {
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const inner = top.inner[top.next++]
      if (inner !== undefined) enter(inner)
      else {
        stack.pop()
        done.add(top.region)
      }
    }
  }
  for (const node of nodes) {
    for (const region of regionsOf(node)) {
      enter(region)
      finish()
    }
  }
  return [...done]
}

const openRegion = (node: Value): HeddleError =>
  new HeddleError(
    'GRAPH_REGION_OPEN',
    `region: reads input '${(node as Value<'input'>).attrs.name}' ${formatType(node.type)}, which is not among its inputs; a region reads only what its op hands in`,
    { details: { name: (node as Value<'input'>).attrs.name }, location: locationOf(currentProvenance()) },
  )
