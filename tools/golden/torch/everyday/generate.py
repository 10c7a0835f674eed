"""Everyday programs, as users of PyTorch know them, and what they print: tests/golden/torch/everyday.json. The files of tests/torch/everyday
have the same programs, line by line.

    /usr/bin/python3 tools/golden/torch/everyday/generate.py
"""

import importlib
import json
import os
import sys

import torch
from recording import programs

here = os.path.dirname(os.path.abspath(__file__))
torch.set_num_threads(1)
for name in ("fitting", "images", "text", "learning", "tools"):
    importlib.import_module(name)
path = os.path.join(here, "..", "..", "..", "..", "tests", "golden", "torch", "everyday.json")
with open(path, "w") as file:
    json.dump({"source": f"PyTorch {torch.__version__}", "programs": programs}, file, indent=1)
    file.write("\n")
print(f"{len(programs)} programs")
