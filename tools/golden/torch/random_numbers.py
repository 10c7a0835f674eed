"""Writes packages/torch/src/golden/random.json: what PyTorch's CPU generator gives, as bits.

    python3 tools/golden/torch/random_numbers.py

A case is a seed and steps drawn one after the other from a generator of that seed. A step is one line:

    <call> <dtype> <size> <argument>...

An argument is a number, or `ramp:<low>:<high>`: as many numbers as the step has elements, low + (high - low) * (i / n) in double,
rounded to the dtype. Of each step the file has the bytes of its result (little-endian): in base64 up to 32 of them, else the first
16 digits of their SHA-256. At the end stands the hash of the generator's state, so that every word drawn is counted. Where our last
bit may differ (see docs/random.md) the bytes stand in base64 behind a `~`.

The numbers depend on PyTorch's build and processor as docs/random.md says: run it where `torch.__config__.show()` names AVX2, without
MKL.
"""

import base64
import hashlib
import itertools
import json
import math
import os
import zlib

import warnings

import torch
import torch.nn.functional as F

warnings.simplefilter("ignore")  # floats do not hold every number of the larger ranges

here = os.path.dirname(os.path.abspath(__file__))
path = os.path.join(here, "..", "..", "..", "packages", "torch", "src", "golden", "random.json")

DTYPES = {
    "f64": torch.float64, "f32": torch.float32, "f16": torch.float16, "bf16": torch.bfloat16, "i64": torch.int64, "i32": torch.int32,
    "i16": torch.int16, "i8": torch.int8, "u8": torch.uint8, "bool": torch.bool,
}
FLOATS = ["f32", "f64", "f16", "bf16"]
SIZES = [0, 1, 2, 15, 16, 17, 31, 32, 33, 100, 1000]
SEEDS = [0, 1, 42, 2**32 + 1, -1, 2**63, 123456789012345]


def ramp(size, low, high, dtype):
    return torch.tensor([low + (high - low) * (i / size) for i in range(size)], dtype=torch.float64).to(dtype)


def number(text):
    return int(text) if text.lstrip("-").isdigit() else float(text)


def arguments(texts, size, dtype):
    for text in texts:
        if text.startswith("ramp:"):
            low, high = (float(part) for part in text[5:].split(":"))
            yield ramp(size, low, high, dtype)
        else:
            yield number(text)


def in_place(method):
    return lambda generator, dtype, size, *args: getattr(torch.empty(size, dtype=dtype), method)(*args, generator=generator)


def strided_normal(generator, dtype, size, *args):
    return torch.empty(2 * size, dtype=dtype)[::2].normal_(*args, generator=generator).clone()


def of_default(draw):
    """For functions that take no generator: the default one is put in the place of the given one."""

    def call(generator, dtype, size, *args):
        torch.set_rng_state(generator.get_state())
        result = draw(dtype, size, *args)
        generator.set_state(torch.get_rng_state())
        return result

    return call


def alpha_dropout(value):
    """Of x = 0 it gives the shift, of x = 1 noise + shift."""
    return lambda dtype, size, p: torch.alpha_dropout(torch.full([size], value, dtype=dtype), p, True)


