"""`torch.special`."""

import math

import torch

from calls import call, given

nan, inf = math.nan, math.inf
inside = given([0.125, 0.5, 0.75], grad=True)
double = given([0.25, 0.5, 0.875], dtype=torch.float64, grad=True)
whole = given([0, 1])
for name in "expit logit erf erfc erfinv exp2 expm1 log1p gammaln digamma psi sinc entr ndtr ndtri".split():
    call("special." + name, inside)
    call("special." + name, double, tolerance=1e-8 if name in ("digamma", "psi") else None)
    call("special." + name, whole)
call("special.entr", given([-1.0, 0.0, nan, inf]))
call("special.ndtr", given([-inf, 0.0, inf, nan]))
call("special.round", given([0.5, 1.5, -2.5], grad=True))
call("special.multigammaln", given([2.5, 3.0], grad=True), 2)
call("special.softmax", inside, 0)
call("special.log_softmax", inside, 0)
call("special.logsumexp", inside, 0)
for name in ("xlogy", "xlog1py"):
    call("special." + name, inside, double)
    call("special." + name, inside, 2)
    call("special." + name, 2, inside)
    call("special." + name, given([0.0, 0.0, 1.0]), given([0.0, nan, -2.0]))
