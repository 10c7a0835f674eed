"""Tools: hooks, loaders, puzzles of shapes, and the mistakes everybody makes."""

import math

import torch
import torch.nn.functional as F
from recording import program
from torch import nn
from torch.utils.data import DataLoader, Dataset, Subset, TensorDataset, WeightedRandomSampler, random_split


@program
def hooks(show, fails):
    """Activations and gradients on their way."""
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 2))
    activations = {}

    def keep(name):
        def hook(module, input, output):
            activations[name] = output.detach()

        return hook

    handles = [layer.register_forward_hook(keep(name)) for name, layer in model.named_children()]

    def sizes(module, grad_input, grad_output):
        show(type(module).__name__, [None if g is None else tuple(g.shape) for g in grad_input], [tuple(g.shape) for g in grad_output])

    for layer in model:
        handles.append(layer.register_full_backward_hook(sizes))
    x = torch.randn(2, 3)
    out = model(x)
    out.register_hook(lambda grad: show(grad))
    out.register_hook(lambda grad: grad * 2)
    out.square().sum().backward()
    for name, value in activations.items():
        show(name, value)
    show(model[0].weight.grad)
    for handle in handles:
        handle.remove()
    model.zero_grad(set_to_none=True)
    handle = model[0].register_forward_pre_hook(lambda module, args: (args[0] * 0,))
    show(model(x))
    handle.remove()
    model[2].register_forward_hook(lambda module, args, output: output.clamp(min=0))
    show(model(x))

    # A gradient that is looked at on the way, and one that is kept.
    w = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)
    h = w * 2
    h.retain_grad()
    h.prod().backward()
    show(h.grad, w.grad)
    show(h, h.grad_fn.name(), h.is_leaf, w.is_leaf)

    def count(module):
        if isinstance(module, nn.Linear):
            nn.init.constant_(module.weight, 0.5)
            nn.init.zeros_(module.bias)

    show(model.apply(count))
    show(model(torch.ones(1, 3)))


@program
def loading(show, fails):
    """Datasets of one's own, batches of sequences, weights of classes, splits."""
    torch.manual_seed(1)

    class Sequences(Dataset):
        def __init__(self, n):
            self.items = [torch.arange(1, 2 + k % 4) for k in range(n)]
            self.labels = [k % 2 for k in range(n)]

        def __len__(self):
            return len(self.items)

        def __getitem__(self, idx):
            return self.items[idx], self.labels[idx]

    def collate(batch):
        sequences, labels = zip(*batch)
        return nn.utils.rnn.pad_sequence(sequences, batch_first=True), torch.tensor(labels), [len(s) for s in sequences]

    dataset = Sequences(10)
    for x, y, lengths in DataLoader(dataset, batch_size=4, shuffle=True, collate_fn=collate):
        show(x, y, lengths)
    fails(lambda: next(iter(DataLoader(dataset, batch_size=4))))
    loader = DataLoader(TensorDataset(torch.arange(12.0).view(6, 2), torch.arange(6)), batch_size=4)
    show(len(loader), len(loader.dataset))
    for k, (x, y) in enumerate(loader):
        show(k, x, y)

    class Records(Dataset):
        def __len__(self):
            return 5

        def __getitem__(self, idx):
            return {"image": torch.full((2,), float(idx)), "label": idx, "name": f"n{idx}", "weight": idx / 2}

    for batch in DataLoader(Records(), batch_size=3, drop_last=True):
        show(batch["image"], batch["label"], *batch["name"], batch["weight"])
    labels = torch.tensor([0, 0, 0, 0, 0, 0, 1, 1])
    weights = 1.0 / torch.bincount(labels).float()
    sampler = WeightedRandomSampler(weights[labels], num_samples=12, replacement=True)
    data = TensorDataset(labels)
    show(torch.cat([y for (y,) in DataLoader(data, batch_size=5, sampler=sampler)]))
    train, val = random_split(dataset, [7, 3], generator=torch.Generator().manual_seed(42))
    show(len(train), val.indices)
    show(Subset(dataset, [3, 1])[0])
    fails(lambda: DataLoader(data, sampler=sampler, shuffle=True))
    fails(lambda: random_split(dataset, [7, 4]))


