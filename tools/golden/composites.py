"""Values and derivatives of the composites, computed by PyTorch in float64, for tests that need no Python.

Run with a Python that has PyTorch:
    python3 tools/golden/composites.py tests/composites/golden/composites.json
The result is committed; README.md beside it says by which version it was made.
"""

import json
import math
import sys

import torch
import torch.nn.functional as F

torch.manual_seed(20240229)
DTYPES = {torch.float64: "f64", torch.int64: "i32"}


def numbers(*shape, scale=2.0):
    """Reproducible inputs with few digits, free of ties."""
    return (torch.randn(shape, dtype=torch.float64) * scale * 1000).round() / 1000


def encode(value):
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    return value


def array(tensor):
    flat = tensor.detach().reshape(-1).tolist()
    data = [encode(value) if isinstance(value, float) else value for value in flat]
    return {"dtype": DTYPES[tensor.dtype], "shape": list(tensor.shape), "data": data}


cases = {}


def case(name, function, **inputs):
    """Records function(**inputs), and the derivatives of sum(output * cotangent) by the float inputs."""
    leaves = {}
    for key, tensor in inputs.items():
        leaf = tensor.clone()
        leaves[key] = leaf.requires_grad_() if tensor.dtype == torch.float64 else leaf
    output = function(**leaves)
    cotangent = numbers(*output.shape, scale=1.0)
    (output * cotangent).sum().backward()
    cases[name] = {
        "inputs": {key: array(tensor) for key, tensor in inputs.items()},
        "output": array(output),
        "cotangent": array(cotangent),
        "gradients": {key: array(leaf.grad) for key, leaf in leaves.items() if leaf.grad is not None},
    }


def vector(*values):
    return torch.tensor(values, dtype=torch.float64)


nan, inf = math.nan, math.inf
kinks = vector(-3.0, -1.0, -0.25, 0.0, 0.25, 1.0, 3.0)
extremes = vector(-inf, -1000.0, -88.5, -30.0, 0.0, 30.0, 88.5, 1000.0, inf, nan)
large = vector(-1000.0, -88.5, -30.0, -6.0, 0.0, 6.0, 30.0, 88.5, 1000.0)

case("relu", F.relu, input=kinks)
case("relu-extremes", F.relu, input=extremes)
case("sigmoid", torch.sigmoid, input=kinks)
case("sigmoid-extremes", torch.sigmoid, input=extremes)
case("log-sigmoid", F.logsigmoid, input=large)
case("silu", F.silu, input=large)
case("gelu-none", F.gelu, input=large)
case("gelu-tanh", lambda input: F.gelu(input, approximate="tanh"), input=kinks)
case("gelu-tanh-large", lambda input: F.gelu(input, approximate="tanh"), input=large)

rows = numbers(3, 5)
masked = vector(1.0, -inf, 2.0, -inf)
case("softmax", lambda input: F.softmax(input, dim=-1), input=rows)
case("softmax-axis-0", lambda input: F.softmax(input, dim=0), input=rows)
case("softmax-large", lambda input: F.softmax(input, dim=-1), input=rows * 1000)
case("softmax-masked", lambda input: F.softmax(input, dim=-1), input=masked)
case("log-softmax", lambda input: F.log_softmax(input, dim=-1), input=rows)
case("log-softmax-axis-1", lambda input: F.log_softmax(input, dim=1), input=numbers(2, 3, 4))
case("log-sum-exp", lambda input: torch.logsumexp(input, dim=-1), input=rows)
case("log-sum-exp-keep", lambda input: torch.logsumexp(input, dim=0, keepdim=True), input=rows * 1000)
case("log-sum-exp-infinite", lambda input: torch.logsumexp(input, dim=-1),
     input=torch.stack([vector(-inf, -inf), vector(1.0, inf), vector(-inf, 2.0)]))

case("layer-norm", lambda x: F.layer_norm(x, (5,)), x=rows)
case("layer-norm-affine", lambda x, weight, bias: F.layer_norm(x, (3, 4), weight, bias, eps=1e-3),
     x=numbers(2, 3, 4), weight=numbers(3, 4), bias=numbers(3, 4))
