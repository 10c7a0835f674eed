"""Reductions: sums, extremes, deviations, norms, questions. Ties, zeros, NaN, empty axes."""

import math

import torch

from golden import case, error, inf, integers, nan, numbers, vector

x = numbers("rows", 3, 5)
cube = numbers("cube", 2, 4, 3)
view = cube.transpose(0, 2)
ties = torch.tensor([[1.0, 3.0, 3.0], [2.0, 2.0, 2.0], [-1.0, 0.0, -0.0]], dtype=torch.float64)
special = torch.tensor([[1.0, nan, 2.0], [inf, 1.0, -inf], [inf, inf, 0.0]], dtype=torch.float64)
zeros = torch.tensor([[2.0, 0.0, 5.0], [0.0, 0.0, 3.0], [1.0, 2.0, 4.0]], dtype=torch.float64)
empty = torch.zeros(2, 0, 3, dtype=torch.float64)
scalar = torch.tensor(1.5, dtype=torch.float64)
whole = integers("whole", 4, 6, low=-3, high=4)
flags = torch.tensor([[True, False, True], [False, False, False]])
every = (0, 1, 2)


def axes_of(shape):
    return tuple(range(len(shape)))


for name, function in (("sum", torch.sum), ("mean", torch.mean), ("max", torch.amax), ("min", torch.amin)):
    smooth = name in ("sum", "mean")
    case(name, [x], lambda x: function(x, axes_of(x.shape)), second=smooth)
    case(name, [x], lambda x: function(x, 1), axis=1, second=smooth)
    case(name, [cube], lambda x: function(x, (0, 2), True), axes=[0, -1], keepDims=True)
    case(name, [view], lambda x: function(x, -2), axis=-2)
    case(name, [vector(1.0, 2.0).expand(3, 2)], lambda x: function(x, 0), axis=0)
    case(name, [ties], lambda x: function(x, 1), axis=1)
    case(name, [special], lambda x: function(x, 1), axis=1)
    case(name, [empty], lambda x: function(x, 0), axis=0)
    case(name, [scalar], lambda x: function(x, ()))
    error(name, [x], lambda x: function(x, 2), code="ATTR_AXIS_RANGE", axis=2)
    error(name, [x], lambda x: function(x, (0, -2)), code="ATTR_AXES_REPEATED", axes=[0, -2])
case("sum", [empty], lambda x: torch.sum(x, 1), axis=1)
case("sum", [numbers("long", 5, 300)], lambda x: torch.sum(x, 1), axis=1)
case("sum", [empty], lambda x: torch.sum(x))
case("mean", [empty], lambda x: torch.mean(x, 1), axis=1)
case("mean", [empty], lambda x: torch.mean(x))
case("sum", [whole], lambda x: torch.sum(x, 1), axis=1)
case("sum", [flags], lambda x: torch.sum(x, 1), axis=1)
case("max", [whole], lambda x: torch.amax(x, 0), axis=0)
case("max", [flags], lambda x: torch.amax(x, 1), axis=1)
case("min", [flags], lambda x: torch.amin(x, 1, True), axis=1, keepDims=True)
error("max", [empty], lambda x: torch.amax(x, 1), code="SHAPE_REDUCE_EMPTY", axis=1)
error("min", [empty], lambda x: torch.amin(x, 1), code="SHAPE_REDUCE_EMPTY", axis=1)

case("prod", [x], lambda x: torch.prod(x), second=True)
case("prod", [zeros], lambda x: torch.prod(x, 1), axis=1)
case("prod", [zeros], lambda x: torch.prod(x, 0, True), axis=0, keepDims=True)
case("prod", [cube], lambda x: torch.prod(x, -2), axis=-2)
# Of NaN and infinities PyTorch's derivative has another formula where another row holds a zero.
case("prod", [special], lambda x: torch.prod(x, 1), axis=1, gradient=False)
case("prod", [special[:2]], lambda x: torch.prod(x, 1), axis=1)
case("prod", [empty], lambda x: torch.prod(x, 1), axis=1)
case("prod", [whole], lambda x: torch.prod(x, 1), axis=1)
case("prod", [flags], lambda x: torch.prod(x, 1), axis=1)

constant = torch.tensor([[2.0, 2.0, 2.0], [1.0, 2.0, 4.0]], dtype=torch.float64)
for name, function in (("variance", torch.var), ("std", torch.std)):
    case(name, [x], lambda x: function(x, axes_of(x.shape)), second=True)
    case(name, [x], lambda x: function(x, 1), axis=1)
    case(name, [x], lambda x: function(x, (0,), correction=0), axis=0, correction=0)
    case(name, [cube], lambda x: function(x, (0, 2), correction=2, keepdim=True), axes=[0, 2], correction=2, keepDims=True)
    case(name, [view], lambda x: function(x, 1), axis=1)
    case(name, [constant], lambda x: function(x, 1), axis=1)
    case(name, [x + 1024], lambda x: function(x, 1), axis=1, name=f"{name}: far from 0", gradient=False)
    case(name, [vector(1.0)], lambda x: function(x, 0))
    # More taken off than there is: infinite, where PyTorch's derivative counts with -1.
    case(name, [vector(1.0, 2.0)], lambda x: function(x, (0,), correction=3), correction=3, gradient=False)
    case(name, [empty], lambda x: function(x, 1), axis=1)
    case(name, [special], lambda x: function(x, 1), axis=1)
