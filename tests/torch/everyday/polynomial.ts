// A polynomial of third order fitted to a sine, in the five forms of PyTorch's tutorials: gradients by hand, by autograd, by a
// function of one's own, with `nn` and `optim`, and with a module whose graph is another at each step.
import * as torch from '@heddle/torch'
import { nn, optim } from '@heddle/torch'
import type { Program } from '../programs.ts'

type Tensor = torch.Tensor

class LegendrePolynomial3 extends torch.autograd.Function {
  static override forward(ctx: torch.autograd.FunctionContext<[Tensor]>, input: Tensor) {
    ctx.saveForBackward(input)
    return input.pow(3).mul(5).sub(input.mul(3)).mul(0.5)
  }
  static override backward(ctx: torch.autograd.FunctionContext<[Tensor]>, gradOutput: Tensor) {
    const [input] = ctx.savedTensors
    return gradOutput.mul(1.5).mul(input.pow(2).mul(5).sub(1))
  }
}

class DynamicNet extends nn.Module {
  a = new nn.Parameter(torch.randn([]))
  b = new nn.Parameter(torch.randn([]))
  c = new nn.Parameter(torch.randn([]))
  d = new nn.Parameter(torch.randn([]))
  e = new nn.Parameter(torch.randn([]))

  override forward(x: Tensor): Tensor {
    let y = this.a
      .add(this.b.mul(x))
      .add(this.c.mul(x.pow(2)))
      .add(this.d.mul(x.pow(3)))
    const end = torch.randint(4, 7, []).item()
    for (let exp = 4; exp < end; exp++) y = y.add(this.e.mul(x.pow(exp)))
    return y
  }
  string(): string {
    const [a, b, c, d, e] = [this.a, this.b, this.c, this.d, this.e].map((each) => each.item().toFixed(4))
    return `y = ${a} + ${b} x + ${c} x^2 + ${d} x^3 + ${e} x^4 ? + ${e} x^5 ?`
  }
}

export const polynomial: Program = ({ show }) => {
  torch.manualSeed(0)
  const x = torch.linspace(-Math.PI, Math.PI, 2000)
  const y = torch.sin(x)
  const learningRate = 1e-6

  // Tensors, gradients by hand.
  let a = torch.randn([])
  let b = torch.randn([])
  let c = torch.randn([])
  let d = torch.randn([])
  for (let t = 0; t < 100; t++) {
    const yPred = a
      .add(b.mul(x))
      .add(c.mul(x.pow(2)))
      .add(d.mul(x.pow(3)))
    const loss = yPred.sub(y).pow(2).sum()
    if (t % 50 === 49) show(t, loss.item().toFixed(1))
    const gradYPred = yPred.sub(y).mul(2)
    a = a.sub(gradYPred.sum().mul(learningRate))
    b = b.sub(gradYPred.mul(x).sum().mul(learningRate))
    c = c.sub(gradYPred.mul(x.pow(2)).sum().mul(learningRate))
    d = d.sub(gradYPred.mul(x.pow(3)).sum().mul(learningRate))
  }
  show(a, b, c)

  // Autograd.
  a = torch.randn([], { requiresGrad: true })
  b = torch.randn([], { requiresGrad: true })
  c = torch.randn([], { requiresGrad: true })
  d = torch.randn([], { requiresGrad: true })
  for (let t = 0; t < 100; t++) {
    const yPred = a
      .add(b.mul(x))
      .add(c.mul(x.pow(2)))
      .add(d.mul(x.pow(3)))
    const loss = yPred.sub(y).pow(2).sum()
    if (t % 50 === 49) show(t, loss.item().toFixed(1))
    loss.backward()
    torch.noGrad(() => {
      for (const p of [a, b, c, d]) {
        p.sub_((p.grad as Tensor).mul(learningRate))
        p.grad = null
      }
    })
  }
  show(a, b, c, d)

  // A function of one's own.
  a = torch.full([], 0, { requiresGrad: true })
  b = torch.full([], -1, { requiresGrad: true })
  c = torch.full([], 0, { requiresGrad: true })
  d = torch.full([], 0.3, { requiresGrad: true })
  const P3 = LegendrePolynomial3.apply
  for (let t = 0; t < 100; t++) {
    const yPred = a.add(b.mul(P3(c.add(d.mul(x)))))
    const loss = yPred.sub(y).pow(2).sum()
    if (t % 50 === 49) show(t, loss.item().toFixed(1))
    loss.backward()
    torch.noGrad(() => {
      for (const p of [a, b, c, d]) {
        p.sub_((p.grad as Tensor).mul(5e-6))
        p.grad = null
      }
    })
  }
  show(b, d)
  show(P3(x.at(torch.slice(0, 2)).requiresGrad_()))

  // nn and optim.
  const p = torch.tensor([1n, 2n, 3n])
  const xx = x.unsqueeze(-1).pow(p)
  const model = new nn.Sequential(new nn.Linear(3, 1), new nn.Flatten(0, 1))
  const lossFn = new nn.MSELoss({ reduction: 'sum' })
  let optimizer: optim.Optimizer = new optim.RMSprop(model.parameters(), { lr: 1e-3 })
  for (let t = 0; t < 100; t++) {
    const loss = lossFn(model(xx), y)
    if (t % 50 === 49) show(t, loss.item().toFixed(1))
    optimizer.zeroGrad()
    loss.backward()
    optimizer.step()
  }
  const linearLayer = model.at(0)
  show(model)
  show(linearLayer.weight)
  show(linearLayer.bias)

  // Control flow and shared weights.
  const dynamic = new DynamicNet()
  optimizer = new optim.SGD(dynamic.parameters(), { lr: 1e-8, momentum: 0.9 })
  for (let t = 0; t < 100; t++) {
    const loss = lossFn(dynamic(x), y)
    if (t % 50 === 49) show(t, loss.item().toFixed(1))
    optimizer.zeroGrad()
    loss.backward()
    optimizer.step()
  }
  show(dynamic.string())
}
