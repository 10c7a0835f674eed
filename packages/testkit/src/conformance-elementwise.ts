// Elementwise functions that are composites, as conformance programs: one entry a function, with the options that change it.
import {
  addcdiv,
  addcmul,
  atanh,
  celu,
  clamp,
  copysign,
  elu,
  floorDivide,
  fmax,
  fmin,
  frac,
  glu,
  hardshrink,
  hardsigmoid,
  hardswish,
  hardtanh,
  isFinite as isFiniteNumber,
  isInf,
  leakyRelu,
  lerp,
  logicalAnd,
  logicalNot,
  logicalOr,
  logicalXor,
  logit,
  mish,
  nanToNum,
  pow,
  prelu,
  relu6,
  remainder,
  type SampleInput,
  selu,
  softmin,
  softplus,
  softshrink,
  softsign,
  tanhshrink,
  threshold,
  truncDivide,
  xlog1py,
  xlogy,
} from '@heddle/core'
import type { Composite } from './conformance-composites.ts'

const f32 = (...shape: number[]): SampleInput => ({ dtype: 'f32', shape })
const within = (low: number, high: number, ...shape: number[]): SampleInput => ({
  dtype: 'f32',
  shape,
  low,
  high,
})
const whole = (dtype: 'i32' | 'u32', low: number, high: number, ...shape: number[]): SampleInput => ({
  dtype,
  shape,
  low,
  high,
  integers: true,
})
const pair = [f32(3, 5), f32(5)]

const choices: readonly Composite[] = [
  {
    name: 'clamp',
    inputs: [f32(3, 5), within(-1.5, -0.5, 5), within(0.5, 1.5, 3, 1)],
    build: (x) => clamp(x(0), { low: x(1), high: x(2) }),
  },
  { name: 'clamp numbers', inputs: [f32(3, 5)], build: (x) => clamp(x(0), { low: -1.2, high: 0.7 }) },
  { name: 'fmax', inputs: pair, build: (x) => fmax(x(0), x(1)) },
  { name: 'fmin', inputs: pair, build: (x) => fmin(x(0), x(1)) },
  { name: 'copysign', inputs: pair, build: (x) => copysign(x(0), x(1)) },
  { name: 'frac', inputs: [f32(3, 5)], build: (x) => frac(x(0)) },
  { name: 'nanToNum', inputs: [f32(3, 5)], build: (x) => nanToNum(x(0)) },
  { name: 'isInf', inputs: [f32(3, 5)], build: (x) => isInf(x(0)) },
  { name: 'isFinite', inputs: [f32(3, 5)], build: (x) => isFiniteNumber(x(0)) },
  { name: 'logicalNot', inputs: [whole('i32', -1, 1, 9)], build: (x) => logicalNot(x(0)) },
  {
    name: 'logicalAnd',
    inputs: [whole('i32', -1, 1, 9), whole('u32', 0, 1, 9)],
    build: (x) => logicalAnd(x(0), x(1)),
  },
  { name: 'logicalOr', inputs: [whole('i32', -1, 1, 9), f32(9)], build: (x) => logicalOr(x(0), x(1)) },
  { name: 'logicalXor', inputs: [whole('i32', -1, 1, 9), f32(9)], build: (x) => logicalXor(x(0), x(1)) },
]

