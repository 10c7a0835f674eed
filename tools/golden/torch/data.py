"""Programs about random tensors, datasets and loaders, and what they print: tests/torch/data.json. `tests/torch/data.test.ts` has the
same programs.

    python3 tools/golden/torch/data.py
"""

import json
import os
import warnings

import torch
from torch.utils import data as D

warnings.simplefilter("ignore")
programs = {}


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

    body(show, fails)
    programs[body.__name__.replace("_", " ")] = lines


@program
def shuffled_batches(show, fails):
    torch.manual_seed(0)
    loader = D.DataLoader(D.TensorDataset(torch.arange(10), torch.arange(10) * 2), batch_size=4, shuffle=True)
    show(len(loader))
    for x, y in loader:
        show(x, y)
    for x, _ in loader:
        show(x)
    show(torch.rand(2))


@program
def batches_in_order(show, fails):
    torch.manual_seed(1)
    loader = D.DataLoader(D.TensorDataset(torch.arange(7)), batch_size=3, drop_last=True)
    show(len(loader), [x.tolist() for (x,) in loader])
    show(torch.rand(2))
    loader = D.DataLoader(D.TensorDataset(torch.arange(5)), batch_size=None)
    show([x.item() for (x,) in loader])


@program
def a_generator_of_its_own(show, fails):
    torch.manual_seed(0)
    g = torch.Generator()
    g.manual_seed(7)
    loader = D.DataLoader(D.TensorDataset(torch.arange(6)), batch_size=2, shuffle=True, generator=g)
    show([x.tolist() for (x,) in loader], [x.tolist() for (x,) in loader])
    show(torch.rand(2))


@program
def samplers(show, fails):
    torch.manual_seed(3)
    ten = list(range(10))
    show(list(D.SequentialSampler(ten)), list(D.RandomSampler(ten)))
    show(list(D.RandomSampler(ten, replacement=True, num_samples=5)))
    show(list(D.RandomSampler(ten, num_samples=13)))
    show(list(D.SubsetRandomSampler([5, 7, 9])))
    show(list(D.WeightedRandomSampler([0.1, 0.9, 0.4], 6)))
    show(list(D.WeightedRandomSampler([0.1, 0.9, 0.4], 2, replacement=False)))
    show(list(D.BatchSampler(D.SequentialSampler(ten), 4, False)), list(D.BatchSampler(D.SequentialSampler(ten), 4, True)))
    fails(lambda: D.BatchSampler(D.SequentialSampler(ten), 0, False))


@program
def splits_and_unions(show, fails):
    torch.manual_seed(5)
    whole = D.TensorDataset(torch.arange(10))
    first, second = D.random_split(whole, [7, 3])
    show(list(first.indices), list(second.indices), len(first), second[0])
    show([list(each.indices) for each in D.random_split(whole, [0.5, 0.3, 0.2])])
    both = D.ConcatDataset([first, second])
    show(len(both), both[8], both[-1])
    show(D.Subset(whole, [4, 2])[1])
    fails(lambda: D.random_split(whole, [7, 4]))
    fails(lambda: D.TensorDataset(torch.zeros(2), torch.zeros(3)))


@program
def collated_samples(show, fails):
    show(D.default_collate([1, 2, 3]), D.default_collate([1.5, 2.5]))
    show(D.default_collate([(torch.zeros(2), 1), (torch.ones(2), 2)]))
    show(D.default_collate([{"a": 1, "b": torch.zeros(1)}, {"a": 2, "b": torch.ones(1)}])["b"])


@program
def options_that_exclude_each_other(show, fails):
    rows = D.TensorDataset(torch.arange(4))
    fails(lambda: D.DataLoader(rows, shuffle=True, sampler=D.SequentialSampler(rows)))
    fails(lambda: D.DataLoader(rows, batch_size=2, batch_sampler=D.BatchSampler(D.SequentialSampler(rows), 2, False)))
    fails(lambda: D.DataLoader(rows, batch_size=None, drop_last=True))


@program
def random_tensors(show, fails):
    torch.manual_seed(11)
    show(torch.rand(2, 2), torch.randn(3), torch.randint(10, (4,)), torch.randint(-5, 5, (2, 2)))
    show(torch.randperm(6), torch.normal(1.0, 2.0, (3,)), torch.bernoulli(torch.tensor([0.1, 0.9, 0.5])))
    show(torch.multinomial(torch.tensor([0.2, 0.3, 0.5]), 4, replacement=True), torch.poisson(torch.tensor([1.0, 4.0])))
    show(torch.rand_like(torch.zeros(2, dtype=torch.float64)), torch.randn_like(torch.zeros(2)))
    show(torch.normal(torch.arange(3.0), torch.ones(3)))


@program
def tensors_filled_with_random_numbers(show, fails):
    torch.manual_seed(12)
    x = torch.zeros(3)
    show(x.uniform_(), x.uniform_(-1, 1), x.normal_(), x.normal_(5, 0.5))
    show(x.exponential_(), x.geometric_(0.5), x.cauchy_(), x.log_normal_())
    show(torch.zeros(3, dtype=torch.int64).random_(10), torch.zeros(2, dtype=torch.int64).random_(2, 5), x.bernoulli_(0.5))
    show(x._version)
    w = torch.nn.init
    y = torch.zeros(2, 3)
    show(w.xavier_uniform_(y), w.xavier_normal_(y), w.kaiming_uniform_(y), w.kaiming_normal_(y))
    show(w.trunc_normal_(y), w.eye_(y), w.constant_(y, 2))
    fails(lambda: torch.zeros(2, requires_grad=True).uniform_())
    fails(lambda: x.normal_(0, -1))


@program
def generators(show, fails):
    torch.manual_seed(0)
    state = torch.get_rng_state()
    first = torch.rand(2)
    torch.set_rng_state(state)
    show(first, torch.rand(2), torch.initial_seed())
    g = torch.Generator().manual_seed(0)
    show(torch.rand(2, generator=g), torch.rand(2))


path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "..", "tests", "torch", "data.json")
with open(path, "w") as file:
    json.dump({"source": f"PyTorch {torch.__version__}", "programs": programs}, file, indent=1)
    file.write("\n")
