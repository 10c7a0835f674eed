"""Results written to `out`: resized, converted, kept in its order of memory, seen by views; and what is refused."""

import torch
from calls import call, error, given

x = given([[1.5, -2.0, 0.25], [3.0, 0.5, -1.0]])
y = given([[2.0, 1.0, -0.5], [0.75, 4.0, 1.25]])
whole = given([[3, -2, 5], [7, 0, 1]])
square = given([[2.0, 1.0], [0.5, 3.0]])
vector = given([1.0, -2.0, 0.5])
needing = given([[1.0, 2.0, 3.0]], grad=True)


def empty(dtype=torch.float32):
    return given(torch.empty(0, dtype=dtype))


def shaped(*shape, dtype=torch.float32):
    return given(torch.zeros(shape, dtype=dtype))


pair = lambda dtype=torch.float32: [empty(dtype), empty(torch.int64)]

# Of one element after the other.
for name in ["add", "sub", "mul", "div", "pow", "maximum", "minimum", "fmax", "atan2", "hypot", "copysign", "remainder", "fmod",
             "floor_divide", "logaddexp", "true_divide", "divide", "multiply", "subtract"]:
    call(name, x, y, out=empty())
for name in ["eq", "ne", "lt", "le", "gt", "ge", "greater", "less_equal", "logical_and", "logical_or"]:
    call(name, x, y, out=empty(torch.bool))
for name in ["abs", "neg", "exp", "sin", "cos", "tanh", "sigmoid", "floor", "ceil", "round", "trunc", "frac", "sign", "square",
             "reciprocal", "erf", "expm1", "deg2rad", "sinc", "sgn", "nan_to_num", "hardshrink"]:
    call(name, x, out=empty())
call("sqrt", vector, out=empty())
call("bitwise_and", whole, 3, out=empty(torch.int64))
call("bitwise_not", whole, out=empty(torch.int64))
call("logical_not", x, out=empty(torch.bool))
call("signbit", x, out=empty(torch.bool))
call("isposinf", x, out=empty(torch.bool))
call("clamp", x, -1, 1, out=empty())
call("clamp", x, min=0, out=empty())
call("lerp", x, y, 0.5, out=empty())
call("addcmul", x, x, y, value=2, out=empty())
call("where", given([[True, False, True]]), x, y, out=empty())
call("add", x, y, alpha=2, out=empty())
call("float_power", x, 2, out=empty(torch.float64))
call("threshold", x, 0.5, 20, out=empty())
call("special.expit", x, out=empty())
call("special.xlog1py", y, vector.to("abs"), out=empty())
call("special.entr", vector.to("abs"), out=empty())

# Into what has the shape already: its order of memory and its dtype stay.
call("add", x, y, out=shaped(2, 3))
call("add", x, y, out=shaped(3, 2).to("t"))
call("add", x, y, out=shaped(2, 3, dtype=torch.float64))
call("add", whole, 1, out=shaped(2, 3))
call("gt", x, 0, out=shaped(2, 3))
call("eq", whole, 3, out=shaped(2, 3, dtype=torch.int64))
call("add", x, 1, out=shaped(4, 3).to("narrow", 0, 1, 2))
call("exp", x.to("t"), out=shaped(3, 2))
call("add", x, y, out=x)
call("mul", x, x, out=x)
call("add", x, y, out=None, forms=["function"])

# Of another shape.
call("add", x, y, out=shaped(5))
call("add", x.to("t"), 1, out=empty())
call("add", x, 1, out=shaped(8))
call("mm", square, square, out=shaped(3))
call("add", vector, 1, out=shaped(8).to("narrow", 0, 2, 2))
call("sum", x, 1, out=shaped(7))
call("nonzero", x, out=empty(torch.int64))

# Reductions, in the dtype of out.
for name in ["sum", "mean", "prod", "nansum", "amax", "amin", "logsumexp", "std", "var"]:
    call(name, x, 1, out=empty())
for name in ["sum", "mean", "prod"]:
    call(name, x, 1, out=empty(torch.float64))
call("sum", x, 1, out=empty(torch.int64))
call("sum", x, 1, True, out=empty())
call("cumsum", x, 1, out=empty())
call("cumsum", x, 1, out=empty(torch.float64))
call("cumprod", x, 0, out=empty())
call("logcumsumexp", x, 0, out=empty())
call("all", x, 1, out=empty(torch.bool))
call("any", x, 1, out=empty(torch.bool))
call("argmax", x, 1, out=empty(torch.int64))
call("argmin", x, out=empty(torch.int64))
call("norm", x, out=empty())
call("quantile", x, 0.5, 1, out=empty())
call("histc", x, 4, -2, 2, out=empty())

# Several results.
for name in ["max", "min", "cummax", "cummin", "sort", "mode", "median", "nanmedian"]:
    call(name, x, 1, out=pair())
call("max", x, 1, True, out=pair())
call("max", x, y, out=empty())
call("topk", x, 2, out=pair())
call("kthvalue", x, 1, 0, out=pair())
call("aminmax", x, dim=1, out=[empty(), empty()])
call("max", x, 1, out=[shaped(4), shaped(2, dtype=torch.int64)])

