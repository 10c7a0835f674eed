"""Linear layers, convolutions, pooling and padding of torch.nn.functional."""

import torch

from calls import call, error, given

F = "nn.functional."


def numbers(*shape, grad=True, dtype=torch.float32, step=7):
    """Distinct fractions, without ties."""
    count = int(torch.tensor(shape).prod()) if shape else 1
    flat = torch.tensor([((k * step) % (count + 1 if (count + 1) % step else count + 2) - count / 2) / 8 for k in range(count)], dtype=torch.float64)
    return given(flat.reshape(shape).to(dtype), grad=grad)


# Linear.
w, b = numbers(4, 3), numbers(4)
for x in (numbers(2, 3), numbers(3), numbers(2, 5, 3), numbers(0, 3)):
    call(F + "linear", x, w, b)
    call(F + "linear", x, w, node="SqueezeBackward4" if len(x.base.shape) == 1 else None)
call(F + "linear", numbers(2, 3), w, bias=b)
call(F + "linear", numbers(3, 2).to("t"), w, b)
error(F + "linear", numbers(2, 3), numbers(4, 2))
error(F + "linear", numbers(2, 5, 3), numbers(4, 2))
call(F + "bilinear", numbers(2, 3), numbers(2, 4), numbers(5, 3, 4), numbers(5))
call(F + "bilinear", numbers(2, 3), numbers(2, 4), numbers(5, 3, 4))
call(F + "bilinear", numbers(2, 2, 3), numbers(2, 2, 4), numbers(5, 3, 4), numbers(5))
error(F + "bilinear", numbers(2, 3), numbers(3, 4), numbers(5, 3, 4))
error(F + "bilinear", numbers(2, 3), numbers(2, 3), numbers(5, 3, 4))
error(F + "bilinear", numbers(2, 2), numbers(2, 3), numbers(5, 3, 4))
error(F + "bilinear", numbers(2, 3), numbers(2, 4), numbers(5, 3, 4), numbers(4))

# Convolutions.
window = {1: (3,), 2: (3, 2), 3: (2, 2, 2)}
image = {1: (7,), 2: (5, 4), 3: (3, 3, 4)}
for rank in (1, 2, 3):
    name = F + f"conv{rank}d"
    x, w, b = numbers(2 if rank < 3 else 1, 4, *image[rank]), numbers(4, 4, *window[rank]), numbers(4)
    call(name, x, w, b)
    call(name, x, w)
    call(name, numbers(4, *image[rank]), w, b)
    call(name, x, w, b, 2, 1)
    call(name, x, w, b, stride=2, padding=1)
    call(name, x, w, padding="same")
    call(name, x, w, padding="valid")
    call(name, x, numbers(4, 2, *window[rank]), b, groups=2)
    call(name, x, numbers(4, 1, *window[rank]), groups=4)
    call(name, x, w, padding=1, dilation=2)
    call(name, numbers(2, 4, *image[rank], dtype=torch.float64), numbers(4, 4, *window[rank], dtype=torch.float64))
    transposed = F + f"conv_transpose{rank}d"
    w, b = numbers(4, 3, *window[rank]), numbers(3)
    call(transposed, x, w, b)
    call(transposed, numbers(4, *image[rank]), w)
    call(transposed, x, w, b, 2, 1, 1)
    call(transposed, x, w, b, stride=2, padding=1, output_padding=1)
    call(transposed, x, numbers(4, 3, *window[rank]), groups=2)
    call(transposed, x, w, dilation=2)
    error(transposed, x, w, output_padding=1)
    error(transposed, x, numbers(5, 3, *window[rank]))
    error(transposed, x, w, numbers(4))
    error(transposed, x, w, padding=9)
    error(name, numbers(4), numbers(4, 4, *window[rank]))
    error(name, numbers(2, 3, *image[rank]), numbers(4, 4, *window[rank]))
    error(name, x, numbers(4, 4, *window[rank]), numbers(5))
    error(name, x, numbers(4, 4, *window[rank]), groups=2)
    error(name, x, numbers(5, 2, *window[rank]), groups=2)
    error(name, x, numbers(4, 4, *[9] * rank))
    for keyword in ("stride", "dilation"):
        error(name, x, numbers(4, 4, *window[rank]), message=f"non-positive {keyword} is not supported", kind="RuntimeError", **{keyword: 0})
    error(name, x, numbers(4, 4, *window[rank]), padding=-1)
    error(name, x, numbers(4, 4, *window[rank]), padding="full")
    error(name, x, numbers(4, 4, *window[rank]), stride=2, padding="same")
x = numbers(2, 4, 6, 5)
call(F + "conv2d", x, numbers(6, 4, 3, 2), stride=[2, 1], padding=[1, 0], dilation=[1, 2])
error(F + "conv2d", x, numbers(6, 4, 3, 2), stride=[1, 2, 3])
error(F + "conv2d", x, numbers(6, 4, 3, 2, dtype=torch.float64))
error(F + "conv2d", x, numbers(6, 4, 3, 2), numbers(6, dtype=torch.float64))
error(F + "conv2d", x, numbers(6, 4, 3))

