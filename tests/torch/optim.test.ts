// Optimisers step for step as PyTorch's, and what they print, keep and refuse, as `tools/golden/torch/optim.py` recorded it.
import * as torch from '@heddle/torch'
import { describe, expect, it } from 'vitest'
import golden from './optim.json' with { type: 'json' }
import { refused, wrong } from './refused.ts'

const { nn, optim } = torch
const { stats } = torch._internal

type Options = Readonly<Record<string, unknown>>
type Make = (params: torch.nn.Parameter[], options: Options) => torch.optim.Optimizer
type Constructor = new (params: torch.nn.Parameter[], options: Options) => torch.optim.Optimizer

/** Options come as data, which no one constructor's types would take. */
const make =
  (name: string): Make =>
  (params, options) => {
    const Optimizer = Reflect.get(optim, name) as Constructor
    return new Optimizer(params, options)
  }

const dtypeOf = (name: string): torch.DType => (name === 'float64' ? torch.float64 : torch.float32)
const numbers = (params: readonly torch.Tensor[]): readonly number[] =>
  params.flatMap((param) => [...param.detach().reshape(-1).toArray()].map(Number))

interface Problem {
  readonly params: torch.nn.Parameter[]
  /** Sets the gradients of a step, counted from 1. */
  readonly grade: (step: number) => void
}

function problem(dtype: torch.DType): Problem {
  const params = golden.start.map((start) => new nn.Parameter(torch.tensor(start, { dtype })))
  const curvature = golden.curvature.map((values) => torch.tensor(values, { dtype }))
  const grade = (step: number): void => {
    const pull = torch.tensor(golden.pulls[step % golden.pulls.length] ?? 0, { dtype })
    params.forEach((param, k) => {
      param.grad = (curvature[k] as torch.Tensor).mul(param.detach()).add(pull)
    })
  }
  return { params, grade }
}

/** Powers and roots of a step's numbers are C's there and JavaScript's here: the last bit of a double. */
const tolerance = { float64: 1e-13, float32: 0 }

describe('an optimiser', () => {
  it.each(golden.cases)(
    '$name $options follows PyTorch in $dtype',
    ({ name, options, dtype, shown, state }) => {
      const { params, grade } = problem(dtypeOf(dtype))
      const optimizer = make(name)(params, options)
      const found: (readonly number[])[] = []
      for (let step = 1; step <= golden.steps; step++) {
        grade(step)
        optimizer.step()
        if (golden.shownAt.includes(step)) found.push(numbers(params))
      }
      const relative = tolerance[dtype as keyof typeof tolerance]

      found.forEach((values, k) => {
        expectClose(values, shown[k] ?? [], relative)
      })
      const kept = optimizer.stateDict().state
      const own = kept instanceof Map ? kept.get(1) : undefined
      expect(Object.keys(own ?? {})).toEqual(Object.keys(state))
      for (const [key, value] of Object.entries(state)) {
        const held = own?.[key]
        if (held instanceof torch.Tensor) expectClose(numbers([held]), value as number[], relative)
        else expect(held).toBe(value)
      }
    },
  )

  /** PyTorch's kernels round some products of bfloat16 once where ours round twice: the last of its 8 bits. */
  it.each(golden.narrow)('$name moves parameters of bfloat16', ({ name, options, values }) => {
    const dtype = torch.bfloat16
    const param = new nn.Parameter(torch.tensor([1, 2, 3], { dtype }))
    param.grad = torch.tensor([1, -1, 0.5], { dtype })
    make(name)([param], options).step()

    expectClose(param.tolist() as number[], values, 2 ** -8)
  })

  it('prints as PyTorch prints it', () => {
    const params = [new nn.Parameter(torch.zeros(2))]
    const texts = Object.keys(golden.texts).map((name) => [
      name,
      String(make(name)(params, name === 'SGD' ? { lr: 0.1, momentum: 0.9 } : {})),
    ])

    expect(Object.fromEntries(texts)).toEqual(golden.texts)
  })

  it('takes options by position', () => {
    const { paramGroups } = new optim.SGD([new nn.Parameter(torch.zeros(2))], 0.1, 0.9, { nesterov: true })

    expect(paramGroups[0]).toMatchObject({ lr: 0.1, momentum: 0.9, nesterov: true, weightDecay: 0 })
  })
})

