"""A tutorial of PyTorch, statement by statement, and what it prints: examples/pytorch-tutorial/src/recorded.json.

    python3 tools/golden/torch/tutorial.py

Each section is run as at an interactive prompt: a statement that raises does not stop the rest. `CHECKS` names the statements whose output
is compared. Addresses stand as 0xADDR, numbers that differ from machine to machine as <integer>; the repaired sections come last.
"""

import ast
import contextlib
import io
import json
import os
import re
import warnings

import numpy as np
import torch
import torch.nn as nn

warnings.simplefilter("ignore")

SECTIONS = {
    # S01: create a tensor
    'S01': '''
import torch
x = torch.tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]], requires_grad=True)
print(x)
''',
    # S02: shape, dtype, device
    'S02': '''
import torch
x = torch.tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]], requires_grad=True)
print(x.shape)
print(x.dtype)
print(x.device)
''',
    # S03: methods
    'S03': '''
import torch
x = torch.tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]], requires_grad=True)
print(x.size())
print(x.data_ptr())
print(x.numel())
print(x.dim())
print(x.view(3, 2))
print(x.reshape(3, -1))
print(x.squeeze())
print(x.unsqueeze(1))
''',
    # S04: arithmetic
    'S04': '''
import torch
x = torch.tensor([[1.0, 2.0], [3.0, 4.0]])
y = torch.tensor([[5.0, 6.0], [7.0, 8.0]])
z = torch.add(x, y)
print(z)
w = torch.sub(x, y)
print(w)
v = torch.mul(x, y)
print(v)
u = torch.div(x, y)
print(u)
t = torch.dot(x.view(-1), y.view(-1))
print(t)
s = torch.cross(x.view(2,-1), y.view(2,-1))
print(s)
''',
    # S05: broadcasting
    'S05': '''
import torch
x = torch.ones(5,3)
y = torch.ones(3)
z = x + y
print(z.shape)
a = torch.ones(2,1)
b = a.t()
c= a + b
print(c.shape)
d= a * b.t
d = a * b.t()
print(d.shape)
''',
    # S06: numpy types
    'S06': '''
import torch
import numpy as np
a = np.array([[1, 2], [3, 4]])
b = torch.from_numpy(a)
c = b.numpy()
print(type(a))
print(type(b))
print(type(c))
''',
    # S07: numpy sharing
    'S07': '''
import torch
import numpy as np
a = np.array([[1, 2], [3, 4]])
b = torch.from_numpy(a)
print(id(a))
print(b.data_ptr())
a[0][0] = 10
print(a)
print(b)
b[0][1] = -10
print(b)
print(a)
c = b.to(torch.float32)
d = c.numpy()
print(id(c))
print(d.data_ptr())
print(id(d))
c[0][0] = 100.0
print(c)
print(d)
d[0][1] = -100.0
print(d)
print(c)
e = b.to(torch.float64)
f = e.numpy()
print(id(e))
print(f.data_ptr())
g = b.to(torch.device('cuda'))
h = g.numpy()
print(id(g))
print(h.data_ptr())
''',
    # S08: backward of a vector
    'S08': '''
import torch
x = torch.tensor([2.0, 3.0], requires_grad=True)
y = x ** 2
print(y)
y.backward()
print(x.grad)
''',
    # S09: grad_fn
    'S09': '''
import torch
x = torch.tensor([2.0, 3.0], requires_grad=True)
y = x ** 2
print(y)
y.backward()
print(x.grad)
print(y.grad_fn)
print(y.grad_fn.next_functions)
print(y.grad_fn.next_functions[0])
print(y.grad_fn.next_functions[0][0].variable)
print(y.grad_fn.saved_tensors)
''',
    # S10: is_leaf
    'S10': '''
import torch
x = torch.tensor([2.0, 3.0], requires_grad=True)
y = x ** 2
print(x.is_leaf)
print(y.is_leaf)
y.backward()
print(x.grad)
print(y.grad)
''',
    # S11: accumulation and no_grad
    'S11': '''
import torch
x = torch.tensor([2.0, 3.0], requires_grad=True)
y = x ** 2
print(x.is_leaf)
print(y.is_leaf)
y.backward()
print(x.grad)
print(y.grad)
x.grad.zero_()
with torch.no_grad():
    z = x ** 3
    print(z.requires_grad)
''',
    # S12: linear regression
    'S12': '''
torch.manual_seed(0)
import torch
import torch.nn as nn
class LinearRegression(nn.Module):
    def __init__(self):
        super(LinearRegression, self).__init__()
        self.linear = nn.Linear(1, 1)
    def forward(self, x):
        y = self.linear(x)
        return y
model = LinearRegression()
print(model)
criterion = nn.MSELoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
x = torch.randn(100, 1)
y = 3 * x + 2 + torch.randn(100, 1)
epochs = 20
for epoch in range(epochs):
    y_pred = model(x)
    loss = criterion(y_pred, y)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
    print(f"Epoch {epoch}, loss: {loss.item():.4f}")
    for name, param in model.named_parameters():
        print(name, param.data)
x_test = torch.tensor([[4.0]])
y_test = model(x_test)
print(f"Predicted y for x = 4: {y_test.item():.4f}")
''',
    # S03r: addresses of views
    'S03r': '''
x = torch.tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]], requires_grad=True)
print(all(v.data_ptr() == x.data_ptr() for v in (x.view(3, 2), x.reshape(3, -1), x.squeeze(), x.unsqueeze(1))))
print(x.view(3, 2).shape, x.reshape(3, -1).shape, x.squeeze().shape, x.unsqueeze(1).shape)
''',
    # S04r: the forms named in the comments
    'S04r': '''
x = torch.tensor([[1.0, 2.0], [3.0, 4.0]])
y = torch.tensor([[5.0, 6.0], [7.0, 8.0]])
print(torch.equal(torch.add(x, y), x + y), torch.equal(x + y, x.add(y)), torch.equal(x - y, x.sub(y)), torch.equal(x * y, x.mul(y)), torch.equal(x / y, x.div(y)))
print(torch.cross(torch.tensor([1.0, 2.0, 3.0]), torch.tensor([4.0, 5.0, 6.0])))
print(torch.cross(torch.tensor([[1.0, 2.0, 3.0]]), torch.tensor([[4.0, 5.0, 6.0]])))
''',
    # S05r: what the broadcasting error looks like
    'S05r': '''
try:
    torch.ones(2, 1).expand(2, 3) * torch.ones(2)
except RuntimeError as e:
    print(e)
try:
    torch.ones(3, 1) + torch.ones(2, 1)
except RuntimeError as e:
    print(e)
print((torch.tensor(1.0) + torch.ones(2, 1)).shape)
''',
    # S07r: sharing, without the broken lines
    'S07r': '''
a = np.array([[1, 2], [3, 4]])
b = torch.from_numpy(a)
print(b.data_ptr() == a.ctypes.data)
a[0][0] = 10
b[0][1] = -10
c = b.to(torch.float32)
d = c.numpy()
c[0][0] = 100.0
d[0][1] = -100.0
e = b.to(torch.float64)
f = e.numpy()
e[1][1] = 7.5
print(a.tolist(), b.tolist(), c.tolist(), d.tolist(), f.tolist())
print(c.data_ptr() == b.data_ptr(), d.ctypes.data == c.data_ptr(), f.ctypes.data == e.data_ptr())
print(a.dtype, b.dtype, d.dtype, f.dtype)
''',
    # S08r: backward with a gradient, or of the sum
    'S08r': '''
x = torch.tensor([2.0, 3.0], requires_grad=True)
y = x ** 2
y.backward(torch.ones_like(y))
print(x.grad)
x.grad = None
y = x ** 2
y.sum().backward()
print(x.grad)
''',
    # S09r: the node
    'S09r': '''
x = torch.tensor([2.0, 3.0], requires_grad=True)
y = x ** 2
print(type(y.grad_fn).__name__, y.grad_fn.name())
print(y.grad_fn.next_functions[0][0].variable is x, y.grad_fn.next_functions[0][1], type(y.grad_fn.next_functions[0][0]).__name__)
print(y.grad_fn._saved_self, y.grad_fn._saved_exponent)
print(hasattr(y.grad_fn, 'saved_tensors'))
''',
    # S11r: accumulate, zero, no_grad
    'S11r': '''
x = torch.tensor([2.0, 3.0], requires_grad=True)
y = x ** 2
y.backward(torch.ones_like(y))
print(x.grad, y.grad)
(x ** 2).backward(torch.ones(2))
print(x.grad)
x.grad.zero_()
print(x.grad)
with torch.no_grad():
    z = x ** 3
    print(z, z.requires_grad, z.grad_fn)
y = x ** 2
y.retain_grad()
y.sum().backward()
print(y.grad)
''',
    # S11s: four micro batches of 8 equal one batch of 32
    'S11s': '''
torch.manual_seed(0)
m = nn.Linear(3, 1)
X, Y = torch.randn(32, 3), torch.randn(32, 1)
nn.MSELoss()(m(X), Y).backward()
g = m.weight.grad.clone()
m.zero_grad()
for k in range(4):
    (nn.MSELoss()(m(X[8 * k:8 * k + 8]), Y[8 * k:8 * k + 8]) / 4).backward()
print(torch.allclose(g, m.weight.grad, atol=1e-6))
''',
}

