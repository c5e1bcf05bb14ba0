"""What is wrong beside the gradients: each kind in a made workbook, and silence on the same workbook without it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from books import book_of as book_of_matrices
from formula_books import SHEET, Content, book_of, value_in
from outside import hand_made

from sheetgen import build, load, override
from sheetgen.audit.beside.all import findings_beside
from sheetgen.audit.beside.rates import rates_in
from sheetgen.audit.book import Book, BookCell, Place, Series
from sheetgen.audit.equations import cell_name, equations_of
from sheetgen.audit.finding import Finding, Weight
from sheetgen.audit.graph import Graph
from sheetgen.audit.read import read_book
from sheetgen.audit.structure import structure_of
from sheetgen.engines.base import CellError
from sheetgen.page.cell_names import row_and_column

FIRST, LAST = 5, 24
HEADERS = ("step", "t", "x", "w", "b", "o", "a", "E", "∂E/∂w", "∂E/∂b")


def table() -> dict[str, Content]:
    """Return a right table of one sigmoid unit, its rate in B2."""
    cells: dict[str, Content] = {"A1": "One unit, η = 0.5", "A2": "η", "B2": 0.5}
    cells |= {f"{'ABCDEFGHIJ'[index]}4": header for index, header in enumerate(HEADERS)}
    for row in range(FIRST, LAST + 1):
        cells |= {f"A{row}": float(row - FIRST), f"B{row}": 0.9, f"C{row}": 0.05}
        cells |= {f"D{row}": 0.4, f"E{row}": -0.2} if row == FIRST else {
            f"D{row}": f"=D{row - 1}-$B$2*I{row - 1}", f"E{row}": f"=E{row - 1}-$B$2*J{row - 1}",
        }  # fmt: skip
        cells |= {
            f"F{row}": f"=D{row}*C{row}+E{row}",
            f"G{row}": f"=1/(1+EXP(-F{row}))",
            f"H{row}": f"=0.5*(B{row}-G{row})^2",
            f"I{row}": f"=(G{row}-B{row})*G{row}*(1-G{row})*C{row}",
            f"J{row}": f"=(G{row}-B{row})*G{row}*(1-G{row})",
        }
    return cells


def column(letter: str, formula: Callable[[int], str], first: int = FIRST, last: int = LAST) -> dict[str, Content]:
    """Return the formulas of a column."""
    return {f"{letter}{row}": formula(row) for row in range(first, last + 1)}


def judged(book: Book) -> list[Finding]:
    """Return what is found beside the gradients."""
    equations = equations_of(book)
    return findings_beside(book, equations, structure_of(book, equations), Graph(equations))


def found(changes: Mapping[str, Content], base: Mapping[str, Content] | None = None) -> list[Finding]:
    """Return what is found in the right table with some cells changed."""
    return judged(book_of({**(table() if base is None else base), **changes}))


def calculated(cells: Mapping[str, Content], digits: int = 17) -> Book:
    """Return a workbook with the values of its formulas."""
    book = book_of(cells)
    equations = equations_of(book)
    known: dict[str, float] = {}
    values = {place: value_in(equations, cell_name(place), known) for place, cell in book.cells.items() if cell.formula}
    kept = {p: replace(book.cells[p], value=float(f"{value:.{digits}g}")) for p, value in values.items()}
    return replace(book, cells={**book.cells, **kept})


def at(address: str) -> Place:
    return Place(SHEET, *row_and_column(address))


def test_a_right_table_has_nothing_beside() -> None:
    assert found({}) == []
    assert found(column("K", lambda row: f"=$H${LAST}")) == []  # each row repeats the last
    assert judged(calculated(table())) == []


CHANGES: list[tuple[str, str, str, Mapping[str, Content], str | None]] = [
    ("a number typed over a formula", "typed-number", "G12", {"G12": 0.6}, "1/(1+EXP(-F12))"),
    ("a number typed at the end", "typed-number", f"H{LAST}", {f"H{LAST}": 0.1}, f"0.5*(B{LAST}-G{LAST})^2"),
    ("the row above is taken", "broken-pattern", "I12", {"I12": "=(G12-B12)*G11*(1-G12)*C12"}, None),
    ("one $ too many in one row", "broken-pattern", "F9", {"F9": "=D9*C$5+E9"}, "D9*C9+E9"),
    ("another operator in one row", "broken-pattern", "D9", {"D9": "=D8+$B$2*I8"}, "D8-$B$2*I8"),
    ("another number in one row", "broken-pattern", "H9", {"H9": "=0.05*(B9-G9)^2"}, "0.5*(B9-G9)^2"),
    ("the pattern stops", "broken-pattern", "F21", column("F", lambda row: f"=D{row}*C{row}+E$20", 20), None),
    (
        "an input drifts",
        "drifting-input",
        "C8",
        {f"C{row}": 0.05 + 1e-16 * 70 * (row - 7) for row in range(8, 25)},
        None,
    ),
    ("an input drifts far", "drifting-input", "C6", {f"C{r}": 0.05 + 4e-8 * (r - FIRST) for r in range(6, 25)}, None),
    ("an input is counted on", "drifting-input", "C6", {f"C{r}": 0.05 + r - FIRST for r in range(FIRST, 25)}, None),
    (
        "the rate runs on",
        "reference-should-stay",
        "D7",
        column("D", lambda r: f"=D{r - 1}-B{r - 4}*I{r - 1}", 6),
        "D6-$B$2*I6",
    ),
    (
        "the rate runs over other numbers first",
        "reference-should-stay",
        "D7",
        {"A3": "β", "B3": 0.9, **column("D", lambda r: f"=D{r - 1}-B{r - 4}*I{r - 1}", 6)},
        "D6-$B$2*I6",
    ),
    ("a weight stays", "reference-should-follow", "F6", column("F", lambda r: f"=$D$5*C{r}+E{r}"), "D6*C6+E6"),
    ("the only reference stays", "reference-should-follow", "G6", column("G", lambda r: "=1/(1+EXP(-$F$5))"), None),
    ("a number over the first update", "typed-number", "D6", {"D6": 0.41}, "D5-$B$2*I5"),
    (
        "an input stays that the gradient takes in turn",
        "reference-should-follow",
        "F6",
        {**{f"C{r}": 0.05 * r for r in range(FIRST, LAST + 1)}, **column("F", lambda r: f"=D{r}*C$5+E{r}")},
        "D6*C6+E6",
    ),
    ("the last row alone is other", "broken-pattern", f"H{LAST}", {f"H{LAST}": f"=H{LAST - 1}*0.9"}, None),
    ("the title says another rate", "wrong-rate", "A1", {"A1": "Training with η = 0.8"}, None),
    ("a circle", "circular-reference", "E9", {"E9": "=E8-$B$2*J9"}, None),
]


@pytest.mark.parametrize(("kind", "first", "changes", "right"), [c[1:] for c in CHANGES], ids=[c[0] for c in CHANGES])
def test_what_makes_a_workbook_wrong(kind: str, first: str, changes: Mapping[str, Content], right: str | None) -> None:
    findings = [finding for finding in found(changes) if finding.kind == kind]
    assert [finding.first for finding in findings] == [at(first)]
    assert findings[0].weight == Weight.WRONG
    assert right is None or findings[0].right_formula == right


def test_the_right_value_of_a_typed_number() -> None:
    (finding,) = found({"G12": 0.6})
    equations = equations_of(book_of(table()))
    assert finding.right_value == pytest.approx(value_in(equations, "S!G12"), rel=1e-12)
    assert (finding.label, finding.value) == ("a", 0.6)


def schedule() -> dict[str, Content]:
    """Return the table with a rate of its own in each step, lower from the middle on."""
    rates = {f"K{row}": 0.5 if row < 15 else 0.1 for row in range(FIRST, LAST + 1)}
    updates = column("D", lambda r: f"=D{r - 1}-K{r - 1}*I{r - 1}", 6) | column(
        "E", lambda r: f"=E{r - 1}-K{r - 1}*J{r - 1}", 6
    )
    return {**table(), "K4": "η", "A1": "", "A2": "", "B2": "", **rates, **updates}


def two_in_a_column() -> dict[str, Content]:
    """Return two trainings below each other without a gap: from row 15 on with other weights, and another rate."""
    second = {"D15": 0.1, "E15": 0.3, "C2": 0.25}
    updates = column("D", lambda r: f"=D{r - 1}-$C$2*I{r - 1}", 16) | column(
        "E", lambda r: f"=E{r - 1}-$C$2*J{r - 1}", 16
    )
    return {**table(), "A1": "", **second, **updates}


def batches() -> dict[str, Content]:
    """Return the table with a step for each four rows: in the others the weights stay."""
    cells = table()
    for row in range(FIRST + 1, LAST + 1):
        new = (row - FIRST) % 4 == 0
        for letter, slope in (("D", "I"), ("E", "J")):
            mean = f"-$B$2*AVERAGE({slope}{row - 4}:{slope}{row - 1})" if new else ""
            cells[f"{letter}{row}"] = f"={letter}{row - 1}{mean}"
    return cells


def counted_from_two_numbers() -> dict[str, Content]:
    return {**table(), "A5": 0, "A6": 1} | column("A", lambda r: f"=A{r - 1}+1", 7)


def rate_that_falls() -> dict[str, Content]:
    return schedule() | {"K5": 0.5} | column("K", lambda r: f"=$K$5/(1+0.1*A{r})", 6)


def relative_to_the_first() -> dict[str, Content]:
    return {**table(), "K4": "E in %"} | column("K", lambda r: f"=H{r}/H$5")


def sums_below() -> dict[str, Content]:
    return {**table(), "H25": "=SUM(H5:H24)", "A25": "sum"}


def data() -> dict[str, Content]:
    return table() | {f"C{row}": (0.05, 0.3, 0.8)[row % 3] for row in range(FIRST, LAST + 1)}


def other_spelling() -> dict[str, Content]:
    return {**table(), "H9": "=0.5 * ( B9 - $G9 )^2", "D9": "=D8-B$2*I8"}


def factors_of_a_chain() -> dict[str, Content]:
    """Return the table with rows of products beside it that nobody filled: the last of one takes another cell."""
    first = {f"{letter}30": f"=$H${20 - n}*$E${12 - n}" for n, letter in enumerate("MNOPQ")}
    second = {f"{letter}32": f"=$I${20 - n}*$E${12 - n}" for n, letter in enumerate("MNOPQR")}
    return {**table(), **first, "R30": "=$H$15*$E$17", **second}


RIGHT = (
    schedule, two_in_a_column, batches, rate_that_falls, relative_to_the_first, sums_below, data, other_spelling,
    factors_of_a_chain, counted_from_two_numbers,
)  # fmt: skip


@pytest.mark.parametrize("twin", RIGHT, ids=lambda twin: twin.__name__)
def test_no_false_alarm_on_what_is_odd_and_right(twin: Callable[[], dict[str, Content]]) -> None:
    assert [f for f in found({}, twin()) if f.weight == Weight.WRONG] == []


def test_a_formula_written_otherwise_is_a_notice() -> None:
    (finding,) = found({"H9": "=0.5*(B9-G9)*(B9-G9)"})
    assert (finding.kind, finding.weight) == ("other-formula", Weight.NOTICE)


def test_a_stale_value() -> None:
    book = calculated(table())
    edited = replace(
        book,
        cells={
            **book.cells,
            at("B2"): replace(book.cells[at("B2")], value=0.6),
            at("A1"): replace(book.cells[at("A1")], value=""),
        },
    )
    findings = judged(edited)
    assert {finding.kind for finding in findings} == {"stale-value"}
    assert {area.address for finding in findings for area in finding.areas} == {"D6:E24"} or sum(
        f.cells for f in findings
    ) == 38


@pytest.mark.parametrize("digits", [10, 12, 15])
def test_values_kept_to_few_digits_are_not_stale(digits: int) -> None:
    findings = judged(calculated(table(), digits))
    assert [finding.kind for finding in findings] == (["few-digits"] if digits < 13 else [])
    assert all(finding.weight == Weight.NOTICE for finding in findings)


def test_a_stale_value_among_values_of_few_digits() -> None:
    book = calculated(table(), 10)
    wrong = replace(book.cells[at("G9")], value=book.cells[at("G9")].value * (1 + 1e-7))  # type: ignore[operator]
    kinds = {(f.kind, f.first) for f in judged(replace(book, cells={**book.cells, at("G9"): wrong}))}
    assert ("stale-value", at("G9")) in kinds


def test_errors_and_settings() -> None:
    book = calculated(table())
    cells = {**book.cells, at("G9"): replace(book.cells[at("G9")], value=CellError("#DIV/0!"))}
    (finding,) = [f for f in judged(replace(book, cells=cells)) if f.kind == "error-value"]
    assert (finding.first, finding.weight) == (at("G9"), Weight.WRONG)
    for settings, kind, weight in (
        ({"fullPrecision": "0"}, "precision-as-displayed", Weight.WRONG),
        ({"iterate": "1"}, "iterative-calculation", Weight.NOTICE),
        ({"calcMode": "manual"}, "manual-calculation", Weight.NOTICE),
    ):
        assert [(f.kind, f.weight) for f in judged(replace(book, settings=settings))] == [(kind, weight)]


def test_an_array_that_shows_an_error_because_of_one_of_its_inputs_is_not_where_it_begins() -> None:
    """Some programs give all of an array formula the error of one element."""
    cells: dict[str, Content] = {"A1": 1, "A2": "=1/ZZ1", "C1:C2": "=A1:A2*2"}
    book = book_of_matrices(cells)
    shown = {at(address): CellError("#DIV/0!") for address in ("A2", "C1", "C2")}
    known = {
        place: replace(book.cells.get(place, BookCell(place, None)), value=error) for place, error in shown.items()
    }
    (finding,) = judged(replace(book, cells={**book.cells, **known}))
    assert (finding.kind, [area.address for area in finding.areas]) == ("error-value", ["A2"])


def with_chart(y: str, name: str = "E", cells: Mapping[str, Content] | None = None) -> list[str]:
    series = Series("Loss", SHEET, "", name, "S!$A$5:$A$24", y, 20)
    return [f.kind for f in judged(replace(book_of({**table(), **(cells or {})}), series=(series,)))]


def test_charts() -> None:
    pasted: dict[str, Content] = {f"N{row}": 0.3 / row for row in range(5, 25)}
    assert with_chart("S!$H$5:$H$24") == []
    assert with_chart("S!$H$5:$H$999") == []
    assert with_chart("S!$H$5:$H$20") == ["chart-leaves-out-points"]
    assert with_chart("S!$N$5:$N$24", cells=pasted) == ["chart-of-pasted-numbers"]
    assert with_chart("S!$C$5:$C$24") == []  # what formulas take is data
    assert with_chart("S!$H$5:$H$24", "η = 0.5") == []
    assert with_chart("S!$H$5:$H$24", "η = 0.05") == ["chart-labels-wrong-rate"]


def test_one_rate_typed_in_two_places() -> None:
    second = {"A3": "η", "B3": 0.5, **column("E", lambda r: f"=E{r - 1}-$B$3*J{r - 1}", 6)}
    (finding,) = found(second)
    assert (finding.kind, finding.first, finding.weight) == ("typed-twice", at("B2"), Weight.NOTICE)
    assert found({**second, "A3": "η of b", "B3": 0.4, "A1": ""}) == []


MATRICES: Mapping[str, Content] = {
    "A1": "x", "A2": 0.3, "A3": -0.7, "C1": "W", "C2": 0.5, "D2": 0.4, "C3": -0.2, "D3": 0.9, "F1": "η", "F2": 0.1,
    "H1": "z", "H2:H3": "=MMULT(C2:D3,A2:A3)", "J1": "E", "J2": "=SUMSQ(H2:H3)/2", "A5": "dW",
    "A6:B7": "=MMULT(H2:H3,TRANSPOSE(A2:A3))", "D5": "W new", "D6:E7": "=C2:D3-F2*A6:B7",
}  # fmt: skip
AGAIN: Mapping[str, Content] = {"G10": "W", "G11": 0.5, "H11": 0.4, "G12": -0.2, "H12": 0.9}


def arrays(changes: Mapping[str, Content]) -> list[Finding]:
    return judged(book_of_matrices({**MATRICES, **changes}))


def test_a_matrix_that_is_typed_in_two_places() -> None:
    (finding,) = arrays({**AGAIN, "D6:E7": "=G11:H12-F2*A6:B7"})
    assert (finding.kind, finding.first, finding.weight) == ("typed-twice", at("C2"), Weight.NOTICE)
    assert [area.address for area in finding.areas] == ["C2:D3", "G11:H12"]
    assert arrays({}) == arrays(AGAIN) == []  # the second time nothing takes it
    assert arrays({**AGAIN, "H11": 0.41, "D6:E7": "=G11:H12-F2*A6:B7"}) == []


def test_a_rate_beside_matrices_that_is_typed_in_two_places() -> None:
    other = {"L1": "b", "L2": 0.2, "L3": 0.6, "H2:H3": "=MMULT(C2:D3,A2:A3)+L2:L3", "N1": "db", "N2:N3": "=H2:H3"}
    again = {"L5": "η", "L6": 0.1, "N5": "b new", "N6:N7": "=L2:L3-L6*N2:N3"}
    (finding,) = arrays({**other, **again})
    assert (finding.kind, [area.address for area in finding.areas]) == ("typed-twice", ["F2", "L6"])


def test_a_weight_that_is_typed_again_for_one_formula() -> None:
    """The second is neither updated nor derived by: what it is called, and its number, tell that it is the first."""
    cells: dict[str, Content] = {
        "A1": "x", "A2": 0.3, "B1": "w", "B2": 0.5, "C1": "E", "C2": "=0.5*(A2*B2-1)^2", "D1": "∂E/∂w",
        "D2": "=(A2*A5-1)*A2", "E1": "η", "E2": 0.1, "A4": "w", "A5": 0.5, "C4": "w new", "C5": "=B2-E2*D2",
    }  # fmt: skip
    (finding,) = judged(book_of(cells))
    assert (finding.kind, [area.address for area in finding.areas]) == ("typed-twice", ["A5", "B2"])
    assert judged(book_of({**cells, "A4": "v"})) == []


def below(content: Content) -> Content:
    """Return an address, or a formula, 20 rows further down."""
    moved = lambda match: f"{match[1]}{int(match[2]) + 20}"  # noqa: E731
    return re.sub(r"([A-Z])([0-9]+)", moved, content) if isinstance(content, str) else content


def test_two_networks_side_by_side_are_no_network_typed_twice() -> None:
    assert arrays({str(below(cell)): below(content) for cell, content in MATRICES.items()}) == []


@pytest.mark.parametrize(
    ("text", "rates"),
    [("η = 0.5", [0.5]), ("lr 0.2", [0.2]), ("Learning rate (η): 1e-3", [0.001]), ("learning_rate=2", [2.0]),
     ("eta=0,1", [0.1]), ("beta = 0.9", []), ("η = 0.1, η = 0.5", [0.1, 0.5]), ("η·g", []), ("w1 = 0.4", [])],
)  # fmt: skip
def test_rates_in_texts(text: str, rates: list[float]) -> None:
    assert rates_in(text) == rates


def test_a_link_to_the_table_of_another_rate_states_no_rate_of_its_own() -> None:
    book = book_of({**table(), "C1": "lr 0.05 ▸"})
    assert [finding.kind for finding in judged(book)] == ["wrong-rate"]
    assert judged(replace(book, sheets=(SHEET, "lr 0.05"))) == []


def test_our_own_tables_of_several_rates(tmp_path: Path) -> None:
    path = tmp_path / "rates.xlsx"
    build(override(load("diverging"), iterations=6), path)
    assert judged(read_book(path)) == []


def peer(name: str) -> list[tuple[str, str, str]]:
    return [(f.weight.value, f.kind, f.first.address) for f in judged(read_book(hand_made(name)))]


def test_the_workbooks_of_others() -> None:
    assert peer("handmade-right-2-2-2.xlsx") == [("notice", "chart-of-pasted-numbers", "F213")]
    assert peer("handmade-wrong-gradients.xlsx") == [
        ("wrong", "drifting-input", "D14"),
        ("notice", "few-digits", "J3"),
        ("notice", "chart-of-pasted-numbers", "A2"),
    ]
    assert peer("handmade-matrix-transformer.xlsx") == [("notice", "typed-twice", "Q54")]  # its learning rate


def test_our_own_workbooks_have_nothing_beside(tmp_path: Path) -> None:
    path = tmp_path / "small.xlsx"
    build(override(load("mazur"), iterations=8, rates=[0.5]), path)
    assert judged(read_book(path)) == []
