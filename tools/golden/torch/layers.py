"""Layers of torch.nn as data: `python3 tools/golden/torch/layers.py` writes tests/torch/layers/layers.json.

Each case makes a layer after a seed and calls it: what it prints, the names, shapes and exact numbers of its state, its results, the
gradients of inputs and parameters (cotangents as in calls.py), and its buffers after the call. Arguments are encoded as in calls.py.
"""

import json
import os
import sys
import warnings

import torch
from torch import nn

here = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, here)
sys.dont_write_bytecode = True

from calls import NODES, cotangent_of, encode_tensor, given, tensors_of  # noqa: E402

warnings.simplefilter("ignore")
torch.set_num_threads(1)
cases = []
made_up = torch.tensor([((k * 37) % 61 - 30) / 16 for k in range(4096)], dtype=torch.float64)


def numbers(*shape, start=0, grad=True):
    count = int(torch.tensor(shape).prod()) if shape else 1
    return given(made_up[start:start + count].reshape(shape).to(torch.float32), grad=grad)


def whole(data):
    return given(torch.tensor(data))


def node_of(result):
    """As 2.x calls it: functions that make images larger have one form."""
    if result.grad_fn is None:
        return None
    name = NODES.get(result.grad_fn.name(), result.grad_fn.name()).removeprefix("torch::autograd::")
    return name.replace("DBackward1", "DBackward0") if name.startswith("Upsample") else name


def text_of_list(modules):
    """As 2.x prints a ModuleList: neighbours that print the same are one entry."""
    lines, texts, start = [], [repr(each) for each in modules], 0
    while start < len(texts):
        end = start + 1
        while end < len(texts) and texts[end] == texts[start]:
            end += 1
        label = f"({start}): " if end == start + 1 else f"({start}-{end - 1}): {end - start} x "
        lines.append("  " + (label + texts[start]).replace("\n", "\n  "))
        start = end
    return "ModuleList(\n" + "\n".join(lines) + "\n)" if lines else "ModuleList()"


nn.ModuleList.__repr__ = text_of_list


class Encoder:
    def __init__(self):
        self.inputs = []

    def __call__(self, value):
        if hasattr(value, "base"):
            if value not in self.inputs:
                self.inputs.append(value)
            return {"input": self.inputs.index(value)}
        if isinstance(value, (list, tuple)):
            return [self(each) for each in value]
        if isinstance(value, nn.Module):
            return {"layer": value.recipe}
        assert value is None or isinstance(value, (bool, int, float, str)), value
        return value


def recipe(name, *arguments, **keywords):
    """A layer that is an argument of another: made first, with the same seed."""
    module = getattr(nn, name)(*arguments, **keywords)
    encode = Encoder()
    module.recipe = {"class": name, "args": encode(list(arguments)), "kwargs": encode_keywords(encode, keywords)}
    return module


def encode_keywords(encode, keywords):
    return {key: encode(value) for key, value in keywords.items()}


def layer(name, arguments, inputs=None, keywords=None, call=None, evaluates=False, tolerance=None, gradient=True, calls=1, prints=None):
    """`arguments` may be a function: it is called after the seed. `call`: keywords of the call."""
    torch.manual_seed(len(cases) + 1)
    arguments = arguments() if callable(arguments) else arguments
    keywords, call = keywords or {}, call or {}
    encode = Encoder()
    resolve = lambda value: value.base.clone() if hasattr(value, "base") else value
    module = getattr(nn, name)(*[resolve(each) for each in arguments], **{key: resolve(value) for key, value in keywords.items()})
    record = {"name": f"{name} {len(cases)}", "class": name, "seed": len(cases) + 1, "args": encode(list(arguments)),
              "kwargs": encode_keywords(encode, keywords), "text": prints or repr(module)}
    record["state"] = [[key, encode_tensor(value)] for key, value in module.state_dict().items()]
    if evaluates:
        record["evaluates"] = True
        module.eval()
    if inputs is not None:
        record["call"] = [encode(each) for each in inputs]
        if call:
            record["callKwargs"] = encode_keywords(encode, call)
        if calls > 1:
            record["calls"] = calls
        leaves = {id(each): each.base.clone().requires_grad_(each.grad) for each in encode.inputs}
        put = lambda value: (leaves[id(value)] if hasattr(value, "base") else type(value)(put(each) for each in value) if isinstance(value, (list, tuple)) else value)
        for _ in range(calls):
            result = module(*[put(each) for each in inputs], **{key: put(value) for key, value in call.items()})
        record["results"] = [encode_tensor(each.detach()) for each in tensors_of(result)]
        record["node"] = node_of(tensors_of(result)[0])
        outputs = [each for each in tensors_of(result) if each.requires_grad]
        wanted = [leaf for leaf in leaves.values() if leaf.requires_grad] + list(module.parameters())
        if gradient and outputs and wanted:
            found = torch.autograd.grad(outputs, wanted, [cotangent_of(each) for each in outputs], allow_unused=True)
            record["gradients"] = [None if each is None else encode_tensor(each.contiguous()) for each in found]
        buffers = [[key, encode_tensor(value)] for key, value in module.named_buffers()]
        if buffers:
            record["buffers"] = buffers
    record["inputs"] = []
    for each in encode.inputs:
        record["inputs"].append({**encode_tensor(each.base), **({"grad": True} if each.grad else {})})
    if tolerance is not None:
        record["tolerance"] = tolerance
    cases.append(record)


