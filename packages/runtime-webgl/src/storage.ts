// How a buffer lies in a texture: four consecutive elements a texel, row-major, in a texture whose width is a power of two
// chosen from the size alone, so that generated shaders bake it as a mask and a shift. Pure arithmetic; no WebGL objects.
import { type DType, HeddleError } from '@heddle/core'

/** A texel format. `bool` is kept as 0 or 1, and every other integer but u32, in `i32` texels; every float in `f32` texels. */
export type TexelFormat = 'f32' | 'i32' | 'u32'

/** Words GLSL uses for a format. */
export interface FormatWords {
  readonly sampler: string
  readonly scalar: string
  readonly vector: string
}

export const formatWords: Readonly<Record<TexelFormat, FormatWords>> = {
  f32: { sampler: 'sampler2D', scalar: 'float', vector: 'vec4' },
  i32: { sampler: 'isampler2D', scalar: 'int', vector: 'ivec4' },
  u32: { sampler: 'usampler2D', scalar: 'uint', vector: 'uvec4' },
}

/** Elements of one texel. */
export const LANES = 4

/** Texels beyond this (256 MB) are refused: one such allocation took down every context of a GPU process. */
export const MAX_TEXELS: number = 2 ** 24

export interface TextureShape {
  /** Texels that hold elements; at least 1. */
  readonly texels: number
  /** A power of two. */
  readonly width: number
  readonly log2Width: number
  /** Rows that hold elements. */
  readonly rows: number
  /** Rows of the texture: `rows` rounded up to a few classes so that more buffers can share one texture. */
  readonly height: number
}

/** f64 gets here only where a backend was asked to take it for f32. */
export function formatOf(dtype: DType): TexelFormat {
  switch (dtype) {
    case 'f32':
    case 'f64':
    case 'f16':
    case 'bf16':
      return 'f32'
    case 'i32':
    case 'bool':
    case 'i64':
    case 'i16':
    case 'i8':
    case 'u8':
      return 'i32'
    case 'u32':
      return 'u32'
    default:
      return dtype satisfies never
  }
}

/** Shape of the texture for `size` elements: as square as a power of two allows, wider than tall. */
export function textureShape(size: number): TextureShape {
  const texels = Math.max(1, Math.ceil(size / LANES))
  let log2Width = 0
  while (4 ** log2Width < texels) log2Width++
  const width = 2 ** log2Width
  const rows = Math.ceil(texels / width)
  const step = Math.max(1, width / 8)
  return { texels, width, log2Width, rows, height: Math.ceil(rows / step) * step }
}

/** Buffers of equal keys fit one texture. */
export function shapeKey(format: TexelFormat, size: number): string {
  const { width, height } = textureShape(size)
  return `${format} ${width} ${height}`
}

/** Most elements one buffer may have where textures are at most `maxTextureSize` wide. */
export const maxElements = (maxTextureSize: number): number =>
  LANES * Math.min(MAX_TEXELS, maxTextureSize ** 2)

export const tooLarge = (what: string, size: number, limit: number): HeddleError =>
  new HeddleError(
    'BACKEND_TOO_LARGE',
    `webgl: ${what} has ${size} elements; a texture of this device holds at most ${limit}`,
    { details: { size, limit } },
  )

export const unsupported = (kernel: string, what: string, needed: string): HeddleError =>
  new HeddleError('BACKEND_UNSUPPORTED', `webgl: kernel ${kernel} has ${what}; ${needed}`, {
    details: { kernel, what },
  })
