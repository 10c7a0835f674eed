// Modules as PyTorch has them: texts, names, refusals, and the order of hooks, as `tools/golden/torch/modules.py` recorded them.
import * as torch from '@heddle/torch'
import { describe, expect, it } from 'vitest'
import golden from './modules.json' with { type: 'json' }
import { refused, wrong } from './refused.ts'

const { nn } = torch
const zeros = (...shape: number[]): torch.Tensor => torch.zeros(...shape)

class Net extends nn.Module {
  first = new nn.Linear(2, 3)
  scale: torch.nn.Parameter | null = new nn.Parameter(torch.ones(1))
  declare mean: torch.Tensor
  second = new nn.Linear(3, 1, { bias: false })
  act = new nn.ReLU()

  constructor() {
    super()
    this.registerBuffer('mean', zeros(3))
    this.registerBuffer('cache', zeros(2), false)
    this.registerParameter('shift', null)
  }
  override forward(x: torch.Tensor): torch.Tensor {
    return this.second(this.act(this.first(x).sub(this.mean))).mul(this.scale as torch.Tensor)
  }
}

class Outer extends nn.Module {
  net = new Net()
  body = new nn.Sequential(new nn.Linear(1, 4), new nn.ReLU(), new nn.Sequential(new nn.Linear(4, 2)))

  constructor() {
    super()
    this.addModule('gone', null)
    this.addModule('shared', this.net.first)
    this.addModule('table', new nn.ModuleDict({ b: new nn.Linear(1, 1), a: new nn.ReLU() }))
    this.addModule('params', new nn.ParameterList([zeros(2, 3), zeros(4)]))
    this.addModule('named', new nn.ParameterDict({ z: zeros(2), y: zeros(1, 1) }))
  }
  override extraRepr(): string {
    return 'depth=2\nwidth=3'
  }
}

const three = () => new nn.Sequential(new nn.Linear(1, 2), new nn.ReLU(), new nn.Linear(2, 3))

const prints: Readonly<Record<keyof typeof golden.prints, () => unknown>> = {
  linear: () => new nn.Linear(3, 4),
  'no bias': () => new nn.Linear(3, 4, { bias: false }),
  relu: () => new nn.ReLU(),
  mse: () => new nn.MSELoss(),
  empty: () => new nn.Sequential(),
  named: () =>
    new nn.Sequential(
      new Map<string, torch.nn.AnyModule>([
        ['fc', new nn.Linear(1, 2)],
        ['act', new nn.ReLU()],
      ]),
    ),
  net: () => new Net(),
  outer: () => new Outer(),
  mixed: () => {
    const mixed = three().insert(1, new nn.ReLU())
    mixed.pop(0)
    return mixed
  },
  slice: () => three().slice(1),
  steps: () => three().at(torch.slice(-1, null, -2)),
  'list slice': () => new nn.ModuleList([...three()]).at(torch.slice(null, -1)),
  params: () => new nn.ParameterList([zeros(2)]),
  'no params': () => new nn.ParameterList(),
  'no list': () => new nn.ModuleList(),
}

const names = (list: readonly (readonly [string, unknown])[]): readonly string[] => list.map(([name]) => name)

describe('a module', () => {
  it.each(Object.entries(prints))('prints as PyTorch prints it: %s', (name, make) => {
    expect(String(make())).toBe(golden.prints[name as keyof typeof prints])
  })

  it('folds neighbours in a list that print the same', () => {
    const list = new nn.ModuleList([...Array.from({ length: 3 }, () => new nn.Linear(1, 1)), new nn.ReLU()])

    expect(`${list}`).toBe(
      'ModuleList(\n  (0-2): 3 x Linear(in_features=1, out_features=1, bias=True)\n  (3): ReLU()\n)',
    )
  })

  it('lists what it has under the names and in the order of PyTorch', () => {
    const outer = new Outer()

    expect({
      named_parameters: names(outer.namedParameters()),
      'named_parameters prefix': names(outer.net.namedParameters({ prefix: 'p', recurse: false })),
      'named_parameters own': names(outer.namedParameters('', false)),
      named_buffers: names(outer.namedBuffers()),
      named_modules: names(outer.namedModules()),
      'named_modules all': names(outer.namedModules({ removeDuplicate: false })),
      'named_modules prefix': names(outer.body.namedModules({ prefix: 'q' })),
      named_children: names(outer.namedChildren()),
      state_dict: [...outer.stateDict().keys()],
      'state_dict prefix': [...outer.net.stateDict({ prefix: 'm.' }).keys()],
    }).toEqual(golden.lists)
  })

  it('follows what is assigned and deleted', () => {
    const net: Net & { late?: torch.Tensor } = new Net()
    net.first = new nn.Linear(2, 3)
    net.scale = null
    net.mean = new nn.Parameter(zeros(3))
    net.late = new nn.Parameter(zeros(1))
    Reflect.deleteProperty(net, 'second')

    expect({
      parameters: names(net.namedParameters()),
      state: [...net.stateDict().keys()],
      text: String(net),
    }).toEqual(golden.reassigned)
    expect(net.getSubmodule('first')).toBe(net.first)
    expect(net.children()).toEqual([net.first, net.act])
  })
})

