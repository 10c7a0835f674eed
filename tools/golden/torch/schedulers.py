"""Curves of PyTorch's learning-rate schedules, and what they keep and refuse, as data for tests/torch/schedulers.test.ts.

Run with a Python that has PyTorch:
    python3 tools/golden/torch/schedulers.py tests/torch/schedulers.json
The result is committed, so that no test needs Python.

A case names a schedule, its arguments after the optimiser, the optimiser, and what its steps are given; of each step it has the rates
of both groups and, where schedules move it, the momentum. Functions have names, which both sides know.
"""

import json
import math
import sys
import warnings

import torch
from torch.optim import lr_scheduler

warnings.filterwarnings("ignore")
FUNCTIONS = {"halving": lambda e: 0.5 ** e, "slow": lambda e: 0.95, "wave": lambda e: 1 + 0.5 * math.sin(e), "root": lambda x: 1 / math.sqrt(x)}
CASES = [
    ("LambdaLR", {"lr_lambda": "halving"}), ("LambdaLR", {"lr_lambda": ["halving", "wave"]}), ("MultiplicativeLR", {"lr_lambda": "slow"}),
    ("MultiplicativeLR", {"lr_lambda": ["slow", "wave"]}),
    ("StepLR", {"step_size": 3}), ("StepLR", {"step_size": 2, "gamma": 0.7}),
    ("MultiStepLR", {"milestones": [2, 5, 5, 9]}), ("MultiStepLR", {"milestones": [9, 3], "gamma": 0.3}),
    ("ConstantLR", {}), ("ConstantLR", {"factor": 0.25, "total_iters": 8}),
    ("LinearLR", {}), ("LinearLR", {"start_factor": 0.1, "end_factor": 0.6, "total_iters": 12}), ("LinearLR", {"start_factor": 1.0, "end_factor": 0.0, "total_iters": 7}),
    ("ExponentialLR", {"gamma": 0.9}),
    ("PolynomialLR", {}), ("PolynomialLR", {"total_iters": 13, "power": 2.5}),
    ("CosineAnnealingLR", {"T_max": 8}), ("CosineAnnealingLR", {"T_max": 5, "eta_min": 0.01}),
    ("CosineAnnealingWarmRestarts", {"T_0": 4}), ("CosineAnnealingWarmRestarts", {"T_0": 3, "T_mult": 2, "eta_min": 0.001}),
    ("CyclicLR", {"base_lr": 0.01, "max_lr": 0.1, "step_size_up": 4}),
    ("CyclicLR", {"base_lr": [0.01, 0.02], "max_lr": [0.1, 0.3], "step_size_up": 3, "step_size_down": 5, "mode": "triangular2"}),
    ("CyclicLR", {"base_lr": 0.01, "max_lr": 0.1, "step_size_up": 4, "mode": "exp_range", "gamma": 0.97, "base_momentum": 0.7}),
    ("CyclicLR", {"base_lr": 0.01, "max_lr": 0.1, "step_size_up": 4, "scale_fn": "root", "scale_mode": "cycle", "cycle_momentum": False}),
    ("OneCycleLR", {"max_lr": 0.4, "total_steps": 24}), ("OneCycleLR", {"max_lr": [0.4, 0.2], "epochs": 4, "steps_per_epoch": 6, "anneal_strategy": "linear"}),
    ("OneCycleLR", {"max_lr": 0.4, "total_steps": 24, "three_phase": True, "pct_start": 0.4, "div_factor": 10.0}),
]
ADAM = [("OneCycleLR", {"max_lr": 0.1, "total_steps": 24, "max_momentum": 0.9}), ("ExponentialLR", {"gamma": 0.8})]
EPOCHS = [("StepLR", {"step_size": 3}), ("MultiStepLR", {"milestones": [2, 5]}), ("ConstantLR", {}), ("LinearLR", {}), ("ExponentialLR", {"gamma": 0.9}),
          ("PolynomialLR", {}), ("CosineAnnealingLR", {"T_max": 8}), ("CosineAnnealingWarmRestarts", {"T_0": 3, "T_mult": 2}),
          ("CosineAnnealingWarmRestarts", {"T_0": 3})]
