"""Convolutions."""

import torch
import torch.nn.functional as F

from golden import case, error, numbers

case("conv2d", [numbers("x", 2, 3, 5, 4), numbers("w", 4, 3, 3, 2)], F.conv2d, second=True)
case("conv2d", [numbers("x2", 2, 2, 6, 5), numbers("w2", 3, 2, 3, 2)],
     lambda x, w, bias: F.conv2d(x, w, bias, stride=(2, 1), padding=(2, 1), dilation=(1, 2)),
     bias=numbers("b2", 3), stride=[2, 1], padding=[2, 1], dilation=[1, 2])
case("conv2d", [numbers("x3", 2, 4, 3, 4), numbers("w3", 6, 2, 3, 3)],
     lambda x, w, bias: F.conv2d(x, w, bias, padding=1, groups=2), bias=numbers("b3", 6), padding=1, groups=2)
case("conv2d", [numbers("x4", 1, 3, 5, 5), numbers("w4", 3, 1, 2, 2)], lambda x, w: F.conv2d(x, w, stride=2, groups=3),
     stride=2, groups=3)
case("conv2d", [numbers("x5", 2, 5, 4, 3).permute(0, 3, 1, 2), numbers("w5", 2, 3, 2, 2)], F.conv2d)
case("conv1d", [numbers("x6", 2, 3, 7), numbers("w6", 4, 3, 3)], lambda x, w, bias: F.conv1d(x, w, bias, stride=2, padding=1),
     bias=numbers("b6", 4), stride=2, padding=1)
error("conv2d", [numbers("x7", 2, 3, 5, 4), numbers("w7", 4, 2, 3, 2)], F.conv2d, code="SHAPE_CONV")