x = numbers(3, 4)
image = numbers(2, 4, 5, 6)
layer("Identity", [], [x])
layer("Linear", [4, 3], [x])
layer("Linear", [4, 3], [numbers(2, 3, 4)], {"bias": False})
layer("Bilinear", [4, 3, 2], [x, numbers(3, 3, start=9)])
layer("Flatten", [], [image])
layer("Flatten", [0, 2], [image])
layer("Unflatten", [1, (2, 2)], [image])
for name in "ReLU ReLU6 LeakyReLU ELU CELU SELU GELU SiLU Mish Softplus Softsign Hardtanh Hardsigmoid Hardswish LogSigmoid Tanhshrink Softshrink Hardshrink Sigmoid Tanh".split():
    layer(name, [], [x], tolerance=1e-5)
for name in "ReLU ReLU6 SELU SiLU Mish Hardsigmoid Hardswish".split():
    layer(name, [], keywords={"inplace": True})
layer("LeakyReLU", [0.2, True])
layer("ELU", [0.5, True])
layer("GELU", [], [x], {"approximate": "tanh"})
layer("Softplus", [2, 3], [x])
layer("Threshold", [0.1, 20], [x])
layer("GLU", [], [x])
for name in "Softmax Softmin LogSoftmax".split():
    layer(name, [1], [x], tolerance=1e-5)
    layer(name, [], keywords={"dim": 0})
layer("Softmax2d", [], [image], tolerance=1e-5)
layer("PReLU", [], [x])
layer("PReLU", [4, 0.5], [x])
layer("RReLU", [], [x])
layer("RReLU", [0.1, 0.5], [x], evaluates=True)
for name in "Dropout Dropout1d Dropout2d Dropout3d AlphaDropout FeatureAlphaDropout".split():
    shaped = {"Dropout1d": numbers(2, 3, 4), "Dropout3d": numbers(2, 3, 2, 2, 2)}.get(name, image)
    layer(name, [], [shaped])
    layer(name, [0.2], [shaped])
    layer(name, [0.2], [shaped], evaluates=True)
layer("Dropout", [0.25, True])

for rank, shape in ((1, (7,)), (2, (5, 6)), (3, (3, 4, 3))):
    inputs = [numbers(2, 4, *shape)]
    layer(f"Conv{rank}d", [4, 2, 3 if rank < 3 else 2], inputs)
    layer(f"Conv{rank}d", [4, 4, 2], inputs, {"stride": 2, "padding": 1, "groups": 2, "bias": False})
    layer(f"ConvTranspose{rank}d", [4, 2, 2], inputs)
    layer(f"ConvTranspose{rank}d", [4, 2, 3, 2, 1, 1], inputs)
    for mode in ("reflect", "circular", "replicate"):
        layer(f"Conv{rank}d", [4, 2, 3], inputs, {"padding": 1, "padding_mode": mode})
    layer(f"Conv{rank}d", [4, 2, 3], inputs, {"padding": "same", "dilation": 2})
    inputs = [numbers(1, 2, *{1: (8,), 2: (6, 5), 3: (4, 4, 4)}[rank])]
    layer(f"MaxPool{rank}d", [2], inputs)
    layer(f"MaxPool{rank}d", [2, 1], inputs, {"return_indices": True})
    layer(f"AvgPool{rank}d", [2], inputs)
    layer(f"AvgPool{rank}d", [3, 2, 1], inputs, {"count_include_pad": False})
    layer(f"AdaptiveAvgPool{rank}d", [2], inputs)
    layer(f"AdaptiveMaxPool{rank}d", [2], inputs)
    layer(f"MaxUnpool{rank}d", [2, 2])
    layer(f"ConstantPad{rank}d", [1, 3.5], inputs)
    layer(f"ReflectionPad{rank}d", [1], inputs)
    layer(f"ReplicationPad{rank}d", [1], inputs)
    layer(f"BatchNorm{rank}d", [4], [numbers(2, 4, *shape)], tolerance=2e-5, calls=2)
    layer(f"BatchNorm{rank}d", [4], [numbers(2, 4, *shape)], {"momentum": None, "affine": False}, tolerance=2e-5, calls=3)
    layer(f"BatchNorm{rank}d", [4], [numbers(2, 4, *shape)], evaluates=True)
    layer(f"InstanceNorm{rank}d", [4], [numbers(2, 4, *shape)], tolerance=2e-5)
    layer(f"InstanceNorm{rank}d", [4], [numbers(2, 4, *shape)], {"affine": True, "track_running_stats": True}, tolerance=2e-5)