METRICS = [5.0, 4.0, 4.0, 4.0, 3.9999, 4.1, 4.2, 3.0, 3.1, 3.2, 3.3, 3.4, 3.0, 3.0, 3.0, 3.0, 2.9, 2.95, 2.95, 2.95, 2.95, 2.95]
PLATEAU = [{}, {"patience": 2}, {"patience": 1, "factor": 0.5, "cooldown": 2, "min_lr": [0.01, 0.2]}, {"mode": "max", "patience": 3, "threshold": 0.1},
           {"patience": 1, "threshold": 0.5, "threshold_mode": "abs"}, {"patience": 0, "eps": 0.3, "mode": "max", "threshold_mode": "abs"}]
STEPS = 24


def camel(name):
    head, *rest = name.split("_")
    return head + "".join(each[:1].upper() + each[1:] for each in rest)


def optimizer_of(name):
    params = [torch.nn.Parameter(torch.zeros(1)) for _ in range(2)]
    groups = [{"params": params[0]}, {"params": params[1], "lr": 0.5}]
    return torch.optim.SGD(groups, lr=0.1, momentum=0.9) if name == "SGD" else torch.optim.Adam(groups, lr=0.1)


def functions(options):
    def of(value):
        if isinstance(value, list):
            return [of(each) for each in value]
        return FUNCTIONS[value] if isinstance(value, str) and value in FUNCTIONS else value
    return {key: of(value) for key, value in options.items()}


def look(optimizer):
    momentum = [group["momentum"] if "momentum" in group else group["betas"][0] for group in optimizer.param_groups]
    return [group["lr"] for group in optimizer.param_groups] + momentum


def run(make, name="SGD", given=None, steps=STEPS):
    optimizer = optimizer_of(name)
    schedule = make(optimizer)
    rows = [look(optimizer)]
    for step in range(len(given) if given else steps - 1):
        optimizer.step()
        schedule.step(*([given[step]] if given else []))
        rows.append(look(optimizer))
        assert schedule._last_lr == rows[-1][:2]
    return rows, schedule


def data_of(state):
    return sorted(camel(key.lstrip("_")) if not key.startswith("_") else "_" + camel(key[1:]) for key in state if key not in ("verbose", "_scale_fn_ref", "anneal_func"))


def cases():
    found = []
    def add(name, options, optimizer="SGD", given=None):
        rows, schedule = run(lambda o: getattr(lr_scheduler, name)(o, **functions(options)), optimizer, given)
        found.append({"name": name, "options": {camel(k): v for k, v in options.items()}, "optimizer": optimizer, "given": given, "rows": rows,
                      "keys": data_of(schedule.state_dict())})
    for name, options in CASES:
        add(name, options)
    for name, options in ADAM:
        add(name, options, "Adam")
    for name, options in EPOCHS:
        add(name, options, given=[1, 4, 2, 9, 10, 0, 7])
    add("CosineAnnealingWarmRestarts", {"T_0": 3, "T_mult": 2}, given=[0.5, 1.25, 3.5, 9.75, 2.0])
    for options in PLATEAU:
        add("ReduceLROnPlateau", options, given=METRICS)
    return found


def combined():
    def sequential(o):
        return lr_scheduler.SequentialLR(o, [lr_scheduler.ConstantLR(o, 0.1, 2), lr_scheduler.ExponentialLR(o, 0.9), lr_scheduler.StepLR(o, 2, 0.5)], [3, 8])

    def chained(o):
        return lr_scheduler.ChainedScheduler([lr_scheduler.LinearLR(o, 0.5, total_iters=4), lr_scheduler.ExponentialLR(o, 0.9)])

    def both(o):
        first = lr_scheduler.ExponentialLR(o, 0.9)
        second = lr_scheduler.StepLR(o, 3)
        class Both:
            def step(self):
                first.step()
                second.step()
                self._last_lr = second._last_lr
        return Both()
    return {"sequential": run(sequential)[0], "chained": run(chained)[0], "both": run(both)[0]}


