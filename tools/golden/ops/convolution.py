"""Convolutions, transposed convolutions, and windows as columns."""

import torch
import torch.nn.functional as F

from golden import case, error, inf, nan, numbers, vector

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

# Depthwise with several outputs a channel, one image, 1 x 1 windows, an expanded batch, nothing in the batch.
case("conv2d", [numbers("x8", 2, 2, 4, 5), numbers("w8", 4, 1, 3, 3)],
     lambda x, w: F.conv2d(x, w, padding=1, groups=2), padding=1, groups=2, second=True)
case("conv2d", [numbers("x9", 3, 4, 5), numbers("w9", 2, 3, 2, 2)], lambda x, w, bias: F.conv2d(x, w, bias), bias=numbers("b9", 2))
case("conv2d", [numbers("x10", 2, 3, 4, 3), numbers("w10", 2, 3, 1, 1)], lambda x, w: F.conv2d(x, w, stride=2), stride=2)
case("conv2d", [numbers("x11", 1, 2, 4, 3).expand(3, 2, 4, 3), numbers("w11", 2, 2, 2, 2)], F.conv2d)
case("conv2d", [numbers("x12", 0, 2, 4, 3), numbers("w12", 2, 2, 2, 2)], F.conv2d)
case("conv2d", [vector([[[1, nan, 2, 3], [4, 5, -inf, 6], [0, 7, 8, 9]]]), numbers("w13", 1, 1, 2, 2)],
     lambda x, w: F.conv2d(x, w, padding=1), padding=1)
for size, dilation in ((2, 1), (3, 1), (3, 2), (4, 1), (4, 3)):
    case("conv1d", [numbers("x14", 2, 2, 6), numbers(f"w14-{size}", 2, 2, size)],
         lambda x, w: F.conv1d(x, w, padding="same", dilation=dilation), padding="same", dilation=dilation)
case("conv2d", [numbers("x15", 1, 2, 4, 5), numbers("w15", 2, 1, 2, 3)],
     lambda x, w: F.conv2d(x, w, padding="same", dilation=(3, 1), groups=2), padding="same", dilation=[3, 1], groups=2)
case("conv1d", [numbers("x16", 2, 6), numbers("w16", 3, 2, 3)], lambda x, w: F.conv1d(x, w, padding="valid", stride=3),
     padding="valid", stride=3)
case("conv3d", [numbers("x17", 2, 2, 3, 4, 3), numbers("w17", 3, 2, 2, 2, 2)], lambda x, w, bias: F.conv3d(x, w, bias),
     bias=numbers("b17", 3), second=True)
case("conv3d", [numbers("x18", 1, 4, 4, 5, 3), numbers("w18", 4, 2, 2, 3, 1)],
     lambda x, w: F.conv3d(x, w, stride=(2, 1, 1), padding=(1, 2, 0), dilation=(1, 2, 3), groups=2),
     stride=[2, 1, 1], padding=[1, 2, 0], dilation=[1, 2, 3], groups=2)
case("conv3d", [numbers("x19", 2, 3, 3, 3), numbers("w19", 1, 2, 2, 2, 3)], lambda x, w: F.conv3d(x, w, padding="same"), padding="same")

for mode in ("reflect", "replicate", "circular"):
    case("conv2d", [numbers("x20", 1, 2, 4, 5), numbers("w20", 2, 2, 3, 2)],
         lambda x, w: F.conv2d(F.pad(x, (1, 1, 2, 2), mode=mode), w), padding=[2, 1], paddingMode=mode)
# As nn.Conv1d pads for "same": the greater part after.
case("conv1d", [numbers("x21", 2, 2, 6), numbers("w21", 2, 2, 4)],
     lambda x, w: F.conv1d(F.pad(x, (1, 2), mode="reflect"), w), padding="same", paddingMode="reflect")

case("convTranspose1d", [numbers("t1", 2, 3, 4), numbers("u1", 3, 2, 3)], lambda x, w: F.conv_transpose1d(x, w), second=True)
case("convTranspose1d", [numbers("t2", 2, 4, 5), numbers("u2", 4, 3, 3)],
     lambda x, w, bias: F.conv_transpose1d(x, w, bias, stride=3, padding=1, output_padding=2, groups=2),
     bias=numbers("c2", 6), stride=3, padding=1, outputPadding=2, groups=2)
case("convTranspose1d", [numbers("t3", 3, 4), numbers("u3", 3, 2, 2)],
     lambda x, w: F.conv_transpose1d(x, w, dilation=3, output_padding=2, padding=1), dilation=3, outputPadding=2, padding=1)
case("convTranspose2d", [numbers("t4", 2, 3, 3, 2), numbers("u4", 3, 2, 2, 3)],
     lambda x, w, bias: F.conv_transpose2d(x, w, bias), bias=numbers("c4", 2), second=True)
case("convTranspose2d", [numbers("t5", 1, 4, 3, 4), numbers("u5", 4, 1, 3, 2)],
     lambda x, w: F.conv_transpose2d(x, w, stride=(2, 1), padding=(1, 0), output_padding=(1, 0), dilation=(1, 2), groups=4),
     stride=[2, 1], padding=[1, 0], outputPadding=[1, 0], dilation=[1, 2], groups=4)
case("convTranspose2d", [numbers("t6", 2, 3, 4), numbers("u6", 2, 3, 2, 2)],
     lambda x, w: F.conv_transpose2d(x, w, stride=2), stride=2)
