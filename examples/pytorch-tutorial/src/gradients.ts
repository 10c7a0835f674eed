// Sections 8 to 12 of the tutorial: backward, the graph, leaves, accumulation, and a linear regression.
import * as torch from '@heddle/torch'
import { autograd, nn } from '@heddle/torch'
import { callMethod, line, lines, type Prompt } from './session.ts'

type Tensor = torch.Tensor

const leaf = (): Tensor => torch.tensor([2, 3], { requiresGrad: true })

export function backwardOfVectors({ check }: Prompt): void {
  const x = leaf()
  const y = x.pow(2)
  check('S08.4', () => y)
  check('S08.5', () => y.backward())
  check('S08.6', () => x.grad)
}

export function nodes({ check }: Prompt): void {
  const x = leaf()
  const y = x.pow(2)
  const node = y.gradFn as autograd.Node
  check('S09.4', () => y)
  check('S09.5', () => y.backward())
  check('S09.6', () => x.grad)
  check('S09.7', () => node)
  check('S09.8', () => node.nextFunctions)
  check('S09.9', () => node.nextFunctions[0])
  check('S09.10', () => {
    const next = node.nextFunctions[0]?.[0]
    return next instanceof autograd.AccumulateGrad ? next.variable : next
  })
  check('S09.11', () => callMethod(node, 'savedTensors'))
}

export function leaves({ check }: Prompt): void {
  const x = leaf()
  const y = x.pow(2)
  check('S10.4', () => x.isLeaf)
  check('S10.5', () => y.isLeaf)
  check('S10.6', () => y.backward())
  check('S10.7', () => x.grad)
  check('S10.8', () => y.grad)
}

export function accumulation({ check }: Prompt): void {
  const x = leaf()
  const y = x.pow(2)
  check('S11.4', () => x.isLeaf)
  check('S11.5', () => y.isLeaf)
  check('S11.6', () => y.backward())
  check('S11.7', () => x.grad)
  check('S11.8', () => y.grad)
  check('S11.9', () => (x.grad as Tensor).zero_())
  check('S11.10', () => torch.noGrad(() => x.pow(3).requiresGrad))
}

class LinearRegression extends nn.Module {
  linear: nn.Linear

  constructor() {
    super()
    this.linear = new nn.Linear(1, 1)
  }
  override forward(x: Tensor): Tensor {
    return this.linear(x)
  }
}

function regression(seed: number): string {
  const printed: string[] = []
  torch.manualSeed(seed)
  const model = new LinearRegression()
  printed.push(String(model))
  const criterion = new nn.MSELoss()
  const optimizer = new torch.optim.SGD(model.parameters(), { lr: 0.1 })
  const x = torch.randn(100, 1)
  const y = x.mul(3).add(2).add(torch.randn(100, 1))
  for (let epoch = 0; epoch < 20; epoch++) {
    const prediction = model(x)
    const loss = criterion(prediction, y)
    loss.backward()
    optimizer.step()
    optimizer.zeroGrad()
    printed.push(`Epoch ${epoch}, loss: ${loss.item().toFixed(4)}`)
    for (const [name, parameter] of model.namedParameters()) printed.push(`${name} ${parameter.data}`)
  }
  const prediction = model(torch.tensor([[4]]))
  printed.push(`Predicted y for x = 4: ${prediction.item().toFixed(4)}`)
  return printed.join('\n')
}

export function linearRegression({ check }: Prompt): void {
  for (const seed of [0, 1, 42]) check(`S12.seed${seed}`, () => regression(seed))
}

export function repairedGradients({ check }: Prompt): void {
  check('S08r', () => {
    const x = leaf()
    x.pow(2).backward(torch.ones(2))
    const first = String(x.grad)
    x.grad = null
    x.pow(2).sum().backward()
    return lines(first, x.grad)
  })
  check('S09r', () => {
    const x = leaf()
    const y = x.pow(2)
    const node = y.gradFn as autograd.SavedNode
    const [next, output] = node.nextFunctions[0] as readonly [autograd.AccumulateGrad, number]
    return lines(
      line(node.name(), y.gradFn?.name()),
      line(next.variable === x, output, next.name()),
      line(node['_savedSelf'], node['_savedExponent']),
      'savedTensors' in node,
    )
  })
  check('S11r', () => {
    const x = leaf()
    const y = x.pow(2)
    y.backward(torch.onesLike(y))
    const printed = [line(x.grad, null)]
    x.pow(2).backward(torch.ones(2))
    printed.push(line(x.grad))
    x.grad?.zero_()
    printed.push(line(x.grad))
    const z = torch.noGrad(() => x.pow(3))
    printed.push(line(z, z.requiresGrad, z.gradFn))
    const w = x.pow(2)
    w.retainGrad()
    w.sum().backward()
    printed.push(line(w.grad))
    return lines(...printed)
  })
  check('S11s', microBatches)
}

/** Four micro batches of 8 equal one batch of 32. */
function microBatches(): boolean {
  torch.manualSeed(0)
  const model = new nn.Linear(3, 1)
  const [x, y] = [torch.randn(32, 3), torch.randn(32, 1)]
  new nn.MSELoss()(model(x), y).backward()
  const whole = (model.weight.grad as Tensor).clone()
  model.zeroGrad()
  for (let k = 0; k < 4; k++) {
    const rows = torch.slice(8 * k, 8 * k + 8)
    new nn.MSELoss()(model(x.at(rows)), y.at(rows))
      .div(4)
      .backward()
  }
  return torch.allclose(whole, model.weight.grad as Tensor, { atol: 1e-6 })
}
