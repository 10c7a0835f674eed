"""Golden cases: what PyTorch computes, as data, so that no TypeScript is written per case.

A family is a module `ops/<family>.py` that calls `case` and `error`; `generate.py` writes `tests/golden/data/<family>.json`:

    from golden import case, error, numbers, vector
    x = numbers("x", 3, 4)
    case("cumsum", [x], lambda x: torch.cumsum(x, 1), axis=1)
    case("linear", [x, w], lambda x, w, bias: F.linear(x, w, bias), bias=b)
    case("concat", [[x, y]], lambda xs: torch.cat(xs, 1), axis=1)
    case("argMax", [x], lambda x: torch.argmax(x, 1), axis=1)
    error("matmul", [x, y], torch.matmul, code="SHAPE_MATMUL_INNER")

`case(function, operands, torch_function, **options)`
    function        its name in @heddle/core.
    operands        its positional operands: tensors, numbers, bools, texts, None, lists of these; BUILDER for functions that take one;
                    NULL where JavaScript takes null (PyTorch gets None, which alone leaves an operand out).
    torch_function  gets the same operands (without BUILDER) and, by keyword, the options that hold tensors. It returns a tensor,
                    a list or tuple (ours gives an array), or a dict by the names of our result's fields.
    options         our options object, as keywords; they may hold tensors. None is left out.
  and reserved keywords:
    name=           of the case, unique in the family; default: the function, the types of its operands and the options.
    gradient=       False: outputs are not differentiated (default True: every float output gets a random cotangent, every float
                    operand or option a recorded gradient).
    second=         True: also the gradient of <gradient, random>, for smooth functions.
    signed=         True: the signs of zeros are compared (of outputs, not of gradients). Default False: PyTorch's kernels do not
                    agree with each other on them, except where IEEE 754 or C99 defines the function.
    tolerance=      class of the table in packages/testkit/src/golden-tolerances.ts; default: found from our graph.
    exact=          True: float64 and int64 are meant as such (a case about dtypes). Default False: float64 stands for the float class
                    (compared in f64, then run in f32) and int64 for core's default integer, i32, in operands and outputs.
    as_dtype=       dtype of outputs where core differs from PyTorch on purpose: one for all, or a dict by output name
                    ("output", "0", "1", ..., or a field). The values must be the same.
    kept_beside=    bytes PyTorch keeps for backward outside of tensors, such as a position it has read; default 0.
    unlike=         for a difference on purpose: PyTorch's own function, where `torch_function` is the formula ours follows instead. That
                    the two differ in a value or a gradient is asserted. The bytes kept for backward are those of PyTorch's own.

Float operands are float64 with values float32 has (asserted), so that every runtime sees the same numbers. Operands of other dtypes
are recorded as they are. Views (transposed, expanded, sliced) are recorded as their base and the moves that lead to them, and the
harness makes the same moves with our ops; the gradient is that of the view.

Beside the gradients stands how many bytes PyTorch keeps between forward and backward (`saved`): ours may keep no more.

`numbers` are seeded by a name, cotangents by all that a case is given, so adding a case changes no other.
"""

import base64
import hashlib
import itertools
import json
import math
import struct

import torch

BUILDER = object()
NULL = object()

DTYPES = {
    torch.float64: "f64", torch.float32: "f32", torch.float16: "f16", torch.bfloat16: "bf16", torch.int64: "i64",
    torch.int32: "i32", torch.int16: "i16", torch.int8: "i8", torch.uint8: "u8", torch.bool: "bool",
}
GRID = 64  # inputs are multiples of 1 / GRID: few digits, and float32 has them
RESERVED = "name gradient second signed tolerance exact as_dtype kept_beside unlike".split()

cases = []
nan, inf = math.nan, math.inf


def generator(name):
    seed = int.from_bytes(hashlib.sha256(name.encode()).digest()[:6], "little")
    return torch.Generator().manual_seed(seed)


def numbers(name, *shape, scale=2.0, low=None, high=None):
    """Distinct multiples of 1/64, random by `name`: normal with deviation `scale`, or uniform between `low` and `high`."""
    source = generator(name)
    count = math.prod(shape)
    if low is None:
        drawn = torch.randn(count, generator=source, dtype=torch.float64) * scale
    else:
        drawn = torch.rand(count, generator=source, dtype=torch.float64) * (high - low) + low
    taken, values = set(), []
    for value in (drawn * GRID).round().tolist():
        step = 0
        while value + step in taken and (low is None or len(taken) < (high - low) * GRID - 2):
            step = -step if step > 0 else 1 - step
            if low is not None and not low <= (value + step) / GRID <= high:
                continue
        taken.add(value + step)
        values.append((value + step) / GRID)
    return torch.tensor(values, dtype=torch.float64).reshape(shape)


