"""The elementwise functions that are ops of the table: values at extremes and kinks, derivatives, broadcasting, dtypes."""

import torch

from golden import KINKS, SPECIAL, case, error, inf, integers, nan, numbers, vector

ANGLES = vector(-100.0, -3.0, -1.0, -0.0, 0.0, 0.5, 1.5, 3.25, 100.0, 1000.0)
SMOOTH = {
    "neg": (torch.neg, SPECIAL), "exp": (torch.exp, SPECIAL), "expm1": (torch.expm1, SPECIAL), "tanh": (torch.tanh, SPECIAL),
    "erf": (torch.erf, SPECIAL), "sin": (torch.sin, ANGLES), "cos": (torch.cos, ANGLES), "tan": (torch.tan, ANGLES),
    "log": (torch.log, SPECIAL), "log1p": (torch.log1p, SPECIAL), "sqrt": (torch.sqrt, SPECIAL), "rsqrt": (torch.rsqrt, SPECIAL),
    "reciprocal": (torch.reciprocal, SPECIAL), "square": (torch.square, SPECIAL),
}
STEPS = {
    "abs": torch.abs, "sign": torch.sign, "floor": torch.floor, "ceil": torch.ceil, "trunc": torch.trunc, "round": torch.round,
}
SIGNED = {"neg", "sin", "tan", "tanh", "expm1", "log1p", "erf", "sqrt", "abs", "sign", "floor", "ceil", "trunc", "reciprocal"}

for name, (function, special) in SMOOTH.items():
    inside = {"low": 0.25, "high": 4.0} if name in ("log", "sqrt", "rsqrt", "reciprocal") else {"low": -0.75, "high": 2.0}
    case(name, [special], function, signed=name in SIGNED)
    case(name, [numbers(name, 3, 4, **inside)], function, second=True)
    case(name, [numbers(name, 3, 4, **inside).t()], function)
    case(name, [numbers(name, 0, 3)], function)
for name, function in STEPS.items():
    case(name, [SPECIAL], function, signed=name in SIGNED)
    case(name, [KINKS], function)
    case(name, [vector(1.25).reshape(())], function)
case("isNan", [SPECIAL], torch.isnan)
case("bitwiseNot", [integers("not", 3, 4, low=-9, dtype=torch.int32)], torch.bitwise_not)
case("bitwiseNot", [vector(True, False, dtype=torch.bool)], torch.bitwise_not)
case("stopGradient", [numbers("stop", 3)], lambda x: x.detach())
case("abs", [integers("abs", 5, low=-9, dtype=torch.int32)], torch.abs)
case("neg", [integers("neg", 5, low=-9, dtype=torch.int32)], torch.neg)
case("sign", [integers("sign", 5, low=-2, high=3, dtype=torch.int32)], torch.sign)

x, y, row = numbers("x", 3, 4), numbers("y", 3, 4), numbers("row", 4)
PAIRS = torch.cartesian_prod(*[vector(-inf, -2.5, -1.0, -0.0, 0.0, 0.5, 3.0, inf, nan)] * 2)
left, right = PAIRS.t().contiguous()
BINARY = {"add": torch.add, "sub": torch.sub, "mul": torch.mul, "div": torch.div, "maximum": torch.maximum,
          "minimum": torch.minimum, "rem": torch.fmod}
for name, function in BINARY.items():
    case(name, [x, y], function, second=name in ("mul", "div"))
    case(name, [x, row], function)
    case(name, [x[:, :1], row], function)
    case(name, [x.t(), numbers("column", 4, 1).expand(4, 3)], function)
    case(name, [numbers("none", 2, 0), vector(1.5)], function)
    case(name, [left, right], function)
    a, b = integers(f"{name} a", 8, low=-9, dtype=torch.int32), integers(f"{name} b", 8, low=1, dtype=torch.int32)
    divides = (lambda x, y: torch.div(x, y, rounding_mode="trunc")) if name == "div" else function
    case(name, [a, b], divides)
    error(name, [x, numbers("three", 3)], function, code="SHAPE_BROADCAST")
