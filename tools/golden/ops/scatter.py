"""Reading and writing at positions that are data: slices, single elements, masks; combinations and reductions."""

import torch

from golden import case, error, inf, integers, nan, numbers, vector

x = numbers("scatter x", 3, 4)
cube = numbers("scatter cube", 2, 3, 4)
turned = numbers("scatter turned", 4, 3).t()
spread = numbers("scatter spread", 3, 1).expand(3, 4)
n = integers("scatter n", 3, 4, low=-9, high=10)
flags = integers("scatter flags", 3, 4, high=2).bool()
long = lambda *values: torch.tensor(values)
scalar = lambda value: torch.tensor(value, dtype=torch.float64)

# Slices.
select = lambda x, indices, axis=0: x.index_select(axis, indices)
case("gather", [x, long(2, 0, 2)], select)
case("gather", [cube, long(3, 1)], lambda x, i: select(x, i, 2), axis=-1)
case("gather", [turned, long(1, 1)], lambda x, i: select(x, i, 1), axis=1)
case("gather", [spread, integers("scatter none", 0)], select)
case("gather", [x, torch.tensor([[0, 2], [1, 1]])], lambda x, i: x[i])
case("gather", [n, torch.tensor(1)], lambda x, i: x[i])
case("gather", [flags, long(2, 2)], select)
error("gather", [x, vector(1.0)], select, code="DTYPE_INDICES")

rows = numbers("scatter rows", 2, 4)
case("scatter", [x, long(2, 0), rows], lambda x, i, y: x.index_copy(0, i, y))
case("scatter", [cube, long(3, 1, 0), numbers("scatter columns", 2, 3, 3)], lambda x, i, y: x.index_copy(2, i, y), axis=-1)
case("scatter", [turned, long(1), numbers("scatter one", 3, 1)], lambda x, i, y: x.index_copy(1, i, y), axis=1)
case("scatter", [x, long(2, 0), 1.5], lambda x, i, value: x.index_fill(0, i, value))
case("scatter", [x, long(1, 1), -2], lambda x, i, value: x.index_fill(1, i, value), axis=1)
case("scatter", [n, long(1), 7], lambda x, i, value: x.index_fill(0, i, value))
case("scatter", [flags, long(1, 2), flags[:2]], lambda x, i, y: x.index_copy(0, i, y))
case("scatter", [x, long(2, 0), scalar(0.5)], lambda x, i, value: x.index_copy(0, i, value.expand(2, 4)))
# Of several assignments to one place the last stays, and has the derivative; PyTorch gives every one of them the cotangent of
# the place, which its documentation calls incorrect.
case("scatter", [x, long(1, 2, 1), numbers("scatter three", 3, 4)], lambda x, i, y: x.index_copy(0, i[1:], y[1:]),
     unlike=lambda x, i, y: x.index_copy(0, i, y))
case("scatterAdd", [x, long(1, 2, 1), numbers("scatter three", 3, 4)], lambda x, i, y: x.index_add(0, i, y))
case("scatterAdd", [cube, long(3, 3), numbers("scatter two", 2, 3, 2)], lambda x, i, y: x.index_add(2, i, y), axis=2)
case("scatterAdd", [n, long(1, 2, 1), n], lambda x, i, y: x.index_add(0, i, y))
error("scatterAdd", [x, long(1, 2, 1), rows], lambda x, i, y: x.index_add(0, i, y), code="SHAPE_SCATTER")
for combine, reduce in [("multiply", "prod"), ("minimum", "amin"), ("maximum", "amax")]:
    case("scatter", [x, long(1, 2, 1), numbers("scatter three", 3, 4)], lambda x, i, y: x.index_reduce(0, i, y, reduce), combine=combine)

# One position per element.
wide = integers("scatter wide", 3, 5, high=4)
tall = integers("scatter tall", 5, 4, high=3)
case("takeAlongAxis", [x, wide], lambda x, i: x.gather(1, i), axis=1)
case("takeAlongAxis", [x, tall], lambda x, i: x.gather(0, i), axis=-2)
case("takeAlongAxis", [turned, wide], lambda x, i: x.gather(1, i), axis=1)
case("takeAlongAxis", [x, wide[:1]], lambda x, i: torch.take_along_dim(x, i, 1), axis=1)
case("takeAlongAxis", [x[:1], wide], lambda x, i: torch.take_along_dim(x, i, 1), axis=1)
case("takeAlongAxis", [cube[:, :1], integers("scatter cubes", 1, 3, 2, high=4)], lambda x, i: torch.take_along_dim(x, i, 2), axis=2)
case("takeAlongAxis", [vector(1.0, nan, inf), long(2, 1, 1, 0)], lambda x, i: x.gather(0, i), axis=0)
case("takeAlongAxis", [n, wide[:, :0]], lambda x, i: x.gather(1, i), axis=1)
error("takeAlongAxis", [x, wide[:2]], lambda x, i: torch.take_along_dim(x, i, 1), code="SHAPE_TAKE_ALONG_AXIS", axis=1)