@program
def puzzles(show, fails):
    """Shapes that meet, sums by letters, masks, and small algorithms."""
    torch.manual_seed(2)
    a, b = torch.arange(3), torch.arange(4).view(4, 1)
    show(a + b, (a[:, None] * a[None]).shape)
    show(torch.ones(5, 1, 4).add(torch.ones(3, 1)).shape)
    fails(lambda: torch.ones(2, 3) + torch.ones(2))
    fails(lambda: torch.ones(2, 3) @ torch.ones(2, 3))
    fails(lambda: torch.cat([torch.ones(2, 3), torch.ones(3, 2)]))
    fails(lambda: torch.arange(6).view(4, 2))
    fails(lambda: torch.ones(2, 3).t().view(6))
    fails(lambda: torch.arange(3)[5])
    fails(lambda: torch.ones(2, 2)[:, torch.tensor([0, 3])])
    fails(lambda: torch.arange(3).mean())
    fails(lambda: torch.stack([torch.ones(2), torch.ones(3)]))
    fails(lambda: torch.ones(2).squeeze(3))

    # Attention by letters.
    q, k, v = torch.randn(3, 2, 2, 4, 3)
    scores = torch.einsum("bhqd,bhkd->bhqk", q, k) / math.sqrt(3)
    mask = torch.ones(4, 4, dtype=torch.bool).tril()
    weights = scores.masked_fill(~mask, float("-inf")).softmax(-1)
    out = torch.einsum("bhqk,bhkd->bqhd", weights, v).flatten(2)
    show(out.shape, out[0])
    show(torch.einsum("ii", torch.arange(9.0).view(3, 3)), torch.einsum("i,j->ij", torch.arange(2.0), torch.ones(2)))

    # Masks and positions.
    x = torch.arange(12).view(3, 4)
    show(x[x % 2 == 0], x[(x > 3) & (x < 9)])
    show(torch.where(x > 5, x, -x), x.masked_fill(x > 5, 0))
    show(x.gather(1, torch.tensor([[0], [3], [1]])), x[torch.arange(3), torch.tensor([0, 3, 1])])
    show(torch.zeros(3, 4, dtype=torch.long).scatter_(1, torch.tensor([[1], [0], [3]]), 1))
    show(torch.zeros(3).scatter_add_(0, torch.tensor([0, 1, 0, 2]), torch.tensor([1.0, 2, 3, 4])))
    show(x[::2, 1:3], x[..., -1], x[[0, 2]][:, [1, 1]], x[None].shape)
    y = x.clone()
    y[y > 8] = -1
    y[1] = torch.tensor([9, 8, 7, 6])
    y[:, 0] += 100
    show(y)
    show(torch.nonzero(y < 0), (y == -1).any(dim=1), (y > 0).all())
    values, indices = torch.topk(torch.tensor([3.0, 1, 4, 1, 5]), 3)
    show(values, indices, torch.sort(torch.tensor([3, 1, 2]), descending=True))
    show(torch.unique(torch.tensor([3, 1, 3, 2]), return_counts=True))
    show(torch.cumsum(x, 1)[0], x.float().std(0), x.float().var(unbiased=False))

    # k-means, power iteration.
    points = torch.cat([torch.randn(20, 2) + c for c in torch.tensor([[0.0, 5], [5, 0], [-5, -5]])])
    centres = points[[0, 20, 40]]
    for _ in range(5):
        labels = torch.cdist(points, centres).argmin(1)
        centres = torch.stack([points[labels == k].mean(0) for k in range(3)])
    show(centres, labels.bincount())
    m = torch.randn(4, 4)
    m = m @ m.t()
    u = torch.ones(4)
    for _ in range(50):
        u = m @ u
        u /= u.norm()
    show(f"{(u @ m @ u).item():.4f}")

    # Losses.
    logits, target = torch.randn(4, 3), torch.tensor([0, 2, -100, 1])
    classes = torch.tensor([0, 2, 1, 1])
    for loss in (
        F.cross_entropy(logits, target),
        F.cross_entropy(logits, classes, weight=torch.tensor([1.0, 2, 3]), ignore_index=1),
        F.cross_entropy(logits, target, reduction="none"),
        F.cross_entropy(logits, logits.softmax(1), label_smoothing=0.1),
        F.nll_loss(logits.log_softmax(1), target, reduction="sum"),
        F.binary_cross_entropy_with_logits(logits, (logits > 0).float(), pos_weight=torch.tensor([1.0, 2, 3])),
        F.kl_div(logits.log_softmax(1), logits.flip(0).softmax(1), reduction="batchmean"),
        F.huber_loss(logits, torch.zeros(4, 3), delta=0.5),
        F.multi_margin_loss(logits, torch.tensor([0, 1, 2, 0])),
        F.margin_ranking_loss(logits[0], logits[1], torch.tensor([1.0, -1, 1])),
    ):
        show(loss)
    fails(lambda: F.cross_entropy(logits, torch.tensor([0, 1, 2, 3])))
    fails(lambda: F.cross_entropy(logits, torch.tensor([0.0, 1, 2, 1])))
    fails(lambda: F.binary_cross_entropy(torch.tensor([0.5]), torch.tensor([[1.0]])))