layer("ZeroPad2d", [(1, 2, 0, 1)], [image])
layer("MaxPool2d", [(2, 3)], keywords={"stride": 2, "padding": 1, "ceil_mode": True})
layer("AdaptiveAvgPool2d", [(None, 3)], [image])
layer("AdaptiveAvgPool2d", [1], [image])
layer("LPPool1d", [2, 3], [given(numbers(1, 2, 6).base.abs() + 0.5, grad=True)], {"stride": 1})
layer("LPPool2d", [2, 3], [given(image.base.abs() + 0.5, grad=True)])
layer("BatchNorm1d", [4], [x], {"eps": 0.1, "track_running_stats": False}, tolerance=2e-5)
layer("LayerNorm", [4], [x], tolerance=5e-5)
layer("LayerNorm", [(3, 4)], [x], {"elementwise_affine": False}, tolerance=2e-5)
layer("GroupNorm", [2, 4], [image], tolerance=2e-5)
layer("GroupNorm", [2, 4], [image], {"affine": False}, tolerance=2e-5)
layer("LocalResponseNorm", [2], [image])
index = whole([[0, 2], [4, 1]])
layer("Embedding", [5, 3], [index])
layer("Embedding", [5, 7], [index], {"padding_idx": 1})
layer("Embedding", [5, 3], keywords={"padding_idx": -1, "max_norm": 1.5, "norm_type": 3.5, "scale_grad_by_freq": True})
layer("EmbeddingBag", [5, 3], [index])
layer("EmbeddingBag", [5, 3], [whole([0, 2, 4, 1]), whole([0, 3])], {"mode": "sum"})
layer("EmbeddingBag", [5, 3], [index], {"mode": "max", "padding_idx": 1})
layer("Upsample", [], [image], {"scale_factor": 2})
layer("Upsample", [], [image], {"size": (3, 4), "mode": "bilinear"}, tolerance=1e-5)
layer("UpsamplingNearest2d", [], [image], {"scale_factor": 2})
layer("UpsamplingBilinear2d", [], [image], {"size": 4}, tolerance=1e-5)
layer("PixelShuffle", [2], [image])
layer("PixelUnshuffle", [2], [numbers(1, 2, 4, 6)])
layer("Unfold", [2], [image])
layer("Fold", [(4, 5), 2], [numbers(1, 8, 12)])

# Losses.
y = numbers(3, 4, start=17, grad=False)
probabilities = given((y.base - y.base.min()) / (y.base.max() - y.base.min()) * 0.8 + 0.1, grad=True)
fixed = given(probabilities.base.flip(0))
signs = given(torch.tensor([1.0, -1.0, 1.0]))
for name in "MSELoss L1Loss SmoothL1Loss HuberLoss SoftMarginLoss".split():
    layer(name, [], [x, y])
    layer(name, [], [x, y], {"reduction": "sum"})
