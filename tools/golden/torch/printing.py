"""What PyTorch, NumPy and Python print: tensors, arrays, numbers, named tuples, modules, optimisers.

Run with a Python that has PyTorch:
    python3 tools/golden/torch/printing.py packages/torch/src/golden/printing.json
The result is committed, so that no test needs Python. Data are lists of numbers, or a formula: `[a, m, scale, shift]` stands for
element k = (a * k mod m) * scale + shift, which is exact.
"""

import collections
import json
import math
import random
import sys

import numpy
import torch
from torch import nn, optim

DTYPES = {
    "f32": torch.float32, "f64": torch.float64, "f16": torch.float16, "bf16": torch.bfloat16, "i64": torch.int64,
    "i32": torch.int32, "i16": torch.int16, "i8": torch.int8, "u8": torch.uint8, "bool": torch.bool,
}
FLOATS = ["f32", "f64", "f16", "bf16"]
INTEGERS = ["i64", "i32", "i16", "i8", "u8"]
inf, nan = math.inf, math.nan
draw = random.Random(0)
tensors, arrays, numbers = [], [], []


def text_of(value):
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, int):
        return str(value)
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    text = repr(float(value))
    return text[:-2] if text.endswith(".0") else text


def listed(flat):
    return ",".join(map(text_of, flat))


def formula(spec, size):
    a, m, scale, shift = spec
    return [(a * k % m) * scale + shift for k in range(size)]


def tensor_case(tensor, spec=None, options=None, default="f32", parameter=False):
    torch.set_printoptions(profile="default")
    if options:
        torch.set_printoptions(**options)
    if default != "f32":
        torch.set_default_dtype(DTYPES[default])
    text = str(tensor)
    torch.set_default_dtype(torch.float32)
    torch.set_printoptions(profile="default")
    dtype = next(name for name, each in DTYPES.items() if each == tensor.dtype)
    case = {"dtype": dtype, "shape": list(tensor.shape), "data": spec or listed(tensor.detach().reshape(-1).tolist())}
    if tensor.grad_fn is not None:
        case["gradFn"] = tensor.grad_fn.name().rsplit("::", 1)[-1]
    if tensor.requires_grad:
        case["requiresGrad"] = True
    if options:
        case["options"] = options
    if default != "f32":
        case["default"] = default
    if parameter:
        case["parameter"] = True
    case["text"] = text
    tensors.append(case)


def of(data, dtype="f32", shape=None, **more):
    tensor = torch.tensor(data, dtype=DTYPES[dtype])
    tensor_case(tensor if shape is None else tensor.reshape(shape), **more)


def by_formula(spec, shape, dtype="f32", **more):
    values = torch.tensor(formula(spec, math.prod(shape)), dtype=torch.float64 if dtype in FLOATS else torch.int64)
    tensor_case(values.to(DTYPES[dtype]).reshape(shape), spec=spec, **more)


def plain_tensors():
    shapes = [[], [1], [3], [2, 3], [2, 2, 2], [2, 1, 2, 2], [2, 1, 2, 1, 3], [0], [0, 3], [2, 0], [1, 0, 2]]
    for dtype in DTYPES:
        for shape in shapes:
            size = math.prod(shape)
            kinds = {"bool": lambda k: k % 3 == 1, "u8": lambda k: 37 * k % 251}
            value = kinds.get(dtype, lambda k: (k * 5 % 11 - 4) / (4 if dtype in FLOATS and size > 4 else 1))
            values = [value(k) for k in range(size)]
            of(values if dtype in FLOATS else [int(each) for each in values], dtype, shape)


