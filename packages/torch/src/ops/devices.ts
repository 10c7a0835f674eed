// Devices by name. A program that has another runtime adds a device for it.
import type { Backend } from '@heddle/core'
import { cpu, Device } from '../engine/device.ts'
import { notCompiled, unknownDevice } from '../errors.ts'

/** Devices PyTorch has and nothing here provides: they have a name, and no tensor goes there. */
const absent = (type: string, title: string): readonly (readonly [string, Device])[] => {
  const named = (index: number | null): Device =>
    new Device(type, index, () => {
      throw notCompiled(title)
    })
  return [
    [type, named(null)],
    [`${type}:0`, named(0)],
  ]
}

const known = new Map<string, Device>([['cpu', cpu], ...absent('cuda', 'CUDA')])

/** Makes a device known under `type:0`; `make` is called when it is first used. */
export function addDevice(type: string, make: () => Backend): Device {
  const device = new Device(type, 0, make)
  known.set(type, device)
  known.set(`${type}:0`, device)
  return device
}

/** A device by its name: `cpu`, `webgl`. Throws PyTorch's message for names that are not known. */
export function resolveDevice(device: Device | string): Device {
  if (device instanceof Device) return device
  const found = known.get(device)
  if (found === undefined) throw unknownDevice(device)
  return found
}

/** `torch.device('cpu')` */
export const device = (name: Device | string): Device => resolveDevice(name)
