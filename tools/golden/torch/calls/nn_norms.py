"""Normalisation and embedding of torch.nn.functional."""

import torch

from calls import call, error, given

F = "nn.functional."
values = torch.tensor([((k * 37) % 61 - 30) / 8 for k in range(192)], dtype=torch.float64)


def numbers(*shape, grad=True, dtype=torch.float32, start=0):
    count = int(torch.tensor(shape).prod()) if shape else 1
    return given(values[start:start + count].reshape(shape).to(dtype), grad=grad)


mean, variance = numbers(3, grad=False), given([0.5, 1.0, 2.5])
weight, bias = numbers(3, start=5), numbers(3, start=9)
for x in (numbers(4, 3), numbers(2, 3, 4), numbers(2, 3, 2, 3), numbers(1, 3, 2, 2, 2)):
    call(F + "batch_norm", x, mean, variance, weight, bias)
    call(F + "batch_norm", x, mean, variance)
    call(F + "batch_norm", x, None, None, weight, bias, True, tolerance=1e-5)
    call(F + "batch_norm", x, None, None, training=True, eps=0.1)
    if len(x.base.shape) > 2:
        call(F + "instance_norm", x, tolerance=1e-5)
        call(F + "instance_norm", x, None, None, weight, bias, tolerance=1e-5)
        call(F + "instance_norm", x, mean, variance, weight, bias, False)
        call(F + "local_response_norm", x, 2)
        call(F + "local_response_norm", x, 3, alpha=0.5, beta=0.5, k=2.0)
    call(F + "group_norm", x, 3, tolerance=1e-5) if len(x.base.shape) > 2 else None
    call(F + "group_norm", x, 1, weight, bias, tolerance=1e-5)
    call(F + "layer_norm", x, list(x.base.shape[-1:]), eps=0.01, tolerance=1e-4)
    call(F + "layer_norm", x, list(x.base.shape[1:]), eps=0.1)
    call(F + "normalize", x)
    call(F + "normalize", x, 1.0, -1)
    call(F + "normalize", x, dim=0, eps=3.0)
    call(F + "normalize", x, p=3.0)
call(F + "layer_norm", numbers(4, 3), [3], weight, bias, tolerance=1e-5)
call(F + "layer_norm", numbers(4, 3), [3], weight, tolerance=1e-5)
call(F + "layer_norm", numbers(4, 3, dtype=torch.float64), [3])
call(F + "batch_norm", numbers(4, 3, dtype=torch.float64), None, None, training=True)

error(F + "batch_norm", numbers(1, 3), mean, variance, training=True)
error(F + "batch_norm", numbers(4, 3), None, None)
error(F + "batch_norm", numbers(4, 3), numbers(2, grad=False), variance)
error(F + "batch_norm", numbers(4, 3), mean, numbers(2, grad=False))
error(F + "batch_norm", numbers(4, 3), mean, variance, numbers(2))
error(F + "batch_norm", numbers(4, 3), mean, variance, weight, numbers(2))
error(F + "layer_norm", numbers(2, 3), [2])
error(F + "layer_norm", numbers(2, 3), [])
error(F + "layer_norm", numbers(2, 3), [3], numbers(2))
error(F + "layer_norm", numbers(2, 3), [3], weight, numbers(2))
error(F + "layer_norm", numbers(3), [2, 3])
error(F + "group_norm", numbers(2, 6), 4)
error(F + "group_norm", numbers(1, 1), 1)
error(F + "group_norm", numbers(2, 6), 2, numbers(5))
error(F + "instance_norm", numbers(2, 3, 1))
error(F + "instance_norm", numbers(2, 3))
error(F + "instance_norm", numbers(2, 3, 4), use_input_stats=False)
error(F + "local_response_norm", numbers(2, 3), 2)
error(F + "normalize", numbers(2, 3), dim=3)

# Embedding.
table = numbers(5, 3)
for index in (given([[0, 1, 4], [2, 0, 0]]), given([3, 1], dtype=torch.int32), given(2)):
    call(F + "embedding", index, table)
    call(F + "embedding", index, table, 1)
    call(F + "embedding", index, table, padding_idx=-1)
    call(F + "embedding", index, table, scale_grad_by_freq=True)
call(F + "embedding", given([0, 1, 3]), given(table.base), max_norm=1.0)
error(F + "embedding", given([5]), table)
error(F + "embedding", given([-1]), table)
error(F + "embedding", given([1.0]), table)
error(F + "embedding", given([1]), table, padding_idx=5)
error(F + "embedding", given([1]), table, padding_idx=-6)
error(F + "embedding", given([1]), numbers(3))
flat, offsets = given([0, 1, 4, 2, 0, 0, 3]), given([0, 3, 3])
for mode in ("sum", "mean", "max"):
    call(F + "embedding_bag", flat, table, offsets, mode=mode)
    call(F + "embedding_bag", given([[0, 1, 4], [2, 0, 0]]), table, mode=mode)
    call(F + "embedding_bag", flat, table, offsets, mode=mode, padding_idx=0)
    call(F + "embedding_bag", flat, table, given([0, 3, 7]), mode=mode, include_last_offset=True)
call(F + "embedding_bag", flat, table, offsets)
call(F + "embedding_bag", flat, table, offsets, mode="sum", per_sample_weights=numbers(7, start=20))
# PyTorch looks frequencies up at the wrong place, unless each row is used once.
call(F + "embedding_bag", given([0, 1, 4]), table, given([0, 2]), scale_grad_by_freq=True)
error(F + "embedding_bag", flat, table)
error(F + "embedding_bag", given([[0, 1]]), table, offsets)
error(F + "embedding_bag", flat, table, given([[0, 1]]))
error(F + "embedding_bag", flat, table, given([0, 9]))
error(F + "embedding_bag", flat, table, offsets, mode="median")
error(F + "embedding_bag", flat, table, offsets, mode="max", scale_grad_by_freq=True)
error(F + "embedding_bag", flat, table, offsets, per_sample_weights=numbers(7))
error(F + "embedding_bag", flat, table, offsets, mode="sum", per_sample_weights=numbers(6))
error(F + "embedding_bag", flat, table, offsets, padding_idx=5)
error(F + "embedding_bag", given(1), table)
call(F + "one_hot", given([[0, 2], [1, 0]]))
call(F + "one_hot", given([0, 2]), 4)
error(F + "one_hot", given([1.0]))
error(F + "one_hot", given([-1]))
error(F + "one_hot", given([3]), 2)
