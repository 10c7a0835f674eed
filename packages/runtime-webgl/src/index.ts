// The WebGL2 runtime. `webgl()` needs a browser; `emitKernel` and `webglCapabilities` work anywhere.
export { type WebglOptions, webgl, webglCapabilities } from './backend.ts'
export { emitKernel, type GlslKernel } from './emit-kernel.ts'
