// The programs of `tools/golden/torch/nn_programs.py`, rewritten by the API rules. It is long because each is a part of one table.
import * as torch from '@heddle/torch'
import recorded from './nn-programs.json' with { type: 'json' }
import { comparePrograms, type Output, type Program } from './programs.ts'

const { nn } = torch
type Tensor = torch.Tensor

/** The program, and then what it was warned of. */
const warned =
  (program: Program): Program =>
  (output) => {
    const told: string[] = []
    torch.setWarningHandler((text) => {
      if (!text.startsWith('Lazy modules')) told.push(text)
    })
    try {
      program(output)
    } finally {
      torch.setWarningHandler((text) => console.warn(text))
    }
    for (const text of told) output.show(`warned: ${text}`)
  }

function numbers(...shape: readonly number[]): Tensor {
  const count = shape.reduce((product, extent) => product * extent, 1)
  return torch
    .arange(count)
    .remainder(7)
    .sub(3)
    .float()
    .div(2)
    .reshape([...shape])
}

const first = (tensor: Tensor, count: number): Tensor =>
  tensor.detach().flatten().narrow(0, 0, Math.min(count, tensor.numel()))

/** One tensor is shown as often as it was written to, after the last write. */
const shown = ({ show }: Output, ...fills: readonly (() => Tensor)[]): void => {
  const all = fills.map((fill) => fill())
  show(...all)
}

type AnyLazy = torch.nn.Module & { hasUninitializedParams(): boolean }

class Symmetric extends nn.Module<[Tensor]> {
  override forward(x: Tensor): Tensor {
    return x.triu().add(x.triu(1).t())
  }
  rightInverse(x: Tensor): Tensor {
    return x.triu()
  }
}

class Twice extends nn.Module<[Tensor]> {
  override forward(x: Tensor): Tensor {
    return x.mul(2)
  }
  rightInverse(x: Tensor): Tensor {
    return x.div(2)
  }
}

class Rank1 extends nn.Module<[Tensor, Tensor]> {
  override forward(x: Tensor, y: Tensor): Tensor {
    return x.unsqueeze(1).mul(y)
  }
  rightInverse(a: Tensor): readonly [Tensor, Tensor] {
    return [a.select(1, 0), a.select(0, 0)]
  }
}

class Flat extends nn.Module<[Tensor]> {
  override forward(x: Tensor): Tensor {
    return x.flatten()
  }
}

class Wide extends nn.Module<[Tensor]> {
  override forward(x: Tensor): Tensor {
    return x.double()
  }
}

class EveryOther extends nn.utils.prune.BasePruningMethod {
  readonly PRUNING_TYPE = 'unstructured'
  override computeMask(_t: Tensor, defaultMask: Tensor): Tensor {
    const mask = defaultMask.clone()
    mask
      .view(-1)
      .at(torch.slice(null, null, 2))
      .fill_(0)
    return mask
  }
}

/** The tensor at a path of names. */
const tensorAt = (module: torch.nn.AnyModule, path: string): Tensor => {
  const end = path.lastIndexOf('.')
  return Reflect.get(module.getSubmodule(path.slice(0, Math.max(end, 0))), path.slice(end + 1)) as Tensor
}

