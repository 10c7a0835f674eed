"""Programs of one line per call, what each line says if it fails, and what the tensors are in the end: views that are written in
place, modes, gradients that are assigned, nodes of autograd's graph and what they saved.

    python3 tools/golden/torch/traces.py            writes tests/golden/torch/traces.json and kept.json
    python3 tools/golden/torch/random_traces.py     writes tests/golden/torch/random-traces.json

A line is `target = expression`, `a, b = expression`, `expression`, `object.attribute = expression` or `show expression`; with
`no_grad:`, `inference_mode:` or `enable_grad:` before it, it runs in that mode. Expressions are names, numbers, texts, lists, `None`,
`True`, `False`, dtypes as `torch.float32`, calls, attributes, and `x[...]` with numbers, slices, `None` and `...`. `leaf(2, 3)` and
`plain(2, 3)` are tensors of the numbers 1, 2, 3, ... by quarters; `graph(x)` is the graph behind x, `saved(x)` what its node saved.

`tests/torch/traces.test.ts` reads the same lines by the API rules.
"""

import json
import os
import re
import warnings

import torch

warnings.simplefilter("ignore")
here = os.path.dirname(os.path.abspath(__file__))
golden = os.path.join(here, "..", "..", "..", "tests", "golden", "torch")
NODES = {"ReshapeAliasBackward0": "ViewBackward0", "NormBackward1": "LinalgVectorNormBackward0",
         "SqueezeBackward2": "SqueezeBackward3", "SqueezeBackward3": "SqueezeBackward4"}
MODES = {"no_grad": torch.no_grad, "inference_mode": torch.inference_mode, "enable_grad": torch.enable_grad}


def plain(*sizes, dtype=torch.float32):
    size = torch.Size(sizes).numel()
    return (((torch.arange(size, dtype=torch.float64) * 5 % 13) + 1) / 4).to(dtype).reshape(sizes).clone()


def leaf(*sizes, dtype=torch.float32):
    return plain(*sizes, dtype=dtype).requires_grad_()


def name_of(node):
    name = node.name().removeprefix("torch::autograd::")
    return NODES.get(name, name)


def graph(root):
    """The nodes behind a tensor, each with its edges: places in the list, and which result."""
    order = [] if root.grad_fn is None else [root.grad_fn]
    for node in order:
        for follower, _ in node.next_functions:
            if follower is not None and follower not in order:
                order.append(follower)
    lines = []
    for node in order:
        edges = ", ".join("None" if follower is None else f"{order.index(follower)}.{output}" for follower, output in node.next_functions)
        lines.append(f"{name_of(node)}({edges})")
    return "; ".join(lines)


def saved(root):
    """What the node of a tensor saved."""
    node = root.grad_fn
    found = [name_of(node)]
    for attribute in dir(node):
        if attribute.startswith("_saved_") and not attribute.endswith("_strides"):
            value = getattr(node, attribute)
            found.append(f"{attribute[7:]}={show(value)}")
    return ", ".join(found)


def show(value):
    if isinstance(value, torch.Tensor):
        return f"{str(value.dtype)[6:]}{list(value.shape)}{numbers(value)}"
    if isinstance(value, (tuple, list)):
        return "(" + ", ".join(show(each) for each in value) + ")"
    if isinstance(value, float):
        return f"{value:.6g}"
    if hasattr(value, "next_functions"):
        return name_of(value)
    return str(value)


def numbers(tensor):
    return "[" + ", ".join(f"{each * (1 + 3e-7):.5g}" if isinstance(each, float) else str(each) for each in tensor.detach().reshape(-1).tolist()) + "]"


def state(names, tensor):
    base = next((name for name, other in names.items() if other is tensor._base), None if tensor._base is None else "?")
    node = None if tensor.grad_fn is None else name_of(tensor.grad_fn)
    grad = None if not tensor.is_leaf or tensor.grad is None else numbers(tensor.grad)
    return [str(tensor.dtype)[6:], list(tensor.shape), list(tensor.stride()), tensor.storage_offset(),
            0 if tensor.is_inference() else tensor._version, tensor.requires_grad, node, base, numbers(tensor), grad]


