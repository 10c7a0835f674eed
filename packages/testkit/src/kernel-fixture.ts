// A kernel together with data to run it on. The data is drawn from a seed, so that a failing case can be named by it.
import type { DType, IndexExpression, Kernel, TypedArray } from '@heddle/core'
import { indexAxis, linearize } from '@heddle/core'
import type { Fill } from './random.ts'
import { fillArray, makeRandom } from './random.ts'

export interface KernelFixture {
  readonly kernel: Kernel
  /**
   * Fresh contents of all buffers of the kernel, in order. Written buffers hold arbitrary values: a kernel overwrites all
   * of them, or, when it scatters, adds to them.
   */
  readonly inputs: (seed: number) => TypedArray[]
}

/** What a runtime must be able to do to run a kernel. */
export interface KernelNeeds {
  readonly dtypes: ReadonlySet<DType>
  readonly rowKernels: boolean
  readonly anyOperands: boolean
  readonly scatter: boolean
  readonly reads: number
  readonly writes: number
}

/** `fills[k]` says what buffer k holds; `plain` numbers where nothing is said. */
export function kernelFixture(kernel: Kernel, fills: Readonly<Record<number, Fill>> = {}): KernelFixture {
  const inputs = (seed: number): TypedArray[] => {
    const random = makeRandom(seed)
    return kernel.buffers.map(({ dtype, size }, buffer) => {
      return fillArray(dtype, size, fills[buffer] ?? { kind: 'plain' }, random)
    })
  }
  return { kernel, inputs }
}

export function kernelNeeds(kernel: Kernel): KernelNeeds {
  const dtypes = new Set<DType>(kernel.buffers.map(({ dtype }) => dtype))
  for (const { code } of kernel.stages) for (const { dtype } of code) dtypes.add(dtype)
  const reducing = kernel.stages.filter(({ kind }) => kind === 'reduce' || kind === 'contract').length
  const mapsOver = kernel.stages.some((stage) => stage.kind === 'map' && stage.axes.length > 0)
  return {
    dtypes,
    rowKernels: reducing > 1 || (reducing > 0 && mapsOver),
    anyOperands: kernel.stages.some((stage) => {
      if (stage.kind !== 'contract') return false
      return [stage.a, stage.b].some((operand) => {
        const node = stage.code[operand]
        if (node?.op !== 'load') return true
        return node.guards.length > 0 || node.index.terms.some(({ atom }) => atom.kind !== 'axis')
      })
    }),
    scatter: kernel.stages.some(({ kind }) => kind === 'scatter'),
    reads: kernel.buffers.filter(({ access }) => access === 'read').length,
    writes: kernel.buffers.filter(({ access }) => access === 'write').length,
  }
}

/** Row-major address over `axes` of the kernel, whose extents are `extents[axis]`. */
export function addressOf(axes: readonly number[], extents: readonly number[]): IndexExpression {
  return linearize(
    axes.map((axis) => indexAxis(axis)),
    axes.map((axis) => extents[axis]!),
  )
}
