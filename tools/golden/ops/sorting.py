"""Sorting, ranks, running sums and products, searching, counting. Positions are compared where they are defined: PyTorch leaves
open which of equal elements it returns, except for stable sorts and running extremes."""

import torch

from golden import case, error, inf, integers, nan, numbers, vector

x = numbers("rows", 3, 5)
cube = numbers("cube", 2, 4, 3)
ties = vector(2.0, -1.0, 2.0, 0.0, -0.0, 2.0, -1.0)
special = vector(3.0, nan, -0.0, 0.0, 1.0, inf, nan, -inf)
grid = torch.tensor([[1.0, 3.0, 3.0], [4.0, 2.0, 2.0]], dtype=torch.float64)
longer = numbers("longer", 600)
empty = torch.zeros(0, 3, dtype=torch.float64)
scalar = torch.tensor(1.5, dtype=torch.float64)
whole = integers("whole", 4, 6, low=-3, high=4)
flags = torch.tensor([True, False, True, True, False])


def fields(result):
    return {"values": result[0], "indices": result[1]}


def sorted_by(axis=-1, descending=False):
    return lambda x: fields(torch.sort(x, stable=True, dim=axis, descending=descending))


case("sort", [x], sorted_by())
case("sort", [x], sorted_by(0, True), axis=0, descending=True)
case("sort", [cube], sorted_by(1), axis=1)
case("sort", [cube.transpose(0, 2)], sorted_by(-2), axis=-2)
case("sort", [ties], sorted_by())
case("sort", [ties], sorted_by(-1, True), descending=True)
case("sort", [special], sorted_by())
case("sort", [special], sorted_by(-1, True), descending=True)
case("sort", [longer], sorted_by())
case("sort", [whole], sorted_by(1, True), axis=1, descending=True)
case("sort", [flags], sorted_by())
case("sort", [empty], sorted_by(0), axis=0)
case("sort", [empty], sorted_by(1), axis=1)
case("sort", [scalar], sorted_by())
case("sort", [scalar.expand(3)], sorted_by())
case("argSort", [x], lambda x: torch.argsort(x, 0), axis=0)
case("argSort", [longer], lambda x: torch.argsort(x, descending=True), descending=True)
case("argSort", [scalar], lambda x: torch.argsort(x))
error("sort", [x], lambda x: torch.sort(x, dim=2), code="ATTR_AXIS_RANGE", axis=2)

case("topK", [x, 2], lambda x, k: fields(torch.topk(x, k)))
case("topK", [x, 3], lambda x, k: fields(torch.topk(x, k, 0, False)), axis=0, largest=False)
case("topK", [cube, 2], lambda x, k: fields(torch.topk(x, k, -2)), axis=-2)
case("topK", [x, 0], lambda x, k: fields(torch.topk(x, k)))
case("topK", [vector(1.0, nan, 3.0, 2.0), 3], lambda x, k: fields(torch.topk(x, k)))
case("topK", [vector(1.0, nan, 3.0, 2.0), 3], lambda x, k: fields(torch.topk(x, k, largest=False)), largest=False)
case("topK", [scalar, 1], lambda x, k: fields(torch.topk(x, k)))
case("topK", [longer, 5], lambda x, k: fields(torch.topk(x, k)))
error("topK", [x, 6], torch.topk, code="ATTR_RANK_RANGE")
error("topK", [x, -1], torch.topk, code="ATTR_RANK_RANGE")

case("kthValue", [x, 2], lambda x, k: fields(torch.kthvalue(x, k)))
case("kthValue", [x, 3], lambda x, k: fields(torch.kthvalue(x, k, 0, True)), axis=0, keepDims=True)
case("kthValue", [cube, 4], lambda x, k: fields(torch.kthvalue(x, k, 1)), axis=1)
case("kthValue", [vector(3.0, nan, 1.0, 2.0), 4], lambda x, k: fields(torch.kthvalue(x, k)))
case("kthValue", [scalar, 1], lambda x, k: fields(torch.kthvalue(x, k)))
error("kthValue", [x, 0], torch.kthvalue, code="ATTR_RANK_RANGE")
error("kthValue", [x, 6], torch.kthvalue, code="ATTR_RANK_RANGE")

