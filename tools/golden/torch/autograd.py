"""Programs about autograd, and what they print: tests/torch/autograd.json. `tests/torch/autograd.test.ts` has the same programs.

    python3 tools/golden/torch/autograd.py
"""

import re
import warnings

import torch
from recording import keep, lines_of, write
from torch import nn

warnings.simplefilter("ignore")


def program(body):
    keep(body, lines_of(body, lambda value: re.sub(r"0x[0-9a-f]+", "0xADDR", str(value))))


def leaf(*values):
    return torch.tensor(values, requires_grad=True)


@program
def nodes_of_a_small_graph(show, fails):
    x, c = leaf(2.0, 3.0), torch.ones(2)
    y = (x * c + 1) ** 2
    show(y.grad_fn, y.grad_fn.name())
    show(y.grad_fn.next_functions)
    add = y.grad_fn.next_functions[0][0]
    show(add.next_functions)
    show(add.next_functions[0][0].next_functions)
    show(add.next_functions[0][0].next_functions[0][0].variable is x)
    show((x + x).grad_fn.next_functions[0][0] is (x + x).grad_fn.next_functions[1][0])
    show(x.split(1)[1].sum().grad_fn.next_functions)
    show(x.max(0).values.grad_fn.next_functions)


@program
def what_nodes_saved(show, fails):
    x = leaf(2.0, 3.0)
    show((x ** 2).grad_fn._saved_self, (x ** 2).grad_fn._saved_exponent)
    show((x * torch.ones(2)).grad_fn._saved_self, (x * torch.ones(2)).grad_fn._saved_other)
    show(x.exp().grad_fn._saved_result)
    show(x.sigmoid().grad_fn._saved_result)
    show(x.log().grad_fn._saved_self)
    y = x.exp()
    y.sum().backward()
    fails(lambda: y.grad_fn._saved_result)


@program
def leaves(show, fails):
    x = leaf(2.0, 3.0)
    y = x * 2
    show(x.is_leaf, y.is_leaf, y.detach().is_leaf, (x > 1).is_leaf, torch.ones(2).is_leaf)
    with torch.no_grad():
        z = x * 2
        w = torch.ones(2, requires_grad=True)
    show(z.is_leaf, z.requires_grad, w.requires_grad)
    show((x > 1).requires_grad, x.argmax().requires_grad, x.detach().requires_grad)
    fails(lambda: y.requires_grad_(False))
    fails(lambda: torch.arange(3).requires_grad_())


@program
def accumulation(show, fails):
    x = leaf(2.0, 3.0)
    (x ** 2).backward(torch.ones(2))
    first = x.grad
    (x ** 2).backward(torch.ones(2))
    show(x.grad, x.grad is first)
    x.grad.zero_()
    show(x.grad)
    x.grad = None
    (x ** 3).sum().backward(create_graph=True)
    show(x.grad)
    fails(lambda: setattr(x, "grad", torch.ones(3)))
    fails(lambda: setattr(x, "grad", torch.ones(2, dtype=torch.float64)))


@program
def backward_of_more_than_one_element(show, fails):
    x = leaf(2.0, 3.0)
    fails(lambda: (x * 2).backward())
    fails(lambda: (x * 2).backward(torch.ones(3)))
    fails(lambda: torch.ones(2).sum().backward())
    (x * 2).reshape(2, 1)[0:1].backward()
    show(x.grad)


@program
def graphs_that_were_freed(show, fails):
    x = leaf(2.0, 3.0)
    y = x.exp().sum()
    y.backward()
    fails(lambda: y.backward())
    z = (x + 1).sum()
    z.backward()
    z.backward()
    show(x.grad)
    w = x.exp().sum()
    w.backward(retain_graph=True)
    w.backward()
    show(x.grad)


@program
def results_that_keep_their_gradient(show, fails):
    x = leaf(2.0, 3.0)
    y = x * 2
    y.retain_grad()
    show(y.retains_grad, x.retains_grad)
    (y ** 2).sum().backward()
    show(y.grad, x.grad)
    fails(lambda: torch.ones(2).retain_grad())


@program
def hooks_of_tensors(show, fails):
    x = leaf(2.0, 3.0)
    y = x * 2
    y.register_hook(lambda grad: show("first", grad))
    y.register_hook(lambda grad: grad * 10)
    handle = y.register_hook(lambda grad: show("never"))
    handle.remove()
    y.register_hook(lambda grad: show("last", grad))
    x.register_hook(lambda grad: show("leaf", grad) or grad + 1)
    (y ** 2).sum().backward()
    show(x.grad)
    fails(lambda: torch.ones(2).register_hook(lambda grad: grad))


