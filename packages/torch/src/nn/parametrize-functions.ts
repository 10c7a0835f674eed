// `torch.nn.utils.parametrize`.
export type { Parametrization, ParametrizationOptions } from './parametrize.ts'
export {
  cached,
  isParametrized,
  ParametrizationList,
  registerParametrization,
  removeParametrizations,
  transferParametrizationsAndParams,
  typeBeforeParametrizations,
} from './parametrize.ts'
