"""Trajectories of PyTorch's optimisers, and what they print, keep and refuse, as data for tests/torch/optim.test.ts.

Run with a Python that has PyTorch:
    python3 tools/golden/torch/optim.py tests/torch/optim.json
The result is committed, so that no test needs Python.

Gradients are `curvature * p + pull`, one product and one sum, so that both sides can compute them to the last bit; `pull` changes its
sign with the steps, so that some gradients turn. PyTorch runs without fused multiply-adds, which its scalar code does not have.
"""

import json
import os
import sys

os.environ["ATEN_CPU_CAPABILITY"] = "default"

import torch  # noqa: E402
from torch import optim  # noqa: E402

START = [[1.0, -2.0, 0.5], [[3.0, -0.25], [0.125, 4.0]]]
CURVATURE = [[1.0, 0.5, 4.0], [[0.1, 2.0], [0.3, 0.7]]]
PULLS = [0.25, -0.5, 0.75, 0.0, -1.5]
STEPS = 20
SHOWN = [1, 2, 3, 7, 20]
CASES = [
    ("SGD", {"lr": 0.1}),
    ("SGD", {"lr": 0.05, "momentum": 0.9}),
    ("SGD", {"lr": 0.05, "momentum": 0.9, "dampening": 0.3, "weight_decay": 0.01}),
    ("SGD", {"lr": 0.03, "momentum": 0.7, "nesterov": True, "weight_decay": 0.1}),
    ("SGD", {"lr": 0.01, "momentum": 0.5, "maximize": True}),
    ("Adam", {}),
    ("Adam", {"lr": 0.1}),
    ("Adam", {"lr": 0.05, "betas": (0.8, 0.99), "eps": 1e-6, "weight_decay": 0.1}),
    ("Adam", {"lr": 0.05, "amsgrad": True}),
    ("Adam", {"lr": 0.02, "amsgrad": True, "weight_decay": 0.05, "maximize": True}),
    ("AdamW", {}),
    ("AdamW", {"lr": 0.1, "weight_decay": 0.2}),
    ("AdamW", {"lr": 0.05, "amsgrad": True, "weight_decay": 0.0}),
    ("AdamW", {"lr": 0.05, "maximize": True, "betas": (0.5, 0.9)}),
    ("Adamax", {}),
    ("Adamax", {"lr": 0.05, "betas": (0.7, 0.95), "eps": 1e-4, "weight_decay": 0.1}),
    ("Adamax", {"lr": 0.03, "maximize": True}),
    ("NAdam", {}),
    ("NAdam", {"lr": 0.05, "momentum_decay": 0.1, "weight_decay": 0.1}),
    ("NAdam", {"lr": 0.1, "betas": (0.8, 0.9), "eps": 1e-3}),
    ("RAdam", {}),
    ("RAdam", {"lr": 0.05, "betas": (0.8, 0.9), "weight_decay": 0.1}),
    ("RAdam", {"lr": 0.1, "eps": 1e-3}),
    ("RMSprop", {}),
    ("RMSprop", {"lr": 0.02, "alpha": 0.9, "momentum": 0.8}),
    ("RMSprop", {"lr": 0.02, "centered": True, "weight_decay": 0.1}),
    ("RMSprop", {"lr": 0.02, "centered": True, "momentum": 0.5, "eps": 1e-3, "maximize": True}),
    ("Adagrad", {}),
    ("Adagrad", {"lr": 0.5, "lr_decay": 0.1, "weight_decay": 0.1}),
    ("Adagrad", {"lr": 0.3, "initial_accumulator_value": 0.5, "eps": 1e-5, "maximize": True}),
    ("Adadelta", {}),
    ("Adadelta", {"lr": 0.5, "rho": 0.8, "eps": 1e-3, "weight_decay": 0.1}),
    ("Adadelta", {"lr": 2.0, "maximize": True}),
    ("Rprop", {}),
    ("Rprop", {"lr": 0.1, "etas": (0.3, 1.5), "step_sizes": (1e-2, 0.5)}),
    ("Rprop", {"lr": 0.05, "maximize": True}),
    ("ASGD", {}),
    ("ASGD", {"lr": 0.05, "lambd": 0.01, "alpha": 0.6, "t0": 5.0, "weight_decay": 0.1}),
    ("ASGD", {"lr": 0.02, "t0": 0.0, "maximize": True}),
]
DTYPES = {"float32": torch.float32, "float64": torch.float64}


