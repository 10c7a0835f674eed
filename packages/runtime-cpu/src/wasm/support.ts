// Whether this host runs the modules that the emitter makes. A policy may also forbid compiling what would validate.
import { moduleBuilder } from './encoder.ts'

export function hasWasmSimd(): boolean {
  if (typeof WebAssembly !== 'object') return false
  const module = moduleBuilder({ maxPages: 1 })
  module
    .function('probe', ['f32'], ['v128'])
    .get(0)
    .op('f32x4.splat')
    .get(0)
    .op('f32x4.splat')
    .op('f32x4.add')
  const bytes = module.finish()
  try {
    return WebAssembly.validate(bytes) && new WebAssembly.Module(bytes) instanceof WebAssembly.Module
  } catch {
    return false
  }
}
