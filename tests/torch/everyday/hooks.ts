// Activations and gradients on their way, looked at and changed by hooks.
import * as torch from '@heddle/torch'
import { nn } from '@heddle/torch'
import { list, type Program } from '../programs.ts'

type Tensor = torch.Tensor

export const hooks: Program = ({ show }) => {
  torch.manualSeed(0)
  const model = new nn.Sequential(new nn.Linear(3, 4), new nn.ReLU(), new nn.Linear(4, 2))
  const activations = new Map<string, Tensor>()
  const handles = [...model].map((layer, k) =>
    layer.registerForwardHook((_module, _inputs, output) => {
      activations.set(String(k), output.detach())
    }),
  )
  for (const layer of model) {
    const handle = layer.registerFullBackwardHook((module, gradInput, gradOutput) => {
      const sizes = (grads: readonly (Tensor | null)[]) => list(grads.map((g) => g && [...g.shape]))
      show(module.constructor.name, sizes(gradInput), sizes(gradOutput))
    })
    handles.push(handle)
  }
  const x = torch.randn(2, 3)
  const out = model(x)
  out.registerHook((grad) => show(grad))
  out.registerHook((grad) => grad.mul(2))
  out.square().sum().backward()
  for (const [name, value] of activations) show(name, value)
  show(model.at(0).weight.grad)
  for (const handle of handles) handle.remove()
  model.zeroGrad({ setToNone: true })
  const handle = model.at(0).registerForwardPreHook((_module, inputs) => inputs.map((input) => input.mul(0)))
  show(model(x))
  handle.remove()
  model.at(2).registerForwardHook((_module, _inputs, output) => output.clamp({ min: 0 }))
  show(model(x))

  // A gradient that is looked at on the way, and one that is kept.
  const w = torch.tensor([1, 2, 3], { requiresGrad: true })
  const h = w.mul(2)
  h.retainGrad()
  h.prod().backward()
  show(h.grad, w.grad)
  show(h, h.gradFn?.name(), h.isLeaf, w.isLeaf)

  const halves = (module: nn.AnyModule): void => {
    if (!(module instanceof nn.Linear)) return
    nn.init.constant_(module.weight, 0.5)
    if (module.bias !== null) nn.init.zeros_(module.bias)
  }
  show(model.apply(halves))
  show(model(torch.ones(1, 3)))
}
