"""Calls of PyTorch's functions, as data: what they give, or what they say is wrong. No TypeScript is written per case.

A family is a module `calls/<family>.py` that makes cases; `python3 tools/golden/torch/generate_calls.py [family...]` writes
`tests/torch/calls/<family>.json`, and `tests/torch/calls.test.ts` makes the same calls by the API rules:

    from calls import call, error, given
    x = given([[1.0, -2.0], [3.0, 0.5]], grad=True)
    call("sum", x, dim=1, keepdim=True)            torch.sum(x, ...) and x.sum(...): whichever PyTorch has, ours has too
    call("nn.functional.relu6", x)
    call("add_", x, 2)                             in place: the operand's contents are compared, too
    call("at", x, 0, slice(1, None))               x[0, 1:], here x.at(0, slice(1, null)); set_at(x, [0], 5) is x[0] = 5
    call("view", x.to("t"), 4)                     `given(...).to(method, *args)` makes a view of the operand first, on both sides
    call("add", x, 2, out=given([0.0]))            what is written to `out`, and the strides it has then; a function only
    error("view", x, 3, 2)                         the class and the text of the exception are compared

`call(name, *arguments, node=None, tolerance=None, values=True, gradient=True, forms=None, **keywords)`
    arguments, keywords   tensors (`given`), numbers, booleans, texts, None, dtypes, slices, Ellipsis, lists of these. Whole numbers
                          are Python ints: JavaScript has no 2.0.
    node                  name of the result's grad_fn where 2.x differs from 1.13.
    tolerance             of floats, relative to the largest element; default by dtype.
    values                False: only dtypes, shapes, strides and nodes are compared.
    forms                 Default: as function and as method, where PyTorch has both. ["function"] where the method takes others.
    gradient              False: not differentiated. Default: where an operand has grad=True, the gradients of all float results are
                          taken with the cotangents (7 k mod 11 - 5) / 4.
`error(name, *arguments, message=None, kind=None, backward=False, forms=None, **keywords)`
    message, kind         text and class where 2.x differs from 1.13.
    backward              the exception is that of backward.

Of each result: dtype, shape, strides, the name of its grad_fn, whether it is an operand itself, and its elements.
"""

import base64
import json
import math

import torch

DTYPES = {torch.float64: "float64", torch.float32: "float32", torch.float16: "float16", torch.bfloat16: "bfloat16",
          torch.int64: "int64", torch.int32: "int32", torch.int16: "int16", torch.int8: "int8", torch.uint8: "uint8",
          torch.bool: "bool"}
# What 2.x calls nodes of 1.13.
NODES = {"ReshapeAliasBackward0": "ViewBackward0"}

cases = []
names = set()


class Given:
    """A tensor both sides make: its data, whether it requires a gradient, and methods called on it before the call."""

    def __init__(self, data, dtype=None, grad=False, moves=()):
        self.base = data.clone() if isinstance(data, torch.Tensor) else torch.tensor(data, dtype=dtype)
        self.grad = grad
        self.moves = tuple(moves)

    def to(self, method, *arguments):
        return Given(self.base, None, self.grad, (*self.moves, (method, arguments)))

    def make(self, is_written=False):
        leaf = self.base.clone().requires_grad_(self.grad)
        operand = leaf.clone() if is_written and self.grad else leaf
        for method, arguments in self.moves:
            operand = getattr(operand, method)(*arguments)
        return leaf, operand


def given(data, dtype=None, grad=False):
    return Given(data, dtype, grad)


def assign(x, items, value):
    x[tuple(items) if len(items) != 1 else items[0]] = value
    return x


# Methods here that are operators in Python.
OPERATORS = {"at": lambda x, *items: x[items if len(items) != 1 else items[0]], "set_at": assign}


def resolve(path):
    """torch.<path>, or None; and the method of that name, or None."""
    if path in OPERATORS:
        return None, OPERATORS[path]
    owner = torch
    for part in path.split("."):
        owner = getattr(owner, part, None)
    method = getattr(torch.Tensor, path, None) if "." not in path else None
    return owner, method