@program
def order_of_backward(show, fails):
    x = leaf(2.0, 3.0)
    a = x * 2
    b = a.exp()
    c = a.sin()
    d = b + c
    for name, tensor in dict(a=a, b=b, c=c, d=d, x=x).items():
        tensor.register_hook(lambda grad, name=name: show(name))
    d.sum().backward()


@program
def hooks_of_nodes(show, fails):
    x = leaf(2.0, 3.0)
    y = x * 2
    y.grad_fn.register_hook(lambda inputs, outputs: show("after", inputs, outputs))
    y.sum().backward()


@program
def gradients_of_some_inputs(show, fails):
    x, w = leaf(2.0, 3.0), leaf(1.0, -1.0)
    y = x * w
    z = y.sin().sum()
    show(torch.autograd.grad(z, [x, y], retain_graph=True))
    show(x.grad, w.grad)
    z.backward(inputs=[w])
    show(x.grad, w.grad)
    other = leaf(1.0)
    fails(lambda: torch.autograd.grad((x * w).sum(), [other]))
    show(torch.autograd.grad((x * w).sum(), [x, other], allow_unused=True))
    fails(lambda: torch.autograd.grad((x * w).sum(), [torch.ones(2)]))


@program
def gradients_of_gradients(show, fails):
    x = leaf(2.0, 3.0)
    (first,) = torch.autograd.grad((x ** 3).sum(), x, create_graph=True)
    show(first)
    (second,) = torch.autograd.grad(first.sum(), x, create_graph=True)
    show(second)
    (third,) = torch.autograd.grad(second.sum(), x)
    show(third)
    y = leaf(0.5, -0.25)
    (first,) = torch.autograd.grad(y.tanh().sum(), y, create_graph=True)
    (second,) = torch.autograd.grad(first.sum(), y)
    show(second)


@program
def writes_to_leaves(show, fails):
    x = leaf(2.0, 3.0)
    fails(lambda: x.add_(1))
    fails(lambda: x.zero_())
    fails(lambda: x[0:1].add_(1))
    with torch.no_grad():
        x.add_(1)
    show(x, x._version)
    x.detach().add_(1)
    show(x, x._version)
    x.data.add_(1)
    show(x, x._version)


@program
def writes_to_what_backward_needs(show, fails):
    x = leaf(2.0, 3.0)
    y = x.exp()
    z = y * y
    y.add_(1)
    fails(lambda: z.sum().backward())
    a = x.exp()
    a.add_(1)
    fails(lambda: a.sum().backward())
    b = x * 2
    c = b.sin()
    b.mul_(2)
    fails(lambda: c.sum().backward())
    d = x * 2
    e = d + 1
    d.mul_(2)
    e.sum().backward()
    show(x.grad)


@program
def writes_in_place(show, fails):
    x = leaf(2.0, 3.0)
    y = x * 2
    same = y
    y.mul_(3)
    show(y, same is y, y._version)
    y.sum().backward()
    show(x.grad)
    z = torch.zeros(2)
    z.add_(x)
    show(z, z.is_leaf)
    fails(lambda: torch.zeros(2).add_(torch.zeros(3)))
    fails(lambda: torch.arange(2).add_(x))


@program
def writes_to_views(show, fails):
    x = leaf(2.0, 3.0, 4.0, 5.0)
    y = x * 1
    v = y[1:3]
    w = y.view(2, 2)
    v.mul_(10)
    show(y)
    show(v)
    show(w)
    show(y._version, v._version, w._version)
    show(v.grad_fn.next_functions[0][0])
    show(y.grad_fn.next_functions)
    (y * torch.tensor([1.0, 2.0, 3.0, 4.0])).sum().backward()
    show(x.grad)


@program
def views_see_writes_to_their_base(show, fails):
    x = leaf(2.0, 3.0)
    y = x * 1
    v = y.view(2, 1)
    y.mul_(4)
    show(v)
    v.sum().backward()
    show(x.grad)


@program
def writing_what_requires_a_gradient_into_a_plain_tensor(show, fails):
    x = leaf(2.0, 3.0)
    z = torch.zeros(4)
    z[1:3].copy_(x)
    show(z)
    z.sum().backward()
    show(x.grad)


@program
def views_that_must_not_be_written(show, fails):
    x = leaf(2.0, 3.0, 4.0, 5.0)
    y = x * 1
    fails(lambda: y.split(2)[0].mul_(2))
    fails(lambda: y.unbind()[0].mul_(2))
    with torch.no_grad():
        v = y.view(2, 2)
    fails(lambda: v.mul_(2))
    fails(lambda: torch.zeros(1, 2).expand(3, 2).add_(1))


