"""Programs about random tensors, datasets and loaders, and what they print: tests/torch/data.json. `tests/torch/data.test.ts` has the
same programs.

    python3 tools/golden/torch/data.py
"""

import warnings

import torch
from recording import program, write
from torch.utils import data as D

warnings.simplefilter("ignore")


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


class Counting(D.IterableDataset):
    def __init__(self, start, end):
        self.start, self.end = start, end

    def __iter__(self):
        return iter(range(self.start, self.end))


class Sized(Counting):
    def __len__(self):
        return self.end - self.start


class Samples(D.Dataset):
    def __init__(self, make, count):
        self.make, self.count = make, count

    def __len__(self):
        return self.count

    def __getitem__(self, index):
        return self.make(index)


@program
def samples_one_after_the_other(show, fails):
    torch.manual_seed(21)
    show([x.tolist() for x in D.DataLoader(Counting(0, 7), batch_size=3)])
    show([x.tolist() for x in D.DataLoader(Counting(0, 7), batch_size=3, drop_last=True)])
    show(list(D.DataLoader(Counting(0, 4), batch_size=None)))
    show(len(D.DataLoader(Sized(0, 7), batch_size=3)), len(D.DataLoader(Sized(0, 7), batch_size=3, drop_last=True)))
    chain = D.ChainDataset([Sized(0, 3), Sized(10, 12)])
    show(list(chain), len(chain), list(Counting(0, 2) + Counting(5, 6)))
    show([x.tolist() for x in D.DataLoader(chain, batch_size=2)])
    show(torch.rand(2))
    fails(lambda: list(D.ChainDataset([D.TensorDataset(torch.arange(2))])))
    fails(lambda: D.DataLoader(Counting(0, 3), shuffle=True))
    fails(lambda: D.ConcatDataset([Counting(0, 3)]))
    fails(lambda: D.ConcatDataset([]))


@program
def positions_outside_of_datasets(show, fails):
    both = D.ConcatDataset([D.TensorDataset(torch.arange(3)), D.TensorDataset(torch.arange(5, 7))])
    show(both.cumulative_sizes, both[-5], both[4], both[3])
    fails(lambda: both[5])
    fails(lambda: both[-6])
    fails(lambda: D.Subset(both, [1, 2])[2])
    show(D.Subset(both, [1, 4])[-1])


@program
def fractions_of_a_dataset(show, fails):
    torch.manual_seed(22)
    whole = D.TensorDataset(torch.arange(11))
    for fractions in ([0.5, 0.5], [0.3, 0.3, 0.3, 0.1], [1 / 3, 1 / 3, 1 / 3], [1.0], [0.999, 0.001]):
        show([list(each.indices) for each in D.random_split(whole, fractions)])
    generator = torch.Generator().manual_seed(3)
    show([list(each.indices) for each in D.random_split(whole, [5, 6], generator)])
    show([list(each.indices) for each in D.random_split(whole, [0.25, 0.75], generator=generator)])
    fails(lambda: D.random_split(whole, [1.5, -0.5]))
    fails(lambda: D.random_split(whole, [0.5, 0.4]))


@program
def arguments_of_samplers(show, fails):
    torch.manual_seed(23)
    ten = range(10)
    generator = torch.Generator().manual_seed(4)
    show(list(D.RandomSampler(ten, True, 40)), list(D.RandomSampler(ten, False, 20, generator)))
    show(list(D.SubsetRandomSampler([3, 1, 4, 1, 5], generator)), list(D.SubsetRandomSampler([])))
    weights = torch.tensor([0.0, 1.0, 3.0, 0.5])
    show(list(D.WeightedRandomSampler(weights, 8, True, generator)), list(D.WeightedRandomSampler([1, 2, 3], 3, False)))
    show(len(D.WeightedRandomSampler(weights, 8)), len(D.RandomSampler(ten, num_samples=3)), len(D.SubsetRandomSampler([1, 2])))
    show(list(D.BatchSampler([5, 6, 7], 2, False)), len(D.BatchSampler(D.RandomSampler(ten), 3, True)))
    fails(lambda: D.RandomSampler([]))
    fails(lambda: D.RandomSampler(ten, num_samples=0))
    fails(lambda: D.RandomSampler(ten, num_samples=2.5))
    fails(lambda: D.RandomSampler(ten, replacement=1))
    fails(lambda: D.WeightedRandomSampler([1.0], 0))
    fails(lambda: D.WeightedRandomSampler([1.0], 2, 1))
    fails(lambda: D.WeightedRandomSampler(torch.ones(2, 2), 2))
    fails(lambda: D.BatchSampler(ten, -1, False))
    fails(lambda: D.BatchSampler(ten, 2, 1))
    fails(lambda: D.DataLoader(D.TensorDataset(torch.zeros(0)), shuffle=True))
    fails(lambda: list(D.WeightedRandomSampler([1.0, 0.0], 2, False)))
    show(torch.rand(1))


