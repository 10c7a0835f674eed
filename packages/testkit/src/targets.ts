// The two kinds of targets that there are, as capabilities: for tests that ask what a plan costs, and run nothing.
import { type Capabilities, hostCapabilities } from '@heddle/core'

/** As the CPU: rows are kernels, contractions read arrays. */
export const cpuTarget: Capabilities = { ...hostCapabilities, contractOperands: 'strided' }

/** As WebGL2 on the least devices: few arrays a kernel, none in place, no rows. */
export const gpuTarget: Capabilities = {
  ...hostCapabilities,
  rowKernels: false,
  inPlace: false,
  maxReads: 15,
  maxWrites: 4,
}
