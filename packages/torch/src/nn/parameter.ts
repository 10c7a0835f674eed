// Tensors that a module lists by themselves when they are assigned to it; and such whose shape is not known yet.
import type { DType } from '../dtypes.ts'
import type { Device } from '../engine/device.ts'
import type { ArrayType } from '../engine/types.ts'
import { argumentError, type TorchError } from '../errors.ts'
import { empty } from '../ops/creation.ts'
import type { Size } from '../tensor/size.ts'
import { Tensor } from '../tensor/tensor.ts'

/** Shown and trained: among `parameters()` of a module. Shares memory with `data`. */
export class Parameter extends Tensor {
  constructor(data: Tensor, requiresGrad: boolean | { readonly requiresGrad?: boolean } = true) {
    super({ memory: data.memory, view: data.view_, layout: data.layout_, counter: data.counter }, data.type_)
    this.requiresGrad_(typeof requiresGrad === 'boolean' ? requiresGrad : (requiresGrad.requiresGrad ?? true))
  }

  override toString(): string {
    return `Parameter containing:\n${super.toString()}`
  }
}

/** State that is not trained: among `buffers()` of a module, and in its state dict if it is persistent. */
export class Buffer extends Tensor {
  readonly persistent: boolean

  constructor(data: Tensor, { persistent = true }: { readonly persistent?: boolean } = {}) {
    super({ memory: data.memory, view: data.view_, layout: data.layout_, counter: data.counter }, data.type_)
    this.persistent = persistent
  }
}

export const isTensorValue = (value: unknown): value is Tensor => value instanceof Tensor

export interface UninitializedOptions {
  readonly requiresGrad?: boolean
  readonly device?: Device | string | null
  readonly dtype?: DType | null
}

const placeholder = ({ device, dtype }: UninitializedOptions): Tensor =>
  empty([0], { ...(device && { device }), ...(dtype && { dtype }) })

/** A parameter without contents or shape, only with a device and a dtype: nothing can be computed with it until it has a shape. */
export class UninitializedParameter extends Parameter {
  constructor(options: UninitializedOptions = {}) {
    super(placeholder(options), options.requiresGrad ?? true)
  }
  override get type_(): ArrayType {
    throw attemptedUse('UninitializedParameter')
  }
  override get shape(): Size {
    throw unknownShape()
  }
  /** Becomes a parameter of this shape, with undefined contents. */
  materialize(shape: readonly number[], options: Omit<UninitializedOptions, 'requiresGrad'> = {}): void {
    materialize(this, Parameter.prototype, shape, options)
  }
  override toString(): string {
    return '<UninitializedParameter>'
  }
}

/** A buffer without contents or shape. */
export class UninitializedBuffer extends Tensor {
  constructor(options: UninitializedOptions = {}) {
    const { memory, type_: type } = placeholder(options)
    super({ memory }, type)
    this.requiresGrad_(options.requiresGrad ?? false)
  }
  override get type_(): ArrayType {
    throw attemptedUse('UninitializedBuffer')
  }
  override get shape(): Size {
    throw unknownShape()
  }
  materialize(shape: readonly number[], options: Omit<UninitializedOptions, 'requiresGrad'> = {}): void {
    materialize(this, Tensor.prototype, shape, options)
  }
  override toString(): string {
    return '<UninitializedBuffer>'
  }
}

export type Uninitialized = UninitializedParameter | UninitializedBuffer

export const isLazy = (tensor: unknown): tensor is Uninitialized =>
  tensor instanceof UninitializedParameter || tensor instanceof UninitializedBuffer

function materialize(
  tensor: Tensor,
  prototype: object,
  shape: readonly number[],
  options: UninitializedOptions,
): void {
  const dtype = options.dtype ?? tensor.dtype
  tensor.data = empty([...shape], { dtype, device: options.device ?? tensor.device })
  Object.setPrototypeOf(tensor, prototype)
}

const attemptedUse = (name: string): TorchError =>
  argumentError(
    `Attempted to use an uninitialized parameter. This error happens when you are using a \`LazyModule\` or explicitly manipulating \`torch.nn.parameter.${name}\` objects. When using LazyModules Call \`forward\` with a dummy batch to initialize the parameters before calling torch functions`,
    { name },
    'ValueError',
  )
const unknownShape = (): TorchError =>
  argumentError(
    "Can't access the shape of an uninitialized parameter or buffer. This error usually happens in `load_state_dict` when trying to load an uninitialized parameter into an initialized one. Call `forward` to initialize the parameters before accessing their attributes.",
  )