def message(action):
    try:
        action()
    except Exception as error:
        return {"kind": type(error).__name__, "message": error.args[0]}
    raise SystemExit("no error")


def errors():
    def sgd():
        return optimizer_of("SGD")

    def one(steps):
        schedule = lr_scheduler.OneCycleLR(sgd(), 0.1, total_steps=2)
        for _ in range(steps):
            schedule.step()

    a, b = sgd(), sgd()
    return {
        "not an optimizer": message(lambda: lr_scheduler.StepLR(3, 1)),
        "resume": message(lambda: lr_scheduler.StepLR(sgd(), 1, last_epoch=3)),
        "lambdas": message(lambda: lr_scheduler.LambdaLR(sgd(), [FUNCTIONS["slow"]])),
        "constant": message(lambda: lr_scheduler.ConstantLR(sgd(), 1.5)),
        "linear start": message(lambda: lr_scheduler.LinearLR(sgd(), -0.5)),
        "linear end": message(lambda: lr_scheduler.LinearLR(sgd(), end_factor=2.0)),
        "restarts": message(lambda: lr_scheduler.CosineAnnealingWarmRestarts(sgd(), 0)),
        "restarts factor": message(lambda: lr_scheduler.CosineAnnealingWarmRestarts(sgd(), 2, 0)),
        "restarts epoch": message(lambda: lr_scheduler.CosineAnnealingWarmRestarts(sgd(), 2).step(-1)),
        "cyclic mode": message(lambda: lr_scheduler.CyclicLR(sgd(), 0.1, 0.2, mode="x")),
        "cyclic momentum": message(lambda: lr_scheduler.CyclicLR(optimizer_of("Adam"), 0.1, 0.2)),
        "cyclic groups": message(lambda: lr_scheduler.CyclicLR(sgd(), [0.1], 0.2)),
        "one cycle": message(lambda: lr_scheduler.OneCycleLR(sgd(), 0.1)),
        "one cycle steps": message(lambda: lr_scheduler.OneCycleLR(sgd(), 0.1, total_steps=-1)),
        "one cycle part": message(lambda: lr_scheduler.OneCycleLR(sgd(), 0.1, total_steps=5, pct_start=1.5)),
        "one cycle strategy": message(lambda: lr_scheduler.OneCycleLR(sgd(), 0.1, total_steps=5, anneal_strategy="x")),
        "one cycle over": message(lambda: one(3)),
        "plateau factor": message(lambda: lr_scheduler.ReduceLROnPlateau(sgd(), factor=2.0)),
        "plateau mode": message(lambda: lr_scheduler.ReduceLROnPlateau(sgd(), mode="x")),
        "plateau threshold": message(lambda: lr_scheduler.ReduceLROnPlateau(sgd(), threshold_mode="x")),
        "plateau rates": message(lambda: lr_scheduler.ReduceLROnPlateau(sgd(), min_lr=[0.1])),
        "sequential optimizer": message(lambda: lr_scheduler.SequentialLR(a, [lr_scheduler.StepLR(b, 1)], [])),
        "sequential count": message(lambda: lr_scheduler.SequentialLR(a, [lr_scheduler.StepLR(a, 1)], [1])),
        "chained": message(lambda: lr_scheduler.ChainedScheduler([lr_scheduler.StepLR(a, 1), lr_scheduler.StepLR(b, 1)])),
    }


def caution():
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        optimizer = optimizer_of("SGD")
        schedule = lr_scheduler.StepLR(optimizer, 2)
        schedule.step()
        schedule.get_lr()
        optimizer.step()
        schedule.step()
        schedule.step(5)
    return [f"{each.category.__name__}: {each.message}" for each in seen]


if __name__ == "__main__":
    parts = {"cases": cases()}
    rest = {"torch": torch.__version__, "combined": combined(), "errors": errors(), "warnings": caution()}
    with open(sys.argv[1], "w") as file:
        file.write("{\n" + ",\n".join(f"{json.dumps(key)}: {json.dumps(value)}" for key, value in rest.items()))
        file.write(',\n"cases": [\n' + ",\n".join(json.dumps(each, separators=(",", ":")) for each in parts["cases"]) + "\n]\n}\n")
