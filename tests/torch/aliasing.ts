// Every view, written through itself, through its base and through another view of the base: what all three hold then, where their
// elements lie, their versions, the nodes of autograd's graph and the gradients, as PyTorch left them.
import * as torch from '@heddle/torch'
import { describe, expect, test } from 'vitest'
import { camelCase } from '../../tools/camel-case.ts'
import recorded from '../golden/torch/aliasing.json' with { type: 'json' }
import { type Argument, argumentOf, numbersOf } from './call-format.ts'

type Step = number | readonly [string, ...Argument[]]

interface Placed {
  readonly shape: readonly number[]
  readonly strides: readonly number[]
  readonly offset: number
  readonly ofBase: boolean
  readonly contiguous: boolean
  /** Elements between its first and the base's first. */
  readonly apart: number | null
}

interface Problem {
  readonly kind: string
  readonly message: string
}

interface Run {
  readonly write: string
  readonly grad?: true
  readonly error?: Problem
  readonly versions?: readonly number[]
  readonly data?: readonly string[]
  readonly nodes?: readonly string[]
  readonly backward?: Problem
  readonly gradients?: readonly (string | null)[]
}

interface AliasingView {
  readonly base: keyof typeof bases
  readonly chain: readonly Step[]
  /** Of the base, the view, and the other view. */
  readonly layouts: readonly Placed[]
  readonly runs: readonly Run[]
}

const { views } = recorded as { readonly views: readonly unknown[] } as {
  readonly views: readonly AliasingView[]
}

const count = (size: number): torch.Tensor => torch.arange(size, { dtype: torch.float32 })
const bases = {
  plain: () => count(24).view(2, 3, 4).clone(),
  ordered: () => count(24).view(4, 3, 2).permute(2, 1, 0).clone(),
  matrix: () => count(12).view(3, 4).clone(),
  thin: () => count(6).view(1, 6, 1).clone(),
}

type Parts = { readonly [K in 'base' | 'view' | 'other' | 'scale']: torch.Tensor }

const writes: Readonly<Record<string, (parts: Parts) => void>> = {
  'view.add_': ({ view }) => void view.add_(100),
  'view.fill_': ({ view }) => void view.fill_(7),
  'view.copy_': ({ view }) => void view.copy_(ramp(view)),
  'base.mul_': ({ base }) => void base.mul_(-2),
  'other.add_': ({ other }) => void other.add_(50),
  'view.mul_, base.add_': ({ base, view }) => {
    view.mul_(3)
    base.add_(1)
  },
  'view.mul_ by the leaf': ({ view, scale }) => void view.mul_(scale),
  'base.mul_ by the leaf, view.mul_': ({ base, view, scale }) => {
    base.mul_(scale)
    view.mul_(2)
  },
  'view.mul_ twice': ({ view }) => {
    view.mul_(2)
    view.mul_(3)
  },
}

function ramp(like: torch.Tensor): torch.Tensor {
  const numbers = Array.from({ length: like.numel() }, (_, k) => (((k * 7) % 11) - 5) / 4)
  return torch.tensor(numbers).view([...like.shape])
}

function follow(base: torch.Tensor, chain: readonly Step[]): torch.Tensor {
  let found: unknown = base
  for (const step of chain) {
    if (typeof step === 'number') {
      found = (found as readonly unknown[])[step]
      continue
    }
    const [name, ...args] = step
    const member = (found as Readonly<Record<string, unknown>>)[camelCase(name)]
    if (member === undefined) throw new Error(`there is no ${camelCase(name)}`)
    found =
      typeof member === 'function'
        ? member.apply(
            found,
            args.map((each) => argumentOf(each, [])),
          )
        : member
  }
  return found as torch.Tensor
}

interface NodeLike {
  name(): string
  readonly nextFunctions: readonly (readonly [NodeLike | null, number])[]
}

function nodes(node: NodeLike | null, depth = 3): string {
  if (node === null) return '-'
  const below = depth === 0 ? [] : node.nextFunctions.map(([each]) => nodes(each, depth - 1))
  return node.name() + (below.length === 0 ? '' : `(${below.join(',')})`)
}

const flat = (tensor: torch.Tensor): number[] =>
  ([tensor.tolist()] as unknown[]).flat(Number.POSITIVE_INFINITY).map(Number)

const place = (tensor: torch.Tensor, base: torch.Tensor, { apart }: Placed): Placed => ({
  shape: [...tensor.shape],
  strides: [...tensor.stride()],
  offset: tensor.storageOffset(),
  ofBase: tensor._base === base,
  contiguous: tensor.isContiguous(),
  apart: apart === null ? null : (tensor.dataPtr() - base.dataPtr()) / 4,
})

/** The class and text of what `run` throws; nothing if it does not. */
function problemOf(run: () => void): Problem | undefined {
  try {
    run()
    return undefined
  } catch (error) {
    const { name, message } = error as Error
    return { kind: name, message }
  }
}

interface Made extends Parts {
  readonly leaf: torch.Tensor
}

function make({ base: name, chain }: AliasingView, isRecorded: boolean): Made {
  const leaf = bases[name]()
  const scale = torch.tensor(1.5)
  if (isRecorded) for (const each of [leaf, scale]) each.requiresGrad_()
  const base = isRecorded ? leaf.mul(1) : leaf
  return { leaf, base, scale, view: follow(base, chain), other: base.asStrided([3], [2], 1) }
}

function checkRun(subject: AliasingView, run: Run): void {
  const made = make(subject, run.grad === true)
  const { base, view, other } = made
  expect(problemOf(() => writes[run.write]?.(made))).toEqual(run.error)
  if (run.data === undefined) return
  expect([base, view, other].map(flat)).toEqual(run.data.map(numbersOf))
  expect([base, view, other].map(({ _version }) => _version)).toEqual(run.versions)
  if (run.grad === true) checkGradients(made, run)
}

function checkGradients(
  { leaf, base, view, scale }: Made,
  { nodes: expected, backward, gradients }: Run,
): void {
  const graph = [nodes(base.gradFn)]
  const problem = problemOf(() => {
    graph.push(nodes(view.gradFn))
    const own = base.mul(ramp(base)).sum()
    const loss = view.requiresGrad ? own.add(view.mul(ramp(view)).sum()) : own
    loss.backward()
  })
  expect(graph).toEqual(expected)
  if (backward !== undefined || gradients !== undefined) expect(problem).toEqual(backward)
  gradients?.forEach((wanted, k) => {
    const { grad } = [leaf, scale][k] as torch.Tensor
    const numbers = wanted === null ? null : numbersOf(wanted).map((each) => expect.closeTo(each, 4))
    expect(grad === null ? null : flat(grad)).toEqual(numbers)
  })
}

/** All of it, of the tensors on the device where they are made by default; `chosen` runs of each view, or all. */
export function describeAliasing(chosen: (view: number, run: number) => boolean = () => true): void {
  describe.each(
    views.map((subject, k) => [`${subject.base}: ${JSON.stringify(subject.chain)}`, subject, k] as const),
  )('%s', (_, subject, k) => {
    test('lies where PyTorch has it', () => {
      const { base, view, other } = make(subject, false)
      const found = [base, view, other].map((each, at) => place(each, base, subject.layouts[at] as Placed))
      expect(found).toEqual(subject.layouts)
    })
    test.for(
      subject.runs
        .filter((_run, at) => chosen(k, at))
        .map((run) => [`${run.write}${run.grad === true ? ', recorded' : ''}`, run] as const),
    )('%s', ([, run]) => checkRun(subject, run))
  })
}