function expectClose(found: readonly number[], expected: readonly number[], relative: number): void {
  expect(found).toHaveLength(expected.length)
  if (relative === 0) {
    expect(found).toEqual(expected)
    return
  }
  const scale = Math.max(...expected.map(Math.abs))
  found.forEach((value, k) => {
    expect(Math.abs(value - (expected[k] ?? Number.NaN))).toBeLessThanOrEqual(relative * scale)
  })
}

type Search = (typeof golden.lbfgs)[number]

/** What rounding does to the search, for it decides by numbers: how far PyTorch's own runs in float32 and float64 are apart. */
function distanceToFloat64({ options, points, losses }: Search): number {
  const same = (search: Search) =>
    search.dtype === 'float64' &&
    Object.entries(search.options).toString() === Object.entries(options).toString()
  const exact = golden.lbfgs.find(same) as Search
  const all = [...losses, ...points.flat()]
  return Math.max(
    ...[...exact.losses, ...exact.points.flat()].map((value, k) => Math.abs(value - (all[k] ?? 0))),
  )
}

describe('LBFGS', () => {
  it.each(golden.lbfgs)('$options finds the points of PyTorch in $dtype', (expected) => {
    const x = new nn.Parameter(torch.tensor([-1.5, 2, 0.5], { dtype: dtypeOf(expected.dtype) }))
    const optimizer = make('LBFGS')([x], expected.options)
    const closure = (): torch.Tensor => {
      optimizer.zeroGrad()
      const [a, b, c] = [...x] as [torch.Tensor, torch.Tensor, torch.Tensor]
      const left = a.rsub(1)
      const middle = b.sub(a.mul(a))
      const right = c.sub(b)
      const loss = left.mul(left).add(middle.mul(middle).mul(5)).add(right.mul(right).mul(2))
      loss.backward()
      return loss
    }
    const bound = expected.dtype === 'float64' ? 1e-9 : 4 * distanceToFloat64(expected)

    expected.points.forEach((point, k) => {
      const found = [optimizer.step(closure)?.item() ?? 0, ...numbers([x])]
      const apart = [expected.losses[k] ?? 0, ...point].map((value, at) => Math.abs(value - (found[at] ?? 0)))
      expect(Math.max(...apart)).toBeLessThanOrEqual(bound)
    })
    if (expected.dtype === 'float64') {
      expect(optimizer.state.get(x)).toMatchObject({
        funcEvals: expected.evaluations,
        nIter: expected.iterations,
      })
    }
  })
})

describe('LBFGS with a line search', () => {
  it('compiles nothing once its history has begun', () => {
    const x = new nn.Parameter(torch.tensor([-1.2, 1, 2, -2]))
    const optimizer = new optim.LBFGS([x], { maxIter: 4, lineSearchFn: 'strong_wolfe' })
    const closure = (): torch.Tensor => {
      optimizer.zeroGrad()
      const loss = x.mul(x).sub(2).pow(2).sum().add(x.mul(0.3).sum())
      loss.backward()
      return loss
    }
    const counts: number[] = []
    for (let step = 0; step < 6; step++) {
      optimizer.step(closure)
      torch.noGrad(() => x.add_(0.5))
      counts.push(stats().compileCount)
    }

    expect(counts.slice(2)).toEqual(new Array(4).fill(counts[2]))
  })
})

