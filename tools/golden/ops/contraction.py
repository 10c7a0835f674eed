"""Matrix products."""

import torch

from golden import case, error, inf, integers, nan, numbers, vector

x, y, v = numbers("x", 3, 4), numbers("y", 4, 5), numbers("v", 4)
batch = numbers("batch", 2, 3, 4)
case("matmul", [x, y], torch.matmul, second=True)
case("matmul", [x, v], torch.matmul)
case("matmul", [v, y], torch.matmul)
case("matmul", [v, numbers("w", 4)], torch.matmul)
case("matmul", [batch, y], torch.matmul)
case("matmul", [batch, numbers("batched", 2, 4, 5)], torch.matmul)
case("matmul", [batch, numbers("broadcast", 3, 1, 4, 2)], torch.matmul)
case("matmul", [v, numbers("stacked", 2, 4, 3)], torch.matmul)
case("matmul", [x, numbers("right", 2, 4, 5)], torch.matmul)
case("matmul", [numbers("turned", 4, 3).t(), numbers("turned too", 5, 4).t()], torch.matmul)
case("matmul", [x, v.reshape(4, 1).expand(4, 5)], torch.matmul)
case("matmul", [numbers("empty", 3, 0), numbers("empty too", 0, 2)], torch.matmul)
case("matmul", [numbers("no rows", 0, 4), y], torch.matmul)
case("matmul", [torch.stack([vector(1.0, inf), vector(nan, 2.0)]), torch.stack([vector(0.0, 1.0), vector(2.0, -1.0)])], torch.matmul)
case("matmul", [numbers("long", 3, 130), numbers("long too", 130, 2)], torch.matmul)
error("matmul", [x, numbers("wrong", 3, 5)], torch.matmul, code="SHAPE_MATMUL_INNER")
error("matmul", [x, vector(1.0).reshape(())], torch.matmul, code="SHAPE_MATMUL_RANK")
error("matmul", [batch, numbers("unequal", 3, 4, 2)], torch.matmul, code="SHAPE_BROADCAST")
case("dot", [x, numbers("rows", 5, 4)], lambda x, y: x @ y.t(), leftContract=[-1], rightContract=[-1], second=True)
case("dot", [batch, numbers("batched", 2, 4, 5)], torch.bmm, leftContract=[2], rightContract=[1], leftBatch=[0], rightBatch=[0])
case("dot", [batch, numbers("two axes", 4, 3, 5)], lambda x, y: torch.einsum("bij,jik->bk", x, y), leftContract=[1, 2],
     rightContract=[1, 0])
error("dot", [x, y], lambda x, y: torch.einsum("ij,kj->ik", x, y), code="SHAPE_DOT_PAIRS", leftContract=[1], rightContract=[1])