/** A state dict of the net, some entries replaced or, where null, left out. */
function state(changes: Readonly<Record<string, torch.Tensor | number | null>>): Map<string, unknown> {
  const found = new Map<string, unknown>(new Net().stateDict())
  for (const [key, value] of Object.entries(changes)) {
    if (value === null) found.delete(key)
    else found.set(key, value)
  }
  return found
}

const set =
  (name: string, value: unknown) =>
  (net: Net): unknown =>
    Object.assign(net, { [name]: value })

const refusals: Readonly<Record<keyof typeof golden.errors, (net: Net) => unknown>> = {
  parameter: set('scale', zeros(1)),
  'parameter number': set('scale', 3),
  'parameter float': set('shift', 2.5),
  module: set('first', zeros(1)),
  'module text': set('act', 'x'),
  buffer: set('mean', 3),
  'buffer list': set('mean', [1]),
  'register parameter': (net) => net.registerParameter('new', wrong(zeros(1))),
  'register buffer': (net) => net.registerBuffer('new', wrong(3)),
  'register module': (net) => net.addModule('new', wrong(zeros(1))),
  'dotted parameter': (net) => net.registerParameter('a.b', null),
  'dotted buffer': (net) => net.registerBuffer('a.b', null),
  'dotted module': (net) => net.addModule('a.b', null),
  'empty parameter': (net) => net.registerParameter('', null),
  'empty module': (net) => net.addModule('', null),
  taken: (net) => net.registerBuffer('first', null),
  'taken method': (net) => net.addModule('forward', new nn.ReLU()),
  'no submodule': (net) => net.getSubmodule('first.x'),
  'not a submodule': (net) => net.getSubmodule('scale'),
  'no parameter': (net) => net.getParameter('first.x'),
  'not a parameter': (net) => net.getParameter('mean'),
  'not a buffer': (net) => net.getBuffer('scale'),
  'to int': (net) => net.to(torch.int64),
  index: () => new nn.Sequential(new nn.ReLU()).at(1),
  'list index': () => new nn.ModuleList([new nn.ReLU()]).at(-2),
  insert: () => new nn.Sequential(new nn.ReLU()).insert(3, new nn.ReLU()),
  'call list': () => Reflect.apply(new nn.ParameterList(), undefined, [1]),
  'load missing': (net) => net.loadStateDict(state({ scale: null, 'first.bias': null })),
  'load unexpected': (net) => net.loadStateDict(state({ extra: zeros(1), 'first.more': zeros(1) })),
  'load size': (net) => net.loadStateDict(state({ 'first.weight': zeros(4, 2), mean: zeros(1) })),
  'load all': (net) => net.loadStateDict(state({ scale: null, x: zeros(1), 'first.bias': zeros(3, 1) })),
  'load number': (net) => net.loadStateDict(state({ scale: 3 })),
  'load list': (net) => net.loadStateDict(wrong([1])),
}

describe('a module refuses in the words of PyTorch', () => {
  it.each(Object.entries(refusals))('%s', (name, act) => {
    expect(refused(() => act(new Net()))).toEqual(golden.errors[name as keyof typeof refusals])
  })
})

describe('loadStateDict', () => {
  it('says what it found', () => {
    const net = new Net()

    expect(String(net.loadStateDict(net.stateDict()))).toBe(golden.loads.all)
    const some = new Map([
      ['scale', torch.ones(1)],
      ['x.y', torch.ones(1)],
    ])
    expect(String(net.loadStateDict(some, { strict: false }))).toBe(golden.loads.some)
  })

  it('copies into the tensors there are', () => {
    const [from, to] = [new Net(), new Net()]
    const { weight } = to.first
    to.loadStateDict(from.stateDict())

    expect(to.first.weight).toBe(weight)
    expect(weight.tolist()).toEqual(from.first.weight.tolist())
    expect(to.stateDict().get('first.weight')?.dataPtr()).toBe(weight.dataPtr())
  })

  it('keeps extra state and runs hooks', () => {
    class Counter extends nn.Module {
      count = 0
      override getExtraState(): unknown {
        return this.count
      }
      override setExtraState(count: unknown): void {
        this.count = Number(count)
      }
    }
    const [from, to] = [new Counter(), new Counter()]
    from.count = 7
    const events: string[] = []
    to.registerLoadStateDictPreHook((_, loaded, prefix) => {
      events.push(`pre ${prefix}${[...loaded.keys()]}`)
    })
    to.registerLoadStateDictPostHook((_, keys) => {
      events.push(`post ${keys}`)
    })
    to.loadStateDict(from.stateDict())

    expect(to.count).toBe(7)
    expect(events).toEqual(['pre _extra_state', 'post <All keys matched successfully>'])
  })
})