def special_floats():
    lists = [
        [nan], [inf], [-inf], [nan, nan], [0.0], [-0.0], [0.0, -0.0], [nan, inf, -inf, 0.0, -0.0], [1.0, nan], [1.5, nan],
        [1.0, inf], [-1.5, -inf], [100.0, nan, -inf], [0.0, 1e-5], [1.0, 1e-5], [1e-5], [1e8], [1.1e8], [100000001.0, 1.0],
        [1.0, 1000.0], [1.0, 1001.0], [1.0, 1000.5], [0.5, 500.0], [0.5, 500.5], [0.1, 100.0], [0.1, 100.1], [1e-4, 2e-4],
        [9e-5, 2e-4], [1e-4], [0.0001, 0.1], [12345.678], [123456.789, 1.0], [99999.99995], [0.99995], [0.00005], [3.14159265],
        [1e38, 1.0], [1e-45, 1.0], [3.4028234663852886e38], [-1.0], [-10.0, 1.0], [1.0, 10.0, 100.0], [1e10, 1e10],
        [1e8, 2e8, 3.0], [0.03125], [0.09375, 0.03125], [0.15625], [-0.03125], [0.00005, 1.0], [2.00005, 0.5],
        [0.125, 0.0625, 0.03125, 0.015625], [1e8, 1.5], [nan, 1e-6, 3.0], [inf, 1e9], [1e15, 0.0], [123456789.0],
        [0.1, 0.2, 0.30000000000000004], [1 / 3, 2 / 3], [5e-324], [1e308, 1.0],
    ]
    for values in lists:
        for dtype in FLOATS if len(values) == 1 else ["f32", "f64"]:
            of(values, dtype)
    for dtype in ["f16", "bf16"]:
        for values in [[0.1, 0.2], [60000.0, 1.0], [6e-8, 1.0], [0.333, 1000.0], [1.0, 2048.0], [nan, 0.5]]:
            of(values, dtype)
    of([0.0001] * 3, "f64"), of([1e-4, 1.0], "f64"), of([1000.0, 1.0], "f64"), of([1000.0000001, 1.0], "f64")


def special_integers():
    of([2**63 - 1, -(2**63), 0], "i64"), of([-(2**31), 2**31 - 1], "i32"), of([255, 0], "u8"), of([-128, 127], "i8")
    of([1, 10, 100, -1000], "i64", [2, 2]), of([True, True], "bool"), of([False] * 30, "bool"), of(list(range(40)), "i64")
    of(list(range(-20, 20)), "i16"), of(2**53 + 1, "i64"), of([10**k for k in range(12)], "i64")


def long_ones():
    of([0.0] * 60), of([0.0] * 120, shape=[3, 40]), of([nan] * 30, shape=[2, 15]), of([1.0] * 45, shape=[3, 15])
    for spec, shape in [
        ([7, 97, 0.25, -3.0], [30]), ([7, 97, 0.25, -3.0], [2, 18]), ([7, 97, 0.125, 100.0], [2, 2, 13]),
        ([13, 101, 1.0, 0.0], [1001]), ([13, 101, 0.5, 0.0], [2000]), ([13, 9973, 0.5, 1.0], [40, 40]),
        ([13, 101, 0.25, -9.0], [7, 200]), ([13, 101, 0.25, -9.0], [6, 200]), ([13, 101, 0.25, -9.0], [200, 6]),
        ([13, 101, 0.25, -9.0], [200, 7]), ([13, 101, 0.25, -9.0], [5, 6, 40]), ([13, 101, 0.25, -9.0], [10, 10, 11]),
        ([3, 9973, 8.0, 0.5], [8, 3, 50]), ([13, 101, 0.25, -9.0], [2, 7, 80]),
        ([1, 99991, 1.0, 0.0], [100, 1000]), ([5, 99991, 0.0009765625, 0.0], [1001]), ([0, 1, 1.0, 0.0], [2000]),
        ([1, 4096, 0.5, 0.0], [3, 500]), ([1, 4096, 0.5, -500.0], [500, 3]), ([1, 4096, 1024.0, 0.0], [1, 1, 1200]),
    ]:
        for dtype in ["f32", "f64"] if len(shape) < 3 else ["f32"]:
            by_formula(spec, shape, dtype)
    by_formula([3, 7, 1.0, 0.0], [1000])
    by_formula([13, 101, 0.25, -9.0], [7, 2, 7, 2, 7], options={"threshold": 50, "edgeitems": 1})
    for dtype in INTEGERS:
        by_formula([3, 120, 1, 0], [1001], dtype), by_formula([3, 120, 1, 0], [9, 8, 20], dtype), by_formula([3, 120, 1, 0], [3, 24], dtype)
    by_formula([1, 2, 1, 0], [1001], "bool"), by_formula([1, 2, 1, 0], [12, 100], "bool"), by_formula([1, 2, 1, 0], [3, 14], "bool")
    by_formula([7, 97, 0.25, -3.0], [1001], "f16"), by_formula([7, 97, 0.25, -3.0], [20, 60], "bf16")