def feature_dropout(dtype, size, p):
    """Of the two elements of each channel one."""
    return torch.feature_dropout(torch.ones(size // 3, 3, 2, dtype=dtype), p, True)[:, :, 0]


def multinomial(replacement):
    def call(generator, dtype, size, weights, rows, samples):
        return torch.multinomial(weights.reshape(rows, size // rows), samples, replacement, generator=generator)

    return call


def sparse(dtype, size, rows, sparsity):
    return torch.nn.init.sparse_(torch.empty(rows, size // rows, dtype=dtype), sparsity)


def orthogonal(dtype, size, rows, gain):
    return torch.nn.init.orthogonal_(torch.empty(rows, size // rows, dtype=dtype), gain)


def trunc_normal(dtype, size, mean, std, a, b):
    return torch.nn.init.trunc_normal_(torch.empty(size, dtype=dtype), mean, std, a, b)


CALLS = {
    "uniform": in_place("uniform_"),
    "normal": in_place("normal_"),
    "stridedNormal": strided_normal,
    "normalOf": lambda g, dtype, size, mean, std: torch.normal(mean, std, generator=g),
    "random": in_place("random_"),
    "randomBetween": in_place("random_"),
    "randomFrom": lambda g, dtype, size, low: torch.empty(size, dtype=dtype).random_(low, None, generator=g),
    "permutation": lambda g, dtype, size: torch.randperm(size, dtype=dtype, generator=g),
    "bernoulli": in_place("bernoulli_"),
    "bernoulliOf": lambda g, dtype, size, p: torch.bernoulli(p, generator=g),
    "dropout": of_default(lambda dtype, size, p: F.dropout(torch.ones(size, dtype=dtype), p)),
    "alphaDropout": of_default(alpha_dropout(0.0)),
    "alphaDropoutOfOnes": of_default(alpha_dropout(1.0)),
    "featureDropout": of_default(feature_dropout),
    "exponential": in_place("exponential_"),
    "geometric": in_place("geometric_"),
    "cauchy": in_place("cauchy_"),
    "logNormal": in_place("log_normal_"),
    "poisson": lambda g, dtype, size, rates: torch.poisson(rates, generator=g),
    "gamma": lambda g, dtype, size, alpha: torch._standard_gamma(alpha, generator=g),
    "dirichlet": lambda g, dtype, size, alpha, last: torch._sample_dirichlet(alpha.reshape(-1, last), generator=g),
    "binomial": lambda g, dtype, size, count, p: torch.binomial(count.round(), p, generator=g),
    "multinomial": multinomial(False),
    "multinomialReplaced": multinomial(True),
    "rrelu": of_default(lambda dtype, size, x, lower, upper: F.rrelu(x, lower, upper, training=True)),
    "truncNormal": of_default(trunc_normal),
    "sparse": of_default(sparse),
    "orthogonal": of_default(orthogonal),
}

INEXACT = ("orthogonal",)

cases = []


def raw(tensor):
    tensor = tensor.contiguous().reshape(-1)
    return (tensor.view(torch.int16) if tensor.dtype == torch.bfloat16 else tensor).numpy().tobytes()


def digest(data):
    return hashlib.sha256(data).hexdigest()[:16]


def draw(generator, step):
    call, dtype, size, *texts = step.split()
    dtype, size = DTYPES[dtype], int(size)
    data = raw(CALLS[call](generator, dtype, size, *arguments(texts, size, dtype)))
    if step.startswith(INEXACT):
        return "~" + base64.b64encode(data).decode()
    return base64.b64encode(data).decode() if len(data) <= 32 else digest(data)


def case(*steps, seed=None):
    seed = SEEDS[len(cases) % len(SEEDS)] if seed is None else seed
    generator = torch.Generator().manual_seed(seed)
    results = [draw(generator, step) for step in steps]
    cases.append({"seed": str(seed), "steps": steps, "results": results, "state": digest(raw(generator.get_state()))})


def sizes(call, dtype, *args, of=SIZES):
    case(*(" ".join([call, dtype, str(size), *map(str, args)]) for size in of))


for seed in SEEDS + [2**64 - 1, -(2**63)]:
    case("uniform f32 5 0 1", "random i64 3", "normal f32 3 0 1", "permutation i64 9", "normal f64 20 0 1", "normal f32 2 0 1", seed=seed)
for dtype in FLOATS:
    for low, high in [(0, 1), (-0.3, 0.3), (5, 700), (-1e-3, 1e-3), (2, 2), (-1, 0)]:
        sizes("uniform", dtype, low, high)
    for mean, std in [(0, 1), (0, 0.02), (1.5, 2.5), (-3, 0)]:
        sizes("normal", dtype, mean, std)
    sizes("stridedNormal", dtype, 0, 1)
for dtype in ["f32", "f64"]:
    sizes("uniform", dtype, -0.1, 0.7, of=[100000])
    sizes("normal", dtype, 0, 1, of=[100000])
    sizes("normal", dtype, 0.1, 0.7, of=[100000])
    for mean, std in [("ramp:-1:1", 2), (2.5, "ramp:0:3"), ("ramp:-1:1", "ramp:0:3")]:
        sizes("normalOf", dtype, mean, std, of=[1, 15, 16, 100])
for dtype in DTYPES:
    sizes("random", dtype)
    bounds = {"bool": [(0, 2), (1, 2)], "u8": [(0, 10), (0, 256), (17, 18)], "i8": [(-128, 128), (-5, 100)], "f16": [(0, 1000), (-5, 2049)]}
    for low, high in bounds.get(dtype, [(0, 10), (-7, 300)]):
        sizes("randomBetween", dtype, low, high)
    if dtype in ["i64", "f64"]:
        for low, high in [(0, 2**32 - 1), (0, 2**32), (-5, 2**33), (-(2**40), 2**40), (-(2**62), 2**62), (2**62, 2**62 + 7)]:
            sizes("randomBetween", dtype, low, high, of=[1, 2, 33])
    if dtype in ["f32", "bf16"]:
        for low, high in [(0, 2**34), (-(2**40) - 1, 2**40 + 1), (2**28 + 1, 2**28 + 2**24)]:
            sizes("randomBetween", dtype, low, high, of=[1, 2, 33])
    if dtype not in ["bool", "u8", "i8"]:
        sizes("randomFrom", dtype, 100, of=[1, 2, 33])
    if dtype in ["i64", "f64", "f32", "bf16"]:
        sizes("randomFrom", dtype, -(2**63), of=[1, 2, 33, 1000])
    if dtype != "bool":
        sizes("permutation", dtype, of=[0, 1, 2, 3, 16, 100, 128] + ([1000] if dtype not in ["u8", "i8"] else []))
    if dtype != "f16":
        for p in [0, 0.25, 0.5, 0.9, 1]:
            sizes("bernoulli", dtype, p, of=[1, 17, 100])
    if dtype != "bool":
        for p in [0.1, 0.5, 0.99]:
            sizes("geometric", dtype, p, of=[1, 17, 100])
sizes("randomBetween", "i32", -(2**31), 2**31 - 1, of=[1, 2, 33])
sizes("permutation", "i64", of=[100000])
for dtype in ["f32", "f64", "bf16"]:
    sizes("bernoulliOf", dtype, "ramp:0:1", of=[1, 2, 33, 1000])
    for p in [0.1, 0.5, 0.7]:
        sizes("dropout", dtype, p, of=[1, 17, 100, 1000])
        sizes("alphaDropout", dtype, p, of=[1, 17, 100, 1000])
        sizes("alphaDropoutOfOnes", dtype, p, of=[1, 17, 100, 1000])
    sizes("featureDropout", dtype, 0.5, of=[3, 99])
for dtype in FLOATS:
    for rate in [1, 0.3, 7]:
        sizes("exponential", dtype, rate)
    for median, sigma in [(0, 1), (-2, 0.3)]:
        sizes("cauchy", dtype, median, sigma, of=[*SIZES, 10000])
    for mean, std in [(1, 2), (-0.5, 0.25)]:
        sizes("logNormal", dtype, mean, std)
for dtype in ["f32", "f64"]:
    for rates in ["ramp:0:9", "ramp:0:40", "ramp:10:1000", "ramp:1e5:1e9"]:
        sizes("poisson", dtype, rates, of=[1, 2, 33, 1000])
    for alpha in ["ramp:0.001:1", "ramp:0:3", "ramp:1:100", "ramp:1e3:1e6"]:
        sizes("gamma", dtype, alpha, of=[1, 2, 33, 1000])
    for count, p in [("ramp:0:20", "ramp:0:1"), ("ramp:100:1000", "ramp:0:1"), ("ramp:10:1e5", "ramp:0.5:0.001")]:
        sizes("binomial", dtype, count, p, of=[1, 2, 33, 1000])
    for size, weights, rows, samples in [(2, "ramp:1:2", 1, 1), (10, "ramp:0:1", 1, 4), (10, "ramp:0:1", 2, 5), (300, "ramp:0.1:2", 3, 100),
                                         (1000, "ramp:1:2", 1, 10), (1000, "ramp:1:2", 4, 1)]:
        case(f"multinomial {dtype} {size} {weights} {rows} {samples}")
        case(f"multinomialReplaced {dtype} {size} {weights} {rows} {samples}")
    case(f"multinomialReplaced {dtype} 5 ramp:0:1 1 1000")
    case(f"multinomial {dtype} 2000 ramp:1:1 1 1999")
    for lower, upper in [(0.125, 1 / 3), (0.1, 0.1), (-0.3, 2)]:
        sizes("rrelu", dtype, "ramp:-2:1", lower, upper, of=[1, 17, 100, 1000])
for size, rows, samples in [(64, 1, 1), (64, 1, 2), (200, 2, 1), (200, 2, 60), (1000, 1, 15), (1000, 1, 16), (3000, 1, 3000), (5000, 1, 700)]:
    case(f"multinomial bf16 {size} ramp:1:2 {rows} {samples}")  # few digits: ties
sizes("dirichlet", "f32", "ramp:0.1:3", 4, of=[4, 100])
sizes("dirichlet", "f64", "ramp:0.1:3", 2, of=[2, 100])
for mean, std, a, b in [(0, 1, -2, 2), (0, 0.02, -2, 2), (0.5, 2, -1, 3), (0, 1, -0.04, 0.04)]:
    sizes("truncNormal", "f32", mean, std, a, b)
    sizes("truncNormal", "bf16", mean, std, a, b, of=[1, 100])
    sizes("truncNormal", "f64", mean, std, a, b, of=[1, 33, 1000])
for size, rows in [(4, 2), (15, 3), (15, 5), (256, 16), (7, 7)]:
    case(f"sparse f32 {size} {rows} 0.3", f"sparse f64 {size} {rows} 0.01")
    case(f"orthogonal f32 {size} {rows} 1", f"orthogonal f64 {size} {rows} {math.sqrt(2)}")
for calls in itertools.permutations(["uniform f32 2 0 1", "normal f32 3 0 1", "normal f64 16 0 1", "logNormal f32 1 1 2"]):
    case(*calls, "normal f32 1 0 1", "gamma f32 3 ramp:1:3", "normal f64 1 0 1")


def saved_state():
    """In the middle of a block, with a normal put aside; and what is drawn from there on."""
    generator = torch.Generator().manual_seed(7)
    torch.rand(700, generator=generator)
    torch.randn(3, generator=generator)
    state = raw(generator.get_state())
    steps = ["normal f32 2 0 1", "uniform f32 1000 0 1"]
    return {"state": base64.b64encode(zlib.compress(state, 9)).decode(), "steps": steps, "results": [draw(generator, step) for step in steps]}


def refusals():
    """Steps that PyTorch refuses, and its words."""
    generator = torch.Generator()
    for step in """
        uniform f32 3 2 1|uniform f32 3 -1e39 1|uniform f32 3 0 1e39|uniform f32 3 -3e38 3e38|uniform f16 3 -1 1e5|uniform bf16 3 -1 1e39|uniform i64 3 0 1
        uniform bool 3 0 1|normal f32 3 0 -1|normal i64 3 0 1|normal bool 20 0 1|normalOf f32 2 0.5 ramp:-1:1|normalOf f32 2 ramp:-1:1 -2
        randomBetween i64 3 5 5|randomBetween f32 3 7 -1|randomBetween u8 3 0 300|randomBetween u8 3 -1 3|randomBetween i8 3 -129 3|randomBetween bool 3 0 3
        randomBetween f16 3 0 1048576|randomBetween f16 3 4097 4098|randomBetween i32 3 0 2147483649|randomBetween i16 3 -32769 0|randomFrom f16 3 5000
        randomFrom i32 3 -9223372036854775808|permutation f16 3000|permutation u8 257|permutation i8 129|permutation bool 1
        bernoulli f32 3 2|bernoulli f32 3 -0.5|bernoulliOf f32 2 ramp:2:3|bernoulliOf f64 2 ramp:-1:0|bernoulliOf i64 2 ramp:0:1
        dropout f32 3 1.5|dropout f32 3 -1|exponential f32 3 -1|exponential i64 3 1|geometric f32 3 0|geometric f32 3 1|geometric bool 3 0.5
        logNormal f32 3 0 0|logNormal f32 3 0 -1|logNormal i64 3 0 1|cauchy i64 3 0 1|poisson f32 2 ramp:-1:1
        multinomial f32 3 ramp:2:-2 1 1|multinomialReplaced f32 3 ramp:2:-2 1 1|multinomial f32 2 ramp:0:0 1 1
        multinomialReplaced f32 2 ramp:0:0 1 1|multinomial f32 2 ramp:1:2 1 3|multinomial f32 2 ramp:1:2 1 0|multinomial i64 2 ramp:1:2 1 1
        multinomialReplaced f32 2 ramp:1e38:inf 1 1|multinomial f32 2 ramp:nan:1 1 1|orthogonal f16 4 2 1
    """.replace("\n", "|").split("|"):
        if not step.strip():
            continue
        try:
            draw(generator, step.strip())
        except (RuntimeError, ValueError) as error:
            yield step.strip(), type(error).__name__, str(error).splitlines()[0]
            continue
        print(f"PyTorch does not refuse: {step.strip()}")


def orders():
    """Shapes, strides, and the offsets of elements in the order in which they are drawn."""
    for shape, strides in [((2, 3), (3, 1)), ((2, 3), (1, 2)), ((4, 3, 2), (6, 2, 1)), ((4, 3, 2), (1, 8, 4)), ((2, 3, 4), (1, 8, 2)), ((3, 4), (8, 2)),
                           ((3, 1, 2), (1, 7, 3)), ((2, 2, 2), (4, 1, 2)), ((5,), (3,)), ((0, 3), (3, 1)), ((), ()), ((2, 3, 2, 2), (12, 1, 6, 3)),
                           ((3, 2), (1, 100)), ((1, 4), (1, 1)), ((4, 1), (1, 1)), ((2, 1, 3), (3, 3, 1))]:
        base = torch.zeros(1000, dtype=torch.float64)
        torch.manual_seed(0)
        base.as_strided(shape, strides).uniform_(1, 2)
        torch.manual_seed(0)
        places = {value: k for k, value in enumerate(base.tolist()) if value}
        yield shape, strides, [places[value] for value in torch.empty(math.prod(shape), dtype=torch.float64).uniform_(1, 2).tolist()]


class Weight:
    """Takes the part of a weight in functions of `torch.nn.init`, and remembers the numbers it should be filled by."""

    def __init__(self, *shape):
        self.shape = torch.Size(shape)
        self.numbers = None

    def size(self, axis=None):
        return self.shape if axis is None else self.shape[axis]

    def dim(self):
        return len(self.shape)

    def uniform_(self, low, high):
        self.numbers = high

    def normal_(self, mean, std):
        self.numbers = std


def formulas():
    """Bounds and deviations of weights, and the places of the ones of the matrices that are not random."""
    init = torch.nn.init
    for shape in [(3, 5), (1, 1), (64, 3, 7, 7), (10, 784), (6, 2, 3), (4, 3, 2, 2, 2), (1000, 1)]:

        def numbers(function, *args):
            weight = Weight(*shape)
            function(weight, *args)
            return weight.numbers

        for gain in [1, 5 / 3, 0.1]:
            yield "xavierBound", [shape, gain], numbers(init.xavier_uniform_, gain)
            yield "xavierStd", [shape, gain], numbers(init.xavier_normal_, gain)
        for args in [[], [math.sqrt(5)], [0.2, "fan_out"], [0, "fan_in", "relu"], [0, "fan_out", "tanh"], [0, "fan_in", "selu"], [0, "fan_in", "linear"]]:
            yield "kaimingBound", [shape, *args], numbers(init.kaiming_uniform_, *args)
            yield "kaimingStd", [shape, *args], numbers(init.kaiming_normal_, *args)
    for args in [["sigmoid"], ["conv_transpose2d"], ["tanh"], ["relu"], ["leaky_relu"], ["leaky_relu", 0.3], ["selu"]]:
        yield "calculateGain", args, init.calculate_gain(*args)
    ones = lambda tensor: tensor.reshape(-1).nonzero().reshape(-1).tolist()
    for shape in [(3, 3), (2, 5), (5, 2)]:
        yield "eyePlaces", [shape], ones(init.eye_(torch.empty(shape)))
    for args in [[(4, 3, 3)], [(3, 16, 5, 5)], [(6, 2, 2, 4)], [(6, 2, 3, 3), 3], [(4, 4, 3, 2, 5), 2]]:
        yield "diracPlaces", args, ones(init.dirac_(torch.empty(args[0]), *args[1:]))


source = f"PyTorch {torch.__version__}, CPU with AVX2, no MKL, glibc {os.confstr('CS_GNU_LIBC_VERSION').split()[1]}; made by tools/golden/torch/random_numbers.py"
one_a_line = lambda values: ",\n".join(json.dumps(each, separators=(",", ":")) for each in values)
with open(path, "w") as file:
    file.write(f'{{"source":{json.dumps(source)},"saved":{one_a_line([saved_state()])},"formulas":[\n')
    file.write(f'{one_a_line(formulas())}\n],"orders":[\n{one_a_line(orders())}\n],"refusals":[\n{one_a_line(refusals())}\n],"cases":[\n{one_a_line(cases)}\n]}}\n')
print(f"{len(cases)} cases, {os.path.getsize(path) / 1024:.0f} kB")
