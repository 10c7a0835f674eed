// The f32 functions whose accuracy is measured and promised: every math function of kernels, and composites of them.
import {
  acos,
  asin,
  atan,
  atanh,
  celu,
  elu,
  gelu,
  hostMath,
  logit,
  logSigmoid,
  type MathFunction,
  mathBounds,
  mathFunctionNames,
  mish,
  rsqrt,
  scalarTypes,
  selu,
  silu,
  softplus,
  softsign,
  sqrt,
  type Value,
} from '@heddle/core'
import type { AccuracySubject } from './accuracy.ts'

const everywhere: readonly [number, number] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]

function mathSubject(name: MathFunction): AccuracySubject {
  const build = (x: Value, y: Value): Value => (isBinary(name) ? x.builder[name](x, y) : x.builder[name](x))
  return { name, arity: isBinary(name) ? 2 : 1, build, exact: hostMath[name], ...mathBounds[name] }
}

const isBinary = (name: MathFunction): name is 'pow' | 'atan2' | 'hypot' => scalarTypes[name].arity === 2

type Row = Pick<AccuracySubject, 'name' | 'ulp'> &
  Partial<Pick<AccuracySubject, 'domain' | 'elsewhere'>> & {
    readonly f: (x: Value) => Value
    readonly exact: (x: number) => number
  }

const composite = ({ name, f, exact, ulp, domain = everywhere, elsewhere = '' }: Row): AccuracySubject => ({
  name,
  arity: 1,
  build: f,
  exact,
  ulp,
  domain,
  elsewhere,
})

const tail = '0 or a denormal number where the result would be next to one'
/** log(1 + e^x). */
const softplus64 = (x: number): number => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)))
const elu64 = (x: number): number => (x > 0 ? x : Math.expm1(x))
const selu64 = (x: number): number => 1.0507009873554805 * (x > 0 ? x : 1.6732632423543772 * Math.expm1(x))
const tanhGelu64 = (x: number): number =>
  x / (1 + Math.exp(-2 * Math.sqrt(2 / Math.PI) * x * (1 + 0.044715 * x * x)))
const mish64 = (x: number): number => x * Math.tanh(softplus64(x))
/** From the nearer end, so that nothing cancels. */
const logit64 = (x: number): number =>
  x < 0.25 || x > 0.75 ? Math.log(x / (1 - x)) : Math.log1p((2 * x - 1) / (1 - x))

const rows: readonly Row[] = [
  { name: 'sqrt', f: sqrt, exact: Math.sqrt, ulp: 1 },
  { name: 'rsqrt', f: rsqrt, exact: (x) => 1 / Math.sqrt(x), ulp: 2 },
  { name: 'asin', f: asin, exact: Math.asin, ulp: 5 },
  { name: 'acos', f: acos, exact: Math.acos, ulp: 4 },
  { name: 'atan', f: atan, exact: Math.atan, ulp: 3 },
  { name: 'atanh', f: atanh, exact: Math.atanh, ulp: 4 },
  {
    name: 'logSigmoid',
    f: logSigmoid,
    exact: (x) => -softplus64(-x),
    ulp: 3,
    domain: [-1e38, 87],
    elsewhere: tail,
  },
  {
    name: 'silu',
    f: silu,
    exact: (x) => x / (1 + Math.exp(-x)),
    ulp: 3,
    domain: [-87, 1e38],
    elsewhere: tail,
  },
  {
    name: 'gelu',
    f: (x) => gelu(x),
    exact: (x) => x * hostMath.normalCdf(x, 0),
    ulp: 4,
    domain: [-12.9, 1e38],
    elsewhere: tail,
  },
  {
    name: 'gelu, tanh',
    f: (x) => gelu(x, { approximate: 'tanh' }),
    exact: tanhGelu64,
    ulp: 4,
    domain: [-1, 1e12],
    elsewhere: '',
  },
  { name: 'mish', f: mish, exact: mish64, ulp: 5, domain: [-87, 1e38], elsewhere: tail },
  {
    name: 'softplus',
    f: (x) => softplus(x),
    exact: softplus64,
    ulp: 3,
    domain: [-87, 1e38],
    elsewhere: tail,
  },
  { name: 'elu', f: (x) => elu(x), exact: elu64, ulp: 2 },
  {
    name: 'celu, alpha 2',
    f: (x) => celu(x, { alpha: 2 }),
    exact: (x) => (x > 0 ? x : 2 * Math.expm1(x / 2)),
    ulp: 2,
  },
  { name: 'selu', f: selu, exact: selu64, ulp: 4 },
  { name: 'softsign', f: softsign, exact: (x) => x / (1 + Math.abs(x)), ulp: 2, domain: [-1e38, 1e38] },
  {
    name: 'logit',
    f: (x) => logit(x),
    exact: logit64,
    ulp: 4,
    domain: [0, 0.25],
    elsewhere: 'absolute error 2^-23',
  },
]

export const accuracySubjects: readonly AccuracySubject[] = [
  ...mathFunctionNames.map(mathSubject),
  ...rows.map(composite),
]