@program
def bases(show, fails):
    x = torch.zeros(2, 3)
    v = x.view(6)
    w = v[1:4]
    show(x._base is None, v._base is x, w._base is x)
    show(x.detach()._base is None, x.t()._base is x)
    w.add_(1)
    show(x, x._version, v._version, x.detach()._version)


@program
def dtypes_of_gradients(show, fails):
    x = leaf(2.0, 3.0)
    (x * torch.tensor([1.0, 2.0], dtype=torch.float64)).sum().backward()
    show(x.grad)
    y = torch.tensor([[1.0, 2.0]], requires_grad=True)
    (y.expand(3, 2) * 2).sum().backward()
    show(y.grad)
    z = torch.tensor(2.0, requires_grad=True)
    (z * torch.ones(3)).sum().backward()
    show(z.grad)


@program
def custom_functions(show, fails):
    class Cube(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x, scale):
            ctx.save_for_backward(x)
            ctx.scale = scale
            show(x.requires_grad, ctx.needs_input_grad)
            return x ** 3 * scale

        @staticmethod
        def backward(ctx, grad):
            (x,) = ctx.saved_tensors
            return grad * 3 * x ** 2 * ctx.scale, None

    x = leaf(2.0, 3.0)
    y = Cube.apply(x, 2)
    show(y, y.grad_fn.next_functions)
    show(y.grad_fn.saved_tensors)
    (first,) = torch.autograd.grad(y.sum(), x, create_graph=True)
    show(first.detach())
    (second,) = torch.autograd.grad(first.sum(), x)
    show(second)


@program
def custom_functions_that_are_wrong(show, fails):
    class Extra(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x * 2

        @staticmethod
        def backward(ctx, grad):
            return grad, grad

    class Stray(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x, number):
            return x * number

        @staticmethod
        def backward(ctx, grad):
            return grad, grad

    x = leaf(2.0, 3.0)
    fails(lambda: Extra.apply(x).sum().backward())
    fails(lambda: Stray.apply(x, 2).sum().backward())


@program
def custom_functions_with_several_results(show, fails):
    class Both(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.set_materialize_grads(False)
            position = x.argmax()
            ctx.mark_non_differentiable(position)
            return x * 2, x * 3, position

        @staticmethod
        def backward(ctx, first, second, _):
            show(first is None, second is None)
            return second * 3

    x = leaf(2.0, 3.0)
    a, b, position = Both.apply(x)
    show(a, b, position)
    b.sum().backward()
    show(x.grad)


@program
def functional_derivatives(show, fails):
    F = torch.autograd.functional
    x, v = torch.tensor([1.0, 2.0]), torch.tensor([1.0, -1.0])
    show(F.jacobian(lambda x: x ** 2, x))
    show(F.jacobian(lambda x, y: x * y.sum(), (x, v)))
    show(F.hessian(lambda x: (x ** 3).sum(), x))
    show(F.vjp(lambda x: x ** 2, x, v))
    show(F.jvp(lambda x: x ** 2, x, v))
    show(F.hvp(lambda x: (x ** 3).sum(), x, v))
    show(F.vhp(lambda x: (x ** 3).sum(), x, v))
    fails(lambda: F.vjp(lambda x: x ** 2, x))


@program
def inference_mode(show, fails):
    x = leaf(2.0, 3.0)
    with torch.inference_mode():
        y = x * 2
        show(torch.is_grad_enabled(), torch.is_inference_mode_enabled(), y.is_inference())
        y.add_(1)
    fails(lambda: x * y)
    (x * y.clone()).sum().backward()
    show(x.grad)
    fails(lambda: y.add_(1))


@program
def modes_nest(show, fails):
    show(torch.is_grad_enabled())
    with torch.no_grad():
        show(torch.is_grad_enabled())
        with torch.enable_grad():
            show(torch.is_grad_enabled())
        show(torch.is_grad_enabled())
    with torch.set_grad_enabled(False):
        show(torch.is_grad_enabled())
    show(torch.is_grad_enabled())


@program
def anomalies_are_named(show, fails):
    x = leaf(0.0, 1.0)
    with torch.autograd.detect_anomaly():
        y = (x.sqrt() * torch.tensor([0.0, 1.0])).sum()
        fails(lambda: y.backward())


@program
def micro_batches_add_up(show, fails):
    torch.manual_seed(0)
    m = nn.Linear(3, 1)
    X, Y = torch.randn(32, 3), torch.randn(32, 1)
    nn.MSELoss()(m(X), Y).backward()
    g = m.weight.grad.clone()
    m.weight.grad = None
    for k in range(4):
        (nn.MSELoss()(m(X[8 * k:8 * k + 8]), Y[8 * k:8 * k + 8]) / 4).backward()
    show(bool((g - m.weight.grad).abs().max() < 1e-6))


write("torch", "autograd.json")
