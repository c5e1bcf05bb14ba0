"""Names of what stands in another row: ``previous(h)``, what the row above had or a start; ``above(h)``, its own h."""

from __future__ import annotations

PREVIOUS = "previous"
"""The word by which an equation asks for a quantity of the row above."""


def previous(name: str) -> str:
    """Return the name of what a row goes on from: a quantity of the row above or, where it begins anew, its start."""
    return f"{PREVIOUS}({name})"


def above(name: str) -> str:
    """Return the name of a quantity as the row above has it."""
    return f"above({name})"


def start(name: str) -> str:
    """Return the name of the number that a quantity goes on from where there is no row above."""
    return f"start({name})"
