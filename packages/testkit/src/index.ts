// The public face of the testkit: fixtures, generators and the conformance suite that tells whether a runtime is right.

export type { Accuracy, AccuracySubject, Sample } from './accuracy.ts'
export { accuracySample, measureAccuracy, ulpError } from './accuracy.ts'
export type { AccuracyFile, AccuracyRecord } from './accuracy-record.ts'
export { accuracyFileText, exceededBounds, recordAccuracy } from './accuracy-record.ts'
export { accuracySubjects } from './accuracy-subjects.ts'
export { blockProgram } from './block-program.ts'
export type { BoundArgs, Bounded, BoundedResults, BoundRule } from './bounds.ts'
export { boundsOfGraph, knownShare } from './bounds.ts'
export { boundRules } from './bounds-table.ts'
export type { Disagreement } from './compare.ts'
export {
  bitDisagreement,
  disagreement,
  expectSameBits,
  expectWithin,
  toHostArray,
  ulpsBetween,
} from './compare.ts'
export type { ConformanceCase, ConformanceOptions, Skip } from './conformance.ts'
export {
  checkProgram,
  conformance,
  conformancePrograms,
  constantsFit,
  fitsDType,
} from './conformance.ts'
export type { ProgramCase, Shown } from './conformance-cases.ts'
export type { Composite } from './conformance-composites.ts'
export { composites } from './conformance-composites.ts'
export { controlPrograms, whilePrograms } from './conformance-control.ts'
export { drawAttrs, drawValue } from './draw-attrs.ts'
export type { GoldenClass } from './golden-tolerances.ts'
export { goldenBound, goldenClassOf } from './golden-tolerances.ts'
export type { GradientCheck } from './gradient-check.ts'
export { checkGradient } from './gradient-check.ts'
export type { Convention } from './gradient-tests.ts'
export { conventionCases, conventions, gradientCases } from './gradient-tests.ts'
export { sorting } from './host-program.ts'
export type { CodeWriter, KernelParts } from './kernel-code.ts'
export { makeKernel, readBuffer, store, writeBuffer, writeCode } from './kernel-code.ts'
export type { KernelFixture, KernelNeeds } from './kernel-fixture.ts'
export { addressOf, kernelFixture, kernelNeeds } from './kernel-fixture.ts'
export { kernelFixtures } from './kernels.ts'
export type { ContractParts } from './kernels-contract.ts'
export { contractFixtures, contraction } from './kernels-contract.ts'
export { mapFixtures } from './kernels-map.ts'
export { reduceFixtures } from './kernels-reduce.ts'
export { scalarFixtures } from './kernels-scalar.ts'
export { scatterFixtures } from './kernels-scatter.ts'
export type { Counts, NullBackend } from './null-backend.ts'
export { nullBackend } from './null-backend.ts'
export type { TestCase } from './op-tests.ts'
export { allOpCases, opCases } from './op-tests.ts'
export type { PatternForm } from './pattern-instances.ts'
export { instanceOf } from './pattern-instances.ts'
export type { PlanFixture } from './plans.ts'
export { planOfKernel, trainingPlan } from './plans.ts'
export type { Agreement, Compiler } from './program-properties.ts'
export { checkAgreement, checkDuality, checkForms } from './program-properties.ts'
export type { RandomProgram, Recipe, RecipeOptions } from './programs.ts'
export { buildDuality, buildGradient, buildProgram, buildSecond, buildTangent, recipes } from './programs.ts'
export type { Fill, Random } from './random.ts'
export { fillArray, fillInputs, makeRandom } from './random.ts'
export type { RandomKernelKind, RandomKernelOptions } from './random-kernel.ts'
export { randomKernel } from './random-kernel.ts'
export type { PlanResults } from './run-plan.ts'
export { runPlan } from './run-plan.ts'
export type { NamedSample, SampleProgram } from './samples.ts'
export { bind, drawInputs, graphOf, inputValue, opSamples, sampleAs, sampleProgram } from './samples.ts'
export { cpuTarget, gpuTarget } from './targets.ts'
export type { Precision, RoundingClass, Tolerances } from './tolerances.ts'
export { precisionOf, roundingError, summationError, tolerancesOf } from './tolerances.ts'
