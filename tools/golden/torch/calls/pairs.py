"""Functions of two and three operands: extremes, logic, bits, bounds, blends, choices, closeness, and what dtypes become together."""

import math

import torch

from calls import call, error, given

nan, inf = math.nan, math.inf
x = given([[1.5, -2.0, 0.25], [3.0, 0.5, -4.25]], grad=True)
y = given([[0.5, -1.5, 2.0], [3.0, -0.25, 1.0]], grad=True)
row = given([2.0, -1.0, 0.5], grad=True)
scalar = given(2.5, grad=True)
double = given([[0.1, 0.2, 0.3], [1.5, -2.5, 0.75]], dtype=torch.float64, grad=True)
special = given([[0.0, -0.0, 1.0], [nan, inf, -1.0]])
others = given([[0.0, 1.0, nan], [2.0, 0.0, inf]])
wrong = given([1.0, 2.0, 3.0, 4.0])
whole = given([7, -7, 6, 5])
divisors = given([2, -2, 3, 3])
with_zero = given([0, 1, 2, 0])
flags = given([True, False, True, False])
marks = given([True, True, False, False])
byte = given([200, 3, 7, 9], dtype=torch.uint8)
char = given([-100, 3, 100, 7], dtype=torch.int8)
small = given([5, -3, 2, 1], dtype=torch.int32)

FLOATS = [(x, y), (x, row), (row, x), (x, scalar), (double, y), (special, others), (x, x), (x.to("t"), given([[1.0, 2.0], [0.5, -4.0], [2.0, -1.0]]))]
WHOLES = [(whole, divisors), (flags, marks), (byte, char), (byte, whole), (small, given(3)), (flags, whole)]

for name in "atan2 arctan2 hypot copysign fmax fmin maximum minimum logical_and logical_or logical_xor float_power heaviside".split():
    for left, right in FLOATS:
        if name == "heaviside" and left is double:
            error(name, left, right)
        elif name == "float_power" and left in (x, row, double) and right is not scalar:
            call(name, given([[1.5, 2.0, 0.25]], grad=True), right)
        else:
            call(name, left, right, gradient=name not in ("heaviside", "hypot") or right is not scalar and name != "heaviside")
    error(name, x, wrong)
    for left, right in WHOLES:
        if name == "hypot":
            error(name, left, right)
        elif name != "heaviside" and not (name == "float_power" and left is whole):
            call(name, left, right)
for name in ("maximum", "minimum", "fmax", "fmin", "max", "min"):
    call(name, given([1.0, 2.0, nan, 3.0], grad=True), given([1.0, nan, 2.0, 4.0], grad=True))
for name in ("logaddexp", "logaddexp2"):
    for left, right in ((x, y), (x, row), (double, y), (x.to("t"), scalar), (x, x), (given([1e4, -1e4]), given([1.0, -1e4]))):
        call(name, left, right)
    call(name, given([inf, -inf, inf, nan]), given([inf, -inf, 1.0, 0.0]))
    error(name, whole, divisors)
    error(name, x, wrong)
call("heaviside", whole, with_zero)
call("xlogy", given([[0.0, 1.5, 2.0]], grad=True), given([[0.5], [2.0], [0.25]], grad=True))
call("xlogy", given([0.0, 0.0, 1.0]), given([0.0, nan, -1.0]))
call("xlogy", given([0.5, 2.0], grad=True), 3)
call("xlogy", 2.5, given([0.5, 2.0], grad=True))
call("xlogy", whole, given([1, 2, 3, 4]))
call("xlogy_", given([0.5, 2.0], grad=True), given([1.5, 2.5], grad=True))
call("copysign", x, -2.5)
call("copysign", given([0.0, -0.0, inf, -2.0, nan], grad=True), given([[-1.0], [0.0]], grad=True))
call("copysign", whole, -1)
call("copysign_", x, y)
call("atan2_", x, y)
call("hypot_", x, y)
call("float_power", x, 2)
call("float_power", whole, 0.5, values=False)
call("float_power_", double, 2)
error("float_power_", x, 2)
call("ldexp", x, given([1, 2, -1]))
call("ldexp", whole, given([1, 2, 3, 0]))
call("ldexp_", given([1.0, 2.5]), given([2, -1]))
for name in ("true_divide", "divide", "multiply", "subtract"):
    call(name, x, y)
    call(name, x, 2)
    call(name, whole, divisors)
    call(name + "_", x, row)
