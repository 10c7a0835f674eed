"""Reductions, running sums and extremes, statistics, norms: over all dimensions, one, several; of nothing, of NaN, of ties."""

import math

import torch

from calls import call, error, given

nan, inf = math.nan, math.inf
x = given([[1.5, -2.0, 0.25, 4.0], [3.0, 0.5, -4.25, 1.0], [-0.75, 2.5, 1.25, -3.0]], grad=True)
turned = x.to("t")
cube = given([[[0.5, -1.5], [2.0, 3.0], [-0.25, 1.0]], [[4.0, -2.5], [0.75, 1.25], [-3.5, 2.25]]], grad=True)
scalar = given(0.75, grad=True)
holes = given([[1.0, nan, 3.0, 2.0], [nan, nan, nan, nan], [4.0, 4.0, 1.0, 1.0]], grad=True)
ties = given([[1.0, 3.0, 3.0, 2.0], [0.0, 0.0, 0.0, 0.0]], grad=True)
double = given([0.5, 0.125, -0.75], dtype=torch.float64, grad=True)
infinite = given([[inf, 1.0, -inf], [inf, inf, 2.0]])
whole = given([[3, 1, 2], [2, 2, 5]])
flags = given([[True, False], [True, True]])
byte = given([[200, 100], [0, 3]], dtype=torch.uint8)
small = given([5, -3, 2, 1], dtype=torch.int32)
nothing = given(torch.zeros(0), grad=True)
columns = given(torch.zeros(2, 0), grad=True)
rows = given(torch.zeros(0, 3))

FLOATS = [x, turned, cube, scalar, holes, ties, double, infinite]
OTHERS = [whole, flags, byte, small]
EMPTY = [nothing, columns]


def over(name, operands, several=True, whole=True, gradient=True, no_keepdim=False):
    for operand in operands:
        if whole:
            call(name, operand, gradient=gradient)
        call(name, operand, 0, gradient=gradient)
        if no_keepdim:
            call(name, operand, dim=-1, gradient=gradient)
        else:
            call(name, operand, -1, True, gradient=gradient)
            call(name, operand, dim=0, keepdim=True, gradient=gradient)
        if several and len(operand.base.shape) > 1:
            call(name, operand, (0, 1), gradient=gradient)
    error(name, x, 5)
    error(name, x, -3)
    if several:
        call(name, cube, [0, 2], gradient=gradient)
        error(name, x, (0, 0))


over("sum", FLOATS + OTHERS + EMPTY)
over("nansum", FLOATS + OTHERS + EMPTY)
over("mean", FLOATS + EMPTY)
over("nanmean", FLOATS + EMPTY)
over("prod", [x, cube, scalar, holes, double] + OTHERS + EMPTY, several=False)
over("logsumexp", FLOATS + [whole], whole=False)
over("amax", FLOATS + OTHERS)
over("amin", FLOATS + OTHERS)
over("count_nonzero", FLOATS + OTHERS + EMPTY, no_keepdim=True)
for name in ("all", "any"):
    over(name, FLOATS + OTHERS + EMPTY, several=False)
for name in ("argmax", "argmin"):
    over(name, FLOATS + [whole, byte, small], several=False)
    call(name, x, keepdim=True)
    error(name, flags)
    error(name, nothing)
    error(name, nothing, 0)
for name in ("max", "min"):
    over(name, FLOATS + OTHERS, several=False)
    call(name, x, given([[0.0], [1.0], [2.0]], grad=True))
    error(name, nothing)
    error(name, nothing, 0)
    error(name, columns, -1)
for name in ("amax", "amin"):
    error(name, nothing)
    error(name, nothing, 0)
    error(name, columns, -1)
    call(name, columns, 0)
for operand in FLOATS + OTHERS:
    call("aminmax", operand, gradient=False)
    if operand is not scalar:
        call("aminmax", operand, dim=0, gradient=False)
        call("aminmax", operand, dim=-1, keepdim=True, gradient=False)
error("aminmax", nothing)
error("aminmax", nothing, dim=0)
error("aminmax", x, backward=True)
for operand in (whole, flags, byte):
    error("mean", operand)
error("mean", whole, dtype=torch.int32)
error("nanmean", whole)
for name in ("sum", "nansum", "mean", "prod"):
    call(name, x, dtype=torch.float64)
    call(name, whole, dtype=torch.float32)
    call(name, x, 0, True, dtype=torch.float64)
call("sum", whole, 0, dtype=torch.int32)
call("sum", flags, dtype=torch.uint8)
call("sum", x, ())
call("sum", x, None, True)
# Which dimension lies innermost in memory makes no difference to reductions.
for name in ("sum", "mean", "prod", "amax", "var", "max", "argmax", "cumsum", "logcumsumexp", "cummax", "diff"):
    for moves in ((2, 1, 0), (1, 2, 0)):
        call(name, cube.to("permute", *moves), dim=1)
zeros = given([[0.0, 2.0, 3.0], [0.0, 0.0, 1.0], [1.0, 2.0, 3.0]], grad=True)
call("prod", zeros)
call("prod", zeros, 1)
call("prod", given([0.0, 2.0, -1.0], grad=True))

