"""Indexing and item assignment: `call("at", x, 0, slice(1, None), ids)` is x[0, 1:, ids], `call("set_at", x, [0, mask], v)` is x[0, mask] = v."""

import torch

from calls import call, error, given

x = given(torch.arange(24.0).view(2, 3, 4), grad=True)
m = given([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]], grad=True)
v = given([1.0, 2.0, 3.0, 4.0], grad=True)
s = given(2.0, grad=True)
ids = given([0, 1])
far = given([2, -1, 0])
grid = given([[0, 1], [1, 0]])
mask = given([True, False])
mask2 = given([[True, False, True], [False, True, True]])
none = given([False, False])
byte = given([0, 1], dtype=torch.uint8)
narrow = given([1, 0], dtype=torch.int32)
one = given(1)
yes = given(True)
full = slice(None)

for items in ((0,), (-1,), (0, 1), (0, 1, 2), (full,), (full, full), (full, 1), (full, full, -2), (slice(1, None),), (slice(None, -1),),
              (slice(0, 2), slice(1, 3), slice(None, None, 2)), (slice(-5, 1),), (slice(3, 1),), (slice(0, 0),), (slice(1, 9),),
              (Ellipsis,), (Ellipsis, 0), (0, Ellipsis), (0, Ellipsis, 1), (full, Ellipsis, slice(1, 3)), (None,), (0, None), (None, 0),
              (Ellipsis, None), (full, None, 1), (None, full, None), (0, 1, Ellipsis, 2), (), (one,), (0, one)):
    call("at", x, *items)
for items in ((True,), (False,), (yes,), (0, True), (True, 0), (mask,), (mask2,), (none,),
              (ids,), ([0, 1],), ([],), (grid,), (grid, grid), (0, full, [0, 1]), (full, 0, [0, 1]), ([0, 1], full, [0, 1]),
              (Ellipsis, [0, 1]), (Ellipsis, far), (full, far), (full, [0, 1]), (ids, ids, ids), (ids, ids), (ids, full, ids), (ids, None, ids),
              (None, ids, full, ids), (full, far, None), (ids, Ellipsis, None), (ids, 0), (0, ids), ([True, False],), (0, [True, False, True]),
              (None, mask, None), (mask, 1), (slice(1, None), far), (mask, slice(0, 2)), (full, full, [3, 0, 3]), (full, slice(1, 3), far.to("clone")),
              (Ellipsis, ids, 0), (ids, one), (given([0, 0, 1, 0]),)):
    call("at", x, *items)
call("at", x, byte)
call("at", x.to("transpose", 0, 2), 1, full, ids)
call("at", given([[1, 2], [3, 4]]), ids, ids)
call("at", given([True, False, True]), far)
call("at", s, Ellipsis)
call("at", s, None)
call("at", s, True)
call("at", s, yes)
call("at", s)
call("at", given(torch.zeros(0, 3)), full, 1)
call("at", given(torch.zeros(0, 3)), given(torch.zeros(0, dtype=torch.int64)))

error("at", x, 5)
error("at", x, -3)
error("at", x, 0, 5)
error("at", x, None, 0, 9)
error("at", x, Ellipsis, 4)
error("at", x, 0, 0, 0, 0)
error("at", x, ids, 5)
error("at", x, given([5]))
error("at", x, full, given([0, -4]))
error("at", x, ids, given([0, 3]))
error("at", x, given([True, True, False]))
error("at", x, full, mask)
error("at", x, full, mask2)
error("at", x, given(torch.zeros(2, 3, 4, 1, dtype=torch.bool)))
error("at", x, 1.5)
error("at", x, given([1.5]), message="tensors used as indices must be long, int, byte or bool tensors")
error("at", x, given([1.0]), message="tensors used as indices must be long, int, byte or bool tensors")
error("at", x, slice(None, None, -1))
error("at", x, slice(None, None, 0))
error("at", x, ids, far)
error("at", s, 0)
error("at", s, full)
error("at", x, one, given(7))
error("at", given(torch.zeros(0, 3)), 0)

