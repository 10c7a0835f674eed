"""Pooling over windows."""

import torch
import torch.nn.functional as F

from golden import case, error, inf, nan, numbers, vector

x = numbers("x", 2, 3, 4, 6)
odd = numbers("odd", 1, 2, 5, 3)
wide = numbers("wide", 2, 2, 6, 5)
line = numbers("line", 2, 2, 7)
block = numbers("block", 1, 2, 4, 3, 5)
tied = vector([[[1, 1, 0, 2], [1, 1, 2, 2], [0, 0, -1, -1], [0, 3, -1, -2]]])
broken = vector([[[1, nan, 0, 2], [1, 1, inf, 2], [-inf, -inf, -1, -inf], [-inf, -inf, -inf, -2]]])


def positions(function):
    """{output, indices} of a function that gives both."""
    return lambda x: dict(zip(("output", "indices"), function(x)))


case("maxPool2d", [x], lambda x: F.max_pool2d(x, 2), size=2)
case("maxPool2d", [odd], lambda x: F.max_pool2d(x, 2), size=2)
case("maxPool2d", [wide], lambda x: F.max_pool2d(x, (3, 2), stride=(2, 1), padding=1, dilation=(1, 2)),
     size=[3, 2], stride=[2, 1], padding=1, dilation=[1, 2])
case("maxPool2d", [tied], lambda x: F.max_pool2d(x, 2), size=2)
case("maxPool2d", [tied], lambda x: F.max_pool2d(x, 3, stride=1, padding=1), size=3, stride=1, padding=1)
case("maxPool2d", [odd], lambda x: F.max_pool2d(x, 2, ceil_mode=True), size=2, ceilMode=True)
case("maxPool2d", [wide[0]], lambda x: F.max_pool2d(x, (3, 2), stride=(2, 3), padding=(1, 0), ceil_mode=True),
     size=[3, 2], stride=[2, 3], padding=[1, 0], ceilMode=True)
case("maxPool2d", [broken], lambda x: F.max_pool2d(x, 2), size=2)
case("maxPool2d", [broken], lambda x: F.max_pool2d(x, 2, stride=1, padding=1), size=2, stride=1, padding=1)
case("maxPool2d", [x.permute(0, 1, 3, 2)], lambda x: F.max_pool2d(x, 3, stride=1), size=3, stride=1)
case("maxPool1d", [line], lambda x: F.max_pool1d(x, 3, stride=2, padding=1, dilation=2), size=3, stride=2, padding=1, dilation=2)
case("maxPool1d", [line[1]], lambda x: F.max_pool1d(x, 2, ceil_mode=True), size=2, ceilMode=True)
case("maxPool3d", [block], lambda x: F.max_pool3d(x, 2), size=2)
case("maxPool3d", [block[0]], lambda x: F.max_pool3d(x, (2, 3, 1), stride=(1, 2, 2), padding=(1, 1, 0), dilation=(2, 1, 1)),
     size=[2, 3, 1], stride=[1, 2, 2], padding=[1, 1, 0], dilation=[2, 1, 1])
case("maxPool2d", [numbers("none", 0, 2, 4, 4)], lambda x: F.max_pool2d(x, 2), size=2)

case("maxPool1dWithIndices", [line], positions(lambda x: F.max_pool1d_with_indices(x, 3, stride=2, padding=1)),
     size=3, stride=2, padding=1)
case("maxPool2dWithIndices", [wide], positions(lambda x: F.max_pool2d_with_indices(x, (3, 2), stride=(2, 1), padding=1, dilation=(1, 2))),
     size=[3, 2], stride=[2, 1], padding=1, dilation=[1, 2])
case("maxPool2dWithIndices", [tied], positions(lambda x: F.max_pool2d_with_indices(x, 3, stride=2, padding=1, ceil_mode=True)),
     size=3, stride=2, padding=1, ceilMode=True)
case("maxPool2dWithIndices", [broken], positions(lambda x: F.max_pool2d_with_indices(x, 3, stride=1, padding=1)),
     size=3, stride=1, padding=1)
# Of several NaNs of a window the first, as everywhere in core; PyTorch's pooling takes the last (its argmax the first).
holes = vector([[[nan, 1, nan, nan], [nan, 0, 2, nan], [1, nan, -inf, -inf], [nan, 3, -inf, -inf]]])


def first_positions(x):
    """Of windows 2 by 2."""
    values, within = x.reshape(1, 2, 2, 2, 2).transpose(2, 3).reshape(1, 2, 2, 4).max(-1)
    rows, columns = torch.meshgrid(torch.arange(2), torch.arange(2), indexing="ij")
    places = (2 * rows + within.div(2, rounding_mode="floor")) * 4 + 2 * columns + within % 2
    return {"output": values.reshape(1, 1, 2, 2), "indices": places.reshape(1, 1, 2, 2)}