case("varMean", [x], lambda x: dict(zip(("variance", "mean"), torch.var_mean(x, 1))), axis=1)
case("varMean", [cube], lambda x: dict(zip(("variance", "mean"), torch.var_mean(x, (0, 2), correction=0, keepdim=True))), axes=[0, 2],
     correction=0, keepDims=True)
case("varMean", [x], lambda x: dict(zip(("variance", "mean"), torch.var_mean(x))))
case("stdMean", [x], lambda x: dict(zip(("std", "mean"), torch.std_mean(x, 0))), axis=0)
case("stdMean", [constant], lambda x: dict(zip(("std", "mean"), torch.std_mean(x, 1, unbiased=False))), axis=1, correction=0)

signs = torch.tensor([[3.0, -4.0, 0.0], [0.0, 0.0, 0.0], [-2.0, 2.0, 1.0]], dtype=torch.float64)
for p in (2, 1, 0, 3, 3.5, 1.5, 0.5, inf, -inf, -1, -2.5):
    given = {} if p == 2 else {"p": p}
    case("norm", [signs], lambda x: torch.linalg.vector_norm(x, p, 1), axis=1, **given)
    case("norm", [x], lambda x: torch.linalg.vector_norm(x, p), **given)
    case("norm", [cube], lambda x: torch.linalg.vector_norm(x, p, (0, 2), True), axes=[0, 2], keepDims=True, **given)
case("norm", [x], lambda x: torch.linalg.vector_norm(x, 2, 1), axis=1, second=True, name="norm twice")
case("norm", [special], lambda x: torch.linalg.vector_norm(x, 2, 1), axis=1)
# The derivative of a NaN is NaN here, as everywhere in norms; PyTorch has 0 with p = inf.
case("norm", [special], lambda x: torch.linalg.vector_norm(x, inf, 1), axis=1, p=inf, gradient=False)
case("norm", [special[1:]], lambda x: torch.linalg.vector_norm(x, inf, 1), axis=1, p=inf)
case("norm", [vector(nan, 0.0, 1.0)], lambda x: torch.linalg.vector_norm(x, 0), p=0)
for p in (2, 1, 0, 1.5):
    case("norm", [empty], lambda x: torch.linalg.vector_norm(x, p, 1), axis=1, p=p)
error("norm", [empty], lambda x: torch.linalg.vector_norm(x, inf, 1), code="SHAPE_REDUCE_EMPTY", axis=1, p=inf)
error("norm", [empty], lambda x: torch.linalg.vector_norm(x, -1, 1), code="SHAPE_REDUCE_EMPTY", axis=1, p=-1)

case("logSumExp", [x], lambda x: torch.logsumexp(x, 1), axis=1, second=True)
case("logSumExp", [cube], lambda x: torch.logsumexp(x, (0, 2), True), axes=[0, 2], keepDims=True)
case("logSumExp", [x * 512], lambda x: torch.logsumexp(x, 0), axis=0)
case("logSumExp", [special], lambda x: torch.logsumexp(x, 1), axis=1)
case("logSumExp", [torch.full((2, 2), -inf, dtype=torch.float64)], lambda x: torch.logsumexp(x, 1), axis=1)
case("logSumExp", [empty], lambda x: torch.logsumexp(x, 1), axis=1)


def fields(result):
    return {"values": result[0], "indices": result[1]}


for name, function in (("maxWithIndex", torch.max), ("minWithIndex", torch.min)):
    case(name, [x], lambda x: fields(function(x, 1)))
    case(name, [cube], lambda x: fields(function(x, 0, True)), axis=0, keepDims=True)
    case(name, [view], lambda x: fields(function(x, -2)), axis=-2)
    case(name, [ties], lambda x: fields(function(x, 1)), axis=1)
    case(name, [special], lambda x: fields(function(x, 1)), axis=1)
    case(name, [whole], lambda x: fields(function(x, 1)), axis=1)
    case(name, [flags], lambda x: fields(function(x, 1)), axis=1)
    case(name, [scalar], lambda x: fields(function(x, 0)))
    case(name, [empty], lambda x: fields(function(x, 2)), axis=2)
    error(name, [empty], lambda x: function(x, 1), code="SHAPE_REDUCE_EMPTY", axis=1)


def extremes(**options):
    return lambda x: dict(zip(("min", "max"), torch.aminmax(x, **options)))