def environment():
    return {"torch": torch, "leaf": leaf, "plain": plain, "graph": graph, "saved": saved, "same": lambda x, y: x is y,
            "F": torch.nn.functional, "autograd": torch.autograd}


def run(lines, with_states=True):
    """What each line that fails or shows says, by its number, and the state of the tensors."""
    names = {}
    env = environment()
    said = {}
    for number, line in enumerate(lines):
        mode, _, rest = line.partition(": ") if re.match(r"\w+: ", line) else ("", "", line)
        shows = rest.startswith("show ")
        with MODES.get(mode, NoMode)():
            try:
                if shows:
                    said[number] = show(eval(rest[5:], env))
                else:
                    exec(rest, env)
            except Exception as error:
                text = str(error).split("\nException raised")[0].replace("SymInt", "int").replace("NormBackward1", NODES["NormBackward1"])
                said[number] = f"{type(error).__name__}: {text}"
        names = {name: value for name, value in env.items() if isinstance(value, torch.Tensor)}
    states = {}
    for name, tensor in names.items():
        try:
            states[name] = state(names, tensor)
        except Exception as error:
            states[name] = str(error).split("\nException raised")[0]
    return {"lines": lines, "said": said, **({"states": states} if with_states else {})}


class NoMode:
    def __enter__(self):
        return self

    def __exit__(self, *_):
        return False


def write(name, programs, with_states=True):
    path = os.path.join(golden, name)
    with open(path, "w") as file:
        file.write('{"source":"PyTorch %s","programs":[\n' % torch.__version__)
        file.write(",\n".join(json.dumps(run(lines, with_states), separators=(",", ":")) for lines in programs))
        file.write("\n]}\n")
    print(f"{name}: {len(programs)} programs, {os.path.getsize(path) / 1024:.0f} kB")


def programs_of(text):
    """Programs with empty lines between."""
    return [block.strip().split("\n") for block in re.split(r"\n\s*\n", text.strip())]


