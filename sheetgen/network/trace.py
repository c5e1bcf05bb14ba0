"""The values of every quantity, iteration after iteration, in the order of operations of the formulas.

All variants advance in lockstep and come out in chunks of rows, so memory does not grow with the number of
iterations. `Trace` serves several readers of one study: few rows are computed once and held, many are
computed anew for each reader.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from sheetgen.algebra.evaluate import ARITHMETIC_ERRORS, evaluate
from sheetgen.algebra.expr import OverBatch
from sheetgen.algebra.over_batch import finite
from sheetgen.errors import NumberError
from sheetgen.network.advice import instead_of_probabilities
from sheetgen.network.graph import SAMPLE, Quantity
from sheetgen.network.over_batch import stages
from sheetgen.network.row_program import Row, RowProgram, compile_rows
from sheetgen.network.study import Study

CHUNK_ROWS = 512

MOST_HELD = 8 * 2**20 // 32
"""The most numbers that a trace holds: 8 MiB of them, at 32 bytes a number (a float, and the reference to it)."""


@dataclass(frozen=True)
class Chunk:
    """Some successive rows: ``rows[i][k]`` is the row ``first + k``, counted from 0, of the i-th variant asked for."""

    first: int
    rows: tuple[list[Row], ...]


class Trace:
    """The rows of one study, for any number of readers, each from row 0 on.

    Where the study has at most ``most_held`` numbers they are computed once and held; otherwise they are
    computed anew for each reader, by functions that are compiled once.
    """

    def __init__(self, study: Study, chunk_rows: int = CHUNK_ROWS, most_held: int = MOST_HELD) -> None:
        self.study, self._chunk_rows, self._most_held = study, chunk_rows, most_held
        self._holds = study.rows * sum(len(graph.names) for graph in study.graphs) <= most_held
        self._programs: dict[int, RowProgram] = {}
        self._held: dict[int, _HeldRun] = {}

    def __reduce__(self) -> tuple[type[Trace], tuple[Study, int, int]]:
        """Let another process compute the rows anew."""
        return Trace, (self.study, self._chunk_rows, self._most_held)

    def chunks(self, variants: Iterable[int] | None = None) -> Iterator[Chunk]:
        """Yield the rows in chunks, all variants (or those asked for) in lockstep.

        Raises NumberError at the first value that a spreadsheet would show as an error.
        """
        study = self.study
        runs = [self._run(variant) for variant in (range(len(study.variants)) if variants is None else variants)]
        together = math.lcm(*(run.together for run in runs))
        many = -(-self._chunk_rows // together) * together
        for first in range(0, study.rows, many):
            count = min(many, study.rows - first)
            yield Chunk(first, tuple([run.rows(first, count) for run in runs]))

    def rows(self) -> Iterator[tuple[Row, ...]]:
        """Yield the rows of all variants, one of each at a time. Raises NumberError as `chunks` does."""
        for chunk in self.chunks():
            yield from zip(*chunk.rows, strict=True)

    def rows_of(self, variant: int) -> Iterator[Row]:
        """Yield the rows of one variant. Raises NumberError as `chunks` does."""
        for chunk in self.chunks([variant]):
            yield from chunk.rows[0]

    def _run(self, variant: int) -> _RowSource:
        """Return what gives a reader its rows of a variant."""
        if variant not in self._programs:
            self._programs[variant] = compile_rows(self.study, variant)
        run = _Run(self.study, variant, self._programs[variant])
        return self._held.setdefault(variant, _HeldRun(run)) if self._holds else run


class _RowSource(Protocol):
    """What gives the rows of one variant, each reader's in succession, ``together`` or several times as many."""

    @property
    def together(self) -> int:
        """How many rows are computed at a time."""

    def rows(self, first: int, count: int) -> list[Row]:
        """Return some rows, all of which a spreadsheet can hold."""