case("maxPool2dWithIndices", [holes], first_positions, unlike=positions(lambda x: F.max_pool2d_with_indices(x, 2)), size=2)
case("maxPool3dWithIndices", [block], positions(lambda x: F.max_pool3d_with_indices(x, 2, padding=1)), size=2, padding=1)

case("avgPool2d", [x], lambda x: F.avg_pool2d(x, 2), size=2, second=True)
case("avgPool2d", [numbers("x2", 2, 2, 5, 6)], lambda x: F.avg_pool2d(x, 3, stride=2, padding=1), size=3, stride=2, padding=1)
case("avgPool2d", [x.transpose(2, 3)], lambda x: F.avg_pool2d(x, 2), size=2)
for padding in (0, 1):
    for count in (True, False):
        case("avgPool2d", [wide], lambda x: F.avg_pool2d(x, 3, stride=2, padding=padding, ceil_mode=True, count_include_pad=count),
             size=3, stride=2, padding=padding, ceilMode=True, countIncludePad=count)
case("avgPool2d", [odd[0]], lambda x: F.avg_pool2d(x, (2, 3), stride=(3, 1), padding=(1, 0), count_include_pad=False),
     size=[2, 3], stride=[3, 1], padding=[1, 0], countIncludePad=False)
case("avgPool2d", [odd], lambda x: F.avg_pool2d(x, 2, stride=1, divisor_override=3), size=2, stride=1, divisorOverride=3)
case("avgPool2d", [broken], lambda x: F.avg_pool2d(x, 2), size=2)
case("avgPool1d", [line], lambda x: F.avg_pool1d(x, 3, stride=2, padding=1, ceil_mode=True, count_include_pad=False),
     size=3, stride=2, padding=1, ceilMode=True, countIncludePad=False)
case("avgPool1d", [line[0]], lambda x: F.avg_pool1d(x, 4), size=4)
case("avgPool3d", [block], lambda x: F.avg_pool3d(x, (3, 2, 2), stride=(2, 1, 2), padding=1, ceil_mode=True),
     size=[3, 2, 2], stride=[2, 1, 2], padding=1, ceilMode=True)
case("avgPool3d", [block[0]], lambda x: F.avg_pool3d(x, 2, padding=1, count_include_pad=False, divisor_override=-2),
     size=2, padding=1, countIncludePad=False, divisorOverride=-2)

positive = numbers("positive", 2, 2, 5, 4, low=0.5, high=3)
for p in (1, 2, 3, 0.5, -1):
    case("lpPool2d", [positive], lambda x: F.lp_pool2d(x, p, (2, 3), stride=2), p=p, size=[2, 3], stride=2, second=True)
case("lpPool2d", [x], lambda x: F.lp_pool2d(x, 2, 2), p=2, size=2)
case("lpPool2d", [odd[0]], lambda x: F.lp_pool2d(x, 2, 2, ceil_mode=True), p=2, size=2, ceilMode=True)
case("lpPool1d", [line], lambda x: F.lp_pool1d(x, 3, 3, stride=2), p=3, size=3, stride=2)
case("lpPool1d", [vector([0, 0, 0, 3, -4, 1])], lambda x: F.lp_pool1d(x, 2, 2), p=2, size=2)

for size in (1, 2, 3, [2, 5], [4, None], [None, 4], [7, 8]):
    given = tuple(size) if isinstance(size, list) else size
    case("adaptiveAvgPool2d", [wide], lambda x: F.adaptive_avg_pool2d(x, given), outputSize=size)
    case("adaptiveMaxPool2d", [wide], lambda x: F.adaptive_max_pool2d(x, given), outputSize=size)
case("adaptiveAvgPool2d", [broken], lambda x: F.adaptive_avg_pool2d(x, 3), outputSize=3)
case("adaptiveMaxPool2d", [broken], lambda x: F.adaptive_max_pool2d(x, 3), outputSize=3)
case("adaptiveMaxPool2d", [tied], lambda x: F.adaptive_max_pool2d(x, 3), outputSize=3)
case("adaptiveAvgPool1d", [line], lambda x: F.adaptive_avg_pool1d(x, 3), outputSize=3, second=True)
case("adaptiveAvgPool1d", [line[0]], lambda x: F.adaptive_avg_pool1d(x, 9), outputSize=9)
case("adaptiveAvgPool3d", [block], lambda x: F.adaptive_avg_pool3d(x, (3, None, 2)), outputSize=[3, None, 2])
case("adaptiveAvgPool3d", [block[0]], lambda x: F.adaptive_avg_pool3d(x, 1), outputSize=1)
case("adaptiveMaxPool1d", [line], lambda x: F.adaptive_max_pool1d(x, 3), outputSize=3)
case("adaptiveMaxPool3d", [block], lambda x: F.adaptive_max_pool3d(x, (3, 2, 2)), outputSize=[3, 2, 2])
case("adaptiveMaxPool1dWithIndices", [line[0]], positions(lambda x: F.adaptive_max_pool1d(x, 4, return_indices=True)), outputSize=4)
case("adaptiveMaxPool2dWithIndices", [tied], positions(lambda x: F.adaptive_max_pool2d(x, 3, return_indices=True)), outputSize=3)
case("adaptiveMaxPool2dWithIndices", [broken], positions(lambda x: F.adaptive_max_pool2d(x, (3, 2), return_indices=True)),
     outputSize=[3, 2])
