"""The reference judges the evaluation of the whole data set: what is wrong there is found, whatever the trace says."""

from __future__ import annotations

import pytest

from sheetgen import load, override
from sheetgen.network.evaluation import Evaluation
from sheetgen.network.row_program import Row
from sheetgen.network.tolerance import Tolerance
from sheetgen.proof import whole_data
from sheetgen.sheets.book import Book
from sheetgen.sheets.compose import compose
from sheetgen.sheets.epochs import EpochsTable


def ran(name: str, iterations: int) -> Book:
    study = override(load(name), iterations=iterations)
    book = Book(study, study)
    compose(book)
    return book


@pytest.mark.parametrize(("name", "iterations"), [("perceptron", 9), ("iris", 3)])
def test_a_right_evaluation(name: str, iterations: int) -> None:
    assert list(whole_data.differences(ran(name, iterations), Tolerance())) == []


def test_no_evaluation_is_asked_for_with_a_full_batch() -> None:
    assert list(whole_data.differences(ran("xor", 2), Tolerance())) == []


@pytest.mark.parametrize("quantity", ["z", "E", "accuracy", "mean E"])
def test_a_wrong_number_is_found_where_it_stands(quantity: str, monkeypatch: pytest.MonkeyPatch) -> None:
    book = ran("perceptron", 9)
    right = Evaluation.at

    def wrong(self: Evaluation, variant: int, point: int) -> list[Row]:
        rows = right(self, variant, point)
        if (variant, point) == (1, 2):
            numbers = list(rows[3])
            numbers[self.names.index(quantity)] += 1e-9
            rows[3] = tuple(numbers)
        return rows

    monkeypatch.setattr(Evaluation, "at", wrong)
    (difference,) = whole_data.differences(book, Tolerance())
    letter = EpochsTable(book).block.letters[f"{quantity}, lr 0.5"]
    assert (difference.sheet, difference.cell) == ("Epochs", f"{letter}{5 + 2 * 4 + 3}")
    assert (difference.quantity, difference.iteration, difference.rate) == (quantity, 8, 0.5)
