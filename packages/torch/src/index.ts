// The public face of the shim: PyTorch's names. Hand-ordered; nothing is exported that is not named here.

export type { Mode, ModeScope } from './autograd/grad-mode.ts'
export { enableGrad, isGradEnabled, noGrad } from './autograd/grad-mode.ts'
export * as autograd from './autograd/index.ts'
export type { GradNode } from './autograd/record.ts'
export type { NestedData, RandomOptions, TensorOptions } from './creation.ts'
export { arange, full, ones, rand, randn, tensor, zeros } from './creation.ts'
export { defaultBackend, setBackend } from './default-runtime.ts'
export type { DType } from './dtypes.ts'
export { bool, float32, float64, int32 } from './dtypes.ts'
export type { TorchErrorName } from './errors.ts'
export { TorchError } from './errors.ts'
export {
  abs,
  add,
  clone,
  div,
  eq,
  exp,
  ge,
  gt,
  isFloatingPoint,
  isTensor,
  le,
  log,
  lt,
  matmul,
  max,
  mean,
  mul,
  ne,
  neg,
  permute,
  pow,
  relu,
  reshape,
  sigmoid,
  sqrt,
  sub,
  sum,
  t,
  tanh,
} from './functions.ts'
export * as _internal from './internal.ts'
export * as nn from './nn/index.ts'
export * as optim from './optim/index.ts'
export {
  forkRng,
  getRngState,
  initialSeed,
  manualSeed,
  seed,
  setRngState,
} from './random/default-generator.ts'
export { Generator } from './random/generator.ts'
export type { ByteSource } from './serialize/byte-source.ts'
export type { PackedObject, RestoredView, SavedView, ViewGeometry } from './serialize/packed-object.ts'
export { packObject, unpackObject } from './serialize/packed-object.ts'
export type { EntryInfo, OpenOptions, SafetensorsEntry, SafetensorsFile } from './serialize/safetensors.ts'
export { openSafetensors, safetensorsParts, writeSafetensors } from './serialize/safetensors.ts'
export type { BackwardOptions, Operand } from './tensor.ts'
export { Tensor } from './tensor.ts'
