"""Programs that print, and where their lines are kept."""

import copy

programs = {}


def program(body):
    """Runs `body(show, fails)` and keeps what it shows: a line for each `show`, and the error of each `fails`."""
    lines = []

    def show(*values):
        lines.append(" ".join(str(value) for value in values))

    def fails(run):
        try:
            run()
        except Exception as error:
            show(f"{type(error).__name__}: {error}".split("\nException raised")[0])
        else:
            show("no error")

    body(show, fails)
    programs[body.__name__.replace("_", " ")] = lines
    return body
