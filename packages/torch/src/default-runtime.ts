// The runtimes tensors run on unless a program says otherwise: the CPU's, and WebGL2's where there is WebGL2. The only module that
// loads runtimes of its own accord; each is a file of its own in a bundle, and the second is asked for in browsers only.
import type { Backend } from '@heddle/core'

const [{ cpu }, gpu] = await Promise.all([
  import('@heddle/runtime-cpu'),
  typeof WebGL2RenderingContext === 'undefined' ? undefined : import('@heddle/runtime-webgl'),
])

export const cpuBackend = (): Backend => cpu()
/** None where there is no WebGL2. Throws `BACKEND_UNSUPPORTED` where it cannot compute. */
export const webglBackend = (): Backend | undefined => gpu?.webgl()