def integers(name, *shape, low=0, high=10, dtype=torch.int64):
    """Integers low <= n < high, random by `name`."""
    return torch.randint(low, high, shape, generator=generator(name)).to(dtype)


def vector(*values, dtype=torch.float64):
    return torch.tensor(values, dtype=dtype)


# Values that matter to functions of one number: kinks, extremes, exactly what float32 has.
KINKS = vector(-3.0, -1.0, -0.5, -0.25, -0.0, 0.0, 0.25, 0.5, 1.0, 3.0)
SPECIAL = vector(-inf, -1000.0, -88.5, -30.0, -2.5, -1.5, -0.0, 0.0, 2.0**-20, 0.5, 1.5, 2.5, 30.0, 88.5, 1000.0, inf, nan)


def case(function, operands, torch_function, *, name=None, gradient=True, second=False, signed=False, tolerance=None, exact=False,
         as_dtype=None, kept_beside=0, unlike=None, **options):
    options = {key: value for key, value in options.items() if value is not None}
    recorder, record = recorded(function, operands, options, exact, name)
    leaves = recorder.leaves
    arguments = [recorder.substitute(each) for each in operands if each is not BUILDER]
    keywords = {key: recorder.substitute(value) for key, value in options.items() if holds_tensor(value)}
    outputs, saved = run(torch_function, arguments, keywords)
    record["outputs"] = {key: encode(output, output_dtype(output, exact, as_dtype, key)) for key, output in outputs.items()}
    if exact:
        record["exact"] = True
    if signed:
        record["signed"] = True
    if tolerance is not None:
        record["tolerance"] = tolerance
    if gradient:
        differentiate(record, outputs, leaves, second)
    if unlike is not None:
        others, saved = run(unlike, arguments, keywords)
        assert_unlike(record, others, leaves, gradient)
    if "gradients" in record:
        record["saved"] = saved.total() + kept_beside
    cases.append(record)


def run(function, arguments, keywords):
    """Outputs by name, and what is kept for backward."""
    saved = SavedBytes()
    with torch.autograd.graph.saved_tensors_hooks(saved.pack, lambda tensor: tensor):
        return named(function(*arguments, **keywords)), saved


def assert_unlike(record, outputs, leaves, gradient):
    """That other outputs, or their derivatives by the same cotangents, are not those recorded."""
    other = {**record, "outputs": {key: encode(output, meant_dtype(output, "exact" in record)) for key, output in outputs.items()}}
    if gradient:
        differentiate(other, outputs, leaves, False)
    assert any(other.get(key) != record.get(key) for key in ("outputs", "gradients")), f"{record['name']}: PyTorch does the same"


class SavedBytes:
    """What PyTorch keeps for backward: each storage once; floats and integers count 4 bytes an element, bools one."""

    def __init__(self):
        self.kept = []  # alive, so that no address is used twice

    def pack(self, tensor):
        self.kept.append(tensor.detach())
        return tensor

    def total(self):
        storages = {tensor.storage().data_ptr(): tensor for tensor in self.kept if tensor.numel() > 0}
        return sum(each.storage().size() * (1 if each.dtype == torch.bool else 4) for each in storages.values())


def recorded(function, operands, options, exact, name, prefix=""):
    recorder = Recorder(exact)
    given = {"operands": recorder.record(operands)}
    if options:
        given["options"] = {key: recorder.record(value) for key, value in options.items()}
    given["inputs"] = recorder.arrays
    return recorder, {"name": unique(name, prefix + title(function, given, recorder.types)), "call": function, **given}


def differentiate(record, outputs, leaves, second):
    source = generator(json.dumps([record[key] for key in ("call", "operands", "options", "inputs") if key in record]))
    floats = {key: output for key, output in outputs.items() if output.is_floating_point()}
    wrt = [(k, leaf) for k, leaf in enumerate(leaves) if leaf.is_floating_point()]
    if not floats or not wrt:
        return
    draw = lambda like: ((torch.randn(like.shape, generator=source, dtype=torch.float64) * 8).round() / 8).to(like.dtype)
    cotangents = {key: draw(output) for key, output in floats.items()}
    record["cotangents"] = {key: encode(value) for key, value in cotangents.items()}
    grown = [key for key, output in floats.items() if output.requires_grad]
    gradients = [None] * len(wrt)
    if grown:
        gradients = torch.autograd.grad([floats[key] for key in grown], [leaf for _, leaf in wrt],
                                        [cotangents[key] for key in grown], allow_unused=True, create_graph=second)
    record["gradients"] = {str(k): encode(zero_for(leaf, given)) for (k, leaf), given in zip(wrt, gradients)}
    if second:
        seeds = {str(k): draw(leaf) for k, leaf in wrt}
        pairs = [(given, seeds[str(k)]) for (k, _), given in zip(wrt, gradients) if given is not None and given.requires_grad]
        found = [None] * len(wrt)
        if pairs:
            found = torch.autograd.grad([given for given, _ in pairs], [leaf for _, leaf in wrt], [seed for _, seed in pairs],
                                        allow_unused=True)
        record["second"] = {
            "seeds": {key: encode(seed) for key, seed in seeds.items()},
            "gradients": {str(k): encode(zero_for(leaf, given)) for (k, leaf), given in zip(wrt, found)},
        }


