"""Parts of arrays by lists of items: reading, assigning, accumulating; positions and masks that are known, or data."""

import torch

from golden import NULL, case, error, inf, integers, nan, numbers, vector

x = numbers("index x", 3, 4, 5)
y = numbers("index y", 4, 3)
v = numbers("index v", 6)
n = integers("index n", 3, 4)
flags = integers("index flags", 3, 4, high=2).bool()
turned = numbers("index turned", 5, 4).t()
spread = numbers("index spread", 4, 1).expand(4, 3)
scalar = torch.tensor(2.5, dtype=torch.float64)

long = lambda *values: torch.tensor(values)
TRUE_ROWS = [True, False, True]
MASK = [[True, False, True], [False, False, False], [True, True, False], [False, True, False]]


def key(item):
    if isinstance(item, dict):
        return slice(item.get("start"), item.get("limit"), item.get("step"))
    if isinstance(item, list):
        return torch.tensor(item, dtype=None if item else torch.int64)
    return Ellipsis if isinstance(item, str) else item


keys = lambda items: tuple(key(item) for item in items)
read = lambda x, *items: x[keys(items)]
cut = lambda start=None, limit=None, step=None: {
    name: value for name, value in [("start", start), ("limit", limit), ("step", step)] if value is not None
}

READS = [
    # Positions, ranges, new axes, the ellipsis.
    (x, []), (x, [1]), (x, [-1, 2]), (x, [0, 1, -2]), (x, [cut(1, 3), cut(-3, -1), cut(0, 5, 2)]), (x, [cut(2, 1)]), (x, [cut(5, 9)]),
    (x, [cut(-9, 99, 3)]), (x, ["...", 0]), (x, [0, "...", 1]), (x, ["..."]), (x, [cut(), "...", cut(1)]), (x, [NULL, 1, NULL, "...", NULL]),
    (v, [cut(-4, -1, 2)]), (scalar, [NULL, "..."]), (scalar, ["..."]), (n, [cut(1), -1]), (flags, [1, cut(1, 3)]), (turned, [cut(1, 4, 2), 3]),
    (spread, [1]), (spread, [cut(), 1]),
    # Known positions: alone, together, apart, with positions and new axes between.
    (y, [[2, 0, 2]]), (y, [[-1, -4]]), (y, [cut(), [2, 2, 0]]), (y, [[[0, 1], [3, 2]]]), (y, [[]]), (y, [[0, 3], [1, 2]]), (y, [[[0], [3]], [1, 2]]),
    (x, [[0, 2], cut(), [1, 4]]), (x, [cut(), [0, 3], [1, 4]]), (x, [[0, 2], [1, 3]]), (x, [[0, 2], 1, [1, 4]]), (x, [0, cut(), [0, 1]]),
    (x, [[0, 1], NULL, [1, 0]]), (x, [NULL, [0, 1], cut(1, 3), [2, 0]]), (x, ["...", [3, 0]]), (x, [[1, 2], "...", [0, 4]]), (x, [[[0, 1]], cut(), [[2], [0]]]),
    (x, [cut(1, step=1), [1, 2]]), (n, [[2, 1], [0, -1]]), (flags, [[0, 0]]), (turned, [[3, 1]]), (spread, [[0, 1], [2, 2]]),
    # Known masks.
    (x, [TRUE_ROWS]), (y, [MASK]), (x, [TRUE_ROWS, cut(), 2]), (x, [TRUE_ROWS, [1, 3]]), (x, [TRUE_ROWS, cut(), [0, 4]]), (y, [cut(), TRUE_ROWS]),
    (y, [[[False] * 3] * 4]), (x, [cut(), [[True, False, False, True, False]] * 4]), (v, [True]), (v, [False]), (x, [1, True, [0, 1]]), (scalar, [True]), (scalar, [False]),
    (x, [cut(), True, [0, 2]]),
    # Positions that are data, and of rank 0.
    (y, [long(2, 0, -1)]), (x, [long(0, 2), cut(), long(1, -5)]), (x, [long(0, 2).reshape(2, 1), long(1, 3, 0)]), (x, [[0, 1], long(1, 1)]),
    (x, [torch.tensor(1)]), (x, [torch.tensor(-1), cut(), [0, 1]]), (x, [[0, 1], torch.tensor(2), [1, 0]]), (x, [cut(1), torch.tensor(1), torch.tensor(2)]),
    (y, [integers("index none", 0, 2)]), (n, [long(1, -1)]), (x, [integers("index many", 2, 2, high=3), NULL, long(3, 0)]),
]
# A position of rank 0 is a number in PyTorch's node, four bytes in ours.
beside = lambda items: 4 * sum(isinstance(item, torch.Tensor) and item.dim() == 0 for item in items)
for operand, items in READS:
    case("index", [operand, *items], read, kept_beside=beside(items))

