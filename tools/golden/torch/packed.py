"""Packed sequences as data: `python3 tools/golden/torch/packed.py` writes tests/torch/layers/packed.json: recurrent layers over
sequences of their own lengths, with results, states and gradients."""

import json
import os
import sys

import torch
from torch import nn
from torch.nn.utils import rnn

here = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, here)
sys.dont_write_bytecode = True

from calls import cotangent_of, encode_tensor  # noqa: E402

torch.set_num_threads(1)
made_up = torch.tensor([((k * 37) % 61 - 30) / 16 for k in range(256)], dtype=torch.float32)
cases = []


def case(name, lengths, sizes=(3, 2), seed=7, batch_first=False, sorted_=True, **keywords):
    torch.manual_seed(seed)
    layer = getattr(nn, name)(*sizes, **keywords)
    shape = (len(lengths), max(lengths), sizes[0]) if batch_first else (max(lengths), len(lengths), sizes[0])
    x = made_up[: shape[0] * shape[1] * shape[2]].reshape(shape).clone().requires_grad_()
    packed = rnn.pack_padded_sequence(x, torch.tensor(lengths), batch_first=batch_first, enforce_sorted=sorted_)
    result, state = layer(packed)
    padded, found = rnn.pad_packed_sequence(result, batch_first=batch_first)
    states = list(state) if isinstance(state, tuple) else [state]
    outputs = [padded, *states]
    wanted = [x, *layer.parameters()]
    gradients = torch.autograd.grad(outputs, wanted, [cotangent_of(each) for each in outputs])
    cases.append({"class": name, "seed": seed, "sizes": list(sizes), "kwargs": keywords, "lengths": lengths, "batchFirst": batch_first,
                  "sorted": sorted_, "input": encode_tensor(x.detach()), "packed": encode_tensor(packed.data.detach()),
                  "batchSizes": packed.batch_sizes.tolist(), "results": [encode_tensor(each.detach()) for each in outputs],
                  "lengthsFound": found.tolist(), "gradients": [encode_tensor(each) for each in gradients]})


for name in ("RNN", "LSTM", "GRU"):
    case(name, [4, 2, 1])
    case(name, [2, 4, 3], sorted_=False, batch_first=True)
    case(name, [3, 4], sorted_=False, num_layers=2, bidirectional=True)
case("LSTM", [4, 2], (3, 4), proj_size=2)

path = os.path.join(here, "..", "..", "..", "tests", "torch", "layers", "packed.json")
with open(path, "w") as file:
    file.write('{"source":"PyTorch %s","cases":[\n' % torch.__version__)
    file.write(",\n".join(json.dumps(each, separators=(",", ":")) for each in cases))
    file.write("\n]}\n")
print(f"{len(cases)} cases, {os.path.getsize(path) / 1024:.0f} kB")