const programs: Readonly<Record<string, Program>> = {
  'initial numbers': (output) => {
    const { show, fails } = output
    torch.manualSeed(0)
    const x = torch.empty(3, 4)
    const { init } = nn
    shown(
      output,
      () => init.uniform_(x, -2, 2),
      () => init.normal_(x, 1, 0.5),
      () => x,
    )
    show(init.xavierUniform_(x, 2))
    show(init.xavierNormal_(x, { gain: 0.5 }))
    show(init.kaimingUniform_(x, 0.1, 'fan_out', 'leaky_relu'))
    show(init.kaimingNormal_(x, { mode: 'fan_out', nonlinearity: 'relu' }))
    show(init.truncNormal_(x, 0, 1, -0.5, 0.5))
    show(init.constant_(x, 0.25))
    show(init.sparse_(x, 0.4))
    show(init.dirac_(torch.empty(4, 2, 3), 2).sum(0))
    show(torch.rand(2))
    fails(() => init.orthogonal_(torch.empty(3)))
    fails(() => init.sparse_(torch.empty(3), 0.5))
    fails(() => init.eye_(torch.empty(3)))
    fails(() => init.dirac_(torch.empty(3, 2)))
    fails(() => init.xavierUniform_(torch.empty(3)))
    init.kaimingUniform_(torch.empty(0, 3))
    init.truncNormal_(x, 5, 1, -1, 1)
  },
  'orthogonal weights': ({ show }) => {
    torch.manualSeed(1)
    for (const shape of [
      [3, 3],
      [2, 5],
      [5, 2],
      [4, 2, 3],
      [2, 3, 2, 2],
      [1, 4],
      [4, 1],
    ]) {
      show(nn.init.orthogonal_(torch.empty(shape)))
    }
    show(nn.init.orthogonal_(torch.empty(3, 4), { gain: 2 }))
    show(nn.init.orthogonal_(torch.empty(3, 2, { dtype: torch.float64 })))
    const { slice } = torch
    show(nn.init.orthogonal_(torch.empty(40, 30)).at(slice(null, null, 13), slice(null, null, 11)))
    show(nn.init.orthogonal_(torch.empty(150, 140)).at(slice(null, null, 50), slice(null, null, 60)))
  },
  'old names of init': ({ show }) => {
    torch.manualSeed(0)
    const x = torch.empty(2, 2)
    const { init } = nn
    show(init.uniform(x), init.normal(x), init.constant(x, 2), init.eye(x))
    show(init.xavierUniform(x), init.xavierNormal(x), init.kaimingUniform(x))
    show(init.kaimingNormal(x), init.orthogonal(x))
    show(init.sparse(x, 0.5), init.dirac(torch.empty(1, 1, 1)))
  },
  'lazy layers': ({ show }) => {
    torch.manualSeed(0)
    const layers: readonly (readonly [AnyLazy, Tensor])[] = [
      [new nn.LazyLinear(3), numbers(2, 4)],
      [new nn.LazyLinear(3, false), numbers(4)],
      [new nn.LazyConv1d(2, 3), numbers(1, 2, 5)],
      [new nn.LazyConv2d(4, 2, 2, 1, { groups: 2, bias: false }), numbers(1, 2, 4, 4)],
      [new nn.LazyConv3d(2, 2), numbers(2, 2, 2, 2)],
      [new nn.LazyConvTranspose1d(2, 2), numbers(1, 3, 4)],
      [new nn.LazyConvTranspose2d(2, 2, 2, 0, 1), numbers(1, 2, 2, 2)],
      [new nn.LazyConvTranspose3d(2, 1), numbers(1, 2, 2, 1, 2)],
      [new nn.LazyBatchNorm1d(), numbers(4, 3)],
      [new nn.LazyBatchNorm2d(0.1, null, false), numbers(2, 2, 2, 2)],
      [new nn.LazyBatchNorm3d({ trackRunningStats: false }), numbers(2, 2, 2, 1, 2)],
      [new nn.LazyInstanceNorm1d(), numbers(2, 3, 4)],
      [new nn.LazyInstanceNorm2d({ affine: false }), numbers(2, 2, 2, 2)],
      [new nn.LazyInstanceNorm3d(), numbers(1, 2, 2, 2, 2)],
    ]
    for (const [layer, x] of layers) {
      show(layer, ...layer.stateDict().keys(), layer.hasUninitializedParams())
      const y = layer(x)
      show(layer, y.shape, ...layer.parameters().map(({ shape }) => shape))
      show(first(y, 5))
      for (const parameter of layer.parameters()) show(first(parameter, 3))
      for (const buffer of layer.buffers()) show(first(buffer, 3))
    }
  },
  'parameters without shapes': ({ show, fails }) => {
    const layer = new nn.LazyLinear(2)
    show(layer.weight, layer.bias, layer.weight.dtype, layer.weight.requiresGrad, layer._getName())
    fails(() => layer.weight.shape)
    show(layer.stateDict().get('weight'))
    layer.double()
    show(layer.weight.dtype, layer.bias?.dtype)
    layer.to(torch.float16)
    show(layer.weight.dtype, layer.weight)
    fails(() => new nn.Linear(3, 2).loadStateDict(layer.stateDict()))
    fails(() => new nn.LazyConv2d(2, 3)(numbers(3, 4)))
    fails(() => new nn.LazyConv1d(2, 3, { groups: 2 })(numbers(3, 4)))
    fails(() => Reflect.construct(nn.LazyLinear, []))
    fails(() => nn.utils.weightNorm(new nn.LazyLinear(2)))
    show(new nn.LazyBatchNorm2d().running_mean)
    const parameter = new nn.UninitializedParameter()
    parameter.materialize([2, 3])
    show(parameter.constructor.name, parameter.shape, parameter.requiresGrad)
  },
  'states of lazy layers': ({ show }) => {
    torch.manualSeed(0)
    const net = new nn.Sequential(new nn.LazyLinear(3), new nn.ReLU(), new nn.LazyLinear(1))
    show(net)
    const full = new nn.Sequential(new nn.Linear(2, 3), new nn.ReLU(), new nn.Linear(3, 1))
    show(net.loadStateDict(full.stateDict()))
    const [weight, wanted] = [net, full].map((each) => each.getParameter('0.weight')) as [Tensor, Tensor]
    show(weight.shape, weight.equal(wanted))
    const x = numbers(2, 2)
    show(net(x).equal(full(x)))
    const other = new nn.Sequential(new nn.LazyLinear(3), new nn.LazyLinear(1))
    other.loadStateDict(other.stateDict())
    show(other(x).shape)
    show(other)
    show(...other.stateDict().keys())
  },
  'parameters drawn anew': ({ show }) => {
    torch.manualSeed(3)
    const layers = [
      new nn.Linear(2, 2),
      new nn.Conv1d(1, 2, 2),
      new nn.Embedding(3, 2, 1),
      new nn.LSTM(1, 1),
      new nn.GRUCell(1, 1),
      new nn.Bilinear(1, 1, 2),
      new nn.BatchNorm1d(2),
      new nn.LayerNorm(2),
    ]
    for (const layer of layers) {
      torch.noGrad(() => {
        for (const parameter of layer.parameters()) parameter.fill_(7)
      })
      layer.resetParameters()
      for (const parameter of layer.parameters()) show(parameter.detach())
    }
  },
  'parts computed again': ({ show, fails }) => {
    torch.manualSeed(0)
    const [head, last] = [new nn.Linear(3, 4), new nn.Linear(4, 2)]
    const drop = new nn.Dropout(0.5)
    const inside = (x: Tensor): Tensor => drop(head(x).tanh()).mul(2)
    const gradients = (run: (x: Tensor) => Tensor): void => {
      torch.manualSeed(5)
      const x = numbers(2, 3).requiresGrad_()
      const y = run(x)
      show(y.gradFn?.name(), y.gradFn?.nextFunctions[0]?.[0]?.name(), y)
      last(y).exp().sum().backward()
      show(x.grad, head.weight.grad, last.bias?.grad, torch.rand(2))
      for (const parameter of [...head.parameters(), ...last.parameters()]) parameter.grad = null
    }
    const { checkpoint, checkpointSequential } = torch.utils.checkpoint
    gradients(inside)
    gradients((x) => checkpoint(inside, x, { useReentrant: false }))
    gradients((x) => checkpoint(inside, x, { useReentrant: true }))
    const layer = (): torch.nn.Linear => new nn.Linear(3, 3)
    const tanh = (): torch.nn.Tanh => new nn.Tanh()
    const net = new nn.Sequential(layer(), tanh(), layer(), tanh(), layer(), tanh(), new nn.Linear(3, 4))
    gradients(net)
    gradients((x) => checkpointSequential(net, 3, x, { useReentrant: true }))
    checkpoint(inside, numbers(2, 3), { useReentrant: true })
    const x = numbers(2, 3).requiresGrad_()
    fails(() => torch.autograd.grad(checkpoint(inside, x, { useReentrant: true }).sum(), x))
    torch.manualSeed(5)
    show(torch.autograd.grad(checkpoint(inside, x, { useReentrant: false }).sum(), x)[0])
    fails(() =>
      checkpoint((h: Tensor) => h.detach(), x, { useReentrant: true })
        .sum()
        .backward(),
    )
    const scaled = (h: Tensor, k: Tensor, { scale }: { scale: number }): readonly Tensor[] => [
      h.mul(k).mul(scale),
      h.add(k),
    ]
    show(checkpoint(scaled, x, numbers(2, 3), { scale: 3, useReentrant: false })[0])
    const both = (h: Tensor, k: Tensor): readonly Tensor[] => [h.mul(k), h.add(k)]
    const [product, sum] = checkpoint(both, x, numbers(2, 3), { useReentrant: true }) as [Tensor, Tensor]
    x.grad = null
    product.sum().add(sum.exp().sum()).backward()
    show(product.gradFn?.name(), x.grad)
  },
  'weights of largest value 1': ({ show, fails }) => {
    torch.manualSeed(0)
    const layer = nn.utils.spectralNorm(new nn.Linear(3, 4))
    show(layer, ...layer.stateDict().keys())
    show(tensorAt(layer, 'weight_u'), tensorAt(layer, 'weight_v'))
    const x = numbers(2, 3)
    let y = x
    for (let k = 0; k < 3; k++) y = layer(x)
    show(y, layer.weight, tensorAt(layer, 'weight_u'), tensorAt(layer, 'weight_v'))
    y.square().sum().backward()
    show(tensorAt(layer, 'weight_orig').grad, layer.bias?.grad)
    layer.eval()
    show(layer(x).equal(layer(x)), tensorAt(layer, 'weight_u'))
    fails(() => nn.utils.spectralNorm(layer))
    nn.utils.removeSpectralNorm(layer)
    show(layer.weight, ...layer.stateDict().keys())
    fails(() => nn.utils.removeSpectralNorm(layer))
    fails(() => nn.utils.spectralNorm(new nn.Linear(2, 2), { nPowerIterations: 0 }))
    fails(() => nn.utils.spectralNorm(new nn.LazyLinear(2)))
    const conv = nn.utils.spectralNorm(new nn.ConvTranspose1d(2, 3, 2), { nPowerIterations: 2 })
    show(tensorAt(conv, 'weight_u').shape, tensorAt(conv, 'weight_v').shape, conv(numbers(1, 2, 3)))
  },
  'parametrized weights': ({ show, fails }) => {
    const P = nn.utils.parametrize
    const original = 'parametrizations.weight.original'
    torch.manualSeed(0)
    const layer = new nn.Linear(3, 3)
    const before = layer.weight
    P.registerParametrization(layer, 'weight', new Symmetric())
    show(layer, ...layer.stateDict().keys())
    show(layer._getName(), layer.weight, before === tensorAt(layer, original))
    show(
      P.isParametrized(layer),
      P.isParametrized(layer, 'weight'),
      P.isParametrized(layer, 'bias'),
      P.isParametrized(new nn.ReLU()),
    )
    layer(numbers(2, 3)).square().sum().backward()
    show(tensorAt(layer, original).grad)
    P.registerParametrization(layer, 'weight', new Twice())
    show(layer, layer.weight)
    Reflect.set(layer, 'weight', numbers(3, 3).add(numbers(3, 3).t()))
    show(layer.weight, tensorAt(layer, original))
    const isOne = (): boolean => new Set([layer.weight, layer.weight]).size === 1
    P.cached(() => show(isOne()))
    show(isOne())
    const other = new nn.Linear(3, 3)
    P.registerParametrization(other, 'weight', new Symmetric())
    P.registerParametrization(other, 'weight', new Twice())
    show(other.loadStateDict(layer.stateDict()), other.weight.equal(layer.weight))
    P.removeParametrizations(layer, 'weight')
    show(layer, layer.weight, layer.weight === before, ...layer.stateDict().keys())
    P.removeParametrizations(other, 'weight', { leaveParametrized: false })
    show(other.weight)
    const low = new nn.Linear(2, 3)
    P.registerParametrization(low, 'weight', new Rank1(), { unsafe: true })
    show(low, ...low.stateDict().keys(), low.weight.shape)
    fails(() => P.removeParametrizations(low, 'weight', false))
    P.removeParametrizations(low, 'weight')
    show(low, low.weight.requiresGrad)
    fails(() => P.removeParametrizations(low, 'weight'))
    fails(() => P.registerParametrization(low, 'foo', new Twice()))
    fails(() => P.registerParametrization(low, 'weight', new Flat()))
    fails(() => P.registerParametrization(low, 'weight', new Wide()))
    P.registerParametrization(low, 'weight', new Twice())
    fails(() => P.registerParametrization(low, 'weight', new Flat()))
    fails(() => P.registerParametrization(low, 'weight', new Wide()))
    P.registerParametrization(low, 'weight', new Flat(), { unsafe: true })
    show(low.weight.shape)
  },
  'parametrized largest values': ({ show, fails }) => {
    const P = nn.utils.parametrizations
    torch.manualSeed(0)
    const layer = P.spectralNorm(new nn.Linear(3, 4), { nPowerIterations: 2 })
    show(layer, ...layer.stateDict().keys())
    const y = layer(numbers(2, 3))
    show(y, layer.weight)
    y.square().sum().backward()
    show(tensorAt(layer, 'parametrizations.weight.original').grad)
    layer.eval()
    show(layer.weight, tensorAt(layer, 'parametrizations.weight.0._u'))
    show(P.spectralNorm(new nn.LayerNorm(3)).weight)
    fails(() => P.spectralNorm(new nn.Linear(2, 2), 'foo'))
    fails(() => P.spectralNorm(new nn.Linear(2, 2), { nPowerIterations: 0 }))
    fails(() => P.spectralNorm(new nn.Linear(2, 2), { dim: 2 }))
  },
  'fused norms': ({ show, fails }) => {
    torch.manualSeed(0)
    const U = nn.utils
    const pairs = [
      [new nn.Conv2d(2, 3, 2), new nn.BatchNorm2d(3), numbers(2, 2, 3, 3)],
      [new nn.Conv1d(2, 2, 1, { bias: false }), new nn.BatchNorm1d(2, { affine: false }), numbers(2, 2, 3)],
    ] as const
    for (const [layer, norm, x] of pairs) {
      torch.noGrad(() => {
        norm.running_mean?.copy_(numbers(norm.numFeatures))
        norm.running_var?.copy_(numbers(norm.numFeatures).abs().add(0.5))
        norm.weight?.copy_(numbers(3).add(3))
        norm.bias?.copy_(numbers(3).sub(1))
      })
      const net = new nn.Sequential(layer, norm).eval()
      const fused = U.fuseConvBnEval<torch.nn.Conv1d | torch.nn.Conv2d>(layer, norm)
      show(fused, fused.weight.requiresGrad, fused.bias)
      show(torch.allclose(net(x), fused(x), { atol: 1e-5 }))
    }
    const layer = new nn.ConvTranspose1d(2, 3, 2).eval()
    const norm = new nn.BatchNorm1d(3).eval()
    show(U.fuseConvBnEval(layer, norm, { transpose: true }).weight)
    const linear = new nn.Linear(2, 3).eval()
    show(U.fuseLinearBnEval(linear, norm).weight)
    fails(() => U.fuseConvBnEval(new nn.Conv2d(2, 3, 2), new nn.BatchNorm2d(3)))
  },
  'called with other parameters': ({ show }) => {
    torch.manualSeed(0)
    const call = nn.utils.stateless.functionalCall
    const net = new nn.Sequential(new nn.Linear(2, 3), new nn.BatchNorm1d(3), new nn.Linear(3, 1))
    const before = new Map([...net.stateDict()].map(([name, value]) => [name, value.clone()]))
    const [weight, mean] = [numbers(3, 2).requiresGrad_(), torch.zeros(3)]
    const y = call(net, { '0.weight': weight, '2.bias': numbers(1), '1.running_mean': mean }, numbers(4, 2))
    show(y, mean)
    y.square().sum().backward()
    show(weight.grad?.mul(1000).round(), tensorAt(net, '0.weight').grad, tensorAt(net, '2.weight').grad)
    const changed = [...net.stateDict()].filter(([name, value]) => !value.equal(before.get(name) as Tensor))
    show(...changed.map(([name]) => name))
    const lstm = new nn.LSTM(2, 2)
    const found = call<readonly Tensor[]>(lstm, { weight_hh_l0: torch.zeros(8, 2), bias_ih_l0: numbers(8) }, [
      numbers(3, 2),
    ])
    show(found[0])
    show(
      torch.func.functionalCall(new nn.GRUCell(1, 1), new Map([['weight_hh', torch.zeros(3, 1)]]), [
        numbers(1),
      ]),
    )
  },
  'classes in clusters': ({ show, fails }) => {
    torch.manualSeed(0)
    const layer = new nn.AdaptiveLogSoftmaxWithLoss(8, 10, [3, 6], { divValue: 2 })
    const x = numbers(4, 8)
    show(layer, layer.logProb(x).detach(), layer.predict(x), layer.logProb(x).exp().sum(1))
    const { output, loss } = layer(x, torch.tensor([0n, 4n, 9n, 2n]))
    show(output, loss)
    fails(() => layer(x, torch.tensor([0n, 4n, 10n, -1n])))
    fails(() => layer(x, torch.tensor([0n, 4n])))
    fails(() => layer(x, torch.tensor(0n)))
    fails(() => layer(x.select(0, 0), torch.zeros(8, { dtype: torch.int64 })))
    fails(() => layer(x, torch.zeros(4, 1, { dtype: torch.int64 })))
  },
  'old name of clipping': ({ show }) => {
    const parameter = new nn.Parameter(torch.zeros(2))
    parameter.grad = torch.tensor([3, 4])
    show(nn.utils.clipGradNorm([parameter], 1), parameter.grad)
  },
  'pruned weights': ({ show, fails }) => {
    const P = nn.utils.prune
    torch.manualSeed(0)
    const layer = new nn.Linear(4, 3)
    const before = layer.weight.detach().clone()
    P.l1Unstructured(layer, 'weight', 0.3)
    const mask = (module: torch.nn.AnyModule): Tensor => tensorAt(module, 'weight_mask')
    show(layer, ...layer.stateDict().keys(), P.isPruned(layer), P.isPruned(new nn.ReLU()))
    show(mask(layer), layer.weight, tensorAt(layer, 'weight_orig').detach().equal(before))
    layer(numbers(2, 4)).square().sum().backward()
    show(tensorAt(layer, 'weight_orig').grad)
    P.randomUnstructured(layer, 'weight', 2)
    show(mask(layer))
    P.lnStructured(layer, 'weight', 1, 2, 0)
    show(mask(layer))
    P.randomStructured(layer, 'weight', 0.5, 1)
    show(mask(layer))
    EveryOther.apply(layer, 'bias')
    show(layer.bias)
    P.remove(layer, 'weight')
    show(layer.weight, ...layer.stateDict().keys())
    const conv = new nn.Conv1d(2, 4, 3)
    P.randomStructured(conv, 'weight', 2, 0)
    P.customFromMask(conv, 'bias', torch.tensor([1n, 0n, 0n, 1n]))
    P.identity(new nn.Linear(2, 2), 'weight')
    show(mask(conv).sum([1, 2]), conv.bias)
    const [one, two] = [new nn.Linear(3, 2), new nn.Linear(2, 3)]
    const both = [
      [one, 'weight'],
      [two, 'weight'],
    ] as const
    P.globalUnstructured(both, P.L1Unstructured, 5)
    show(mask(one), mask(two))
    P.globalUnstructured(both, P.RandomUnstructured, 2)
    show(mask(one), mask(two), torch.rand(1))
    show(new P.L1Unstructured(1).prune(torch.tensor([1, -0.5, 2])))
    P.l1Unstructured(two, 'bias', 1, { importanceScores: torch.tensor([3, 1, 2]) })
    show(tensorAt(two, 'bias_mask'))
    fails(() => P.l1Unstructured(new nn.Linear(2, 2), 'weight', -1))
    fails(() => P.l1Unstructured(new nn.Linear(2, 2), 'weight', 1.5))
    fails(() => P.l1Unstructured(new nn.Linear(2, 2), 'weight', 5))
    fails(() => P.lnStructured(new nn.Linear(2, 2), 'bias', 1, 2, 0))
    fails(() => P.randomStructured(new nn.Linear(2, 2), 'weight', 1, 2))
    fails(() => P.remove(new nn.Linear(2, 2), 'weight'))
    fails(() => P.globalUnstructured([[one, 'weight']], P.LnStructured, 1, 2))
  },
  'modules that are not drawn': ({ show }) => {
    torch.manualSeed(0)
    const layer = nn.utils.skipInit(nn.Linear, 2, 3)
    show(layer, torch.rand(2))
  },
}

comparePrograms(
  recorded,
  Object.fromEntries(Object.entries(programs).map(([name, program]) => [name, warned(program)])),
)