for name in ("var", "std"):
    over(name, [x, turned, cube, holes, ties, double])
    for operand in (x, cube, double):
        call(name, operand, unbiased=False)
        call(name, operand, False)
        call(name, operand, -1, False)
        call(name, operand, dim=-1, correction=0)
        call(name, operand, dim=0, correction=0, keepdim=True)
        call(name, operand, 0, True, True)
    call(name, x, (0, 1), False, True)
    call(name, scalar, gradient=False)
    call(name, nothing)
    error(name, whole)
for name in ("var_mean", "std_mean"):
    for operand in (x, cube, double, given([2.0, 2.0], grad=True)):
        call(name, operand)
        call(name, operand, 0)
        call(name, operand, 0, False)
        call(name, operand, unbiased=False)
        call(name, operand, dim=0, correction=0, keepdim=True)
    call(name, x, (0, 1))
    error(name, whole)

VECTOR_NORM = "LinalgVectorNormBackward0"
for operand in (x, turned, cube, scalar, holes, ties, double):
    node = VECTOR_NORM if operand.grad else None
    for p in (2, 1, 0, inf, -inf, 3, 0.5, -1, "fro", None):
        # 1.13 leaves gradients out for p = 0, and has sizes of NaN share the gradient of an infinite p.
        gradient = p != 0 and not (operand is holes and p in (inf, -inf))
        call("norm", operand, p, node=node, gradient=gradient)
        call("norm", operand, p, 0, node=node, gradient=gradient)
        call("norm", operand, p, dim=-1, keepdim=True, node=node, gradient=gradient)
    call("norm", operand, node=node)
call("norm", x, 2, (0, 1), node=VECTOR_NORM)
call("norm", x, "fro", (0, 1), node=VECTOR_NORM)
call("norm", cube, 3, (0, 2), node=VECTOR_NORM)
call("norm", x, 2, 0, False, dtype=torch.float64, node=VECTOR_NORM)
call("norm", given([0.0, 0.0], grad=True), node=VECTOR_NORM)
error("norm", x, "x")
error("norm", whole, message="linalg.vector_norm: Expected a floating point or complex tensor as input. Got Long")
other = given([[0.5, 1.0, -1.0, 2.0]], grad=True)
for p in (2, 1, inf, -inf, 3):
    call("dist", x, other, p)
call("dist", x, other, 0, gradient=False)
call("dist", x, x)
error("dist", x, given([1.0, 2.0]))
call("renorm", x, 2, 0, 1.5)
call("renorm", x, 1, 1, 0.5)
call("renorm", cube, 3, 1, 1.5)
call("renorm", x, inf, -1, 2)
call("renorm", x, p=2, dim=0, maxnorm=1)
call("renorm", turned, 2, 0, 1.5)
call("renorm_", x, 2, 0, 1.5)
call("renorm", given([[0.0, 0.0], [3.0, 4.0]], grad=True), 2, 0, 1)
error("renorm", double, 2, 0, 1)
error("renorm", x, -1, 0, 1)
error("renorm", x, 2, 0, -1.5)
error("renorm", x, 2, 5, 1)
error("renorm", whole, 2, 0, 1)

for name in ("cumsum", "cumprod", "cummax", "cummin", "logcumsumexp"):
    for operand in FLOATS + EMPTY + ([] if name == "logcumsumexp" else OTHERS):
        gradient = name != "cumprod" or operand is not holes
        call(name, operand, 0, gradient=gradient)
        call(name, operand, dim=-1, gradient=gradient)
    error(name, x, 5)
error("logcumsumexp", whole, 0)
for name in ("cumsum", "cumprod"):
    call(name, x, 0, dtype=torch.float64)
    call(name, whole, dim=0, dtype=torch.float32)
    call(name, zeros, 0)
    call(name + "_", x, 0)
    call(name + "_", byte, 0)
    error(name + "_", x, 0, dtype=torch.float64)
    error(name + "_", flags, 0)
for operand in (x, turned, whole, flags, cube, double):
    call("diff", operand)
    call("diff", operand, dim=0)
    call("diff", operand, n=1, dim=0)
for operand in (x, whole, cube, double):
    call("diff", operand, 2, 0)
call("diff", x, n=1, dim=1, prepend=given([[1.0, 2.0], [0.0, 1.0], [2.0, 0.5]], grad=True))
call("diff", x, append=given([[1.0], [2.0], [0.5]]))
call("diff", x, 9)
error("diff", scalar)
error("diff", x, prepend=given([1.0]))
places = given([0.0, 1.0, 1.5, 4.0], grad=True)
for name in ("trapezoid", "trapz", "cumulative_trapezoid"):
    call(name, x)
    call(name, x, dim=0)
    call(name, x, places)
    call(name, x, x)
    call(name, x, dx=0.5)
    call(name, x, given([0.0, 1.0, 3.0]), dim=0)
    call(name, whole)
error("trapezoid", x, places, dim=0)
error("cumulative_trapezoid", x, places, dim=0)