case("adaptiveMaxPool3dWithIndices", [block], positions(lambda x: F.adaptive_max_pool3d(x, (3, 3, 4), return_indices=True)),
     outputSize=[3, 3, 4])

pooled, places = F.max_pool2d_with_indices(numbers("pooled", 2, 2, 5, 4), 2)
case("maxUnpool2d", [pooled, places], lambda x, indices: F.max_unpool2d(x, indices, 2), size=2)
case("maxUnpool2d", [pooled[1], places[1]], lambda x, indices: F.max_unpool2d(x, indices, 2, output_size=(5, 4)),
     size=2, outputSize=[5, 4])
case("maxUnpool2d", [numbers("some", 1, 1, 2, 2), vector(3, 8, 6, 0, dtype=torch.int64).reshape(1, 1, 2, 2)],
     lambda x, indices: F.max_unpool2d(x, indices, (3, 2), stride=(2, 3), padding=1), size=[3, 2], stride=[2, 3], padding=1)
case("maxUnpool1d", [numbers("few", 2, 3), vector(1, 2, 5, 0, 3, 4, dtype=torch.int64).reshape(2, 3)],
     lambda x, indices: F.max_unpool1d(x, indices, 2), size=2)
# Of several at one place the last stays, and has the derivative; PyTorch gives every one of them the cotangent of the place.
case("maxUnpool1d", [numbers("twice", 1, 1, 3), vector(1, 1, 4, dtype=torch.int64).reshape(1, 1, 3)],
     lambda x, indices: x.new_zeros(1, 1, 6).scatter(2, indices[:, :, 1:], x[:, :, 1:]), size=2,
     unlike=lambda x, indices: F.max_unpool1d(x, indices, 2))
case("maxUnpool3d", [numbers("deep", 1, 2, 1, 2, 1), vector(0, 7, 6, 1, dtype=torch.int64).reshape(1, 2, 1, 2, 1)],
     lambda x, indices: F.max_unpool3d(x, indices, 2), size=2)

# Short floats: sums are rounded once.
short = wide.bfloat16()
case("maxPool2d", [short], lambda x: F.max_pool2d(x, 2), size=2, exact=True)
case("avgPool2d", [short], lambda x: F.avg_pool2d(x, 3, stride=2, padding=1), size=3, stride=2, padding=1, exact=True)
case("maxPool1d", [line.float()], lambda x: F.max_pool1d(x, 2), size=2, exact=True)

error("maxPool2d", [tied[0, 0]], lambda x: F.max_pool2d(x, 2), size=2, code="SHAPE_POOL")
error("maxPool2d", [tied], lambda x: F.max_pool2d(x, 2, padding=2), size=2, padding=2, code="ATTR_POOL_PADDING")
error("maxPool2d", [tied], lambda x: F.max_pool2d(x, 3, dilation=2), size=3, dilation=2, code="SHAPE_WINDOWS_SPAN")
error("maxPool2d", [tied], lambda x: F.max_pool2d(x, 0), size=0, code="ATTR_SPATIAL")
error("avgPool2d", [tied], lambda x: F.avg_pool2d(x, 2, divisor_override=0), size=2, divisorOverride=0, code="ATTR_POOL_DIVISOR")
error("avgPool2d", [tied], lambda x: F.avg_pool2d(x, 5), size=5, code="SHAPE_WINDOWS_SPAN")
error("adaptiveAvgPool2d", [tied], lambda x: F.adaptive_avg_pool2d(x, (2, -1)), outputSize=[2, -1], code="ATTR_POOL_OUTPUT_SIZE")
error("adaptiveMaxPool2d", [tied[0, 0]], lambda x: F.adaptive_max_pool2d(x, 2), outputSize=2, code="SHAPE_POOL")
error("adaptiveAvgPool1d", [numbers("hollow", 1, 2, 0)], lambda x: F.adaptive_avg_pool1d(x, 2), outputSize=2,
      code="SHAPE_POOL_EMPTY")
error("maxUnpool1d", [numbers("few", 2, 3), vector(1, 2, dtype=torch.int64).reshape(1, 2)],
      lambda x, indices: F.max_unpool1d(x, indices, 2), size=2, code="SHAPE_UNPOOL")
error("maxUnpool1d", [numbers("few", 2, 3), vector(1, 2, 5, 0, 3, 4, dtype=torch.int64).reshape(2, 3)],
      lambda x, indices: F.max_unpool1d(x, indices, 2, output_size=(8,)), size=2, outputSize=[8], code="ATTR_UNPOOL_SIZE")
