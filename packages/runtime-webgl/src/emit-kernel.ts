// A kernel as one fragment shader of GLSL ES 3.00: pure, kernel in, text out. A fragment computes the four elements of its
// texel in every output (one render target each). What WebGL cannot do is refused with `BACKEND_UNSUPPORTED`.
import type { Kernel, MapStage, ScatterStage } from '@heddle/core'
import { evaluateCode, extentOf, type Shader } from './emit-code.ts'
import { asReduction, emitReduction, type RowSpace, rowGroup } from './emit-reduce.ts'
import { defineCall, type GlslValue, widened } from './emit-scalar.ts'
import { emitScatter } from './emit-scatter.ts'
import { createFunctions } from './glsl-functions.ts'
import { literalFunctions } from './glsl-literal.ts'
import { createWriter } from './glsl-writer.ts'
import { formatOf, formatWords, LANES, type TexelFormat, textureShape, unsupported } from './storage.ts'

export interface GlslKernel {
  /** The fragment shader; equal kernels give equal text. Empty where there is nothing to run. */
  readonly text: string
  /** Kernel buffers to bind as samplers `t0`, `t1`, ... A scatter also samples the buffer it writes, as it was before. */
  readonly samplers: readonly number[]
  /** Kernel buffers written, by render target. */
  readonly targets: readonly number[]
  /** Elements of every target. */
  readonly size: number
  /** Rough number of scalar operations of the whole draw. */
  readonly cost: number
}

interface Output {
  readonly buffer: number
  readonly format: TexelFormat
  readonly value: GlslValue
}

export function emitKernel(kernel: Kernel): GlslKernel {
  const functions = createFunctions()
  const shader: Shader = { kernel, writer: createWriter(), functions, samplers: [], accumulated: [] }
  const rows: RowSpace = {
    axes: kernel.rows,
    count: product(kernel.rows.map((axis) => extentOf(shader, axis))),
  }
  const scatter = kernel.stages.find((stage) => stage.kind === 'scatter')
  const size = scatter === undefined ? rows.count : (kernel.buffers[scatter.buffer]?.size ?? 0)
  const nothing: GlslKernel = { text: '', samplers: [], targets: [], size: 0, cost: 0 }
  if (size === 0) return nothing

  const outputs = scatter === undefined ? emitStages(shader, rows) : [emitScatterOutput(scatter, shader)]
  const { texels, width, rows: textureRows, log2Width } = textureShape(size)
  const cost = shader.writer.cost * texels
  const results = outputs.map(({ format, value, buffer }, target) => {
    const isBool = kernel.buffers[buffer]?.dtype === 'bool'
    const stored = isBool ? defineCall('cast', 'i32', [value], shader) : value
    const { vector } = formatWords[format]
    const kept = size % LANES === 0 ? widened(stored) : maskPadding(widened(stored), size, format)
    return {
      declaration: `layout(location = ${target}) out ${vector} o${target};`,
      line: `o${target} = ${kept};`,
    }
  })

  const isPartlyEmpty = texels !== width * textureRows
  const clear = outputs
    .map(({ format }, target) => `o${target} = ${formatWords[format].vector}(0);`)
    .join(' ')
  const body = [
    `int e = ${log2Width === 0 ? '0' : `(int(gl_FragCoord.x) + (int(gl_FragCoord.y) << ${log2Width})) * ${LANES}`};`,
    ...(isPartlyEmpty ? [`if (e >= ${size}) { ${clear} return; }`] : []),
    ...shader.writer.finish(),
    ...results.map(({ line }) => line),
  ]
  const text = [
    '#version 300 es',
    'precision highp float;',
    'precision highp int;',
    ...shader.samplers.map((buffer, unit) => samplerText(kernel, buffer, unit)),
    ...results.map(({ declaration }) => declaration),
    'const ivec4 LANE = ivec4(0, 1, 2, 3);',
    literalFunctions,
    ...functions.texts,
    'void main() {',
    ...body.map((line) => `  ${line}`),
    '}',
    '',
  ].join('\n')
  return { text, samplers: shader.samplers, targets: outputs.map(({ buffer }) => buffer), size, cost }
}

const product = (extents: readonly number[]): number => extents.reduce((x, y) => x * y, 1)

function emitStages(shader: Shader, rows: RowSpace): readonly Output[] {
  const { kernel } = shader
  const outputs: Output[] = []
  for (const stage of kernel.stages) {
    switch (stage.kind) {
      case 'reduce':
      case 'contract':
        shader.accumulated.push(emitReduction(asReduction(stage), rows, shader))
        break
      case 'map':
        outputs.push(...emitMap(stage, rows, shader))
        shader.accumulated.push([])
        break
      case 'scatter':
        throw unsupported(kernel.name, 'a scatter beside other stages', 'a scatter is a kernel of its own')
      default:
        stage satisfies never
    }
  }
  return outputs
}

function emitMap(stage: MapStage, rows: RowSpace, shader: Shader): readonly Output[] {
  const { kernel } = shader
  if (stage.axes.some((axis) => extentOf(shader, axis) !== 1)) {
    throw unsupported(kernel.name, 'a map over axes inside its rows', 'outputs are computed one row a lane')
  }
  const groups = [rowGroup(rows, shader)]
  const code = evaluateCode(
    stage.code,
    stage.stores.map((store) => store.value),
    { shader, groups },
  )
  return stage.stores.map(({ buffer, index, value }) => {
    const { base, stride, offset, lanes } = code.indexOf(index)
    const isLinear = lanes === 'affine' && offset === 0 && base === 'e' && stride === 1
    if (!(isLinear || rows.count === 1) || kernel.buffers[buffer]?.size !== rows.count) {
      throw unsupported(kernel.name, 'a store out of row order', 'a store index must be the linear row index')
    }
    return { buffer, format: storedFormat(shader, buffer), value: code.resultOf(value) }
  })
}

function emitScatterOutput(stage: ScatterStage, shader: Shader): Output {
  const { kernel } = shader
  if (kernel.stages.length !== 1) {
    throw unsupported(kernel.name, 'a scatter beside other stages', 'a scatter is a kernel of its own')
  }
  const value = emitScatter(stage, [...kernel.rows, ...stage.axes], shader)
  return { buffer: stage.buffer, format: storedFormat(shader, stage.buffer), value }
}

function storedFormat({ kernel }: Shader, buffer: number): TexelFormat {
  const dtype = kernel.buffers[buffer]?.dtype ?? 'f32'
  return formatOf(dtype)
}

/** Lanes beyond the last element are written as 0. */
function maskPadding(text: string, size: number, format: TexelFormat): string {
  const used = size % LANES
  const { vector, scalar } = formatWords[format]
  const zeros = Array.from({ length: LANES - used }, () => `${scalar}(0)`)
  const last = `${vector}(${text}.${'xyz'.slice(0, used)}, ${zeros.join(', ')})`
  return `e + ${LANES} <= ${size} ? ${text} : ${last}`
}

function samplerText(kernel: Kernel, buffer: number, unit: number): string {
  const { dtype = 'f32', size = 0 } = kernel.buffers[buffer] ?? {}
  const format = formatOf(dtype)
  const { width, log2Width } = textureShape(size)
  const at = log2Width === 0 ? 'ivec2(0)' : `ivec2((i) & ${width - 1}, (i) >> ${log2Width})`
  return [
    `uniform highp ${formatWords[format].sampler} t${unit};`,
    `#define T${unit}(i) texelFetch(t${unit}, ${at}, 0)`,
  ].join('\n')
}
