"""What PyTorch's modules print, list, refuse and call, as data for tests/torch/modules.test.ts, which makes the same modules.

Run with a Python that has PyTorch:
    python3 tools/golden/torch/modules.py tests/torch/modules.json
The result is committed, so that no test needs Python.
"""

import collections
import json
import math
import sys

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = nn.Linear(2, 3)
        self.scale = nn.Parameter(torch.ones(1))
        self.register_buffer("mean", torch.zeros(3))
        self.register_buffer("cache", torch.zeros(2), persistent=False)
        self.second = nn.Linear(3, 1, bias=False)
        self.register_parameter("shift", None)
        self.act = nn.ReLU()

    def forward(self, x):
        return self.second(self.act(self.first(x) - self.mean)) * self.scale


class Outer(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = Net()
        self.body = nn.Sequential(nn.Linear(1, 4), nn.ReLU(), nn.Sequential(nn.Linear(4, 2)))
        self.add_module("gone", None)
        self.shared = self.net.first
        self.table = nn.ModuleDict({"b": nn.Linear(1, 1), "a": nn.ReLU()})
        self.params = nn.ParameterList([torch.zeros(2, 3), torch.zeros(4)])
        self.named = nn.ParameterDict({"z": torch.zeros(2), "y": torch.zeros(1, 1)})

    def extra_repr(self):
        return "depth=2\nwidth=3"


def prints():
    named = nn.Sequential(collections.OrderedDict([("fc", nn.Linear(1, 2)), ("act", nn.ReLU())]))
    mixed = nn.Sequential(nn.Linear(1, 2), nn.ReLU(), nn.Linear(2, 3)).insert(1, nn.ReLU())
    del mixed[0]
    return {
        "linear": str(nn.Linear(3, 4)), "no bias": str(nn.Linear(3, 4, bias=False)), "relu": str(nn.ReLU()), "mse": str(nn.MSELoss()),
        "empty": str(nn.Sequential()), "named": str(named), "net": str(Net()), "outer": str(Outer()), "mixed": str(mixed),
        "slice": str(nn.Sequential(nn.Linear(1, 2), nn.ReLU(), nn.Linear(2, 3))[1:]),
        "steps": str(nn.Sequential(nn.Linear(1, 2), nn.ReLU(), nn.Linear(2, 3))[-1::-2]),
        "list slice": str(nn.ModuleList([nn.Linear(1, 2), nn.ReLU(), nn.Linear(2, 3)])[:-1]),
        "params": str(nn.ParameterList([torch.zeros(2)])), "no params": str(nn.ParameterList()), "no list": str(nn.ModuleList()),
    }


def lists():
    outer = Outer()
    return {
        "named_parameters": [n for n, _ in outer.named_parameters()],
        "named_parameters prefix": [n for n, _ in outer.net.named_parameters(prefix="p", recurse=False)],
        "named_parameters own": [n for n, _ in outer.named_parameters(recurse=False)],
        "named_buffers": [n for n, _ in outer.named_buffers()],
        "named_modules": [n for n, _ in outer.named_modules()],
        "named_modules all": [n for n, _ in outer.named_modules(remove_duplicate=False)],
        "named_modules prefix": [n for n, _ in outer.body.named_modules(prefix="q")],
        "named_children": [n for n, _ in outer.named_children()],
        "state_dict": list(outer.state_dict()), "state_dict prefix": list(outer.net.state_dict(prefix="m.")),
    }


def reassigned():
    net = Net()
    net.first = nn.Linear(2, 3)
    net.scale = None
    net.mean = nn.Parameter(torch.zeros(3))
    net.late = nn.Parameter(torch.zeros(1))
    del net.second
    return {"parameters": [n for n, _ in net.named_parameters()], "state": list(net.state_dict()), "text": str(net)}


def message(action):
    try:
        action()
    except Exception as error:
        text = error.args[0] if isinstance(error, KeyError) else str(error)
        return {"kind": type(error).__name__, "message": text}
    raise SystemExit("no error")


def errors():
    def state(**changes):
        found = Net().state_dict()
        for key, value in changes.items():
            key = key.replace("__", ".")
            if value is None:
                del found[key]
            else:
                found[key] = value
        return found

    net = Net()
    return {
        "parameter": message(lambda: setattr(net, "scale", torch.zeros(1))),
        "parameter number": message(lambda: setattr(net, "scale", 3)),
        "parameter float": message(lambda: setattr(net, "shift", 2.5)),
        "module": message(lambda: setattr(net, "first", torch.zeros(1))),
        "module text": message(lambda: setattr(net, "act", "x")),
        "buffer": message(lambda: setattr(net, "mean", 3)),
        "buffer list": message(lambda: setattr(net, "mean", [1])),
        "register parameter": message(lambda: net.register_parameter("new", torch.zeros(1))),
        "register buffer": message(lambda: net.register_buffer("new", 3)),
        "register module": message(lambda: net.add_module("new", torch.zeros(1))),
        "dotted parameter": message(lambda: net.register_parameter("a.b", None)),
        "dotted buffer": message(lambda: net.register_buffer("a.b", None)),
        "dotted module": message(lambda: net.add_module("a.b", None)),
        "empty parameter": message(lambda: net.register_parameter("", None)),
        "empty module": message(lambda: net.add_module("", None)),
        "taken": message(lambda: net.register_buffer("first", None)),
        "taken method": message(lambda: net.add_module("forward", nn.ReLU())),
        "no submodule": message(lambda: net.get_submodule("first.x")),
        "not a submodule": message(lambda: net.get_submodule("scale")),
        "no parameter": message(lambda: net.get_parameter("first.x")),
        "not a parameter": message(lambda: net.get_parameter("mean")),
        "not a buffer": message(lambda: net.get_buffer("scale")),
        "to int": message(lambda: net.to(torch.int64)),
        "index": message(lambda: nn.Sequential(nn.ReLU())[1]),
        "list index": message(lambda: nn.ModuleList([nn.ReLU()])[-2]),
        "insert": message(lambda: nn.Sequential(nn.ReLU()).insert(3, nn.ReLU())),
        "call list": message(lambda: nn.ParameterList()(1)),
        "load missing": message(lambda: net.load_state_dict(state(scale=None, first__bias=None))),
        "load unexpected": message(lambda: net.load_state_dict(state(extra=torch.zeros(1), first__more=torch.zeros(1)))),
        "load size": message(lambda: net.load_state_dict(state(first__weight=torch.zeros(4, 2), mean=torch.zeros(1)))),
        "load all": message(lambda: net.load_state_dict(state(scale=None, x=torch.zeros(1), first__bias=torch.zeros(3, 1)))),
        "load number": message(lambda: net.load_state_dict(state(scale=3))),
        "load list": message(lambda: net.load_state_dict([1])),
    }


def loads():
    net = Net()
    return {
        "all": str(net.load_state_dict(net.state_dict())),
        "some": str(net.load_state_dict({"scale": torch.ones(1), "x.y": torch.ones(1)}, strict=False)),
    }


class Pair(nn.Module):
    def forward(self, x, y):
        return x * y, x + 1


def hooks():
    events = []

    def grads(values):
        return [None if v is None else v.tolist() for v in values]

    def watch(module, name):
        module.register_forward_pre_hook(lambda m, i: events.append(f"{name} pre"))
        module.register_forward_hook(lambda m, i, o: events.append(f"{name} post"))
        module.register_full_backward_hook(lambda m, gi, go: events.append([f"{name} back", grads(gi), grads(go)]))

    net = nn.Sequential(nn.ReLU(), nn.Sequential(nn.ReLU()))
    for name, module in net.named_modules():
        watch(module, name or "root")
    module = nn.modules.module
    handles = [
        module.register_module_forward_pre_hook(lambda m, i: events.append(f"all pre {type(m).__name__}")),
        module.register_module_forward_hook(lambda m, i, o: events.append(f"all post {type(m).__name__}")),
    ]
    x = torch.tensor([1.0, -2.0, 3.0], requires_grad=True)
    y = net(x)
    events.append(y.grad_fn.name())
    y.backward(torch.tensor([1.0, 2.0, 3.0]))
    for handle in handles:
        handle.remove()
    order = list(events)

    events.clear()
    relu = nn.ReLU()
    first = relu.register_forward_pre_hook(lambda m, i: (i[0] * 2,))
    relu.register_forward_pre_hook(lambda m, i: i[0] + 1)
    relu.register_forward_hook(lambda m, i, o: o * 10)
    relu.register_forward_hook(lambda m, i, o: events.append([i[0].tolist(), o.tolist()]))
    relu.register_full_backward_hook(lambda m, gi, go: (gi[0] * 5,))
    relu.register_full_backward_hook(lambda m, gi, go: events.append([grads(gi), grads(go)]))
    x = torch.tensor([1.0, -2.0], requires_grad=True)
    relu(x).sum().backward()
    events.append(x.grad.tolist())
    first.remove()
    events.append(relu(torch.tensor([1.0, -2.0])).tolist())
    changes = list(events)

    events.clear()
    pair = Pair()
    pair.register_full_backward_hook(lambda m, gi, go: events.append([grads(gi), grads(go)]))
    x, y = torch.tensor([2.0], requires_grad=True), torch.tensor([3.0], requires_grad=True)
    pair(x, y)[0].backward()
    pair(x, y)[1].backward()
    pair(x, torch.tensor([5.0]))[0].backward()
    linear = nn.Linear(1, 1)
    linear.register_full_backward_hook(lambda m, gi, go: events.append([grads(gi), grads(go)]))
    linear(torch.ones(1, 1)).sum().backward()
    return {"order": order, "changes": changes, "several": list(events)}


def utils():
    def params():
        found = [nn.Parameter(torch.tensor([1.0, -2.0])), nn.Parameter(torch.tensor([[3.0], [0.5]])), nn.Parameter(torch.tensor(2.0))]
        found[0].grad = torch.tensor([3.0, -4.0])
        found[1].grad = torch.tensor([[1.0], [0.25]])
        return found

    clipped = []
    for maximum, order in [(1.0, 2.0), (100.0, 2.0), (2.0, 1.0), (0.5, math.inf), (1.5, 3.0)]:
        found = params()
        norm = nn.utils.clip_grad_norm_(found, maximum, norm_type=order)
        clipped.append([maximum, order if math.isfinite(order) else "Infinity", norm.item(), [p.grad.reshape(-1).tolist() for p in found[:2]]])
    found = params()
    nn.utils.clip_grad_value_(found, 0.75)
    bad = params()
    bad[0].grad = torch.tensor([math.inf, 1.0])
    vector = nn.utils.parameters_to_vector(found)
    name = vector.grad_fn.name()
    given = torch.arange(5.0)
    nn.utils.vector_to_parameters(given, found)
    given[0] = 9.0
    return {
        "clipped": clipped, "values": [p.grad.reshape(-1).tolist() for p in found[:2]], "none": nn.utils.clip_grad_norm_([nn.Parameter(torch.ones(1))], 1.0).item(),
        "error": message(lambda: nn.utils.clip_grad_norm_(bad, 1.0, error_if_nonfinite=True)),
        "vector": vector.tolist(), "node": name, "parameters": [p.tolist() for p in found],
        "type error": message(lambda: nn.utils.vector_to_parameters(3, found)),
    }


if __name__ == "__main__":
    data = {"torch": torch.__version__, "prints": prints(), "lists": lists(), "reassigned": reassigned(), "errors": errors(),
            "loads": loads(), "hooks": hooks(), "utils": utils()}
    with open(sys.argv[1], "w") as file:
        json.dump(data, file, indent=1)
        file.write("\n")