const arithmetic: readonly Composite[] = [
  {
    name: 'floorDivide',
    inputs: [f32(3, 5), within(0.6, 0.9, 5)],
    build: (x) => floorDivide(x(0), x(1)),
  },
  {
    name: 'floorDivide integers',
    inputs: [whole('i32', -9, 9, 40), whole('i32', -3, 3, 40)],
    build: (x) => floorDivide(x(0), x(1)),
  },
  {
    name: 'truncDivide',
    inputs: [f32(3, 5), within(0.6, 0.9, 5)],
    build: (x) => truncDivide(x(0), x(1)),
  },
  { name: 'remainder', inputs: [f32(3, 5), within(0.6, 0.9, 5)], build: (x) => remainder(x(0), x(1)) },
  {
    name: 'remainder integers',
    inputs: [whole('i32', -9, 9, 40), whole('i32', -3, 3, 40)],
    build: (x) => remainder(x(0), x(1)),
  },
  {
    name: 'pow integers',
    inputs: [whole('i32', -5, 5, 40), whole('i32', -2, 40, 40)],
    build: (x) => ({ any: pow(x(0), x(1)), fixed: pow(x(0), 13) }),
  },
  { name: 'lerp', inputs: [f32(3, 5), f32(5), within(0, 1, 3, 1)], build: (x) => lerp(x(0), x(1), x(2)) },
  {
    name: 'addcmul',
    inputs: [f32(3, 5), f32(5), f32(3, 1)],
    build: (x) => addcmul(x(0), x(1), x(2), { value: 0.3 }),
  },
  {
    name: 'addcdiv',
    inputs: [f32(3, 5), f32(5), within(0.5, 2, 3, 1)],
    build: (x) => addcdiv(x(0), x(1), x(2), { value: 0.3 }),
  },
  { name: 'xlogy', inputs: [f32(3, 5), within(0.5, 3, 5)], build: (x) => xlogy(x(0), x(1)) },
  { name: 'xlog1py', inputs: [f32(3, 5), within(-0.5, 3, 5)], build: (x) => xlog1py(x(0), x(1)) },
  { name: 'atanh', inputs: [within(-0.9, 0.9, 3, 5)], build: (x) => atanh(x(0)) },
  { name: 'logit', inputs: [within(0.05, 0.95, 3, 5)], build: (x) => logit(x(0)) },
  { name: 'logit epsilon', inputs: [within(0, 1, 3, 5)], build: (x) => logit(x(0), { epsilon: 0.1 }) },
]

const activations: readonly Composite[] = [
  { name: 'relu6', inputs: [within(-3, 9, 3, 5)], build: (x) => relu6(x(0)) },
  { name: 'leakyRelu', inputs: [f32(3, 5)], build: (x) => leakyRelu(x(0)) },
  { name: 'prelu', inputs: [f32(2, 3, 5), f32(3)], build: (x) => prelu(x(0), x(1)) },
  { name: 'prelu one weight', inputs: [f32(7), f32(1)], build: (x) => prelu(x(0), x(1)) },
  { name: 'elu', inputs: [f32(3, 5)], build: (x) => elu(x(0), { alpha: 0.7 }) },
  { name: 'celu', inputs: [f32(3, 5)], build: (x) => celu(x(0), { alpha: 0.7 }) },
  { name: 'selu', inputs: [f32(3, 5)], build: (x) => selu(x(0)) },
  { name: 'mish', inputs: [f32(3, 5)], build: (x) => mish(x(0)) },
  { name: 'softplus', inputs: [within(-3, 30, 3, 5)], build: (x) => softplus(x(0)) },
  {
    name: 'softplus options',
    inputs: [f32(3, 5)],
    build: (x) => softplus(x(0), { beta: 3, threshold: 4.1 }),
  },
  { name: 'softsign', inputs: [f32(3, 5)], build: (x) => softsign(x(0)) },
  { name: 'hardtanh', inputs: [f32(3, 5)], build: (x) => hardtanh(x(0)) },
  { name: 'hardsigmoid', inputs: [within(-4, 4, 3, 5)], build: (x) => hardsigmoid(x(0)) },
  { name: 'hardswish', inputs: [within(-4, 4, 3, 5)], build: (x) => hardswish(x(0)) },
  { name: 'tanhshrink', inputs: [f32(3, 5)], build: (x) => tanhshrink(x(0)) },
  { name: 'softshrink', inputs: [f32(3, 5)], build: (x) => softshrink(x(0)) },
  { name: 'hardshrink', inputs: [f32(3, 5)], build: (x) => hardshrink(x(0)) },
  {
    name: 'threshold',
    inputs: [f32(3, 5)],
    build: (x) => threshold(x(0), { threshold: 0.3, value: -7 }),
  },
  { name: 'glu', inputs: [f32(3, 4, 5)], build: (x) => glu(x(0), { axis: 1 }) },
  { name: 'softmin', inputs: [f32(5, 7)], build: (x) => softmin(x(0)) },
]

export const elementwiseComposites: readonly Composite[] = [...choices, ...arithmetic, ...activations]
