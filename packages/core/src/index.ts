// The public face of core: what a program is, from graph to plan. Hand-ordered; nothing is exported that is not named here.

export type { Backend, Capabilities, DeviceBuffer, Executable, KernelSource } from './backend/backend.ts'
export type { PlanMemory } from './backend/bind-plan.ts'
export { allocatePlan, bindRun, checkRun, unbindRun } from './backend/bind-plan.ts'
export type { HostMemory } from './backend/host-memory.ts'
export { hostMemory, outOfMemory } from './backend/host-memory.ts'
export type { InterpreterOptions } from './backend/interpreter.ts'
export { hostCapabilities, interpreterBackend } from './backend/interpreter.ts'
export { requireSupported } from './backend/supports.ts'
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
export type { DType, DTypeInfo, TypedArray } from './dtype.ts'
export { dtypeNames, dtypes, isFloat, isInteger } from './dtype.ts'
export type { ErrorCode, ErrorContext, ErrorFamily, SourceLocation } from './errors.ts'
export { HeddleError, internalError } from './errors.ts'
export type { Initializer } from './initializer.ts'
export type { Bindings, Interpretation } from './interpret/graph.ts'
export { interpret, interpretValues } from './interpret/graph.ts'
export { identityOf, runKernel } from './interpret/kernel.ts'
export { applyScalar } from './interpret/scalar.ts'
export type { NdArray } from './interpret/nd-array.ts'
export { forEachIndex, offsetOf, read, tabulate, toNdArray, zeros } from './interpret/nd-array.ts'
export type { Builder, BuilderMethods } from './ir/builder.ts'
export { createBuilder, isOpName, opNames, opRecord } from './ir/builder.ts'
export type {
  Access,
  AccessArgs,
  ContractDims,
  Lowering,
  NoAttrs,
  OpDef,
  OpKind,
  OpSample,
  OpSpec,
  SampleInput,
  ScalarArgs,
  ScalarEmitter,
  VjpArgs,
} from './ir/define.ts'
export { noAttrs, valueOfAccess } from './ir/define.ts'
export type { Graph, GraphInput, GraphOutput, GraphUpdate } from './ir/graph.ts'
export { inputNamed, mapRoots, nodesOf, rootsOf } from './ir/graph.ts'
export type { ArityOf, AttrsOf, OpName, OpTable } from './ir/op-table.ts'
export type { Provenance } from './ir/provenance.ts'
export { currentProvenance, locationOf, setProvenance, traced, withProvenance } from './ir/provenance.ts'
export { structuralHash, structurallyEqual } from './ir/structural-key.ts'
export type { TensorType } from './ir/tensor-type.ts'
export { formatType, typesEqual } from './ir/tensor-type.ts'
export { postOrder, usersOf } from './ir/traverse.ts'
export type { Value } from './ir/value.ts'
export {
  addIndex,
  delinearize,
  indexAxis,
  indexConstant,
  indexValue,
  linearize,
  offsetIndex,
  quotient,
  remainder,
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
  ScatterStage,
  Stage,
  Store,
} from './kernel/kernel.ts'
export { mathFunctions } from './kernel/math/index.ts'
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
export { isValueOf, scalarTypeError, scalarTypes } from './kernel/scalar-type.ts'
export { verifyKernel } from './kernel/verify.ts'
export type { PlanJson } from './plan/json.ts'
export { planFromJson, planToJson } from './plan/json.ts'
export type {
  BufferId,
  BufferPlace,
  Plan,
  PlanBuffer,
  PlanConstant,
  PlanInput,
  PlanOutput,
  PlanStep,
} from './plan/plan.ts'
export { planVersion } from './plan/plan.ts'
export { liveBytesPeak, printPlan } from './plan/print.ts'
export { verifyPlan } from './plan/verify.ts'
export { arenaAlignment } from './plan/verify-arena.ts'