def with_options():
    variants = [
        {"precision": 2}, {"precision": 0}, {"precision": 8}, {"precision": 12}, {"sci_mode": True}, {"sci_mode": False},
        {"linewidth": 40}, {"linewidth": 20}, {"linewidth": 5}, {"linewidth": 200}, {"threshold": 5}, {"threshold": 5, "edgeitems": 1},
        {"threshold": 5, "edgeitems": 2}, {"profile": "short"}, {"profile": "full"}, {"profile": "short", "precision": 6},
        {"sci_mode": True, "precision": 1}, {"threshold": 2, "linewidth": 30},
    ]
    for options in variants:
        by_formula([7, 97, 0.25, -3.0], [12], options=options)
        by_formula([7, 97, 1.0, 0.0], [4, 9], options=options)
        of([1e-5, 1.0, 12345.678, 0.0], options=options)
        of([nan, 0.0], options=options)
        by_formula([7, 97, 1, 0], [3, 3, 8], "i64", options=options)
    by_formula([3, 7, 1.0, 0.0], [1001], options={"profile": "full"}), by_formula([7, 97, 0.25, -3.0], [1200], options={"profile": "short"})
    of([1.0, 2.0], "f64", default="f64"), of([1.0, 2.0], "f32", default="f64"), of([], "f64", default="f64"), of([], "f32", default="f64")
    of([], "i64", default="f64"), of([1], "i64", default="f64")


def with_suffixes():
    nodes = [
        lambda x: x + 1, lambda x: x * 2, lambda x: x.exp(), lambda x: x**2, lambda x: x.sum(), lambda x: x.mean(), lambda x: x.unsqueeze(0),
        lambda x: nn.functional.softmax(x, 0), lambda x: nn.functional.leaky_relu(x), lambda x: nn.functional.log_softmax(x, 0),
        lambda x: nn.functional.binary_cross_entropy_with_logits(x, torch.zeros_like(x)), lambda x: x[:0],
    ]
    for size in range(1, 16):
        x = torch.tensor([((7 * k) % 11) / 4 for k in range(size)], requires_grad=True)
        tensor_case(x)
        tensor_case(nodes[size % len(nodes)](x))
    for dtype in FLOATS:
        for size in range(5, 13):
            x = torch.tensor([((7 * k) % 11) / 4 for k in range(size)], dtype=DTYPES[dtype], requires_grad=True)
            tensor_case(x if size % 2 else x.neg())
    x = torch.tensor([[1.5, 2.0], [3.0, 4.0]], requires_grad=True)
    for node in nodes:
        tensor_case(node(x))
    for k in range(6, 12):
        x = torch.full((2, k), 1.5, requires_grad=True)
        tensor_case(x), tensor_case(x.double()), tensor_case(x.tanh())
    tensor_case(torch.zeros(0, 3, requires_grad=True)), tensor_case(torch.zeros(0, 3, dtype=torch.float64, requires_grad=True))
    for data in [[1.0, 2.0], [[0.5, -1.0], [2.25, 4.0]], 3.0, []]:
        tensor_case(nn.Parameter(torch.tensor(data)), parameter=True)
        tensor_case(nn.Parameter(torch.tensor(data), requires_grad=False), parameter=True)


def random_shape(rank):
    shape = [draw.randint(1, 5) for _ in range(rank)]
    return shape if math.prod(shape) <= 60 else random_shape(rank)


