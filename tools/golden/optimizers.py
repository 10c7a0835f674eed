"""Trajectories of PyTorch's optimisers on a small quadratic, for packages/compiler/src/training/optimizers.test.ts.

Run with a Python that has torch: python3 tools/golden/optimizers.py > packages/compiler/src/training/golden/optimizers.json
The data is made here from nothing but arithmetic; it is under the project's licence.
"""
import json

import torch

START = [1.0, -2.0, 0.5, 3.0]
CURVATURE = [1.0, 0.5, 4.0, 0.1]
STEPS = 8
CASES = {
    "sgd": (torch.optim.SGD, {"lr": 0.1}),
    "sgd-momentum": (torch.optim.SGD, {"lr": 0.05, "momentum": 0.9}),
    "sgd-nesterov": (torch.optim.SGD, {"lr": 0.05, "momentum": 0.9, "nesterov": True, "weight_decay": 0.01}),
    "adam": (torch.optim.Adam, {"lr": 0.1}),
    "adam-options": (torch.optim.Adam, {"lr": 0.05, "betas": (0.8, 0.99), "eps": 1e-6, "weight_decay": 0.1}),
}


def trajectory(optimizer, options):
    p = torch.nn.Parameter(torch.tensor(START, dtype=torch.float64))
    step = optimizer([p], **options)
    curvature = torch.tensor(CURVATURE, dtype=torch.float64)
    values = []
    for _ in range(STEPS):
        step.zero_grad()
        (curvature * p * p).sum().backward()
        step.step()
        values.append(p.detach().tolist())
    return values


print(json.dumps({
    "torch": torch.__version__,
    "start": START,
    "curvature": CURVATURE,
    "cases": {name: trajectory(*case) for name, case in CASES.items()},
}))
