// Heddle's PyTorch layer as a peer: the same programs as pytorch.py, written eagerly; with the argument `compiled` the training step is
// compiled.
import * as torch from '@heddle/torch'
import { nn, optim } from '@heddle/torch'
import { type LoadedTensor, type OpenCase, type OpenRequest, serve } from './protocol.ts'

const F = nn.functional
type Tensors = Readonly<Record<string, torch.Tensor>>
type Loss = (parameters: Tensors, batch: Tensors) => torch.Tensor

const named = (tensors: Tensors, name: string): torch.Tensor => {
  const found = tensors[name]
  if (found === undefined) throw new Error(`there is no tensor ${name}`)
  return found
}

const losses: Readonly<Record<string, Loss>> = {
  'mlp-adam': (p, t) => {
    const layer = (x: torch.Tensor, k: number): torch.Tensor =>
      F.linear(x, named(p, `w${k}`), named(p, `b${k}`))
    const hidden = F.relu(layer(F.relu(layer(named(t, 'x'), 1)), 2))
    const chances = layer(hidden, 3).logSoftmax(1)
    return chances.gather(1, named(t, 'y').unsqueeze(1)).mean().neg()
  },
  'linear-regression': (p, t) =>
    F.mseLoss(F.linear(named(t, 'x'), named(p, 'w'), named(p, 'b')), named(t, 'y')),
}

const isCompiled = process.argv[2] === 'compiled'

await serve({ name: isCompiled ? 'heddle-compiled' : 'heddle-eager', version: '0.1.0', open })

function open(request: OpenRequest, tensors: ReadonlyMap<string, LoadedTensor>): OpenCase {
  const loss = losses[request.case]
  if (loss === undefined) throw new Error('not written eagerly')
  const load = (name: string): torch.Tensor => {
    const found = tensors.get(name)
    if (found === undefined) throw new Error(`there is no tensor ${name}`)
    return torch.tensor(found.data).view([...found.shape])
  }
  const batch = { x: load('x'), y: tensors.get('y')?.dtype === 'i32' ? load('y').long() : load('y') }
  const initial: Tensors = Object.fromEntries(request.parameters.map((name) => [name, load(name)]))
  const parameters: Tensors = Object.fromEntries(
    Object.entries(initial).map(([name, tensor]) => [name, tensor.clone().detach().requiresGrad_()]),
  )
  const list = Object.values(parameters)
  const optimizer =
    request.case === 'linear-regression'
      ? new optim.SGD(list, { lr: request.rate })
      : new optim.Adam(list, { lr: request.rate })
  const restart = (): void => {
    optimizer.state.clear()
    torch.noGrad(() => {
      for (const [name, parameter] of Object.entries(parameters)) parameter.copy_(named(initial, name))
    })
  }
  const takeStep = (): torch.Tensor => {
    optimizer.zeroGrad()
    const value = loss(parameters, batch)
    value.backward()
    optimizer.step()
    return value
  }
  const step = isCompiled ? torch.compile(takeStep, { fullgraph: true }) : takeStep
  return { restart, run: () => step().item(), close: () => undefined }
}
