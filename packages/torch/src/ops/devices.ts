// Devices by name. A program that has another runtime adds a device for it.
import type { Backend } from '@heddle/core'
import { cpu, Device, webgl } from '../engine/device.ts'
import { deviceOrdinal, deviceString, notCompiled, unknownDevice } from '../errors.ts'

/** A device PyTorch has and nothing here provides: it has a name, and no tensor goes there. */
const cuda = new Device('cuda', 0, () => {
  throw notCompiled('CUDA')
})

/** There is one device of each type. */
const known = new Map<string, Device>([cpu, webgl, cuda].map((device) => [device.type, device]))

/** Makes a device known as `type` and `type:0`; `make` is called when it is first used. */
export function addDevice(type: string, make: () => Backend): Device {
  const device = new Device(type, 0, make)
  known.set(type, device)
  return device
}

let byDefault: Device = cpu

/** Where tensors are made when nothing is said. */
export const getDefaultDevice = (): Device => byDefault
/** From now on tensors are made there when nothing is said; those that share memory with arrays stay on the CPU. */
export const setDefaultDevice = (device: Device | string): void => {
  byDefault = resolveDevice(device)
}

/** A device by its name: `cpu`, `webgl`, `webgl:0`. Throws PyTorch's message for names that are not known. */
export function resolveDevice(device: Device | string): Device {
  if (device instanceof Device) return device
  const [, type = '', index] = /^([a-z_]+)(?::(0|[1-9]\d*))?$/.exec(device) ?? []
  if (type === '') throw deviceString(device)
  return ofType(type, index === undefined ? 0 : Number(index))
}

function ofType(type: string, index: number): Device {
  const found = known.get(type)
  if (found === undefined) throw unknownDevice(type)
  if (index !== 0 && found !== cuda) throw deviceOrdinal(type, index)
  return found
}

/** `torch.device('webgl')`, `torch.device('webgl', 0)` */
export const device = (name: Device | string, index?: number): Device =>
  index === undefined || name instanceof Device ? resolveDevice(name) : ofType(name, index)
