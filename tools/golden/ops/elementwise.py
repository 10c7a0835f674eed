"""Functions of one element: arithmetic, logic, choices, roundings, elementary and special functions."""

import torch

from golden import KINKS, SPECIAL, case, error, inf, integers, nan, numbers, vector

x = numbers("elementwise x", 3, 4)
y = numbers("elementwise y", 4)
column = numbers("elementwise column", 3, 1)
empty = numbers("elementwise empty", 0, 4)

# Pairs in which zeros, infinities and NaN meet: every value of one with every value of the other.
SPECIALS = vector(-inf, -2.0, -1.0, -0.0, 0.0, 0.5, 1.0, 3.0, inf, nan)
rows, columns = SPECIALS.reshape(-1, 1), SPECIALS.reshape(1, -1)
# All pairs of them, each with derivatives of its own.
ROWS, COLUMNS = (side.clone() for side in torch.cartesian_prod(SPECIALS, SPECIALS).t())
FINITE = vector(-3.0, -1.0, -0.5, 0.5, 1.0, 2.0)
left, right = FINITE.reshape(-1, 1), FINITE.clone().reshape(1, -1)  # two storages, which are counted as saved


def pair(name, f, *, second=False, signed=False, special=True, **keywords):
    """A function of two: broadcast both ways, a number on either side, a transposed and an expanded operand, nothing, specials."""
    case(name, [x, y], f, second=second, **keywords)
    case(name, [column, y], f, **keywords)
    number = lambda value: torch.tensor(value, dtype=torch.float64)
    case(name, [x, 1.5], lambda a, b: f(a, number(b)), **keywords)
    case(name, [1.5, x], lambda a, b: f(number(a), b), **keywords)
    case(name, [x.t(), column[:, 0].expand(4, 3)], f, **keywords)
    case(name, [empty, y], f, **keywords)
    if special:
        case(name, [ROWS, COLUMNS], f, signed=signed, name=f"{name} of special values", **keywords)
        case(name, [left, right], f, name=f"{name} at ties and signs", **keywords)


n = integers("elementwise n", 3, 4, low=-9, high=10)
m = integers("elementwise m", 4, low=1, high=5)
u = integers("elementwise u", 3, 4, low=0, high=200)
flags = vector(1.0, 0.0, 1.0, 0.0).bool()

# Whole quotients.
pair("floorDivide", lambda a, b: torch.div(a, b, rounding_mode="floor"), signed=True)
pair("truncDivide", lambda a, b: torch.div(a, b, rounding_mode="trunc"), signed=True)
pair("remainder", torch.remainder)
# Quotients that float32 rounds up to the next whole number, which the derivative by the divisor must not.
case("remainder", [vector(0.6, 0.9, 2.1, -0.6, 7.0).float(), vector(0.2, 0.3, 0.7, 0.2, 0.1).float()], torch.remainder, exact=True)
for name, f in [
    ("floorDivide", lambda a, b: torch.div(a, b, rounding_mode="floor")),
    ("truncDivide", lambda a, b: torch.div(a, b, rounding_mode="trunc")),
    ("remainder", torch.remainder),
]:
    case(name, [n, m], f)
    case(name, [n, -m], f)
    case(name, [n, 4], f)

# Choices and signs.
pair("fmax", torch.fmax)
pair("fmin", torch.fmin)
case("fmax", [n, m], torch.fmax)
# The derivative is the sign, of infinities too, and 0 at NaN; PyTorch divides the result by x.
pair("copysign", torch.copysign, special=False)
case("copysign", [ROWS, COLUMNS], lambda a, b: torch.where(b.signbit(), -a.abs(), a.abs()), unlike=torch.copysign, signed=True,
     name="copysign of special values")
case("copysign", [left, right], torch.copysign, name="copysign at ties and signs")
case("copysign", [n, m], lambda a, b: torch.copysign(a.double(), b.double()), as_dtype="f32")
bounds = dict(low=vector(-1.0, -0.5, 0.0, 0.5), high=vector(0.5, 0.5, 1.0, 1.0))
case("clamp", [x], lambda x, low, high: torch.clamp(x, low, high), **bounds)
case("clamp", [x], lambda x, low: torch.clamp(x, min=low), low=column)
case("clamp", [x], lambda x, high: torch.clamp(x, max=high), high=column)
case("clamp", [KINKS], lambda x: torch.clamp(x, -0.5, 1.0), low=-0.5, high=1.0)
case("clamp", [KINKS], lambda x: torch.clamp(x, 1.0, -0.5), low=1.0, high=-0.5)
case("clamp", [SPECIAL], lambda x: torch.clamp(x, -2.5, 30.0), low=-2.5, high=30.0)
case("clamp", [SPECIALS], lambda x, low, high: torch.clamp(x, low, high), low=SPECIALS.flip(0), high=vector(nan).expand(10),
     gradient=False)