case("aminmax", [x], extremes(), gradient=False)
case("aminmax", [x], extremes(dim=1, keepdim=True), axis=1, keepDims=True, gradient=False)
case("aminmax", [special], extremes(dim=1), axis=1, gradient=False)
case("aminmax", [whole], extremes(dim=0), axis=0)
error("aminmax", [empty], lambda x: torch.aminmax(x), code="SHAPE_REDUCE_EMPTY")

for name, function in (("argMax", torch.argmax), ("argMin", torch.argmin)):
    case(name, [x], lambda x: function(x, 1))
    case(name, [cube], lambda x: function(x, 0, True), axis=0, keepDims=True)
    case(name, [cube], lambda x: function(x), axis="all")
    case(name, [cube], lambda x: function(x, keepdim=True), axis="all", keepDims=True)
    case(name, [ties], lambda x: function(x, 1), axis=1)
    case(name, [special], lambda x: function(x, 1), axis=1)
    case(name, [whole], lambda x: function(x), axis="all")
    error(name, [empty], lambda x: function(x, 1), code="SHAPE_REDUCE_EMPTY", axis=1)
    error(name, [empty], lambda x: function(x), code="SHAPE_REDUCE_EMPTY", axis="all")

asked = torch.tensor([[1.0, 0.0, nan], [0.0, -0.0, 0.0], [1.0, 2.0, 3.0]], dtype=torch.float64)
for name, function in (("all", torch.all), ("any", torch.any)):
    case(name, [asked], lambda x: function(x, 1), axis=1)
    case(name, [asked], lambda x: function(x))
    case(name, [flags], lambda x: function(x, 0, True), axis=0, keepDims=True)
    case(name, [cube], lambda x: function(function(x, 2), 0), axes=[0, 2])
    case(name, [whole], lambda x: function(x, 1), axis=1)
    case(name, [empty], lambda x: function(x, 1), axis=1)
    case(name, [empty], lambda x: function(x))
case("countNonzero", [asked], lambda x: torch.count_nonzero(x, 1), axis=1)
case("countNonzero", [cube], lambda x: torch.count_nonzero(x, (0, 2)), axes=[0, 2])
case("countNonzero", [flags], lambda x: torch.count_nonzero(x))
case("countNonzero", [empty], lambda x: torch.count_nonzero(x, 1), axis=1)

holes = torch.tensor([[1.0, nan, 2.0], [nan, nan, nan], [4.0, 5.0, 6.0]], dtype=torch.float64)
for name, function in (("nanSum", torch.nansum), ("nanMean", torch.nanmean)):
    case(name, [holes], lambda x: function(x, 1), axis=1)
    case(name, [holes], lambda x: function(x, (0, 1), True), axes=[0, 1], keepDims=True)
    case(name, [x], lambda x: function(x))
    case(name, [empty], lambda x: function(x, 1), axis=1)
case("nanSum", [whole], lambda x: torch.nansum(x, 1), axis=1)

# Every dtype. Integers keep theirs and wrap, where PyTorch widens to int64; means and the like of integers are f32.
small = torch.tensor([[3, -1, 2, 3], [0, 7, -5, 7]])
for dtype in (torch.float16, torch.bfloat16, torch.float32, torch.int8, torch.int16, torch.int32, torch.int64, torch.uint8):
    typed = (small.abs() if dtype == torch.uint8 else small).to(dtype)
    case("sum", [typed], lambda x: torch.sum(x, 1, dtype=x.dtype), axis=1, exact=True, gradient=False)
    case("max", [typed], lambda x: torch.amax(x, 0), axis=0, exact=True, gradient=False)
    case("minWithIndex", [typed], lambda x: fields(torch.min(x, 1)), axis=1, exact=True, as_dtype={"indices": "i32"}, gradient=False)
    case("all", [typed], lambda x: torch.all(x.float(), 1), axis=1, exact=True)
    case("countNonzero", [typed], lambda x: torch.count_nonzero(x, 1), axis=1, exact=True, as_dtype="i32")
    if not dtype.is_floating_point:
        case("prod", [typed], lambda x: torch.prod(x, 1, dtype=x.dtype), axis=1, exact=True)
        case("std", [typed], lambda x: torch.std(x.float(), 1), axis=1, exact=True, tolerance="reduction")
        case("norm", [typed], lambda x: torch.linalg.vector_norm(x.float(), 2, 1), axis=1, exact=True, tolerance="reduction")
        case("mean", [typed], lambda x: torch.mean(x.float(), 1), axis=1, exact=True, tolerance="reduction")
case("sum", [torch.tensor([100, 100], dtype=torch.int8)], lambda x: torch.sum(x, 0, dtype=torch.int8), exact=True)
case("sum", [torch.tensor([2**62, 2**62, 1])], lambda x: torch.sum(x), exact=True)
case("prod", [torch.tensor([2**33, 2**33 + 1])], lambda x: torch.prod(x), exact=True)
case("max", [torch.tensor([2**53, 2**53 + 1])], lambda x: torch.amax(x, 0), exact=True)
case("argMax", [torch.tensor([2**53, 2**53 + 1])], lambda x: torch.argmax(x), exact=True, as_dtype="i32")
