// `torch.webgl`: the device that runs on WebGL2, where PyTorch has `torch.cuda`.

import { webgl } from './engine/device.ts'
import { evaluate } from './engine/evaluate.ts'
import { TorchError } from './errors.ts'

/** Whether there is WebGL2 here, with what it needs to compute. */
export function isAvailable(): boolean {
  try {
    return webgl.backend.name !== ''
  } catch (error) {
    if (error instanceof TorchError && error.code === 'TORCH_NO_DEVICE') return false
    throw error
  }
}

export const deviceCount = (): number => (isAvailable() ? 1 : 0)

/** The number of the device tensors go to. */
export const currentDevice = (): number => webgl.index ?? 0

/** Bytes of textures that hold contents of tensors. */
export const memoryAllocated = (): number => webgl.backend.liveBytes

/** Runs what was recorded on the device. */
export const synchronize = (): void => evaluate(webgl, [])
