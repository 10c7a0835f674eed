// The backend that generates plain JavaScript, for hosts without WebAssembly. Memory is host memory; a plan's kernels are
// compiled in a few modules with `new Function`, so that even plans of many thousand kernels compile.
import type { Backend, Capabilities, Kernel, TypedArray } from '@heddle/core'
import { HeddleError, hostBackend, hostCapabilities, hostMath } from '@heddle/core'
import { emitKernel, emitModule } from './emit.ts'

export interface JsOptions {
  /** Differences from what this backend can do, to compile plans as for a lesser device. */
  readonly capabilities?: Partial<Capabilities>
}

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
    functions.push(...module(hostMath))
  }
  return functions
}

function compile(text: string): (host: typeof hostMath) => readonly KernelFunction[] {
  try {
    return new Function('host', text) as (host: typeof hostMath) => readonly KernelFunction[]
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