case("batch-norm", lambda x, weight, bias: F.batch_norm(x, None, None, weight, bias, training=True),
     x=numbers(3, 2, 4, 2), weight=numbers(2), bias=numbers(2))
case("batch-norm-inference",
     lambda x, mean, variance, weight, bias: F.batch_norm(x, mean.detach(), variance.detach(), weight, bias, eps=0.1),
     x=numbers(3, 2), mean=numbers(2), variance=numbers(2).abs() + 0.5, weight=numbers(2), bias=numbers(2))

classes = torch.tensor([4, 0, 2])
case("cross-entropy", lambda logits, classes: F.cross_entropy(logits, classes), logits=rows, classes=classes)
case("cross-entropy-sum", lambda logits, classes: F.cross_entropy(logits, classes, reduction="sum"),
     logits=rows * 1000, classes=classes)
case("cross-entropy-none", lambda logits, classes: F.cross_entropy(logits, classes, reduction="none"),
     logits=numbers(2, 3, 2), classes=torch.tensor([[0, 2], [1, 1]]))
case("mse", lambda x, target: F.mse_loss(x, target), x=rows, target=numbers(3, 5))
case("mse-none", lambda x, target: F.mse_loss(x, target, reduction="none"), x=rows, target=numbers(3, 5))
case("linear", lambda x, weight, bias: F.linear(x, weight, bias), x=numbers(2, 3, 4), weight=numbers(5, 4),
     bias=numbers(5))

case("conv2d", lambda x, weight: F.conv2d(x, weight), x=numbers(2, 3, 5, 4), weight=numbers(4, 3, 3, 2))
case("conv2d-options", lambda x, weight, bias: F.conv2d(x, weight, bias, stride=(2, 1), padding=(2, 1), dilation=(1, 2)),
     x=numbers(2, 2, 6, 5), weight=numbers(3, 2, 3, 2), bias=numbers(3))
case("conv2d-groups", lambda x, weight, bias: F.conv2d(x, weight, bias, padding=1, groups=2),
     x=numbers(2, 4, 3, 4), weight=numbers(6, 2, 3, 3), bias=numbers(6))
case("conv2d-depthwise", lambda x, weight: F.conv2d(x, weight, stride=2, groups=3), x=numbers(1, 3, 5, 5),
     weight=numbers(3, 1, 2, 2))
case("conv1d", lambda x, weight, bias: F.conv1d(x, weight, bias, stride=2, padding=1), x=numbers(2, 3, 7),
     weight=numbers(4, 3, 3), bias=numbers(4))

tied = torch.tensor([[[[1.0, 1.0, 0.0, 2.0], [1.0, 1.0, 2.0, 2.0], [0.0, 0.0, -1.0, -1.0], [0.0, 3.0, -1.0, -2.0]]]],
                    dtype=torch.float64)
case("max-pool", lambda x: F.max_pool2d(x, 2), x=numbers(2, 3, 4, 6))
case("max-pool-remainder", lambda x: F.max_pool2d(x, 2), x=numbers(1, 2, 5, 3))
case("max-pool-options", lambda x: F.max_pool2d(x, (3, 2), stride=(2, 1), padding=1, dilation=(1, 2)),
     x=numbers(2, 2, 6, 5))
case("max-pool-ties", lambda x: F.max_pool2d(x, 2), x=tied)
case("max-pool-overlapping-ties", lambda x: F.max_pool2d(x, 3, stride=1, padding=1), x=tied)
case("avg-pool", lambda x: F.avg_pool2d(x, 2), x=numbers(2, 3, 4, 6))
case("avg-pool-options", lambda x: F.avg_pool2d(x, 3, stride=2, padding=1), x=numbers(2, 2, 5, 6))

text = json.dumps({"source": f"PyTorch {torch.__version__}, float64", "cases": cases}, separators=(",", ":"))
with open(sys.argv[1], "w") as file:
    file.write(text.replace('},"', '},\n"') + "\n")
print(len(cases), "cases", len(text), "characters")
