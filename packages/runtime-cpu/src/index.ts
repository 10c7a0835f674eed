// The public face of the CPU runtime: one function that picks how kernels run here, and the ways themselves.
import { type Backend, HeddleError, interpreterBackend } from '@heddle/core'
import { wasmBackend } from './wasm/backend.ts'
import { hasWasmSimd } from './wasm/support.ts'

export type { WasmOptions } from './wasm/backend.ts'
export { wasmBackend } from './wasm/backend.ts'

export interface CpuOptions {
  /**
   * How kernels are made: `wasm` (WebAssembly with SIMD), `interpreter` (nothing is generated).
   * `auto` takes the first that this host allows. All give the same bits.
   */
  readonly emitter?: 'auto' | 'wasm' | 'interpreter'
}

export function cpu({ emitter = 'auto' }: CpuOptions = {}): Backend {
  switch (emitter) {
    case 'auto':
      if (hasWasmSimd()) return wasmBackend()
      return interpreterBackend()
    case 'wasm':
      if (!hasWasmSimd()) throw noWasm()
      return wasmBackend()
    case 'interpreter':
      return interpreterBackend()
    default:
      return emitter satisfies never
  }
}

function noWasm(): HeddleError {
  return new HeddleError(
    'BACKEND_UNSUPPORTED',
    'cpu: emitter wasm was asked for, but this host has no WebAssembly with SIMD; use emitter auto.',
  )
}
