"""Normalisation over features and over batches."""

import torch
import torch.nn.functional as F

from golden import case, error, numbers

x = numbers("rows", 3, 5)
case("layerNorm", [x], lambda x: F.layer_norm(x, (5,)), second=True)
case("layerNorm", [x.t()], lambda x: F.layer_norm(x, (3,)))
case("layerNorm", [numbers("affine", 2, 3, 4)], lambda x, weight, bias: F.layer_norm(x, (3, 4), weight, bias, eps=1e-3),
     axes=[-2, -1], weight=numbers("weight", 3, 4), bias=numbers("bias", 3, 4), epsilon=1e-3)


def batch_norm(x, weight, bias):
    mean, variance = torch.zeros(x.shape[1]).double(), torch.ones(x.shape[1]).double()
    output = F.batch_norm(x, None, None, weight, bias, training=True)
    axes = [axis for axis in range(x.ndim) if axis != 1]
    return {"output": output, "mean": x.mean(axes), "variance": x.var(axes)}


case("batchNorm", [numbers("batch", 3, 2, 4, 2)], batch_norm, weight=numbers("batch weight", 2), bias=numbers("batch bias", 2))
case("batchNormInference", [numbers("inference", 3, 2)],
     lambda x, mean, variance, weight, bias: (x - mean) / (variance + 0.125).sqrt() * weight + bias,
     mean=numbers("mean", 2), variance=numbers("variance", 2, low=0.5, high=3.0), weight=numbers("inference weight", 2),
     bias=numbers("inference bias", 2), epsilon=0.125, tolerance="compound")
error("batchNorm", [numbers("no channels", 3)], lambda x: F.batch_norm(x, None, None, training=True), code="SHAPE_BATCH_NORM")
