// The runtime tensors live on unless a program says otherwise. The only module that loads a runtime of its own accord.
import type { Backend } from '@heddle/core'

const { cpu } = await import('@heddle/runtime-cpu')

export const cpuBackend = (): Backend => cpu()