class _HeldRun:
    """The rows of one variant as far as any reader has come, held for the others."""

    def __init__(self, run: _Run) -> None:
        self._run = run
        self._rows: list[Row] = []

    @property
    def together(self) -> int:
        """How many rows are computed at a time."""
        return self._run.together

    def rows(self, first: int, count: int) -> list[Row]:
        """Return some rows, computed where no reader has been yet."""
        missing = first + count - len(self._rows)
        if missing > 0:
            self._rows += self._run.rows(len(self._rows), missing)
        return self._rows[first : first + count]


class _Run:
    """The training of one variant, as far as it has come."""

    def __init__(self, study: Study, variant: int, program: RowProgram) -> None:
        self.study, self.variant, self.program = study, variant, program
        self.graph = study.graphs[variant]
        self.last: Row | None = None

    @property
    def together(self) -> int:
        """How many rows are computed at a time."""
        return self.program.together

    def rows(self, first: int, count: int) -> list[Row]:
        """Return the next rows, all of which a spreadsheet can hold; where that fails, the run stays where it was."""
        last = self.last
        try:
            return self._checked(first, count)
        except NumberError:
            self.last = last
            raise

    def _checked(self, first: int, count: int) -> list[Row]:
        least = count == self.together
        try:
            rows = self._next(count)
            if math.isfinite(sum(map(sum, rows))) or (least and all(all(map(math.isfinite, row)) for row in rows)):
                self.last = rows[-1]
                return rows
        except ARITHMETIC_ERRORS:
            pass
        if least:
            raise self._diagnose(first)
        numbers = range(first, first + count, self.together)
        return [row for number in numbers for row in self._checked(number, self.together)]

    def _next(self, count: int) -> list[Row]:
        if self.last is not None:
            return self.program.advance(self.last, count)
        first = self.program.start()
        return [*first, *self.program.advance(first[-1], count - len(first))]

    def _diagnose(self, number: int) -> NumberError:
        """Find the quantity that broke a row, or a batch, by computing the rows one quantity at a time."""
        graph, iteration = self.graph, number // self.study.batch
        rows: list[dict[str, float]] = [{} for _ in range(self.together)]
        for stage in stages(graph.quantities):
            for quantity in stage.before:
                expr = quantity.equation
                assert isinstance(expr, OverBatch)
                try:
                    value = finite(expr.function, [row[expr.name] for row in rows])
                except ARITHMETIC_ERRORS as error:
                    return self._error(quantity.name, iteration, _reason(error))
                for row in rows:
                    row[quantity.name] = value
            for place, row in enumerate(rows):
                for quantity in stage.quantities:
                    try:
                        row[quantity.name] = self._value(quantity, number + place, rows[: place + 1])
                    except ARITHMETIC_ERRORS as error:
                        return self._error(quantity.name, iteration, _reason(error))
        return self._error(graph.loss or graph.names[-1], iteration, "the row's values grew beyond the largest number")

    def _value(self, quantity: Quantity, number: int, rows: Sequence[Mapping[str, float]]) -> float:
        """Return a quantity in a row: the last of ``rows``, which are those of its batch as far as they are known."""
        study, begins = self.study, self.last is None and len(rows) == 1
        expr = quantity.in_row(begins)
        if expr is None:
            sample = study.sample_in(number)
            return {**study.at_sample(sample), SAMPLE: float(sample + 1)}[quantity.name]
        above = rows[-2] if len(rows) > 1 else dict(zip(self.graph.names, self.last or (), strict=False))
        return evaluate(expr, {**study.constants(self.variant), **rows[-1]}.__getitem__, above.__getitem__)

    def _error(self, quantity: str, iteration: int, reason: str) -> NumberError:
        rate = self.study.variants[self.variant].rate
        instead = instead_of_probabilities(self.graph)
        return NumberError(quantity, iteration, rate, reason, self.study.place_of(quantity, self.variant), instead)


def _reason(error: Exception) -> str:
    """Return an arithmetic error in plain words."""
    if isinstance(error, ZeroDivisionError):
        return "it divides by zero"
    return "a value is too large" if isinstance(error, OverflowError) else "a function has no value there"