for axis in (0, -1):
    for data in (x, cube, numbers("odd", 2, 3, 1)):
        case("medianWithIndex", [data], lambda x: fields(torch.median(x, axis)), axis=axis)
        case("nanMedianWithIndex", [data], lambda x: fields(torch.nanmedian(x, axis, True)), axis=axis, keepDims=True)
mixed = torch.tensor([[3.0, nan, 2.0, 4.0], [nan, nan, nan, nan], [1.0, 5.0, 7.0, 6.0]], dtype=torch.float64)
case("medianWithIndex", [mixed], lambda x: fields(torch.median(x, 1)), axis=1)
case("nanMedianWithIndex", [mixed[::2]], lambda x: fields(torch.nanmedian(x, 1)), axis=1)
case("median", [x], lambda x: torch.median(x))
case("median", [x], lambda x: torch.median(x, 1).values, axis=1)
case("median", [vector(3.0, 1.0, 3.0, 3.0, 5.0)], lambda x: torch.median(x))
case("median", [vector(0.1, 0.7, 0.1, 0.1).float().double()], lambda x: torch.median(x))
case("median", [vector(inf, inf, 1.0, inf)], lambda x: torch.median(x))
case("median", [vector(-inf, -inf, 1.0)], lambda x: torch.median(x))
case("median", [mixed], lambda x: torch.median(x))
case("median", [whole], lambda x: torch.median(x))
case("median", [empty], lambda x: torch.median(x))
case("median", [scalar], lambda x: torch.median(x))
case("nanMedian", [mixed], lambda x: torch.nanmedian(x))
case("nanMedian", [mixed[::2].clone()], lambda x: torch.nanmedian(x, 1).values, axis=1)
# Of nothing but NaN the first is taken; which one PyTorch takes is left to a partial sort.
case("nanMedian", [mixed], lambda x: torch.nanmedian(x, 1).values, axis=1, gradient=False)
case("nanMedian", [vector(nan, nan)], lambda x: torch.nanmedian(x))
error("medianWithIndex", [empty], lambda x: torch.median(x, 0), code="SHAPE_REDUCE_EMPTY", axis=0)

most = torch.tensor([[3, 1, 1, 3, 2], [2, 2, 2, 1, 1], [5, 4, 3, 2, 1]])
case("mode", [most], lambda x: fields(torch.mode(x)))
case("mode", [most.double()], lambda x: fields(torch.mode(x, 1, True)), axis=1, keepDims=True)
case("mode", [most.t().contiguous().double()], lambda x: fields(torch.mode(x, 0)), axis=0)
case("mode", [x], lambda x: fields(torch.mode(x)))
case("mode", [flags], lambda x: fields(torch.mode(x)))
case("mode", [scalar], lambda x: fields(torch.mode(x)))
error("mode", [empty], lambda x: torch.mode(x, 0), code="SHAPE_REDUCE_EMPTY", axis=0)

shares = vector(0.0, 0.25, 0.5, 0.90625, 1.0)
for way in ("linear", "lower", "higher", "midpoint", "nearest"):
    case("quantile", [x, shares], lambda x, q: torch.quantile(x, q, 1, interpolation=way), axis=1, interpolation=way)
    case("nanQuantile", [mixed, 0.25], lambda x, q: torch.nanquantile(x, q, 1, True, interpolation=way), axis=1, keepDims=True,
         interpolation=way)
