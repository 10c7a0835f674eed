// Modules: called like functions, parameters found by plain assignment.
import { describe, expect, it } from 'vitest'
import * as torch from '../index.ts'

const { nn } = torch

class Net extends nn.Module {
  readonly first = new nn.Linear(2, 3)
  scale = new nn.Parameter(torch.ones(1))
  second = new nn.Linear(3, 1, { bias: false })

  override forward(x: torch.Tensor): torch.Tensor {
    return this.second(this.first(x).relu()).mul(this.scale)
  }
}

describe('a module', () => {
  it('is called like a function and is an instance of its class', () => {
    const net = new Net()

    expect(net(torch.ones(4, 2)).shape).toEqual([4, 1])
    expect(net).toBeInstanceOf(Net)
    expect(net).toBeInstanceOf(nn.Module)
    expect(typeof net).toBe('function')
  })

  it('lists its own parameters first, then those of children, in the order of assignment', () => {
    const net = new Net()

    expect(net.namedParameters().map(([name]) => name)).toEqual([
      'scale',
      'first.weight',
      'first.bias',
      'second.weight',
    ])
    expect([...net.stateDict().keys()]).toEqual(net.namedParameters().map(([name]) => name))
  })

  it('lists a shared parameter once, but keeps both of its keys', () => {
    const net = new Net()
    net.second.weight = net.first.weight

    expect(net.parameters()).toHaveLength(3)
    expect([...net.stateDict().keys()]).toContain('second.weight')
  })

  it('hands train and eval on to everything below', () => {
    const net = new nn.Sequential(new Net(), new nn.ReLU())

    net.eval()
    expect(net.modules().map((module) => module.training)).toEqual(new Array(5).fill(false))
    net.train()
    expect(net.modules().every((module) => module.training)).toBe(true)
  })

  it('drops gradients, or fills them with zeros', () => {
    const net = new Net()
    net(torch.ones(1, 2)).sum().backward()
    const { grad } = net.scale

    net.zeroGrad({ setToNone: false })
    expect(net.scale.grad).toBe(grad)
    expect(grad?.tolist()).toEqual([0])
    net.zeroGrad()
    expect(net.scale.grad).toBe(null)
  })

  it('without forward says so', () => {
    class Empty extends nn.Module {}

    expect(() => new Empty()(torch.ones(1))).toThrow(
      'Module [Empty] is missing the required "forward" function',
    )
  })
})

describe('what is assigned to a module', () => {
  it('is registered by the class it is of', () => {
    class Kinds extends nn.Module {
      weight = new nn.Parameter(torch.ones(1))
      mean = new nn.Buffer(torch.zeros(1))
      cache = new nn.Buffer(torch.zeros(1), { persistent: false })
      plain = torch.ones(1)
      inner = new nn.ReLU()
    }
    const kinds = new Kinds()

    expect(kinds.namedParameters().map(([name]) => name)).toEqual(['weight'])
    expect(kinds.namedBuffers().map(([name]) => name)).toEqual(['mean', 'cache'])
    expect(kinds.namedChildren().map(([name]) => name)).toEqual(['inner'])
    expect([...kinds.stateDict().keys()]).toEqual(['weight', 'mean'])
  })

  it('keeps the order in which names came, whatever they are', () => {
    const module = new nn.Module()
    for (const name of ['10', 'b', '2']) module.addModule(name, new nn.ReLU())

    expect(module.namedChildren().map(([name]) => name)).toEqual(['10', 'b', '2'])
  })

  it('may not be a parameter that was computed', () => {
    const parameter = new nn.Parameter(torch.ones(1))
    torch.noGrad(() => parameter.mul_(2))
    const computed = Object.setPrototypeOf(parameter.mul(2), nn.Parameter.prototype)

    expect(() => Object.assign(new nn.Module(), { computed })).toThrow(
      "Cannot assign non-leaf Tensor to parameter 'computed'.",
    )
  })

  it('is seen by the module itself, which is one object', () => {
    class Self extends nn.Module {
      readonly self: () => Self = () => this
      #calls = 0
      override forward(x: torch.Tensor): torch.Tensor {
        this.#calls++
        return x.add(this.#calls)
      }
    }
    const module = new Self()

    expect(module.self()).toBe(module)
    expect([module(torch.zeros(1)).item(), module(torch.zeros(1)).item()]).toEqual([1, 2])
  })
})

describe('a deep copy of a module', () => {
  it('shares nothing, and keeps what is shared inside', () => {
    const net = new Net()
    net.registerParameter('also', net.scale)
    net.registerBuffer('mean', torch.zeros(1), false)
    net(torch.ones(1, 2)).sum().backward()
    const copy = nn.deepcopy(net)
    torch.noGrad(() => net.scale.mul_(5))

    expect(copy).toBeInstanceOf(Net)
    expect(String(copy)).toBe(String(net))
    expect([...copy.stateDict().keys()]).toEqual([...net.stateDict().keys()])
    expect(copy.getParameter('also')).toBe(copy.scale)
    expect(copy.first.weight === net.first.weight).toBe(false)
    expect([copy.scale.item(), copy.scale.grad?.item(), copy.scale.isLeaf]).toEqual([
      1,
      net.scale.grad?.item(),
      true,
    ])
    expect(copy(torch.ones(1, 2)).mul(5).item()).toBeCloseTo(net(torch.ones(1, 2)).item(), 5)
  })

  it('draws no random numbers, and is of leaves only', () => {
    torch.manualSeed(3)
    const net = new Net()
    const expected = torch.rand(1).item()
    torch.manualSeed(3)
    nn.deepcopy(new Net())

    expect(torch.rand(1).item()).toBe(expected)
    const made = Object.assign(new nn.Module(), { value: net.scale.mul(2) })
    expect(() => nn.deepcopy(made)).toThrow('Only Tensors created explicitly by the user')
  })

  it('copies lists, maps and objects of tensors, and no instances of other classes', () => {
    const { weight } = new nn.Linear(1, 1)
    expect(() => nn.deepcopy(new torch.optim.Adam([weight]))).toThrow("cannot copy 'Adam' object")
    const { list, map } = nn.deepcopy({ list: [weight, weight], map: new Map([['w', weight]]) })
    expect(list[0] === weight).toBe(false)
    expect(list[1] === list[0]).toBe(true)
    expect(map.get('w') === list[0]).toBe(true)
  })
})

describe('Sequential', () => {
  it('names modules by position and can be walked', () => {
    const net = new nn.Sequential(new nn.Linear(1, 2), new nn.ReLU(), new nn.Linear(2, 1))

    expect([...net.stateDict().keys()]).toEqual(['0.weight', '0.bias', '2.weight', '2.bias'])
    expect([net.length, [...net].length, net.at(1)]).toEqual([3, 3, net.children()[1]])
  })
})
