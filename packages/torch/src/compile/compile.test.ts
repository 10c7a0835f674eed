import { describe, expect, test, vi } from 'vitest'
import * as torch from '../index.ts'

const { nn } = torch
const F = nn.functional
const { stats } = torch._internal

/** How many operations `body` records. */
function recorded(body: () => unknown): number {
  const before = stats().applicationCount
  body()
  return stats().applicationCount - before
}

/** The part of `explain` about the newest kind of arguments. */
const newest = (compiled: { explain(): string }): string => compiled.explain().split('\n')[1] ?? ''

const numbers = (tensor: torch.Tensor | null): readonly unknown[] => [...(tensor as torch.Tensor).toArray()]

describe('a compiled function', () => {
  const f = (x: torch.Tensor, y: torch.Tensor) => x.mul(y).sin().add(1).relu().sum()

  test('is one operation, and one more for backward', () => {
    const compiled = torch.compile(f)
    const y = torch.ones(3)
    const call = (): torch.Tensor => compiled(torch.tensor([1, 2, 3], { requiresGrad: true }), y)
    call()
    call()
    expect(recorded(call)).toBe(1)
    const result = call()
    expect(recorded(() => result.backward(torch.tensor(2)))).toBe(1)
    expect(recorded(() => f(torch.tensor([1, 2, 3], { requiresGrad: true }), y))).toBeGreaterThan(3)
  })

  test('gives the values and gradients of the function, with one node', () => {
    const compiled = torch.compile(f)
    const [xs, ys] = [torch.randn(4), torch.randn(4)]
    const run = (g: typeof f): readonly unknown[] => {
      const [x, y] = [xs.clone().requiresGrad_(), ys.clone().requiresGrad_()]
      const result = g(x, y)
      result.mul(3).backward()
      return [result.item(), numbers(x.grad), numbers(y.grad)]
    }
    const expected = run(f)
    for (let k = 0; k < 3; k++) expect(run(compiled)).toEqual(expected)
    const x = xs.clone().requiresGrad_()
    expect(String(compiled(x, ys).gradFn)).toMatch(/^<CompiledFunctionBackward object at 0x/)
    expect(newest(compiled)).toMatch(/^0: \d+ operations as one, backward included; \d calls$/)
  })

  test('is compiled once more for another shape, dtype, grad mode, and need of gradients', () => {
    const compiled = torch.compile((x: torch.Tensor) => x.mul(2).add(1))
    const kinds = (): number => compiled.explain().split('\n').length - 1
    compiled(torch.ones(2))
    compiled(torch.zeros(2))
    expect(kinds()).toBe(1)
    expect(compiled(torch.ones(3)).shape).toEqual(torch.Size.of(3))
    expect(kinds()).toBe(2)
    expect(compiled(torch.ones(3).to(torch.int64)).dtype).toBe(torch.int64)
    expect(kinds()).toBe(3)
    expect(compiled(torch.ones(3, { requiresGrad: true })).requiresGrad).toBe(true)
    expect(kinds()).toBe(4)
    expect(torch.noGrad(() => compiled(torch.ones(3, { requiresGrad: true }))).requiresGrad).toBe(false)
    expect(kinds()).toBe(5)
    compiled(torch.ones(2))
    expect(kinds()).toBe(5)
  })

  test('takes and gives lists, records, maps, numbers and named tuples of tensors', () => {
    const compiled = torch.compile((parts: { readonly x: torch.Tensor; readonly ks: readonly number[] }) => ({
      twice: [parts.x.mul(2), parts.ks.length] as const,
      largest: parts.x.max(0),
      byName: new Map([['sum', parts.x.sum()]]),
      same: parts.x,
    }))
    compiled({ x: torch.tensor([1, 2]), ks: [1, 2, 3] })
    const x = torch.tensor([3, 5])
    const result = compiled({ x, ks: [1, 2, 3] })
    expect([numbers(result.twice[0]), result.twice[1]]).toEqual([[6, 10], 3])
    expect(String(result.largest)).toBe('torch.return_types.max(\nvalues=tensor(5.),\nindices=tensor(1))')
    expect(result.byName.get('sum')?.item()).toBe(8)
    expect(result.same).toBe(x)
    expect(compiled({ x, ks: [1] }).twice[1]).toBe(1)
  })

  test('tells tensors that are passed twice from two that are not', () => {
    const compiled = torch.compile((x: torch.Tensor, y: torch.Tensor) => x.add(y))
    const [x, y] = [torch.tensor([1, 2]), torch.tensor([10, 20])]
    expect(numbers(compiled(x, x))).toEqual([2, 4])
    expect(numbers(compiled(x, y))).toEqual([11, 22])
    expect(numbers(compiled(y, y))).toEqual([20, 40])
  })

  test('writes to what the function writes to', () => {
    const total = torch.zeros(2)
    const compiled = torch.compile((x: torch.Tensor) => {
      total.add_(x)
      x.mul_(2)
      return x.sum()
    })
    for (let k = 1; k < 4; k++) {
      const x = torch.tensor([1, 2])
      expect(compiled(x).item()).toBe(6)
      expect(numbers(x)).toEqual([2, 4])
      expect(x._version).toBe(1)
      expect([numbers(total), total._version]).toEqual([[k, 2 * k], k])
    }
    expect(newest(compiled)).toContain('as one')
  })

  test('sees other contents, gradients switched off, and another tensor behind `data`', () => {
    const w = torch.tensor([2, 3], { requiresGrad: true })
    const compiled = torch.compile((x: torch.Tensor) => x.mul(w).sum())
    const x = torch.ones(2)
    compiled(x)
    expect(compiled(x).item()).toBe(5)
    torch.noGrad(() => w.mul_(10))
    expect(compiled(x).item()).toBe(50)
    w.data = torch.tensor([7, 7])
    expect(compiled(x).item()).toBe(14)
    w.requiresGrad_(false)
    expect(compiled(x).requiresGrad).toBe(false)
  })

  test('draws the random numbers of eager calls, at each call', () => {
    const f = (x: torch.Tensor) => F.dropout(x, 0.5).add(torch.randn(4)).add(torch.rand(4).bernoulli_(0.3))
    const run = (g: typeof f): readonly unknown[] => {
      torch.manualSeed(7)
      return [...[1, 2, 3].map((k) => numbers(g(torch.ones(4).mul(k)))), torch.rand(1).item()]
    }
    const compiled = torch.compile(f)
    run(compiled)
    expect(run(compiled)).toEqual(run(f))
  })

  test('inside another is a part of that', () => {
    const inner = torch.compile((x: torch.Tensor) => x.sin().mul(2))
    const outer = torch.compile((x: torch.Tensor) => inner(x).add(inner(x)).sum())
    const x = torch.tensor([1, 2])
    outer(x)
    outer(x)
    expect(recorded(() => outer(x))).toBe(1)
    expect(outer(x).item()).toBeCloseTo(4 * (Math.sin(1) + Math.sin(2)), 5)
  })

  test('keeps the derivative of custom functions, `detach` and `noGrad`', () => {
    class Doubled extends torch.autograd.Function {
      static override forward(_: torch.autograd.FunctionContext, x: torch.Tensor) {
        return x.clone()
      }
      static override backward(_: torch.autograd.FunctionContext, grad: torch.Tensor) {
        return grad.mul(100)
      }
    }
    const f = (x: torch.Tensor) =>
      Doubled.apply(x)
        .mul(x.detach())
        .add(torch.noGrad(() => x.mul(5)))
        .sum()
    const gradient = (g: typeof f): readonly unknown[] => {
      const x = torch.tensor([1, 2], { requiresGrad: true })
      g(x).backward()
      return numbers(x.grad)
    }
    const compiled = torch.compile(f)
    gradient(compiled)
    expect(gradient(compiled)).toEqual([100, 200])
    expect(gradient(f)).toEqual([100, 200])
    expect(newest(compiled)).toContain('as one')
  })

  test('frees and keeps its graph, and guards what it saved, as any other', () => {
    const compiled = torch.compile((x: torch.Tensor) => x.mul(x).sum())
    const x = torch.tensor([1, 2], { requiresGrad: true })
    compiled(x)
    const once = compiled(x)
    once.backward()
    expect(() => once.backward()).toThrow('Trying to backward through the graph a second time')
    const kept = compiled(x)
    kept.backward({ retainGraph: true })
    kept.backward()
    expect(numbers(x.grad)).toEqual([6, 12])
    const spoiled = compiled(x)
    torch.noGrad(() => x.add_(1))
    expect(() => spoiled.backward()).toThrow('has been modified by an inplace operation')
    expect(() => compiled(x).backward({ createGraph: true })).toThrow(
      'torch.compile with aot_autograd does not currently support double backward',
    )
  })

  test('accumulates gradients inside, and drops them', () => {
    const w = torch.tensor([1, 2], { requiresGrad: true })
    const compiled = torch.compile((x: torch.Tensor) => {
      x.mul(w).sum().backward()
    })
    for (let k = 1; k < 5; k++) {
      compiled(torch.ones(2))
      expect(numbers(w.grad)).toEqual([k, k])
    }
    const { grad } = w
    compiled(torch.ones(2))
    expect(w.grad).toBe(grad)
    w.grad = null
    compiled(torch.ones(2))
    expect(numbers(w.grad)).toEqual([1, 1])
  })
})

