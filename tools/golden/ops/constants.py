"""Values made of nothing."""

import torch

from golden import BUILDER, case, error, integers, numbers

x = numbers("x", 2, 3)
case("full", [BUILDER, "f32", [2, 3], 1.5], lambda dtype, shape, value: torch.full(shape, value))
case("full", [BUILDER, "i32", [], -7], lambda dtype, shape, value: torch.full(shape, value, dtype=torch.int32))
case("zeros", [BUILDER, "bool", [2]], lambda dtype, shape: torch.zeros(shape, dtype=torch.bool))
case("ones", [BUILDER, "f32", [0, 2]], lambda dtype, shape: torch.ones(shape))
case("fullLike", [x, 0.25], torch.full_like)
case("zerosLike", [x], torch.zeros_like)
case("onesLike", [integers("whole", 3, dtype=torch.int32)], torch.ones_like)
case("iota", [BUILDER], lambda: torch.arange(3).expand(2, 3), shape=[2, 3], axis=-1)
case("iota", [BUILDER], lambda: torch.arange(3).float(), shape=[3], dtype="f32")
case("arange", [BUILDER], lambda: torch.arange(5), limit=5)
case("arange", [BUILDER], lambda: torch.arange(7, -2, -3), start=7, limit=-2, step=-3)
case("arange", [BUILDER], lambda: torch.arange(0.5, 2.0, 0.25), start=0.5, limit=2, step=0.25, dtype="f32")
error("arange", [BUILDER], lambda: torch.arange(0, 5, 0), code="ATTR_ARANGE", limit=5, step=0)