def camel(name):
    head, *rest = name.split("_")
    return head + "".join(each.capitalize() for each in rest)


def flat(params):
    return [value for p in params for value in p.detach().reshape(-1).tolist()]


def trajectory(name, options, dtype):
    params = [torch.nn.Parameter(torch.tensor(start, dtype=dtype)) for start in START]
    curvature = [torch.tensor(values, dtype=dtype) for values in CURVATURE]
    optimizer = getattr(optim, name)(params, **options)
    shown = []
    for step in range(1, STEPS + 1):
        pull = torch.tensor(PULLS[step % len(PULLS)], dtype=dtype)
        for p, c in zip(params, curvature):
            p.grad = c * p.detach() + pull
        optimizer.step()
        if step in SHOWN:
            shown.append(flat(params))
    state = optimizer.state_dict()["state"][1]
    kept = {camel(key): value.reshape(-1).tolist() if isinstance(value, torch.Tensor) else value for key, value in state.items()}
    return shown, kept


def narrow(name, options):
    """One step in bfloat16, from numbers it has."""
    param = torch.nn.Parameter(torch.tensor([1.0, 2.0, 3.0], dtype=torch.bfloat16))
    param.grad = torch.tensor([1.0, -1.0, 0.5], dtype=torch.bfloat16)
    getattr(optim, name)([param], **options).step()
    return {"name": name, "options": options, "values": param.tolist()}


def lbfgs(options, dtype, steps=4):
    x = torch.nn.Parameter(torch.tensor([-1.5, 2.0, 0.5], dtype=dtype))
    optimizer = optim.LBFGS([x], **options)
    losses, points = [], []

    def closure():
        optimizer.zero_grad()
        a, b, c = x[0], x[1], x[2]
        loss = (1 - a) * (1 - a) + 5 * (b - a * a) * (b - a * a) + 2 * (c - b) * (c - b)
        loss.backward()
        return loss

    for _ in range(steps):
        losses.append(optimizer.step(closure).item())
        points.append(x.tolist())
    state = optimizer.state_dict()["state"][0]
    return {"losses": losses, "points": points, "evaluations": state["func_evals"], "iterations": state["n_iter"]}


LBFGS = [
    {"lr": 0.1}, {"lr": 0.05, "max_iter": 5, "history_size": 3}, {"line_search_fn": "strong_wolfe"},
    {"line_search_fn": "strong_wolfe", "max_iter": 4, "history_size": 2},
]


def message(action):
    try:
        action()
    except Exception as error:
        return {"kind": type(error).__name__, "message": str(error)}
    raise SystemExit("no error")