# Pooling.
image = {1: (8,), 2: (5, 6), 3: (4, 3, 5)}
for rank in (1, 2, 3):
    x = numbers(1, 2, *image[rank], step=5)
    for name in (f"max_pool{rank}d", f"avg_pool{rank}d"):
        call(F + name, x, 2)
        call(F + name, numbers(2, *image[rank], step=5), 2)
        call(F + name, x, 3, 2, 1)
        call(F + name, x, 3, stride=2, ceil_mode=True)
        call(F + name, x, 3, stride=2, padding=1, ceil_mode=True)
        call(F + name, given(x.base), 2)
        error(F + name, x, 2, padding=2)
        error(F + name, x, 9)
    call(F + f"max_pool{rank}d", x, 2, return_indices=True)
    call(F + f"max_pool{rank}d", x, 3, 2, 1, return_indices=True)
    call(F + f"max_pool{rank}d", x, 2, stride=1, dilation=2)
    error(F + f"max_pool{rank}d", x, 2, stride=0)
    call(F + f"avg_pool{rank}d", x, 3, 2, 1, count_include_pad=False)
    if rank > 1:
        call(F + f"avg_pool{rank}d", x, 2, divisor_override=3)
        error(F + f"avg_pool{rank}d", x, 2, divisor_override=0)
    for name in (f"adaptive_avg_pool{rank}d", f"adaptive_max_pool{rank}d"):
        for size in (1, 3):
            call(F + name, x, size)
            call(F + name, numbers(2, *image[rank], step=5), size)
        if rank > 1:
            call(F + name, x, [None] + [2] * (rank - 1))
            error(F + name, x, [1] * (rank + 1), **({} if "avg" in name else {"message": f"{name}: output_size must be {rank}", "kind": "RuntimeError"}))
        error(F + name, numbers(3), 2)
    call(F + f"adaptive_max_pool{rank}d", x, 3, return_indices=True)
error(F + "max_pool1d", numbers(8), 2)
error(F + "max_pool2d", numbers(3, 8), 2)
error(F + "max_pool2d", given(x.base.reshape(1, 2, -1, 5)), [2, 2, 2])
error(F + "max_pool2d", numbers(1, 2, 4, 4), 2, dilation=0)
error(F + "avg_pool1d", numbers(8), 2)
positive = given(torch.arange(1.0, 49.0).reshape(2, 1, 4, 6) / 7, grad=True)
call(F + "lp_pool2d", positive, 2, 2)
call(F + "lp_pool2d", positive, 3, [2, 3], stride=1)
call(F + "lp_pool1d", given(torch.arange(1.0, 13.0).reshape(1, 2, 6) / 7, grad=True), 2, 2)
call(F + "max_unpool1d", numbers(1, 2, 2), given([[[1, 2], [0, 3]]]), 2)
call(F + "max_unpool2d", numbers(1, 1, 1, 2), given([[[[1, 6]]]]), 2)
call(F + "max_unpool2d", numbers(1, 1, 1, 2), given([[[[1, 6]]]]), 2, output_size=[3, 5])
call(F + "max_unpool3d", numbers(1, 1, 1, 1, 2), given([[[[[1, 14]]]]]), 2)
error(F + "max_unpool2d", numbers(1, 1, 1, 2), given([[[[1, 22]]]]), 2)
error(F + "max_unpool2d", numbers(1, 1, 1, 2), given([[[[1, 6]]]]), 2, output_size=[9, 9])
error(F + "max_unpool2d", numbers(1, 1, 1, 2), given([[[[1, 6]]]]), 2, output_size=[9])
error(F + "max_unpool2d", numbers(1, 1, 1, 2), given([[[[1]]]]), 2)

# Padding.
image = {1: (4,), 2: (4, 5), 3: (3, 4, 5)}
for rank in (1, 2, 3):
    x = numbers(2, 3, *image[rank])
    pads = [1, 2, 2, 1, 1, 1][: 2 * rank]
    call(F + "pad", x, pads)
    call(F + "pad", x, pads, value=1.5)
    call(F + "pad", x, [-1] + pads[1:])
    for mode in ("reflect", "replicate"):
        call(F + "pad", x, pads, mode)
        call(F + "pad", numbers(3, *image[rank]), pads, mode=mode)
    call(F + "pad", x, pads, mode="circular", node="CopySlices")
    error(F + "pad", x, [1] * (2 * rank + 8))
call(F + "pad", given([1, 2]), [1, 1])
call(F + "pad", given([True, False]), [0, 2])
error(F + "pad", numbers(2, 3), [1])
error(F + "pad", numbers(2, 3), [1, 1], "mirror")
error(F + "pad", numbers(2, 3), [1, 1], "reflect", 1.0)
error(F + "pad", numbers(2, 3, 4), [4, 0], "reflect")
error(F + "pad", numbers(2, 3, 4), [5, 0], "circular")
error(F + "pad", numbers(4), [1, 1], "reflect")
