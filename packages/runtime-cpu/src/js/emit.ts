// Kernels as JavaScript text, and a module of them with the library they call. Pure: nothing is compiled here.
import type { Kernel, MathFunction } from '@heddle/core'
import { internalError } from '@heddle/core'
import { isMathFunction } from './call.ts'
import type { CodeContext } from './code.ts'
import { emitContract } from './contract.ts'
import type { Placed } from './index-text.ts'
import { libraryText } from './library.ts'
import { emitMap, emitScatter } from './map.ts'
import type { Nest } from './nest.ts'
import { makeNest } from './nest.ts'
import { emitReduce } from './reduce.ts'
import { plainName } from './text.ts'

/** A function of the kernel's buffers, an array of typed arrays; it calls the library. */
export function emitKernel(kernel: Kernel, name = 'kernel'): string {
  const nest = makeNest(kernel)
  const buffers = kernel.buffers.map((_, buffer) => `b${buffer} = buffers[${buffer}]`)
  const runs = kernel.rows.every((axis) => kernel.axes[axis]!.extent !== 0)
  if (runs) emitStages(nest, kernel)
  const lines = [
    `// ${plainName(kernel.name)}`,
    ...(runs ? [`const ${buffers.join(', ')};`, ...nest.finish()] : []),
  ]
  return `function ${name}(buffers) {\n${lines.map((line) => `  ${line}`).join('\n')}\n}\n`
}

/** The body of a function of `host` (f64 math functions and conversions) that gives the kernels' functions, in order. */
export function emitModule(kernels: readonly Kernel[]): string {
  const functions = kernels.map((kernel, at) => emitKernel(kernel, `kernel${at}`))
  const names = kernels.map((_, at) => `kernel${at}`)
  return `${libraryText(mathFunctionsOf(kernels))}\n${functions.join('\n')}\nreturn [${names.join(', ')}];\n`
}

/** The math functions whose f32 expansions kernels call. */
export function mathFunctionsOf(kernels: readonly Kernel[]): ReadonlySet<MathFunction> {
  const functions = new Set<MathFunction>()
  for (const { stages } of kernels) {
    for (const { code } of stages) {
      for (const node of code) {
        if ('args' in node && node.dtype === 'f32' && isMathFunction(node.op)) functions.add(node.op)
      }
    }
  }
  return functions
}

function emitStages(nest: Nest, kernel: Kernel): void {
  const results: (readonly Placed[])[] = []
  const context: CodeContext = {
    buffer: (buffer) => `b${buffer}`,
    accumulated: (stage, accumulator) => {
      const found = results[stage]?.[accumulator]
      if (found === undefined) {
        throw internalError(
          'emit',
          `kernel ${kernel.name} reads accumulator ${accumulator} of stage ${stage}`,
        )
      }
      return found
    },
  }
  const [first, second] = kernel.stages
  if (first?.kind === 'contract') {
    if (second?.kind !== 'map')
      throw internalError('emit', `kernel ${kernel.name} has a contraction without a map`)
    emitContract(nest, first, second, context)
    return
  }
  nest.openAxes(kernel.rows)
  for (const stage of kernel.stages) {
    switch (stage.kind) {
      case 'reduce':
        results.push(emitReduce(nest, stage, context))
        break
      case 'map':
        emitMap(nest, stage, context)
        break
      case 'scatter':
        emitScatter(nest, stage, context)
        break
      case 'contract':
        throw internalError('emit', `kernel ${kernel.name} has a contraction that is not its first stage`)
      default:
        stage satisfies never
    }
  }
  nest.closeTo(0)
}
