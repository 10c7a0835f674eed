// `torch.webgl`: the device that runs on WebGL2, where PyTorch has `torch.cuda`.
import type { Device } from './engine/device.ts'
import { evaluate } from './engine/evaluate.ts'
import { TorchError } from './errors.ts'
import { resolveDevice } from './ops/devices.ts'

/** By name: a program may have made another runtime that device. */
const webgl = (): Device => resolveDevice('webgl')

/** Whether there is WebGL2 here, with what it needs to compute. */
export function isAvailable(): boolean {
  try {
    return webgl().backend.name !== ''
  } catch (error) {
    if (error instanceof TorchError && error.code === 'TORCH_NO_DEVICE') return false
    throw error
  }
}

export const deviceCount = (): number => (isAvailable() ? 1 : 0)

/** The number of the device tensors go to. */
export const currentDevice = (): number => webgl().index ?? 0

/** Bytes of textures that hold contents of tensors. */
export const memoryAllocated = (): number => webgl().backend.liveBytes

/** Runs what was recorded on the device, and waits until that is done. */
export function synchronize(): void {
  const device = webgl()
  evaluate(device, [])
  const buffer = device.backend.allocate('f32', 1)
  device.backend.readSync(buffer)
  device.backend.free(buffer)
}