class Call:
    def __init__(self, name, arguments, keywords):
        self.name, self.arguments, self.keywords = name, arguments, keywords
        self.function, self.method = resolve(name)
        assert self.function or self.method, f"PyTorch has no {name}"
        self.inputs = []
        self.record = {"call": name, "args": [self.encode(each) for each in arguments]}
        if keywords:
            self.record["kwargs"] = {key: self.encode(value) for key, value in keywords.items()}
        is_of_tensor = bool(arguments) and isinstance(arguments[0], Given)
        has = {"function": self.function, "method": self.method and is_of_tensor}
        self.record["forms"] = [form for form in has if has[form]]
        self.record["inputs"] = [self.encode_input(each) for each in self.inputs]
        self.is_written = name == "set_at" or name.endswith("_") and not name.endswith("__") or "out" in keywords
        if "out" in keywords:
            self.record["forms"] = ["function"]

    def encode(self, value):
        if isinstance(value, Given):
            if value not in self.inputs:
                self.inputs.append(value)
            return {"input": self.inputs.index(value)}
        if isinstance(value, torch.dtype):
            return {"dtype": DTYPES[value]}
        if isinstance(value, (list, tuple)):
            return [self.encode(each) for each in value]
        if isinstance(value, slice):
            return {"slice": [value.start, value.stop, value.step]}
        if value is Ellipsis:
            return {"text": "..."}
        if isinstance(value, float) and not math.isfinite(value):
            return {"number": str(value)}
        assert value is None or isinstance(value, (bool, int, float, str)), value
        return value

    def encode_input(self, value):
        record = encode_tensor(value.base)
        if value.grad:
            record["grad"] = True
        if value.moves:
            record["moves"] = [[method, list(arguments)] for method, arguments in value.moves]
        return record

    def run(self):
        """Leaves, operands and the result."""
        made = [each.make(self.is_written) for each in self.inputs]
        operands = {id(each): operand for each, (_, operand) in zip(self.inputs, made)}
        substitute = lambda value: (operands[id(value)] if isinstance(value, Given)
                                    else type(value)(substitute(each) for each in value) if isinstance(value, (list, tuple)) else value)
        function = self.method if self.record["forms"] == ["method"] else self.function or self.method
        result = function(*[substitute(each) for each in self.arguments],
                          **{key: substitute(value) for key, value in self.keywords.items()})
        return [leaf for leaf, _ in made], [operand for _, operand in made], result

    def title(self):
        spell = lambda value: (f"x{self.inputs.index(value)}" if isinstance(value, Given) else
                               "[" + ", ".join(spell(each) for each in value) + "]" if isinstance(value, (list, tuple)) else str(value))
        parts = [spell(each) for each in self.arguments] + [f"{key}={spell(value)}" for key, value in self.keywords.items()]
        types = ", ".join(f"{DTYPES[each.base.dtype]}{list(each.base.shape)}{''.join('.' + m for m, _ in each.moves)}" for each in self.inputs)
        title, number = f"{self.name}({', '.join(parts)}) of {types}", 2
        unique = title
        while unique in names:
            unique = f"{title} #{number}"
            number += 1
        names.add(unique)
        return unique


def call(name, *arguments, node=None, tolerance=None, values=True, gradient=True, forms=None, **keywords):
    made = Call(name, arguments, keywords)
    made.record["forms"] = forms or made.record["forms"]
    leaves, operands, result = made.run()
    record = {"name": made.title(), **made.record, "result": encode_result(result, operands, node, values)}
    if tolerance is not None:
        record["tolerance"] = tolerance
    if made.is_written:
        record["written"] = [encode_written(each.detach(), values) for each in operands]
    if gradient:
        differentiate(record, leaves, result)
    cases.append(record)


def differentiate(record, leaves, result):
    outputs = [each for each in tensors_of(result) if each.requires_grad]
    wanted = [leaf for leaf in leaves if leaf.requires_grad]
    if not outputs or not wanted:
        return
    cotangents = [cotangent_of(each) for each in outputs]
    found = torch.autograd.grad(outputs, wanted, cotangents, allow_unused=True)
    record["gradients"] = [None if each is None else encode_tensor(each.contiguous()) for each in found]


