// Where tensors are: the CPU, WebGL2, and devices a program adds. A device is one object, with the backend that runs what is
// recorded on it.
import { type Backend, type DType, dtypes, HeddleError, isFloat, type TypedArray } from '@heddle/core'
import { cpuBackend, webglBackend } from '../default-runtime.ts'
import { dtypeOf } from '../dtypes.ts'
import { deviceDType, deviceRange, noWebgl } from '../errors.ts'
import { showAsText } from '../show.ts'

export class Device {
  readonly type: string
  readonly index: number | null
  #backend: Backend | undefined
  readonly #make: () => Backend

  constructor(type: string, index: number | null, make: () => Backend) {
    this.type = type
    this.index = index
    this.#make = make
  }

  get backend(): Backend {
    this.#backend ??= this.#make()
    return this.#backend
  }

  /** Throws where the device has no runtime, or holds no elements of this dtype. */
  requireHeld(dtype: DType): void {
    if (!this.backend.capabilities.dtypes.includes(dtype))
      throw deviceDType(titleOf(this.type), dtypeOf(dtype).name)
  }

  /** Throws where the device keeps a dtype as a narrower one, which does not have these elements. */
  requireRange(dtype: DType, data: TypedArray): void {
    const kept = this.backend.capabilities.narrowed?.[dtype]
    if (kept === undefined || isFloat(kept)) return
    const { lowest, highest } = dtypes[kept]
    data.forEach((element, at) => {
      if (element < lowest || element > highest)
        throw deviceRange(titleOf(this.type), dtypeOf(dtype).name, element, at)
    })
  }

  /** From now on the device runs on this; tensors move when they are used. */
  replaceBackend(backend: Backend): void {
    this.#backend = backend
  }

  /** `cpu`, `webgl:0` */
  toString(): string {
    return this.index === null ? this.type : `${this.type}:${this.index}`
  }
}
showAsText(Device)

const titleOf = (type: string): string => (type === 'webgl' ? 'WebGL' : type)

export const cpu: Device = new Device('cpu', null, cpuBackend)

export const webgl: Device = new Device('webgl', 0, () => {
  try {
    const backend = webglBackend()
    if (backend !== undefined) return backend
  } catch (error) {
    if (!(error instanceof HeddleError) || error.code !== 'BACKEND_UNSUPPORTED') throw error
    throw noWebgl(error.message)
  }
  throw noWebgl()
})
