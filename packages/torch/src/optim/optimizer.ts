// What all optimisers share: groups of parameters with options, state of each parameter, and the walk over those with gradients.
// A step records one operation a parameter, outside of autograd's graph.
import { enableGrad, noGrad } from '../autograd/grad-mode.ts'
import { aside, watcher } from '../engine/watch.ts'
import { argumentError, invalidOption, warn } from '../errors.ts'
import { clearGrad } from '../nn/contents.ts'
import { typeName } from '../nn/module-errors.ts'
import { isOptions } from '../ops/signature.ts'
import { formatOptimizer } from '../print/format-optimizer.ts'
import { showAsText } from '../show.ts'
import { Tensor } from '../tensor/tensor.ts'
import {
  castState,
  type OptimizerStateDict,
  type ParamState,
  ParamStates,
  packGroups,
  statesOf,
} from './state.ts'
import { StepNumbers } from './update.ts'

/** Parameters that share options. The options may be changed between steps; schedulers add some of their own. */
export type ParamGroup<O extends object> = O & {
  params: Tensor[]
  /** The rate schedules start from. */
  initialLr?: number
}

/** Parameters, or groups of them with options of their own. */
export type Params<O extends object> =
  | Iterable<Tensor>
  | Iterable<Partial<O> & { readonly params: Tensor | Iterable<Tensor> }>

/** Options that every optimiser has. */
export interface Rate {
  lr: number
}

export abstract class Optimizer<O extends Rate = Rate> {
  readonly defaults: Readonly<O>
  paramGroups: ParamGroup<O>[] = []
  /** What is remembered of each parameter; nothing before its first step. */
  state: ParamStates = new ParamStates()
  /** Steps since the last scheduler was made, which wants to know whether there were any. */
  _stepCount = 0

  constructor(params: Params<O>, defaults: O) {
    this.defaults = defaults
    if (params instanceof Tensor) throw paramsType(params)
    const groups = [...params]
    if (groups.length === 0) throw invalidOption('optimizer got an empty parameter list')
    const given: readonly object[] = isOptions(groups[0]) ? groups : [{ params: groups }]
    for (const group of given) this.addParamGroup(group as GroupOptions<O>)
    if (this.step !== Optimizer.prototype.step) this.#takeOwnStep()
  }

  /** Adds parameters that are optimised from now on; options that are not given are the optimiser's. */
  addParamGroup(group: GroupOptions<O>): void {
    if (!isOptions(group)) throw argumentError('param group must be a dict', {}, 'TypeError')
    const params = parametersOf(group.params)
    for (const param of params) {
      if (!(param instanceof Tensor)) throw parameterType(param)
      if (!param.isLeaf && !param.retainsGrad) throw invalidOption("can't optimize a non-leaf Tensor")
    }
    const completed = { ...this.defaults, ...group, params } as ParamGroup<O>
    for (const [name, value] of Object.entries(completed)) if (value === undefined) throw missingOption(name)
    if (new Set(params).size !== params.length) warn(duplicates)
    const known = new Set(this.paramGroups.flatMap((each) => each.params))
    if (params.some((param) => known.has(param))) {
      throw invalidOption('some parameters appear in more than one parameter group')
    }
    this.paramGroups.push(completed)
  }

  /** Drops all gradients, or fills them with zeros. */
  zeroGrad(options: boolean | { readonly setToNone?: boolean } = true): void {
    const setToNone = typeof options === 'boolean' ? options : (options.setToNone ?? true)
    const all = (): readonly Tensor[] => this.paramGroups.flatMap(({ params }) => params)
    watcher?.depends(this, all)
    for (const param of all()) clearGrad(param, setToNone)
  }

  /** Moves every parameter that has a gradient. Gives back what `closure` gives, which computes the gradients anew. */
  step<T>(closure?: () => T): T | null {
    if (closure !== undefined) watcher?.refuse('an optimizer takes a step with a closure')
    return aside(this, () => this.#step(closure))
  }
  #step<T>(closure?: () => T): T | null {
    this._stepCount++
    const loss = closure === undefined ? null : enableGrad(closure)
    const numbers = new StepNumbers()
    noGrad(() => {
      for (const group of this.paramGroups) {
        for (const param of group.params) {
          const { storedGrad } = param
          if (storedGrad !== null) this._update(param, storedGrad, group, numbers)
        }
      }
    })
    return loss
  }

