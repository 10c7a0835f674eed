"""The first programs of the eager shim, run by PyTorch: linear regression, optimiser options, a small network, random numbers.

Run with a Python that has PyTorch:
    python3 tools/golden/torch-linear-regression.py packages/torch/src/golden/linear-regression.json
The result is committed, so that no test needs Python.
"""

import json
import sys

import torch
from torch import nn, optim


def data():
    x = torch.randn(100, 1)
    y = x * 3 + 2 + torch.randn(100, 1) * 0.1
    return x, y


def regression(epochs=20, **options):
    torch.manual_seed(42)
    x, y = data()
    model = nn.Linear(1, 1)
    start = [model.weight.item(), model.bias.item()]
    criterion = nn.MSELoss()
    optimizer = optim.SGD(model.parameters(), **options)
    losses = []
    for _ in range(epochs):
        prediction = model(x)
        loss = criterion(prediction, y)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return {
        "options": options,
        "start": start,
        "losses": losses,
        "weight": model.weight.item(),
        "bias": model.bias.item(),
    }


def network():
    torch.manual_seed(7)
    model = nn.Sequential(nn.Linear(3, 8), nn.ReLU(), nn.Linear(8, 2))
    x = torch.randn(5, 3)
    y = torch.randn(5, 2)
    loss = nn.MSELoss()(torch.tanh(model(x)), y)
    loss.backward()
    return {
        "x": x.tolist(),
        "loss": loss.item(),
        "keys": list(model.state_dict().keys()),
        "parameters": [p.detach().reshape(-1).tolist() for p in model.parameters()],
        "gradients": [p.grad.reshape(-1).tolist() for p in model.parameters()],
    }


def numbers():
    torch.manual_seed(123)
    calls = [("rand", 5), ("randn", 3), ("randn", 2), ("randn", 16), ("rand", 2), ("randn", 21), ("randn", 1)]
    return [{"name": name, "values": getattr(torch, name)(count).tolist()} for name, count in calls]


golden = {
    "torch": torch.__version__,
    "plain": regression(lr=0.1),
    "variants": [
        regression(lr=0.05, momentum=0.9),
        regression(lr=0.05, momentum=0.8, dampening=0.5, weight_decay=0.01),
        regression(lr=0.05, momentum=0.9, nesterov=True),
        regression(lr=0.1, weight_decay=0.1),
    ],
    "network": network(),
    "numbers": numbers(),
}
with open(sys.argv[1], "w") as file:
    json.dump(golden, file, indent=1)
    file.write("\n")