CHECKS = '''
S01.3 S02.3 S02.4 S02.5 S03.3 S03.4 S03.5 S03.6 S03.7 S03.8 S03.9 S03.10 S04.5 S04.7 S04.9 S04.11 S04.13 S04.14 S04.15 S05.5 S05.9
S05.10 S05.11 S05.12 S06.6 S06.7 S06.8 S07.5 S07.6 S07.8 S07.9 S07.11 S07.12 S07.15 S07.16 S07.17 S07.19 S07.20 S07.22 S07.23
S07.26 S07.27 S07.28 S07.29 S07.30 S07.31 S08.4 S08.5 S08.6 S09.4 S09.5 S09.6 S09.7 S09.8 S09.9 S09.10 S09.11 S10.4 S10.5 S10.6
S10.7 S10.8 S11.4 S11.5 S11.6 S11.7 S11.8 S11.9 S11.10 S12.seed0 S12.seed1 S12.seed42 S03r S04r S05r S07r S08r S09r S11r S11s
'''.split()


def run(section, code, names):
    """Output by number of statement; the last line of the exception where one is raised."""
    found = {}
    for number, node in enumerate(ast.parse(code).body, 1):
        out = io.StringIO()
        try:
            with contextlib.redirect_stdout(out):
                exec(compile(ast.Module([node], []), section, "exec"), names)
            text = out.getvalue().rstrip("\n")
        except Exception as error:
            text = f"{type(error).__name__}: {error}".split("\nException raised")[0]
        found[number] = cleaned(text, ast.unparse(node))
    return found


