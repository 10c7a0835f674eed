// Where tensors are: the CPU, and devices a program adds. A device is one object, with the backend that runs what is recorded on it.
import type { Backend } from '@heddle/core'
import { cpuBackend } from '../default-runtime.ts'

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

  /** Throws where the device has no runtime. */
  requireBackend(): void {
    this.#backend ??= this.#make()
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

export const cpu: Device = new Device('cpu', null, cpuBackend)
