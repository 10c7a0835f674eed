// A context with its stores. One is shared by all backends of a page (browsers drop the oldest context beyond sixteen); it
// is closed when the last of them is disposed. Scratch textures hold the intermediates of every plan: plans run one after
// another, so the n-th texture of a shape serves all of them.
import { type Bindings, createBindings } from './bindings.ts'
import { type ContextOptions, type GpuContext, openContext } from './context.ts'
import { type Copier, createCopier } from './copier.ts'
import { createPrograms, type ProgramStore } from './programs.ts'
import { createReadback, type Readback } from './readback.ts'
import { shapeKey, type TexelFormat } from './storage.ts'
import { createTextures, type GpuTexture, type TextureStore } from './textures.ts'

export interface Device {
  readonly context: GpuContext
  readonly bindings: Bindings
  readonly textures: TextureStore
  readonly programs: ProgramStore
  readonly readback: Readback
  readonly scratch: Scratch
  readonly copier: Copier
  /** Says that one user is done. */
  release(): void
}

export interface Scratch {
  /** The `ordinal`-th scratch texture of this shape; every `take` needs a `release`. */
  take(format: TexelFormat, size: number, ordinal: number): GpuTexture
  release(texture: GpuTexture): void
}

interface Shared {
  readonly device: Device
  users: number
}

// The page's shared device: the one piece of module state, because contexts are a resource of the page.
let shared: Shared | undefined

export function sharedDevice(): Device {
  if (shared === undefined) {
    const device = openDevice({}, () => {
      if (current.users === 0) return
      current.users--
      if (current.users === 0) closeShared(current)
    })
    const current: Shared = { device, users: 0 }
    device.context.whenLost(() => {
      if (shared === current) shared = undefined
    })
    shared = current
  }
  shared.users++
  return shared.device
}

function closeShared(current: Shared): void {
  if (shared === current) shared = undefined
  closeDevice(current.device)
}

/** A device of one's own. */
export function ownDevice(options: ContextOptions): Device {
  const device = openDevice(options, () => closeDevice(device))
  return device
}

function closeDevice({ programs, textures, context }: Device): void {
  programs.dispose()
  textures.dispose()
  context.close()
}

function openDevice(options: ContextOptions, release: () => void): Device {
  const context = openContext(options)
  const bindings = createBindings(context.gl)
  const textures = createTextures(context, bindings)
  const programs = createPrograms(context, bindings)
  return {
    context,
    bindings,
    textures,
    programs,
    readback: createReadback(context, bindings, textures),
    scratch: createScratch(textures),
    copier: createCopier(context, bindings, textures, programs),
    release,
  }
}

function createScratch(textures: TextureStore): Scratch {
  interface Entry {
    readonly key: string
    readonly texture: GpuTexture
    users: number
  }
  const byKey = new Map<string, Entry>()
  const byId = new Map<number, Entry>()
  return {
    take: (format, size, ordinal) => {
      const key = `${shapeKey(format, size)} ${ordinal}`
      let entry = byKey.get(key)
      if (entry === undefined) {
        entry = { key, texture: textures.take(format, size), users: 0 }
        byKey.set(key, entry)
        byId.set(entry.texture.id, entry)
      }
      entry.users++
      return entry.texture
    },
    release: (texture) => {
      const entry = byId.get(texture.id)
      if (entry === undefined) return
      entry.users--
      if (entry.users > 0) return
      byKey.delete(entry.key)
      byId.delete(texture.id)
      textures.release(texture)
    },
  }
}
