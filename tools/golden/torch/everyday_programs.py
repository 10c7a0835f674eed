"""Everyday programs, as users of PyTorch know them, and what they print: tests/golden/torch/everyday.json. The files of tests/torch/everyday
have the same programs, line by line.

    /usr/bin/python3 tools/golden/torch/everyday_programs.py
"""

import importlib

import torch
from recording import write

torch.set_num_threads(1)
for name in ("fitting", "images", "text", "learning", "tools"):
    importlib.import_module(f"everyday.{name}")
write("golden", "torch", "everyday.json")