@program
def mistakes(show, fails):
    """What goes wrong with gradients, and what PyTorch says."""
    w = torch.tensor([1.0, 2.0], requires_grad=True)

    def twice():
        loss = (w * w).sum()
        loss.backward()
        loss.backward()

    def written():
        y = w.sigmoid()
        y.add_(1)
        y.sum().backward()

    def written_slice():
        y = w.exp()
        y[0] = 0
        y.sum().backward()

    def stepped():
        loss = (w**2).sum()
        with torch.no_grad():
            w.sub_(0.1)
        loss.backward()

    fails(twice)
    fails(written)
    fails(written_slice)
    fails(stepped)
    fails(lambda: w.add_(1))
    fails(lambda: w[:1].mul_(2))
    fails(lambda: (w * 2).backward())
    fails(lambda: torch.ones(2).sum().backward())
    fails(lambda: w.numpy())
    fails(lambda: torch.tensor([1, 2], requires_grad=True))
    fails(lambda: (w * 2).requires_grad_(False))
    fails(lambda: torch.autograd.grad(w.sum(), torch.ones(1, requires_grad=True)))
    fails(lambda: torch.ones(2, dtype=torch.long).add_(0.5))
    fails(lambda: torch.ones(2).mul_(torch.ones(3, 2)))
    fails(lambda: len(torch.tensor(1)))
    fails(lambda: list(torch.tensor(1)))
    fails(lambda: w.detach().fill_(3).copy_(torch.ones(3)))
    fails(lambda: nn.Linear(2, 3)(torch.ones(4, 3)))
    fails(lambda: nn.Conv2d(1, 2, 3)(torch.ones(1, 1, 2, 2)))
    fails(lambda: nn.BatchNorm1d(3)(torch.ones(1, 3)))
    fails(lambda: nn.Embedding(3, 2)(torch.tensor([0.5])))
    fails(lambda: nn.LSTM(2, 3)(torch.ones(4, 1, 3)))
    fails(lambda: nn.MultiheadAttention(5, 2))
    fails(lambda: nn.Dropout(1.5))
    fails(lambda: nn.Sequential(nn.Linear(2, 2))[3])
    with torch.no_grad():
        y = w * 2
    show(y.requires_grad, w.requires_grad, (w * 2).requires_grad, w.detach().requires_grad)
    w.grad = None
    ((w * 2).detach() * w).sum().backward()
    show(w.grad, w)
    with torch.no_grad():
        w -= 0.5 * w.grad
    w.grad.zero_()
    show(w, w.grad)
    x = torch.ones(2, 2)
    view = x.view(4)
    view[0] = 7
    x.t()[1, 0] = 5
    show(x, view, x.data_ptr() == view.data_ptr(), x.clone().data_ptr() == x.data_ptr())
    show(torch.tensor(5) / 2, torch.tensor(5) // 2, torch.tensor(-7) % 3)
    show(torch.tensor([1, 2]) * 1.5, torch.tensor(True) + 1)
