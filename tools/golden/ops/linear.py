"""Linear maps."""

import torch
import torch.nn.functional as F

from golden import case, error, numbers

x = numbers("x", 2, 3, 4)
weight = numbers("weight", 5, 4)
case("linear", [x, weight, numbers("bias", 5)], F.linear, second=True)
case("linear", [x, weight], F.linear)
case("linear", [x, numbers("transposed", 4, 5).t()], F.linear)
error("linear", [x, numbers("wrong", 5, 3)], F.linear, code="SHAPE_LINEAR")
