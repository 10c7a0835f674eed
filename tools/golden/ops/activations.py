"""Activations, and the softmax family."""

import torch
import torch.nn.functional as F

from golden import KINKS, SPECIAL, case, error, inf, nan, numbers, vector

LARGE = vector(-1000.0, -88.5, -30.0, -6.0, 0.0, 6.0, 30.0, 88.5, 1000.0)

case("relu", [KINKS], F.relu)
case("relu", [SPECIAL], F.relu)
case("sigmoid", [KINKS], torch.sigmoid, second=True)
case("sigmoid", [SPECIAL], torch.sigmoid)
case("logSigmoid", [LARGE], F.logsigmoid)
case("silu", [LARGE], F.silu)
# PyTorch's is 0 below -8.3: 1 + erf cancels there.
case("gelu", [vector(-1000.0, -6.0, -1.0, 0.0, 1.0, 6.0, 30.0, 88.5, 1000.0)], F.gelu, second=True, tolerance="compound")
case("gelu", [KINKS], lambda x: F.gelu(x, approximate="tanh"), approximate="tanh")
case("gelu", [LARGE], lambda x: F.gelu(x, approximate="tanh"), approximate="tanh")

CORNERS = vector(-6.0, -3.0, -1.0, -0.5, -0.25, -0.0, 0.0, 0.25, 0.5, 1.0, 3.0, 6.0, 7.0)
ENDS = vector(-inf, -1000.0, -88.5, 88.5, 1000.0, inf, nan)
PIECES = [
    ("relu6", F.relu6, {}),
    ("hardtanh", lambda x: F.hardtanh(x, -0.5, 3.0), dict(low=-0.5, high=3.0)),
    ("hardswish", F.hardswish, {}),
    ("leakyRelu", lambda x: F.leaky_relu(x, 0.25), dict(negativeSlope=0.25)),
    ("softshrink", lambda x: F.softshrink(x, 0.5), dict(**{"lambda": 0.5})),
    ("hardshrink", lambda x: F.hardshrink(x, 0.5), dict(**{"lambda": 0.5})),
    ("threshold", lambda x: F.threshold(x, 0.5, -2.5), dict(threshold=0.5, value=-2.5)),
]
for name, f, options in PIECES:
    case(name, [CORNERS], f, **options)
    # Here NaN stays NaN, which softshrink makes 0 in 1.13.
    case(name, [ENDS[:-1] if name == "softshrink" else ENDS], f, **options)
case("softshrink", [vector(nan, 1.0)], lambda x: torch.where(x.isnan(), x, F.softshrink(x, 0.5)), unlike=lambda x: F.softshrink(x, 0.5),
     name="softshrink: NaN", **{"lambda": 0.5})
# Its derivative is the float32 number next to 1/6 in every dtype.
case("hardsigmoid", [CORNERS.float()], F.hardsigmoid, exact=True)
case("hardsigmoid", [ENDS.float()], F.hardsigmoid, exact=True)
SMOOTH = [
    ("elu", lambda x: F.elu(x, 0.75), dict(alpha=0.75)),
    ("celu", lambda x: F.celu(x, 0.75), dict(alpha=0.75)),
    ("selu", F.selu, {}),
    ("mish", F.mish, {}),
    ("softplus", F.softplus, {}),
    ("softplus", lambda x: F.softplus(x, 2.0, 3.0), dict(beta=2.0, threshold=3.0)),
    ("softsign", F.softsign, {}),
    ("tanhshrink", F.tanhshrink, {}),
]
for name, f, options in SMOOTH:
    case(name, [CORNERS], f, second=True, **options)
    case(name, [ENDS[ENDS != inf] if name == "mish" else ENDS], f, **options)
# PyTorch's derivative of mish is NaN at Infinity: Infinity times 0.
case("mish", [vector(inf, 30.0)], lambda x: x * 1, unlike=F.mish, name="mish: Infinity")
activated = numbers("activations", 2, 4, 3)
case("prelu", [activated, numbers("prelu", 4)], F.prelu)
case("prelu", [activated, numbers("prelu one", 1)], F.prelu)
case("prelu", [CORNERS, vector(0.25)], F.prelu)
case("prelu", [activated.transpose(0, 1), numbers("prelu two", 2)], F.prelu)
error("prelu", [activated, numbers("prelu two", 2)], F.prelu, code="SHAPE_PRELU")
case("glu", [activated], lambda x: F.glu(x, 1), axis=1, second=True)
case("glu", [activated.transpose(1, 2)], F.glu)
error("glu", [activated], F.glu, code="SHAPE_GLU")
case("softmin", [activated], lambda x: F.softmin(x, 1), axis=1, second=True)

x = numbers("softmax", 3, 5)
case("softmax", [x], lambda x: F.softmax(x, -1), second=True)
case("softmax", [x], lambda x: F.softmax(x, 0), axis=0)
case("softmax", [x * 1024], lambda x: F.softmax(x, -1))
case("softmax", [x.t()], lambda x: F.softmax(x, -1))
case("softmax", [x[1].expand(3, 5)], lambda x: F.softmax(x, 0), axis=0)
case("softmax", [vector(1.0, -inf, 2.0, -inf)], lambda x: F.softmax(x, -1))
case("logSoftmax", [x], lambda x: F.log_softmax(x, -1), second=True)
case("logSoftmax", [numbers("logSoftmax", 2, 3, 4)], lambda x: F.log_softmax(x, 1), axis=1)
case("logSumExp", [x], lambda x: torch.logsumexp(x, -1), second=True)
case("logSumExp", [x * 1024], lambda x: torch.logsumexp(x, 0, keepdim=True), axis=0, keepDims=True)
case("logSumExp", [torch.stack([vector(-inf, -inf), vector(1.0, inf), vector(-inf, 2.0)])], lambda x: torch.logsumexp(x, -1))
error("softmax", [x], lambda x: F.softmax(x, 2), code="ATTR_AXIS_RANGE", axis=2)
