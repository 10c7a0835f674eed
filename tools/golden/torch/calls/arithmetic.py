"""Arithmetic, comparisons and their in-place forms."""

import torch

from calls import call, error, given

x = given([[1.5, -2.0, 0.0], [3.0, 0.5, -4.25]], grad=True)
row = given([2.0, -1.0, 0.5], grad=True)
scalar = given(2.5, grad=True)
whole = given([[7, -7, 0], [3, -3, 5]])
small = given([3, -3, 2], dtype=torch.int32)
byte = given([250, 3, 7], dtype=torch.uint8)
flags = given([True, False, True])
double = given([0.1, 0.2, 0.3], dtype=torch.float64, grad=True)
half = given([1.5, -2.0, 0.25], dtype=torch.bfloat16)

for name in "add sub mul div pow remainder fmod floor_divide eq ne lt le gt ge maximum minimum".split():
    second = {"pow": "exponent"}.get(name, "other")
    for left, right in [(x, row), (row, x), (x, scalar), (double, row), (x, x), (x.to("t"), given([[1.0, 2.0], [0.5, 4.0], [2.0, -1.0]]))]:
        if name == "pow":
            left = given([[1.5, 2.0, 0.25], [3.0, 0.5, 4.25]], grad=True) if left is x else left
            if left is row or right is not row and left is not double:
                continue
        if name == "floor_divide" and (left.grad or right.grad):
            call(name, left, right, gradient=False)
            continue
        call(name, left, right)
    if name not in ("maximum", "minimum"):
        for number in (2, 0.5, -3):
            if name == "pow" and number == -3:
                call(name, given([1.5, 2.0, -0.25], grad=True), number)
                continue
            call(name, x if name != "pow" or number != 0.5 else given([1.5, 0.25], grad=True), number, gradient=name != "floor_divide")
            if not (name == "pow" and number == 0.5):
                call(name, whole, abs(number) if name == "pow" else number)
        call(name, byte, 10)
        call(name, small, 2)
    if name not in ("sub", "remainder", "fmod", "floor_divide", "div", "pow"):
        call(name, flags, given([True, True, False]))
    for other in (small, byte, flags, half, given(2)) if name != "sub" else (small, byte, half, given(2)):
        if name in ("floor_divide", "remainder", "fmod", "div", "pow") and other is flags:
            continue
        call(name, given([4, -6, 9]) if name != "pow" else given([4, 6, 9]), other if name != "pow" else given([2, 0, 1]))

call("add", x, row, alpha=2)
call("add", x, 1, alpha=0.5)
call("sub", x, row, alpha=3)
call("rsub", x, 1)
call("rsub", x, row)
call("div", x, row, rounding_mode="floor", gradient=False)
call("div", x, row, rounding_mode="trunc", gradient=False)
call("div", whole, 2, rounding_mode="floor")
call("div", whole, 2, rounding_mode="trunc")
for name in "add_ sub_ mul_ div_ remainder_ fmod_".split():
    call(name, x, row)
    call(name, x, 2)
    call(name, x.to("t"), 0.5)
call("pow_", given([1.5, 2.0], grad=True), 2)
call("mul_", whole, 3)
call("add_", byte, 10)

error("add", x, given([1.0, 2.0]))
error("add", given([[1.0], [2.0], [3.0]]), given([[1.0], [2.0]]))
error("sub", flags, flags)
error("sub", flags, 1)
error("neg", flags)
error("add_", given([1.0, 2.0]), x)
error("add_", whole, 0.5)
error("div_", whole, 2)
error("mul_", flags, 2)
error("add_", given([[1.0, 2.0]]).to("expand", 3, 2), 1)
error("pow", whole, -2)
error("div", x, 2, rounding_mode="up")
error("floor_divide", x, 2, backward=True)
