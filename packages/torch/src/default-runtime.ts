// Which device runs what is recorded. The only module that loads a runtime of its own accord; `setBackend` replaces it.
import type { Backend } from '@heddle/core'

const { cpu } = await import('@heddle/runtime-cpu')

let chosen: Backend | undefined

/** The backend in use: the CPU's unless another was set. */
export function defaultBackend(): Backend {
  chosen ??= cpu()
  return chosen
}

/** From now on everything runs on `backend`; tensors that live elsewhere move when they are used. */
export function setBackend(backend: Backend): void {
  chosen = backend
}