TEXT = """
x = plain(2, 3)
v = x.view(6)
x.t_()
x.add_(1)
show v
v.mul_(2)

x = leaf(2, 3)
y = x * 1
v = y[0]
y.t_()
v.mul_(2)
y.sum().backward()

x = leaf(2, 3)
x.t_()
no_grad: x.t_()

x = leaf(2, 3)
y = x * 2
y.transpose_(0, 1)
show graph(y)
y.sum().backward()

x = leaf(2, 3)
y = x * 2
y.unsqueeze_(0)
show graph(y)
y.squeeze_(0)
show graph(y)
(y * y).sum().backward()

x = leaf(2, 3)
y = x * 2
y.swapdims_(0, 1)
y.swapaxes_(0, 1)
show graph(y)

x = leaf(2, 3)
y = x * 2
v = y[0]
v.unsqueeze_(0)
show graph(v)
v.mul_(3)
show graph(y)
y.sum().backward()

x = leaf(2, 3)
y = x * 2
v = y.view(6)
v.squeeze_()
w = v.view(3, 2)
w.t_()
w.mul_(2)
show graph(w)
v.sum().backward()

x = leaf(2, 3)
y = x * 2
v = y.transpose(0, 1)
v.transpose_(0, 1)
y.mul_(2)
show v
v.sum().backward()

x = leaf(2, 3)
y = x * 2
y.as_strided_([2], [1], 1)
show graph(y)
y.sum().backward()

x = plain(2, 3)
x.as_strided_([3, 2], [1, 3])
x.as_strided_([4, 4], [4, 1])
x.as_strided_([2, 2], [1])

x = plain(2, 3)
d = x.detach()
d.t_()
x.add_(1)
show d

x = plain(2, 3)
a = x[0]
b = a[1:]
a.unsqueeze_(1)
b.add_(5)
show a
show x

x = plain(3)
x.unsqueeze_(5)
x.squeeze_(4)
x.t_()
x.transpose_(0, 1)
y = plain(2, 2, 2)
y.t_()

x = leaf(2, 2)
y = plain(2, 2)
x.data = y
y.add_(1)
show x
x.data = plain(3)
show x.shape

x = leaf(2, 2)
x.data = plain(2, 2, dtype=torch.float64)
show x.dtype
x.data = plain(2, 2, dtype=torch.int64)
show x.dtype
x.data = 3
x.data = None

x = plain(2, 2)
x.data = plain(2, 2, dtype=torch.int64)
show x.dtype

x = leaf(2, 2)
y = x * 2
y.data.add_(1)
show y
y.data = plain(2, 2)
show y
y.sum().backward()

x = leaf(2, 2)
y = x.exp()
y.data.mul_(2)
y.sum().backward()

x = leaf(2, 2)
y = x.exp()
y.detach().mul_(2)
y.sum().backward()

x = leaf(2, 2)
x.grad = plain(2, 2)
(x * 2).sum().backward()
show x.grad
x.grad = None
show x.grad
x.grad = 1
x.grad = "a"
x.grad = [1]
x.grad = plain(3)
x.grad = plain(2, 2, dtype=torch.float64)
x.grad = plain(2, 2, dtype=torch.int64)
x.grad = x
x.grad = plain(4).view(2, 2)
show x.grad

x = plain(2)
x.grad = plain(2)
show x.grad
y = plain(2, dtype=torch.int64)
y.grad = plain(2)
y.grad = plain(2, dtype=torch.int64)

x = leaf(2)
y = x * 2
y.grad = plain(2)
show y.grad
y.sum().backward()
show y.grad

x = leaf(2)
y = x * 2
y.requires_grad = False
y.requires_grad = True
x.requires_grad = False
z = x * 2
x.requires_grad = True
i = plain(2, dtype=torch.int64)
i.requires_grad = True
i.requires_grad = False
i.requires_grad_()

x = leaf(2)
x.requires_grad = 1

x = leaf(2, 2)
y = x * 2
y.detach_()
show y.grad_fn
v = x[0]
v.detach_()
z = (x * 2)[0]
z.detach_()
w = x.view(4)
w.detach_()

x = leaf(2)
x.detach_()
x.add_(1)

x = plain(2)
x.retain_grad()
y = leaf(2)
y.retain_grad()
show y.retains_grad
z = y * 2
z.retain_grad()
z.retain_grad()
z.sum().backward()
show z.grad
show z.retains_grad

x = leaf(2)
y = x * 2
y.retain_grad()
y.mul_(3)
y.sum().backward()
show y.grad

x = leaf(2, 2)
y = x * 2
no_grad: v = y.view(4)
v.mul_(2)
show v.requires_grad
no_grad: v.mul_(2)
show v
z = v + 1
y.sum().backward()

x = leaf(2, 2)
y = x * 2
no_grad: v = y[0]
y.mul_(3)
show v
show v.requires_grad
v.add_(1)

x = plain(2, 2)
no_grad: v = x[0]
y = leaf(2)
v.mul_(y)

x = plain(2, 2)
v = x[0]
y = leaf(2)
no_grad: v.mul_(y)
v.add_(y)
show x.requires_grad
x.sum().backward()

x = leaf(2, 2)
v = x[0]
v.add_(1)
no_grad: v.add_(1)
show v
v.sum().backward()

x = leaf(4)
y = x * 2
a, b = y.split(2)
a.mul_(2)
no_grad: a.mul_(2)
y.mul_(2)
a.sum().backward()

x = leaf(4)
y = x * 2
a, b = y.chunk(2)
y.mul_(2)
show a
show a.grad_fn

x = leaf(2, 2)
y = x * 2
a, b = y.unbind()
a.add_(1)

x = leaf(2, 2)
y = x * 2
no_grad: a, b = y.unbind()
a.add_(1)

inference_mode: x = plain(2, 2)
show x.is_inference()
inference_mode: x.add_(1)
y = leaf(2, 2)
z = x * y
w = x + 1
show w.is_inference()
x.requires_grad = True
v = x[0]
show v.is_inference()
z = x + y

inference_mode: x = plain(2, 2)
inference_mode: v = x.view(4)
show v.is_inference()
show x._version
v.mul_(2)
x.mul_(2)
x = None
v = None

x = leaf(2, 2)
inference_mode: y = x * 2
show y.requires_grad
inference_mode: v = x[0]
show v.is_inference()
v.sum().backward()
inference_mode: x.add_(1)
show x
inference_mode: v = x.view(4)
v.mul_(2)

x = plain(2, 2)
inference_mode: v = x.view(4)
show v.is_inference()
show v.requires_grad
inference_mode: v.add_(1)
v.add_(1)
y = leaf(4)
v.mul_(y)

inference_mode: x = plain(3)
y = leaf(3)
z = y.add(x)
z = y.mul(x)
z = x.exp()
z = torch.cat([x, y])
y.copy_(x)
no_grad: y.copy_(x)
show y
z = y.where(x > 1, x)
z = x.detach()
show z.is_inference()
c = x * 1
c.requires_grad_()
(c * 2).sum().backward()

inference_mode: x = plain(3)
x.sum().backward()
no_grad: x.add_(1)
x.t_()
x.data.add_(1)
x.zero_()
x = None

x = leaf(3)
y = x * 2
inference_mode: y.add_(1)
show y
y.sum().backward()

x = leaf(3)
y = x.exp()
inference_mode: y.add_(1)
y.sum().backward()

x = leaf(3)
y = x.exp()
y.sum().backward()
y.sum().backward()

x = leaf(3)
y = x.exp()
y.add_(1)
y.sum().backward()

x = leaf(3)
y = x.sigmoid().mul(x)
x.data.add_(1)
no_grad: x.add_(1)
y.sum().backward()

x = leaf(2, 3)
y = x.as_strided([3], [1], 1)
show graph(y)
(y * y).sum().backward()

x = leaf(2, 3)
y = x.t().as_strided([2, 2], [1, 2], 1)
show graph(y)
(y * plain(2, 2)).sum().backward()

x = leaf(2, 4)
y = x[:, 1:3].as_strided([2, 2], [4, 1], 1)
(y * plain(2, 2)).sum().backward()

x = leaf(2, 4)
y = x[:, ::2].as_strided([2, 2], [4, 2], 0)
(y * plain(2, 2)).sum().backward()

x = leaf(2, 4)
y = x[:, ::2].as_strided([4], [1], 0)
(y * plain(4)).sum().backward()

x = leaf(6)
y = x.as_strided([3, 3], [1, 1])
show y
(y * plain(3, 3)).sum().backward()

x = leaf(3)
y = x.expand(2, 3).as_strided([2, 3], [0, 1])
(y * plain(2, 3)).sum().backward()

x = leaf(3)
y = x.expand(2, 3).as_strided([3], [1])
(y * plain(3)).sum().backward()

x = leaf(6)
y = x * 1
v = y.as_strided([3], [2], 1)
v.mul_(10)
show graph(y)
y.sum().backward()

x = leaf(6)
y = x * 1
v = y.as_strided([2, 2], [1, 1])
v.mul_(10)
v.fill_(3)

x = leaf(6)
y = x * 1
v = y.unfold(0, 3, 3)
v.mul_(10)
y.unfold(0, 2, 2).mul_(10)
y.sum().backward()

x = plain(4)
y = x[1:]
z = x[:3]
y.add_(z)
y.copy_(z)
x.expand(2, 4).add_(1)
x.expand(2, 4).copy_(plain(2, 4))
x.expand(2, 4)[0].add_(1)

x = leaf(3)
z = plain(6)
z[::2] = x
show graph(z)
z[1] = 5
show graph(z)
z[[0, 5]] = x[:2]
show graph(z)
z.sum().backward()

x = leaf(2, 3)
y = x * 1
y[0] = 0
y[:, 1] = x[:, 0]
show graph(y)
(y * y).sum().backward()

x = leaf(2, 3)
y = x * 1
v = y.t()
w = v[0]
w.zero_()
show graph(v)
show graph(w)
v.sum().backward()

x = leaf(2, 3)
y = x * 1
v = y.view(6)
y.mul_(2)
v.mul_(3)
y.mul_(4)
show graph(v)
show graph(y)
v.sum().backward()

x = leaf(2)
y = plain(2)
v = y.view(2, 1)
y.add_(x)
show v.requires_grad
show graph(v)
v.sum().backward()

x = leaf(2)
x.mul_(2)
x.zero_()
x[0] = 1
x.fill_(1)
x.copy_(plain(2))
x.view(2).add_(1)
x.unsqueeze_(0)
x.uniform_()

x = leaf(2)
y = x * 1
y.exp_()
show graph(y)
y.sqrt_()
y.add_(x)
y.sum().backward()

x = leaf(2)
y = x * 1
y.mul_(y)
show graph(y)
y.sum().backward()

x = leaf(2)
y = x * 1
y.sub_(y * 2)
y.div_(x)
y.pow_(2)
show graph(y)
y.sum().backward()

x = leaf(2, dtype=torch.float64)
y = plain(2)
y.add_(x)
show graph(y)
y.sum().backward()
show x.grad.dtype

x = leaf(2, 2)
y = x.float()
show same(y, x)
z = x.double()
show graph(z)
w = z.to(torch.float32)
w.sum().backward()

x = leaf(3)
autograd.grad(x.sum(), [x, plain(2)])
autograd.grad(x, x)
autograd.grad(plain(2).sum(), x)
x.sum().backward(plain(2))
(x * 2).backward(torch.ones(3, dtype=torch.float64))
show x.grad
x.backward()

x = leaf(3)
y = x * 2
y.backward(torch.ones(3), retain_graph=True)
y.backward(torch.ones(3), inputs=[x])
show x.grad
y.sum().backward(inputs=[y])
y.sum().backward(inputs=[])
y.sum().backward(inputs=[plain(3)])
"""

