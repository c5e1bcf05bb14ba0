"""What does not fit: shapes that do not go together, and tensors too large for any sheet."""

from __future__ import annotations

import math

from sheetgen.tensors.labels import Shape, shape_text

MOST_ELEMENTS = 100_000
"""The most elements of a tensor on the way to those that have columns, of which a sheet has 16,384."""
MOST_AXES = 16
"""The most axes of a tensor: NumPy has no more than 64, and a product or a convolution needs some on its way."""
MOST_TERMS_ADDED = 2_000_000
"""The most terms of all the sums of one function."""


class ShapeError(ValueError):
    """Shapes that do not fit: ``problem`` says which, ``expected`` what would, ``where`` in what part."""

    def __init__(self, problem: str, expected: str, where: str = "") -> None:
        super().__init__(f"{problem}; {expected}")
        self.problem, self.expected, self.where = problem, expected, where


def require_room(sizes: Shape) -> None:
    """Let a tensor have few axes, a size along each, and no more elements than a few sheets have columns."""
    if len(sizes) > MOST_AXES:
        raise ShapeError(f"a tensor of {len(sizes)} axes", f"at most {MOST_AXES}")
    if any(size < 1 for size in sizes) or math.prod(sizes) > MOST_ELEMENTS:
        raise ShapeError(f"a tensor of {shape_text(sizes)}", f"sizes from 1, of at most {MOST_ELEMENTS:,} elements")


def require_few_terms(sums: int, terms: int) -> None:
    """Let a function be no more work than any workbook has room for."""
    if sums * terms > MOST_TERMS_ADDED:
        raise ShapeError(f"{sums:,} sums of {terms:,} terms each", f"at most {MOST_TERMS_ADDED:,} terms in all")
