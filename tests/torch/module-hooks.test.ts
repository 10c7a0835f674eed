// What PyTorch 2 has of hooks and states beyond 1.13: order, keyword arguments, hooks that are always called, gradients of outputs
// replaced, and state dicts whose tensors become those of the module.
import * as torch from '@heddle/torch'
import { afterEach, describe, expect, it } from 'vitest'

const { nn } = torch
type Tensor = torch.Tensor

class Scale extends nn.Module<[x: Tensor, options?: { by?: number }]> {
  override forward(x: Tensor, { by = 1 }: { by?: number } = {}): Tensor {
    if (by === 0) throw new Error('by nothing')
    return x.mul(by)
  }
}

describe('hooks around forward', () => {
  it('come before those there are if they are prepended', () => {
    const events: string[] = []
    const layer = new nn.ReLU()
    for (const name of ['a', 'b']) layer.registerForwardPreHook(() => void events.push(name))
    layer.registerForwardPreHook(() => void events.push('first'), { prepend: true })
    layer.registerForwardHook(() => void events.push('after'))
    layer.registerForwardHook(() => void events.push('sooner'), { prepend: true })
    layer(torch.ones(1))

    expect(events).toEqual(['first', 'a', 'b', 'sooner', 'after'])
  })

  it('get keyword arguments, and give back others', () => {
    const layer = new Scale()
    const seen: unknown[] = []
    layer.registerForwardPreHook(
      (_, inputs, kwargs) => [[(inputs[0] as Tensor).add(1)], { by: Number(kwargs['by']) * 2 }],
      {
        withKwargs: true,
      },
    )
    layer.registerForwardHook(
      (_, inputs, kwargs, output) => void seen.push(inputs.length, kwargs, (output as Tensor).item()),
      {
        withKwargs: true,
      },
    )

    expect(layer(torch.tensor(2), { by: 5 }).item()).toBe(30)
    expect(seen).toEqual([1, { by: 10 }, 30])
  })

  it('refuse what is not a pair of them', () => {
    const layer = new Scale()
    layer.registerForwardPreHook((() => 3) as never, { withKwargs: true })

    expect(() => layer(torch.tensor(2))).toThrow(
      expect.objectContaining({
        name: 'RuntimeError',
        message: 'forward pre-hook must return None or a tuple of (new_args, new_kwargs), but got 3.',
      }),
    )
  })

  it('are called where forward throws, if they always are, and once', () => {
    const layer = new Scale()
    const seen: unknown[] = []
    layer.registerForwardHook((_, __, output) => void seen.push(output), { alwaysCall: true })
    layer.registerForwardHook(() => void seen.push('not called'))

    expect(() => layer(torch.tensor(1), { by: 0 })).toThrow('by nothing')
    expect(seen).toEqual([null])

    layer(torch.tensor(2), { by: 3 })
    expect(seen.length).toBe(3)
  })

  it('of every module are called around those that always are', () => {
    const seen: string[] = []
    const handle = nn.modules.module.registerModuleForwardHook(() => void seen.push('all'), {
      alwaysCall: true,
    })
    try {
      const layer = new Scale()
      layer.registerForwardHook(() => void seen.push('own'), { alwaysCall: true })
      expect(() => layer(torch.tensor(1), { by: 0 })).toThrow()
    } finally {
      handle.remove()
    }
    expect(seen).toEqual(['all', 'own'])
  })

  describe('when they throw themselves', () => {
    afterEach(() => torch.setWarningHandler((text) => console.warn(text)))

    it('are told of only', () => {
      const told: string[] = []
      torch.setWarningHandler((text) => told.push(text))
      const layer = new Scale()
      layer.registerForwardHook(
        () => {
          throw new Error('of the hook')
        },
        { alwaysCall: true },
      )

      expect(() => layer(torch.tensor(1), { by: 0 })).toThrow('by nothing')
      expect(told).toEqual([
        'module forward hook with ``always_call=True`` raised an exception that was silenced as another error was raised in forward: of the hook',
      ])
    })
  })
})