case("quantile", [x, 0.5], lambda x, q: torch.quantile(x, q))
case("quantile", [x, shares], lambda x, q: torch.quantile(x, q, keepdim=True), keepDims=True)
case("quantile", [cube, 0.25], lambda x, q: torch.quantile(x, q, 1), axis=1)
case("quantile", [cube, shares], lambda x, q: torch.quantile(x, q, -2, keepdim=True), axis=-2, keepDims=True)
case("quantile", [mixed, 0.5], lambda x, q: torch.quantile(x, q, 1), axis=1)
case("quantile", [vector(1.0, 2.0, 4.0, 8.0), 0.5], lambda x, q: torch.quantile(x, q, interpolation="nearest"), interpolation="nearest")
case("quantile", [vector(1.0, inf, inf), 0.75], lambda x, q: torch.quantile(x, q))
case("quantile", [ties, 0.625], lambda x, q: torch.quantile(x, q))
case("nanQuantile", [mixed, vector(0.125, 0.75)], lambda x, q: torch.nanquantile(x, q))
error("quantile", [x, 1.5], torch.quantile, code="ATTR_QUANTILE")
error("quantile", [empty, 0.5], torch.quantile, code="SHAPE_REDUCE_EMPTY")
error("quantile", [x, numbers("levels", 2, 2, low=0, high=1)], torch.quantile, code="SHAPE_QUANTILE")

zeros = torch.tensor([[2.0, 0.0, 3.0, 0.0, 5.0], [0.5, 4.0, 0.0, 1.0, 2.0], [1.5, 2.0, 0.25, 1.0, 3.0]], dtype=torch.float64)
case("cumSum", [x], lambda x: torch.cumsum(x, 1), second=True)
case("cumSum", [cube], lambda x: torch.cumsum(x, 1), axis=1)
case("cumSum", [cube.transpose(0, 1)], lambda x: torch.cumsum(x, -3), axis=-3)
case("cumSum", [x], lambda x: torch.cumsum(x.flip(0), 0).flip(0), axis=0, reverse=True)
case("cumSum", [whole], lambda x: torch.cumsum(x, 0), axis=0)
case("cumSum", [flags], lambda x: torch.cumsum(x, 0))
case("cumSum", [vector(1.0, inf, -inf, 2.0)], lambda x: torch.cumsum(x, 0))
case("cumSum", [empty], lambda x: torch.cumsum(x, 0), axis=0)
case("cumSum", [scalar], lambda x: torch.cumsum(x, 0))
case("cumProd", [x], lambda x: torch.cumprod(x, 1), second=True)
case("cumProd", [zeros], lambda x: torch.cumprod(x, 1), axis=1, second=True)
case("cumProd", [zeros], lambda x: torch.cumprod(x, 0), axis=0)
case("cumProd", [zeros], lambda x: torch.cumprod(x.flip(1), 1).flip(1), axis=1, reverse=True)
case("cumProd", [whole], lambda x: torch.cumprod(x, 1), axis=1)
case("cumProd", [flags], lambda x: torch.cumprod(x, 0))
case("cumProd", [vector(1.0, inf, 0.0, 2.0)], lambda x: torch.cumprod(x, 0), gradient=False)
case("cumProd", [empty], lambda x: torch.cumprod(x, 1), axis=1)
case("cumProd", [scalar], lambda x: torch.cumprod(x, 0))
case("logCumSumExp", [x], lambda x: torch.logcumsumexp(x, 1))
case("logCumSumExp", [cube * 8], lambda x: torch.logcumsumexp(x, 1), axis=1)
case("logCumSumExp", [vector(0.0, -inf, 1.0)], lambda x: torch.logcumsumexp(x, 0))
case("logCumSumExp", [vector(-inf, -inf, 1.0, inf, 2.0)], lambda x: torch.logcumsumexp(x, 0), gradient=False)
case("logCumSumExp", [vector(1.0, nan, 2.0)], lambda x: torch.logcumsumexp(x, 0), gradient=False)
case("logCumSumExp", [x], lambda x: torch.logcumsumexp(x.flip(0), 0).flip(0), axis=0, reverse=True)
case("logCumSumExp", [empty], lambda x: torch.logcumsumexp(x, 0), axis=0)
for name, extreme in (("cumMax", torch.cummax), ("cumMin", torch.cummin)):
    case(name, [x], lambda x: fields(extreme(x, 1)), axis=1)
    case(name, [cube], lambda x: fields(extreme(x, -2)), axis=-2)
    case(name, [ties], lambda x: fields(extreme(x, 0)), signed=True)
    case(name, [vector(1.0, 3.0, nan, 5.0, nan, 0.0)], lambda x: fields(extreme(x, 0)))
    case(name, [whole], lambda x: fields(extreme(x, 0)), axis=0)
    case(name, [flags], lambda x: fields(extreme(x, 0)))
    case(name, [empty], lambda x: fields(extreme(x, 1)), axis=1)
    case(name, [scalar], lambda x: fields(extreme(x, 0)))
