"""Random programs of views, writes in place and gradients: tests/golden/torch/random-traces.json. Each seed is a program.

    python3 tools/golden/torch/random_traces.py
"""

import random

import torch

import traces

# What PyTorch fails at: an assertion of its own; a leaf that was turned between forward and backward. What it says of masks of another
# size depends on the order in which it broadcasts.
LEFT_OUT = {147, 157, 203, 213, 228, 240}
VIEWS = ["view(-1)", "t()", "transpose(0, 1)", "unsqueeze(0)", "squeeze()", "[0]", "[:, 0]", "[1:]", "[..., ::2]", "narrow(0, 0, 1)", "select(0, 0)",
         "diagonal()", "expand_as(c)", "flatten()", "permute(1, 0)", "detach()", "chunk(2)[0]", "unbind()[0]", "split(1)[0]", "T"]
WRITES = ["add_(1)", "mul_(2)", "mul_(c)", "add_(w)", "sub_(c)", "zero_()", "fill_(3)", "copy_(c)", "div_(2)", "exp_()", "neg_()", "t_()",
          "unsqueeze_(0)", "squeeze_()", "mul_(w)", "clamp_(-2, 2)", "sigmoid_()", "pow_(2)", "masked_fill_(c > 1, 0)"]
VALUES = ["mul({o})", "add({o})", "exp()", "sin()", "sub({o})", "sum(0)", "sum()", "mean()", "tanh()", "pow(2)", "clone()", "matmul({o})", "relu()",
          "div({o})", "softmax(0)", "max()", "cumsum(0)", "reshape(-1)", "repeat(2, 1)", "flip(0)", "where(c > 1, {o})", "abs()", "double()"]


def program(seed):
    choose = random.Random(seed)
    lines = ["x = leaf(2, 3)", "w = leaf(3)", "c = plain(2, 3)", "y = x * 1"]
    names = ["y", "x", "c"]
    for step in range(choose.randrange(4, 9)):
        of = choose.choice(names[-4:])
        kind = choose.choices(["view", "write", "value", "put"], [4, 4, 4, 1])[0]
        mode = choose.choices(["", "no_grad: "], [12, 2])[0]
        name = f"v{step}"
        if kind == "write":
            lines.append(f"{mode}{of}.{choose.choice(WRITES)}")
        elif kind == "put":
            lines.append(f"{mode}{of}[0] = {choose.choice(['5', 'w', 'c[0]'])}")
        else:
            made = choose.choice(VIEWS if kind == "view" else VALUES).format(o=choose.choice(names))
            lines.append(f"{mode}{name} = {of}{'' if made.startswith('[') else '.'}{made}")
            names.append(name)
    last = names[-1]
    lines.append(f"show graph({last})")
    lines.append(f"({last} * {last}).sum().backward()")
    return lines


if __name__ == "__main__":
    torch.manual_seed(0)
    traces.write("random-traces.json", [program(seed) for seed in range(306) if seed not in LEFT_OUT])