def errors():
    def p():
        return torch.nn.Parameter(torch.zeros(2))

    a = p()
    return {
        "no params": message(lambda: optim.SGD([], lr=0.1)),
        "a tensor": message(lambda: optim.SGD(p(), lr=0.1)),
        "a number": message(lambda: optim.SGD([3], lr=0.1)),
        "non-leaf": message(lambda: optim.SGD([p() * 2], lr=0.1)),
        "no rate": message(lambda: optim.SGD([p()])),
        "a set": message(lambda: optim.SGD([{"params": {p()}}], lr=0.1)),
        "twice": message(lambda: optim.SGD([{"params": [a]}, {"params": [a]}], lr=0.1)),
        "rate": message(lambda: optim.SGD([p()], lr=-0.1)),
        "momentum": message(lambda: optim.SGD([p()], lr=0.1, momentum=-1)),
        "decay": message(lambda: optim.SGD([p()], lr=0.1, weight_decay=-0.5)),
        "nesterov": message(lambda: optim.SGD([p()], lr=0.1, nesterov=True)),
        "adam rate": message(lambda: optim.Adam([p()], lr=-1)),
        "adam eps": message(lambda: optim.Adam([p()], eps=-1)),
        "adam beta": message(lambda: optim.Adam([p()], betas=(0.9, 1.5))),
        "adam decay": message(lambda: optim.AdamW([p()], weight_decay=-1)),
        "nadam": message(lambda: optim.NAdam([p()], momentum_decay=-1)),
        "rmsprop": message(lambda: optim.RMSprop([p()], alpha=-1)),
        "adagrad": message(lambda: optim.Adagrad([p()], lr_decay=-1)),
        "adagrad sum": message(lambda: optim.Adagrad([p()], initial_accumulator_value=-1)),
        "adadelta": message(lambda: optim.Adadelta([p()], rho=1.5)),
        "rprop": message(lambda: optim.Rprop([p()], etas=(1.5, 1.2))),
        "lbfgs": message(lambda: optim.LBFGS([{"params": [p()]}, {"params": [p()]}])),
        "load groups": message(lambda: optim.SGD([p()], lr=0.1).load_state_dict(optim.SGD([{"params": [p()]}, {"params": [p()]}], lr=0.1).state_dict())),
        "load size": message(lambda: optim.SGD([p()], lr=0.1).load_state_dict(optim.SGD([p(), p()], lr=0.1).state_dict())),
    }


def groups():
    a, b, c = (torch.nn.Parameter(torch.full((2,), value)) for value in (1.0, 2.0, 3.0))
    optimizer = optim.Adam([{"params": [a, b], "lr": 0.5}, {"params": c, "weight_decay": 0.1}], lr=0.25, betas=(0.5, 0.75))
    text = str(optimizer)
    empty = optimizer.state_dict()["state"]
    for p in (a, c):
        p.grad = torch.ones(2)
    optimizer.step()
    found = optimizer.state_dict()
    return {
        "text": text, "empty": list(empty), "numbers": list(found["state"]), "keys": [camel(key) for key in found["state"][2]],
        "params": [group["params"] for group in found["param_groups"]], "options": sorted(camel(key) for key in found["param_groups"][0]),
        "values": [p.tolist() for p in (a, b, c)],
    }


def texts():
    p = [torch.nn.Parameter(torch.zeros(2))]
    names = ["Adam", "AdamW", "Adamax", "NAdam", "RAdam", "RMSprop", "Adagrad", "Rprop", "LBFGS"]
    return {"SGD": str(optim.SGD(p, lr=0.1, momentum=0.9)), **{name: str(getattr(optim, name)(p)) for name in names}}


if __name__ == "__main__":
    cases = []
    for name, options in CASES:
        for dtype in DTYPES:
            shown, kept = trajectory(name, options, DTYPES[dtype])
            cases.append({"name": name, "options": {camel(key): value for key, value in options.items()}, "dtype": dtype, "shown": shown, "state": kept})
    data = {
        "torch": torch.__version__, "start": START, "curvature": CURVATURE, "pulls": PULLS, "steps": STEPS, "shownAt": SHOWN, "cases": cases,
        "lbfgs": [{"options": {camel(k): v for k, v in options.items()}, "dtype": dtype, **lbfgs(options, DTYPES[dtype])}
                  for options in LBFGS for dtype in DTYPES],
        "narrow": [narrow(name, {"lr": 0.5}) for name in dict.fromkeys(name for name, _ in CASES)], "errors": errors(), "groups": groups(), "texts": texts(),
    }
    with open(sys.argv[1], "w") as file:
        file.write("{\n" + ",\n".join(f"{json.dumps(key)}: " + (
            "[\n" + ",\n".join(json.dumps(each, separators=(",", ":")) for each in value) + "\n]" if key in ("cases", "lbfgs", "narrow") else json.dumps(value)
        ) for key, value in data.items()) + "\n}\n")
