// WebGL2 as a device of the eager layer, in a browser.
import * as torch from '@heddle/torch'
import { expect, it } from 'vitest'
import { describeDevice } from './devices.ts'

describeDevice('webgl')

it('is available', () => {
  expect([torch.webgl.isAvailable(), torch.webgl.deviceCount(), torch.webgl.currentDevice()]).toEqual([
    true,
    1,
    0,
  ])
  const ones = torch.ones(2000, { device: 'webgl' })
  const before = torch.webgl.memoryAllocated()
  ones.mul(2)
  torch.accelerator.synchronize()
  expect(torch.webgl.memoryAllocated()).toBeGreaterThan(before)
  expect(torch.accelerator.currentAccelerator()).toBe(torch.device('webgl'))
  expect(new torch.nn.Linear(2, 2).webgl().weight.webgl().device.type).toBe('webgl')
})

it('refuses float64 before anything runs', () => {
  const refused = expect.objectContaining({
    name: 'TypeError',
    code: 'TORCH_DEVICE_DTYPE',
    message:
      "Cannot convert a WebGL Tensor to float64 dtype as the WebGL framework doesn't support float64. Please use float32 instead.",
  })
  const x = torch.ones(2, { device: 'webgl' })

  expect(() => torch.ones(2, { dtype: torch.float64 }).to('webgl')).toThrow(refused)
  expect(() => torch.ones(2, { dtype: torch.float64, device: 'webgl' })).toThrow(refused)
  expect(() => x.double()).toThrow(refused)
  expect(() => x.add(torch.tensor(1, { dtype: torch.float64 })).sum({ dtype: torch.float64 })).toThrow(
    refused,
  )
  // It computes in float64.
  expect(() => torch.igamma(x, x)).toThrow(refused)
  expect(x.to('cpu', torch.float64).dtype).toBe(torch.float64)
  expect(torch.ones(2, { dtype: torch.float64 }).to('webgl', torch.float32).sum().item()).toBe(2)
})

it('has int64 within 32 bits', () => {
  const x = torch.tensor([2n ** 31n - 1n, -5n], { device: 'webgl' })

  expect([x.dtype, x.tolist()]).toEqual([torch.int64, [2 ** 31 - 1, -5]])
  expect(
    torch
      .tensor([[1, 5, 2]], { device: 'webgl' })
      .argmax(1)
      .tolist(),
  ).toEqual([1])
  expect(() =>
    torch
      .tensor([2n ** 40n], { device: 'webgl' })
      .add(1)
      .tolist(),
  ).toThrow(expect.objectContaining({ code: 'BACKEND_NARROWED_RANGE' }))
})

it('looks for positions and classes out of range in what comes from the host', () => {
  const classes = torch.tensor([1n, 4n]).to('webgl')
  const scores = torch.zeros(2, 3, { device: 'webgl' })

  expect(() => torch.nn.functional.crossEntropy(scores, classes)).toThrow('Target 4 is out of bounds.')
  expect(() => scores.at(classes)).toThrow('index 4 is out of bounds for dimension 0 with size 2')
  expect(scores.at(classes.add(1)).isnan().all().item<boolean>()).toBe(true)
})
