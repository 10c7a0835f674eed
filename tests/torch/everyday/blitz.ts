// The network of PyTorch's sixty-minute tutorial, from its first output to the accuracy of a classifier.
import * as torch from '@heddle/torch'
import { nn, optim } from '@heddle/torch'
import type { Program } from '../programs.ts'

const { functional: F } = nn
type Tensor = torch.Tensor

class Net extends nn.Module {
  conv1 = new nn.Conv2d(1, 6, 5)
  conv2 = new nn.Conv2d(6, 16, 5)
  fc1 = new nn.Linear(16 * 5 * 5, 120)
  fc2 = new nn.Linear(120, 84)
  fc3 = new nn.Linear(84, 10)

  override forward(input: Tensor): Tensor {
    let x = F.maxPool2d(F.relu(this.conv1(input)), [2, 2])
    x = F.maxPool2d(F.relu(this.conv2(x)), 2)
    x = torch.flatten(x, 1)
    x = F.relu(this.fc1(x))
    x = F.relu(this.fc2(x))
    return this.fc3(x)
  }
}

export const blitz: Program = ({ show, fails }) => {
  torch.manualSeed(0)
  const net = new Net()
  show(net)
  const params = net.parameters()
  show(params.length)
  show(params[0]?.size())
  show(...net.namedParameters().map(([name]) => name))
  const input = torch.randn(1, 1, 32, 32)
  const out = net(input)
  show(out)
  net.zeroGrad()
  out.backward(torch.randn(1, 10))

  const output = net(input)
  const target = torch.randn(10).view(1, -1)
  const mse = new nn.MSELoss()
  const loss = mse(output, target)
  show(loss)
  show(loss.gradFn?.name())
  show(loss.gradFn?.nextFunctions[0]?.[0]?.name())
  net.zeroGrad()
  show('conv1.bias.grad before backward')
  show(net.conv1.bias?.grad)
  loss.backward()
  show('conv1.bias.grad after backward')
  show(net.conv1.bias?.grad)
  for (const f of net.parameters()) f.data.sub_(f.grad?.data.mul(0.01) ?? 0)

  const classes = ['plane', 'car', 'bird', 'cat', 'deer', 'dog', 'frog', 'horse', 'ship', 'truck']
  const images = torch.randn(40, 1, 32, 32)
  const labels = torch.randint(0, 10, [40])
  const optimizer = new optim.SGD(net.parameters(), { lr: 0.01, momentum: 0.9 })
  const criterion = new nn.CrossEntropyLoss()
  for (let epoch = 0; epoch < 2; epoch++) {
    let runningLoss = 0
    for (let i = 0; i < 40; i += 8) {
      const batch = torch.slice(i, i + 8)
      optimizer.zeroGrad()
      const loss = criterion(net(images.at(batch)), labels.at(batch))
      loss.backward()
      optimizer.step()
      runningLoss += loss.item()
    }
    show(`[${epoch + 1}] loss: ${(runningLoss / 5).toFixed(3)}`)
  }
  const { indices: predicted } = torch.noGrad(() => torch.max(net(images), 1))
  const first = [...predicted.at(torch.slice(0, 4))].map((p) => classes[p.item()]?.padEnd(5))
  show('Predicted:', first.join(' '))
  show(`Accuracy: ${Math.floor((100 * predicted.eq(labels).sum().item()) / labels.size(0))} %`)
  const confusion = torch.zeros(10, 10, { dtype: torch.int64 })
  confusion.indexPut_([labels, predicted], torch.tensor(1n), { accumulate: true })
  show(confusion)
  fails(() => net(torch.randn(1, 3, 32, 32)))
  fails(() => net(torch.randn(1, 1, 28, 28)))
  fails(() => criterion(net(images.at(torch.slice(0, 2))), labels.at(torch.slice(0, 3))))
}