type Grads = readonly (torch.Tensor | null)[]
const lists = (grads: Grads) => grads.map((grad) => grad?.tolist() ?? null)
const one = (values: readonly unknown[]): torch.Tensor => values[0] as torch.Tensor

describe('hooks of a module', () => {
  it('run in the order of PyTorch', () => {
    const events: unknown[] = []
    const net = new nn.Sequential(new nn.ReLU(), new nn.Sequential(new nn.ReLU()))
    for (const [path, module] of net.namedModules()) {
      const name = path === '' ? 'root' : path
      module.registerForwardPreHook(() => void events.push(`${name} pre`))
      module.registerForwardHook(() => void events.push(`${name} post`))
      module.registerFullBackwardHook((_, gradInputs, gradOutputs) => {
        events.push([`${name} back`, lists(gradInputs), lists(gradOutputs)])
        return undefined
      })
    }
    const { module } = nn.modules
    const handles = [
      module.registerModuleForwardPreHook((each) => void events.push(`all pre ${each.constructor.name}`)),
      module.registerModuleForwardHook((each) => void events.push(`all post ${each.constructor.name}`)),
    ]
    const y = net(torch.tensor([1, -2, 3], { requiresGrad: true }))
    events.push(y.gradFn?.name())
    y.backward(torch.tensor([1, 2, 3]))
    for (const handle of handles) handle.remove()

    expect(events).toEqual(golden.hooks.order)
  })

  it('change inputs, outputs and gradients', () => {
    const events: unknown[] = []
    const relu = new nn.ReLU()
    const first = relu.registerForwardPreHook((_, inputs) => [one(inputs).mul(2)])
    relu.registerForwardPreHook((_, inputs) => one(inputs).add(1))
    relu.registerForwardHook((_, __, output) => one([output]).mul(10))
    relu.registerForwardHook(
      (_, inputs, output) => void events.push([one(inputs).tolist(), one([output]).tolist()]),
    )
    relu.registerFullBackwardHook((_, [grad]) => [(grad as torch.Tensor).mul(5)])
    relu.registerFullBackwardHook((_, gradInputs, gradOutputs) => {
      events.push([lists(gradInputs), lists(gradOutputs)])
      return undefined
    })
    const x = torch.tensor([1, -2], { requiresGrad: true })
    relu(x).sum().backward()
    events.push(x.grad?.tolist())
    first.remove()
    events.push(relu(torch.tensor([1, -2])).tolist())

    expect(events).toEqual(golden.hooks.changes)
  })

  it('see the gradients of several inputs and outputs, where there are any', () => {
    class Pair extends nn.Module<[torch.Tensor, torch.Tensor], [torch.Tensor, torch.Tensor]> {
      override forward(x: torch.Tensor, y: torch.Tensor): [torch.Tensor, torch.Tensor] {
        return [x.mul(y), x.add(1)]
      }
    }
    const events: unknown[] = []
    const watch = (_: unknown, gradInputs: Grads, gradOutputs: Grads): undefined => {
      events.push([lists(gradInputs), lists(gradOutputs)])
    }
    const pair = new Pair()
    pair.registerFullBackwardHook(watch)
    const x = torch.tensor([2], { requiresGrad: true })
    const y = torch.tensor([3], { requiresGrad: true })
    pair(x, y)[0].backward()
    pair(x, y)[1].backward()
    pair(x, torch.tensor([5]))[0].backward()
    const linear = new nn.Linear(1, 1)
    linear.registerFullBackwardHook(watch)
    linear(torch.ones(1, 1)).sum().backward()

    expect(events).toEqual(golden.hooks.several)
  })
})

describe('converting a module', () => {
  it('changes its tensors in place, gradients too, and leaves integers', () => {
    const net = new Net()
    net.registerBuffer('count', torch.tensor(3n))
    const { weight } = net.first
    net(torch.ones(1, 2)).sum().backward()
    net.double()

    expect(net.first.weight).toBe(weight)
    expect([weight.dtype, weight.grad?.dtype, net.mean.dtype]).toEqual(new Array(3).fill(torch.float64))
    expect(net.getBuffer('count').dtype).toBe(torch.int64)
    expect(weight.isLeaf && weight.requiresGrad).toBe(true)
    net.zeroGrad()
    net(torch.ones(1, 2, { dtype: torch.float64 }))
      .sum()
      .backward()
    expect(weight.grad?.dtype).toBe(torch.float64)
  })

  it('hands functions to children first', () => {
    const seen: string[] = []
    new nn.Sequential(new nn.ReLU(), new Net()).apply((module) => void seen.push(module.constructor.name))

    expect(seen).toEqual(['ReLU', 'Linear', 'Linear', 'ReLU', 'Net', 'Sequential'])
  })
})