@program
def shares_of_several_processes(show, fails):
    for count in (10, 11, 3):
        rows = D.TensorDataset(torch.arange(count))
        for drop_last in (False, True):
            for shuffle in (False, True):
                shares = [D.DistributedSampler(rows, 4, rank, shuffle, 5, drop_last) for rank in range(4)]
                show(len(shares[0]), [list(each) for each in shares])
    sampler = D.DistributedSampler(rows, num_replicas=2, rank=1)
    first = list(sampler)
    sampler.set_epoch(3)
    show(first, list(sampler), list(sampler))
    one = D.DistributedSampler(D.TensorDataset(torch.arange(2)), num_replicas=7, rank=6, shuffle=False)
    show(list(one), len(one), one.total_size)
    fails(lambda: D.DistributedSampler(rows, num_replicas=2, rank=2))
    fails(lambda: D.DistributedSampler(rows, num_replicas=2, rank=-1))


@program
def batches_of_a_sampler(show, fails):
    torch.manual_seed(24)
    rows = D.TensorDataset(torch.arange(9))
    picked = D.DataLoader(rows, batch_sampler=[[8, 0], [1], [2, 3, 4]])
    show(len(picked), [x.tolist() for (x,) in picked], picked.batch_size, picked.drop_last)
    show([x.tolist() for (x,) in D.DataLoader(rows, sampler=[4, 4, 2], batch_size=2)])
    weighted = D.WeightedRandomSampler([1] * 9, 5)
    show([x.tolist() for (x,) in D.DataLoader(rows, 2, sampler=weighted)])
    show([x.tolist() for (x,) in D.DataLoader(rows, 4, True, drop_last=True)])
    collated = D.DataLoader(rows, batch_size=4, collate_fn=lambda samples: sum(x.item() for (x,) in samples))
    show(list(collated))
    alone = D.DataLoader(rows, batch_size=None, collate_fn=lambda sample: sample[0].item() * 2, sampler=[1, 3])
    show(list(alone), len(alone), alone.batch_sampler)
    show(torch.rand(1))


@program
def samples_of_all_kinds(show, fails):
    def plain(value):
        """Tuples as lists: JavaScript has one kind."""
        if isinstance(value, dict):
            return {key: plain(each) for key, each in value.items()}
        return [plain(each) for each in value] if isinstance(value, (list, tuple)) else value

    def collated(*samples):
        show(plain(D.default_collate(list(samples))))

    collated(1, 2)
    collated(1.5, 2)
    collated(True, False)
    collated("a", "b")
    collated(torch.tensor([1, 2]), torch.tensor([3, 4]))
    collated([1, [2.5, "x"]], [3, [4.5, "y"]])
    collated({"a": torch.zeros(2), "b": {"c": 1}}, {"a": torch.ones(2), "b": {"c": 2}})
    collated([torch.zeros(1), {"n": [1, 2]}], [torch.ones(1), {"n": [3, 4]}])
    show(D._utils.collate.default_convert([1, "a", torch.ones(1), {"b": [2.5]}]))
    fails(lambda: D.default_collate([[1, 2], [3]]))
    fails(lambda: D.default_collate([None, None]))
    fails(lambda: D.default_collate([torch.zeros(2), torch.zeros(3)]))
    fails(lambda: D.default_collate([{"a": 1}, {"b": 2}]))
    loader = D.DataLoader(Samples(lambda k: {"x": [k, float(k) + 0.5], "name": f"n{k}"}, 3), batch_size=2)
    for batch in loader:
        show(plain(batch))
    for sample in D.DataLoader(Samples(lambda k: [k, "a"], 2), batch_size=None):
        show(plain(sample))


@program
def options_of_workers(show, fails):
    rows = D.TensorDataset(torch.arange(4))
    fails(lambda: D.DataLoader(rows, num_workers=-1))
    fails(lambda: D.DataLoader(rows, persistent_workers=True))
    show(D.get_worker_info())


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


write("torch", "data.json")
