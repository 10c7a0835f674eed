"""PyTorch as a peer, eager and on one thread. The rules of the conversation are in protocol.ts."""

import json
import math
import sys
import time
from array import array

import torch
import torch.nn.functional as F

torch.set_num_threads(1)


def gelu(x):
    inner = math.sqrt(2 / math.pi) * (x + 0.044715 * (x * x * x))
    return 0.5 * x * (1 + torch.tanh(inner))


FORWARD = {
    "matmul": lambda t: t["a"] @ t["b"],
    "gelu": lambda t: gelu(t["x"]),
    "multiply-add": lambda t: t["a"] * t["b"] + t["c"],
    "softmax": lambda t: torch.softmax(t["x"], -1),
    "layer-norm": lambda t: F.layer_norm(t["x"], (1024,), t["weight"], t["bias"]),
    "conv": lambda t: F.conv2d(t["x"], t["weight"], padding=1),
}


def mlp(p, t):
    first = F.relu(F.linear(t["x"], p["w1"], p["b1"]))
    second = F.relu(F.linear(first, p["w2"], p["b2"]))
    return F.cross_entropy(F.linear(second, p["w3"], p["b3"]), t["y"])


def digits(p, t):
    first = F.max_pool2d(F.relu(F.conv2d(t["x"], p["conv1"], p["bias1"])), 2)
    second = F.max_pool2d(F.relu(F.conv2d(first, p["conv2"], p["bias2"])), 2)
    return F.cross_entropy(F.linear(second.flatten(1), p["linear"], p["bias"]), t["y"])


def line(p, t):
    return F.mse_loss(F.linear(t["x"], p["w"], p["b"]), t["y"])


LOSSES = {"mlp-adam": mlp, "digits": digits, "linear-regression": line}


class Forward:
    def __init__(self, request, tensors):
        self.body = FORWARD[request["case"].rstrip("0123456789").rstrip("-")]
        self.tensors = tensors

    def restart(self):
        pass

    def run(self):
        return self.body(self.tensors)

    def result(self, steps):
        with torch.no_grad():
            return self.run().reshape(-1)


class Training:
    def __init__(self, request, tensors):
        self.loss = LOSSES[request["case"]]
        self.is_sgd = request["case"] == "linear-regression"
        self.rate = request["rate"]
        self.start = {name: tensors[name] for name in request["parameters"]}
        self.batch = {name: tensors[name] for name in ("x", "y")}
        if self.batch["y"].dtype == torch.int32:
            self.batch["y"] = self.batch["y"].long()

    def restart(self):
        self.parameters = {name: value.clone().requires_grad_() for name, value in self.start.items()}
        kind = torch.optim.SGD if self.is_sgd else torch.optim.Adam
        self.optimizer = kind(self.parameters.values(), lr=self.rate)

    def run(self):
        self.optimizer.zero_grad()
        loss = self.loss(self.parameters, self.batch)
        loss.backward()
        self.optimizer.step()
        return loss.item()

    def result(self, steps):
        self.restart()
        return torch.tensor([self.run() for _ in range(steps)])


def load(spec):
    dtype = torch.float32 if spec["dtype"] == "f32" else torch.int32
    with open(spec["path"], "rb") as file:
        data = bytearray(file.read())
    return torch.frombuffer(data, dtype=dtype).reshape(spec["shape"]).clone()


def measure(opened, iterations):
    opened.restart()
    with torch.set_grad_enabled(isinstance(opened, Training)):
        start = time.perf_counter()
        for _ in range(iterations):
            opened.run()
        return (time.perf_counter() - start) * 1000


def answer(request, state):
    if request["do"] == "hello":
        return {"name": "torch", "version": torch.__version__}
    if request["do"] == "open":
        tensors = {spec["name"]: load(spec) for spec in request["tensors"]}
        kind = Training if request["kind"] == "training" else Forward
        state["open"] = kind(request, tensors)
        result = state["open"].result(request["steps"]).contiguous().float()
        with open(request["out"], "wb") as file:
            file.write(array("f", result.tolist()).tobytes())
        return {"count": result.numel()}
    if request["do"] == "time":
        return {"ms": measure(state["open"], request["iterations"])}
    state.pop("open", None)
    return {}


def main():
    state = {}
    for text in sys.stdin:
        try:
            response = answer(json.loads(text), state)
        except Exception as error:  # told to the runner, which reports it
            response = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(response), flush=True)


main()