def random_tensors():
    for k in range(90):
        shape = random_shape(draw.randint(0, 5))
        dtype = draw.choice(["f32", "f32", "f64", "f16", "bf16"])
        spread = draw.choice([0, 0.5, 1, 2, 3, 6])
        values = [draw.choice([1, 1, 1, 0]) * draw.gauss(0, 1) * 10 ** draw.uniform(-spread, spread) for _ in range(math.prod(shape))]
        if draw.random() < 0.3:
            values = [float(round(each)) for each in values]
        if draw.random() < 0.2:
            values[draw.randrange(len(values))] = draw.choice([inf, -inf, nan])
        of(values, dtype, shape)


def array_case(array, spec=None):
    if array.dtype == numpy.bool_:
        dtype = "bool"
    else:
        dtype = {"f": "f", "i": "i", "u": "u"}[array.dtype.kind] + str(8 * array.dtype.itemsize)
    arrays.append({"dtype": dtype, "shape": list(array.shape), "data": spec or listed(array.reshape(-1).tolist()), "str": str(array), "repr": repr(array)})


def numpy_arrays():
    kinds = {"f64": numpy.float64, "f32": numpy.float32, "f16": numpy.float16, "i64": numpy.int64, "i32": numpy.int32,
             "i16": numpy.int16, "i8": numpy.int8, "u8": numpy.uint8, "u32": numpy.uint32, "bool": numpy.bool_}
    make = lambda data, dtype: array_case(numpy.array(data, dtype=kinds[dtype]))
    for dtype in kinds:
        for data in [[], [[]], numpy.zeros((0, 3)), 1, [1, 0], [[1, 2], [3, 4]], [[[1], [0]], [[3], [1]]]]:
            make(data, dtype)
    make([10, 2, 3], "i64"), make([10, -10], "i64"), make([100.0, -10.0], "f32"), make([[100.0, -100.0], [3.0, 4.0]], "f32")
    array_case(numpy.array(formula([3, 7, 1, 0], 1000))), make([True, True], "bool"), make([2**63 - 1, -(2**63)], "i64"), make(list(range(40)), "i64"), make(list(range(40)), "u8")
    floats = [
        [0.1, 0.2, 0.3], [1 / 3, 2 / 3], [1.0, 2.5, 1000.0], [1.0, 1001.0], [0.5, 500.5], [1e-4, 1.0], [9.9e-5, 1.0], [0.0001], [1e8], [99999999.0],
        [99999992.0], [1e10, 1.0], [1e100, 1.0], [1e-5], [1e-5, nan], [nan], [inf, 1.0], [-inf, 1.0], [nan, inf, -inf], [0.0], [-0.0, 0.0], [0.0, -0.0, nan],
        [1e16], [1e15], [123456.789], [0.30000000000000004], [1.23456789012345, 100.5], [1e-9, 1e-10], [5e-324], [1.7976931348623157e308],
        [0.1, 1e-5], [1 / 3, 1e-5], [1.5, nan], [100.0, nan], [1.0, -inf], [1e9, nan, -inf], [0.015625, 0.5], [0.000123456789, 0.05], [2.5e-5, -1.0],
        [0.123456785, 0.5], [0.123456775, 0.5], [1.00000001, 2.0], [1.000000001, 2.0], [12345678.9], [1.0, 999.9999], [1e22, 1e23], [-1.5, 2.25, -3.125],
        [-1e-5, 1.0], [-1e-5, -1e100], [3.0, 3000.0], [3.0, 3001.5], [16777216.0, 5e6], [33554432.0, 1e6], [3.4028235e38],
    ]
    for values in floats:
        for dtype in ["f64", "f32"]:
            if dtype == "f64" or max(abs(each) for each in values if math.isfinite(each) or each != each) < 3.5e38 or values != values:
                make(values, dtype)
    for value in [0.1, 1e-5, 1e16, 1e15, 123456789.0, 1e-4, 0.5, 1.0, -0.0, nan, inf, 1 / 3, 9.999e-5, 2.0**30]:
        for dtype in ["f64", "f32"]:
            make(value, dtype)
    for values in [[0.1, 0.2], [60000.0, 1.0], [6e-8], [1000.0, 1.0], [1001.0, 1.0], [1000.5, 1.0], [0.333], 0.1, [inf, 0.5], [9.9e-5, 1.0], 1e-5, 6.5e4]:
        make(values, "f16")
    for spec, shape in [
        ([7, 97, 0.25, -3.0], [30]), ([7, 97, 0.25, -3.0], [2, 18]), ([13, 101, 1.0, 0.0], [1001]), ([13, 9973, 0.5, 1.0], [40, 40]),
        ([13, 101, 0.25, -9.0], [7, 200]), ([13, 101, 0.25, -9.0], [200, 6]), ([13, 101, 0.25, -9.0], [10, 10, 11]),
        ([3, 9973, 0.0625, 0.5], [3, 14]), ([1, 99991, 0.0009765625, 0.0], [1001]), ([13, 9973, 1024.0, 0.5], [5, 11]),
    ]:
        for dtype in ["f64", "f32"]:
            array_case(numpy.array(formula(spec, math.prod(shape)), dtype=kinds[dtype]).reshape(shape), spec)
    for dtype in ["i64", "i32", "u8", "bool"]:
        for spec, shape in [([3, 120, 1, 0], [1001]), ([3, 120, 1, 0], [9, 8, 20]), ([3, 120, 1, 0], [3, 24])]:
            array_case(numpy.array(formula(spec, math.prod(shape)), dtype=kinds[dtype]).reshape(shape), spec)
    for k in range(60):
        shape = random_shape(draw.randint(0, 4))
        dtype = draw.choice(["f64", "f32", "f16"])
        spread = draw.choice([0, 0.5, 1, 2, 3, 4])
        values = [draw.gauss(0, 1) * 10 ** draw.uniform(-spread, min(spread, 4)) for _ in range(math.prod(shape))]
        if draw.random() < 0.3:
            values = [float(round(each, draw.randint(0, 3))) for each in values]
        array_case(numpy.array(values, dtype=kinds[dtype]).reshape(shape))


