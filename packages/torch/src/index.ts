// The public face of the shim: PyTorch's names; long because these are many. Hand-ordered; nothing is exported that is not named here.
import './tensor/install.ts'

export * as accelerator from './accelerator.ts'
export * as func from './autograd/func.ts'
export type { Mode, ModeScope } from './autograd/grad-mode.ts'
export {
  enableGrad,
  inferenceMode,
  isGradEnabled,
  isInferenceModeEnabled,
  noGrad,
  setGradEnabled,
} from './autograd/grad-mode.ts'
export * as autograd from './autograd/index.ts'
export { type Compiled, type CompileOptions, compile, compiler } from './compile/compile.ts'
export * as cuda from './cuda.ts'
export {
  bfloat16,
  bool,
  DType,
  float16,
  float32,
  float64,
  getDefaultDtype,
  int8,
  int16,
  int32,
  int64,
  setDefaultDtype,
  uint8,
} from './dtypes.ts'
export { Device } from './engine/device.ts'
export type { TorchErrorName } from './errors.ts'
export { setWarningHandler, TorchError } from './errors.ts'
export * as _internal from './internal.ts'
export * as linalg from './linalg/index.ts'
export { cdist } from './nn/functional/distances.ts'
export {
  adaptiveAvgPool1d,
  adaptiveMaxPool1d,
  avgPool1d,
  bilinear,
  channelShuffle,
  conv1d,
  conv2d,
  conv3d,
  convTranspose1d,
  convTranspose2d,
  convTranspose3d,
  cosineSimilarity,
  maxPool1d,
  maxPool2d,
  maxPool3d,
  pairwiseDistance,
  pdist,
  pixelShuffle,
  pixelUnshuffle,
} from './nn/functional.ts'
export * as nn from './nn/index.ts'
export {
  affineGridGenerator,
  alphaDropout,
  alphaDropout_,
  batchNorm,
  binaryCrossEntropyWithLogits,
  constantPadNd,
  convTbc,
  cosineEmbeddingLoss,
  ctcLoss,
  dropout,
  dropout_,
  embedding,
  featureAlphaDropout,
  featureAlphaDropout_,
  featureDropout,
  featureDropout_,
  frobeniusNorm,
  gridSampler,
  gridSampler2d,
  gridSampler3d,
  groupNorm,
  gruCell,
  hingeEmbeddingLoss,
  instanceNorm,
  klDiv,
  layerNorm,
  lstmCell,
  marginRankingLoss,
  maxPool1dWithIndices,
  nativeChannelShuffle,
  normExceptDim,
  poissonNllLoss,
  rnnReluCell,
  rnnTanhCell,
  tripletMarginLoss,
} from './nn/plain-functions.ts'
export type { NdGeometry, NestedElements } from './numpy/nd-array.ts'
export { NdArray } from './numpy/nd-array.ts'
export { fromNumpy, ndarray } from './numpy/share.ts'
export { celu, celu_, rrelu, rrelu_, selu, selu_, threshold, threshold_ } from './ops/activation-functions.ts'
export { hardshrink, logSoftmax, prelu, relu, softmax } from './ops/activations.ts'
export { addbmm, addmm, addmv, addr, baddbmm } from './ops/add-products.ts'
export type { AtLeast, Tensors } from './ops/aligned.ts'
export { atleast1d, atleast2d, atleast3d, broadcastTensors } from './ops/aligned.ts'
export {
  add,
  div,
  divide,
  floorDivide,
  fmod,
  mul,
  multiply,
  pow,
  remainder,
  rsub,
  sub,
  subtract,
  trueDivide,
} from './ops/arithmetic.ts'
export { i0 } from './ops/bessel.ts'
export { addcdiv, addcmul, lerp } from './ops/blend.ts'
export { clamp, clampMax, clampMin, clip } from './ops/bounds.ts'
export { broadcastShapes } from './ops/broadcast-shapes.ts'
export { allclose, equal, isclose, isNonzero, isSameSize } from './ops/closeness.ts'
export { eq, ge, greater, greaterEqual, gt, le, less, lessEqual, lt, ne, notEqual } from './ops/comparison.ts'
export type { ContractedDims } from './ops/contractions.ts'
export { chainMatmul, tensordot } from './ops/contractions.ts'
export { bincount, histc, histogram } from './ops/counting.ts'
export { corrcoef, cov } from './ops/covariance.ts'
export type { NestedData, TensorOptions } from './ops/creation.ts'
export {
  asTensor,
  empty,
  emptyLike,
  full,
  fullLike,
  ones,
  onesLike,
  scalarTensor,
  tensor,
  zeros,
  zerosLike,
} from './ops/creation.ts'
export { cummax, cummin, cumprod, cumsum, diff, logcumsumexp } from './ops/cumulative.ts'
export { addDevice, device, getDefaultDevice, setDefaultDevice } from './ops/devices.ts'
export { diag, diagEmbed, diagflat, trace } from './ops/diagonals.ts'
export { asStrided, diagonal, moveaxis, movedim } from './ops/dim-views.ts'
export { gcd, lcm } from './ops/divisors.ts'
export { canCast, finfo, iinfo, promoteTypes, resultType } from './ops/dtype-questions.ts'
export { einsum } from './ops/einsum.ts'
export { aminmax, argmax, argmin, max, min } from './ops/extreme-reductions.ts'
export { fmax, fmin, maximum, minimum } from './ops/extremes.ts'
export { fill, fill_, zero_ } from './ops/fill-functions.ts'
export {
  arctan2,
  atan2,
  copysign,
  floatPower,
  heaviside,
  hypot,
  ldexp,
  logaddexp,
  logaddexp2,
  xlogy,
} from './ops/float-pairs.ts'
export { frexp, nextafter } from './ops/float-parts.ts'
export { polygamma } from './ops/gamma-functions.ts'
export { igamma, igammac } from './ops/gammas.ts'
export { gradient } from './ops/gradients.ts'
export type { Indices } from './ops/grids.ts'
export { cartesianProd, combinations, meshgrid, trilIndices, triuIndices } from './ops/grids.ts'
export { adjoint } from './ops/hermitian.ts'
export type { HistogramOfPoints } from './ops/histogramdd.ts'
export { histogramdd } from './ops/histogramdd.ts'
export { asarray, emptyStrided, frombuffer } from './ops/in-memory.ts'
export {
  abs_,
  acos_,
  acosh_,
  arccos_,
  arccosh_,
  arcsin_,
  arcsinh_,
  arctan_,
  arctanh_,
  asin_,
  asinh_,
  atan_,
  atanh_,
  ceil_,
  clamp_,
  clampMax_,
  clampMin_,
  clip_,
  cos_,
  cosh_,
  deg2rad_,
  erf_,
  erfc_,
  exp_,
  exp2_,
  expm1_,
  fix_,
  floor_,
  frac_,
  gcd_,
  i0_,
  lcm_,
  ldexp_,
  log_,
  log1p_,
  log2_,
  log10_,
  logit_,
  nanToNum_,
  neg_,
  negative_,
  rad2deg_,
  reciprocal_,
  relu_,
  round_,
  rsqrt_,
  sigmoid_,
  sin_,
  sinc_,
  sinh_,
  sqrt_,
  square_,
  tan_,
  tanh_,
  trunc_,
  xlogy_,
} from './ops/in-place-functions.ts'
export type { Index } from './ops/index-items.ts'
export { indexPut } from './ops/index-put.ts'
export { indexReduce } from './ops/index-reduce.ts'
export { inner } from './ops/inner.ts'
export { cumulativeTrapezoid, trapezoid, trapz } from './ops/integrals.ts'
export {
  blockDiag,
  cat,
  columnStack,
  concat,
  concatenate,
  dstack,
  hstack,
  rowStack,
  stack,
  vstack,
} from './ops/joins.ts'
export {
  bitwiseAnd,
  bitwiseLeftShift,
  bitwiseOr,
  bitwiseRightShift,
  bitwiseXor,
  logicalAnd,
  logicalOr,
  logicalXor,
} from './ops/logic.ts'
export { getDevice, isNeg } from './ops/made-like.ts'
export { maskedFill, maskedScatter, maskedSelect, put, take, takeAlongDim } from './ops/masks.ts'
export { matmul } from './ops/matrix.ts'
export { resizeAs_ } from './ops/memory-changes.ts'
export { stdMean, varMean } from './ops/moments.ts'
export type { Named } from './ops/named.ts'
export { argwhere, nonzero } from './ops/nonzero.ts'
export { kthvalue, median, mode, nanmedian, nanquantile, quantile } from './ops/order-statistics.ts'
export { asStridedScatter, diagonalScatter, selectScatter, sliceScatter } from './ops/part-scatter.ts'
export { chunk, narrow, narrowCopy, select, split, splitWithSizes, unbind } from './ops/parts.ts'
export {
  bitwiseNot,
  isfinite,
  isinf,
  isnan,
  isneginf,
  isposinf,
  isreal,
  logicalNot,
  signbit,
} from './ops/predicates.ts'
export { bmm, cross, dot, ger, kron, matrixPower, mm, mv, outer, vdot } from './ops/products.ts'
export type { RandomOptions } from './ops/random.ts'
export {
  bernoulli,
  binomial,
  multinomial,
  normal,
  poisson,
  rand,
  randint,
  randintLike,
  randLike,
  randn,
  randnLike,
  randperm,
} from './ops/random.ts'
export { arange, eye, linspace, logspace, range } from './ops/ranges.ts'
export { imag, isComplex, real } from './ops/real-parts.ts'
export { conj, conjPhysical, isConj, resolveConj, resolveNeg } from './ops/realness.ts'
export { flip, fliplr, flipud, repeatInterleave, roll, rot90, tile, tril, triu } from './ops/rearranging.ts'
export {
  all,
  amax,
  amin,
  any,
  countNonzero,
  logsumexp,
  mean,
  nanmean,
  nansum,
  prod,
  sum,
} from './ops/reductions.ts'
export { ceil, fix, floor, frac, round, trunc } from './ops/rounding.ts'
export { bucketize, isin, searchsorted } from './ops/search.ts'
export { dsplit, hsplit, tensorSplit, vsplit } from './ops/sections.ts'
export {
  gather,
  indexAdd,
  indexCopy,
  indexFill,
  indexSelect,
  scatter,
  scatterAdd,
  scatterReduce,
} from './ops/selection.ts'
export { unique, uniqueConsecutive } from './ops/sets.ts'
export { Slice, slice } from './ops/slice.ts'
export { argsort, msort, sort, topk } from './ops/sorting.ts'
export { dist, norm, renorm, std, var } from './ops/statistics.ts'
export { permute, squeeze, swapaxes, swapdims, t, transpose, unsqueeze } from './ops/transposes.ts'
export {
  abs,
  absolute,
  acos,
  acosh,
  angle,
  arccos,
  arccosh,
  arcsin,
  arcsinh,
  arctan,
  arctanh,
  asin,
  asinh,
  atan,
  atanh,
  cos,
  cosh,
  deg2rad,
  digamma,
  erf,
  erfc,
  erfinv,
  exp,
  exp2,
  expm1,
  lgamma,
  log,
  log1p,
  log2,
  log10,
  logit,
  mvlgamma,
  nanToNum,
  neg,
  negative,
  positive,
  rad2deg,
  reciprocal,
  rsqrt,
  sgn,
  sigmoid,
  sign,
  sin,
  sinc,
  sinh,
  sqrt,
  square,
  tan,
  tanh,
} from './ops/unary.ts'
export { unsafeChunk, unsafeSplit, unsafeSplitWithSizes } from './ops/unsafe-splits.ts'
export { vander } from './ops/vander.ts'
export {
  aliasCopy,
  asStridedCopy,
  detachCopy,
  diagonalCopy,
  expandCopy,
  permuteCopy,
  selectCopy,
  sliceCopy,
  splitCopy,
  splitWithSizesCopy,
  squeezeCopy,
  tCopy,
  transposeCopy,
  unbindCopy,
  unfoldCopy,
  unsqueezeCopy,
  viewCopy,
} from './ops/view-copies.ts'
export { asStrided_, detach, detach_ } from './ops/view-functions.ts'
export { broadcastTo, clone, flatten, ravel, reshape, unflatten } from './ops/views.ts'
export { where } from './ops/where.ts'
export { bartlettWindow, blackmanWindow, hammingWindow, hannWindow, kaiserWindow } from './ops/windows.ts'
export { addmv_, indexPut_ } from './ops/written-functions.ts'
export * as optim from './optim/index.ts'
export type { PrintOptions, PrintOptionsChange } from './print/print-options.ts'
export { setPrintoptions } from './print/print-options.ts'
export {
  forkRng,
  getRngState,
  initialSeed,
  manualSeed,
  seed,
  setRngState,
} from './random/default-generator.ts'
export { Generator } from './random/generator.ts'
export * as random from './random/index.ts'
export type { ByteSource } from './serialize/byte-source.ts'
export type { PackedObject, RestoredView, SavedView, ViewGeometry } from './serialize/packed-object.ts'
export type { EntryInfo, OpenOptions, SafetensorsEntry, SafetensorsFile } from './serialize/safetensors.ts'
export { openSafetensors, safetensorsParts, writeSafetensors } from './serialize/safetensors.ts'
export type { LoadOptions } from './serialize/save.ts'
export { load, save } from './serialize/save.ts'
export {
  areDeterministicAlgorithmsEnabled,
  getDeterministicDebugMode,
  getFloat32MatmulPrecision,
  isAnomalyCheckNanEnabled,
  isAnomalyEnabled,
  isDeterministicAlgorithmsWarnOnlyEnabled,
  isWarnAlwaysEnabled,
  setAnomalyEnabled,
  setDefaultTensorType,
  setDeterministicDebugMode,
  setFloat32MatmulPrecision,
  setWarnAlways,
  useDeterministicAlgorithms,
} from './settings.ts'
export * as special from './special.ts'
export { isFloatingPoint, isInference, isSigned, isTensor, numel } from './tensor/questions.ts'
export { Size } from './tensor/size.ts'
export { Tensor } from './tensor/tensor.ts'
export * as utils from './utils/index.ts'
export * as webgl from './webgl.ts'
