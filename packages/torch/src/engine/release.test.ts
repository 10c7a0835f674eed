// Device memory of contents that were written over is free at once where nobody can read them, and stays where somebody can.
import { describe, expect, test } from 'vitest'
import * as torch from '../index.ts'

const { stats } = torch._internal
/** Large enough to be in device memory between runs. */
const size = 2048

const full = (value: number): torch.Tensor => torch.full([size], value, { dtype: torch.float32 })
const first = (tensor: torch.Tensor): number => tensor.detach().at(0).item()

/** What a program may still hold of a tensor that is written to. */
const holders: readonly (readonly [string, (w: torch.Tensor) => torch.Tensor, (w: number) => number])[] = [
  ['a clone', (w) => w.clone(), (w) => w],
  ['a sum that was not looked at', (w) => w.mul(3).add(1), (w) => 3 * w + 1],
  [
    'a view of a result',
    (w) =>
      w
        .mul(2)
        .view(2, size / 2)
        .at(1),
    (w) => 2 * w,
  ],
  ['several results', (w) => torch.stack(w.neg().unbind(0).slice(0, 3)), (w) => -w],
  ['data of another tensor', (w) => full(0).copy_(w), (w) => w],
  ['a result of a compiled function', torch.compile((w: torch.Tensor) => w.mul(5)), (w) => 5 * w],
  ['a gradient', (w) => gradientAt(w), (w) => 2 * w],
]

function gradientAt(w: torch.Tensor): torch.Tensor {
  const x = w.clone().requiresGrad_()
  x.mul(x).sum().backward()
  return x.grad as torch.Tensor
}

describe.each([
  ['looked at each step', true],
  ['looked at in the end', false],
])('%s', (_, looks) => {
  test.each(holders)('%s of contents that were written over stays what it was', (__, make, expected) => {
    const w = full(1)
    const held: torch.Tensor[] = []
    for (let step = 0; step < 6; step++) {
      held.push(make(w))
      w.mul_(4).div_(2)
      if (looks) expect(first(w)).toBe(2 ** (step + 1))
      const scratch = full(step).add_(7)
      expect(first(scratch)).toBe(step + 7)
    }
    held.forEach((tensor, step) => {
      expect(first(tensor.flatten())).toBe(expected(2 ** step))
    })
  })

  test('backward reads what forward read, though it was written over', () => {
    const w = full(3).requiresGrad_()
    for (let step = 0; step < 5; step++) {
      const loss = w.mul(w.detach().clone()).sum()
      const before = first(w)
      if (looks) loss.item()
      const momentum = full(0)
      momentum.add_(1).mul_(2)
      loss.backward()
      expect(first(w.grad as torch.Tensor)).toBe(before)
      torch.noGrad(() => w.sub_(1))
      w.grad = null
    }
  })
})

test('state that is written over each step is never moved to the host', () => {
  const [momentum, average] = [full(0), full(0)]
  const x = full(1)
  const step = (): number => {
    momentum.mul_(0.9).add_(x)
    average.lerp_(momentum, 0.1)
    return first(average)
  }
  for (let k = 0; k < 300; k++) step()
  const before = stats()
  for (let k = 0; k < 1000; k++) step()
  const after = stats()
  expect(after.spillCount).toBe(before.spillCount)
  expect(after.deviceBuffers).toBe(before.deviceBuffers)
})

test('a compiled training step frees the parameters it moves', () => {
  const model = new torch.nn.Linear(size, 1, { bias: false })
  const optimizer = new torch.optim.Adam(model.parameters())
  const step = torch.compile((x: torch.Tensor) => {
    optimizer.zeroGrad()
    const loss = model(x).sum()
    loss.backward()
    optimizer.step()
    return loss
  })
  const x = torch.ones(1, size)
  for (let k = 0; k < 20; k++) step(x).item()
  const before = stats().deviceBuffers
  for (let k = 0; k < 50; k++) step(x).item()
  // Gradients are dropped, and somebody may have looked at them.
  expect((stats().deviceBuffers - before) / 50).toBeLessThanOrEqual(1)
})