case("clamp", [n], lambda n: torch.clamp(n, -2, 3), low=-2, high=3)
case("clamp", [vector(1.0, 2.0, 1.0, 5.0)], lambda x, low, high: torch.clamp(x, low, high),
     low=vector(3.0, 2.0, 1.0, 1.0), high=vector(2.0, 3.0, 1.0, 4.0), name="clamp with bounds crossed and met")
case("nanToNum", [SPECIAL], lambda x: torch.nan_to_num(x, 1.5, 7.0, -7.0), nan=1.5, posInf=7.0, negInf=-7.0)
case("nanToNum", [SPECIAL.float()], lambda x: torch.nan_to_num(x), exact=True, gradient=False)
case("nanToNum", [n], torch.nan_to_num)
case("frac", [KINKS * 1.5], torch.frac)
case("frac", [SPECIAL], torch.frac)

# Questions.
for name, f in [("isInf", torch.isinf), ("isFinite", torch.isfinite), ("logicalNot", torch.logical_not)]:
    case(name, [SPECIAL], f)
    case(name, [n], f)
    case(name, [flags], f)
for name, f in [("logicalAnd", torch.logical_and), ("logicalOr", torch.logical_or), ("logicalXor", torch.logical_xor)]:
    case(name, [rows, columns], f)
    case(name, [n, flags], f)
    case(name, [x, column], f)

# Sums of weighted terms.
case("lerp", [x, y, column], torch.lerp, second=True)
case("lerp", [x, y, 0.25], torch.lerp)
case("lerp", [x, y, 0.75], torch.lerp)
case("lerp", [left, right, vector(1.0)], torch.lerp)
case("addcmul", [x, y, column], lambda a, b, c: torch.addcmul(a, b, c, value=0.5), value=0.5, second=True)
case("addcmul", [n, n, m], torch.addcmul)
case("addcdiv", [x, y, column], lambda a, b, c: torch.addcdiv(a, b, c, value=0.5), value=0.5, second=True)

# Powers of integers.
case("pow", [n, 3], torch.pow)
case("pow", [n, 0], torch.pow)
case("pow", [n, m], torch.pow)
case("pow", [vector(2, -1, 1, 0, -1, 3, 10).int(), vector(-1, -3, -5, -2, 40, 19, 9).int()], torch.pow, exact=True)
case("pow", [3, m], lambda a, b: torch.pow(torch.tensor(a), b))
error("pow", [n, -1], torch.pow, code="ATTR_POW_NEGATIVE")

# Logarithms multiplied and inverted.
positive = numbers("elementwise positive", 3, 4, low=0.1, high=4.0)
case("xlogy", [x, positive], torch.xlogy, second=True)
case("xlogy", [column, positive], torch.xlogy)


def linear(function, logarithm, pole):
    """PyTorch's, but for its derivative by x where the cotangent is 0: a derivative is linear, and 0 times infinity is NaN."""
    class Linear(torch.autograd.Function):
        @staticmethod
        def forward(context, x, y):
            context.save_for_backward(x, y)
            return function(x, y)

        @staticmethod
        def backward(context, cotangent):
            x, y = context.saved_tensors
            return (cotangent * logarithm(y)).masked_fill((x == 0) & (y <= pole), 0), cotangent * x / (y - pole)
    return Linear.apply


case("xlogy", [ROWS, COLUMNS], linear(torch.xlogy, torch.log, 0), unlike=torch.xlogy)
tame = (ROWS == 0) | COLUMNS.log().isfinite()
case("xlogy", [ROWS[tame], COLUMNS[tame]], torch.xlogy, name="xlogy of zeros and of finite logarithms")
for value in (0.0, 2.0):
    case("xlogy", [SPECIALS, value], torch.xlogy)
    # What a shader multiplies by a constant 0 is compiled to 0, also where it is NaN.
    case("xlogy", [value, SPECIALS], torch.xlogy, gradient=value != 0)
case("xlog1py", [x, positive], torch.special.xlog1py, second=True)
case("xlog1py", [ROWS, COLUMNS], linear(torch.special.xlog1py, torch.log1p, -1), unlike=torch.special.xlog1py)
inside = numbers("elementwise inside", 3, 4, low=0.05, high=0.95)
case("logit", [inside], torch.logit, second=True)
case("logit", [vector(-0.5, -0.0, 0.0, 0.5, 1.0, 1.5, nan)], torch.logit)
case("logit", [vector(-0.5, 0.0, 0.125, 0.5, 0.875, 1.0, 1.5)], lambda x: torch.logit(x, 0.125), epsilon=0.125)
case("atanh", [inside - 0.5], torch.atanh, second=True)
case("atanh", [SPECIALS], torch.atanh, signed=True)

