// The public face of the CPU runtime: one function that picks how kernels run here, and the ways themselves.
import { type Backend, HeddleError, interpreterBackend } from '@heddle/core'
import { jsBackend } from './js/backend.ts'
import { wasmBackend } from './wasm/backend.ts'
import { hasWasmSimd } from './wasm/support.ts'

export { jsBackend } from './js/backend.ts'
export type { WasmOptions } from './wasm/backend.ts'
export { wasmBackend } from './wasm/backend.ts'

export interface CpuOptions {
  /**
   * How kernels are made: `wasm` (WebAssembly with SIMD), `js` (generated JavaScript), `interpreter` (nothing is generated).
   * `auto` takes the first that this host allows. All give the same bits.
   */
  readonly emitter?: 'auto' | 'wasm' | 'js' | 'interpreter'
}

export function cpu({ emitter = 'auto' }: CpuOptions = {}): Backend {
  switch (emitter) {
    case 'auto':
      if (hasWasmSimd()) return wasmBackend()
      return hasGeneratedCode() ? jsBackend() : interpreterBackend()
    case 'wasm':
      if (!hasWasmSimd()) throw noWasm()
      return wasmBackend()
    case 'js':
      return jsBackend()
    case 'interpreter':
      return interpreterBackend()
    default:
      return emitter satisfies never
  }
}

function noWasm(): HeddleError {
  return new HeddleError(
    'BACKEND_UNSUPPORTED',
    'cpu: emitter wasm was asked for, but this host has no WebAssembly with SIMD; use emitter auto or js.',
  )
}

/** A strict content security policy forbids it. */
function hasGeneratedCode(): boolean {
  try {
    return new Function('return true')() === true
  } catch {
    return false
  }
}