unique = torch.tensor([[2, 0], [1, 3], [3, 2]])
onto = numbers("scatter onto", 3, 2)
case("scatterAlongAxis", [x, unique, onto], lambda x, i, y: x.scatter(1, i, y), axis=1)
case("scatterAlongAxis", [x, unique[:2, :1], onto[:2, :1].clone()], lambda x, i, y: x.scatter(1, i, y), axis=-1)
case("scatterAlongAxis", [turned, unique, 0.5], lambda x, i, value: x.scatter(1, i, value), axis=1)
case("scatterAlongAxis", [n, unique, 3], lambda x, i, value: x.scatter(1, i, value), axis=1)
case("scatterAlongAxis", [cube, torch.tensor([[[2, 0, 1, 1]]]), numbers("scatter cubes to", 1, 1, 4)], lambda x, i, y: x.scatter(1, i, y), axis=1)
# Of several at one place the last stays, and has the derivative, as of scatter.
later = (wide[:, :, None] == wide[:, None, :]).triu(1).any(2)
case("scatterAlongAxis", [x, wide, numbers("scatter many", 3, 5)], lambda x, i, y: x.scatter(1, i, torch.where(later, y.detach(), y)),
     axis=1, unlike=lambda x, i, y: x.scatter(1, i, y))
# PyTorch differentiates only where indices and updates have one shape; here the rest of the updates gets 0.
case("scatterAlongAxis", [x, unique[:, :1], onto], lambda x, i, y: x.scatter(1, i, y[:, :1]), axis=1)
error("scatterAlongAxis", [x, integers("scatter long", 4, 2, high=4), 1.0], lambda x, i, value: x.scatter(1, i, value), code="SHAPE_ALONG_AXIS", axis=1)
error("scatterAlongAxis", [x, wide, onto], lambda x, i, y: x.scatter(1, i, y), code="SHAPE_ALONG_AXIS", axis=1)
add = dict(combine="add")
case("scatterAlongAxis", [x, wide, numbers("scatter many", 3, 5)], lambda x, i, y: x.scatter_add(1, i, y), axis=1, **add)
case("scatterAlongAxis", [x, tall, numbers("scatter more", 5, 4)], lambda x, i, y: x.scatter_add(0, i, y), axis=0, **add)
case("scatterAlongAxis", [n, wide, integers("scatter ints", 3, 5)], lambda x, i, y: x.scatter_add(1, i, y), axis=1, **add)

reductions = [("sum", "sum"), ("prod", "prod"), ("mean", "mean"), ("max", "amax"), ("min", "amin")]
zeros = vector(0.0, 2.0, 3.0, 0.0)
for ours, theirs in reductions:
    for include in [True, False]:
        reduce = lambda x, i, y: x.scatter_reduce(1, i, y, theirs, include_self=include)
        flat = lambda x, i, y: x.scatter_reduce(0, i, y, theirs, include_self=include)
        options = dict(reduction=ours, includeBase=include)
        case("scatterReduce", [x, wide, numbers("scatter many", 3, 5)], reduce, axis=1, **options)
        case("scatterReduce", [x, tall, numbers("scatter more", 5, 4)], flat, axis=0, **options)
        # Ties and zeros; the base that is left out is none of them, where PyTorch counts it.
        tied = vector(2.0, 7.0, 3.0, 0.0) if include else vector(-5.0, 7.0, -6.0, -7.0)
        case("scatterReduce", [tied, long(0, 0, 0, 2, 2, 3), vector(2.0, 2.0, 1.0, 3.0, 3.0, 0.0)], flat, axis=0, **options)
        case("scatterReduce", [zeros, long(0, 0, 1, 1, 2, 2), vector(4.0, 5.0, 0.0, 3.0, 0.0, 0.0)], flat, axis=0, **options)
        case("scatterReduce", [n, wide, integers("scatter ints", 3, 5, low=-9)], reduce, axis=1, **options)

# Masks.
fill = lambda x, mask, value: x.masked_fill(mask, value)
case("maskedFill", [x, flags, -1.5], fill)
case("maskedFill", [x, flags, scalar(2.5)], fill)
case("maskedFill", [x, flags[0], 0], fill)
case("maskedFill", [n, flags, 7], fill)
case("maskedFill", [turned, flags[:, :1], 1.0], fill)
case("maskedFill", [vector(nan, inf, 1.0), torch.tensor([True, True, False]), 0.5], fill)
case("maskedFill", [x[:, :1].clone(), flags, 0.5], fill)
error("maskedFill", [x, flags[:2], 1.0], fill, code="SHAPE_BROADCAST")
lay = lambda x, mask, source: x.masked_scatter(mask, source)
case("maskedScatter", [x, flags, numbers("scatter source", 3, 4)], lay)
case("maskedScatter", [x, flags[0], numbers("scatter source", 3, 4)], lay)
case("maskedScatter", [n, flags, integers("scatter integers", 20)], lay)
case("maskedScatter", [turned, flags[:, :1], numbers("scatter longer", 13)], lay)

# Every dtype, with positions of int64. Integers wrap; float16 and bfloat16 round after each update.
for dtype in [torch.float16, torch.bfloat16, torch.int64, torch.int16, torch.int8, torch.uint8]:
    base = integers("scatter typed", 3, 4, low=1, high=9).to(dtype)
    more = integers("scatter typed more", 3, 5, low=20, high=120).to(dtype)
    typed = dict(exact=True, gradient=False)
    case("gather", [base, long(2, 0)], select, **typed)
    case("takeAlongAxis", [base, wide], lambda x, i: x.gather(1, i), axis=1, **typed)
    case("scatterAlongAxis", [base, unique, 3], lambda x, i, value: x.scatter(1, i, value), axis=1, **typed)
    case("scatterAlongAxis", [base, wide, more], lambda x, i, y: x.scatter_add(1, i, y), axis=1, **add, **typed)
    if not dtype.is_floating_point:
        for ours, theirs in [("prod", "prod"), ("max", "amax"), ("min", "amin")]:
            case("scatterReduce", [base, wide, more], lambda x, i, y: x.scatter_reduce(1, i, y, theirs, include_self=False), axis=1,
                 reduction=ours, includeBase=False, **typed)
    case("maskedFill", [base, flags, 3], fill, **typed)
