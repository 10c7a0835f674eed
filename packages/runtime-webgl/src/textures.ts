// Textures of a context: made with fixed storage, kept in a pool by format and size when freed, deleted beyond a budget.
// Also their framebuffers, one for each set of targets, made and checked once. Contents of a taken texture are arbitrary.
import { copyStorage, type DType, HeddleError, type TypedArray } from '@heddle/core'
import type { Bindings } from './bindings.ts'
import type { GpuContext } from './context.ts'
import { LANES, maxElements, type TexelFormat, type TextureShape, textureShape, tooLarge } from './storage.ts'
import { toTexels } from './texels.ts'

export interface GpuTexture {
  readonly id: number
  readonly handle: WebGLTexture
  readonly format: TexelFormat
  readonly width: number
  readonly height: number
  readonly bytes: number
}

export interface TextureStore {
  /** A texture for `size` elements. Throws `BACKEND_TOO_LARGE`, `BACKEND_OUT_OF_MEMORY`. */
  take(format: TexelFormat, size: number): GpuTexture
  /** Gives a texture back to the pool. */
  release(texture: GpuTexture): void
  /** The framebuffer that renders to these textures, in order. */
  framebuffer(targets: readonly GpuTexture[]): WebGLFramebuffer
  /** Puts elements into a texture, converted where texels hold them otherwise. Throws `BACKEND_NARROWED_RANGE`. */
  upload(texture: GpuTexture, dtype: DType, data: TypedArray, where?: string): void
  /** For tests and reports. */
  readonly counts: { readonly created: number; readonly pooledBytes: number }
  dispose(): void
}

/** Bytes of freed textures kept for reuse. */
const POOL_BYTES = 2 ** 27

const TEXEL_BYTES = 16

const outOfMemory = (bytes: number): HeddleError =>
  new HeddleError('BACKEND_OUT_OF_MEMORY', `webgl: the device refused a texture of ${bytes} bytes`, {
    details: { bytes },
  })

export function createTextures(context: GpuContext, bindings: Bindings): TextureStore {
  const { gl, limits } = context
  const formats = {
    f32: { storage: gl.RGBA32F, pixel: gl.RGBA, type: gl.FLOAT },
    i32: { storage: gl.RGBA32I, pixel: gl.RGBA_INTEGER, type: gl.INT },
    u32: { storage: gl.RGBA32UI, pixel: gl.RGBA_INTEGER, type: gl.UNSIGNED_INT },
  } as const
  const pool = new Map<string, GpuTexture[]>()
  const framebuffers = new Map<string, WebGLFramebuffer>()
  const framebuffersOf = new Map<number, Set<string>>()
  let created = 0
  let pooledBytes = 0

  const create = (format: TexelFormat, { width, height }: TextureShape): GpuTexture => {
    const bytes = width * height * TEXEL_BYTES
    const texture: GpuTexture = { id: created++, handle: gl.createTexture(), format, width, height, bytes }
    bindings.editTexture(texture)
    // Without NEAREST for both, a float texture is incomplete and reads (0, 0, 0, 1) in silence.
    for (const filter of [gl.TEXTURE_MIN_FILTER, gl.TEXTURE_MAG_FILTER]) {
      gl.texParameteri(gl.TEXTURE_2D, filter, gl.NEAREST)
    }
    gl.texStorage2D(gl.TEXTURE_2D, 1, formats[format].storage, width, height)
    const error = gl.getError()
    if (error === gl.NO_ERROR) return texture
    context.check()
    gl.deleteTexture(texture.handle)
    throw outOfMemory(bytes)
  }
  const drop = (texture: GpuTexture): void => {
    for (const key of framebuffersOf.get(texture.id) ?? []) {
      const framebuffer = framebuffers.get(key)
      if (framebuffer !== undefined) gl.deleteFramebuffer(framebuffer)
      framebuffers.delete(key)
    }
    framebuffersOf.delete(texture.id)
    gl.deleteTexture(texture.handle)
  }
  const poolKey = (format: TexelFormat, width: number, height: number): string =>
    `${format} ${width} ${height}`

  return {
    take: (format, size) => {
      const limit = maxElements(limits.maxTextureSize)
      if (size > limit) throw tooLarge('a buffer', size, limit)
      const shape = textureShape(size)
      const pooled = pool.get(poolKey(format, shape.width, shape.height))?.pop()
      if (pooled === undefined) return create(format, shape)
      pooledBytes -= pooled.bytes
      return pooled
    },
    release: (texture) => {
      if (pooledBytes + texture.bytes > POOL_BYTES) {
        drop(texture)
        return
      }
      const key = poolKey(texture.format, texture.width, texture.height)
      const free = pool.get(key)
      if (free === undefined) pool.set(key, [texture])
      else free.push(texture)
      pooledBytes += texture.bytes
    },
    framebuffer: (targets) => {
      const key = targets.map(({ id }) => id).join(' ')
      const known = framebuffers.get(key)
      if (known !== undefined) return known
      const framebuffer = gl.createFramebuffer()
      bindings.bindFramebuffer(framebuffer)
      targets.forEach(({ handle, id }, at) => {
        gl.framebufferTexture2D(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0 + at, gl.TEXTURE_2D, handle, 0)
        const keys = framebuffersOf.get(id) ?? new Set()
        framebuffersOf.set(id, keys.add(key))
      })
      gl.drawBuffers(targets.map((_, at) => gl.COLOR_ATTACHMENT0 + at))
      const status = gl.checkFramebufferStatus(gl.FRAMEBUFFER)
      if (status !== gl.FRAMEBUFFER_COMPLETE) {
        context.check()
        // Every device renders to one target of these formats.
        throw targets.length === 1 ? context.lose() : incomplete(targets, status)
      }
      framebuffers.set(key, framebuffer)
      return framebuffer
    },
    upload: (texture, dtype, data, where) => {
      const { pixel, type } = formats[texture.format]
      const stored = toTexels(dtype, data, where)
      bindings.editTexture(texture)
      const put = (y: number, width: number, height: number, part: TypedArray): void =>
        gl.texSubImage2D(gl.TEXTURE_2D, 0, 0, y, width, height, pixel, type, part)
      const rowSize = texture.width * LANES
      const fullRows = Math.floor(stored.length / rowSize)
      if (fullRows > 0) put(0, texture.width, fullRows, stored.subarray(0, fullRows * rowSize))
      const rest = stored.subarray(fullRows * rowSize)
      if (rest.length === 0) return
      const texels = Math.ceil(rest.length / LANES)
      put(fullRows, texels, 1, rest.length % LANES === 0 ? rest : padded(rest, texels * LANES))
    },
    get counts(): TextureStore['counts'] {
      return { created, pooledBytes }
    },
    dispose: () => {
      for (const free of pool.values()) free.forEach(drop)
      pool.clear()
      pooledBytes = 0
    },
  }
}

const incomplete = (targets: readonly GpuTexture[], status: number): HeddleError =>
  new HeddleError(
    'BACKEND_UNSUPPORTED',
    `webgl: the device cannot render to ${targets.map(({ format }) => format).join(', ')} together (${status})`,
    { details: { formats: targets.map(({ format }) => format), status } },
  )

function padded(data: TypedArray, size: number): TypedArray {
  const whole =
    data instanceof Int32Array
      ? new Int32Array(size)
      : data instanceof Uint32Array
        ? new Uint32Array(size)
        : new Float32Array(size)
  copyStorage(data, whole)
  return whole
}