def zero_for(leaf, gradient):
    return torch.zeros_like(leaf) if gradient is None else gradient


def error(function, operands, torch_function=None, *, code, torch_accepts=False, name=None, exact=False, **options):
    """Ours throws `code`. PyTorch refuses too, which is asserted; `torch_accepts=True` says that it does not (and is asserted)."""
    options = {key: value for key, value in options.items() if value is not None}
    recorder, record = recorded(function, operands, options, exact, name and f"error: {name}", "error: ")
    name = record["name"]
    record["error"] = code
    if torch_function is None and not torch_accepts:
        raise ValueError(f"{name}: give the function of PyTorch that refuses, or torch_accepts=True")
    if torch_function is not None:
        arguments = [recorder.substitute(each) for each in operands if each is not BUILDER]
        keywords = {key: recorder.substitute(value) for key, value in options.items() if holds_tensor(value)}
        try:
            torch_function(*arguments, **keywords)
            refused = False
        except (RuntimeError, IndexError, ValueError, TypeError, AssertionError):
            refused = True
        if refused == torch_accepts:
            raise AssertionError(f"{name}: PyTorch {'refuses' if refused else 'accepts'} this")
    cases.append(record)


class Recorder:
    """Encodes operands; tensors become references to `arrays`, and leaves to differentiate with respect to."""

    def __init__(self, exact):
        self.exact = exact
        self.arrays = []
        self.leaves = []
        self.known = []
        self.types = []

    def record(self, value):
        if isinstance(value, torch.Tensor):
            return {"input": self.position(value)}
        if value is BUILDER:
            return {"builder": True}
        if value is NULL:
            return {"null": True}
        if isinstance(value, dict):
            return {"fields": {key: self.record(each) for key, each in value.items()}}
        if isinstance(value, (list, tuple, torch.Size)):
            return [self.record(each) for each in value]
        if isinstance(value, float):
            return value if math.isfinite(value) and not is_negative_zero(value) else {"number": text_of(value)}
        assert value is None or isinstance(value, (bool, int, str)), f"{value!r} cannot be recorded"
        return value

    def position(self, tensor):
        for k, known in enumerate(self.known):
            if known is tensor:
                return k
        self.known.append(tensor)
        array = encode_input(tensor, self.exact)
        self.arrays.append(array)
        view = " view" if "moves" in array else ""
        self.types.append(f"{meant_dtype(tensor, self.exact)}{bracketed(tensor.shape)}{view}")
        # An expanded or transposed leaf keeps its strides, so that PyTorch too runs its kernels for them.
        leaf = tensor.detach()
        self.leaves.append(leaf.requires_grad_() if leaf.is_floating_point() else leaf)
        return len(self.known) - 1

    def substitute(self, value):
        if value is NULL:
            return None
        if isinstance(value, torch.Tensor):
            return self.leaves[self.position(value)]
        if isinstance(value, dict):
            return {key: self.substitute(each) for key, each in value.items()}
        if isinstance(value, (list, tuple)) and not isinstance(value, torch.Size):
            return type(value)(self.substitute(each) for each in value)
        return value


def holds_tensor(value):
    if isinstance(value, dict):
        return any(holds_tensor(each) for each in value.values())
    if isinstance(value, (list, tuple)):
        return any(holds_tensor(each) for each in value)
    return isinstance(value, torch.Tensor)


def named(result):
    if isinstance(result, torch.Tensor):
        return {"output": result}
    if isinstance(result, dict):
        return result
    return {str(k): each for k, each in enumerate(result)}


names = set()


def unique(name, default):
    """The name given, which nothing else may have, or the default one, numbered if there are several."""
    assert name not in names, f"two cases are named {name}"
    if name is None:
        numbered = (default if k == 1 else f"{default} #{k}" for k in itertools.count(1))
        name = next(each for each in numbered if each not in names)
    names.add(name)
    return name


def title(function, given, types):
    """`softmax f64[3,5] axis=0`."""
    plain = lambda value: json.dumps(value, separators=(",", ":")).replace('"', "")
    show = lambda value: types[value["input"]] if isinstance(value, dict) and "input" in value else plain(value)
    options = [f"{key}={show(value)}" for key, value in given.get("options", {}).items()]
    return " ".join([function, *map(show, given["operands"]), *options])


