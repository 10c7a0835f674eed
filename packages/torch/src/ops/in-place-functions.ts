// In-place forms that are functions of `torch` beside methods: `exp_(x)` is `x.exp_()`. Only those PyTorch has.
import { relu } from './activations.ts'
import { i0 } from './bessel.ts'
import { clamp, clampMax, clampMin, clip } from './bounds.ts'
import { gcd, lcm } from './divisors.ts'
import { ldexp, xlogy } from './float-pairs.ts'
import type { Unary } from './pointwise.ts'
import { ceil, fix, floor, frac, round, trunc } from './rounding.ts'
import * as unary from './unary.ts'

type InPlace = Unary['inPlace']

export const abs_: InPlace = unary.abs.inPlace
export const acos_: InPlace = unary.acos.inPlace
export const acosh_: InPlace = unary.acosh.inPlace
export const arccos_: InPlace = unary.arccos.inPlace
export const arccosh_: InPlace = unary.arccosh.inPlace
export const arcsin_: InPlace = unary.arcsin.inPlace
export const arcsinh_: InPlace = unary.arcsinh.inPlace
export const arctan_: InPlace = unary.arctan.inPlace
export const arctanh_: InPlace = unary.arctanh.inPlace
export const asin_: InPlace = unary.asin.inPlace
export const asinh_: InPlace = unary.asinh.inPlace
export const atan_: InPlace = unary.atan.inPlace
export const atanh_: InPlace = unary.atanh.inPlace
export const cos_: InPlace = unary.cos.inPlace
export const cosh_: InPlace = unary.cosh.inPlace
export const deg2rad_: InPlace = unary.deg2rad.inPlace
export const erf_: InPlace = unary.erf.inPlace
export const erfc_: InPlace = unary.erfc.inPlace
export const exp2_: InPlace = unary.exp2.inPlace
export const exp_: InPlace = unary.exp.inPlace
export const expm1_: InPlace = unary.expm1.inPlace
export const log10_: InPlace = unary.log10.inPlace
export const log1p_: InPlace = unary.log1p.inPlace
export const log2_: InPlace = unary.log2.inPlace
export const log_: InPlace = unary.log.inPlace
export const i0_: InPlace = i0.inPlace
export const neg_: InPlace = unary.neg.inPlace
export const negative_: InPlace = unary.negative.inPlace
export const rad2deg_: InPlace = unary.rad2deg.inPlace
export const reciprocal_: InPlace = unary.reciprocal.inPlace
export const rsqrt_: InPlace = unary.rsqrt.inPlace
export const sigmoid_: InPlace = unary.sigmoid.inPlace
export const sin_: InPlace = unary.sin.inPlace
export const sinc_: InPlace = unary.sinc.inPlace
export const sinh_: InPlace = unary.sinh.inPlace
export const sqrt_: InPlace = unary.sqrt.inPlace
export const square_: InPlace = unary.square.inPlace
export const tan_: InPlace = unary.tan.inPlace
export const tanh_: InPlace = unary.tanh.inPlace

export const ceil_: InPlace = ceil.inPlace
export const fix_: InPlace = fix.inPlace
export const floor_: InPlace = floor.inPlace
export const frac_: InPlace = frac.inPlace
export const trunc_: InPlace = trunc.inPlace
export const relu_: InPlace = relu.inPlace
export const round_: typeof round.inPlace = round.inPlace
export const logit_: typeof unary.logit.inPlace = unary.logit.inPlace
export const nanToNum_: typeof unary.nanToNum.inPlace = unary.nanToNum.inPlace
export const clamp_: typeof clamp.inPlace = clamp.inPlace
export const clampMax_: typeof clampMax.inPlace = clampMax.inPlace
export const clampMin_: typeof clampMin.inPlace = clampMin.inPlace
export const clip_: typeof clip.inPlace = clip.inPlace
export const gcd_: typeof gcd.inPlace = gcd.inPlace
export const lcm_: typeof lcm.inPlace = lcm.inPlace
export const ldexp_: typeof ldexp.inPlace = ldexp.inPlace
export const xlogy_: typeof xlogy.inPlace = xlogy.inPlace