error("cumSum", [x], lambda x: torch.cumsum(x, 2), code="ATTR_AXIS_RANGE", axis=2)
error("logCumSumExp", [x], lambda x: torch.logcumsumexp(x, -3), code="ATTR_AXIS_RANGE", axis=-3)

edges = vector(1.0, 3.0, 3.0, 5.0)
sought = torch.tensor([[0.0, 1.0, 2.0, nan], [3.0, 5.0, 6.0, -inf]], dtype=torch.float64)
rows = torch.tensor([[1.0, 3.0, 4.0], [2.0, 2.0, 8.0]], dtype=torch.float64)
for right in (False, True):
    case("searchSorted", [edges, sought], lambda s, v: torch.searchsorted(s, v, right=right), right=right)
    case("searchSorted", [rows, torch.tensor([[2.0, 3.0], [2.0, 9.0]], dtype=torch.float64)],
         lambda s, v: torch.searchsorted(s, v, right=right), right=right)
    case("bucketize", [sought, edges], lambda x, s: torch.bucketize(x, s, right=right), right=right)
case("searchSorted", [edges, 2.5], lambda s, v: torch.searchsorted(s, v))
case("searchSorted", [vector(1.0, 3.0, nan), vector(nan, 4.0, 2.0)], lambda s, v: torch.searchsorted(s, v))
case("searchSorted", [vector(5.0, 1.0, 3.0), vector(2.0, 7.0)], lambda s, v, sorter: torch.searchsorted(s, v, sorter=sorter),
     sorter=torch.tensor([1, 2, 0]))
case("searchSorted", [torch.zeros(0, dtype=torch.float64), vector(1.0)], lambda s, v: torch.searchsorted(s, v))
case("searchSorted", [numbers("many", 100).sort().values, numbers("sought", 7, 3)], lambda s, v: torch.searchsorted(s, v))
case("searchSorted", [torch.tensor([1, 3, 5]), torch.tensor([[0, 3], [4, 9]])], lambda s, v: torch.searchsorted(s, v))
case("bucketize", [3, torch.tensor([1, 3, 5])], lambda x, s: torch.bucketize(x, s))
error("searchSorted", [rows, vector(2.0, 3.0)], torch.searchsorted, code="SHAPE_SEARCH_SORTED")
error("bucketize", [vector(3.0), rows], torch.bucketize, code="SHAPE_SEARCH_SORTED")

# NaN is not counted. PyTorch counts it where its search happens to end: in the first bin (histc), in the last (edges), or between.
missing = vector(0.0, 1.0, nan, 2.0, 3.0, 1.0)
case("histc", [missing], lambda x: torch.histc(x[~x.isnan()], 3, 0, 3), unlike=lambda x: torch.histc(x, 3, 0, 3), bins=3, min=0, max=3,
     gradient=False)
count = vector(1.0, 2.0, 1.0, 4.0, 5.0, -1.0, 0.0, 3.984375)
case("histc", [count], lambda x: torch.histc(x, 4, 0, 4), bins=4, min=0, max=4, gradient=False)
case("histc", [cube], lambda x: torch.histc(x, 5), bins=5, gradient=False)
case("histc", [vector(1.0, 1.0)], lambda x: torch.histc(x, 3, 1, 1), bins=3, min=1, max=1, gradient=False)
case("histc", [vector(1.0, 2.0)], lambda x: torch.histc(x), gradient=False)
error("histc", [count], lambda x: torch.histc(x, 0, 0, 4), code="ATTR_HISTOGRAM", bins=0, min=0, max=4)
error("histc", [count], lambda x: torch.histc(x, 4, 4, 0), code="ATTR_HISTOGRAM", bins=4, min=4, max=0)


def histogram(*arguments, **options):
    def of(x, bins=None, weights=None):
        found = torch.histogram(x, *(arguments if bins is None else [bins]), weight=weights, **options)
        return {"counts": found.hist, "edges": found.bin_edges}
    return of


