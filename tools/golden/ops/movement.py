"""The same elements elsewhere: shapes, orders of axes, parts, joins, windows."""

import torch
import torch.nn.functional as F

from golden import case, error, integers, numbers, vector

x = numbers("x", 2, 3, 4)
scalar = vector(2.5).reshape(())
none = numbers("none", 2, 0, 3)
flags = integers("flags", 2, 3, high=2).bool()
whole = integers("whole", 2, 3, dtype=torch.int32)

case("reshape", [x, [4, -1]], torch.reshape)
case("reshape", [x.permute(2, 0, 1), [6, 4]], torch.reshape)
case("reshape", [none, [0, 5]], torch.reshape)
case("reshape", [scalar, [1, 1]], torch.reshape)
error("reshape", [x, [5, -1]], torch.reshape, code="SHAPE_RESHAPE_INFER")
error("reshape", [x, [5, 5]], torch.reshape, code="SHAPE_RESHAPE_SIZE")
case("permute", [x, [2, 0, 1]], torch.permute)
case("permute", [x, [-1, 0, -2]], torch.permute)
case("permute", [flags, [1, 0]], torch.permute)
case("transpose", [x], lambda x: x.mT)
case("transpose", [x[0, :, :1].expand(3, 4)], lambda x: x.mT)
error("transpose", [vector(1.0)], lambda x: x.mT, code="SHAPE_TRANSPOSE_RANK")
case("expand", [numbers("thin", 1, 3), [4, 2, -1]], lambda x, shape: x.expand(4, 2, 3))
case("expand", [scalar, [2, 2]], lambda x, shape: x.expand(shape))
error("expand", [x, [2, 3, 5]], lambda x, shape: x.expand(shape), code="SHAPE_BROADCAST")
case("squeeze", [numbers("ones", 1, 3, 1)], torch.squeeze)
case("squeeze", [numbers("ones", 1, 3, 1)], lambda x: x.squeeze(-1), axis=-1)
error("squeeze", [x], lambda x: x.squeeze(1), code="SHAPE_SQUEEZE", torch_accepts=True, axis=1)
case("unsqueeze", [x], lambda x: x.unsqueeze(-1), axis=-1)
case("unsqueeze", [scalar], lambda x: x.unsqueeze(0), axis=0)
case("flatten", [x], torch.flatten)
case("flatten", [x], lambda x: x.flatten(1), axis=1)
case("flatten", [scalar], torch.flatten)

case("slice", [x], lambda x: x[:, 1:], starts=[0, 1])
case("slice", [x], lambda x: x[1:, 0:3:2, -3:-1], starts=[1, 0, -3], limits=[2, 3, -1], steps=[1, 2, 1])
case("slice", [x.permute(1, 2, 0)], lambda x: x[1:, ::3], starts=[1], steps=[1, 3])
case("slice", [whole], lambda x: x[:, 1:1], starts=[0, 1], limits=[2, 1])
case("narrow", [x], lambda x: x.narrow(2, 1, 2), axis=-1, start=1, size=2)
case("narrow", [x], lambda x: x.narrow(1, -2, 2), axis=1, start=-2, size=2)
error("narrow", [x], lambda x: x.narrow(1, 2, 2), code="ATTR_SLICE_RANGE", axis=1, start=2, size=2)
case("take", [x], lambda x: x[:, -1], axis=1, index=-1)
case("take", [flags], lambda x: x[0], axis=0, index=0)
error("take", [x], lambda x: x[:, 3], code="ATTR_TAKE_INDEX", axis=1, index=3)
case("pad", [x], lambda x: F.pad(x, (1, 2), value=0.5), low=[0, 0, 1], high=[0, 0, 2], value=0.5)
case("pad", [x[0]], lambda x: F.pad(x, (2, 1, 0, 3)), low=[0, 2], high=[3, 1])
case("pad", [none], lambda x: F.pad(x, (0, 0, 1, 1), value=-1.0), low=[0, 1, 0], high=[0, 1, 0], value=-1)


def spread(x):
    y = x.new_zeros(3, 4 + 3 * 2)
    y[:, ::3] = x
    return y


case("pad", [x[0]], spread, interior=[0, 2])

case("concat", [[x, numbers("more", 2, 1, 4), x]], lambda xs: torch.cat(xs, 1), axis=1)
case("concat", [[x[0], numbers("other", 4, 3).t()]], lambda xs: torch.cat(xs, -1), axis=-1)
case("concat", [[vector(1.5), vector()]], torch.cat)
case("concat", [[whole, flags]], torch.cat)
error("concat", [[x, x[0]]], torch.cat, code="SHAPE_CONCAT")
case("stack", [[x[0], x[1]]], torch.stack)
case("stack", [[x[0], x[1]]], lambda xs: torch.stack(xs, -1), axis=-1)
case("stack", [[scalar, scalar]], torch.stack)
case("flip", [x], lambda x: x.flip(0, 1, 2))
case("flip", [x], lambda x: x.flip(0, -1), axes=[0, -1])
case("flip", [x[0, :1].expand(3, 4)], lambda x: x.flip(1), axis=1)
case("windows", [numbers("signal", 2, 7)], lambda x: x.unfold(1, 3, 1), axes=[-1], sizes=[3])
case("windows", [numbers("signal", 2, 7)], lambda x: x.unfold(1, 3, 2), axes=[1], sizes=[3], strides=[2])
case("windows", [numbers("image", 2, 5, 6)], lambda x: x.unfold(1, 2, 1).unfold(2, 3, 2), axes=[1, 2], sizes=[2, 3], strides=[1, 2])
case("windows", [numbers("dilated", 7)], lambda x: x.unfold(0, 5, 1)[:, ::2], axes=[0], sizes=[3], dilations=[2])
error("windows", [vector(1.0, 2.0)], lambda x: x.unfold(0, 3, 1), code="SHAPE_WINDOWS_SPAN", axes=[0], sizes=[3])
