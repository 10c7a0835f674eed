"""Loss functions."""

import torch
import torch.nn.functional as F

from golden import case, error, numbers

x = numbers("rows", 3, 5)
classes = torch.tensor([4, 0, 2])
case("crossEntropy", [x, classes], F.cross_entropy, second=True)
case("crossEntropy", [x * 1024, classes], lambda x, y: F.cross_entropy(x, y, reduction="sum"), reduction="sum")
case("crossEntropy", [numbers("images", 2, 3, 2), torch.tensor([[0, 2], [1, 1]])],
     lambda x, y: F.cross_entropy(x, y, reduction="none"), reduction="none")
case("mse", [x, numbers("target", 3, 5)], F.mse_loss, second=True)
case("mse", [x, numbers("target", 3, 5)], lambda x, y: F.mse_loss(x, y, reduction="none"), reduction="none")
case("mse", [x, numbers("target", 3, 5)], lambda x, y: F.mse_loss(x, y, reduction="sum"), reduction="sum")
error("crossEntropy", [x, torch.tensor([1, 2])], F.cross_entropy, code="SHAPE_CROSS_ENTROPY")