y = given(torch.arange(24.0).view(2, 3, 4), grad=True)
plain = given(torch.arange(24.0).view(2, 3, 4))
whole = given([[1, 2, 3], [4, 5, 6]])
for target in (y, plain):
    for items in ([0], [full], [Ellipsis, 0], [0, 1], [0, 1, 2], [None], [True], [False], [slice(1, None), slice(None, 2)], [full, full, slice(None, None, 2)],
                  [mask], [mask2], [none], [ids], [ids, 0], [0, ids], [full, far], [Ellipsis, [0, 3]], [ids, full, ids],
                  [0, full, [0, 1]], [one], [mask, 0], [full, given([True, False, True])], [grid], [grid, grid], [slice(0, 0)], [[1, 1, 0]]):
        call("set_at", target, items, 5)
    for items, value in (([0], v), ([full], v), ([Ellipsis], v), ([0], s), ([0, 1], v), ([Ellipsis, 0], m), ([mask], v), ([mask2], v), ([mask], s), ([mask2], s),
                         ([ids], v), ([ids, 0], v), ([0, [0, 1]], v), ([grid, grid], v), ([full, far], v), ([mask2], given(torch.arange(16.0).view(4, 4), grad=True)),
                         ([mask2], given(torch.arange(4.0).view(4, 1), grad=True)), ([mask2], given(torch.arange(4.0).view(1, 4), grad=True)),
                         ([0], given(torch.arange(12.0).view(1, 1, 3, 4), grad=True)), ([ids], given(torch.ones(1, 1, 2, 3, 4), grad=True)),
                         ([[1, 1]], given(torch.arange(24.0).view(2, 3, 4), grad=True)), ([None], v), ([True], v), ([0], given(torch.ones(3, 4, dtype=torch.float64))),
                         ([none], given(torch.zeros(0, 3, 4))), ([full, given([True, False, True])], given(torch.arange(16.0).view(2, 2, 4), grad=True)),
                         ([slice(0, 1)], given(torch.ones(3, 4), grad=True))):
        call("set_at", target, items, value, )
for value in (1.7, True, given(2.9), 2**40):
    call("set_at", whole, [0], value)
call("set_at", whole, [ids, 0], 2.9)
call("set_at", whole, [given([[True, False, True], [False, True, False]])], 2.9)
call("set_at", whole, [full], given([1.5, 2.5, 3.5]))
call("set_at", given([True, False]), [0], 0)
call("set_at", y.to("transpose", 0, 2), [0], 3)
call("set_at", y.to("transpose", 0, 2), [given([0, 3])], 3)
call("set_at", y.to("select", 0, 1), [mask2.to("select", 0, 0)], 3)
call("set_at", plain.to("unsqueeze", 0).to("expand", 2, 2, 3, 4), [0], 1)
call("set_at", plain.to("unsqueeze", 0).to("expand", 2, 2, 3, 4), [1, 0], 1)

for items in ([5], [0, 5], [0, 0, 0, 0], [given([5])], [given([True, True, False])], [ids, far], [slice(None, None, -1)]):
    error("set_at", plain, items, 1)
error("set_at", plain, [0], given(torch.zeros(3)))
error("set_at", plain, [0], given(torch.zeros(2, 3, 4)))
error("set_at", plain, [0], given([True, False]))
error("set_at", plain, [ids], given(torch.zeros(3, 3, 4)))
error("set_at", plain, [mask2], given(torch.zeros(3, 4)))
error("set_at", plain, [mask], given(torch.zeros(2, 3, 4)))
error("set_at", plain, [mask], given(torch.zeros(3)))
error("set_at", plain, [none], given(torch.zeros(5, 3, 4)))
error("set_at", whole, [ids, 0], given(2.9))
error("set_at", plain, [ids], given(torch.zeros(2, 3, 4, dtype=torch.float64)))
error("set_at", plain, [mask], given(torch.zeros(4, dtype=torch.float64)))
call("set_at", plain.to("unsqueeze", 0).to("expand", 2, 2, 3, 4), [full], 1)
call("set_at", plain.to("unsqueeze", 0).to("expand", 2, 2, 3, 4), [full, given([0])], 1)
call("set_at", plain.to("unsqueeze", 0).to("expand", 2, 2, 3, 4), [given([True, False])], 1)
error("set_at", plain.to("unsqueeze", 0).to("expand", 2, 2, 3, 4), [full], given(torch.ones(2, 2, 3, 4)))

for accumulate in (False, True):
    call("index_put", m, [ids], given([1.0, 2.0, 3.0], grad=True), accumulate)
    call("index_put", m, [given([1, 1]), given([0, 0])], given([5.0, 7.0], grad=True), accumulate)
    call("index_put_", m, [given([1]), far], s, accumulate=accumulate)
    call("index_put_", m, [mask], s, accumulate)
call("index_put", m, (mask2,), given(9.0))
error("index_put", m, [ids], given([1.0, 2.0]))
error("index_put_", whole, [ids], given(1.0))
error("index_put", m, [given([2])], s)
