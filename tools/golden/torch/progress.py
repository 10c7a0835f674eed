"""Lines that tqdm draws for numbers, and numbers behind them: packages/torch/src/golden/progress.json. Needs tqdm (4.70.1), not PyTorch.

    python3 tools/golden/torch/progress.py
"""

import json
import os

import tqdm
from tqdm.std import tqdm as bar

lines = []


def line(done, total, elapsed, columns, description="", unit="it", rate=None, postfix="", initial=0):
    text = bar.format_meter(
        done, total, elapsed, ncols=columns, prefix=description, ascii=False, unit=unit, rate=rate, postfix=postfix or None, initial=initial
    )
    lines.append(
        dict(done=done, total=total, elapsed=elapsed, columns=columns, description=description, unit=unit, rate=rate, postfix=postfix, initial=initial, text=text)
    )


line(0, 100, 0, 80)
line(1, 100, 0.1, 80)
line(37, 100, 3.3, 80, "epoch 1")
line(37, 100, 3.3, 60, "epoch 1", postfix="loss=0.123")
line(99, 100, 200, 80, rate=0.4)
line(100, 100, 7, 80)
line(101, 100, 7, 80)
line(5, None, 2, 80, unit="batch")
line(0, None, 0, 80)
line(1000, 100000, 3600 * 2 + 61, 100, rate=3.25)
line(30, 70, 10, 50, unit="episode", initial=10)
line(3, 7, 1, 30, "a long description of what is done", postfix="x=1")
line(50, 1000, 1, 79, rate=1234.5)
line(7, 9, 100, 79, rate=0.001)
for k in range(17):
    line(k, 16, k * 0.25 + 0.01, 58)
values = [0, 1, -1, 0.1, 0.12345, 123.456, 1234.56, 1000, 100000, 1e-5, 0.00012345, 1.5e10, -2.34567, 999.9, 99.96, 2.0, 1e21, 0.5]

path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "..", "packages", "torch", "src", "golden", "progress.json")
with open(path, "w") as file:
    numbers = [[value, bar.format_num(value)] for value in values]
    json.dump({"source": f"tqdm {tqdm.__version__}", "lines": lines, "numbers": numbers}, file, ensure_ascii=False, indent=1)
    file.write("\n")
