// `torch.accelerator`: the device that is faster than the CPU, if there is one.
import type { Device } from './engine/device.ts'
import { resolveDevice } from './ops/devices.ts'
import { isAvailable } from './webgl.ts'

export { currentDevice as currentDeviceIndex, deviceCount, isAvailable, synchronize } from './webgl.ts'

/** WebGL2 where it is available; else null. */
export const currentAccelerator = (): Device | null => (isAvailable() ? resolveDevice('webgl') : null)
