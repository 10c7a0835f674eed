"""Functions of torch.nn.functional under their other names, and what came with them."""

import torch

from calls import call, error, given

image = given(torch.arange(2 * 3 * 6 * 7).remainder(17).reshape(2, 3, 6, 7).float() / 4 - 2, grad=True)
volume = given(torch.arange(2 * 2 * 4 * 5 * 6).remainder(23).reshape(2, 2, 4, 5, 6).float() / 4 - 2, grad=True)
row = given(torch.arange(2 * 3 * 6).remainder(7).reshape(2, 3, 6).float() / 2 - 1, grad=True)
x = given([-2.0, -0.5, 0.25, 3.0], grad=True)
half = given(torch.arange(12).remainder(5).reshape(2, 3, 2).float() / 5)
thirds = given(torch.arange(12).remainder(7).reshape(2, 2, 3).float() / 7)
F = "nn.functional."

for name, arguments in (("relu_", ()), ("celu_", (0.5,)), ("selu_", ()), ("threshold_", (0.1, 2)), ("elu_", (0.5,)), ("leaky_relu_", (0.5,)), ("hardtanh_", (-1.5, 0.5)), ("rrelu_", (0.25, 0.75))):
    call(F + name, x, *arguments)
call(F + "max_pool1d_with_indices", row, 2)
call(F + "max_pool2d_with_indices", image, 2, 1, 1)
call(F + "max_pool2d_with_indices", image, 3, ceil_mode=True, return_indices=False)
call(F + "max_pool3d_with_indices", volume, 2)
call(F + "adaptive_max_pool1d_with_indices", row, 4)
call(F + "adaptive_max_pool2d_with_indices", image, (2, 3))
call(F + "adaptive_max_pool3d_with_indices", volume, 2)
call(F + "fractional_max_pool2d_with_indices", image, 2, 3, _random_samples=half)
call(F + "fractional_max_pool2d", image, (2, 3), (5, 1), _random_samples=half)
call(F + "fractional_max_pool2d", image, 2, output_ratio=(0.5, 0.75), return_indices=True, _random_samples=half)
call(F + "fractional_max_pool3d_with_indices", volume, 2, (2, 3, 3), _random_samples=thirds)
call(F + "fractional_max_pool3d", volume, (2, 1, 3), 2, _random_samples=thirds)
error(F + "fractional_max_pool2d", image, 2)
error(F + "fractional_max_pool2d", image, 2, 6, _random_samples=half)
error(F + "fractional_max_pool2d", image, (2, 2, 2), 2, _random_samples=half)
error(F + "fractional_max_pool2d", image, 2, (2, 2, 2), _random_samples=half)
error(F + "fractional_max_pool2d", volume, 2, 2, _random_samples=half)
error(F + "fractional_max_pool2d", x, 2, 2)
error(F + "fractional_max_pool3d", volume, 2, (3, 3, 3), _random_samples=thirds)
error(F + "fractional_max_pool3d", volume, (2, 2), 2, _random_samples=thirds)

weight = given(torch.arange(24).remainder(9).reshape(2, 3, 4).float() / 3 - 1, grad=True)
bias = given([0.5, -1.0, 2.0, 0.25], grad=True)
times = given(torch.arange(30).remainder(11).reshape(5, 2, 3).float() / 4 - 1, grad=True)
call(F + "conv_tbc", times, weight, bias)
call(F + "conv_tbc", times, weight, bias, 2)
error(F + "conv_tbc", given(torch.ones(5, 3)), weight, bias)
error(F + "conv_tbc", times, given(torch.ones(2, 3)), bias)
error(F + "conv_tbc", times, weight, given(torch.ones(4, 1)))
error(F + "conv_tbc", times, given(torch.ones(2, 4, 4)), bias)
error(F + "conv_tbc", times, weight, given(torch.ones(3)))

call(F + "upsample_nearest", image, scale_factor=2, node="UpsampleNearest2DBackward0")
call(F + "upsample_nearest", image, (3, 9), node="UpsampleNearest2DBackward0")
call(F + "upsample_bilinear", image, (3, 9), node="UpsampleBilinear2DBackward0", tolerance=1e-5)
for mode, node in (("bilinear", "UpsampleBilinear2DAaBackward0"), ("bicubic", "UpsampleBicubic2DAaBackward0")):
    call(F + "interpolate", image, (3, 4), mode=mode, antialias=True, node=node, tolerance=1e-5)
    call(F + "interpolate", image, (2, 14), mode=mode, align_corners=True, antialias=True, node=node, tolerance=1e-5)
    call(F + "interpolate", image, scale_factor=(0.4, 0.3), mode=mode, antialias=True, node=node, tolerance=1e-5)
    call(F + "interpolate", image, scale_factor=(0.4, 1.7), mode=mode, antialias=True, recompute_scale_factor=True, node=node, tolerance=1e-5)
    call(F + "interpolate", given(image.base.double(), grad=True), (4, 2), mode=mode, antialias=True, node=node)
error(F + "interpolate", row, 3, mode="linear", antialias=True)
error(F + "interpolate", image, 3, mode="nearest", antialias=True)

y = given([0.5, 1.0, -1.0, 2.0])
call(F + "mse_loss", x, y, None, None, "sum")
call(F + "mse_loss", x, y, False)
call(F + "l1_loss", x, y, reduce=False)
call(F + "smooth_l1_loss", x, y, None, None, "sum", 0.5)
call(F + "kl_div", x, y, None, None, "sum", True)
call(F + "softmax", x, 0, 3, torch.float64)
call(F + "log_softmax", x, 0, dtype=torch.float64)
error(F + "mse_loss", x, y, foo=1)
