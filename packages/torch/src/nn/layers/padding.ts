// Padding as layers.
import type { Arguments } from '../../ops/signature.ts'
import type { Tensor } from '../../tensor/tensor.ts'
import type { PerAxis } from '../functional/operands.ts'
import { type PadMode, pad } from '../functional/padding.ts'
import { Module } from '../module.ts'
import { construct } from './construct.ts'
import { repr } from './layer.ts'

type Params = { padding: PerAxis; value: number }

/** Amounts on both sides of each axis; the class says of how many axes, and with what. */
abstract class Padding extends Module {
  readonly padding: readonly number[]

  protected constructor(name: string, padding: PerAxis) {
    super()
    const axes = Number(/(\d)d$/.exec(name)?.[1] ?? 1)
    this.padding = typeof padding === 'number' ? new Array<number>(2 * axes).fill(padding) : padding
  }
  override extraRepr(): string {
    return repr(this.padding)
  }
}

abstract class FromImage extends Padding {
  constructor(...args: Arguments<{ padding: PerAxis }, ['padding']>) {
    const { name } = new.target
    super(name, construct<{ padding: PerAxis }>(name, ['padding'], [], args, 1).padding)
  }
  protected abstract readonly mode: PadMode

  override forward(input: Tensor): Tensor {
    return this.mode === 'constant' ? pad(input, this.padding) : pad(input, this.padding, this.mode)
  }
}

abstract class ConstantPad extends Padding {
  readonly value: number

  constructor(...args: Arguments<Params, ['padding', 'value']>) {
    const { name } = new.target
    const { padding, value } = construct<Params>(name, ['padding', 'value'], [], args, 2)
    super(name, padding)
    this.value = value
  }
  override forward(input: Tensor): Tensor {
    return pad(input, this.padding, 'constant', this.value)
  }
  override extraRepr(): string {
    return `padding=${repr(this.padding)}, value=${repr(this.value)}`
  }
}

export class ConstantPad1d extends ConstantPad {}
export class ConstantPad2d extends ConstantPad {}
export class ConstantPad3d extends ConstantPad {}

abstract class ZeroPad extends FromImage {
  protected get mode(): PadMode {
    return 'constant'
  }
}
export class ZeroPad1d extends ZeroPad {}
export class ZeroPad2d extends ZeroPad {}
export class ZeroPad3d extends ZeroPad {}

abstract class ReflectionPad extends FromImage {
  protected get mode(): PadMode {
    return 'reflect'
  }
}
export class ReflectionPad1d extends ReflectionPad {}
export class ReflectionPad2d extends ReflectionPad {}
export class ReflectionPad3d extends ReflectionPad {}

abstract class ReplicationPad extends FromImage {
  protected get mode(): PadMode {
    return 'replicate'
  }
}
export class ReplicationPad1d extends ReplicationPad {}
export class ReplicationPad2d extends ReplicationPad {}
export class ReplicationPad3d extends ReplicationPad {}

abstract class CircularPad extends FromImage {
  protected get mode(): PadMode {
    return 'circular'
  }
}
export class CircularPad1d extends CircularPad {}
export class CircularPad2d extends CircularPad {}
export class CircularPad3d extends CircularPad {}
