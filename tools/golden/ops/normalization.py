"""Normalisation over features, batches, groups, channels and lengths; running statistics."""

import torch
import torch.nn.functional as F

from golden import case, error, inf, nan, numbers, vector

x = numbers("rows", 3, 5)
images = numbers("images", 2, 6, 3, 2)
weight, bias = numbers("weight", 6), numbers("bias", 6)


def none(*shape):
    return torch.zeros(*shape, dtype=torch.float64)


case("layerNorm", [x], lambda x: F.layer_norm(x, (5,)), second=True)
case("layerNorm", [x.t()], lambda x: F.layer_norm(x, (3,)))
case("layerNorm", [numbers("affine", 2, 3, 4)], lambda x, weight, bias: F.layer_norm(x, (3, 4), weight, bias, eps=1e-3),
     axes=[-2, -1], weight=numbers("weight", 3, 4), bias=numbers("bias", 3, 4), epsilon=1e-3)
case("layerNorm", [x], lambda x, weight: F.layer_norm(x, (5,), weight), weight=numbers("scale", 5))
case("layerNorm", [x[:2, :1].expand(2, 4)], lambda x: F.layer_norm(x, (4,)))
case("layerNorm", [none(0, 4)], lambda x: F.layer_norm(x, (4,)))
error("layerNorm", [x], lambda x: F.layer_norm(x, (3,)), axes=[2], code="ATTR_AXIS_RANGE")


def rms_norm(x, weight=None, *, dims, eps):
    y = x * torch.rsqrt(x.square().mean(dims, keepdim=True) + eps)
    return y if weight is None else y * weight


case("rmsNorm", [x], lambda x: rms_norm(x, dims=-1, eps=torch.finfo(torch.float64).eps), second=True)
case("rmsNorm", [numbers("affine", 2, 3, 4)], lambda x, weight: rms_norm(x, weight, dims=(1, 2), eps=0.25), axes=[1, 2],
     weight=numbers("weight", 3, 4), epsilon=0.25)
case("rmsNorm", [none(2, 3)], lambda x: rms_norm(x, dims=-1, eps=0.0625), epsilon=0.0625)


def batch_norm(x, weight, bias, eps=1e-5):
    output = F.batch_norm(x, None, None, weight, bias, training=True, eps=eps)
    axes = [axis for axis in range(x.ndim) if axis != 1]
    return {"output": output, "mean": x.mean(axes), "variance": x.var(axes)}


case("batchNorm", [numbers("batch", 3, 2, 4, 2)], batch_norm, weight=numbers("batch weight", 2), bias=numbers("batch bias", 2))
case("batchNorm", [x], lambda x: batch_norm(x, None, None, 0.25), epsilon=0.25, second=True)
case("batchNorm", [images.permute(0, 3, 1, 2)], lambda x, bias: batch_norm(x, None, bias), bias=numbers("of two", 2))
case("batchNorm", [none(2, 3, 0)], lambda x: batch_norm(x, None, None), gradient=False)
case("batchNormInference", [numbers("inference", 3, 2)],
     lambda x, mean, variance, weight, bias: (x - mean) / (variance + 0.125).sqrt() * weight + bias,
     mean=numbers("mean", 2), variance=numbers("variance", 2, low=0.5, high=3.0), weight=numbers("inference weight", 2),
     bias=numbers("inference bias", 2), epsilon=0.125, tolerance="compound")
case("batchNormInference", [images], lambda x, mean, variance: F.batch_norm(x, mean.detach(), variance.detach()), mean=weight,
     variance=numbers("variances", 6, low=0.5, high=3.0), gradient=False, tolerance="compound")
error("batchNorm", [numbers("no channels", 3)], lambda x: F.batch_norm(x, None, None, training=True), code="SHAPE_BATCH_NORM")
error("batchNorm", [x], lambda x, weight: F.batch_norm(x, None, None, weight, training=True), weight=weight, code="SHAPE_BATCH_NORM")
error("batchNorm", [numbers("one", 1, 3)], lambda x: F.batch_norm(x, None, None, training=True), code="SHAPE_NORM_SINGLE")