layer("BCELoss", [], [probabilities, fixed])
layer("BCEWithLogitsLoss", [], [x, fixed])
layer("BCEWithLogitsLoss", [], [x, fixed], {"pos_weight": given([0.5, 1.0, 2.0, 1.5])})
layer("CrossEntropyLoss", [], [x, whole([0, 3, 1])])
layer("CrossEntropyLoss", [], [x, whole([0, 3, 1])], {"label_smoothing": 0.1, "weight": given([0.5, 1.0, 2.0, 1.5])})
layer("CrossEntropyLoss", [], [x, whole([0, 3, 1])], {"ignore_index": 3, "reduction": "sum"})
layer("NLLLoss", [], [x, whole([0, 3, 1])])
layer("KLDivLoss", [], [x, fixed], {"reduction": "batchmean"})
layer("PoissonNLLLoss", [], [x, fixed])
layer("GaussianNLLLoss", [], [x, y, probabilities])
layer("HingeEmbeddingLoss", [], [x, given(y.base.sign())])
layer("CosineEmbeddingLoss", [], [x, numbers(3, 4, start=30), signs])
layer("MarginRankingLoss", [], [numbers(3), numbers(3, start=5), signs])
layer("MultiMarginLoss", [], [x, whole([0, 3, 1])])
layer("MultiLabelMarginLoss", [], [x, whole([[0, 2, -1, 1], [3, -1, 0, 0], [1, 2, 3, -1]])])
layer("MultiLabelSoftMarginLoss", [], [x, fixed])
layer("TripletMarginLoss", [], [x, numbers(3, 4, start=30), numbers(3, 4, start=40)])
layer("TripletMarginWithDistanceLoss", [], [x, numbers(3, 4, start=30), numbers(3, 4, start=40)])
layer("CTCLoss", [], [given(numbers(5, 2, 4).base.log_softmax(2), grad=True), whole([[1, 2, 3], [1, 1, 2]]), whole([5, 5]), whole([3, 2])], tolerance=1e-5)
layer("CosineSimilarity", [], [x, numbers(3, 4, start=30)])
layer("PairwiseDistance", [], [x, numbers(3, 4, start=30)])

# Recurrent layers.
rows = numbers(5, 2, 3)
for name in "RNN LSTM GRU".split():
    layer(name, [3, 4], [rows], tolerance=1e-5)
    layer(name, [3, 4, 2], [rows], {"batch_first": True, "bidirectional": True}, tolerance=1e-5)
    layer(name, [3, 4], [numbers(5, 3)], {"bias": False}, tolerance=1e-5)
    layer(name, [3, 4, 2], [rows], {"dropout": 0.5}, tolerance=1e-5)
    state = numbers(1, 2, 4, start=11)
    layer(name, [3, 4], [rows, (state, numbers(1, 2, 4, start=19)) if name == "LSTM" else state], tolerance=1e-5)
    layer(name + "Cell", [3, 4], [numbers(2, 3)], tolerance=1e-5)
    layer(name + "Cell", [3, 4], [numbers(3)], {"bias": False}, tolerance=1e-5)
layer("RNN", [3, 4], [rows], {"nonlinearity": "relu"}, tolerance=1e-5)
layer("LSTM", [3, 4, 2], [rows], {"proj_size": 2}, tolerance=1e-5)

# Attention.
q, k, v = numbers(3, 2, 4), numbers(5, 2, 4, start=12), numbers(5, 2, 4, start=50)
layer("MultiheadAttention", [4, 2], [q, k, v], tolerance=1e-5)
layer("MultiheadAttention", [4, 2], [q, q, q], {"batch_first": True}, tolerance=1e-5)
layer("MultiheadAttention", [4, 2], [q, k, v], {"bias": False}, {"need_weights": False}, tolerance=1e-5)
layer("MultiheadAttention", [4, 2], [q, numbers(5, 2, 3), numbers(5, 2, 6)], {"kdim": 3, "vdim": 6}, tolerance=1e-5)
layer("MultiheadAttention", [4, 2], [q, k, v], {"add_bias_kv": True, "add_zero_attn": True}, tolerance=1e-5)
layer("MultiheadAttention", [4, 2], [q, q, q], {}, {"attn_mask": given(torch.ones(3, 3).triu(1).bool())}, tolerance=1e-5)
layer("MultiheadAttention", [4, 2], [q, k, v], {}, {"key_padding_mask": given([[False, False, True, False, True], [False] * 5]), "average_attn_weights": False}, tolerance=1e-5)
layer("MultiheadAttention", [4, 2], [q, k, v], {"dropout": 0.5}, tolerance=1e-5)
layer("MultiheadAttention", [4, 2], [numbers(3, 4), numbers(5, 4), numbers(5, 4)], tolerance=1e-5)
layer("TransformerEncoderLayer", [4, 2, 6], [q], tolerance=2e-5)
layer("TransformerEncoderLayer", [4, 2, 6, 0], [q], {"norm_first": True, "activation": "gelu", "batch_first": True}, tolerance=2e-5)
layer("TransformerEncoderLayer", [4, 2, 6, 0], [q], {}, {"src_mask": given(torch.ones(3, 3).triu(1).bool())}, tolerance=2e-5)
layer("TransformerDecoderLayer", [4, 2, 6], [q, k], tolerance=2e-5)
layer("TransformerDecoderLayer", [4, 2, 6, 0], [q, k], {"norm_first": True}, tolerance=2e-5)
layer("TransformerEncoder", lambda: [recipe("TransformerEncoderLayer", 4, 2, 6), 2], [q], tolerance=5e-5)
layer("TransformerDecoder", lambda: [recipe("TransformerDecoderLayer", 4, 2, 6), 2], [q, k], tolerance=5e-5)
layer("Transformer", [4, 2, 1, 1, 6], [k, q], tolerance=5e-5)