call("divide", x, y, rounding_mode="floor", gradient=False)
error("add", whole, divisors, alpha=1.5)
error("sub", whole, divisors, alpha=0.5)
for name in ("pow", "float_power", "remainder"):
    call(name, 2, given([1.5, 2.0, -1.0], grad=name != "remainder"))
    call(name, 3, given([1, 2, 4]))
for name in ("remainder", "fmod", "floor_divide"):
    call(name, whole, divisors)
    call(name, char, given([7, -7, 3, 2], dtype=torch.int8))
    error(name, whole, with_zero)
    error(name, whole, 0)
    error(name, flags, marks)
    error(name + "_", whole, with_zero)
    call(name, x, given([0.0, -0.0, 1.0]), gradient=False)
    call(name, special, others)
error("div", whole, with_zero, rounding_mode="floor")
error("div", whole, with_zero, rounding_mode="trunc")
error("div", flags, marks, rounding_mode="floor")
error("pow", flags, marks)
call("div", whole, with_zero)

for name in "eq ne lt le gt ge greater greater_equal less less_equal not_equal".split():
    call(name, special, others)
    call(name, whole, given([7, 7, 6.5, -5.0]))
    call(name, byte, 200)
    call(name, x, 0.25)
    call(name, flags, True)
    call(name + "_", x, y, gradient=False)
    call(name + "_", whole, 6)

for name in "bitwise_and bitwise_or bitwise_xor bitwise_left_shift bitwise_right_shift".split():
    for left, right in WHOLES:
        if left is flags and right is marks and "shift" in name:
            error(name, left, right)
        elif "shift" in name:
            call(name, left, given([1, 2, 0, 3]))
        else:
            call(name, left, right)
    call(name, whole, 3)
    call(name, 5, given([1, 2, 3]))
    call(name + "_", whole, 2)
    error(name, x, y)
    error(name, whole, given([1, 2, 3]))
call("bitwise_and", flags, True)
for name in ("gcd", "lcm"):
    call(name, whole, divisors)
    call(name, given([[12], [18]]), given([8, 27, 0]))
    call(name, byte, char)
    call(name + "_", whole, divisors)
    error(name, flags, marks)
    error(name, x, y)

# Choices. As a method `where` is of another operand.
FUNCTION = ["function"]
mask = given([[True, False, True], [False, False, True]])
call("where", mask, x, y, forms=FUNCTION)
call("where", mask, x, row, forms=FUNCTION)
call("where", mask, x, double, forms=FUNCTION)
call("where", mask.to("t"), x.to("t"), scalar, forms=FUNCTION)
call("where", flags, given([1.0, 2.0, 3.0, 4.0], grad=True), given([9, 8, 7, 6]), forms=FUNCTION)
call("where", given([[True], [False]]), x, given(0.0), forms=FUNCTION)
call("where", byte, whole, divisors, forms=FUNCTION)
for pair in ((1, 2), (1.5, 2), (whole, 0), (1, whole), (whole, 0.5)):
    call("where", flags, *pair, forms=FUNCTION)
for condition in (mask, given([3.0, 0.0, 1.0]), given(True), given([0, 0])):
    call("where", condition, forms=FUNCTION)
error("where", given([1, 0, 1]), row, row, forms=FUNCTION)
error("where", flags, x, y, forms=FUNCTION)
call("where", given([True, False, True]), row, given([5.0, 6.0, 7.0], grad=True), forms=FUNCTION)

