"""Writes tests/torch/calls/<family>.json for the families named, or for all: python3 tools/golden/torch/generate_calls.py [family...]"""

import importlib
import os
import sys
import warnings

here = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(here, "calls"))
sys.path.insert(0, here)
sys.dont_write_bytecode = True

import torch  # noqa: E402

warnings.simplefilter("ignore")
torch.set_num_threads(1)

cases = importlib.import_module("calls")
data = os.path.join(here, "..", "..", "..", "tests", "torch", "calls")
os.makedirs(data, exist_ok=True)
families = sys.argv[1:] or sorted(name[:-3] for name in os.listdir(os.path.join(here, "calls")) if name.endswith(".py"))
for family in families:
    importlib.import_module(family)
    path = os.path.join(data, f"{family}.json")
    count = cases.write(path)
    print(f"{family}: {count} cases, {os.path.getsize(path) / 1024:.0f} kB")
