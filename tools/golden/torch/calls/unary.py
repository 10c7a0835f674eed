"""Functions of one element: of floats, integers and bools, at special values, and in place."""

import math

import torch

from calls import call, error, given

nan, inf = math.nan, math.inf
x = given([[1.5, -2.25, 0.0], [0.75, -0.5, 3.0]], grad=True)
turned = x.to("t")
positive = given([0.25, 1.0, 2.5, 7.0], grad=True)
unit = given([-0.75, -0.25, 0.0, 0.5, 0.875], grad=True)
above = given([1.25, 2.0, 10.0], grad=True)
special = given([nan, inf, -inf, -0.0, 0.0, 1.0, -1.0])
double = given([0.5, 0.125, 0.75], dtype=torch.float64, grad=True)
whole = given([[2, 1], [3, 1]])
signed = given([-3, 0, 2, 5])
byte = given([200, 3, 0], dtype=torch.uint8)
short = given([-100, 3, 7], dtype=torch.int8)
flags = given([True, False])
nothing = given(torch.zeros(0, 2), grad=True)
scalar = given(0.5, grad=True)

FLOATS = {
    x: "exp exp2 expm1 sin cos tan sinh cosh tanh asinh arcsinh atan arctan sigmoid erf erfc square reciprocal deg2rad rad2deg sinc",
    positive: "log log2 log10 log1p sqrt rsqrt lgamma digamma",
    unit: "asin arcsin acos arccos atanh arctanh erfinv",
    above: "acosh arccosh",
    given([0.25, 0.5, 0.875], grad=True): "logit",
}
IN_PLACE_NODES = "asinh arcsinh acosh arccosh atanh arctanh".split()
for operand, functions in FLOATS.items():
    for name in functions.split():
        call(name, operand)
        call(name, double, tolerance=1e-8 if name == "digamma" else None)
        call(name, special)
        call(name, whole)
        call(name, byte)
        call(name, flags)
        call(name, scalar)
        call(name, nothing)
        if name not in IN_PLACE_NODES:
            call(name + "_", operand)
        if name != "square":
            error(name + "_", whole)
call("sin", turned)
call("tanh", turned)
for name in IN_PLACE_NODES:
    call(name + "_", given([0.5, 0.25] if "tanh" in name else [2.0, 1.5]))

for name in "abs absolute neg negative sign sgn floor ceil round trunc fix".split():
    for operand in (x, turned, special, double, signed, short, scalar, nothing):
        call(name, operand, gradient=name != "sgn")
    call(name + "_", x, gradient=name != "sgn")
    call(name + "_", signed)
    call(name, byte)
    if name in ("sign", "sgn"):
        call(name, flags)
    else:
        error(name, flags)
for operand in (x, special, double):
    call("frac", operand)
    call("frac_", operand)
    for decimals in (1, 2, -1, 0):
        call("round", operand, decimals=decimals)
call("round_", x, decimals=1)
call("round", given([0.5, 1.5, 2.5, -0.5]))
error("frac", whole)
error("round", whole, decimals=1)
error("round", whole, decimals=0)

call("positive", x)
call("positive", whole)
error("positive", flags)
for operand in (x, special, whole, signed, byte, double):
    call("angle", operand)
for operand in (x, special, whole, byte, short, flags, double, nothing):
    for name in "isnan isinf isposinf isneginf isfinite isreal signbit logical_not".split():
        call(name, operand)
call("logical_not_", signed)
call("logical_not_", given([0.0, 2.0]))
for operand in (signed, byte, short, flags):
    call("bitwise_not", operand)
    call("bitwise_not_", operand)
error("bitwise_not", x)

call("nan_to_num", given([nan, inf, -inf, 2.0], grad=True))
call("nan_to_num", given([nan, inf, -inf, 2.0], dtype=torch.float64), 1.5, 2.5, -3.5)
call("nan_to_num", special, nan=0.5, posinf=9.5)
call("nan_to_num", special, neginf=-1.5)
call("nan_to_num", whole)
call("nan_to_num_", special)
call("logit", given([-0.5, 0.0, 0.3, 1.0, 1.5], grad=True), 0.1)
call("logit", given([-0.5, 0.0, 0.25, 1.0, 1.5], grad=True), eps=0.2)
call("logit_", given([0.25, 0.5], grad=True))
call("mvlgamma", given([2.5, 3.0, 7.25], grad=True), 2)
call("mvlgamma", given([2.5, 3.0, 7.25], grad=True), p=1)
call("mvlgamma_", given([2.5, 3.0, 7.25], grad=True), 3)
error("mvlgamma", positive, 0)

# Activations of `torch` and of tensors.
for operand in (x, turned, special, double, scalar, nothing):
    call("relu", operand)
    call("selu", operand)
    call("celu", operand)
    call("hardshrink", operand)
    call("hardshrink", operand, 1.5)
    call("celu", operand, alpha=0.5)
    call("threshold", operand, 0.5, 2.5)
call("relu", signed)
call("relu_", x)
call("selu_", x)
call("celu_", x, 2.0)
call("threshold_", x, 0, -1)
call("threshold", signed, 0, -1)
call("hardshrink", x, lambd=0.25)
for lower, upper in ((0.125, 0.25), (0.25, 0.5)):
    call("rrelu", x, lower, upper)
    call("rrelu_", x, lower, upper)
call("rrelu", x)
# With one slope nothing is left to chance.
call("rrelu", x, 0.25, 0.25, True)
call("rrelu", double, lower=0.25, upper=0.25, training=True)
call("rrelu_", x, 0.25, 0.25, True)
error("rrelu", x, 0.5, 0.25)
error("rrelu", whole)
error("relu", flags)
error("selu", whole)
error("celu", x, 0.0)
error("hardshrink", whole)
weights = given([0.25, -1.0, 2.0], grad=True)
call("prelu", x, given([0.25], grad=True))
call("prelu", x, weights)
call("prelu", given([[[1.0, -2.0], [-3.0, 0.5], [-1.0, 2.0]]], grad=True), weights)
call("prelu", scalar, given([0.5]))
error("prelu", x, given([1.0, 2.0]))
error("prelu", scalar, given([1.0, 2.0]))
cube = given([[[1.0, -2.0], [0.5, 3.0]], [[0.0, 0.25], [2.0, 1.0]]], grad=True)
for name in ("softmax", "log_softmax"):
    call(name, x, 0)
    call(name, x, -1)
    call(name, cube, 1)
    call(name, scalar, 0)
    call(name, nothing, 0)
    call(name, given([inf, 1.0, -inf]), 0)
    call(name, given([-inf, -inf]), 0)
    call(name, x, dim=1, dtype=torch.float64)
    call(name, whole, 0, dtype=torch.float32)
    error(name, x, 2)
    error(name, whole, 0)
    error(name, signed, 0)
