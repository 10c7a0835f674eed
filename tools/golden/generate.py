"""Writes tests/golden/data/<family>.json for the families named, or for all: python3 tools/golden/generate.py [family...]"""

import importlib
import os
import sys

here = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, here)
sys.dont_write_bytecode = True

import torch  # noqa: E402

import golden  # noqa: E402

# Sums in one order on every machine.
torch.set_num_threads(1)
data = os.path.join(here, "..", "..", "tests", "golden", "data")
families = sys.argv[1:] or sorted(name[:-3] for name in os.listdir(os.path.join(here, "ops")) if name.endswith(".py"))
for family in families:
    importlib.import_module(f"ops.{family}")
    path = os.path.join(data, f"{family}.json")
    count = golden.write(family, path)
    print(f"{family}: {count} cases, {os.path.getsize(path) / 1024:.0f} kB")
