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

  protected constructor(padding: PerAxis) {
    super()
    this.padding = typeof padding === 'number' ? new Array<number>(2 * this.axes()).fill(padding) : padding
  }
  protected abstract axes(): number

  override extraRepr(): string {
    return repr(this.padding)
  }
}

abstract class FromImage extends Padding {
  constructor(...args: Arguments<{ padding: PerAxis }, ['padding']>) {
    super(construct<{ padding: PerAxis }>(new.target.name, ['padding'], [], args, 1).padding)
  }
  protected abstract readonly mode: PadMode

  override forward(input: Tensor): Tensor {
    return this.mode === 'constant' ? pad(input, this.padding) : pad(input, this.padding, this.mode)
  }
}

abstract class ConstantPad extends Padding {
  readonly value: number

  constructor(...args: Arguments<Params, ['padding', 'value']>) {
    const { padding, value } = construct<Params>(new.target.name, ['padding', 'value'], [], args, 2)
    super(padding)
    this.value = value
  }
  override forward(input: Tensor): Tensor {
    return pad(input, this.padding, 'constant', this.value)
  }
  override extraRepr(): string {
    return `padding=${repr(this.padding)}, value=${repr(this.value)}`
  }
}

/** `value` around one axis. */
export class ConstantPad1d extends ConstantPad {
  protected axes(): number {
    return 1
  }
}
/** `value` around two axes. */
export class ConstantPad2d extends ConstantPad {
  protected axes(): number {
    return 2
  }
}
/** `value` around three axes. */
export class ConstantPad3d extends ConstantPad {
  protected axes(): number {
    return 3
  }
}

abstract class ZeroPad extends FromImage {
  protected get mode(): PadMode {
    return 'constant'
  }
}
/** Zeros around one axis. */
export class ZeroPad1d extends ZeroPad {
  protected axes(): number {
    return 1
  }
}
/** Zeros around two axes. */
export class ZeroPad2d extends ZeroPad {
  protected axes(): number {
    return 2
  }
}
/** Zeros around three axes. */
export class ZeroPad3d extends ZeroPad {
  protected axes(): number {
    return 3
  }
}

abstract class ReflectionPad extends FromImage {
  protected get mode(): PadMode {
    return 'reflect'
  }
}
/** What is inside, mirrored around one axis. */
export class ReflectionPad1d extends ReflectionPad {
  protected axes(): number {
    return 1
  }
}
/** What is inside, mirrored around two axes. */
export class ReflectionPad2d extends ReflectionPad {
  protected axes(): number {
    return 2
  }
}
/** What is inside, mirrored around three axes. */
export class ReflectionPad3d extends ReflectionPad {
  protected axes(): number {
    return 3
  }
}

abstract class ReplicationPad extends FromImage {
  protected get mode(): PadMode {
    return 'replicate'
  }
}
/** The outermost elements, again around one axis. */
export class ReplicationPad1d extends ReplicationPad {
  protected axes(): number {
    return 1
  }
}
/** The outermost elements, again around two axes. */
export class ReplicationPad2d extends ReplicationPad {
  protected axes(): number {
    return 2
  }
}
/** The outermost elements, again around three axes. */
export class ReplicationPad3d extends ReplicationPad {
  protected axes(): number {
    return 3
  }
}

abstract class CircularPad extends FromImage {
  protected get mode(): PadMode {
    return 'circular'
  }
}
/** What is inside, from the other side around one axis. */
export class CircularPad1d extends CircularPad {
  protected axes(): number {
    return 1
  }
}
/** What is inside, from the other side around two axes. */
export class CircularPad2d extends CircularPad {
  protected axes(): number {
    return 2
  }
}
/** What is inside, from the other side around three axes. */
export class CircularPad3d extends CircularPad {
  protected axes(): number {
    return 3
  }
}