# Blends.
call("lerp", x, y, 0.25)
call("lerp", x, y, 0.75)
call("lerp", x, row, given(0.5, grad=True))
call("lerp", x, y, given([[0.1, 0.2, 0.9], [1.5, -0.5, 0.0]], grad=True))
call("lerp", x, y, weight=0.5)
call("lerp_", x, y, 0.3)
error("lerp", double, y, 0.5)
error("lerp", whole, divisors, 0.5)
error("lerp", x, wrong, 0.5)
for name in ("addcmul", "addcdiv"):
    call(name, x, y, row)
    call(name, x, y, double, value=2)
    call(name, x, y, scalar, value=0.125)
    call(name + "_", x, y, row, value=0.5)
    error(name, x, wrong, y)
call("addcmul", whole, divisors, divisors, value=3)
call("addcmul", byte, byte, byte)
error("addcdiv", whole, divisors, divisors)

# Bounds.
for name in ("clamp", "clip"):
    for operand in (x, double, whole, byte, special):
        call(name, operand, -1, 1)
        call(name, operand, 0.5)
        call(name, operand, max=1)
        call(name, operand, min=0, max=3)
    call(name, x, row, y)
    call(name, x, max=row)
    call(name, x, min=y)
    call(name, x, 1, -1)
    call(name, x, double)
    call(name, whole, given([3, 3, 3, 3]))
    call(name, given([1.0, 2.0, 3.0], grad=True), given([1.0, 3.0, 2.0], grad=True), given([0.0, 3.0, 2.0], grad=True))
    call(name, given([1.0, 2.0, 2.5], grad=True), 1, 2)
    call(name, given([nan, 1.0]), given([0.0, nan]), given([2.0, 2.0]))
    call(name, x, None, 1)
    call(name + "_", x, -1, 1)
    call(name + "_", x, y)
    error(name, x)
    error(name, x, wrong)
for name in ("clamp_min", "clamp_max"):
    for bound in (0.5, 1, row, y):
        call(name, x, bound)
    call(name, whole, 1)
    call(name, whole, 1.5)
    call(name, whole, divisors)
    call(name + "_", x, 0.5)

# Closeness.
near = given([1.0, nan, inf, -inf, inf])
for name in ("isclose", "allclose"):
    call(name, near, given([1.0000001, nan, inf, inf, 1.0]))
    call(name, near, near, equal_nan=True)
    call(name, near, near, 0.1, 0.1, True)
    call(name, given([1.0, 2.0]), given([1.1, 2.1]), 0.2)
    call(name, given([1.0, 2.0]), given([1.1, 2.1]), rtol=0, atol=0.15)
    call(name, given([1, 2]), given([1, 3]), rtol=0.5, atol=0)
    call(name, given([1, 2]), given([1, 3]))
    call(name, flags, marks)
    call(name, x, row, gradient=False)
    error(name, x, double)
    error(name, x, y, -1.0)
    error(name, x, y, atol=-0.5)
for left, right in ((x, x), (x, y), (x, row), (whole, whole), (near, near), (given(torch.zeros(0)), given(torch.zeros(0, 2)))):
    call("equal", left, right)

for left, right in ((x, y), (x, row), (scalar, scalar)):
    call("is_same_size", left, right)
for operand in (scalar, given([0.0]), given([[3]]), given(nan), given(False)):
    call("is_nonzero", operand)
error("is_nonzero", x)
error("is_nonzero", given(torch.zeros(0)))

# What dtypes become together.
DTYPES = [torch.float32, torch.float64, torch.float16, torch.bfloat16, torch.int64, torch.int32, torch.int16, torch.int8, torch.uint8, torch.bool]
for first in DTYPES:
    for second in DTYPES:
        call("promote_types", first, second)
        call("can_cast", first, second)
for first, second in ((x, 1), (whole, 1.5), (flags, 1), (x, double), (x, given(2.5, dtype=torch.float64)), (1, 2.5), (1, 2), (byte, char), (2, x), (True, 1), (flags, True)):
    call("result_type", first, second)
