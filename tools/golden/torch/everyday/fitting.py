"""Curves and equations: the polynomial of the official tutorials in its five forms, equations as losses, optimisers of one's own."""

import copy
import math

import torch
from recording import program
from torch import nn, optim


@program
def polynomial(show, fails):
    torch.manual_seed(0)
    x = torch.linspace(-math.pi, math.pi, 2000)
    y = torch.sin(x)

    # Tensors, gradients by hand.
    a = torch.randn(())
    b = torch.randn(())
    c = torch.randn(())
    d = torch.randn(())
    learning_rate = 1e-6
    for t in range(100):
        y_pred = a + b * x + c * x**2 + d * x**3
        loss = (y_pred - y).pow(2).sum()
        if t % 50 == 49:
            show(t, f"{loss.item():.1f}")
        grad_y_pred = 2.0 * (y_pred - y)
        a = a - learning_rate * grad_y_pred.sum()
        b = b - learning_rate * (grad_y_pred * x).sum()
        c = c - learning_rate * (grad_y_pred * x**2).sum()
        d = d - learning_rate * (grad_y_pred * x**3).sum()
    show(a, b, c)

    # Autograd.
    a = torch.randn((), requires_grad=True)
    b = torch.randn((), requires_grad=True)
    c = torch.randn((), requires_grad=True)
    d = torch.randn((), requires_grad=True)
    for t in range(100):
        y_pred = a + b * x + c * x**2 + d * x**3
        loss = (y_pred - y).pow(2).sum()
        if t % 50 == 49:
            show(t, f"{loss.item():.1f}")
        loss.backward()
        with torch.no_grad():
            a -= learning_rate * a.grad
            b -= learning_rate * b.grad
            c -= learning_rate * c.grad
            d -= learning_rate * d.grad
            a.grad = None
            b.grad = None
            c.grad = None
            d.grad = None
    show(a, b, c, d)

    # A function of one's own.
    class LegendrePolynomial3(torch.autograd.Function):
        @staticmethod
        def forward(ctx, input):
            ctx.save_for_backward(input)
            return 0.5 * (5 * input**3 - 3 * input)

        @staticmethod
        def backward(ctx, grad_output):
            (input,) = ctx.saved_tensors
            return grad_output * 1.5 * (5 * input**2 - 1)

    a = torch.full((), 0.0, requires_grad=True)
    b = torch.full((), -1.0, requires_grad=True)
    c = torch.full((), 0.0, requires_grad=True)
    d = torch.full((), 0.3, requires_grad=True)
    P3 = LegendrePolynomial3.apply
    for t in range(100):
        y_pred = a + b * P3(c + d * x)
        loss = (y_pred - y).pow(2).sum()
        if t % 50 == 49:
            show(t, f"{loss.item():.1f}")
        loss.backward()
        with torch.no_grad():
            for p in (a, b, c, d):
                p -= 5e-6 * p.grad
                p.grad = None
    show(b, d)
    show(P3(x[:2].requires_grad_()))

    # nn and optim.
    p = torch.tensor([1, 2, 3])
    xx = x.unsqueeze(-1).pow(p)
    model = nn.Sequential(nn.Linear(3, 1), nn.Flatten(0, 1))
    loss_fn = nn.MSELoss(reduction="sum")
    optimizer = optim.RMSprop(model.parameters(), lr=1e-3)
    for t in range(100):
        y_pred = model(xx)
        loss = loss_fn(y_pred, y)
        if t % 50 == 49:
            show(t, f"{loss.item():.1f}")
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    linear_layer = model[0]
    show(model)
    show(linear_layer.weight)
    show(linear_layer.bias)

    # Control flow and shared weights.
    class DynamicNet(nn.Module):
        def __init__(self):
            super().__init__()
            self.a = nn.Parameter(torch.randn(()))
            self.b = nn.Parameter(torch.randn(()))
            self.c = nn.Parameter(torch.randn(()))
            self.d = nn.Parameter(torch.randn(()))
            self.e = nn.Parameter(torch.randn(()))

        def forward(self, x):
            y = self.a + self.b * x + self.c * x**2 + self.d * x**3
            for exp in range(4, int(torch.randint(4, 7, ()))):
                y = y + self.e * x**exp
            return y

        def string(self):
            return f"y = {self.a.item():.4f} + {self.b.item():.4f} x + {self.c.item():.4f} x^2 + {self.d.item():.4f} x^3 + {self.e.item():.4f} x^4 ? + {self.e.item():.4f} x^5 ?"

    model = DynamicNet()
    criterion = nn.MSELoss(reduction="sum")
    optimizer = optim.SGD(model.parameters(), lr=1e-8, momentum=0.9)
    for t in range(100):
        loss = criterion(model(x), y)
        if t % 50 == 49:
            show(t, f"{loss.item():.1f}")
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
    show(model.string())


@program
def equations(show, fails):
    """A network that solves u'' = -sin(x), u(0) = u(pi) = 0, by second derivatives in its loss."""
    torch.manual_seed(1)
    net = nn.Sequential(nn.Linear(1, 16), nn.Tanh(), nn.Linear(16, 16), nn.Tanh(), nn.Linear(16, 1))
    optimizer = optim.Adam(net.parameters(), lr=1e-2)
    ends = torch.tensor([[0.0], [math.pi]])
    for step in range(1, 151):
        x = (torch.rand(32, 1) * math.pi).requires_grad_()
        u = net(x)
        (du,) = torch.autograd.grad(u, x, torch.ones_like(u), create_graph=True)
        (ddu,) = torch.autograd.grad(du.sum(), x, create_graph=True)
        residual = (ddu + torch.sin(x)).pow(2).mean()
        boundary = net(ends).pow(2).mean()
        loss = residual + 10 * boundary
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if step % 50 == 0:
            show(f"{step}: {loss.item():.4f} = {residual.item():.4f} + 10 * {boundary.item():.5f}")
    with torch.no_grad():
        for u in net(torch.linspace(0, math.pi, 5).unsqueeze(1)):
            show(f"{u.item():.2f}")

    # The same for a function of two variables, by the functional interface.
    def f(v):
        return v[0] ** 2 * v[1] + torch.exp(v[1])

    at = torch.tensor([2.0, 0.5])
    show(torch.autograd.functional.jacobian(f, at))
    show(torch.autograd.functional.hessian(f, at))


