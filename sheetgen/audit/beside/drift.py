"""Typed numbers that were meant to be one and drift: what filling down makes of 0.05 and 0.05."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from sheetgen.audit.beside.lines import Line
from sheetgen.audit.beside.said import finding
from sheetgen.audit.book import Book, BookCell, Place
from sheetgen.audit.finding import Finding, Weight

_LITTLE = 1e-6
"""The part of a number by which it drifts at most from cell to cell: larger differences may be meant."""
_STEP = 1.0
"""What a spreadsheet adds when a single number is filled down as a series."""


def findings_on_drift(book: Book, lines: Sequence[Line], used: Collection[Place]) -> Iterator[Finding]:
    """Yield the inputs that drift; ``used`` are the cells that formulas refer to."""
    seen: set[Place] = set()
    for line in lines:
        for run in _typed_runs(line):
            if run[0].place in seen or run[1].place in seen or not any(cell.place in used for cell in run):
                continue
            numbers = [float(cell.value) for cell in run if isinstance(cell.value, int | float)]
            if _drifts(numbers) or _counts_on(numbers):
                seen.update(cell.place for cell in run)
                yield _finding(book, run, numbers)


def _typed_runs(line: Line) -> Iterator[list[BookCell]]:
    run: list[BookCell] = []
    for cell, pattern in zip(line.cells, line.patterns, strict=True):
        if pattern is None:
            run.append(cell)
            continue
        if len(run) > 2:
            yield run
        run = []
    if len(run) > 2:
        yield run


def _drifts(numbers: Sequence[float]) -> bool:
    """Whether numbers go one way, by next to nothing from each to the next; whole ones may count something."""
    steps = [b - a for a, b in pairwise(numbers)]
    little = 0 < max(map(abs, steps)) <= _LITTLE * max(map(abs, numbers))
    one_way = all(step >= 0 for step in steps) or all(step <= 0 for step in steps)
    return little and one_way and not all(number.is_integer() for number in numbers)


def _counts_on(numbers: Sequence[float]) -> bool:
    """Whether a number that is not whole was filled down as a series: 0.05, 1.05, 2.05."""
    steps = [b - a for a, b in pairwise(numbers)]
    series = all(abs(step - _STEP) <= _LITTLE for step in steps)
    return len(numbers) > 3 and series and abs(numbers[0] - round(numbers[0])) > _LITTLE


def _finding(book: Book, run: Sequence[BookCell], numbers: Sequence[float]) -> Finding:
    first = next(index for index, value in enumerate(numbers) if value != numbers[0])
    came = f"it is {numbers[first]!r} here and {numbers[-1]!r} at the end"
    words = f"An input that should stay {numbers[0]!r} drifts, as filling down makes it: {came}."
    places = [cell.place for cell, value in zip(run, numbers, strict=True) if value != numbers[0]]
    found = finding(book, "drifting-input", Weight.WRONG, words, places)
    return replace(found, right_value=numbers[0])