def cleaned(text, statement):
    text = re.sub(r"0x[0-9a-f]+", "0xADDR", text)
    return "<integer>" if re.fullmatch(r"print\((id\(|\w+\.data_ptr)[^=]*\)", statement) and text.isdigit() else text


def names():
    return {"torch": torch, "nn": nn, "np": np, "__name__": "tutorial"}


def regression(seed):
    torch.manual_seed(seed)
    code = re.sub(r"^torch.manual_seed.*\n", "", SECTIONS["S12"], flags=re.M)
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        exec(code, names())
    return out.getvalue().rstrip("\n")


recorded = {}
outputs = {}
for check in CHECKS:
    section, _, part = check.partition(".")
    if section == "S12":
        recorded[check] = regression(int(part.removeprefix("seed")))
        continue
    if section not in outputs:
        outputs[section] = run(section, SECTIONS[section], names())
    recorded[check] = outputs[section][int(part)] if part else "\n".join(text for text in outputs[section].values() if text)

path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "..", "examples", "pytorch-tutorial", "src", "recorded.json")
os.makedirs(os.path.dirname(path), exist_ok=True)
with open(path, "w") as file:
    json.dump({"source": f"PyTorch {torch.__version__}", "checks": recorded}, file, indent=1)
    file.write("\n")