@program
def learning_to_learn(show, fails):
    """MAML: a start from which one step fits any sine."""
    torch.manual_seed(2)

    def net(x, weights):
        w1, b1, w2, b2 = weights
        return torch.relu(x @ w1.t() + b1) @ w2.t() + b2

    def task():
        amplitude, phase = torch.rand(2) * torch.tensor([4.0, math.pi]) + torch.tensor([1.0, 0.0])

        def sample():
            x = torch.rand(10, 1) * 10 - 5
            return x, amplitude * torch.sin(x + phase)

        return sample

    weights = [
        nn.init.kaiming_uniform_(torch.empty(20, 1)),
        torch.zeros(20),
        nn.init.kaiming_uniform_(torch.empty(1, 20)),
        torch.zeros(1),
    ]
    weights = [w.requires_grad_() for w in weights]
    meta = optim.Adam(weights, lr=0.01)
    for iteration in range(1, 31):
        meta.zero_grad()
        total = 0
        for _ in range(4):
            sample = task()
            x, y = sample()
            inner = nn.functional.mse_loss(net(x, weights), y)
            grads = torch.autograd.grad(inner, weights, create_graph=True)
            fast = [w - 0.01 * g for w, g in zip(weights, grads)]
            x, y = sample()
            outer = nn.functional.mse_loss(net(x, fast), y)
            total = total + outer
        total = total / 4
        total.backward()
        meta.step()
        if iteration % 10 == 0:
            show(iteration, f"{total.item():.4f}")
    show(weights[2].grad[0, :4])


@program
def optimisers(show, fails):
    """A subclass of Optimizer, a schedule of one's own, a search for the rate, and LBFGS."""
    torch.manual_seed(3)

    class SignSGD(optim.Optimizer):
        def __init__(self, params, lr=0.01, momentum=0.9):
            if lr < 0.0:
                raise ValueError(f"Invalid learning rate: {lr}")
            super().__init__(params, dict(lr=lr, momentum=momentum))

        @torch.no_grad()
        def step(self, closure=None):
            loss = None
            if closure is not None:
                with torch.enable_grad():
                    loss = closure()
            for group in self.param_groups:
                for p in group["params"]:
                    if p.grad is None:
                        continue
                    state = self.state[p]
                    if len(state) == 0:
                        state["buffer"] = torch.zeros_like(p)
                    state["buffer"].mul_(group["momentum"]).add_(p.grad, alpha=1 - group["momentum"])
                    p.add_(state["buffer"].sign(), alpha=-group["lr"])
            return loss

    class WarmupCosine(optim.lr_scheduler._LRScheduler):
        def __init__(self, optimizer, warmup, total, last_epoch=-1):
            self.warmup = warmup
            self.total = total
            super().__init__(optimizer, last_epoch)

        def get_lr(self):
            if self.last_epoch < self.warmup:
                return [base * (self.last_epoch + 1) / self.warmup for base in self.base_lrs]
            progress = (self.last_epoch - self.warmup) / (self.total - self.warmup)
            return [base * 0.5 * (1 + math.cos(math.pi * progress)) for base in self.base_lrs]

    x = torch.randn(64, 4)
    y = x @ torch.tensor([[1.0], [-2.0], [3.0], [0.5]]) + 1
    model = nn.Linear(4, 1)
    optimizer = SignSGD(model.parameters(), lr=0.1)
    scheduler = WarmupCosine(optimizer, warmup=5, total=40)
    show(optimizer)
    rates = []
    for epoch in range(40):
        loss = nn.functional.mse_loss(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        rates.append(scheduler.get_last_lr()[0])
        scheduler.step()
        if epoch % 10 == 9:
            show(epoch, f"{loss.item():.4f}", f"{rates[-1]:.6f}")
    show(optimizer.state[model.weight]["buffer"])
    fails(lambda: SignSGD([], lr=0.1))

    # A rate that grows by each batch until the loss does.
    model = nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 1))
    start = copy.deepcopy(model.state_dict())
    optimizer = optim.SGD(model.parameters(), lr=1e-4)
    finder = optim.lr_scheduler.LambdaLR(optimizer, lambda step: 10 ** (step / 10))
    best, best_rate = float("inf"), 0.0
    for step in range(50):
        loss = nn.functional.mse_loss(model(x), y)
        if loss.item() > 4 * best:
            show(f"stopped at {step}, {optimizer.param_groups[0]['lr']:.5f}")
            break
        if loss.item() < best:
            best, best_rate = loss.item(), optimizer.param_groups[0]["lr"]
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        finder.step()
    show(f"best {best:.4f} at {best_rate:.5f}")
    show(model.load_state_dict(start))

    optimizer = optim.LBFGS(model.parameters(), lr=0.5, max_iter=10, history_size=5, line_search_fn="strong_wolfe")

    def closure():
        optimizer.zero_grad()
        loss = nn.functional.mse_loss(model(x), y)
        loss.backward()
        return loss

    for step in range(3):
        show(f"{optimizer.step(closure).item():.4f}")
