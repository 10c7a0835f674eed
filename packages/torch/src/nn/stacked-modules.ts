// The tensors of several modules of one kind, stacked: one module runs with each in turn.
import { argumentError, type TorchError } from '../errors.ts'
import { stack } from '../ops/joins.ts'
import type { Tensor } from '../tensor/tensor.ts'
import type { AnyModule } from './module.ts'

/** The parameters and the buffers of modules of one kind, stacked: for `vmap` of `functionalCall`. */
export function stackModuleState(
  models: readonly AnyModule[],
): readonly [parameters: ReadonlyMap<string, Tensor>, buffers: ReadonlyMap<string, Tensor>] {
  if (models.length === 0) throw noModels()
  if (models.some((model) => model.constructor !== models[0]?.constructor)) throw mixedClasses()
  if (models.some(({ training }) => training !== models[0]?.training)) throw mixedModes()
  const stacked = (lists: readonly (readonly (readonly [string, Tensor])[])[], isTrained: boolean) =>
    new Map(
      (lists[0] ?? []).map(([name, { requiresGrad }], k) => {
        const joined = stack(lists.map((list) => (list[k] as readonly [string, Tensor])[1])).detach()
        return [name, isTrained && requiresGrad ? joined.requiresGrad_() : joined] as const
      }),
    )
  return [
    stacked(
      models.map((model) => [...model.namedParameters()]),
      true,
    ),
    stacked(
      models.map((model) => [...model.namedBuffers()]),
      false,
    ),
  ]
}

const noModels = (): TorchError =>
  argumentError('stack_module_state: Expected at least one model, got 0.', {}, 'RuntimeError')
const mixedClasses = (): TorchError =>
  argumentError('stack_module_state: Expected all models to be of the same class.', {}, 'RuntimeError')
const mixedModes = (): TorchError =>
  argumentError(
    'stack_module_state: Expected all models to have the same training/eval mode.',
    {},
    'RuntimeError',
  )
