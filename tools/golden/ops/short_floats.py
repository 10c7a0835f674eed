"""Float16 and bfloat16: what is stored narrow and computed in float32. Elementwise functions, activations, norms, reductions by row.

PyTorch's CPU has few kernels for float16, and some functions of bfloat16 are missing too; a function is compared in the dtypes it runs in.
"""

import torch
import torch.nn.functional as F

from golden import case, inf, nan, numbers, vector

DTYPES = (torch.bfloat16, torch.float16)
# Nothing that overflows or underflows: the reference computes in float64, and rounds nothing.
SPECIAL = vector(-inf, -60.0, -30.0, -2.5, -1.0, -0.0, 0.0, 2.0**-6, 0.5, 1.0, 2.5, 30.0, 60.0, inf, nan)
ANGLES = vector(-100.0, -3.0, -1.0, -0.0, 0.0, 0.5, 1.5, 3.25, 100.0, inf, nan)
plain = numbers("short plain", 3, 4)
inside = numbers("short inside", 3, 4, low=-0.75, high=0.75)
positive = numbers("short positive", 3, 4, low=0.25, high=4)
other = numbers("short other", 3, 4)


def runs(function, operands, options):
    """Whether PyTorch has kernels for both directions; what else goes wrong is an error."""
    leaves = [each.detach().requires_grad_() for each in operands]
    held = {key: value.detach().requires_grad_() for key, value in options.items() if isinstance(value, torch.Tensor)}
    try:
        output = function(*leaves, **held)
        if output.requires_grad:
            output.sum().backward()
        return True
    except RuntimeError as problem:
        if "not implemented for" not in str(problem):
            raise
        return False


def short(name, operands, function, **options):
    for dtype in DTYPES:
        typed = [each.to(dtype) for each in operands]
        held = {key: value.to(dtype) if isinstance(value, torch.Tensor) else value for key, value in options.items()}
        if runs(function, typed, held):
            case(name, typed, function, exact=True, **held)


for name, function in {
    "abs": torch.abs, "neg": torch.neg, "sign": torch.sign, "floor": torch.floor, "ceil": torch.ceil, "trunc": torch.trunc,
    "round": torch.round, "square": torch.square, "exp": torch.exp, "expm1": torch.expm1, "tanh": torch.tanh, "erf": torch.erf,
    "sigmoid": torch.sigmoid, "reciprocal": torch.reciprocal, "relu": F.relu, "relu6": F.relu6, "hardtanh": F.hardtanh,
    "hardsigmoid": F.hardsigmoid, "hardswish": F.hardswish, "leakyRelu": F.leaky_relu, "elu": F.elu, "celu": F.celu, "selu": F.selu,
    "silu": F.silu, "softplus": F.softplus, "softsign": F.softsign, "logSigmoid": F.logsigmoid, "hardshrink": F.hardshrink,
    "frac": torch.frac, "nanToNum": torch.nan_to_num,
}.items():
    short(name, [SPECIAL], function)
    short(name, [plain], function)
for name, function in {"sin": torch.sin, "cos": torch.cos, "tan": torch.tan}.items():
    short(name, [ANGLES], function)
    short(name, [plain], function)
for name, function in {"gelu": F.gelu, "mish": F.mish, "tanhshrink": F.tanhshrink, "sinh": torch.sinh, "cosh": torch.cosh}.items():
    short(name, [plain], function)
for name, function in {"log": torch.log, "log2": torch.log2, "log10": torch.log10, "log1p": torch.log1p, "sqrt": torch.sqrt,
                       "rsqrt": torch.rsqrt, "lgamma": torch.lgamma, "digamma": torch.digamma}.items():
    short(name, [positive], function)
for name, function in {"asin": torch.asin, "acos": torch.acos, "atan": torch.atan, "asinh": torch.asinh, "atanh": torch.atanh,
                       "erfinv": torch.erfinv}.items():
    short(name, [inside], function)
for name, function in {
    "add": torch.add, "sub": torch.sub, "mul": torch.mul, "div": torch.div, "maximum": torch.maximum, "minimum": torch.minimum,
    "rem": torch.fmod, "remainder": torch.remainder, "fmax": torch.fmax, "fmin": torch.fmin, "copysign": torch.copysign,
    "hypot": torch.hypot, "atan2": torch.atan2, "floorDivide": lambda a, b: torch.div(a, b, rounding_mode="floor"),
}.items():
    short(name, [plain, other], function)
    short(name, [plain, other[0]], function)
short("pow", [positive, other], torch.pow)
short("xlogy", [plain, positive], torch.xlogy)
short("clamp", [SPECIAL], lambda x: torch.clamp(x, -2.5, 30.0), low=-2.5, high=30.0)
short("lerp", [plain, other, inside], torch.lerp)
short("addcmul", [plain, other, inside], lambda a, b, c: torch.addcmul(a, b, c, value=0.5), value=0.5)
short("addcdiv", [plain, other, positive], lambda a, b, c: torch.addcdiv(a, b, c, value=0.5), value=0.5)
short("prelu", [plain, vector(0.25)], F.prelu)
short("glu", [plain], F.glu)

rows, images = numbers("short rows", 3, 6), numbers("short images", 2, 4, 3, 3)
weight, bias, channels, shift = (numbers(f"short parameter {k}", size) for k, size in enumerate((6, 6, 4, 4)))
for name, function in {"softmax": F.softmax, "logSoftmax": F.log_softmax}.items():
    short(name, [rows], lambda x: function(x, -1))
    short(name, [rows * 16], lambda x: function(x, 0), axis=0)
short("logSumExp", [rows], lambda x: torch.logsumexp(x, -1))
for name, function in {"sum": torch.sum, "mean": torch.mean, "prod": torch.prod}.items():
    short(name, [rows], lambda x: function(x, 1), axis=1)
short("max", [rows], lambda x: torch.amax(x, 1), axis=1)
short("variance", [rows], lambda x: torch.var(x, 1), axis=1)
short("std", [rows], lambda x: torch.std(x, 1), axis=1)
for p in (1, 2, inf):
    short("norm", [rows], lambda x: torch.linalg.vector_norm(x, p, 1), axis=1, p=float(p))
short("layerNorm", [rows], lambda x: F.layer_norm(x, (6,)))
short("layerNorm", [rows], lambda x, weight, bias: F.layer_norm(x, (6,), weight, bias), weight=weight, bias=bias)
short("groupNorm", [images], lambda x, weight, bias: F.group_norm(x, 2, weight, bias), groups=2, weight=channels, bias=shift)
short("instanceNorm", [images], lambda x: F.instance_norm(x))
short("localResponseNorm", [images], lambda x: F.local_response_norm(x, 2), size=2)
short("normalize", [rows], lambda x: F.normalize(x, dim=1))
short("mse", [plain, other], F.mse_loss)
short("l1", [plain, other], F.l1_loss)
short("smoothL1", [plain, other], F.smooth_l1_loss)
short("huber", [plain, other], F.huber_loss)
short("bceWithLogits", [plain, inside.abs()], F.binary_cross_entropy_with_logits)