def number_formats():
    values = [
        0.0, -0.0, 1.0, 0.5, 1.5, 2.5, -2.5, 0.03125, 0.09375, -0.03125, 1e-5, 0.1, 1 / 3, 2 / 3, 99.99995, 9.9995, 0.99995, 123456.789, 1e15, 1e16, 1e21,
        1e22, 1e23, 1.5e300, 5e-324, 2.2250738585072014e-308, 1.7976931348623157e308, nan, inf, -inf, 100.0, 12345.0, 0.0001, 0.00001234, 1e-4, 9.999999e-5,
        4.35, 1.005, 2.675, 1e5, 1e6, 999999.5, 0.125, 8.5, 9.5, 95.0, 9007199254740993.0, 123456789012345680.0, -1e-10,
    ]
    for value in values:
        for kind, digits in [("f", 4), ("f", 0), ("f", 2), ("e", 4), ("e", 0), ("e", 17), ("g", 4), ("g", 0), ("g", 6), ("g", 17)]:
            numbers.append([text_of(value), f"{kind}{digits}", f"%.{digits}{kind}" % value])
        numbers.append([text_of(value), "r", repr(value)])
    for _ in range(100):
        value = draw.gauss(0, 1) * 10 ** draw.uniform(-30, 30)
        kind, digits = draw.choice("feg"), draw.randint(0, 20)
        numbers.append([text_of(value), f"{kind}{digits}", f"%.{digits}{kind}" % value])
        numbers.append([text_of(value), "r", repr(value)])


def strings():
    given = ["", "a", "it's", 'say "x"', "it's \"x\"", "a\nb\tc\\", "\x00\x7f\x80", "é漢🙂", "\u200b\u2028\ufeff", "\U000e0001", " \u00a0"]
    return [[each, repr(each)] for each in given]