case("histogram", [count[:6]], histogram(4, range=(0.0, 4.0)), bins=4, range=[0, 4], gradient=False)
case("histogram", [vector(1.0, 2.0, 1.0, 5.0)], histogram(4), bins=4, gradient=False)
case("histogram", [vector(1.0, 1.0)], histogram(2), bins=2, gradient=False)
case("histogram", [vector(1.0, 2.0, 1.0, 5.0)], histogram(), bins=vector(0.0, 1.5, 5.0), gradient=False)
case("histogram", [vector(1.0, 2.0, 1.0, 5.0)], histogram(4, density=True), bins=4, weights=vector(1.0, 2.0, 3.0, 4.0), density=True,
     gradient=False)
case("histogram", [missing], lambda x, bins: histogram()(x[~x.isnan()], bins), unlike=histogram(), bins=vector(0.0, 1.0, 2.0, 3.0),
     gradient=False)
case("histogram", [torch.zeros(0, dtype=torch.float64)], histogram(4), bins=4, gradient=False)
error("histogram", [vector(1.0, 2.0)], lambda x, weights: torch.histogram(x, 4, weight=weights), code="SHAPE_WEIGHTS", bins=4,
      weights=vector(1.0))

which = torch.tensor([1, 2, 1, 4])
case("bincount", [which], lambda x: torch.bincount(x, minlength=6), length=6)
case("bincount", [which], lambda x, weights: torch.bincount(x, weights, 5), length=5, weights=vector(0.5, 1.0, 2.0, -1.0), gradient=False)
error("bincount", [vector(1.0)], torch.bincount, code="DTYPE_INDICES", length=3)

# Every dtype. Positions are i32 in core; sums and products keep the dtype and wrap, where PyTorch widens to int64.
i64 = torch.int64
small = torch.tensor([[3, -1, 2, 3], [0, 7, -5, 7]])
FLOATS = [torch.float16, torch.bfloat16, torch.float32]
INTEGERS = [torch.int8, torch.int16, torch.int32, i64]
positions = {"indices": "i32"}
for dtype in [*FLOATS, *INTEGERS, torch.uint8]:
    typed = (small.abs() if dtype == torch.uint8 else small).to(dtype)
    case("sort", [typed], sorted_by(1, True), axis=1, descending=True, exact=True, as_dtype=positions, gradient=False)
    case("searchSorted", [typed.sort().values, typed], lambda s, v: torch.searchsorted(s.float(), v.float()), exact=True, as_dtype="i32")
    case("cumSum", [typed], lambda x: torch.cumsum(x.double(), 1).to(x.dtype), axis=1, exact=True, gradient=False)
    if dtype not in (torch.float16, torch.bfloat16):  # PyTorch has no kernels for them
        case("cumMax", [typed], lambda x: fields(torch.cummax(x, 0)), axis=0, exact=True, as_dtype=positions, gradient=False)
        case("mode", [typed], lambda x: fields(torch.mode(x, 1)), axis=1, exact=True, as_dtype=positions, gradient=False)
        case("cumProd", [typed], lambda x: torch.cumprod(x, 1, dtype=x.dtype), axis=1, exact=True, gradient=False)
far = torch.tensor([2**62, 2**62 + 1, -2**63, 2**53 + 1, 2**53, 2**62])
case("sort", [far], sorted_by(), exact=True, as_dtype=positions)
case("sort", [far], sorted_by(-1, True), descending=True, exact=True, as_dtype=positions)
case("cumSum", [far], lambda x: torch.cumsum(x, 0), exact=True)
case("cumProd", [far], lambda x: torch.cumprod(x, 0), exact=True)
case("cumMin", [far], lambda x: fields(torch.cummin(x, 0)), exact=True, as_dtype=positions)
case("cumSum", [torch.tensor([100, 100, 100], dtype=torch.int8)], lambda x: torch.cumsum(x, 0, dtype=torch.int8), exact=True)
case("searchSorted", [torch.tensor([2**53, 2**53 + 1, 2**53 + 2]), torch.tensor([2**53 + 1])], torch.searchsorted, exact=True,
     as_dtype="i32")
