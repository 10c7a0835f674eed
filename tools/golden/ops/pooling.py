"""Pooling over windows."""

import torch
import torch.nn.functional as F

from golden import case, error, numbers, vector

x = numbers("x", 2, 3, 4, 6)
odd = numbers("odd", 1, 2, 5, 3)
wide = numbers("wide", 2, 2, 6, 5)
tied = vector([[[1, 1, 0, 2], [1, 1, 2, 2], [0, 0, -1, -1], [0, 3, -1, -2]]])
case("maxPool2d", [x], lambda x: F.max_pool2d(x, 2), size=2)
case("maxPool2d", [odd], lambda x: F.max_pool2d(x, 2), size=2)
case("maxPool2d", [wide], lambda x: F.max_pool2d(x, (3, 2), stride=(2, 1), padding=1, dilation=(1, 2)),
     size=[3, 2], stride=[2, 1], padding=1, dilation=[1, 2])
case("maxPool2d", [tied], lambda x: F.max_pool2d(x, 2), size=2)
case("maxPool2d", [tied], lambda x: F.max_pool2d(x, 3, stride=1, padding=1), size=3, stride=1, padding=1)
case("avgPool2d", [x], lambda x: F.avg_pool2d(x, 2), size=2)
case("avgPool2d", [numbers("x2", 2, 2, 5, 6)], lambda x: F.avg_pool2d(x, 3, stride=2, padding=1), size=3, stride=2, padding=1)
case("avgPool2d", [x.transpose(2, 3)], lambda x: F.avg_pool2d(x, 2), size=2)