  /** Moves one parameter. Subclasses define this, or `step`. */
  _update(_param: Tensor, _grad: Tensor, _group: ParamGroup<O>, _numbers: StepNumbers): void {
    throw argumentError('', {}, 'NotImplementedError')
  }

  /** Makes a subclass's own `step` one as the `step` here is: counted, and aside of what is compiled. */
  #takeOwnStep(): void {
    const { step } = this
    const taken = <T>(closure?: () => T): T | null => {
      if (closure !== undefined) watcher?.refuse('an optimizer takes a step with a closure')
      return aside(this, () => {
        this._stepCount++
        return step.call(this, closure) as T | null
      })
    }
    Object.defineProperty(this, 'step', { value: taken, writable: true, configurable: true })
  }

  /** State by the number of the parameter, counted through the groups, and the groups with numbers for parameters. */
  stateDict(): OptimizerStateDict {
    const { groups, numbers } = packGroups(this.paramGroups)
    const state = new Map<number, ParamState>()
    for (const [param, held] of this.state) {
      const number = numbers.get(param)
      if (number !== undefined) state.set(number, held)
    }
    return { state, paramGroups: groups }
  }

  /** Takes over copies of what `stateDict` gave, of an optimiser with as many parameters in as many groups. */
  loadStateDict({ state, paramGroups }: OptimizerStateDict): void {
    if (paramGroups.length !== this.paramGroups.length) {
      throw invalidOption('loaded state dict has a different number of parameter groups')
    }
    if (paramGroups.some(({ params }, k) => params.length !== this.paramGroups[k]?.params.length)) {
      throw invalidOption(
        "loaded state dict contains a parameter group that doesn't match the size of optimizer's group",
      )
    }
    const saved = statesOf(state)
    const next = new ParamStates()
    this.paramGroups = paramGroups.map((group, k) => {
      const { params } = this.paramGroups[k] as ParamGroup<O>
      group.params.forEach((number, at) => {
        const held = saved.get(number)
        if (held !== undefined) next.set(params[at] as Tensor, castState(params[at] as Tensor, held))
      })
      return { ...this.defaults, ...group, params } as ParamGroup<O>
    })
    this.state = next
  }

  /** The state of a parameter; `make` gives that of its first step. */
  _stateOf(param: Tensor, make: () => ParamState): ParamState {
    const held = this.state.at(param)
    return Object.keys(held).length === 0 ? Object.assign(held, make()) : held
  }

  toString(): string {
    return formatOptimizer(
      this.constructor.name,
      this.paramGroups.map((group) => Object.fromEntries(Object.entries(group))),
    )
  }
}
showAsText(Optimizer)

type GroupOptions<O> = Partial<O> & { readonly params: Tensor | Iterable<Tensor> }

function parametersOf(params: Tensor | Iterable<Tensor>): Tensor[] {
  if (params instanceof Tensor) return [params]
  if (params instanceof Set) throw unordered()
  return [...params]
}

const paramsType = (params: unknown) =>
  argumentError(
    `params argument given to the optimizer should be an iterable of Tensors or dicts, but got ${typeName(params)}`,
    {},
    'TypeError',
  )
const parameterType = (param: unknown) =>
  argumentError(
    `optimizer can only optimize Tensors, but one of the params is ${typeName(param)}`,
    {},
    'TypeError',
  )
const unordered = () =>
  argumentError(
    'optimizer parameters need to be organized in ordered collections, but the ordering of tensors in sets will change between runs. Please use a list instead.',
    {},
    'TypeError',
  )
const missingOption = (name: string) =>
  invalidOption(`parameter group didn't specify a value of required optimization parameter ${name}`)
const duplicates =
  'UserWarning: optimizer contains a parameter group with duplicate parameters; in future, this will cause an error; see github.com/pytorch/pytorch/issues/40967 for more information'
