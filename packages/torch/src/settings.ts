// Switches of PyTorch that programs set and ask for. What runs here is the same whatever they are, but for the default dtype and
// anomaly mode: plans are deterministic, and products keep their full precision.
import { isAnomalyEnabled, looksForNanWhenOn, setDetectAnomaly } from './autograd/anomaly.ts'
import * as dtypes from './dtypes.ts'
import { type DType, setDefaultDtype } from './dtypes.ts'
import { argumentError, type TorchError, warn } from './errors.ts'

const state = {
  matmulPrecision: 'highest' as MatmulPrecision,
  warnsAlways: false,
  isDeterministic: false,
  onlyWarns: false,
}

type MatmulPrecision = 'highest' | 'high' | 'medium'
const precisions: readonly string[] = ['highest', 'high', 'medium']

/** How exact products of float32 should be. */
export const getFloat32MatmulPrecision = (): MatmulPrecision => state.matmulPrecision
export function setFloat32MatmulPrecision(precision: MatmulPrecision): void {
  if (precisions.includes(precision)) state.matmulPrecision = precision
  else
    warn(
      `${String(precision)} is not one of 'highest', 'high', or 'medium'; the current setFloat32MatmulPrecision call has no effect.`,
    )
}

/** The default dtype by the name of a type, `torch.DoubleTensor`. */
export function setDefaultTensorType(type: string): void {
  const found = Object.values(dtypes).find(
    (each): each is DType => each instanceof dtypes.DType && `torch.${each.title}Tensor` === type,
  )
  if (found === undefined) throw invalidType()
  setDefaultDtype(found)
}

/** Whether warnings that are told once are told every time. */
export const isWarnAlwaysEnabled = (): boolean => state.warnsAlways
export const setWarnAlways = (enabled: boolean): void => {
  state.warnsAlways = enabled
}

export { isAnomalyEnabled }
/** Whether backward looks at every gradient in anomaly mode. */
export const isAnomalyCheckNanEnabled = (): boolean => looksForNanWhenOn()
/** Turns anomaly mode on or off. */
export const setAnomalyEnabled = (enabled: boolean, checkNan = true): void => {
  setDetectAnomaly(enabled, { checkNan })
}

export const areDeterministicAlgorithmsEnabled = (): boolean => state.isDeterministic
export const isDeterministicAlgorithmsWarnOnlyEnabled = (): boolean => state.onlyWarns
export const useDeterministicAlgorithms = (
  mode: boolean,
  { warnOnly = false }: { readonly warnOnly?: boolean } = {},
): void => {
  state.isDeterministic = mode
  state.onlyWarns = warnOnly
}

const debugModes = ['default', 'warn', 'error'] as const

/** 0: any algorithm; 1: a warning of one that is not deterministic; 2: an error. */
export const getDeterministicDebugMode = (): number => (state.isDeterministic ? (state.onlyWarns ? 1 : 2) : 0)
export function setDeterministicDebugMode(mode: number | (typeof debugModes)[number]): void {
  const found = typeof mode === 'string' ? debugModes.indexOf(mode) : mode
  if (typeof mode === 'string' && found < 0) throw debugModeName(mode)
  if (![0, 1, 2].includes(found)) throw debugModeNumber(found)
  useDeterministicAlgorithms(found > 0, { warnOnly: found === 1 })
}

const invalidType = (): TorchError =>
  argumentError('only floating-point types are supported as the default type', {}, 'TypeError')
const debugModeName = (mode: string): TorchError =>
  argumentError(
    `invalid value of debug_mode, expected one of \`default\`, \`warn\`, \`error\`, but got ${mode}`,
    { mode },
  )
const debugModeNumber = (mode: number): TorchError =>
  argumentError(`invalid value of debug_mode, expected 0, 1, or 2, but got ${mode}`, { mode })