describe('what stays eager', () => {
  /** The default one. */
  const generator = torch.manualSeed(3)
  const external = torch.tensor([1, 2], { requiresGrad: true }).mul(2)
  const module = new (class extends nn.Module {
    last: torch.Tensor | null = null
    override forward(x: torch.Tensor): torch.Tensor {
      this.last = x.mul(2)
      return this.last
    }
  })()
  test.each<[string, (x: torch.Tensor) => unknown, string]>([
    [
      'looking at contents',
      (x) => (x.sum().item() > 0 ? x.mul(2) : x),
      'the contents of a tensor are looked at',
    ],
    ['a view of an argument', (x) => x.view(2, 1), 'a result shares memory with a tensor from outside'],
    [
      'two results of one memory',
      (x) => {
        const y = x.mul(2)
        return [y, y.view(2, 1)]
      },
      'results share memory',
    ],
    ['a history from outside', (x) => external.mul(x), 'a tensor from outside brings a history of its own'],
    ['assigned attributes', (x) => module(x), 'an attribute of a module is assigned'],
    [
      'hooks',
      (x) => {
        const y = x.mul(2)
        y.registerHook(() => null)
        return y.sum()
      },
      'there are hooks in the graph of a result',
    ],
    ['a promise', async (x) => x.mul(2), 'the result holds a Promise'],
    ['a new leaf', (x) => x.detach().clone().requiresGrad_(), 'a result is a leaf that requires a gradient'],
    [
      'a seed',
      (x) => {
        torch.manualSeed(0)
        return x.add(torch.rand(2))
      },
      'a generator starts again',
    ],
    [
      'a number drawn by hand',
      (x) => {
        generator.word()
        return x.add(1)
      },
      'random numbers are drawn by the host',
    ],
    [
      'what is not to be compiled',
      (x) =>
        torch.compiler.disable(function logged() {
          return x.mul(2)
        })(),
      'it calls `logged`, which is not to be compiled',
    ],
  ])('%s: it says why, and runs', (_, f, reason) => {
    const compiled = torch.compile(f)
    const run = (g: typeof f): string => String(g(torch.tensor([1, 2], { requiresGrad: true })))
    const expected = run(f)
    expect(run(compiled)).toBe(expected)
    expect(run(compiled)).toBe(expected)
    expect(newest(compiled)).toBe(`0: runs eagerly, since ${reason}; 2 calls`)
    expect(() => torch.compile(f, { fullgraph: true })(torch.tensor([1, 2], { requiresGrad: true }))).toThrow(
      expect.objectContaining({
        name: 'RuntimeError',
        code: 'TORCH_GRAPH_BREAK',
        message: expect.stringContaining(reason),
      }),
    )
  })

  const changing: readonly (readonly [string, () => (x: torch.Tensor) => torch.Tensor])[] = [
    [
      'a number',
      () => {
        let k = 0
        return (x) => x.mul(++k)
      },
    ],
    [
      'an array',
      () => {
        const list = [1, 2]
        return (x) => {
          list[0] = (list[0] as number) + 1
          return x.mul(torch.tensor(list))
        }
      },
    ],
    [
      'a tensor in a variable',
      () => {
        let state = torch.zeros(2)
        return (x) => {
          state = state.add(x)
          return state
        }
      },
    ],
    [
      'a result beside tensors',
      () => {
        let k = 0
        return (x) => (++k % 2 === 0 ? x.mul(2) : x.add(2))
      },
    ],
    [
      'its way',
      () => {
        let k = 0
        return (x) => {
          for (let at = 0; at < k; at++) x = x.add(1)
          k++
          return x
        }
      },
    ],
  ]
  test.each(changing)('what changes from call to call: %s', (_, make) => {
    const [compiled, expected] = [torch.compile(make()), make()]
    for (let k = 0; k < 8; k++) {
      const x = torch.tensor([k, 1])
      expect(numbers(compiled(x))).toEqual(numbers(expected(x)))
    }
    expect(newest(compiled)).toBe('0: runs eagerly, since it does something else at each call; 8 calls')
  })

  test('what is made at the first call is no hindrance', () => {
    let scale: torch.Tensor | undefined
    const compiled = torch.compile((x: torch.Tensor) => {
      scale ??= torch.full([2], 3)
      return x.mul(scale)
    })
    for (let k = 0; k < 3; k++) compiled(torch.ones(2))
    expect(recorded(() => compiled(torch.ones(2)))).toBe(1)
    scale?.fill_(5)
    expect(numbers(compiled(torch.ones(2)))).toEqual([5, 5])
  })

  test('arguments of the ninth kind, with a warning', () => {
    const warned = vi.spyOn(console, 'warn').mockImplementation(() => {})
    const compiled = torch.compile((x: torch.Tensor) => x.mul(2))
    for (let n = 1; n < 12; n++) expect(compiled(torch.ones(n)).sum().item()).toBe(2 * n)
    expect(warned).toHaveBeenCalledTimes(1)
    expect(compiled.explain()).toContain('compiled for 8 kinds of arguments')
    torch.compiler.reset()
    expect(compiled.explain()).toContain('compiled for 0 kinds of arguments')
    warned.mockRestore()
  })

  test('an exception inside is the exception of the call', () => {
    const compiled = torch.compile((x: torch.Tensor) => x.view(3))
    expect(() => compiled(torch.ones(2))).toThrow("shape '[3]' is invalid for input of size 2")
    expect(torch.compiler.isCompiling()).toBe(false)
  })
})
