"""Programs about lazy layers, initial numbers and what torch.nn.utils does to modules, and what they print:
tests/torch/nn-programs.json. `tests/torch/nn-programs.test.ts` has the same programs.

    python3 tools/golden/torch/nn_programs.py
"""

import warnings

import torch
import torch.nn.utils.prune
import torch.utils.checkpoint
from recording import keep, lines_of, write
from torch import nn

torch.set_num_threads(1)
told = []


def program(body):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        lines = lines_of(body)
    keep(body, lines + [f"warned: {each.message}" for each in caught if "Lazy modules" not in str(each.message)])


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


@program
def weights_of_largest_value_1(show, fails):
    torch.manual_seed(0)
    layer = nn.utils.spectral_norm(nn.Linear(3, 4))
    show(layer, *layer.state_dict())
    show(layer.weight_u, layer.weight_v)
    x = numbers(2, 3)
    for _ in range(3):
        y = layer(x)
    show(y, layer.weight, layer.weight_u, layer.weight_v)
    y.square().sum().backward()
    show(layer.weight_orig.grad, layer.bias.grad)
    layer.eval()
    show(layer(x).equal(layer(x)), layer.weight_u)
    fails(lambda: nn.utils.spectral_norm(layer))
    nn.utils.remove_spectral_norm(layer)
    show(layer.weight, *layer.state_dict())
    fails(lambda: nn.utils.remove_spectral_norm(layer))
    fails(lambda: nn.utils.spectral_norm(nn.Linear(2, 2), n_power_iterations=0))
    fails(lambda: nn.utils.spectral_norm(nn.LazyLinear(2)))
    conv = nn.utils.spectral_norm(nn.ConvTranspose1d(2, 3, 2), n_power_iterations=2)
    show(conv.weight_u.shape, conv.weight_v.shape, conv(numbers(1, 2, 3)))


class Symmetric(nn.Module):
    def forward(self, x):
        return x.triu() + x.triu(1).T

    def right_inverse(self, x):
        return x.triu()


class Twice(nn.Module):
    def forward(self, x):
        return x * 2

    def right_inverse(self, x):
        return x / 2


class Rank1(nn.Module):
    def forward(self, x, y):
        return x.unsqueeze(1) * y

    def right_inverse(self, a):
        return a[:, 0], a[0]


class Flat(nn.Module):
    def forward(self, x):
        return x.flatten()


class Wide(nn.Module):
    def forward(self, x):
        return x.double()


@program
def parametrized_weights(show, fails):
    P = nn.utils.parametrize
    torch.manual_seed(0)
    layer = nn.Linear(3, 3)
    before = layer.weight
    P.register_parametrization(layer, "weight", Symmetric())
    show(layer, *layer.state_dict())
    show(type(layer).__name__, layer.weight, before is layer.parametrizations.weight.original)
    show(P.is_parametrized(layer), P.is_parametrized(layer, "weight"), P.is_parametrized(layer, "bias"), P.is_parametrized(nn.ReLU()))
    layer(numbers(2, 3)).square().sum().backward()
    show(layer.parametrizations.weight.original.grad)
    P.register_parametrization(layer, "weight", Twice())
    show(layer, layer.weight)
    layer.weight = numbers(3, 3) + numbers(3, 3).T
    show(layer.weight, layer.parametrizations.weight.original)
    with P.cached():
        show(layer.weight is layer.weight)
    show(layer.weight is layer.weight)
    other = nn.Linear(3, 3)
    P.register_parametrization(other, "weight", Symmetric())
    P.register_parametrization(other, "weight", Twice())
    show(other.load_state_dict(layer.state_dict()), other.weight.equal(layer.weight))
    P.remove_parametrizations(layer, "weight")
    show(layer, layer.weight, layer.weight is before, *layer.state_dict())
    P.remove_parametrizations(other, "weight", leave_parametrized=False)
    show(other.weight)
    low = nn.Linear(2, 3)
    P.register_parametrization(low, "weight", Rank1(), unsafe=True)
    show(low, *low.state_dict(), low.weight.shape)
    fails(lambda: P.remove_parametrizations(low, "weight", leave_parametrized=False))
    P.remove_parametrizations(low, "weight")
    show(low, low.weight.requires_grad)
    fails(lambda: P.remove_parametrizations(low, "weight"))
    fails(lambda: P.register_parametrization(low, "foo", Twice()))
    fails(lambda: P.register_parametrization(low, "weight", Flat()))
    fails(lambda: P.register_parametrization(low, "weight", Wide()))
    P.register_parametrization(low, "weight", Twice())
    fails(lambda: P.register_parametrization(low, "weight", Flat()))
    fails(lambda: P.register_parametrization(low, "weight", Wide()))
    P.register_parametrization(low, "weight", Flat(), unsafe=True)
    show(low.weight.shape)


