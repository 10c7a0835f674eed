"""Reading and adding at positions given by data."""

import torch
import torch.nn.functional as F

from golden import case, error, integers, numbers

x = numbers("x", 3, 4, 2)
ids = torch.tensor([[2, 0], [1, 1], [0, 2]])


def rows(axis):
    return lambda x, ids: x.index_select(axis, ids.reshape(-1)).reshape(*x.shape[:axis], *ids.shape, *x.shape[axis + 1:])


case("gather", [x, ids], rows(0))
case("gather", [x, ids], rows(1), axis=1)
case("gather", [x.permute(1, 0, 2), torch.tensor(3)], rows(0))
case("gather", [x, ids[:0]], rows(0))
case("gather", [integers("whole", 5, dtype=torch.int32), ids], rows(0))
error("gather", [x, numbers("floats", 2)], lambda x, ids: x.index_select(0, ids), code="DTYPE_INDICES")

along = torch.tensor([[2, 0, 2, 1], [1, 1, 0, 0]])
case("takeAlongAxis", [x[:, :, 0], along], lambda x, ids: x.take_along_dim(ids, 0), axis=0)
case("takeAlongAxis", [x[:, :, 1].t(), along.t()], lambda x, ids: x.take_along_dim(ids, -1), axis=-1)
error("takeAlongAxis", [x, along], lambda x, ids: x.gather(0, ids), code="SHAPE_TAKE_ALONG_AXIS", axis=0)

case("oneHot", [ids], lambda ids: F.one_hot(ids, 4).float(), classes=4)
case("oneHot", [ids], lambda ids: F.one_hot(ids, 3).int(), classes=3, dtype="i32")

updates = numbers("updates", 5, 4, 2)
where = torch.tensor([2, 0, 2, 2, 1])
case("scatterAdd", [x, where, updates], lambda x, ids, y: x.index_add(0, ids, y))
case("scatterAdd", [x.permute(1, 0, 2), where, numbers("more", 4, 5, 2)], lambda x, ids, y: x.index_add(1, ids, y), axis=1)
case("scatterAdd", [integers("base", 3, dtype=torch.int32), where, integers("added", 5, dtype=torch.int32)],
     lambda x, ids, y: x.index_add(0, ids, y))
error("scatterAdd", [x, where, x], lambda x, ids, y: x.index_add(0, ids, y), code="SHAPE_SCATTER")