def output_dtype(tensor, exact, as_dtype, key):
    if isinstance(as_dtype, dict):
        return as_dtype.get(key, DTYPES[tensor.dtype])
    if as_dtype is not None:
        return as_dtype
    return meant_dtype(tensor, exact)


def meant_dtype(tensor, exact):
    return "i32" if tensor.dtype == torch.int64 and not exact else DTYPES[tensor.dtype]


def encode_input(tensor, exact):
    if tensor.dtype == torch.float64 and not exact:
        same = tensor.float().double()
        assert bool(((same == tensor) | tensor.isnan()).all()), "float32 has not all of these values"
    base, moves = layout(tensor)
    array = encode(base, meant_dtype(tensor, exact))
    return {**array, "moves": moves} if moves else array


def layout(tensor):
    """A contiguous base and the moves from it to a tensor of any strides: slice, reshape, expand, permute."""
    if tensor.is_contiguous() or tensor.numel() == 0:
        return tensor.detach(), []
    shape, strides = tensor.shape, tensor.stride()
    order = sorted(range(len(shape)), key=lambda axis: (-strides[axis], axis))  # expanded axes (stride 0) come last
    kept = [axis for axis in order if strides[axis] > 0 and shape[axis] > 1]
    steps = [strides[axis] for axis in kept]
    sizes = [shape[axis] for axis in kept]
    full, limits = [], []
    for k, (size, step) in enumerate(zip(sizes, steps)):
        last = k == len(sizes) - 1
        unit = 1 if last else step  # the last axis is sliced with steps, the others are whole numbers of rows
        full.append(size if k == 0 and not last else size * step if k == 0 else steps[k - 1] // unit)
        limits.append((size - 1) * step + 1 if last else size)
        assert k == 0 or (steps[k - 1] % unit == 0 and limits[-1] <= full[-1]), "clone() this view: no moves lead to it"
    flat = tensor.detach().as_strided([min(math.prod(full), available(tensor))], [1])
    base = torch.cat([flat, flat.new_zeros(math.prod(full) - flat.numel())]).reshape(full)
    moves = []
    if full != sizes:
        moves.append({"limits": limits, "steps": [1] * (len(full) - 1) + steps[-1:]})
    ranked = [shape[axis] if axis in kept else 1 for axis in order]
    if ranked != sizes:
        moves.append({"reshape": ranked})
    if ranked != [shape[axis] for axis in order]:
        moves.append({"expand": [shape[axis] for axis in order]})
    perm = [order.index(axis) for axis in range(len(shape))]
    if perm != sorted(perm):
        moves.append({"permute": perm})
    return base, moves


def available(tensor):
    return tensor.storage().size() - tensor.storage_offset()


def text_of(value):
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    return "-0" if is_negative_zero(value) else repr(value)


def is_negative_zero(value):
    return value == 0 and math.copysign(1, value) < 0


def encode(tensor, dtype=None):
    """`{type, data}`: numbers as text where that is short, else base64 of little-endian bytes: both exact."""
    tensor = tensor.detach().resolve_conj().contiguous()
    stored = dtype or DTYPES[tensor.dtype]
    header = f"{stored}{bracketed(tensor.shape)}"
    wide = tensor.reshape(-1)
    if tensor.is_floating_point():
        flat = wide.double().tolist()
        text = ",".join(short(value) for value in flat)
        raw = struct.pack(f"<{len(flat)}d", *flat) if tensor.dtype == torch.float64 else struct.pack(f"<{len(flat)}f", *flat)
        letter = "d" if tensor.dtype == torch.float64 else "f"
    else:
        flat = wide.long().tolist()
        text = ",".join(map(str, flat))
        letter, raw = "q", struct.pack(f"<{len(flat)}q", *flat)
    packed = f"{letter}:{base64.b64encode(raw).decode()}"
    return {"type": header, "data": text if len(text) <= len(packed) else packed}


def bracketed(shape):
    return f"[{','.join(map(str, shape))}]"


def short(value):
    text = text_of(value)
    if text.endswith(".0"):
        return text[:-2]
    return text.replace("0.", ".", 1) if text.startswith(("0.", "-0.")) else text


def write(family, path):
    """All cases recorded since the last call, one a line."""
    lines = ",\n".join(json.dumps(each, separators=(",", ":")) for each in cases)
    source = f"PyTorch {torch.__version__}, CPU; made by tools/golden/generate.py {family}; see README.md"
    with open(path, "w") as file:
        file.write(f'{{"source":{json.dumps(source)},"cases":[\n{lines}\n]}}\n')
    count = len(cases)
    cases.clear()
    names.clear()
    return count