for items, code in [
    ([3], "ATTR_INDEX_RANGE"), ([0, -5], "ATTR_INDEX_RANGE"), ([[0, 3]], "ATTR_INDEX_RANGE"), ([0, 0, 0, 0], "ATTR_INDEX_COUNT"),
    ([cut(0, 2, 0)], "ATTR_INDEX_ITEM"), ([cut(2, 0, -1)], "ATTR_INDEX_ITEM"), ([1.5], "ATTR_INDEX_ITEM"),
    ([[0.5, 1.0]], "ATTR_INDEX_ITEM"), ([[True, False]], "SHAPE_INDEX_MASK"), ([[0, 1], [0, 1, 2]], "SHAPE_BROADCAST"), ([TRUE_ROWS, [0, 1, 2]], "SHAPE_BROADCAST"),
    ([vector(1.0)], "ATTR_INDEX_ITEM"),
]:
    error("index", [x, *items], read, code=code)
error("index", [x, "...", 0, "..."], read, code="ATTR_INDEX_ITEM", torch_accepts=True)
error("index", [y, torch.tensor(MASK)], read, code="SHAPE_DATA_DEPENDENT", torch_accepts=True)


def assign(x, items, value):
    x = x.clone()
    x[keys(items)] = value
    return x


def accumulate(x, items, value):
    return torch.index_put(x, keys(items), value, accumulate=True)


number = lambda value: torch.tensor(value, dtype=torch.float64)
WRITES = [
    (x, [1], numbers("index to 1", 4, 5)), (x, [cut(1), cut(0, 4, 2), -1], numbers("index to 2", 2, 2)), (x, [cut(1), "...", cut(2, step=2)], numbers("index to 3", 1, 2)),
    (x, [0, NULL, [1, 3]], numbers("index to 4", 1, 2, 5)), (x, ["..."], numbers("index to 5", 5)), (x, [cut(3)], numbers("index to 6", 5)), (v, [cut(-4, -1, 2)], vector(1.0, -1.0)),
    (y, [[2, 0]], numbers("index to 7", 2, 3)), (y, [cut(), [2, 0]], numbers("index to 8", 4, 1)), (y, [[0, 3], [1, 2]], numbers("index to 9", 2)),
    (x, [[0, 2], cut(), [1, 4]], numbers("index to 10", 2, 4)), (x, [cut(1), [1, 2], [0, 3]], numbers("index to 11", 2)), (x, [[0, 2], 1, [1, 4]], numbers("index to 12", 2)),
    (y, [MASK], numbers("index to 13", 5)), (y, [cut(), TRUE_ROWS], numbers("index to 14", 1, 2)), (x, [TRUE_ROWS, cut(), 2], numbers("index to 15", 2, 4)),
    (y, [long(2, 0, -1)], numbers("index to 16", 3, 3)), (x, [long(0, 2), cut(), long(1, -5)], numbers("index to 17", 2, 4)), (x, [torch.tensor(1), cut(), [0, 3]], numbers("index to 18", 4, 2)),
    (x, [cut(1), torch.tensor(-1), torch.tensor(2)], numbers("index to 19", 2)), (turned, [cut(1, 3)], numbers("index to 20", 5)), (v, [[]], numbers("index to 21", 0)),
    (y, [cut(1, 3)], numbers("index to 22", 1, 1, 1, 3)), (v, [True, 2], numbers("index to 23", 1)), (scalar, ["..."], number(3.0)),
]
for operand, items, value in WRITES:
    case("indexAssign", [operand, items, value], assign, kept_beside=beside(items))
