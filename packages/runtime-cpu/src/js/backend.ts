// The backend that generates plain JavaScript, for hosts without WebAssembly. Memory is host memory; a plan's kernels are
// compiled in a few modules with `new Function`, so that even plans of many thousand kernels compile.
import type { Backend, Capabilities, Kernel, TypedArray } from '@heddle/core'
import {
  bf16FromBits,
  bf16ToBits,
  HeddleError,
  hostBackend,
  hostCapabilities,
  hostMath,
  nearestF32,
} from '@heddle/core'
import { emitKernel, emitModule } from './emit.ts'

export interface JsOptions {
  /** Differences from what this backend can do, to compile plans as for a lesser device. */
  readonly capabilities?: Partial<Capabilities>
}

/** What generated modules are given: the f64 math functions, and conversions that core says once. */
export const host: typeof hostMath & {
  readonly bf16FromBits: typeof bf16FromBits
  readonly bf16ToBits: typeof bf16ToBits
  readonly nearestF32: typeof nearestF32
} = { ...hostMath, bf16FromBits, bf16ToBits, nearestF32 }

/** Kernels of one generated module. */
const moduleKernels = 256

type KernelFunction = (buffers: readonly (TypedArray | undefined)[]) => void

export const jsBackend = (options: JsOptions = {}): Backend =>
  hostBackend({
    name: 'js',
    capabilities: { ...hostCapabilities, ...options.capabilities },
    prepare: ({ kernels }) => {
      const functions = compileKernels(kernels)
      return (kernel, arrays) => functions[kernel]!(arrays)
    },
    source: (kernel) => ({ kernel: kernel.name, language: 'js', text: emitKernel(kernel) }),
    clearsArena: false,
  })

/** Functions of the kernels' arrays, in order. Throws `BACKEND_CODE_FORBIDDEN` where the host allows no generated code. */
export function compileKernels(kernels: readonly Kernel[]): readonly KernelFunction[] {
  const functions: KernelFunction[] = []
  for (let start = 0; start < kernels.length; start += moduleKernels) {
    const text = emitModule(kernels.slice(start, start + moduleKernels))
    const module = compile(text)
    functions.push(...module(host))
  }
  return functions
}

function compile(text: string): (given: typeof host) => readonly KernelFunction[] {
  try {
    return new Function('host', text) as (given: typeof host) => readonly KernelFunction[]
  } catch (cause) {
    if (cause instanceof SyntaxError) throw badText(text, cause)
    throw codeForbidden(cause)
  }
}

function codeForbidden(cause: unknown): HeddleError {
  return new HeddleError(
    'BACKEND_CODE_FORBIDDEN',
    'js: this host does not allow generated JavaScript (a content security policy without unsafe-eval). Use the interpreter backend.',
    { cause },
  )
}

function badText(text: string, cause: unknown): HeddleError {
  return new HeddleError(
    'INTERNAL_JS_SYNTAX',
    `js: generated text of ${text.length} characters does not parse; this is a bug in Heddle, not in your program`,
    { cause, details: { text } },
  )
}
