"""The bounds of the cells of a sheet's table: which numbers each cell's bound is of, however the rows are asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from functools import cache

import pytest
from networks import line
from plain_bounds import plain_bounds

from sheetgen import loads
from sheetgen.network.batches import Batches, batches
from sheetgen.network.trace import Trace
from sheetgen.proof import table_bounds as module
from sheetgen.proof.table_bounds import table_bounds
from sheetgen.sheets.book import Book
from sheetgen.sheets.compose import compose

UNIT = 2.0**-53
"""The rounding of an operation."""
SAMPLES = [(0.1, 0.5), (0.7, 1.5), (1.3, 2.2), (2.9, 4.7)]
SHEETS = ["lr 0.05", "lr 0.1"]


def book_of(batch: str, more: str = "", iterations: int = 9) -> Book:
    """Return the book of a straight line, with the training run."""
    study = loads(line(str(list(map(list, SAMPLES)))[1:-1], batch=batch, more=more, iterations=iterations))
    book = Book(study, study)
    compose(book)
    return book


@cache
def shuffled() -> Book:
    """Return a book that evaluates all samples beside the training on one at a time."""
    return book_of("1", "shuffle = 4")


def rows_of(book: Book, variant: int) -> list[Mapping[str, float]]:
    names = book.study.graphs[variant].names
    return [dict(zip(names, row, strict=True)) for row in Trace(book.study).rows_of(variant)]


def in_fractions(weights: Mapping[str, float]) -> Iterator[dict[str, Fraction]]:
    """Yield what every sample gives with these weights, without any rounding, and the mean so far."""
    total = Fraction(0)
    for x, t in SAMPLES:
        y = Fraction(weights["w"]) * Fraction(x) + Fraction(weights["b"])
        loss = (Fraction(t) - y) ** 2 / 2
        total += loss / len(SAMPLES)
        yield {"y": y, "E": loss, "mean E": total}


@pytest.mark.parametrize("batch", ["1", "2", "'full'"])
def test_a_training_sheet_has_the_bounds_of_its_rows(batch: str) -> None:
    book = book_of(batch)
    for variant, sheet in enumerate(SHEETS):
        rows, of = list(Trace(book.study).rows_of(variant)), table_bounds(book, sheet, UNIT)
        for number, plain in enumerate(plain_bounds(book.study, variant, rows, UNIT)):
            assert {name: of(number, name) for name in plain} == pytest.approx(dict(plain), rel=1e-9, abs=0)


def test_the_error_iteration_by_iteration_has_the_bounds_of_the_means_of_whole_batches() -> None:
    book = book_of("'full'")
    of = table_bounds(book, "Error", UNIT)
    for variant, sheet in enumerate(SHEETS):
        rows = list(Trace(book.study).rows_of(variant))
        whole = list(plain_bounds(book.study, variant, rows, UNIT))[len(SAMPLES) - 1 :: len(SAMPLES)]
        found = [of(iteration, f"E, {sheet}") for iteration in range(10)]
        assert found == pytest.approx([bounds["mean E"] for bounds in whole], rel=1e-9, abs=0)
    assert of(3, "iteration") == 0


def test_the_error_epoch_by_epoch_has_the_bound_of_the_last_sample() -> None:
    book, evaluation = shuffled(), shuffled().results.evaluation
    of, of_samples = table_bounds(book, "Error", UNIT), table_bounds(book, "Epochs", UNIT)
    for variant, sheet in enumerate(SHEETS):
        curve, rows = evaluation.curve(variant, "E"), rows_of(book, variant)
        for point, iteration in enumerate(evaluation.points):
            *_, last = in_fractions(rows[iteration])
            bound = of(point, f"E, {sheet}")
            assert abs(Fraction(curve[point]) - last["mean E"]) <= bound
            assert bound == of_samples(len(SAMPLES) * (point + 1) - 1, f"mean E, {sheet}") < 1e-14
    assert of(2, "iteration") == of(2, "epochs done") == 0


def test_every_sample_has_bounds_that_hold_its_rounding() -> None:
    book, evaluation = shuffled(), shuffled().results.evaluation
    of = table_bounds(book, "Epochs", UNIT)
    for variant, sheet in enumerate(SHEETS):
        rows = rows_of(book, variant)
        for point, iteration in enumerate(evaluation.points):
            for sample, exact in enumerate(in_fractions(rows[iteration])):
                shown = dict(zip(evaluation.names, evaluation.at(variant, point)[sample], strict=True))
                for name, number in exact.items():
                    bound = of(point * len(SAMPLES) + sample, f"{name}, {sheet}")
                    assert abs(Fraction(shown[name]) - number) <= bound
                    assert 0 < bound < 1e-14
    assert [of(6, label) for label in ("point", "sample", "x", "t")] == [0, 0, 0, 0]


def test_rows_asked_for_from_the_top_run_along_once_and_others_find_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    book, runs = book_of("1", iterations=1200), []

    def some_at_a_time(trace: Trace, variant: int) -> Iterator[Batches]:
        runs.append(variant)
        return batches(trace, variant, numbers=1)

    monkeypatch.setattr(module, "batches", some_at_a_time)
    of, rows = table_bounds(book, "lr 0.1", UNIT), range(0, 1201, 50)
    down = {row: [of(row, name) for name in ("w", "E")] for row in rows}
    assert runs == [1]
    assert down[0] != down[1200]
    for row in (*rows[::-1], rows[-1], *rows):
        assert [of(row, name) for name in ("w", "E")] == down[row]
