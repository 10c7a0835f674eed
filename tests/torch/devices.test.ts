// Devices in Node: what an accelerator is, shown of the reference interpreter, and what is said where there is no WebGL2.
import { interpreterBackend } from '@heddle/core'
import * as torch from '@heddle/torch'
import { expect, it } from 'vitest'
import { describeDevice } from './devices.ts'

torch.addDevice('interpreter', () => interpreterBackend())
describeDevice('interpreter')

it('is where functions stay that make tensors on their way', () => {
  const points = torch.tensor([
    [0, 1],
    [1, 0],
    [2, 2],
  ])
  const makers: readonly ((device: torch.Device) => torch.Tensor)[] = [
    (device) => torch.kaiserWindow(5, { device }),
    (device) => torch.histogramdd(points.to(device), [2, 2]).hist,
    (device) => torch.where(points.to(device).gt(0))[1] as torch.Tensor,
  ]
  for (const make of makers) {
    const there = make(torch.device('interpreter'))

    expect(String(there.device)).toBe('interpreter:0')
    expect(torch.allclose(there.cpu(), make(torch.device('cpu')))).toBe(true)
  }
})

it('has no WebGL2, and says so when it is used', () => {
  const refused = expect.objectContaining({ name: 'RuntimeError', code: 'TORCH_NO_DEVICE' })

  expect([torch.webgl.isAvailable(), torch.webgl.deviceCount()]).toEqual([false, 0])
  expect([torch.accelerator.isAvailable(), torch.accelerator.currentAccelerator()]).toEqual([false, null])
  expect(String(torch.device('webgl'))).toBe('webgl:0')
  expect(() => torch.ones(2).to('webgl')).toThrow(refused)
  expect(() => torch.ones(2, { device: 'webgl' })).toThrow(refused)
  expect(() => new torch.nn.Linear(2, 2).to('webgl')).toThrow('No WebGL2 device is available')
})

it('knows cuda, and has none', () => {
  const refused = expect.objectContaining({
    name: 'AssertionError',
    message: 'Torch not compiled with CUDA enabled',
  })

  expect([torch.cuda.isAvailable(), torch.cuda.deviceCount()]).toEqual([false, 0])
  expect(() => torch.ones(2).cuda()).toThrow(refused)
  expect(() => torch.ones(2, { device: 'cuda:0' })).toThrow(refused)
})

it('knows devices by PyTorch’s texts', () => {
  expect(torch.device('cpu:0')).toBe(torch.device('cpu'))
  expect(() => torch.device('tpu')).toThrow(
    'Expected one of cpu, webgl device type at start of device string: tpu',
  )
  expect(() => torch.ones(2).to('tpu:0')).toThrow('device type at start of device string: tpu')
  expect(() => torch.device('web gl')).toThrow("Invalid device string: 'web gl'")
})