case("convTranspose2d", [numbers("t7", 2, 3, 2, 2).permute(0, 2, 3, 1), numbers("u7", 2, 2, 1, 1)],
     lambda x, w: F.conv_transpose2d(x, w, stride=3, output_padding=2), stride=3, outputPadding=2)
case("convTranspose2d", [numbers("t8", 0, 2, 3, 3), numbers("u8", 2, 2, 2, 2)], lambda x, w: F.conv_transpose2d(x, w))
case("convTranspose3d", [numbers("t9", 1, 2, 2, 3, 2), numbers("u9", 2, 2, 2, 2, 2)],
     lambda x, w, bias: F.conv_transpose3d(x, w, bias, stride=2, padding=1, output_padding=1),
     bias=numbers("c9", 2), stride=2, padding=1, outputPadding=1, second=True)
case("convTranspose3d", [numbers("t10", 4, 2, 2, 2), numbers("u10", 4, 1, 2, 1, 3)],
     lambda x, w: F.conv_transpose3d(x, w, stride=(1, 2, 3), dilation=(2, 1, 1), groups=2),
     stride=[1, 2, 3], dilation=[2, 1, 1], groups=2)

case("conv2d", [numbers("x22", 1, 2, 4, 3).bfloat16(), numbers("w22", 2, 2, 2, 2).bfloat16()], F.conv2d, exact=True)
case("conv1d", [numbers("x23", 1, 2, 4).float(), numbers("w23", 2, 2, 2).float()], F.conv1d, exact=True)

image = numbers("image", 2, 3, 4, 5)
case("im2col", [image], lambda x: F.unfold(x, 2), size=2)
case("im2col", [image], lambda x: F.unfold(x, (3, 2), stride=(2, 1), padding=(1, 2), dilation=(1, 3)),
     size=[3, 2], stride=[2, 1], padding=[1, 2], dilation=[1, 3])
case("im2col", [image[0]], lambda x: F.unfold(x, 3, stride=2), size=3, stride=2)
case("im2col", [numbers("image2", 1, 5, 4, 2).permute(0, 3, 2, 1)], lambda x: F.unfold(x, (1, 2)), size=[1, 2])
case("col2im", [numbers("columns", 2, 12, 12)], lambda x: F.fold(x, (4, 5), 2), size=2, outputSize=[4, 5])
case("col2im", [numbers("columns2", 2, 12, 10)],
     lambda x: F.fold(x, (4, 5), (3, 2), stride=(2, 1), padding=(1, 2), dilation=(1, 4)),
     size=[3, 2], stride=[2, 1], padding=[1, 2], dilation=[1, 4], outputSize=[4, 5])
case("col2im", [numbers("columns3", 8, 4)], lambda x: F.fold(x, (3, 3), 2), size=2, outputSize=3)

x, w = numbers("x7", 2, 3, 5, 4), numbers("w7", 4, 2, 3, 2)
line, row = numbers("line", 1, 2, 5), numbers("row", 2, 2, 2)
error("conv2d", [x, w], F.conv2d, code="SHAPE_CONV")
error("conv2d", [x[0, 0], w], F.conv2d, code="SHAPE_CONV")
error("conv1d", [line, numbers("row2", 3, 1, 2)], lambda x, w: F.conv1d(x, w, groups=2), groups=2, code="SHAPE_CONV")
error("conv1d", [line, row], lambda x, w: F.conv1d(x, w, stride=0), stride=0, code="ATTR_SPATIAL")
error("conv1d", [line, row], lambda x, w: F.conv1d(x, w, padding=-1), padding=-1, code="ATTR_SPATIAL")
error("conv1d", [line, row], lambda x, w: F.conv1d(x, w, dilation=[1, 2]), dilation=[1, 2], code="ATTR_PER_AXIS")
error("conv1d", [line, row], lambda x, w: F.conv1d(x, w, padding="same", stride=2), padding="same", stride=2,
      code="ATTR_CONV_PADDING")
error("conv1d", [line, row], lambda x, w: F.conv1d(x, w, padding="full"), padding="full", code="ATTR_CONV_PADDING")
error("conv1d", [line, row], lambda x, w: F.conv1d(F.pad(x, (5, 5), mode="reflect"), w), padding=5, paddingMode="reflect",
      code="SHAPE_PAD_MODE")
error("conv1d", [line, row], lambda x, w, bias: F.conv1d(x, w, bias), bias=vector(1), code="SHAPE_CONV_BIAS")
error("conv1d", [line, numbers("row3", 2, 2, 6)], F.conv1d, code="SHAPE_WINDOWS_SPAN")
error("convTranspose1d", [line, numbers("row4", 3, 2, 2)], F.conv_transpose1d, code="SHAPE_CONV_TRANSPOSE")
error("convTranspose1d", [line, row], lambda x, w: F.conv_transpose1d(x, w, output_padding=1), outputPadding=1,
      code="ATTR_OUTPUT_PADDING")
error("convTranspose1d", [line, row], lambda x, w: F.conv_transpose1d(x, w, padding=3), padding=3,
      code="SHAPE_CONV_TRANSPOSE_EXTENT")
error("im2col", [x[0, 0]], lambda x: F.unfold(x, 2), size=2, code="SHAPE_IM2COL")
error("col2im", [numbers("columns4", 1, 8, 5)], lambda x: F.fold(x, (3, 3), 2), size=2, outputSize=[3, 3], code="SHAPE_COL2IM")