case("indexAssign", [x, [cut(1), 2], 7], assign)
case("indexAssign", [n, [cut(), [1, 2]], -1], assign)
case("indexAssign", [flags, [0, cut(1, 3)], 1], assign)
case("indexAssign", [n, [1], numbers("index converted", 4)], assign, gradient=False)
# Places written twice: the last stays, and has the derivative. PyTorch gives every value of such a place its cotangent.
case("indexAssign", [v, [[1, 3, 1]], vector(1.0, 2.0, 3.0)], lambda x, items, value: assign(x, [[3, 1]], value[1:]), unlike=assign)
case("indexAssign", [v, [long(5, -1, 0)], vector(1.0, 2.0, 3.0)], lambda x, items, value: assign(x, [items[0][1:]], value[1:]), unlike=assign)
# Masks that are data.
mask = torch.tensor(MASK)
case("indexAssign", [y, [mask], number(0.5)], assign)
case("indexAssign", [y, [mask], 2], assign)
case("indexAssign", [y, [torch.tensor([True, False, False, True])], numbers("index to 24", 3)], assign)
case("indexAssign", [y, [torch.tensor([True, False, False, True])], numbers("index to 25", 1, 3)], assign)
case("indexAssign", [x, [cut(1), torch.tensor([[True, False, False, True, False]] * 4)], numbers("index to 26", 2, 1)], assign)
case("indexAssign", [x, [cut(), torch.tensor([True, False, False, True])], numbers("index to 27", 3, 1, 5)], assign)
case("indexAssign", [vector(nan, inf, 1.0), [torch.tensor([True, True, False])], number(0.5)], assign)
for items, value, code in [
    ([1], numbers("index bad 1", 5, 4), "SHAPE_INDEX_VALUE"), ([[0, 1]], numbers("index bad 2", 3, 4, 5), "SHAPE_INDEX_VALUE"),
    ([4], number(1.0), "ATTR_INDEX_RANGE"), ([torch.tensor([True, False])], number(1.0), "SHAPE_INDEX_MASK"),
]:
    error("indexAssign", [x, items, value], assign, code=code)
error("indexAssign", [y, [mask], numbers("index bad 3", 5)], assign, code="SHAPE_INDEX_VALUE", torch_accepts=True)
error("indexAssign", [y, [torch.tensor([True, False, False, True]), [0, 1]], number(1.0)], assign, code="SHAPE_DATA_DEPENDENT", torch_accepts=True)

add = dict(combine="add")
for operand, items, value in [
    (v, [[1, 3, 1]], vector(1.0, 2.0, 3.0)), (y, [long(2, 0, -1, -2)], numbers("index add 1", 4, 3)), (x, [[0, 2], [1, 1]], numbers("index add 2", 5)),
    (x, [TRUE_ROWS, [1, 3]], numbers("index add 3", 2, 1)), (y, [MASK], number(0.5)), (x, [long(0, 0), [1, 1], long(2, 2)], vector(1.0, 0.5)),
]:
    case("indexAssign", [operand, items, value], accumulate, **add)
case("indexAssign", [n, [[0, 0]], integers("index add 4", 4)], accumulate, **add)

accumulate_ints = lambda x, items, value: torch.index_put(x, tuple(torch.as_tensor(item) for item in items), value, accumulate=True)

# The flat array.
take = lambda x, indices: torch.take(x, torch.as_tensor(indices))
case("takeFlat", [y, long(0, -1, 5)], take)
case("takeFlat", [x, [[3, 3], [-60, 59]]], take)
case("takeFlat", [turned, torch.tensor(7)], take)
case("takeFlat", [n, [1, 0]], take)
error("takeFlat", [y, [12]], take, code="ATTR_INDEX_RANGE")
put = lambda x, indices, values: torch.put(x, torch.as_tensor(indices), values)
case("putFlat", [y, long(0, -1, 5), vector(1.0, 2.0, 3.0)], put)
case("putFlat", [turned, [[3, 1]], numbers("put 1", 1, 2)], put)
case("putFlat", [y, [3, 3, -1], vector(1.0, 2.0, 3.0)], lambda x, i, values: torch.put(x, torch.tensor(i), values, accumulate=True), **add)
error("putFlat", [y, [12], vector(1.0)], put, code="ATTR_INDEX_RANGE")

# Every dtype, with positions of int64.
for dtype in [torch.float16, torch.bfloat16, torch.int64, torch.int16, torch.int8, torch.uint8]:
    base = integers("index typed", 3, 4, high=100).to(dtype)
    typed = dict(exact=True, gradient=False)
    case("index", [base, cut(1), long(-1, 2)], read, **typed)
    case("indexAssign", [base, [long(0, -1), cut(0, 4, 2)], base[:2, :2].clone()], assign, **typed)
    case("indexAssign", [base, [[0, 0], 1], base[:2, 0].clone()], accumulate_ints, **add, **typed)
