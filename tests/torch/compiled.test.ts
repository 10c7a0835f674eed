// Compiled functions against eager ones, to the bit: recorded calls, with fresh operands of the same kind each time, so that the last
// call repeats what those before recorded. Every third call by default, which is a matter of seconds; with COMPILED=all every one.
import * as torch from '@heddle/torch'
import { describe, expect, test } from 'vitest'
import { callFamilies } from './call-files.ts'
import { type CallCase, callWith, prepare } from './call-format.ts'

describe('compiled calls give what eager ones do', () => {
  /** How many calls stay eager for a reason. */
  const reasons = new Map<string, number>()
  test.for(callFamilies().map(({ name, cases }) => [name, cases] as const))('%s', ([, cases]) => {
    for (const subject of cases.filter(({ error }) => error === undefined).filter(isTaken)) {
      const form = subject.forms[0] as CallCase['forms'][number]
      const compiled = torch.compile((operands: readonly torch.Tensor[]) => callWith(subject, form, operands))
      const runs = [
        (operands: readonly torch.Tensor[]) => callWith(subject, form, operands),
        compiled,
        compiled,
        compiled,
      ].map((run) => observed(subject, run))
      expect(runs[1], `${subject.name}: while it is recorded`).toEqual(runs[0])
      expect(runs[2], `${subject.name}: while it is recorded again`).toEqual(runs[0])
      expect(runs[3], `${subject.name}: repeated`).toEqual(runs[0])
      const reason = / runs eagerly, since (.*); /.exec(compiled.explain())?.[1] ?? 'compiled'
      reasons.set(reason, (reasons.get(reason) ?? 0) + 1)
    }
  })
  test('three of four are repeated, and the others say why not', () => {
    const known = [
      'compiled',
      'the contents of a tensor are looked at',
      'a result shares memory with a tensor from outside',
      'a tensor from outside is written to where a gradient goes through it',
      'a view from outside is written to',
      'a tensor from outside is made to share other memory',
      'a tensor from outside is told whether it requires a gradient',
      'memory is shared with a typed array',
      'contents come from where nobody looked', // `asStrided` of a view: memory that no tensor shows as it is
      'results share memory',
      'the memory of a result has gaps',
      'the result holds a DType',
    ]
    const rest = [...reasons.keys()].filter((reason) => !known.includes(reason))
    expect(rest.filter((reason) => !/^backward through it fails: .* not implemented/.test(reason))).toEqual(
      [],
    )
    const total = [...reasons.values()].reduce((sum, count) => sum + count, 0)
    expect((reasons.get('compiled') ?? 0) / total).toBeGreaterThan(0.75)
  })
})

const isTaken = (_: unknown, k: number): boolean => process.env['COMPILED'] === 'all' || k % 3 === 0

function observed(subject: CallCase, run: (operands: readonly torch.Tensor[]) => unknown): unknown {
  torch.manualSeed(0)
  const { leaves, operands } = prepare(subject, subject.forms[0] as CallCase['forms'][number])
  const before = operands.map(({ _version: version }) => version)
  const result = run(operands)
  const results = tensorsOf(result)
  const through = results.filter((each) => each.requiresGrad && each.gradFn !== null)
  const wanted = leaves.filter((leaf) => leaf.requiresGrad)
  return {
    result: results.length === 0 ? String(result) : results.map(seen),
    gradients: through.length === 0 || wanted.length === 0 ? [] : gradientsOf(through, wanted),
    operands: operands.map((each, k) => [seen(each), each._version - (before[k] as number)]),
    same: results.map((each) => operands.indexOf(each)),
    random: torch.rand(1).item(),
  }
}

/** Or what is wrong. */
function gradientsOf(through: readonly torch.Tensor[], wanted: readonly torch.Tensor[]): unknown {
  try {
    const gradOutputs = through.map((each) => torch.onesLike(each))
    const found = torch.autograd.grad(through, wanted, { gradOutputs, allowUnused: true })
    return found.map((each) => (each === null ? null : seen(each)))
  } catch (error) {
    return String(error)
  }
}

const seen = (tensor: torch.Tensor): unknown => [
  tensor.dtype.name,
  [...tensor.shape],
  // A view of what the function made becomes a tensor of its own: without gaps in memory.
  [...tensor.detach().clone().stride()],
  tensor.requiresGrad,
  [...tensor.detach().toArray()],
]

function tensorsOf(result: unknown): readonly torch.Tensor[] {
  if (result instanceof torch.Tensor) return [result]
  const isIterable =
    typeof result === 'object' &&
    result !== null &&
    Symbol.iterator in result &&
    !(result instanceof torch.Size)
  return isIterable ? [...(result as Iterable<unknown>)].flatMap(tensorsOf) : []
}