describe('hooks on gradients', () => {
  it('replace those of the outputs', () => {
    const layer = new Scale()
    const seen: unknown[] = []
    layer.registerFullBackwardPreHook((_, [grad]) => [(grad as Tensor).mul(10)])
    layer.registerFullBackwardHook((_, inputs, outputs) => {
      seen.push(
        inputs.map((each) => each?.item()),
        outputs.map((each) => each?.item()),
      )
      return undefined
    })
    const x = torch.tensor(2, { requiresGrad: true })
    layer(x, { by: 3 }).backward()

    expect(x.grad?.item()).toBe(30)
    expect(seen).toEqual([[30, undefined], [10]])
  })

  it('refuse another number of them', () => {
    const layer = new Scale()
    layer.registerFullBackwardPreHook(() => [])
    const y = layer(torch.tensor(2, { requiresGrad: true }))

    expect(() => y.backward()).toThrow(
      'Backward pre hook returned an invalid number of grad_output, got 0, but expected 1',
    )
  })

  it('come before those there are if they are prepended', () => {
    const events: string[] = []
    const layer = new nn.ReLU()
    layer.registerFullBackwardHook(() => void events.push('a') as undefined)
    layer.registerFullBackwardHook(() => void events.push('first') as undefined, { prepend: true })
    layer.registerFullBackwardPreHook(() => void events.push('b') as undefined)
    layer.registerFullBackwardPreHook(() => void events.push('before') as undefined, { prepend: true })
    layer(torch.ones(1, { requiresGrad: true })).backward()

    expect(events).toEqual(['before', 'b', 'first', 'a'])
  })
})

describe('state dicts', () => {
  it('become the tensors of the module, if they are assigned', () => {
    const layer = new nn.BatchNorm1d(2)
    layer.weight?.requiresGrad_(false)
    const state = new Map<string, Tensor>([
      ['weight', torch.tensor([1, 2], { dtype: torch.float64 })],
      ['bias', new nn.Parameter(torch.tensor([3, 4]))],
      ['running_mean', torch.tensor([5, 6])],
      ['running_var', torch.tensor([7, 8])],
      ['num_batches_tracked', torch.tensor(9n)],
    ])
    layer.loadStateDict(state, { assign: true })

    expect(layer.bias).toBe(state.get('bias'))
    expect(layer.running_mean).toBe(state.get('running_mean'))
    expect(layer.weight).toBeInstanceOf(nn.Parameter)
    expect([layer.weight?.requiresGrad, layer.weight?.dtype, layer.bias?.requiresGrad]).toEqual([
      false,
      torch.float64,
      true,
    ])
    expect(layer.namedParameters().map(([name, parameter]) => parameter === state.get(name))).toEqual([
      false,
      true,
    ])
    expect(() => layer.loadStateDict(new Map([...state, ['bias', torch.zeros(3)]]), true, true)).toThrow(
      'size mismatch for bias',
    )
  })

  it('are seen by hooks before and after', () => {
    const layer = new nn.Sequential(new nn.Linear(1, 1))
    const events: unknown[] = []
    layer.registerStateDictPreHook((_, prefix, keepVars) => void events.push(prefix, keepVars))
    layer.registerStateDictPostHook((_, state, prefix) => {
      events.push([...state.keys()])
      state.set(`${prefix}more`, torch.zeros(1))
      return undefined
    })

    expect([...layer.stateDict({ prefix: 'p.', keepVars: true }).keys()]).toEqual([
      'p.0.weight',
      'p.0.bias',
      'p.more',
    ])
    expect(events).toEqual(['p.', true, ['p.0.weight', 'p.0.bias']])
  })
})

describe('modules', () => {
  it('are put at a path', () => {
    const net = new nn.Sequential(new nn.Sequential(new nn.Linear(1, 2)))
    net.setSubmodule('0.0', new nn.ReLU())

    expect(String(net.getSubmodule('0.0'))).toBe('ReLU()')
    expect(() => net.setSubmodule('', new nn.ReLU())).toThrow(
      'Cannot set the submodule without a target name!',
    )
    expect(() => net.setSubmodule('0.x', new nn.ReLU())).toThrow('has no attribute `x`')
  })

  it('keep shapes and dtypes without contents', () => {
    const layer = new nn.Linear(2, 3).double()
    const { weight } = layer
    layer.toEmpty({ device: 'cpu' })

    expect([layer.weight === weight, layer.weight.dtype, [...layer.weight.shape]]).toEqual([
      true,
      torch.float64,
      [3, 2],
    ])
    expect(() => layer.cuda()).toThrow('Torch not compiled with CUDA enabled')
  })
})
