"""Programs about lazy layers, initial numbers and what torch.nn.utils does to modules, and what they print:
tests/torch/nn-programs.json. `tests/torch/nn-programs.test.ts` has the same programs.

    python3 tools/golden/torch/nn_programs.py
"""

import json
import os
import warnings

import torch
import torch.utils.checkpoint
from torch import nn

torch.set_num_threads(1)
programs = {}
told = []


def program(body):
    lines = []

    def show(*values):
        lines.append(" ".join("None" if each is None else str(each) for each in values))

    def fails(run):
        try:
            run()
        except Exception as error:
            show(f"{type(error).__name__}: {error}".split("\nException raised")[0])
        else:
            show("no error")

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        body(show, fails)
    lines += [f"warned: {each.message}" for each in caught if "Lazy modules" not in str(each.message)]
    programs[body.__name__.replace("_", " ")] = lines


def numbers(*shape):
    count = 1
    for extent in shape:
        count *= extent
    return torch.arange(count).remainder(7).sub(3).float().div(2).reshape(shape)


@program
def initial_numbers(show, fails):
    torch.manual_seed(0)
    x = torch.empty(3, 4)
    init = nn.init
    show(init.uniform_(x, -2, 2), init.normal_(x, 1, 0.5), x)
    show(init.xavier_uniform_(x, 2))
    show(init.xavier_normal_(x, gain=0.5))
    show(init.kaiming_uniform_(x, 0.1, "fan_out", "leaky_relu"))
    show(init.kaiming_normal_(x, mode="fan_out", nonlinearity="relu"))
    show(init.trunc_normal_(x, 0, 1, -0.5, 0.5))
    show(init.constant_(x, 0.25))
    show(init.sparse_(x, 0.4))
    show(init.dirac_(torch.empty(4, 2, 3), 2).sum(0))
    show(torch.rand(2))
    fails(lambda: init.orthogonal_(torch.empty(3)))
    fails(lambda: init.sparse_(torch.empty(3), 0.5))
    fails(lambda: init.eye_(torch.empty(3)))
    fails(lambda: init.dirac_(torch.empty(3, 2)))
    fails(lambda: init.xavier_uniform_(torch.empty(3)))
    init.kaiming_uniform_(torch.empty(0, 3))
    init.trunc_normal_(x, 5, 1, -1, 1)


@program
def orthogonal_weights(show, fails):
    torch.manual_seed(1)
    for shape in ((3, 3), (2, 5), (5, 2), (4, 2, 3), (2, 3, 2, 2), (1, 4), (4, 1)):
        show(nn.init.orthogonal_(torch.empty(*shape)))
    show(nn.init.orthogonal_(torch.empty(3, 4), gain=2))
    show(nn.init.orthogonal_(torch.empty(3, 2, dtype=torch.float64)))
    show(nn.init.orthogonal_(torch.empty(40, 30))[::13, ::11])
    show(nn.init.orthogonal_(torch.empty(150, 140))[::50, ::60])


@program
def old_names_of_init(show, fails):
    torch.manual_seed(0)
    x = torch.empty(2, 2)
    show(nn.init.uniform(x), nn.init.normal(x), nn.init.constant(x, 2), nn.init.eye(x))
    show(nn.init.xavier_uniform(x), nn.init.xavier_normal(x), nn.init.kaiming_uniform(x))
    show(nn.init.kaiming_normal(x), nn.init.orthogonal(x))
    show(nn.init.sparse(x, 0.5), nn.init.dirac(torch.empty(1, 1, 1)))


@program
def lazy_layers(show, fails):
    torch.manual_seed(0)
    layers = [
        (nn.LazyLinear(3), numbers(2, 4)), (nn.LazyLinear(3, False), numbers(4)), (nn.LazyConv1d(2, 3), numbers(1, 2, 5)),
        (nn.LazyConv2d(4, 2, 2, 1, groups=2, bias=False), numbers(1, 2, 4, 4)), (nn.LazyConv3d(2, 2), numbers(2, 2, 2, 2)),
        (nn.LazyConvTranspose1d(2, 2), numbers(1, 3, 4)), (nn.LazyConvTranspose2d(2, 2, 2, 0, 1), numbers(1, 2, 2, 2)),
        (nn.LazyConvTranspose3d(2, 1), numbers(1, 2, 2, 1, 2)), (nn.LazyBatchNorm1d(), numbers(4, 3)),
        (nn.LazyBatchNorm2d(0.1, None, False), numbers(2, 2, 2, 2)), (nn.LazyBatchNorm3d(track_running_stats=False), numbers(2, 2, 2, 1, 2)),
        (nn.LazyInstanceNorm1d(), numbers(2, 3, 4)), (nn.LazyInstanceNorm2d(affine=False), numbers(2, 2, 2, 2)),
        (nn.LazyInstanceNorm3d(), numbers(1, 2, 2, 2, 2)),
    ]
    for layer, x in layers:
        show(layer, *layer.state_dict(), layer.has_uninitialized_params())
        y = layer(x)
        show(layer, y.shape, *[p.shape for p in layer.parameters()])
        show(y.detach().flatten()[:5])
        for p in layer.parameters():
            show(p.detach().flatten()[:3])
        for b in layer.buffers():
            show(b.flatten()[:3])