# Products.
for name, arguments in {"mm": [square, square], "matmul": [square, x], "mv": [x, vector], "dot": [vector, vector], "vdot": [vector, vector],
                        "outer": [vector, vector], "ger": [vector, vector], "inner": [x, y], "kron": [square, square],
                        "cross": [x, y], "addmm": [square, square, square], "addmv": [vector.to("narrow", 0, 0, 2), x, vector],
                        "addr": [square, vector.to("narrow", 0, 0, 2), vector.to("narrow", 0, 1, 2)],
                        "chain_matmul": [square, square, x]}.items():
    call(name, *arguments, out=empty())
call("tensordot", square, x, dims=1, out=empty())
call("matrix_power", square, 3, out=empty())
call("linalg.multi_dot", [square, square, x], out=empty())
call("bmm", square.to("unsqueeze", 0), x.to("unsqueeze", 0), out=empty())

# Joined, moved and picked.
for name in ["cat", "concat", "concatenate", "stack", "hstack", "vstack", "dstack", "column_stack", "row_stack"]:
    call(name, [x, y], out=empty())
call("cat", [x, whole], out=empty(torch.float64))
call("cat", [x, y], 1, out=shaped(2, 6))
call("gather", x, 1, given([[0, 2], [1, 1]]), out=empty())
call("index_select", x, 1, given([2, 0]), out=empty())
call("masked_select", x, given([[True, False, True]]), out=empty())
call("take", x, given([0, 5, 2]), out=empty())
call("take_along_dim", x, given([[0], [2]]), 1, out=empty())
call("scatter", x, 1, given([[0], [2]]), 5, out=empty())
call("scatter_add", x, 1, given([[0, 1], [2, 0]]), y, out=empty())
call("index_add", x, 0, given([1]), given([[1.0, 1.0, 1.0]]), out=empty())
call("tril", square, out=empty())
call("triu", square, out=empty())
call("diag", vector, out=empty())
call("diag", square, out=empty())
call("diff", x, out=empty())
call("msort", x, out=empty())
call("renorm", x, 2, 0, 1, out=empty())
call("searchsorted", given([1.0, 2.0, 3.0]), x, out=empty(torch.int64))
call("bucketize", x, given([0.0, 1.0, 2.0]), out=empty(torch.int64))
call("isin", x, vector, out=empty(torch.bool))
call("softmax", x, 1, out=empty())
call("narrow_copy", x, 1, 0, 2, out=empty())

# What makes tensors.
call("zeros", 2, 3, out=empty())
call("zeros", [2], out=shaped(3))
call("ones", 2, out=empty(torch.int64))
call("ones", [2], dtype=torch.int64, out=empty(torch.int64))
call("full", [2], 3, out=empty())
call("full", [2], 2.5, out=empty(torch.int64))
call("arange", 4, out=empty())
call("arange", 1, 3, 0.5, out=empty())
call("linspace", 0, 1, 5, out=empty())
call("linspace", 0, 1, 3, out=empty(torch.float64))
call("logspace", 0, 2, 3, out=empty())
call("eye", 2, out=empty())
call("eye", 2, 3, out=empty(torch.int64))
for name in ["rand", "randn", "empty"]:
    call(name, 2, 3, out=empty(), values=False, forms=["function"])

# What is refused.
error("add", x, y, out=empty(torch.int64))
error("add", x, y, out=empty(torch.bool))
error("sin", whole, out=empty(torch.int64))
error("add", whole, 1, out=empty(torch.bool))
error("abs", x, out=empty(torch.float64))
error("clamp", x, 0, out=empty(torch.float64))
error("mm", square, square, out=empty(torch.float64))
error("matmul", vector, vector, out=empty(torch.float64))
error("gather", x, 1, given([[0]]), out=empty(torch.int64))
error("cat", [x, y], out=empty(torch.int64))
error("sum", x, 1, dtype=torch.float64, out=empty())
error("mean", x, 1, out=empty(torch.int64))
error("all", x, 1, out=empty(torch.int64))
error("amax", x, 1, out=empty(torch.float64))
error("argmax", x, out=empty())
error("cummax", x, 1, out=pair(torch.float64))
error("max", x, 1, out=pair(torch.float64))
error("max", x, 1, out=[empty(), empty()])
error("topk", x, 2, out=pair(torch.float64))
error("take", x, given([0]), out=empty(torch.float64))
error("nonzero", x, out=empty())
error("index_select", x, 0, given([0]), out=empty(torch.float64))
error("quantile", x, 0.5, out=empty(torch.float64))
error("float_power", x, 2, out=empty())
error("signbit", x, out=empty())
error("zeros", 2, dtype=torch.float64, out=empty())
error("arange", 4, dtype=torch.float64, out=empty())
error("add", needing, 1, out=empty())
error("add", x, 1, out=needing)
error("matmul", needing, vector, out=empty())
error("cat", [needing, x], out=empty())
error("max", needing, 1, out=pair())
error("divide", needing, 2, out=empty())
error("clip", needing, 0, out=empty())
error("outer", vector, needing.to("reshape", -1), out=empty())
call("argmax", needing, out=empty(torch.int64))
call("eq", needing, 1, out=empty(torch.bool))
error("add", x, y, out=shaped(1, 3).to("expand", 2, 3))
error("add", x.to("reshape", -1).to("narrow", 0, 0, 4), 1, out=[empty()], kind="TypeError",
      message="add(): argument 'out' must be Tensor, not list")
error("max", x, 1, out=[empty()])
error("add", x, given([1.0, 2.0]), out=empty())
error("isnan", x, out=empty(torch.bool))
error("relu", x, out=empty())
error("diag_embed", x, out=empty())