@program
def parametrized_largest_values(show, fails):
    P = nn.utils.parametrizations
    torch.manual_seed(0)
    layer = P.spectral_norm(nn.Linear(3, 4), n_power_iterations=2)
    show(layer, *layer.state_dict())
    y = layer(numbers(2, 3))
    show(y, layer.weight)
    y.square().sum().backward()
    show(layer.parametrizations.weight.original.grad)
    layer.eval()
    show(layer.weight, layer.parametrizations.weight[0]._u)
    show(P.spectral_norm(nn.LayerNorm(3)).weight)
    fails(lambda: P.spectral_norm(nn.Linear(2, 2), "foo"))
    fails(lambda: P.spectral_norm(nn.Linear(2, 2), n_power_iterations=0))
    fails(lambda: P.spectral_norm(nn.Linear(2, 2), dim=2))


@program
def fused_norms(show, fails):
    torch.manual_seed(0)
    U = nn.utils
    for layer, norm, x in ((nn.Conv2d(2, 3, 2), nn.BatchNorm2d(3), numbers(2, 2, 3, 3)), (nn.Conv1d(2, 2, 1, bias=False), nn.BatchNorm1d(2, affine=False), numbers(2, 2, 3))):
        with torch.no_grad():
            norm.running_mean.copy_(numbers(norm.num_features))
            norm.running_var.copy_(numbers(norm.num_features).abs() + 0.5)
            if norm.weight is not None:
                norm.weight.copy_(numbers(3) + 3)
                norm.bias.copy_(numbers(3) - 1)
        net = nn.Sequential(layer, norm).eval()
        fused = U.fuse_conv_bn_eval(layer, norm)
        show(fused, fused.weight.requires_grad, fused.bias)
        show(net(x).allclose(fused(x), atol=1e-5))
    layer = nn.ConvTranspose1d(2, 3, 2).eval()
    norm = nn.BatchNorm1d(3).eval()
    show(U.fusion.fuse_conv_bn_eval(layer, norm, transpose=True).weight)
    linear = nn.Linear(2, 3).eval()
    show(U.fusion.fuse_linear_bn_eval(linear, norm).weight)
    fails(lambda: U.fuse_conv_bn_eval(nn.Conv2d(2, 3, 2), nn.BatchNorm2d(3)))


@program
def called_with_other_parameters(show, fails):
    torch.manual_seed(0)
    call = nn.utils.stateless.functional_call
    net = nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1d(3), nn.Linear(3, 1))
    before = {name: value.clone() for name, value in net.state_dict().items()}
    given = {"0.weight": numbers(3, 2).requires_grad_(), "2.bias": numbers(1), "1.running_mean": torch.zeros(3)}
    y = call(net, given, numbers(4, 2))
    show(y, given["1.running_mean"])
    y.square().sum().backward()
    show(given["0.weight"].grad.mul(1000).round(), net[0].weight.grad, net[2].weight.grad)
    show(*[name for name, value in net.state_dict().items() if not value.equal(before[name])])
    # LSTM of 1.13 has a list of its weights that is not replaced; 2.x replaces it.
    lstm = nn.LSTM(2, 2)
    lstm.load_state_dict({**lstm.state_dict(), "weight_hh_l0": torch.zeros(8, 2), "bias_ih_l0": numbers(8)})
    show(lstm(numbers(3, 2))[0])
    show(call(nn.GRUCell(1, 1), {"weight_hh": torch.zeros(3, 1)}, (numbers(1),)))


