"""Programs that print, what they show, and the file it is kept in."""

import json
import os

import torch

programs = {}


def keep(body, lines):
    programs[body.__name__.replace("_", " ")] = lines


def lines_of(body, text=str):
    """What `body(show, fails)` shows: a line for each `show`, and the error of each `fails`."""
    lines = []

    def show(*values):
        lines.append(" ".join(text(value) for value in values))

    def fails(run):
        try:
            run()
        except Exception as error:
            show(f"{type(error).__name__}: {error}".split("\nException raised")[0])
        else:
            show("no error")

    body(show, fails)
    return lines


def program(body):
    """Runs a program and keeps what it shows."""
    keep(body, lines_of(body))
    return body


def write(*place):
    """Writes all programs to a file below `tests`."""
    here = os.path.dirname(os.path.abspath(__file__))
    with open(os.path.join(here, "..", "..", "..", "tests", *place), "w") as file:
        json.dump({"source": f"PyTorch {torch.__version__}", "programs": programs}, file, indent=1)
        file.write("\n")
    print(f"{len(programs)} programs")