describe('groups', () => {
  it('have options of their own, and number their parameters through', () => {
    const [a, b, c] = [1, 2, 3].map((value) => new nn.Parameter(torch.full([2], value + 0).float())) as [
      torch.nn.Parameter,
      torch.nn.Parameter,
      torch.nn.Parameter,
    ]
    const optimizer = new optim.Adam(
      [
        { params: [a, b], lr: 0.5 },
        { params: c, weightDecay: 0.1 },
      ],
      {
        lr: 0.25,
        betas: [0.5, 0.75],
      },
    )
    const text = String(optimizer)
    const states = () => optimizer.stateDict().state as ReadonlyMap<number, Options>
    const empty = [...states().keys()]
    for (const param of [a, c]) param.grad = torch.ones(2)
    optimizer.step()

    expect({
      text,
      empty,
      numbers: [...states().keys()],
      keys: Object.keys(states().get(2) ?? {}),
      params: optimizer.stateDict().paramGroups.map(({ params }) => params),
      options: Object.keys(optimizer.stateDict().paramGroups[0] ?? {}).sort(),
      values: [a, b, c].map((param) => param.tolist()),
    }).toEqual(golden.groups)
  })

  it('can be added later', () => {
    const optimizer = new optim.SGD([new nn.Parameter(torch.zeros(2))], { lr: 0.1 })
    optimizer.addParamGroup({ params: [new nn.Parameter(torch.zeros(1))], lr: 0.5 })

    expect(optimizer.paramGroups.map(({ lr }) => lr)).toEqual([0.1, 0.5])
  })
})

const parameter = () => new nn.Parameter(torch.zeros(2))
const shared = parameter()

const sgd = (params: unknown, options: Options = { lr: 0.1 }) => make('SGD')(wrong(params), options)

const refusals: Readonly<Record<keyof typeof golden.errors, () => unknown>> = {
  'no params': () => sgd([]),
  'a tensor': () => sgd(parameter()),
  'a number': () => sgd([3]),
  'non-leaf': () => sgd([parameter().mul(2)]),
  'no rate': () => sgd([parameter()], {}),
  'a set': () => sgd([{ params: new Set([parameter()]) }]),
  twice: () => sgd([{ params: [shared] }, { params: [shared] }]),
  rate: () => sgd([parameter()], { lr: -0.1 }),
  momentum: () => sgd([parameter()], { lr: 0.1, momentum: -1 }),
  decay: () => sgd([parameter()], { lr: 0.1, weightDecay: -0.5 }),
  nesterov: () => sgd([parameter()], { lr: 0.1, nesterov: true }),
  'adam rate': () => new optim.Adam([parameter()], -1),
  'adam eps': () => new optim.Adam([parameter()], { eps: -1 }),
  'adam beta': () => new optim.Adam([parameter()], { betas: [0.9, 1.5] }),
  'adam decay': () => new optim.AdamW([parameter()], { weightDecay: -1 }),
  nadam: () => new optim.NAdam([parameter()], { momentumDecay: -1 }),
  rmsprop: () => new optim.RMSprop([parameter()], { alpha: -1 }),
  adagrad: () => new optim.Adagrad([parameter()], { lrDecay: -1 }),
  'adagrad sum': () => new optim.Adagrad([parameter()], { initialAccumulatorValue: -1 }),
  adadelta: () => new optim.Adadelta([parameter()], { rho: 1.5 }),
  rprop: () => new optim.Rprop([parameter()], { etas: [1.5, 1.2] }),
  lbfgs: () => make('LBFGS')(wrong([{ params: [parameter()] }, { params: [parameter()] }]), {}),
  'load groups': () =>
    sgd([parameter()]).loadStateDict(sgd([{ params: [parameter()] }, { params: [parameter()] }]).stateDict()),
  'load size': () => sgd([parameter()]).loadStateDict(sgd([parameter(), parameter()]).stateDict()),
}

describe('an optimiser refuses in the words of PyTorch', () => {
  it.each(Object.entries(refusals))('%s', (name, act) => {
    expect(refused(act)).toEqual(golden.errors[name as keyof typeof refusals])
  })
})

const dtypeOfState = (state: Options | undefined, key: string): torch.DType | undefined => {
  const held = state?.[key]
  return held instanceof torch.Tensor ? held.dtype : undefined
}