@program
def classes_in_clusters(show, fails):
    torch.manual_seed(0)
    layer = nn.AdaptiveLogSoftmaxWithLoss(8, 10, [3, 6], div_value=2)
    x = numbers(4, 8)
    show(layer, layer.log_prob(x).detach(), layer.predict(x), layer.log_prob(x).exp().sum(1))
    output, loss = layer(x, torch.tensor([0, 4, 9, 2]))
    show(output, loss)
    fails(lambda: layer(x, torch.tensor([0, 4, 10, -1])))
    fails(lambda: layer(x, torch.tensor([0, 4])))
    fails(lambda: layer(x, torch.tensor(0)))
    fails(lambda: layer(x[0], torch.tensor([0] * 8)))
    fails(lambda: layer(x, torch.zeros(4, 1, dtype=torch.long)))


@program
def old_name_of_clipping(show, fails):
    p = nn.Parameter(torch.zeros(2))
    p.grad = torch.tensor([3.0, 4.0])
    show(nn.utils.clip_grad_norm([p], 1), p.grad)


@program
def modules_that_are_not_drawn(show, fails):
    torch.manual_seed(0)
    layer = nn.utils.skip_init(nn.Linear, 2, 3)
    show(layer, torch.rand(2))


class EveryOther(nn.utils.prune.BasePruningMethod):
    PRUNING_TYPE = "unstructured"

    def compute_mask(self, t, default_mask):
        mask = default_mask.clone()
        mask.view(-1)[::2] = 0
        return mask


@program
def pruned_weights(show, fails):
    P = nn.utils.prune
    torch.manual_seed(0)
    layer = nn.Linear(4, 3)
    before = layer.weight.detach().clone()
    P.l1_unstructured(layer, "weight", 0.3)
    show(layer, *layer.state_dict(), P.is_pruned(layer), P.is_pruned(nn.ReLU()))
    show(layer.weight_mask, layer.weight, layer.weight_orig.detach().equal(before))
    layer(numbers(2, 4)).square().sum().backward()
    show(layer.weight_orig.grad)
    P.random_unstructured(layer, "weight", 2)
    show(layer.weight_mask)
    P.ln_structured(layer, "weight", 1, 2, 0)
    show(layer.weight_mask)
    P.random_structured(layer, "weight", 0.5, 1)
    show(layer.weight_mask)
    EveryOther.apply(layer, "bias")
    show(layer.bias)
    P.remove(layer, "weight")
    show(layer.weight, *layer.state_dict())
    conv = nn.Conv1d(2, 4, 3)
    P.random_structured(conv, "weight", 2, 0)
    P.custom_from_mask(conv, "bias", torch.tensor([1, 0, 0, 1]))
    P.identity(nn.Linear(2, 2), "weight")
    show(conv.weight_mask.sum((1, 2)), conv.bias)
    one, two = nn.Linear(3, 2), nn.Linear(2, 3)
    P.global_unstructured([(one, "weight"), (two, "weight")], P.L1Unstructured, amount=5)
    show(one.weight_mask, two.weight_mask)
    P.global_unstructured([(one, "weight"), (two, "weight")], P.RandomUnstructured, amount=2)
    show(one.weight_mask, two.weight_mask, torch.rand(1))
    show(P.L1Unstructured(1).prune(torch.tensor([1.0, -0.5, 2.0])))
    P.l1_unstructured(two, "bias", 1, importance_scores=torch.tensor([3.0, 1.0, 2.0]))
    show(two.bias_mask)
    fails(lambda: P.l1_unstructured(nn.Linear(2, 2), "weight", -1))
    fails(lambda: P.l1_unstructured(nn.Linear(2, 2), "weight", 1.5))
    fails(lambda: P.l1_unstructured(nn.Linear(2, 2), "weight", 5))
    fails(lambda: P.ln_structured(nn.Linear(2, 2), "bias", 1, 2, 0))
    fails(lambda: P.random_structured(nn.Linear(2, 2), "weight", 1, 2))
    fails(lambda: P.remove(nn.Linear(2, 2), "weight"))
    fails(lambda: P.global_unstructured([(one, "weight")], P.LnStructured, amount=1, n=2))


write("torch", "nn-programs.json")
