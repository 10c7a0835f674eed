"""Activations, and the softmax family."""

import torch
import torch.nn.functional as F

from golden import KINKS, SPECIAL, case, error, inf, numbers, vector

LARGE = vector(-1000.0, -88.5, -30.0, -6.0, 0.0, 6.0, 30.0, 88.5, 1000.0)

case("relu", [KINKS], F.relu)
case("relu", [SPECIAL], F.relu)
case("sigmoid", [KINKS], torch.sigmoid, second=True)
case("sigmoid", [SPECIAL], torch.sigmoid)
case("logSigmoid", [LARGE], F.logsigmoid)
case("silu", [LARGE], F.silu)
case("gelu", [LARGE], F.gelu)
case("gelu", [KINKS], lambda x: F.gelu(x, approximate="tanh"), approximate="tanh")
case("gelu", [LARGE], lambda x: F.gelu(x, approximate="tanh"), approximate="tanh")

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
