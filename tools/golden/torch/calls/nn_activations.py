"""Activations of torch.nn.functional, kinks and infinities among the operands, in place too."""

import torch

from calls import call, error, given

F = "nn.functional."
x = given([[-30.0, -3.5, -1.0, -0.5, 0.0, 0.25], [0.5, 1.0, 3.0, 6.0, 7.5, 40.0]], grad=True)
double = given([[-2.5, -0.25], [0.75, 5.0]], dtype=torch.float64, grad=True)
half = given([[-2.5, -0.25], [0.75, 5.0]], dtype=torch.bfloat16)
whole = given([[-2, 1], [3, 9]])
flags = given([True, False])
ends = given([float("-inf"), float("inf"), float("nan")])

in_place = "relu relu6 leaky_relu elu celu selu silu mish hardtanh hardsigmoid hardswish".split()
others = "gelu softplus softsign logsigmoid tanhshrink softshrink hardshrink".split()
for name in in_place + others:
    call(F + name, x)
    call(F + name, double, tolerance=1e-7 if name == "hardsigmoid" else None)
    if name not in ("mish", "logsigmoid", "hardsigmoid", "softsign"):
        call(F + name, half, gradient=False)
    call(F + name, x.to("t"))
    if name != "softshrink":  # NaN gives NaN in 2.x.
        call(F + name, ends)
for name in in_place:
    call(F + name, x.to("clone"), inplace=True)
for name in "relu6 hardtanh softsign tanhshrink relu".split():
    call(F + name, whole)
for name in "leaky_relu elu celu selu silu mish hardsigmoid hardswish gelu softplus logsigmoid softshrink hardshrink glu".split():
    error(F + name, whole)
error(F + "hardtanh", flags)
error(F + "relu", flags)

call(F + "leaky_relu", x, 0.2)
call(F + "leaky_relu", x, negative_slope=-0.5)
call(F + "elu", x, 0.5)
call(F + "celu", x, 2.0)
call(F + "celu", x, alpha=0.5)
call(F + "hardtanh", x, -2.0, 3.0)
call(F + "hardtanh", x, max_val=0.5)
call(F + "softplus", x, 2.0)
call(F + "softplus", x, beta=0.5, threshold=1.0)
call(F + "softshrink", x, 1.0)
call(F + "hardshrink", x, 1.0)
call(F + "threshold", x, 0.25, -1.0)
call(F + "threshold", x.to("clone"), 0.25, -1.0, inplace=True)
call(F + "gelu", x, approximate="tanh")
call(F + "gelu", double, approximate="tanh")
for dim in (0, 1, -1):
    call(F + "glu", given([[1.0, -2.0, 0.5, 3.0], [0.0, 1.5, -1.0, 2.0]], grad=True), dim)
for name in "softmax softmin log_softmax".split():
    for dim in (0, 1, -1):
        call(F + name, x, dim, tolerance=1e-5)
    call(F + name, whole, 0, dtype=torch.float64)
    error(F + name, x, 2)
    error(F + name, whole, 1)
call(F + "prelu", x, given([0.25], grad=True))
call(F + "prelu", x, given([0.25, 0.5, 0.1, -0.5, 1.0, 2.0], grad=True))
call(F + "rrelu", x)
call(F + "rrelu", x, 0.1, 0.5)
call(F + "rrelu", x.to("clone"), 0.1, 0.5, inplace=True)

error(F + "glu", given([[1.0, 2.0, 3.0]]))
error(F + "glu", given(1.0))
error(F + "softshrink", x, -1.0)
error(F + "gelu", x, approximate="erf")
error(F + "rrelu", x, 0.5, 0.1)
error(F + "celu", x, alpha=0.0)
error(F + "prelu", x, given([0.25, 0.5]))
for name in "dropout dropout1d dropout2d dropout3d alpha_dropout feature_alpha_dropout".split():
    error(F + name, x, 1.5)
    error(F + name, x, -0.5)
    call(F + name, given(torch.ones(2, 3, 2), grad=True), 0.5, False, node=None)
    call(F + name, given(torch.ones(2, 3, 2), grad=True), 0.0, True)
call(F + "dropout", x, 1.0)
call(F + "alpha_dropout", x, 1.0, True)
error(F + "dropout1d", given([1.0, 2.0]))
error(F + "dropout2d", given([1.0, 2.0]))
