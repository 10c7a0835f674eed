"""Functions of torch.special that torch does not have: Bessel's of other kinds, scaled tails, zeta, orthogonal polynomials."""

import torch
from calls import call, error, given

inf, nan = float("inf"), float("nan")


def leaf(values, dtype=torch.float32):
    return given(torch.tensor(values, dtype=dtype), grad=True)


positive = [0.0625, 0.5, 1.0, 1.75, 2.5, 4.0, 7.5, 8.5, 12.0, 30.0]
for dtype in (torch.float32, torch.float64):
    bound = 3e-6 if dtype == torch.float32 else 1e-13
    # PyTorch's are exact to 8 digits in places.
    wide = max(bound, 3e-8)
    for name in ["bessel_j0", "bessel_j1", "spherical_bessel_j0", "modified_bessel_i0", "modified_bessel_i1"]:
        call(f"special.{name}", given(torch.tensor([-x for x in positive] + [0.0] + positive, dtype=dtype)), tolerance=wide)
    for name in ["bessel_y0", "bessel_y1", "modified_bessel_k0", "modified_bessel_k1", "scaled_modified_bessel_k0", "scaled_modified_bessel_k1"]:
        call(f"special.{name}", given(torch.tensor(positive, dtype=dtype)), tolerance=wide)
    call("special.airy_ai", given(torch.tensor([-20.0, -8.0, -2.5, -2.0, -1.0, 0.0, 0.5, 2.0, 2.5, 3.0, 9.0], dtype=dtype)), tolerance=5e-6)
    call("special.erfcx", leaf([-3.0, -0.5, 0.0, 0.25, 1.0, 4.0, 30.0], dtype), tolerance=bound)
    call("special.log_ndtr", leaf([-30.0, -5.0, -1.0, -0.99, 0.0, 0.5, 4.0], dtype), tolerance=max(bound, 2e-5) if dtype == torch.float32 else bound)
    call("special.zeta", given(torch.tensor([1.5, 2.0, 3.25, 8.0, 2.0, 3.0], dtype=dtype)), leaf([0.5, 1.0, 2.5, 4.0, -0.5, -2.25], dtype), tolerance=bound)
for name in ["bessel_y0", "bessel_y1", "modified_bessel_k0", "modified_bessel_k1", "scaled_modified_bessel_k0"]:
    call(f"special.{name}", given([0.0, -1.0, nan]))
call("special.bessel_j0", given([1, 2]), tolerance=1e-6)
call("special.erfcx", given([inf, nan, 3e38]))
call("special.log_ndtr", given([inf, -inf, nan]))
call("special.zeta", given([2.0, 2.0, 1.0, 0.5, 2.5, nan]), given([0.0, -3.0, 2.0, 2.0, -0.5, 1.0]))
call("special.zeta", 2, leaf([0.5, 3.0]), tolerance=1e-6)
call("special.zeta", given([2.0, 3.5]), 2, tolerance=1e-6)
call("special.zeta", given([[2.0], [3.0]]), leaf([0.5, 3.0, 7.0]), tolerance=1e-6)
call("special.zeta", leaf([2.0]), given([3.0]), gradient=False, tolerance=1e-6)
error("special.zeta", leaf([2.0]), given([3.0]), backward=True)

points = given([-1.5, -0.5, 0.0, 0.25, 1.0, 2.0, 0.75])
degrees = given([0, 1, 2, 3, 4, 5, 3])
for name in ["chebyshev_polynomial_t", "chebyshev_polynomial_u", "chebyshev_polynomial_v", "chebyshev_polynomial_w", "hermite_polynomial_h",
             "hermite_polynomial_he", "laguerre_polynomial_l", "legendre_polynomial_p", "shifted_chebyshev_polynomial_t",
             "shifted_chebyshev_polynomial_u", "shifted_chebyshev_polynomial_v", "shifted_chebyshev_polynomial_w"]:
    call(f"special.{name}", points, degrees, tolerance=1e-6)
    call(f"special.{name}", points, 4, tolerance=1e-6)
call("special.legendre_polynomial_p", given(torch.tensor([0.25, 0.5], dtype=torch.float64)), 5)
call("special.hermite_polynomial_h", given([1.5, 0.5]), given([-1.0, 2.5]))
call("special.hermite_polynomial_h", 2, given([1.0, 3.0]))
call("special.bessel_j0", given([1.0]), out=given(torch.zeros(0)))
call("special.laguerre_polynomial_l", given([1.0]), 2, out=given(torch.zeros(0)))