# Arguments by position, in PyTorch's order.
mask, hidden = given(torch.ones(3, 3).triu(1).bool()), given([[False, False, True], [False] * 3])
sees = given(torch.ones(3, 5).tril(2).logical_not())
late = given([[False, False, True, False, True], [False] * 5])
layer("TransformerEncoderLayer", [4, 2, 6, 0, "gelu", 1e-4, False, True], [q, mask, hidden], tolerance=2e-5)
layer("TransformerDecoderLayer", [4, 2, 6, 0, "relu"], [q, k, mask, sees, hidden, late], tolerance=2e-5)
layer("TransformerEncoder", lambda: [recipe("TransformerEncoderLayer", 4, 2, 6, 0), 1], [q, mask, hidden], tolerance=2e-5)
layer("TransformerDecoder", lambda: [recipe("TransformerDecoderLayer", 4, 2, 6, 0), 1], [q, k, mask, None, None, late], tolerance=2e-5)
square = given(torch.ones(5, 5).triu(1).bool())
layer("Transformer", [4, 2, 1, 1, 6, 0], [k, q, square, mask, sees, late, hidden, late], tolerance=5e-5)
layer("MultiheadAttention", [4, 2, 0, False, True, True, 3, 6], [q, numbers(5, 2, 3), numbers(5, 2, 6), None, True, None, False], tolerance=1e-5)
layer("Conv2d", [4, 4, 3, 2, 1, 2, 2, False, "reflect"], [image])
layer("LSTM", [3, 4, 2, False, True, 0, True, 2], [rows], tolerance=1e-5)
layer("GRU", [3, 4, 1, False, True, 0, True], [rows], tolerance=1e-5)
layer("Embedding", [5, 3, 1, 2.0, 2.0, True], [index])
layer("BatchNorm2d", [4, 0.1, 0.5, False, True], [image], tolerance=2e-5)
layer("LayerNorm", [4, 0.1, False], [x], tolerance=2e-5)
layer("MSELoss", [None, None, "sum"], [x, y])
layer("MSELoss", [False], [x, y])
layer("MSELoss", [None, False], [x, y])
layer("SmoothL1Loss", [None, None, "sum", 0.5], [x, y])
layer("HuberLoss", ["sum", 0.5], [x, y])
layer("CrossEntropyLoss", [given([0.5, 1.0, 2.0, 1.5]), None, 3, None, "sum", 0.1], [x, whole([0, 3, 1])])
layer("NLLLoss", [None, None, 3, None, "none"], [x, whole([0, 3, 1])])
layer("KLDivLoss", [None, None, "sum", True], [x, fixed])
layer("BCEWithLogitsLoss", [None, None, None, "sum", given([0.5, 1.0, 2.0, 1.5])], [x, fixed])
layer("PoissonNLLLoss", [False, True, None, 1e-3, None, "sum"], [probabilities, fixed])
layer("TripletMarginLoss", [0.5, 1, 1e-3, True, None, None, "sum"], [x, numbers(3, 4, start=30), numbers(3, 4, start=40)])

