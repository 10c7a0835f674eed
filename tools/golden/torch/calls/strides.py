"""The order of memory of results, of operands that have gaps, are permuted or repeat their elements."""

from calls import call, given

x = given([[[float(4 * (3 * i + j) + k) for k in range(4)] for j in range(3)] for i in range(2)], grad=True)
views = [x.to("narrow", 2, 0, 2), x.to("permute", 2, 0, 1).to("narrow", 0, 1, 2), x.to("transpose", 0, 2).to("narrow", 1, 1, 2),
         x.to("narrow", 0, 0, 1).to("permute", 2, 1, 0).to("narrow", 0, 0, 2), x.to("select", 0, 0).to("expand", 2, 3, 4),
         x.to("select", 0, 0).to("t").to("expand", 5, 4, 3), x.to("narrow", 2, 1, 3).to("permute", 1, 2, 0), x.to("diagonal", 0, 1, 2)]
i, m = given([0, 1]), given([True, False, True, True])
whole = slice(None)
p = x.to("permute", 2, 0, 1)
for items in [(i,), (whole, i), (whole, whole, i), (i, i), (i, whole, i), (whole, i, i), (m,), (whole, given([[0, 1]])), (whole, given([[0], [1]]), i)]:
    call("at", p, *items)
call("at", x.to("select", 0, 0).to("t"), i)
call("at", x.to("select", 0, 0).to("t"), whole, i)
call("at", x.to("narrow", 2, 1, 2), whole, i)
for view in views:
    for name, *others in [("exp",), ("clone",), ("mul", 2), ("relu",), ("cumsum", 0), ("flip", [0])]:
        call(name, view, *others)