# What an operation keeps is found out by writing to its operand, and to its result, before backward.
KEEPS = """exp sqrt sin cos tan tanh sigmoid relu log log2 log1p abs neg square reciprocal rsqrt erf asin acos atan sinh cosh asinh softmax(0)
log_softmax(0) sum(0) prod() prod(0) cumsum(0) cumprod(0) logsumexp(0) std() var() amax(0) max(0)[0] max() median() norm() clamp(1,2)
clamp(min=1) pow(2) pow(0.5) pow(b) mul(b) mul(2) div(b) div(2) add(b) sub(b) atan2(b) maximum(b) minimum(b) remainder(b) fmod(b)
hypot(b) lerp(b,0.5) addcmul(b,b) addcdiv(b,b) dot(b) outer(b) expand(2,3) flip(0) roll(1) repeat(2) sort()[0] topk(2)[0] trunc() floor()
sign() sgn() logit(0.1) expm1 exp2 log10 erfc erfinv lgamma digamma xlogy(b) copysign(b) logaddexp(b) nan_to_num() masked_fill(b>1,0) where(b>1,b)
gather(0,torch.arange(2)) index_select(0,torch.arange(2)) cummax(0)[0] matmul(b) var(0) heaviside(b)""".split()
MODULE = """relu(a) leaky_relu(a) elu(a) gelu(a) silu(a) softplus(a) hardtanh(a) hardswish(a) hardsigmoid(a) logsigmoid(a) mish(a) selu(a) celu(a)
softsign(a) tanhshrink(a) relu6(a) threshold(a,1,0) softshrink(a) hardshrink(a) glu(a.repeat(2)) mse_loss(a,b) l1_loss(a,b)
smooth_l1_loss(a,b) huber_loss(a,b) binary_cross_entropy_with_logits(a,b) layer_norm(a,[3])""".split()


