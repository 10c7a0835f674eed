// The module of PyTorch: callable, and everything assigned to it is found by looking: its own properties that are parameters or
// modules, in the order in which they were first assigned.
import { TorchError } from '../errors.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { Parameter } from './parameter.ts'

/** Instances are called like functions, which a class alone cannot declare. */
export interface Module {
  (...inputs: Tensor[]): Tensor
  /** Layers that behave differently in training ask this. */
  training: boolean
}

// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the constructor sets what the interface adds.
export class Module {
  /** Gives back a function with the class's prototype: it runs `forward`, and holds what the subclass assigns to `this`. */
  constructor() {
    const self = Object.setPrototypeOf(
      (...inputs: Tensor[]): Tensor => self.forward(...inputs),
      new.target.prototype,
    ) as Module
    Reflect.deleteProperty(self, 'name')
    Reflect.deleteProperty(self, 'length')
    self.training = true
    // biome-ignore lint/correctness/noConstructorReturn: the instance is the function.
    return self
  }

  /** What calling the module does; a subclass says. */
  forward(..._inputs: Tensor[]): Tensor {
    throw noForward(this.constructor.name)
  }

  /** Modules assigned to this one, by name. */
  namedChildren(): readonly (readonly [string, Module])[] {
    return Object.entries(this).filter((entry): entry is [string, Module] => entry[1] instanceof Module)
  }
  children(): readonly Module[] {
    return this.namedChildren().map(([, child]) => child)
  }
  /** This module and all below it, parents first. */
  namedModules(prefix = ''): readonly (readonly [string, Module])[] {
    const below = this.namedChildren().flatMap(([name, child]) => child.namedModules(joined(prefix, name)))
    return [[prefix, this], ...below]
  }
  modules(): readonly Module[] {
    return this.namedModules().map(([, module]) => module)
  }

  /** Each parameter once, under its first name: own ones before those of children. */
  namedParameters(): readonly (readonly [string, Parameter])[] {
    const seen = new Set<Parameter>()
    return everyParameter(this).filter(([, parameter]) => {
      const isNew = !seen.has(parameter)
      seen.add(parameter)
      return isNew
    })
  }
  parameters(): readonly Parameter[] {
    return this.namedParameters().map(([, parameter]) => parameter)
  }
  /** Contents by name, sharing memory with the parameters; a shared parameter stands under each of its names. */
  stateDict(): Map<string, Tensor> {
    return new Map(everyParameter(this).map(([name, parameter]) => [name, parameter.detach()]))
  }
  train(mode = true): this {
    for (const module of this.modules()) module.training = mode
    return this
  }
  eval(): this {
    return this.train(false)
  }
  requiresGrad_(value = true): this {
    for (const parameter of this.parameters()) parameter.requiresGrad_(value)
    return this
  }
  /** Drops all gradients, or fills them with zeros. */
  zeroGrad({ setToNone = true }: { readonly setToNone?: boolean } = {}): void {
    for (const parameter of this.parameters()) clearGrad(parameter, setToNone)
  }
}

/** Parameters of a module and of all below it, under each of their names. */
const everyParameter = (root: Module): readonly (readonly [string, Parameter])[] =>
  root.namedModules().flatMap(([prefix, module]) =>
    Object.entries(module)
      .filter((entry): entry is [string, Parameter] => entry[1] instanceof Parameter)
      .map(([name, parameter]) => [joined(prefix, name), parameter] as const),
  )

/** Drops a gradient, or fills it with zeros. */
export function clearGrad(tensor: Tensor, setToNone: boolean): void {
  if (setToNone) tensor.grad = null
  else tensor.grad?.zero_()
}

const joined = (prefix: string, name: string): string => (prefix === '' ? name : `${prefix}.${name}`)

const noForward = (name: string): TorchError =>
  new TorchError(
    'NotImplementedError',
    'TORCH_NO_FORWARD',
    `Module [${name}] is missing the required "forward" function`,
    { name },
  )