describe('the state of an optimiser', () => {
  it.each([...new Set(golden.cases.map(({ name }) => name))])('of %s is taken over exactly', (name) => {
    const options = name === 'SGD' ? { lr: 0.1, momentum: 0.9 } : {}
    const [whole, first] = [problem(torch.float32), problem(torch.float32)]
    const optimizer = make(name)(whole.params, options)
    const before = make(name)(first.params, options)
    for (let step = 1; step <= 4; step++) {
      whole.grade(step)
      optimizer.step()
    }
    for (let step = 1; step <= 2; step++) {
      first.grade(step)
      before.step()
    }
    const after = make(name)(first.params, options)
    after.loadStateDict(before.stateDict())
    for (let step = 3; step <= 4; step++) {
      first.grade(step)
      after.step()
    }

    expect(numbers(first.params)).toEqual(numbers(whole.params))
  })

  it('is a copy of what was given', () => {
    const { params, grade } = problem(torch.float32)
    const optimizer = new optim.SGD(params, 0.1, 0.9)
    grade(1)
    optimizer.step()
    const saved = optimizer.stateDict()
    const held = () =>
      numbers(
        [...(saved.state as ReadonlyMap<number, Options>).values()].map(
          (each) => each['momentumBuffer'] as torch.Tensor,
        ),
      )
    const other = new optim.SGD(params, 0.1, 0.9)
    other.loadStateDict(saved)
    const before = held()
    grade(2)
    other.step()

    expect(held()).toEqual(before)
  })

  it('is cast to the dtype of the parameter, but for the count of steps', () => {
    const [narrow, wide] = [problem(torch.float32), problem(torch.float64)]
    const [from, to] = [new optim.Adam(narrow.params), new optim.Adam(wide.params)]
    narrow.grade(1)
    from.step()
    to.loadStateDict(from.stateDict())
    const held = to.state.get(wide.params[0] as torch.Tensor)

    expect(dtypeOfState(held, 'expAvg')).toBe(torch.float64)
    expect(dtypeOfState(held, 'step')).toBe(torch.float32)
  })
})

describe('steps', () => {
  const names = [...new Set(golden.cases.map(({ name }) => name))]

  it.each(names)('of %s run as one plan and compile nothing once they are known', (name) => {
    const model = new nn.Sequential(new nn.Linear(3, 4), new nn.ReLU(), new nn.Linear(4, 1))
    const optimizer = make(name)(wrong(model.parameters()), name === 'SGD' ? { lr: 0.1, momentum: 0.9 } : {})
    const [x, y] = [torch.randn(8, 3), torch.randn(8, 1)]
    const counts: number[] = []
    const flushes: number[] = []
    for (let step = 0; step < 20; step++) {
      const loss = new nn.MSELoss()(model(x), y)
      optimizer.zeroGrad()
      loss.backward()
      optimizer.step()
      loss.item()
      for (const group of optimizer.paramGroups) group.lr *= 0.9
      counts.push(stats().compileCount)
      flushes.push(stats().flushCount)
    }

    expect(counts.slice(8)).toEqual(new Array(12).fill(counts[8]))
    expect((flushes[19] ?? 0) - (flushes[9] ?? 0)).toBe(10)
  })

  it('give back what the closure gives, which may compute gradients', () => {
    const param = new nn.Parameter(torch.ones(1))
    const optimizer = new optim.SGD([param], { lr: 0.5 })
    const loss = torch.noGrad(() =>
      optimizer.step(() => {
        optimizer.zeroGrad()
        const value = param.mul(3).sum()
        value.backward()
        return value
      }),
    )

    expect([loss?.item(), param.item()]).toEqual([3, -0.5])
  })

  it('leave parameters without gradients as they are', () => {
    const [moved, left] = [new nn.Parameter(torch.ones(1)), new nn.Parameter(torch.ones(1))]
    const optimizer = new optim.SGD([moved, left], { lr: 0.5, weightDecay: 0.5 })
    moved.grad = torch.zeros(1)
    optimizer.step()

    expect([moved.item(), left.item()]).toEqual([0.75, 1])
  })
})