def keeps(expression):
    spelled = expression if "(" in expression else expression + "()"
    call = f"F.{spelled}" if spelled.replace("\n", "") in MODULE_SET else f"a.{spelled}"
    start = ["x = leaf(3)", "w = leaf(3)", "a = x * 1", "b = w * 1 + 0.3", f"y = {call}"]
    return [[*start, write, "y.sum().backward()"] for write in ("y.add_(1)", "a.add_(1)", "b.add_(1)")]


MODULE_SET = set(MODULE)

# What nodes save, and the graphs they are in.
SAVES = """
x + x;x + 1;x + c;x.add(x, alpha=2);x - x;x - 1;x * x;x * 2;x * c;x / x;x / 2;2 / x;-x;x ** 2;x ** x;2 ** x;x.exp();x.log();x.sqrt();x.sin()
x.tanh();x.sigmoid();x.relu();x.abs();x.sum();x.sum(0);x.sum(1, True);x.mean();x.prod();x.prod(0);x.max();x.max(0)[0];x.amax(0)
x.std(0);x.var(0);x.logsumexp(0);x.cumsum(0);x.softmax(0);x.log_softmax(1);x.t();x.transpose(0, 1);x.permute(1, 0)
x.view(6);x.reshape(6);x.view(6).unsqueeze(0);x.unsqueeze(0).squeeze(0);x.unsqueeze(0).squeeze();x.expand(2, 2, 3);x[0];x[:, 1];x[0:1]
x.select(0, 1);x.narrow(1, 0, 2);x.split(1)[0];x.chunk(2, 1)[0];x.unbind()[0];torch.cat([x, x]);torch.stack([x, x])
x.index_select(0, i);x.gather(0, z);x.masked_fill(m, 0);torch.where(m, x, c);x.clamp(1, 2);x.clamp(min=1);x.diagonal()
x.triu();x.flip(0);x.repeat(2, 1);x.cumprod(0);F.mse_loss(x, c);F.smooth_l1_loss(x, c);F.binary_cross_entropy_with_logits(x, c)
F.gelu(x);F.leaky_relu(x);F.silu(x);F.hardtanh(x);x.clone();x.double();x.copysign(c);x.atan2(x);x.maximum(c);x.minimum(x);x.pow(3.5);x.sign()
x.floor();x.unsqueeze(0).bmm(w.unsqueeze(0));x.lerp(c, 0.5);x.mv(b);b.dot(b);b.outer(b);x.median();x.scatter(0, z, 1.0);x.index_add(0, i, c)
x.as_strided([2], [1]);x.unfold(1, 2, 1);x.movedim(0, 1);x.rsqrt();x.reciprocal();x.erf();x.round();x.where(m, c);x.fmod(2);x.remainder(2)
x.log1p();x.expm1();x.asin();x.cosh();x.logaddexp(x);x.xlogy(x);x.trunc();x.digamma();F.elu(x);F.threshold(x, 1, 0);F.hardswish(x)
x.min(0)[0];x.amin(1);x.nansum(0);x.trace();x.tril();x.matmul(b);x.ravel();x.flatten();x.swapdims(0, 1);x.split([1, 1])[1];x.take(i);x.roll(1, 0)
x.addcmul(x, c);x.addcdiv(x, c);x.rot90();x.square();x.neg();x.sub(x, alpha=3);x.clamp_min(1);x.logit(0.1);x.tan()
"""
SAVED_START = ["x = leaf(2, 3)", "w = leaf(3, 2)", "b = leaf(3)", "c = plain(2, 3)", "i = torch.arange(2)", "m = plain(3) > 1",
               "z = torch.zeros(1, 3, dtype=torch.int64)"]


def saves():
    return [[*SAVED_START, f"y = {each}", "show graph(y)", "show saved(y)"] for each in re.split(r"[;\n]", SAVES.strip())]



def all_programs():
    return programs_of(TEXT) + saves() + [program for each in KEEPS + MODULE for program in keeps(each)]


if __name__ == "__main__":
    write("traces.json", programs_of(TEXT))
    write("saved.json", saves(), with_states=False)
    write("kept.json", [program for each in KEEPS + MODULE for program in keeps(each)], with_states=False)
