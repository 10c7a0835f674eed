// Programs in which something changes between calls that a compiled function must hear of: each was a wrong number once.
import { expect, test } from 'vitest'
import * as torch from '../index.ts'

const { nn, optim } = torch
const F = nn.functional
const n = (tensor: T | null) => (tensor === null ? null : [...tensor.detach().toArray()])
type T = torch.Tensor

test('arguments that had the same contents', () => {
  const f = torch.compile((x: T, y: T) => x.sub(y))
  for (let k = 0; k < 3; k++) {
    const x = torch.randn(3)
    f(x, x.clone())
  }
  expect(n(f(torch.ones(3), torch.zeros(3)))).toEqual([1, 1, 1])
})
test('captured tensors that had the same contents', () => {
  const w = torch.ones(3),
    v = w.clone()
  const f = torch.compile((x: T) => x.mul(w).sub(v))
  for (let k = 0; k < 3; k++) f(torch.ones(3))
  w.add_(1)
  expect(n(f(torch.ones(3)))).toEqual([1, 1, 1])
})
test('an argument that is a captured tensor which is written to', () => {
  const w = torch.ones(3)
  const f = torch.compile((x: T) => {
    w.add_(1)
    return x.mul(2)
  })
  for (let k = 0; k < 3; k++) f(torch.ones(3))
  expect(n(f(w))).toEqual([10, 10, 10])
})
test('an argument that shares memory with it', () => {
  const w = torch.ones(3)
  const f = torch.compile((x: T) => {
    w.add_(1)
    return x.mul(2)
  })
  for (let k = 0; k < 3; k++) f(torch.ones(3))
  expect(n(f(w.detach()))).toEqual([10, 10, 10])
})
test('an argument that is a view and written to', () => {
  const f = torch.compile((x: T) => {
    x.mul_(2)
  })
  for (let k = 0; k < 3; k++) f(torch.ones(2))
  const base = torch.ones(4)
  f(base.narrow(0, 0, 2))
  expect(n(base)).toEqual([2, 2, 1, 1])
})
test('a gradient that is a view now', () => {
  const p = torch.ones(2, { requiresGrad: true })
  const f = torch.compile(() => {
    p.mul(3).sum().backward()
  })
  p.grad = torch.zeros(2)
  for (let k = 0; k < 4; k++) f()
  expect(n(p.grad)).toEqual([12, 12])
  const flat = torch.zeros(4)
  p.grad = flat.narrow(0, 0, 2)
  f()
  expect(n(p.grad)).toEqual([3, 3])
  expect(n(flat)).toEqual([3, 3, 0, 0])
})
test('a hook that was added', () => {
  const p = torch.ones(2, { requiresGrad: true })
  const f = torch.compile(() => {
    p.grad = null
    p.mul(3).sum().backward()
  })
  for (let k = 0; k < 4; k++) f()
  p.registerHook((g) => g.mul(10))
  f()
  expect(n(p.grad)).toEqual([30, 30])
})
test('a post-accumulate hook that was added', () => {
  const p = torch.ones(2, { requiresGrad: true })
  const f = torch.compile(() => {
    p.grad = null
    p.mul(3).sum().backward()
  })
  for (let k = 0; k < 4; k++) f()
  p.registerPostAccumulateGradHook((q) => {
    q.grad!.mul_(10)
  })
  f()
  expect(n(p.grad)).toEqual([30, 30])
})
test('a hook that was removed', () => {
  const p = torch.ones(2, { requiresGrad: true })
  const h = p.registerHook((g) => g.mul(10))
  const f = torch.compile(() => {
    p.grad = null
    p.mul(3).sum().backward()
  })
  for (let k = 0; k < 4; k++) f()
  h.remove()
  f()
  expect(n(p.grad)).toEqual([3, 3])
})
test('parameters added to an optimizer', () => {
  const p = torch.ones(2, { requiresGrad: true }),
    q = torch.ones(2, { requiresGrad: true })
  const o = new optim.SGD([p], { lr: 0.1 })
  const f = torch.compile(() => {
    o.zeroGrad()
    p.mul(3).sum().backward()
    o.step()
  })
  for (let k = 0; k < 4; k++) f()
  o.addParamGroup({ params: [q] })
  q.grad = torch.ones(2)
  f()
  expect(n(q)).toEqual([1, 1])
  expect(q.grad).toBe(null)
})
test('a gradient that was replaced and is read after a step', () => {
  const make = () => {
    const p = torch.ones(2, { requiresGrad: true })
    const o = new optim.SGD([p], { lr: 0.1 })
    return [
      p,
      (x: T) => {
        const g = p.grad
        p.grad = null
        p.mul(x).sum().backward()
        o.step()
        return g!.mul(1.5)
      },
    ] as const
  }
  const [p, e] = make(),
    [q, c] = make()
  const cc = torch.compile(c)
  p.grad = torch.ones(2)
  q.grad = torch.ones(2)
  for (let k = 0; k < 6; k++) {
    const x = torch.randn(2)
    expect(n(cc(x))).toEqual(n(e(x)))
  }
})
test('a gradient that is dropped and backward needs', () => {
  const p = torch.ones(2, { requiresGrad: true })
  const f = torch.compile((x: T) => {
    const r = x.mul(p.grad!).sum()
    p.grad = null
    return r
  })
  for (let k = 0; k < 4; k++) {
    p.grad = torch.full([2], 3, { dtype: torch.float32 })
    const x = torch.ones(2, { requiresGrad: true })
    f(x).backward()
    expect(n(x.grad)).toEqual([3, 3])
  }
})
test('bounds of random numbers', () => {
  let k = 1
  const f = torch.compile(() => torch.randint(k, ++k, [2]))
  for (let j = 1; j < 7; j++) expect(n(f())).toEqual([j, j].map(BigInt))
})
test('bounds of random numbers in place', () => {
  let k = 1
  const f = torch.compile(() => torch.empty(2).uniform_(k, ++k))
  for (let j = 1; j < 7; j++) expect(n(f().floor())).toEqual([j, j])
})
test('the generator', () => {
  const make = () => {
    const gs = [1, 2].map((s) => {
      const g = new torch.Generator()
      g.manualSeed(s)
      return g
    })
    let k = 0
    return () => torch.rand(2, { generator: gs[k++ % 2]! })
  }
  const e = make(),
    c = torch.compile(make())
  for (let j = 1; j < 7; j++) expect(n(c())).toEqual(n(e()))
})
test('seeds set inside', () => {
  torch.manualSeed(0)
  const e = () => {
    torch.manualSeed(5)
    return torch.rand(2)
  }
  const c = torch.compile(e)
  const want = n(e())
  for (let j = 1; j < 7; j++) {
    torch.manualSeed(0)
    expect(n(c())).toEqual(want)
  }
  const g = new torch.Generator()
  const e2 = () => {
    g.manualSeed(5)
    return torch.rand(2, { generator: g })
  }
  const c2 = torch.compile(e2)
  const want2 = n(e2())
  for (let j = 1; j < 7; j++) expect(n(c2())).toEqual(want2)
})
test('generators are drawn from anew', () => {
  const make = () => {
    const g = new torch.Generator()
    g.manualSeed(3)
    return () => [torch.randperm(5, { generator: g }), torch.randn(2, { generator: g })]
  }
  const e = make(),
    c = torch.compile(make())
  for (let j = 1; j < 7; j++) expect(c().map(n)).toEqual(e().map(n))
})
test('an exception at the last call that is watched', () => {
  let k = 0
  const f = torch.compile((x: T) => {
    k++
    if (k === 4) throw new Error('four')
    return x.mul(k)
  })
  for (let j = 1; j < 9; j++) {
    if (j === 4) expect(() => f(torch.ones(1))).toThrow()
    else expect(n(f(torch.ones(1)))).toEqual([j])
  }
})
test('tensors of inference mode', () => {
  const x = torch.inferenceMode(() => torch.ones(2))
  const f = torch.compile((y: T) => y.mul(2))
  for (let j = 1; j < 5; j++) expect(n(f(x))).toEqual([2, 2])
  for (let j = 1; j < 5; j++) expect(n(torch.inferenceMode(() => f(x)))).toEqual([2, 2])
  const w = torch.ones(2)
  const g = torch.compile((y: T) => torch.inferenceMode(() => y.mul(2)))
  for (let j = 1; j < 5; j++) expect(g(w).isInference()).toBe(true)
})
test('a result that is not used brings no gradient', () => {
  const [p, q] = [torch.ones(2, { requiresGrad: true }), torch.ones(2, { requiresGrad: true })]
  const f = torch.compile(() => [p.mul(2).sum(), q.mul(3).sum()] as const)
  for (let j = 1; j < 5; j++) {
    p.grad = null
    q.grad = null
    f()[0].backward()
    expect(n(p.grad)).toEqual([2, 2])
    expect(n(q.grad)).toEqual(null)
  }
})
test('a parameter that was replaced, in a module that is not called', () => {
  const m = new nn.Linear(2, 1)
  const f = torch.compile((x: T) => F.linear(x, m.weight))
  for (let j = 1; j < 5; j++) f(torch.ones(1, 2))
  m.weight = new nn.Parameter(torch.zeros(1, 2))
  expect(n(f(torch.ones(1, 2)))).toEqual([0])
})
test('the rate of a dropout', () => {
  const m = new nn.Dropout(0.5)
  const f = torch.compile((x: T) => m(x))
  for (let j = 1; j < 5; j++) f(torch.ones(4))
  Object.assign(m, { p: 0 })
  expect(n(f(torch.ones(4)))).toEqual([1, 1, 1, 1])
})
test('a grad mode set inside', () => {
  const f = torch.compile((x: T) => {
    torch.setGradEnabled(false)
    return x.mul(2)
  })
  for (let j = 1; j < 5; j++) {
    torch.setGradEnabled(true)
    f(torch.ones(4))
    expect(torch.isGradEnabled()).toBe(false)
  }
  torch.setGradEnabled(true)
})
test('a default dtype set inside', () => {
  const f = torch.compile((x: T) => {
    torch.setDefaultDtype(torch.float64)
    return x.mul(2)
  })
  try {
    for (let j = 1; j < 5; j++) {
      torch.setDefaultDtype(torch.float32)
      f(torch.ones(4))
      expect(torch.getDefaultDtype()).toBe(torch.float64)
    }
  } finally {
    torch.setDefaultDtype(torch.float32)
  }
})
test('a set with another tensor', () => {
  const s = new Set<T>([torch.ones(1)])
  const f = torch.compile((xs: Set<T>) => [...xs][0]!.mul(2))
  for (let j = 1; j < 5; j++) f(s)
  s.clear()
  s.add(torch.zeros(1))
  expect(n(f(s))).toEqual([0])
})
test('an object with another tensor', () => {
  class B {
    x = torch.ones(1)
  }
  const b = new B()
  const f = torch.compile((xs: B) => xs.x.mul(2))
  for (let j = 1; j < 5; j++) f(b)
  b.x = torch.zeros(1)
  expect(n(f(b))).toEqual([0])
})
test('gradients filled with zeros', () => {
  const make = () => {
    torch.manualSeed(0)
    const m = new nn.Linear(3, 1)
    const o = new optim.SGD(m.parameters(), { lr: 0.1, momentum: 0.9 })
    return [
      m,
      (x: T) => {
        o.zeroGrad(false)
        m(x).sum().backward()
        o.step()
      },
    ] as const
  }
  const [m, e] = make(),
    [mc, c] = make()
  const cc = torch.compile(c)
  for (let j = 0; j < 8; j++) {
    const x = torch.randn(2, 3)
    e(x)
    cc(x)
    expect(mc.parameters().map(n)).toEqual(m.parameters().map(n))
    expect(mc.parameters().map((p) => n(p.grad))).toEqual(m.parameters().map((p) => n(p.grad)))
  }
})
test('inside `vmap` and `grad`', () => {
  const e = (x: T) => x.mul(x).sin().sum()
  const c = torch.compile(e)
  for (let j = 0; j < 4; j++) {
    const x = torch.randn(3, 4)
    expect(n(torch.func.vmap(c)(x) as T)).toEqual(n(torch.func.vmap(e)(x) as T))
    expect(n(torch.func.grad(c)(x) as T)).toEqual(n(torch.func.grad(e)(x) as T))
  }
})
