"""Whole training runs, every loss of them, as data for tests/torch/training.test.ts, which makes the same models and draws the same numbers.

    /usr/bin/python3 tools/golden/torch/training.py tests/torch/training.json

Each run gives its losses, some outputs of the trained model in eval mode, and the learning rate after each step.
"""

import json
import sys

import torch
from torch import nn, optim

torch.set_num_threads(1)

STEPS = 20


def run(model, optimizer, criterion, batches, shown, scheduler=None):
    losses, rates = [], []
    for step in range(STEPS):
        x, y = batches[step % len(batches)]
        optimizer.zero_grad()
        loss = criterion(model(x), y)
        loss.backward()
        optimizer.step()
        if scheduler is not None:
            scheduler.step()
        losses.append(loss.item())
        rates.append(optimizer.param_groups[0]["lr"])
    model.eval()
    with torch.no_grad():
        return {"losses": losses, "outputs": model(shown).flatten().tolist(), "rates": rates}


def linear_regression():
    torch.manual_seed(1)
    x = torch.randn(64, 3)
    y = x @ torch.tensor([[1.5], [-2.0], [0.5]]) + 0.7 + 0.1 * torch.randn(64, 1)
    model = nn.Linear(3, 1)
    return run(model, optim.SGD(model.parameters(), lr=0.1), nn.MSELoss(), [(x, y)], x[:4])


def classes():
    torch.manual_seed(2)
    labels = torch.randint(3, (96,))
    x = 1.5 * torch.randn(3, 8)[labels] + torch.randn(96, 8)
    model = nn.Sequential(nn.Linear(8, 32), nn.ReLU(), nn.Dropout(0.3), nn.Linear(32, 3))
    optimizer = optim.Adam(model.parameters(), lr=0.01)
    return run(model, optimizer, nn.CrossEntropyLoss(), list(zip(x.split(32), labels.split(32))), x[:4])


def images():
    torch.manual_seed(3)
    labels = torch.randint(2, (32,))
    x = torch.randn(32, 1, 8, 8) + torch.randn(2, 1, 8, 8)[labels]
    model = nn.Sequential(
        nn.Conv2d(1, 4, 3, padding=1), nn.BatchNorm2d(4), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(4, 8, 3), nn.BatchNorm2d(8), nn.ReLU(), nn.Flatten(), nn.Linear(32, 2),
    )
    optimizer = optim.SGD(model.parameters(), lr=0.05, momentum=0.9, weight_decay=1e-3)
    scheduler = optim.lr_scheduler.StepLR(optimizer, step_size=5, gamma=0.5)
    found = run(model, optimizer, nn.CrossEntropyLoss(), list(zip(x.split(16), labels.split(16))), x[:4], scheduler)
    return {**found, "running": [*model[1].running_mean.tolist(), *model[1].running_var.tolist()], "seen": model[1].num_batches_tracked.item()}


if __name__ == "__main__":
    runs = {"linearRegression": linear_regression(), "classes": classes(), "images": images()}
    with open(sys.argv[1], "w") as file:
        entries = {"source": f"PyTorch {torch.__version__}", **runs}
        file.write("{\n" + ",\n".join(f"{json.dumps(key)}: {json.dumps(value)}" for key, value in entries.items()) + "\n}\n")
