"""Functions of mathematics with series of their own: Bessel, polygamma, incomplete gamma; and what floats are made of."""

import torch
from calls import call, error, given

inf, nan = float("inf"), float("nan")
both = [torch.float32, torch.float64]


def leaf(values, dtype=torch.float32):
    return given(torch.tensor(values, dtype=dtype), grad=True)


spread = [-30.0, -9.5, -8.0, -3.25, -0.5, 0.25, 1.5, 7.75, 8.5, 20.0]
for dtype in both:
    for name in ["i0", "i0_", "special.i0", "special.i0e", "special.i1", "special.i1e"]:
        call(name, leaf(spread, dtype), tolerance=3e-6 if dtype == torch.float32 else 1e-13)
call("special.i0e", given([-2.0, 0.5, 3.0]), tolerance=1e-6)
call("special.i1e", leaf([0.0, -0.0, 1e-5]), tolerance=1e-6)
call("special.i1", leaf([0.0, -0.0, 1e-5]), tolerance=1e-6)
call("i0", leaf([0.0, -0.0, inf, nan]), gradient=False)
call("i0", given([1, 2]))
call("i0", given([True, False]))

points = [-2.75, -1.5, -0.25, 0.125, 0.5, 1.0, 2.5, 7.0, 40.0]
positive = [0.0625, 0.25, 0.5, 1.0, 2.5, 7.0, 12.0, 40.0]
for dtype in both:
    for order in range(0, 5):
        call("special.polygamma", order, leaf(positive, dtype), tolerance=4e-6 if dtype == torch.float32 else 1e-11)
    call("special.polygamma", 1, leaf(points, dtype), tolerance=1e-5 if dtype == torch.float32 else 1e-10)
    call("special.polygamma", 2, leaf(points, dtype), tolerance=1e-5 if dtype == torch.float32 else 1e-10)
call("special.polygamma", 2, given([0.0, -1.0, -3.0, nan]))
call("special.polygamma", 3, given([0.0, -1.0, nan]))
call("special.polygamma", 1, given([0.0, inf, nan]))
call("special.polygamma", 1, given([1, 2]))
call("polygamma", 1, leaf(positive), tolerance=4e-6)
call("polygamma_", leaf(positive), 1, tolerance=4e-6)
error("polygamma", -1, leaf([1.0]))

a = [0.1, 0.5, 1.0, 2.5, 2.5, 10.0, 10.0, 50.0, 50.0, 150.0, 300.0, 0.01]
x = [0.05, 3.0, 0.5, 1.0, 6.0, 3.0, 20.0, 45.0, 70.0, 150.0, 310.0, 0.3]
for name in ["igamma", "igammac", "special.gammainc", "special.gammaincc"]:
    for dtype in both:
        call(name, given(torch.tensor(a, dtype=dtype)), leaf(x, dtype), tolerance=4e-6 if dtype == torch.float32 else 2e-9)
    call(name, given([-1.0, 0.0, 1.0, 0.0, 1.0, inf, 1.0, inf, nan, 1.0]), given([1.0, 1.0, -1.0, 0.0, 0.0, 1.0, inf, inf, 1.0, nan]))
call("igamma", given([[1.0], [3.0]]), leaf([0.5, 2.0, 4.0]), tolerance=1e-6)
call("igamma", given([1.5]), given(torch.tensor([2.5], dtype=torch.float64)), tolerance=1e-6)
call("igamma_", given([1.0, 2.0]), given([0.5, 3.0]), tolerance=1e-6)
call("igammac_", given([1.0, 2.0]), given([0.5, 3.0]), tolerance=1e-6)
error("igamma", leaf([1.0]), given([2.0]), backward=True)
error("igammac", leaf([1.0]), leaf([2.0]), backward=True)
error("igamma", given([1]), given([2]))

tiny = torch.tensor([1e-40, -1e-45, 1.17549435e-38, 3.4028234e38], dtype=torch.float32)
for dtype in both:
    numbers = torch.tensor([0.0, -0.0, 1.0, -1.0, 1.5, 0.1, -3.5, 1024.0, 1e-30, 1e30, inf, -inf, nan], dtype=dtype)
    up, down = torch.full_like(numbers, 1e38), torch.full_like(numbers, -1e38)
    call("frexp", given(numbers))
    call("nextafter", given(numbers), given(up), tolerance=0)
    call("nextafter", given(numbers), given(down), tolerance=0)
    call("nextafter", given(numbers), given(numbers), tolerance=0)
    call("nextafter", given(numbers), given(torch.full_like(numbers, nan)), tolerance=0)
    call("nextafter", given(numbers), given(torch.full_like(numbers, inf)), tolerance=0)
call("frexp", given(tiny))
call("frexp", given(torch.tensor([5e-324, 1e-310, 1.7e308, -2.2250738585072014e-308], dtype=torch.float64)))
call("frexp", given(torch.tensor([0.1, 3.0, 6e-8], dtype=torch.float16)))
call("frexp", leaf([0.1, -3.5, 1024.0, 0.75]))
call("nextafter", given(tiny), given(torch.zeros(4)), tolerance=0)
call("nextafter", given(tiny), given(torch.full((4,), inf)), tolerance=0)
call("nextafter", given(torch.tensor([5e-324, 1e-310, 1.7976931348623157e308, 2.2250738585072014e-308], dtype=torch.float64)),
     given(torch.zeros(4, dtype=torch.float64)), tolerance=0)
call("nextafter", given([[1.0], [2.0]]), given([0.0, 5.0]), tolerance=0)
call("nextafter", given([0.0, -0.0]), given([-0.0, 0.0]), tolerance=0)
call("nextafter", given(torch.tensor([1.0, -2.0, 0.0], dtype=torch.bfloat16)), given(torch.tensor([2.0, 0.0, -1.0], dtype=torch.bfloat16)), tolerance=0)
call("nextafter", given([1.0]), given(torch.tensor([2.0], dtype=torch.float64)), tolerance=0)
call("nextafter", leaf([1.0, 2.0]), given([3.0, 0.0]), gradient=False)
call("nextafter_", given([1.0, 2.0]), given([3.0, 0.0]), tolerance=0)
error("nextafter", leaf([1.0]), given([3.0]), backward=True)
error("nextafter", given([1]), given([3]))
error("frexp", given([1]))
