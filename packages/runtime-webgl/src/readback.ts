// Reading textures: at once (blocks until the device is done), or through a pixel buffer and a fence. The copy is put into
// the command stream when the read is asked for, so later steps do not disturb it. After a loss every read is refused.
import type { DType, HeddleError, TypedArray } from '@heddle/core'
import type { Bindings } from './bindings.ts'
import type { GpuContext } from './context.ts'
import { LANES, textureShape } from './storage.ts'
import { fromTexels, texelArray } from './texels.ts'
import type { GpuTexture, TextureStore } from './textures.ts'

export interface Readback {
  now(texture: GpuTexture, dtype: DType, size: number): TypedArray
  later(texture: GpuTexture, dtype: DType, size: number): Promise<TypedArray>
}

/** Put where an answer belongs: within one task, a device that is gone leaves it there and says nothing. */
const MARK = 0x7fa5_c3e1

/** Polls without waiting before the poll backs off to a timer. */
const EAGER_POLLS = 8

export function createReadback(context: GpuContext, bindings: Bindings, textures: TextureStore): Readback {
  const { gl } = context
  const pixelFormats = {
    f32: { pixel: gl.RGBA, type: gl.FLOAT },
    i32: { pixel: gl.RGBA_INTEGER, type: gl.INT },
    u32: { pixel: gl.RGBA_INTEGER, type: gl.UNSIGNED_INT },
  } as const
  const regionOf = (
    texture: GpuTexture,
    size: number,
  ): { width: number; rows: number; whole: TypedArray } => {
    const { rows, texels } = textureShape(size)
    const width = rows === 1 ? texels : texture.width
    return { width, rows, whole: texelArray(texture.format, width * rows * LANES) }
  }

  return {
    now: (texture, dtype, size) => {
      context.check()
      const { width, rows, whole } = regionOf(texture, size)
      bindings.bindFramebuffer(textures.framebuffer([texture]))
      const { pixel, type } = pixelFormats[texture.format]
      const first = new Uint32Array(whole.buffer, 0, 1)
      const answers = (mark: number): boolean => {
        first[0] = mark
        gl.readPixels(0, 0, width, rows, pixel, type, whole)
        return first[0] !== mark
      }
      const isAnswered = answers(MARK) || answers(~MARK >>> 0)
      context.check()
      if (!isAnswered) throw context.lose()
      return fromTexels(dtype, whole, size)
    },

    later: async (texture, dtype, size) => {
      context.check()
      const { width, rows, whole } = regionOf(texture, size)
      bindings.bindFramebuffer(textures.framebuffer([texture]))
      const buffer = gl.createBuffer()
      gl.bindBuffer(gl.PIXEL_PACK_BUFFER, buffer)
      gl.bufferData(gl.PIXEL_PACK_BUFFER, whole.byteLength, gl.STREAM_READ)
      const { pixel, type } = pixelFormats[texture.format]
      gl.readPixels(0, 0, width, rows, pixel, type, 0)
      gl.bindBuffer(gl.PIXEL_PACK_BUFFER, null)
      const fence = gl.fenceSync(gl.SYNC_GPU_COMMANDS_COMPLETE, 0)
      gl.flush()
      try {
        if (fence !== null) await passed(fence, context)
        context.check()
        gl.bindBuffer(gl.PIXEL_PACK_BUFFER, buffer)
        gl.getBufferSubData(gl.PIXEL_PACK_BUFFER, 0, whole)
        gl.bindBuffer(gl.PIXEL_PACK_BUFFER, null)
        context.check()
      } finally {
        gl.deleteSync(fence)
        gl.deleteBuffer(buffer)
      }
      return fromTexels(dtype, whole, size)
    },
  }
}

/** Resolves when the device has come past `fence`; rejects if the context is lost before. */
function passed(fence: WebGLSync, context: GpuContext): Promise<void> {
  const { gl } = context
  return new Promise((resolve, reject) => {
    const forget = context.whenLost((cause: HeddleError) => reject(cause))
    let polls = 0
    const poll = (): void => {
      const status = gl.isContextLost() ? gl.WAIT_FAILED : gl.clientWaitSync(fence, 0, 0)
      if (status === gl.TIMEOUT_EXPIRED) {
        if (polls++ < EAGER_POLLS) nextTask(poll)
        else setTimeout(poll, 1)
        return
      }
      forget()
      resolve() // a loss is reported by the caller's check
    }
    poll()
  })
}

/** A task as soon as others have had their turn; timers are held back in background pages. */
function nextTask(run: () => void): void {
  const { port1, port2 } = new MessageChannel()
  port1.onmessage = () => {
    port1.close()
    run()
  }
  port2.postMessage(null)
}