def cotangent_of(like):
    flat = (torch.arange(like.numel(), dtype=torch.float64) * 7 % 11 - 5) / 4
    return flat.reshape(like.shape).to(like.dtype)


def tensors_of(result):
    if isinstance(result, torch.Tensor):
        return [result]
    return [each for part in result for each in tensors_of(part)] if isinstance(result, (list, tuple)) else []


def error(name, *arguments, message=None, kind=None, backward=False, forms=None, **keywords):
    made = Call(name, arguments, keywords)
    made.record["forms"] = forms or made.record["forms"]
    record = {"name": "error: " + made.title(), **made.record}
    try:
        _, _, result = made.run()
        if backward:
            for each in tensors_of(result):
                if each.requires_grad:
                    each.backward(torch.ones_like(each))
    except Exception as raised:
        record["error"] = {"kind": kind or type(raised).__name__, "message": message or text_of(raised)}
    else:
        assert message is not None, f"{made.record}: raises nothing; give message and kind where 2.x does"
        record["error"] = {"kind": kind, "message": message}
    if backward:
        record["error"]["backward"] = True
    cases.append(record)


def text_of(raised):
    """The text of an exception; 2.x does not speak of SymInts."""
    return str(raised).split("\nException raised")[0].replace("SymInt", "int")


def encode_result(result, operands, node, values):
    if isinstance(result, torch.Tensor):
        for k, operand in enumerate(operands):
            if result is operand:
                return {"same": k, "node": name_of(result, node)}
        record = encode_tensor(result.detach(), values)
        record["strides"] = list(result.stride())
        record["node"] = name_of(result, node)
        return record
    if isinstance(result, (list, tuple)):
        fields = getattr(result, "_fields", None)
        if fields is None and isinstance(result, tuple) and hasattr(result, "n_sequence_fields"):
            fields = [name for name in dir(result) if any(getattr(result, name) is each for each in result)]
            fields.sort(key=lambda name: [getattr(result, name) is each for each in result].index(True))
        record = {"items": [encode_result(each, operands, node, values) for each in result]}
        if fields:
            record["fields"] = list(fields)
        return record
    if isinstance(result, torch.dtype):
        return {"value": {"dtype": DTYPES[result]}}
    if isinstance(result, float) and not math.isfinite(result):
        return {"value": {"number": str(result)}}
    return {"value": result}


def name_of(tensor, override):
    if tensor.grad_fn is None:
        return None
    name = tensor.grad_fn.name().removeprefix("torch::autograd::")
    return override or NODES.get(name, name)


def encode_tensor(tensor, values=True):
    record = {"dtype": DTYPES[tensor.dtype], "shape": list(tensor.shape)}
    if values:
        record["data"] = encode_data(tensor.contiguous())
    return record


def encode_written(tensor, values):
    record = encode_tensor(tensor, values)
    if not tensor.is_contiguous():
        record["strides"] = list(tensor.stride())
    return record


def encode_data(tensor):
    """Numbers with commas between where that is short, else base64 of float64, or of int64."""
    flat = tensor.reshape(-1)
    if not flat.is_floating_point():
        return ",".join(str(int(each)) for each in flat.tolist())
    texts = [format_number(each) for each in flat.to(torch.float64).tolist()]
    text = ",".join(texts)
    if len(text) <= 8 * max(len(texts), 1):
        return text
    kind, wide = ("d", torch.float64) if tensor.dtype == torch.float64 else ("f", torch.float32)
    return f"{kind}:" + base64.b64encode(flat.to(wide).numpy().tobytes()).decode()


def format_number(value):
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    if value == 0 and math.copysign(1, value) < 0:
        return "-0"
    return repr(int(value)) if value == int(value) and abs(value) < 1e15 else repr(value)


def write(path):
    with open(path, "w") as file:
        file.write('{"source":"PyTorch %s","cases":[\n' % torch.__version__)
        file.write(",\n".join(json.dumps(each, separators=(",", ":")) for each in cases))
        file.write("\n]}\n")
    count = len(cases)
    cases.clear()
    names.clear()
    return count