for name, function in {"add": torch.add, "sub": torch.sub, "mul": torch.mul, "div": torch.div}.items():
    case(name, [x, 2.5], function)
    case(name, [numbers("single", 3).float(), integers("mixed", 3, dtype=torch.int32)], function)
case("sub", [1.5, x], lambda value, x: value - x)
case("div", [1.5, x], lambda value, x: value / x)
case("div", [left, right], torch.div, gradient=False, signed=True, name="div: signs of zeros")
case("mul", [left, right], torch.mul, gradient=False, signed=True, name="mul: signs of zeros")
case("add", [vector(True, False, dtype=torch.bool), integers("add", 2, dtype=torch.int32)], torch.add)
ties = vector(-1.0, 0.0, 2.0), vector(-1.0, 0.0, 1.0)
case("maximum", list(ties), torch.maximum, name="maximum: ties")
case("minimum", list(ties), torch.minimum, name="minimum: ties")

positive = numbers("base", 3, 4, low=0.25, high=3.0)
case("pow", [positive, numbers("exponent", 3, 4)], torch.pow, second=True)
case("pow", [positive, row], torch.pow)
case("pow", [x, 2], torch.pow)
case("pow", [x, 3], torch.pow, second=True)
case("pow", [left, right], torch.pow)
case("pow", [vector(0.0, 0.0, 0.0, 2.0), vector(0.0, 1.0, 2.0, 0.0)], torch.pow, name="pow: derivative at 0")

flags = [vector(True, True, False, False, dtype=torch.bool), vector(True, False, True, False, dtype=torch.bool)]
bits = [integers("bits", 6, low=-99, high=99, dtype=torch.int32), integers("more bits", 6, low=-99, high=99, dtype=torch.int32)]
for name, function in {"and": torch.bitwise_and, "or": torch.bitwise_or, "xor": torch.bitwise_xor}.items():
    case(name, flags, function)
    case(name, bits, function)
shifts = integers("shifts", 6, low=0, high=7, dtype=torch.int32)
case("shiftLeft", [bits[0], shifts], torch.bitwise_left_shift)
case("shiftRight", [bits[0], shifts], torch.bitwise_right_shift)
for name in ("lt", "le", "eq", "ne", "gt", "ge"):
    function = getattr(torch, name)
    case(name, [left, right], function)
    case(name, [x, row], function)
    case(name, [x, 0.5], function)
    case(name, [integers("compared", 6, dtype=torch.int32), integers("others", 6, dtype=torch.int32)], function)

mask = vector(True, False, True, False, dtype=torch.bool)
case("select", [mask, x, row], torch.where)
case("select", [mask, x, x.t()[:, :1].reshape(1, 4)], torch.where)
case("select", [mask.reshape(4, 1), row, vector(nan, inf, -inf, 1.0)], torch.where)
case("clamp", [KINKS], lambda x: torch.clamp(x, -1, 0.5), low=-1, high=0.5)
case("clamp", [SPECIAL], lambda x: torch.clamp(x, min=-2.5), low=-2.5)
case("clamp", [SPECIAL], lambda x: torch.clamp(x, max=0), high=0)
case("clamp", [integers("clamped", 8, dtype=torch.int32)], lambda x: torch.clamp(x, 2, 6), low=2, high=6)
case("cast", [KINKS, "i32"], lambda x, _: x.int())
case("cast", [KINKS, "bool"], lambda x, _: x.bool())
case("cast", [integers("cast", 4, low=-9, dtype=torch.int32), "f32"], lambda x, _: x.float())
case("cast", [mask, "i32"], lambda x, _: x.int())
case("cast", [numbers("narrowed", 4), "f32"], lambda x, _: x.float(), exact=True)
