// The backend that interprets kernels: slow, obviously right, and all a page needs where neither WebAssembly nor generated
// JavaScript is allowed. Its capabilities can be narrowed, so that plans for any target can be compiled and run here.
import { dtypeNames } from '../dtype.ts'
import { runKernel } from '../interpret/kernel.ts'
import { printKernel } from '../kernel/print.ts'
import type { Backend, Capabilities } from './backend.ts'
import { hostBackend } from './host-backend.ts'

/** A device that can do everything. */
export const hostCapabilities: Capabilities = {
  dtypes: dtypeNames,
  maxReads: 256,
  maxWrites: 64,
  maxOps: 4096,
  maxElements: 2 ** 31 - 1,
  rowKernels: true,
  contractOperands: 'any',
  loops: true,
  inPlace: true,
  hostSteps: 'shared',
  bitReproducible: true,
}

export interface InterpreterOptions {
  /** Differences from `hostCapabilities`. */
  readonly capabilities?: Partial<Capabilities>
}

export const interpreterBackend = (options: InterpreterOptions = {}): Backend =>
  hostBackend({
    name: 'interpreter',
    capabilities: { ...hostCapabilities, ...options.capabilities },
    prepare:
      ({ kernels }) =>
      (kernel, arrays) =>
        runKernel(kernels[kernel]!, arrays),
    source: (kernel) => ({ kernel: kernel.name, language: 'text', text: printKernel(kernel) }),
    clearsArena: true,
  })
