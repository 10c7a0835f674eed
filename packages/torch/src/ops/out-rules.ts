// Which functions take `out`, as PyTorch's do, and what they say of one of another dtype than the result's.

/** What becomes of a result, and what is said where its dtype is not that of `out`. */
export interface OutRule {
  /**
   * `converts`: to the dtype of `out`, where PyTorch converts without being asked. `computes`: in the dtype of `out`. `makes`: a new
   * tensor, of the dtype of `out`. `refuses`: only its own dtype will do.
   */
  readonly kind: 'converts' | 'computes' | 'makes' | 'refuses'
  /** The error, with `{name}`, the dtypes `{out}` and `{result}`, and what C++ calls these. */
  readonly text: string
}

const cast = "result type {result} can't be cast to the desired output type {out}"
const expected = 'Expected out tensor to have dtype {cpp result}, but got {cpp out} instead'
const notBoolean = '{name} does not support non-boolean outputs.'
const positions =
  "torch.searchsorted(): output tensor's dtype is wrong, it can only be Int(int32) or Long(int64) depending on whether out_int32 flag is True, but we got output tensor's dtype {out} and out_int32 flag is False"
const bins =
  'torch.histogram: input tensor and hist tensor should have the same dtype, but got input {cpp result} and hist {cpp out}'

const rules: readonly (readonly [OutRule['kind'], text: string, names: string])[] = [
  [
    'converts',
    cast,
    `acos acosh add addcdiv addcmul addr angle arccos arccosh arcsin arcsinh arctan arctan2 arctanh asin asinh atan atan2 atanh
    bernoulli bitwise_and bitwise_left_shift bitwise_or bitwise_right_shift bitwise_xor copysign cos cosh deg2rad diff
    digamma div divide eq erf erfc erfinv exp exp2 expm1 floor_divide fmax fmin fmod frexp gcd ge ger greater greater_equal
    gt hypot i0 igamma igammac kron lcm ldexp le lerp less less_equal lgamma linalg_matrix_norm linalg_norm linalg_vecdot
    linalg_vector_norm log log10 log1p log2 logaddexp logaddexp2 logical_and logical_not logical_or logical_xor logit
    logsumexp lt matrix_power maximum minimum mul multinomial multiply mvlgamma ne nextafter norm normal not_equal outer
    polygamma pow rad2deg reciprocal remainder rsqrt sigmoid sin sinc sinh special_airy_ai special_bessel_j0
    special_bessel_j1 special_bessel_y0 special_bessel_y1 special_chebyshev_polynomial_t special_chebyshev_polynomial_u
    special_chebyshev_polynomial_v special_chebyshev_polynomial_w special_entr special_erfcx special_hermite_polynomial_h
    special_hermite_polynomial_he special_i0e special_i1 special_i1e special_laguerre_polynomial_l
    special_legendre_polynomial_p special_log_ndtr special_modified_bessel_i0 special_modified_bessel_i1
    special_modified_bessel_k0 special_modified_bessel_k1 special_ndtr special_ndtri special_scaled_modified_bessel_k0
    special_scaled_modified_bessel_k1 special_shifted_chebyshev_polynomial_t special_shifted_chebyshev_polynomial_u
    special_shifted_chebyshev_polynomial_v special_shifted_chebyshev_polynomial_w special_spherical_bessel_j0
    special_xlog1py special_zeta sqrt std sub subtract tan tanh threshold true_divide var where xlogy`,
  ],
  [
    'converts',
    "torch.cat(): input types can't be cast to the desired output type {out}",
    'cat column_stack concat concatenate dstack hstack row_stack stack vstack',
  ],
  ['computes', expected, 'cumprod cumsum mean nanmean nansum prod sum'],
  [
    'makes',
    'dtype {result} does not match dtype of out parameter ({out})',
    'arange empty eye full linspace logspace ones rand randint randn randperm range zeros',
  ],
  [
    'refuses',
    expected,
    `addmm addmv aminmax argmax argmin baddbmm bmm chain_matmul cross gather index_add index_copy index_reduce isin kthvalue
    linalg_cross linalg_multi_dot log_softmax max median min mm mode msort mv nanmedian narrow_copy renorm scatter
    scatter_add scatter_reduce softmax sort take_along_dim topk tril triu`,
  ],
  [
    'refuses',
    'Found dtype {out} but expected {result}',
    `abs absolute bitwise_not ceil clamp clamp_max clamp_min clip fix floor frac hardshrink neg negative round sgn sign square
    trunc`,
  ],
  ['refuses', 'result dtype {out} does not match input dtype {result}', 'dot matmul vdot'],
  ['refuses', notBoolean, 'isneginf isposinf signbit'],
  ['refuses', '{name} only supports bool tensor for result, got: {out}', 'all any'],
  [
    'refuses',
    "Expected the dtype for input and out to match, but got {result} for input's dtype and {out} for out's dtype.",
    'amax amin',
  ],
  ['refuses', 'expected scalar_type {result} but found {out}', 'cummax cummin logcumsumexp'],
  ['refuses', '{name}(): self and result must have the same scalar type', 'index_select masked_select'],
  ['refuses', 'expected scalar type {result} but found {out}', 'diag'],
  ['refuses', 'quantile() out tensor must be same dtype as the input tensor', 'nanquantile quantile'],
  ['refuses', bins, 'histc histogram'],
  ['refuses', positions, 'bucketize searchsorted'],
  [
    'refuses',
    "the output given to float_power has dtype {out} but the operation's result requires dtype {result}",
    'float_power',
  ],
  ['refuses', 'heaviside is not yet implemented for tensors with different dtypes.', 'heaviside'],
  [
    'refuses',
    'tensordot: Expected the output tensor to have dtype {result}, but got an output tensor with dtype {out}',
    'inner tensordot',
  ],
  ['refuses', 'self and mat2 must have the same dtype', 'addbmm'],
  [
    'refuses',
    '{name}(): self and out expected to have the same dtype, but got self.dtype = {result} and out.dtype = {out}',
    'take',
  ],
  ['refuses', 'nonzero: Expected out tensor to have scalar type Long but got scalar type{out}', 'nonzero'],
  ['refuses', 'nan_to_num: dtype of out: {out} should be same as input: {result}', 'nan_to_num'],
]

const byName: ReadonlyMap<string, OutRule> = new Map(
  rules.flatMap(([kind, text, names]) => names.split(/\s+/).map((name) => [name, { kind, text }] as const)),
)

/** How a function takes `out`; undefined where it takes none. */
export const outRuleOf = (name: string): OutRule | undefined => byName.get(name)