layer("FractionalMaxPool2d", [2, 3], [image])
layer("FractionalMaxPool2d", [(2, 3), None, (0.5, 0.7), True], [image])
layer("FractionalMaxPool2d", [2, 3], [numbers(4, 5, 6)], {"_random_samples": given(numbers(1, 4, 2).base.abs() / 2)})
layer("FractionalMaxPool3d", [2, (2, 1, 3)], [numbers(2, 2, 4, 5, 6)], {"return_indices": True})
layer("FractionalMaxPool3d", [2], [numbers(2, 4, 5, 6)], {"output_ratio": 0.5})
# PyTorch's gradient of CrossMapLRN2d adds up other channels than its result.
layer("CrossMapLRN2d", [3], [image], gradient=False)
layer("CrossMapLRN2d", [2, 0.5, 0.5, 2.5], [numbers(2, 5, 2, 2)], gradient=False)
layer("NLLLoss2d", [], [numbers(2, 3, 2, 2), whole([[[0, 1], [2, 0]], [[1, 1], [0, 2]]])], {"reduction": "sum"})
layer("RNNBase", ["LSTM", 3, 4, 2, True, False, 0, True, 2])
layer("RNNBase", ["RNN_TANH", 3, 4], keywords={"num_layers": 2})
layer("RNNCellBase", [3, 4, True, 3])

classes = whole([0, 5, 2, 9, 3])
layer("AdaptiveLogSoftmaxWithLoss", [8, 10, (3, 6)], [numbers(5, 8), classes], tolerance=1e-5)
layer("AdaptiveLogSoftmaxWithLoss", [8, 10, [2, 5, 7], 2.0, True], [numbers(5, 8), whole([1, 0, 1, 8, 9])], tolerance=1e-5)
layer("AdaptiveLogSoftmaxWithLoss", [8, 10, [4]], [numbers(8), whole(7)], tolerance=1e-5)
layer("AdaptiveLogSoftmaxWithLoss", [8, 10, [4]], [numbers(2, 8), whole([0, 3])], tolerance=1e-5)

# What they refuse to be made with.
refused = []


def refuse(name, *arguments, **keywords):
    encode = Encoder()
    try:
        getattr(nn, name)(*arguments, **keywords)
    except Exception as error:
        kind, text = type(error).__name__, str(error)
    else:
        raise SystemExit(f"{name} is made")
    refused.append({"class": name, "args": encode(list(arguments)), "kwargs": encode_keywords(encode, keywords), "kind": kind, "message": text})


refuse("Linear", 3, 4, foo=1)
refuse("Linear", 3)
refuse("Linear")
refuse("Linear", 3, 4, True, None, None, 6)
refuse("Bilinear")
refuse("Conv2d", 3, 4)
refuse("ConvTranspose1d", 3)
refuse("ReLU", True, 2)
refuse("Sigmoid", 1)
refuse("Softmax", 1, 2)
refuse("Dropout", 0.1, inplac=True)
refuse("Dropout2d", 0.1, True, 3)
refuse("BatchNorm1d")
refuse("InstanceNorm2d", feature=3)
refuse("LayerNorm")
refuse("GroupNorm", 2)
refuse("MaxPool2d")
refuse("AvgPool1d", 2, dilation=2)
refuse("LPPool2d", 2)
refuse("AdaptiveAvgPool2d")
refuse("ConstantPad1d", 2)
refuse("ZeroPad2d")
refuse("Embedding", 3)
refuse("LSTM", 3, 4, foo=1)
refuse("GRUCell", 3)
refuse("MultiheadAttention", 4)
refuse("TransformerEncoderLayer", 4)
refuse("Transformer", foo=1)
refuse("CrossEntropyLoss", smoothing=0.1)
refuse("PixelShuffle")
refuse("Threshold", 1)
refuse("FractionalMaxPool2d", 2)
refuse("FractionalMaxPool3d", 2, 3, 0.5)
refuse("FractionalMaxPool2d", 2, output_ratio=(0.5, 2))
refuse("RNNBase", "foo", 3, 4)
refuse("RNNBase", "GRU")
refuse("RNNCellBase", 3, 4)
refuse("CrossMapLRN2d")
refuse("AdaptiveLogSoftmaxWithLoss", 4, 5)
refuse("AdaptiveLogSoftmaxWithLoss", 4, 5, [3, 2])
refuse("AdaptiveLogSoftmaxWithLoss", 4, 5, [5])

path = os.path.join(here, "..", "..", "..", "tests", "torch", "layers", "layers.json")
os.makedirs(os.path.dirname(path), exist_ok=True)
with open(path, "w") as file:
    file.write('{"source":"PyTorch %s","cases":[\n' % torch.__version__)
    file.write(",\n".join(json.dumps(each, separators=(",", ":")) for each in cases))
    file.write('\n],"refused":[\n')
    file.write(",\n".join(json.dumps(each, separators=(",", ":")) for each in refused))
    file.write("\n]}\n")
print(f"{len(cases)} layers, {os.path.getsize(path) / 1024:.0f} kB")