# Running statistics: what a module of PyTorch keeps after each of three batches.
for momentum in (0.1, 0.25, None):
    module = torch.nn.BatchNorm1d(4, momentum=momentum).double()
    for number in (1, 2, 3):
        batch = numbers(f"batch {number}", 5, 4)
        before = {"mean": module.running_mean.float().double(), "variance": module.running_var.float().double()}
        module.running_mean, module.running_var = before["mean"].clone(), before["variance"].clone()
        found = {"mean": batch.mean(0).float().double(), "variance": batch.var(0).float().double()}
        module(batch)
        after = {"mean": module.running_mean.clone(), "variance": module.running_var.clone()}
        share = 1 / number if momentum is None else momentum
        step = lambda running, found: {key: running[key] + share * (found[key] - running[key]) for key in running}
        for key, value in step(before, found).items():
            assert torch.allclose(value, after[key], atol=1e-6), "PyTorch keeps other statistics"
        case("nextStatistics", [before, found], lambda running, found, batches=None: {key: value.detach() for key, value in step(running, found).items()},
             momentum=momentum, batches=torch.tensor(number) if momentum is None else None, gradient=False, tolerance="compound",
             name=f"nextStatistics momentum={momentum} batch {number}")

case("groupNorm", [images], lambda x: F.group_norm(x, 3), groups=3, second=True)
case("groupNorm", [images], lambda x, weight, bias: F.group_norm(x, 2, weight, bias, eps=0.25), groups=2, weight=weight, bias=bias,
     epsilon=0.25)
case("groupNorm", [numbers("flat", 4, 6)], lambda x, weight: F.group_norm(x, 1, weight), groups=1, weight=weight)
case("groupNorm", [images.permute(0, 3, 1, 2)], lambda x: F.group_norm(x, 2), groups=2)
case("groupNorm", [none(0, 4, 3)], lambda x: F.group_norm(x, 2), groups=2)
error("groupNorm", [images], lambda x: F.group_norm(x, 4), groups=4, code="SHAPE_GROUP_NORM")
error("groupNorm", [images], lambda x, bias: F.group_norm(x, 3, None, bias), groups=3, bias=vector(1, 2), code="SHAPE_GROUP_NORM")
error("groupNorm", [numbers("one", 1, 3)], lambda x: F.group_norm(x, 3), groups=3, code="SHAPE_NORM_SINGLE")
case("instanceNorm", [images], lambda x: F.instance_norm(x), second=True)
case("instanceNorm", [numbers("line", 2, 3, 4)], lambda x, weight, bias: F.instance_norm(x, weight=weight, bias=bias, eps=0.25),
     weight=numbers("of three", 3), bias=numbers("to three", 3), epsilon=0.25)


def with_statistics(x, weight=None, bias=None):
    """PyTorch gives the statistics as running ones alone, and those without derivative."""
    kept = [torch.zeros(x.shape[1], dtype=x.dtype) for _ in range(2)]
    output = F.instance_norm(x, *kept, weight, bias, momentum=1.0)
    found = {"mean": x.flatten(2).mean(2).mean(0), "variance": x.flatten(2).var(2).mean(0)}
    assert all(torch.allclose(one, other) for one, other in zip(kept, found.values())), "PyTorch keeps other statistics"
    return {"output": output, **found}


case("instanceNormWithStatistics", [images], with_statistics)
case("instanceNormWithStatistics", [numbers("line", 2, 3, 4)], with_statistics, weight=numbers("of three", 3), bias=numbers("to three", 3))
case("batchNormInference", [images], lambda x, mean, variance: F.instance_norm(x, mean.detach(), variance.detach(), use_input_stats=False),
     mean=weight, variance=numbers("instance variance", 6, low=0.5, high=2), gradient=False, name="batchNormInference of instances")
error("instanceNormWithStatistics", [x], with_statistics, code="SHAPE_GROUP_NORM")
error("instanceNorm", [x], F.instance_norm, code="SHAPE_GROUP_NORM")
error("instanceNorm", [x[:, :, None]], F.instance_norm, code="SHAPE_NORM_SINGLE")

case("localResponseNorm", [numbers("line", 2, 5, 3)], lambda x: F.local_response_norm(x, 2), size=2)
for size in (1, 3, 4):
    case("localResponseNorm", [images], lambda x: F.local_response_norm(x, size, alpha=0.5, beta=0.5, k=2.0), size=size, alpha=0.5, beta=0.5,
         k=2, second=size == 3)
error("localResponseNorm", [x], lambda x: F.local_response_norm(x, 2), size=2, code="SHAPE_LOCAL_RESPONSE_NORM")

case("normalize", [x], F.normalize, second=True)
for p in (1, 1.5, 3, inf):
    case("normalize", [x], lambda x: F.normalize(x, p, dim=0), p=p, axis=0)
case("normalize", [torch.stack([vector(0, 0, 0), vector(0.25, 0, -0.25), vector(3, 4, 0)])], lambda x: F.normalize(x, dim=-1, eps=1.0),
     axis=-1, epsilon=1)
case("normalize", [none(2, 3)], F.normalize)
case("normalize", [none(2, 0)], F.normalize)