# Functions of one number: smooth points to second order, and special values.
around = numbers("elementwise around", 3, 4, low=-2.5, high=2.5)
above = numbers("elementwise above", 3, 4, low=0.25, high=3.0)
UNARY = [
    ("exp2", torch.exp2, around), ("log2", torch.log2, above), ("log10", torch.log10, above), ("asin", torch.asin, inside - 0.5),
    ("acos", torch.acos, inside - 0.5), ("atan", torch.atan, around), ("sinh", torch.sinh, around), ("cosh", torch.cosh, around),
    ("asinh", torch.asinh, around), ("acosh", torch.acosh, above + 1), ("erfc", torch.erfc, around),
    ("erfinv", torch.erfinv, inside - 0.5), ("normalCdf", torch.special.ndtr, around), ("lgamma", torch.lgamma, above),
    ("digamma", torch.digamma, above),
]
OURS = {"erfc", "erfinv", "normalCdf", "lgamma", "digamma"}
POLES = {"lgamma", "digamma"}
MIDDLE = vector(-inf, -30.0, -2.5, -1.0, -0.5, -0.0, 0.0, 0.5, 1.0, 2.0, 10.0, 30.0, inf, nan)
for name, f, smooth in UNARY:
    kind = "special" if name in OURS else None
    # PyTorch's trigamma is right to nine digits only; ours is compared with differences, as every derivative is.
    case(name, [smooth], f, gradient=name != "digamma", second=name not in POLES, tolerance=kind)
    # Far left PyTorch's ndtr is 0, a difference of nearly equal numbers; the derivative at poles is a sum of huge ones.
    points = MIDDLE[2:] if name == "normalCdf" else MIDDLE
    case(name, [points], f, gradient=name not in POLES, tolerance=kind)
case("lgamma", [vector(-2.75, -1.5, -0.5, -0.25, 0.125, 1.0, 2.0, 12.5)], torch.lgamma, tolerance="special")
case("digamma", [vector(-2.75, -1.5, -0.5, -0.25, 0.125, 1.0, 2.0, 12.5)], torch.digamma, gradient=False, tolerance="special")
case("exp2", [vector(-20.0, -3.0, 0.0, 1.0, 10.0, 31.0)], torch.exp2, tolerance="exact", gradient=False)
case("log2", [vector(2.0**-20, 0.125, 1.0, 2.0, 1024.0)], torch.log2, tolerance="exact", gradient=False)
case("log10", [vector(1.0, 10.0, 100.0, 1000.0, 1e10)], torch.log10, tolerance="exact", gradient=False)
for name, f in [("exp", torch.exp), ("log", torch.log), ("sqrt", torch.sqrt), ("sin", torch.sin), ("floor", torch.floor),
                ("round", torch.round), ("isNan", torch.isnan)]:
    case(name, [n.abs() + 1], f)
case("digamma", [n.abs() + 1], torch.digamma, tolerance="special")
pair("atan2", torch.atan2, second=True, signed=True)
pair("hypot", torch.hypot, second=True)
case("atan2", [vector(0.0, -0.0, 1.0), vector(0.0, 2.0, 0.0)], torch.atan2, name="atan2 at the origin")
case("hypot", [vector(0.0, 0.0, 3.0), vector(0.0, 2.0, 0.0)], torch.hypot, name="hypot at the origin")
case("atan2", [n, m], torch.atan2)

# Every integer dtype, as it is: exact, and wrapping.
for dtype in (torch.int64, torch.int32, torch.int16, torch.int8, torch.uint8):
    low = 0 if dtype == torch.uint8 else -9
    a = integers("elementwise a", 12, low=low, high=10, dtype=dtype)
    c = integers("elementwise c", 12, low=1, high=5, dtype=dtype)
    case("floorDivide", [a, c], lambda a, b: torch.div(a, b, rounding_mode="floor"), exact=True)
    case("remainder", [a, c], torch.remainder, exact=True)
    case("pow", [a, c], torch.pow, exact=True)
    case("clamp", [a], lambda a: torch.clamp(a, 1, 7), low=1, high=7, exact=True)
    case("logicalXor", [a, c], torch.logical_xor, exact=True)
    for name, f in [("and", torch.bitwise_and), ("or", torch.bitwise_or), ("xor", torch.bitwise_xor)]:
        case(name, [a, c], f, exact=True)
for dtype in (torch.float16, torch.bfloat16):
    # Stored narrow, computed in float32 on both sides.
    case("exp2", [vector(-3.0, 0.0, 0.5, 5.0).to(dtype)], lambda t: torch.exp2(t.float()).to(t.dtype), exact=True, gradient=False)
    case("fmax", [vector(-1.0, 2.0, nan).to(dtype), vector(0.5, 0.5, 0.5).to(dtype)], lambda a, b: torch.fmax(a.float(), b.float()).to(a.dtype),
         exact=True, gradient=False)

error("fmax", [x, numbers("elementwise odd", 3)], torch.fmax, code="SHAPE_BROADCAST")
error("lerp", [x, y, numbers("elementwise odd", 3)], torch.lerp, code="SHAPE_BROADCAST")
