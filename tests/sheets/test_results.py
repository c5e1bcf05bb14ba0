"""The two phases of values: registered while pages are composed, there when the training has run, never between."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from networks import ODD, template

from sheetgen import NumberError, load, loads, override
from sheetgen.network.study import TOLERANCE, Study
from sheetgen.network.trace import Trace
from sheetgen.page.page import Formula
from sheetgen.sheet_names import CHECKS
from sheetgen.sheets.book import Book
from sheetgen.sheets.compose import compose, pages
from sheetgen.sheets.folds import KeptRow, Largest, RowBlock
from sheetgen.sheets.layout import FLAG_CELL
from sheetgen.sheets.results import PhaseError, Results

SEED = override(load(), rates=[0.5, 2.0], iterations=4)

Ask = Callable[[Results], object]


# what is asked for, how the message calls it
ASKED: list[tuple[Ask, str]] = [
    (lambda results: results.first(0, "h1"), "h1 at iteration 0 of the sheet lr 0.5"),
    (lambda results: results.second(1, "∂E_total/∂w1"), "∂E_total/∂w1 at iteration 1 of the sheet lr 2.0"),
    (lambda results: results.last(1, "E_total"), "E_total in the last row of the sheet lr 2.0"),
    (lambda results: results.losses(0), "the loss of the sheet lr 0.5"),
]
# what is registered, how the message calls it
REGISTERED: list[tuple[Ask, str]] = [
    (lambda results: results.keep(1, 3), "row 4 of the sheet lr 2.0"),
]


def then_ask(register: Ask) -> Ask:
    return lambda results: register(results)()  # type: ignore[operator]


@pytest.mark.parametrize(("ask", "what"), [*ASKED, *((then_ask(register), what) for register, what in REGISTERED)])
def test_no_value_before_the_training_has_run(ask: Ask, what: str) -> None:
    with pytest.raises(PhaseError) as refusal:
        ask(Book(SEED, SEED).results)
    assert str(refusal.value) == (
        f"{what} has no value yet: the training has not run to its end;"
        " call compose(book), which runs it, before asking for values"
    )


class AskingFold:
    """A fold that asks for something, or registers something, while rows pass."""

    variant, what = 0, "a test"

    def __init__(self, results: Results, ask: Ask) -> None:
        self.results, self.ask = results, ask
        self.errors: list[str] = []

    def feed(self, rows: RowBlock) -> None:
        with pytest.raises(PhaseError) as refusal:
            self.ask(self.results)
        self.errors.append(str(refusal.value))


@pytest.mark.parametrize(("ask", "what"), ASKED)
def test_no_value_while_rows_pass(ask: Ask, what: str) -> None:
    book = Book(SEED, SEED)
    fold = book.results.watch(AskingFold(book.results, ask))
    book.results.run(Trace(SEED, chunk_rows=2))
    assert len(fold().errors) == 3
    assert all(error.startswith(f"{what} has no value yet") for error in fold().errors)
    ask(book.results)


@pytest.mark.parametrize(("register", "what"), REGISTERED)
def test_nothing_is_registered_when_rows_have_passed(register: Ask, what: str) -> None:
    book = Book(SEED, SEED)
    fold = book.results.watch(AskingFold(book.results, register))
    compose(book)
    message = (
        f"{what} cannot be watched any more: the training has begun, and rows have passed;"
        " register it while the pages are composed"
    )
    assert fold().errors == [message]
    with pytest.raises(PhaseError, match="cannot be watched any more"):
        register(book.results)


def test_a_book_runs_once() -> None:
    book = Book(SEED, SEED)
    compose(book)
    with pytest.raises(PhaseError, match="make a new Book"):
        book.results.run(book.trace)


def test_a_training_that_breaks_off_leaves_no_values() -> None:
    study = loads(template('y = "w*x"', 'E = "(t - y)^4"', "w = 0.4", "1e8", 20))
    results = Book(study, study).results
    with pytest.raises(NumberError):
        results.run(Trace(study, chunk_rows=2))
    with pytest.raises(PhaseError, match="E at iteration 0 of the sheet"):
        results.first(0, "E")


def test_the_values_are_those_of_the_rows() -> None:
    book = Book(SEED, SEED)
    row = book.results.keep(1, 3)
    book.results.run(book.trace)
    rows, position = list(Trace(SEED).rows_of(1)), SEED.graph.position["E_total"]
    assert book.results.first(1, "E_total") == rows[0][position]
    assert book.results.second(1, "E_total") == rows[1][position]
    assert book.results.last(1, "E_total") == book.results.losses(1).last == rows[4][position]
    assert isinstance(row(), KeptRow)
    assert row().values["E_total"] == rows[3][position]


def formulas(book: Book) -> dict[tuple[str, int, int], Formula]:
    composed, _ = pages(book)
    return {
        (page.name, *place): cell.content
        for page in composed
        for place, cell in page.cells.items()
        if isinstance(cell.content, Formula)
    }


@pytest.mark.parametrize("study", [SEED, loads(ODD), override(load("xor"), iterations=2)], ids=["seed", "odd", "xor"])
def test_no_formula_of_a_page_has_a_value_early_that_it_does_not_keep(study: Study) -> None:
    book = Book(study, study)
    cells = formulas(book)
    early_values: dict[tuple[str, int, int], float | str | bool] = {}
    for place, formula in cells.items():
        try:
            early_values[place] = formula.value()
        except PhaseError:
            continue
    book.results.run(book.trace)
    assert early_values == {place: cells[place].value() for place in early_values}
    outside_checks = {place for place in cells if place[0] != CHECKS}  # where most values are 0, come what may
    assert len(early_values.keys() & outside_checks) < len(outside_checks) / 2


# --- the verdict ---


def test_every_sheet_shows_the_verdict_of_the_checks() -> None:
    composition = compose(Book(SEED, SEED))
    assert composition.verdict == "OK: all 102 checks pass"
    verdicts = {
        page.name: cell.content.value()
        for page in composition.pages
        for cell in page.cells.values()
        if isinstance(cell.content, Formula) and cell.content.text == FLAG_CELL
    }
    assert set(verdicts) == {page.name for page in composition.pages} - {"Checks"}
    assert set(verdicts.values()) == {composition.verdict}


def test_the_verdict_counts_what_fails() -> None:
    """No deviation is below a tolerance of less than nothing."""
    strict_study = replace(SEED, settings={**SEED.settings, TOLERANCE: -1.0})
    assert compose(Book(strict_study, SEED)).verdict == "CHECK: 102 of 102 checks fail"


@pytest.mark.parametrize("chunk_rows", [1, 2, 3, 5, 1000])
@pytest.mark.parametrize(("name", "rate"), [("mlp-2-2-2", 2.0), ("xor", 0.5), ("linear-regression", 0.6)])
def test_the_largest_of_a_run_is_that_of_its_rows_however_they_come(name: str, rate: float, chunk_rows: int) -> None:
    """With the error bound of the row that it stands in, which rests on the batch before; the last one diverges."""
    study = override(load(name), rates=[rate], iterations=6)
    graph = study.graphs[0]
    rows = [dict(zip(graph.names, of_variants[0], strict=True)) for of_variants in Trace(study).rows()]
    for names in (graph.weights, tuple(name for name in graph.names if name.startswith("∂"))):
        value, number, largest_name = max((abs(row[n]), -number, n) for number, row in enumerate(rows) for n in names)
        results = Results(study)
        largest, kept = results.watch(Largest(study, 0, names)), results.keep(0, -number)
        results.run(Trace(study, chunk_rows=chunk_rows, most_held=0))
        assert largest().value == value
        assert largest().error == kept().errors[largest_name]
