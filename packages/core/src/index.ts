// The public face of core: what a program is, from graph to plan. Hand-ordered; nothing is exported that is not named here.
// It is long because it is that list.

export type { Backend, Capabilities, DeviceBuffer, Executable, KernelSource } from './backend/backend.ts'
export { checkRun } from './backend/bind-plan.ts'
export type { HostBackendParts, RunKernel } from './backend/host-backend.ts'
export { hostBackend } from './backend/host-backend.ts'
export type { HostMemory } from './backend/host-memory.ts'
export { hostMemory, outOfMemory } from './backend/host-memory.ts'
export { runHostStep } from './backend/host-step.ts'
export type { InterpreterOptions } from './backend/interpreter.ts'
export { hostCapabilities, interpreterBackend } from './backend/interpreter.ts'
export type { NestedPlan, NestingHost } from './backend/nesting.ts'
export { runNesting } from './backend/nesting.ts'
export { requireSupported } from './backend/supports.ts'
export type { EluOptions, GeluOptions, SoftplusOptions } from './composites/activations.ts'
export {
  celu,
  elu,
  gelu,
  logSigmoid,
  mish,
  selu,
  sigmoid,
  silu,
  softplus,
  softsign,
  tanhshrink,
} from './composites/activations.ts'
export type { AdaptivePoolOptions } from './composites/adaptive-pooling.ts'
export {
  adaptiveAvgPool1d,
  adaptiveAvgPool2d,
  adaptiveAvgPool3d,
  adaptiveMaxPool1d,
  adaptiveMaxPool1dWithIndices,
  adaptiveMaxPool2d,
  adaptiveMaxPool2dWithIndices,
  adaptiveMaxPool3d,
  adaptiveMaxPool3dWithIndices,
} from './composites/adaptive-pooling.ts'
export type { AffineGridOptions } from './composites/affine-grid.ts'
export { affineGrid } from './composites/affine-grid.ts'
export type { AttentionOptions } from './composites/attention.ts'
export { scaledDotProductAttention } from './composites/attention.ts'
export type { AvgPoolOptions, LpPoolOptions } from './composites/average-pooling.ts'
export { avgPool1d, avgPool2d, avgPool3d, lpPool1d, lpPool2d } from './composites/average-pooling.ts'
export type {
  BatchNormInferenceOptions,
  BatchNormOptions,
  BatchNormResult,
  NextStatisticsOptions,
  Statistics,
} from './composites/batch-norm.ts'
export { batchNorm, batchNormInference, nextStatistics } from './composites/batch-norm.ts'
export type { CrossEntropyOptions, NllOptions } from './composites/class-losses.ts'
export { crossEntropy, nll } from './composites/class-losses.ts'
export type { ConvolutionTranspose, ConvTransposeOptions } from './composites/conv-transpose.ts'
export { convTranspose1d, convTranspose2d, convTranspose3d } from './composites/conv-transpose.ts'
export type { ConvOptions, Convolution } from './composites/convolution.ts'
export { conv1d, conv2d, conv3d } from './composites/convolution.ts'
export type { CtcOptions } from './composites/ctc.ts'
export { ctc } from './composites/ctc.ts'
export type { CosineSimilarityOptions, PairwiseDistanceOptions } from './composites/distances.ts'
export { cdist, cosineSimilarity, pairwiseDistance } from './composites/distances.ts'
export type { Dropout, DropoutOptions } from './composites/dropout.ts'
export {
  alphaDropout,
  dropout,
  dropout1d,
  dropout2d,
  dropout3d,
  featureAlphaDropout,
} from './composites/dropout.ts'
export type {
  EmbeddingBagOptions,
  EmbeddingOptions,
  EmbeddingRenormOptions,
} from './composites/embedding.ts'
export { embedding, embeddingBag, embeddingRenorm } from './composites/embedding.ts'
export type { GridSampleOptions } from './composites/grid-sample.ts'
export { gridSample } from './composites/grid-sample.ts'
export type { Col2imOptions, Im2colOptions } from './composites/im2col.ts'
export { col2im, im2col } from './composites/im2col.ts'
export type { InterpolateOptions, InterpolationMode } from './composites/interpolate.ts'
export { interpolate } from './composites/interpolate.ts'
export { bilinear, linear } from './composites/layers.ts'
export type { LossOptions, LossReduction } from './composites/loss-reduction.ts'
export type {
  GaussianNllOptions,
  HuberOptions,
  Loss,
  PoissonNllOptions,
  SmoothL1Options,
} from './composites/losses.ts'
export { gaussianNll, huber, l1, mse, poissonNll, smoothL1 } from './composites/losses.ts'
export type {
  MarginOptions,
  MultilabelSoftMarginOptions,
  MultiMarginOptions,
  PairLoss,
  TripletMarginOptions,
} from './composites/margin-losses.ts'
export {
  cosineEmbedding,
  hingeEmbedding,
  marginRanking,
  multilabelMargin,
  multilabelSoftMargin,
  multiMargin,
  softMargin,
  tripletMargin,
} from './composites/margin-losses.ts'
export type { MaxPoolOptions, MaxPoolResult } from './composites/max-pooling.ts'
export {
  maxPool1d,
  maxPool1dWithIndices,
  maxPool2d,
  maxPool2dWithIndices,
  maxPool3d,
  maxPool3dWithIndices,
} from './composites/max-pooling.ts'
export type { MaxUnpoolOptions } from './composites/max-unpooling.ts'
export { maxUnpool1d, maxUnpool2d, maxUnpool3d } from './composites/max-unpooling.ts'
export type {
  InputProjection,
  MultiHeadAttentionOptions,
  MultiHeadAttentionResult,
} from './composites/multi-head-attention.ts'
export { multiHeadAttention } from './composites/multi-head-attention.ts'
export type {
  GroupNormOptions,
  InstanceNormResult,
  LayerNormOptions,
  LocalResponseNormOptions,
  NormalizeOptions,
  RmsNormOptions,
} from './composites/normalization.ts'
export {
  groupNorm,
  instanceNorm,
  instanceNormWithStatistics,
  layerNorm,
  localResponseNorm,
  normalize,
  rmsNorm,
} from './composites/normalization.ts'
export type { Interpolation, QuantileOptions } from './composites/order-statistics.ts'
export {
  median,
  medianWithIndex,
  mode,
  nanMedian,
  nanMedianWithIndex,
  nanQuantile,
  quantile,
} from './composites/order-statistics.ts'
export type {
  GluOptions,
  HardtanhOptions,
  LeakyReluOptions,
  ShrinkOptions,
  ThresholdOptions,
} from './composites/piecewise.ts'
export {
  glu,
  hardshrink,
  hardsigmoid,
  hardswish,
  hardtanh,
  leakyRelu,
  prelu,
  relu,
  relu6,
  softshrink,
  threshold,
} from './composites/piecewise.ts'
export type { ChannelShuffleOptions, PixelShuffleOptions } from './composites/pixel-shuffle.ts'
export { channelShuffle, pixelShuffle, pixelUnshuffle } from './composites/pixel-shuffle.ts'
export type { PoolOptions } from './composites/pool-windows.ts'
export type { BceOptions, BceWithLogitsOptions, KlDivOptions } from './composites/probability-losses.ts'
export { bce, bceWithLogits, klDiv } from './composites/probability-losses.ts'
export type {
  LstmOptions,
  LstmResult,
  RecurrentOptions,
  RecurrentResult,
  RnnOptions,
} from './composites/recurrent.ts'
export { gru, lstm, rnn } from './composites/recurrent.ts'
export type { CellWeights, LstmState, Nonlinearity, RnnCellOptions } from './composites/recurrent-cells.ts'
export { gruCell, lstmCell, rnnCell } from './composites/recurrent-cells.ts'
export type { LogSumExpOptions, SoftmaxOptions } from './composites/softmax.ts'
export { logSoftmax, logSumExp, softmax, softmin } from './composites/softmax.ts'
export type { PerAxis } from './composites/spatial.ts'
export type { AffineOptions } from './composites/standardize.ts'
export type { DeviationAndMean, NormOptions, VarianceAndMean } from './composites/statistics.ts'
export { norm, std, stdMean, varMean } from './composites/statistics.ts'
export type { Dim, Shape } from './dim.ts'
export {
  addDims,
  ceilDivideDim,
  dimEqual,
  extent,
  floorDivideDim,
  formatShape,
  isOne,
  multiplyDims,
  rowMajorStrides,
  shapesEqual,
  sizeOf,
  subtractDims,
} from './dim.ts'
export type { ComputeDType, DType, DTypeInfo, NumberArray, Scalar, TypedArray } from './dtype.ts'
export {
  bf16FromBits,
  bf16ToBits,
  computeDTypes,
  computes,
  copyStorage,
  dtypeNames,
  dtypes,
  holds,
  isFloat,
  isInteger,
  isValueOf,
  readElement,
  scalarOf,
  writeElement,
} from './dtype.ts'
export type { Bincount, HostCountsOptions } from './dynamic/bincount.ts'
export { bincount } from './dynamic/bincount.ts'
export { maskedSelect, nonzero } from './dynamic/nonzero.ts'
export type { Unique, UniqueOptions } from './dynamic/unique.ts'
export { unique, uniqueConsecutive } from './dynamic/unique.ts'
export type { ErrorCode, ErrorContext, ErrorFamily, SourceLocation } from './errors.ts'
export { HeddleError, internalError } from './errors.ts'
export type { AddProduct, AddProductOptions } from './front/add-products.ts'
export { addbmm, addmm, addmv, addr, baddbmm } from './front/add-products.ts'
export type { ScatterAlongAxisOptions, ScatterReduceOptions } from './front/along-axis.ts'
export { scatterAlongAxis, scatterReduce, takeAlongAxis } from './front/along-axis.ts'
export type { AxesOptions } from './front/axes.ts'
export type { ScaledTermOptions } from './front/blend.ts'
export { addcdiv, addcmul, lerp, xlog1py, xlogy } from './front/blend.ts'
export { checkpoint } from './front/checkpoint.ts'
export { cond } from './front/cond.ts'
export type { ArangeOptions, IotaOptions } from './front/constants.ts'
export {
  arange,
  eye,
  full,
  fullLike,
  iota,
  literal,
  ones,
  onesLike,
  zeros,
  zerosLike,
} from './front/constants.ts'
export type { DotOptions } from './front/contract.ts'
export { dot, matmul } from './front/contract.ts'
export { all, any, countNonzero, nanMean, nanSum } from './front/counts.ts'
export type { Cumulate, CumulateOptions } from './front/cumulative.ts'
export { cumMax, cumMin, cumProd, cumSum, logCumSumExp } from './front/cumulative.ts'
export type { CustomVjpSpec } from './front/custom-vjp.ts'
export { customVjp } from './front/custom-vjp.ts'
export type { DiagonalOptions, OffsetOptions } from './front/diagonal.ts'
export { diag, diagEmbed, diagonal, trace, tril, triu } from './front/diagonal.ts'
export { floorDivide, remainder, truncDivide } from './front/division.ts'
export { einsum } from './front/einsum.ts'
export type { Binary, Unary } from './front/elementwise.ts'
export {
  abs,
  acosh,
  add,
  and,
  asinh,
  atan2,
  bitcast,
  bitwiseNot,
  cast,
  ceil,
  cos,
  cosh,
  digamma,
  div,
  eq,
  erf,
  erfc,
  erfinv,
  exp,
  exp2,
  expm1,
  floor,
  ge,
  gt,
  hypot,
  isNan,
  le,
  lgamma,
  log,
  log1p,
  log2,
  log10,
  lt,
  maximum,
  minimum,
  mul,
  ne,
  neg,
  normalCdf,
  or,
  pow,
  reciprocal,
  rem,
  round,
  rsqrt,
  select,
  shiftLeft,
  shiftRight,
  sign,
  sin,
  sinh,
  sqrt,
  square,
  stopGradient,
  sub,
  tan,
  tanh,
  trunc,
  xor,
} from './front/elementwise.ts'
export type { MinMax } from './front/extremes.ts'
export { aminmax, maxWithIndex, minWithIndex } from './front/extremes.ts'
export type { GatherOptions, OneHotOptions } from './front/gather.ts'
export { gather, oneHot } from './front/gather.ts'
export type { CountsOptions, HistcOptions, Histogram, HistogramOptions } from './front/histogram.ts'
export { histc, histogram } from './front/histogram.ts'
export type { IndexItem, IndexSlice } from './front/index-items.ts'
export type { IndexAssignOptions } from './front/indexing.ts'
export { index, indexAssign, putFlat, takeFlat } from './front/indexing.ts'
export type { KaimingOptions, XavierOptions } from './front/initializers.ts'
export { constant, kaimingUniform, normal, uniform, values, xavierUniform } from './front/initializers.ts'
export type { LogitOptions } from './front/inverse.ts'
export { acos, asin, atan, atanh, logit } from './front/inverse.ts'
export type { ClampOptions, NanToNumOptions } from './front/limits.ts'
export { clamp, copysign, fmax, fmin, frac, nanToNum } from './front/limits.ts'
export type { LinspaceOptions, LogspaceOptions } from './front/linspace.ts'
export { linspace, logspace } from './front/linspace.ts'
export { isFinite, isInf, logicalAnd, logicalNot, logicalOr, logicalXor } from './front/logic.ts'
export { maskedFill, maskedScatter } from './front/masked.ts'
export { chainMatmul, matrixPower } from './front/matrix-chains.ts'
export type { Nested } from './front/nested.ts'
export type { Operand } from './front/operand.ts'
export { commonDType, isValue } from './front/operand.ts'
export type { PadMode, PadOptions } from './front/pad.ts'
export { pad } from './front/pad.ts'
export type { Product, TensordotOptions } from './front/products.ts'
export { bmm, cross, inner, kron, mm, mv, outer, tensordot, vdot } from './front/products.ts'
export type { ParameterOptions, ProgramOutputs, Scope } from './front/program.ts'
export { program } from './front/program.ts'
export type { NormalOptions, UniformOptions } from './front/random.ts'
export { randomBits, randomNormal, randomUniform, splitKey } from './front/random.ts'
export type { AxisOptions, Reduce, ReduceOptions, VarianceOptions } from './front/reduce.ts'
export { argMax, argMin, max, mean, min, prod, sum, variance } from './front/reduce.ts'
export { meshgrid, repeatInterleave, tile } from './front/repeat.ts'
export type { RollOptions, Rot90Options } from './front/rotate.ts'
export { roll, rot90 } from './front/rotate.ts'
export type { ReduceRowOptions, RowOptions, ValuesWithIndices } from './front/row.ts'
export type { ScanOptions, ScanResult, ScanStep } from './front/scan.ts'
export { scan } from './front/scan.ts'
export type { ScatterOptions } from './front/scatter.ts'
export { scatter, scatterAdd } from './front/scatter.ts'
export type { SearchOptions, SearchSortedOptions } from './front/search.ts'
export { bucketize, searchSorted } from './front/search.ts'
export type { MoveAxisOptions, UnflattenOptions } from './front/shape.ts'
export {
  expand,
  flatten,
  moveAxis,
  permute,
  reshape,
  squeeze,
  transpose,
  unflatten,
  unsqueeze,
} from './front/shape.ts'
export type { NarrowOptions, SliceOptions, TakeOptions, WindowsOptions } from './front/slice.ts'
export { concat, flip, narrow, slice, stack, take, windows } from './front/slice.ts'
export type { SortOptions, TopKOptions } from './front/sort.ts'
export { argSort, kthValue, sort, topK } from './front/sort.ts'
export type { ChunkOptions, SplitOptions } from './front/split.ts'
export { chunk, split, unbind } from './front/split.ts'
export type { Tree } from './front/tree.ts'
export type { WhileLoopOptions } from './front/while-loop.ts'
export { whileLoop } from './front/while-loop.ts'
export type { Initializer } from './initializer.ts'
export { materialize } from './initializer.ts'
export type { Bindings, Interpretation } from './interpret/graph.ts'
export { evaluateNode, interpret, interpretValues } from './interpret/graph.ts'
export { identityOf, runKernel } from './interpret/kernel.ts'
export type { NdArray } from './interpret/nd-array.ts'
export {
  forEachIndex,
  numbersOf,
  offsetOf,
  read,
  readNumber,
  tabulate,
  toNdArray,
  zeros as zeroArray,
} from './interpret/nd-array.ts'
export {
  applyScalar,
  bitcastScalar,
  castScalar,
  evaluateScalarFunction,
  nearestF32,
} from './interpret/scalar.ts'
export type { Builder, BuilderMethods } from './ir/builder.ts'
export { createBuilder, isOpName, opNames, opRecord } from './ir/builder.ts'
export type {
  Access,
  AccessArgs,
  ContractDims,
  HostArgs,
  HostExpansion,
  Lowering,
  NoAttrs,
  OpDef,
  OpKind,
  OpSample,
  OpSpec,
  RunRegion,
  SampleInput,
  ScalarArgs,
  ScalarEmitter,
  VjpArgs,
} from './ir/define.ts'
export { movesOnly, noAttrs, valueOfAccess, variadic } from './ir/define.ts'
export type { Graph, GraphInput, GraphOutput, GraphUpdate } from './ir/graph.ts'
export { inputNamed, mapRoots, nodesOf, rootsOf } from './ir/graph.ts'
export type { GraphJson, GraphJsonOptions } from './ir/json.ts'
export { graphFromJson, graphJsonVersion, graphToJson } from './ir/json.ts'
export type { ArityOf, AttrsOf, OpName, OpTable } from './ir/op-table.ts'
export { parseGraph } from './ir/parse.ts'
export type { PrintOptions } from './ir/print.ts'
export { graphLines, printGraph, windowAround } from './ir/print.ts'
export type { Provenance } from './ir/provenance.ts'
export { currentProvenance, locationOf, setProvenance, traced, withProvenance } from './ir/provenance.ts'
export type { Region } from './ir/region.ts'
export { allRegions, createRegion, regionNodes, regionPositions, regionsOf } from './ir/region.ts'
export { areSiblings, hasSiblings, resultOf, siblingsIn } from './ir/siblings.ts'
export { hashString, mixHash, structuralHash, structurallyEqual } from './ir/structural-key.ts'
export type { TensorType } from './ir/tensor-type.ts'
export { formatType, typesEqual } from './ir/tensor-type.ts'
export { postOrder, usersOf } from './ir/traverse.ts'
export type { Value } from './ir/value.ts'
export { verifyGraph } from './ir/verify.ts'
export {
  addIndex,
  delinearize,
  indexAxis,
  indexConstant,
  indexValue,
  linearize,
  offsetIndex,
  quotientIndex,
  remainderIndex,
  scaleIndex,
  substituteAxes,
  substituteValues,
} from './kernel/index-arithmetic.ts'
export type { AxisId, Guard, IndexAtom, IndexExpression, IndexTerm } from './kernel/index-expression.ts'
export { compareIndex, equalIndex } from './kernel/index-order.ts'
export { axesOf, evaluateIndex, isAffine, strideOf, valuesOf } from './kernel/index-query.ts'
export type { AxisRanges, IndexRange, ValueRanges } from './kernel/index-range.ts'
export { holdsAlways, holdsNever, i32Range, indexRange, unboundedAxes } from './kernel/index-range.ts'
export type {
  Accumulator,
  Axis,
  Combine,
  ContractStage,
  Kernel,
  KernelBuffer,
  KernelOrigin,
  MapStage,
  ReduceStage,
  ScalarAccumulated,
  ScalarCode,
  ScalarIndex,
  ScalarLoad,
  ScalarNode,
  ScalarWithin,
  ScatterCombine,
  ScatterStage,
  Stage,
  Store,
} from './kernel/kernel.ts'
export { scatterOps } from './kernel/kernel.ts'
export type { MathBound } from './kernel/math/bounds.ts'
export { mathBounds } from './kernel/math/bounds.ts'
export { hostMath } from './kernel/math/host.ts'
export { isMathFunction, mathFunctionNames, mathFunctions } from './kernel/math/index.ts'
export type { StoredFloat } from './kernel/math/stored-floats.ts'
export { storedFloats } from './kernel/math/stored-floats.ts'
export { printKernel } from './kernel/print.ts'
export { canReplace } from './kernel/replace.ts'
export type {
  MathFunction,
  PrimitiveScalarOp,
  ScalarCall,
  ScalarConst,
  ScalarFunction,
  ScalarOp,
  ScalarParam,
  ValueId,
} from './kernel/scalar.ts'
export type { ScalarType } from './kernel/scalar-type.ts'
export { scalarTypeError, scalarTypes } from './kernel/scalar-type.ts'
export { verifyKernel } from './kernel/verify.ts'
export type { HostTransfer } from './ops/host-transfers.ts'
export { hostDecisions, hostTransfers } from './ops/host-transfers.ts'
export { joinedBody, stackedNode } from './ops/loop.ts'
export { forEachRow } from './ops/rows.ts'
export type { PlanJson } from './plan/json.ts'
export { planFromJson, planToJson } from './plan/json.ts'
export type { NestingStep, StepParameter } from './plan/nesting.ts'
export { allPlans, buffersOf, isNesting, nestingParameters, plansIn } from './plan/nesting.ts'
export type {
  BranchStep,
  BufferId,
  BufferPlace,
  HostAccess,
  HostStep,
  KernelStep,
  LoopStep,
  Plan,
  PlanBuffer,
  PlanConstant,
  PlanInput,
  PlanOutput,
  PlanStep,
  WhileStep,
} from './plan/plan.ts'
export { planVersion } from './plan/plan.ts'
export { liveBytesPeak, printPlan } from './plan/print.ts'
export type { StepTransfer } from './plan/steps.ts'
export { stepAccess, stepName, stepTransfer, transferBytes } from './plan/steps.ts'
export { verifyPlan } from './plan/verify.ts'
export { arenaAlignment } from './plan/verify-arena.ts'
export type { Feeds } from './session/bindings.ts'
export { closestName } from './session/closest-name.ts'
export type { Feed, FeedArray } from './session/feed.ts'
export type { HostArray } from './session/host-array.ts'
export { hostArray } from './session/host-array.ts'
export type { Result } from './session/results.ts'
export type { RunOptions, Session, SessionOptions } from './session/session.ts'
export { openSession } from './session/session.ts'
export type { StateDeclaration, StateSlot, States, StatesOptions } from './session/states.ts'
export { createStates } from './session/states.ts'