def named_tuples():
    x = torch.tensor([[3.0, 1.0, 2.0], [6.0, 5.0, 4.0]])
    grown = torch.tensor([[3.0, 1.0], [2.0, 4.0]], requires_grad=True)
    results = [x.max(1), x.min(0), x.sort(1), x.topk(2, 1), x.median(1), x.cummax(1), x.kthvalue(1, 1), x.mode(1), grown.max(1), grown.sort(0), x[0].max(0)]
    found = []
    for result in results:
        name = type(result).__name__
        fields = [[field, str(getattr(result, field))] for field in ("values", "indices")]
        found.append({"name": name, "fields": fields, "text": str(result)})
    return found


class Twolines(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(1, 2)
        self.register_module("b", None)

    def extra_repr(self):
        return "first=1,\nsecond=2"


class Alone(nn.Module):
    def extra_repr(self):
        return "one\ntwo"


def modules():
    shared = nn.ReLU()
    mlp = nn.Sequential(nn.Linear(784, 256), shared, nn.Dropout(0.5), nn.Sequential(nn.Linear(256, 10, bias=False), shared))
    transformer = nn.TransformerEncoderLayer(8, 2, 16)
    named = nn.Sequential(collections.OrderedDict([("first", nn.Conv2d(3, 8, 3, padding=1)), ("norm", nn.BatchNorm2d(8))]))
    lists = nn.ModuleList([nn.Linear(1, 2), nn.Linear(2, 1), nn.ReLU()])
    table = nn.ModuleDict({"a": nn.Embedding(10, 3), "b": lists})
    return [modules_tree(each) for each in [nn.Linear(3, 4), nn.Sequential(), mlp, transformer, named, lists, table, Twolines(), Alone(), nn.ReLU(inplace=True),
                                           nn.LSTM(3, 4, num_layers=2), nn.Sequential(Twolines(), Alone())]]


def modules_tree(module):
    children = [[key, None if child is None else modules_tree(child)] for key, child in module._modules.items()]
    return {"name": module._get_name(), "extra": module.extra_repr(), "children": children, "text": repr(module)}


def optimizers():
    p = lambda: [nn.Parameter(torch.zeros(2))]
    made = [
        optim.SGD(p(), lr=0.1), optim.SGD([{"params": p(), "lr": 1e-5}, {"params": p()}], lr=0.01, momentum=0.9, nesterov=True),
        optim.Adam(p()), optim.AdamW(p(), lr=3e-4, betas=(0.5, 0.9)), optim.RMSprop(p()), optim.LBFGS(p()), optim.Rprop(p()),
    ]
    optim.lr_scheduler.StepLR(made[0], 1)
    found = []
    for each in made:
        groups = [{key: value for key, value in group.items() if key != "params"} for group in each.param_groups]
        found.append({"name": type(each).__name__, "groups": groups, "text": repr(each)})
    return found


plain_tensors(), special_floats(), special_integers(), long_ones(), with_options(), with_suffixes(), random_tensors()
numpy_arrays()
number_formats()
source = f"PyTorch {torch.__version__}, NumPy {numpy.__version__}, Python {sys.version.split()[0]}; made by tools/golden/torch/printing.py"
golden = {
    "source": source, "tensors": tensors, "arrays": arrays, "numbers": numbers, "strings": strings(), "namedTuples": named_tuples(), "modules": modules(),
    "optimizers": optimizers(),
}
with open(sys.argv[1], "w") as file:
    file.write("{\n")
    for k, (key, value) in enumerate(golden.items()):
        compact = lambda each: json.dumps(each, separators=(",", ":"), ensure_ascii=True)
        text = compact(value) if isinstance(value, str) else "[\n" + ",\n".join(map(compact, value)) + "\n]"
        file.write(f'"{key}":{text}{"" if k == len(golden) - 1 else ","}\n')
    file.write("}\n")
print({key: len(value) for key, value in golden.items() if key != "source"})