@program
def parameters_without_shapes(show, fails):
    layer = nn.LazyLinear(2)
    show(layer.weight, layer.bias, layer.weight.dtype, layer.weight.requires_grad, type(layer).__name__)
    fails(lambda: layer.weight.shape)
    show(layer.state_dict()["weight"])
    layer.double()
    show(layer.weight.dtype, layer.bias.dtype)
    layer.to(torch.float16)
    show(layer.weight.dtype, layer.weight)
    fails(lambda: nn.Linear(3, 2).load_state_dict(layer.state_dict()))
    fails(lambda: nn.LazyConv2d(2, 3)(numbers(3, 4)))
    fails(lambda: nn.LazyConv1d(2, 3, groups=2)(numbers(3, 4)))
    fails(lambda: nn.LazyLinear())
    fails(lambda: nn.utils.weight_norm(nn.LazyLinear(2)))
    show(nn.LazyBatchNorm2d().running_mean)
    p = nn.parameter.UninitializedParameter()
    p.materialize((2, 3))
    show(type(p).__name__, p.shape, p.requires_grad)


@program
def states_of_lazy_layers(show, fails):
    torch.manual_seed(0)
    net = nn.Sequential(nn.LazyLinear(3), nn.ReLU(), nn.LazyLinear(1))
    show(net)
    full = nn.Sequential(nn.Linear(2, 3), nn.ReLU(), nn.Linear(3, 1))
    show(net.load_state_dict(full.state_dict()))
    show(net[0].weight.shape, net[0].weight.equal(full[0].weight))
    x = numbers(2, 2)
    show(net(x).equal(full(x)))
    other = nn.Sequential(nn.LazyLinear(3), nn.LazyLinear(1))
    other.load_state_dict(other.state_dict())
    show(other(x).shape)
    show(other)
    show(*other.state_dict())


@program
def parameters_drawn_anew(show, fails):
    torch.manual_seed(3)
    for layer in (nn.Linear(2, 2), nn.Conv1d(1, 2, 2), nn.Embedding(3, 2, 1), nn.LSTM(1, 1), nn.GRUCell(1, 1), nn.Bilinear(1, 1, 2), nn.BatchNorm1d(2), nn.LayerNorm(2)):
        with torch.no_grad():
            for p in layer.parameters():
                p.fill_(7)
        layer.reset_parameters()
        for p in layer.parameters():
            show(p.detach())


@program
def parts_computed_again(show, fails):
    torch.manual_seed(0)
    first, last = nn.Linear(3, 4), nn.Linear(4, 2)
    drop = nn.Dropout(0.5)

    def inside(x):
        return drop(first(x).tanh()) * 2

    def gradients(run):
        torch.manual_seed(5)
        x = numbers(2, 3).requires_grad_()
        y = run(x)
        show(y.grad_fn.name(), y.grad_fn.next_functions[0][0].name().removeprefix("torch::autograd::"), y)
        last(y).exp().sum().backward()
        show(x.grad, first.weight.grad, last.bias.grad, torch.rand(2))
        for p in (*first.parameters(), *last.parameters()):
            p.grad = None

    C = torch.utils.checkpoint
    gradients(inside)
    gradients(lambda x: C.checkpoint(inside, x, use_reentrant=False))
    gradients(lambda x: C.checkpoint(inside, x, use_reentrant=True))
    net = nn.Sequential(nn.Linear(3, 3), nn.Tanh(), nn.Linear(3, 3), nn.Tanh(), nn.Linear(3, 3), nn.Tanh(), nn.Linear(3, 4))
    gradients(net)
    gradients(lambda x: C.checkpoint_sequential(net, 3, x))
    C.checkpoint(inside, numbers(2, 3), use_reentrant=True)
    x = numbers(2, 3).requires_grad_()
    fails(lambda: torch.autograd.grad(C.checkpoint(inside, x, use_reentrant=True).sum(), x))
    torch.manual_seed(5)
    show(torch.autograd.grad(C.checkpoint(inside, x, use_reentrant=False).sum(), x)[0])
    fails(lambda: C.checkpoint(lambda h: h.detach(), x, use_reentrant=True).sum().backward())
    show(C.checkpoint(lambda h, k, scale: (h * k * scale, h + k), x, numbers(2, 3), scale=3, use_reentrant=False)[0])
    pair = C.checkpoint(lambda h, k: (h * k, h + k), x, numbers(2, 3), use_reentrant=True)
    x.grad = None
    (pair[0].sum() + pair[1].exp().sum()).backward()
    show(pair[0].grad_fn.name(), x.grad)


path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "..", "tests", "torch", "nn-programs.json")
with open(path, "w") as file:
    json.dump({"source": f"PyTorch {torch.__version__}", "programs": programs}, file, indent=1)
    file.write("\n")
print(f"{len(programs)} programs")
