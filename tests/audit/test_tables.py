"""Tables with a row a step, wherever they stand and however their columns are ordered and spelled."""

from __future__ import annotations

from dataclasses import replace

import pytest
from books import Content, book_of, place
from structures import said, structure, table, updated

from sheetgen.audit.book import Area
from sheetgen.audit.equations import equations_of
from sheetgen.audit.structure import structure_of

HEADS: list[Content] = ["epoch", "x", "t", "w", "v", "h", "σ(h)", "o", "E", "∂E/∂o", "∂E/∂v", "∂E/∂w"]
"""A chain of two weights with a sigmoid between them."""


def line(row: int, rate: str = "$B$1") -> list[Content]:
    """Return a step of the table; the first starts from typed weights."""
    above = row - 1
    weights: list[Content] = [f"=D{above}-{rate}*L{above}", f"=E{above}-{rate}*K{above}"] if row > 4 else [0.3, -0.7]
    forward: list[Content] = [f"=D{row}*B{row}", f"=1/(1+EXP(-F{row}))", f"=E{row}*G{row}", f"=0.5*(C{row}-H{row})^2"]
    backward: list[Content] = [f"=H{row}-C{row}", f"=J{row}*G{row}", f"=J{row}*E{row}*G{row}*(1-G{row})*B{row}"]
    return [float(row - 4), 0.5, 0.1, *weights, *forward, *backward]


STEPS = {"A1": "Learning rate", "B1": 0.5, **table(3, [HEADS, line(4), line(5), line(6)])}


def test_a_row_a_step() -> None:
    found = structure(STEPS)
    assert {cell: text for cell, text in said(found).items() if cell.endswith("5")} == {
        "J5": "I5 by H5",
        "K5": "I5 by E5",
        "L5": "I5 by D5",
    }
    assert len(found.claims) == 9
    assert updated(found) == {
        "D5": "D4 − B1·L4",
        "D6": "D5 − B1·L5",
        "E5": "E4 − B1·K4",
        "E6": "E5 − B1·K5",
    }
    assert {place.address for place in found.parameters} == {"D4", "D5", "D6", "E4", "E5", "E6"}
    assert [(entry.label_row, entry.first, entry.last) for entry in found.tables] == [(3, 4, 6)]
    assert found.tables[0].area(12) == Area("S", 4, 12, 6, 12)
    assert "a table of 3 rows on S, rows 4–6, with the parameters w, v and 3 columns of derivatives" in found.seen


def test_columns_stand_in_any_order() -> None:
    """The gradients first, the loss last but one: each column moves with its label."""
    order = "LKJIHGFEDCBA"
    moved = {old: "ABCDEFGHIJKL"[at] for at, old in enumerate(order)}

    def elsewhere(content: Content) -> Content:
        if not isinstance(content, str) or not content.startswith("="):
            return content
        letters = [
            moved[c] if c in moved and n[:1].isdigit() else c for c, n in zip(content, content[1:] + " ", strict=True)
        ]
        return "".join(letters)

    cells: dict[str, Content] = {"N1": "η", "O1": 0.5}
    for address, content in STEPS.items():
        if address[1] in "3456":
            cells[moved[address[0]] + address[1:]] = (
                elsewhere(content).replace("$B$1", "$O$1") if isinstance(content, str) else content
            )
    assert said(structure(cells))["A5"] == "D5 by I5"


def test_two_tables_side_by_side_and_one_below() -> None:
    """Each has its own loss and weights."""
    heads: list[Content] = ["x", "t", "w", "E", "dE/dw"]

    def step(row: int, left: int) -> list[Content]:
        x, t, w, _, g = (chr(ord("A") + left + at) for at in range(5))
        weight: Content = f"={w}{row - 1}-0.1*{g}{row - 1}" if row % 10 == 4 else 0.5
        return [1.0, 2.0, weight, f"=({w}{row}*{x}{row}-{t}{row})^2", f"=2*({w}{row}*{x}{row}-{t}{row})*{x}{row}"]

    cells = {
        **table(2, [heads, step(3, 0), step(4, 0)]),
        **table(2, [heads, step(3, 6), step(4, 6)], left="G"),
        **table(12, [heads, step(13, 0), step(14, 0)]),
    }
    found = structure(cells)
    assert said(found) == {
        "E3": "D3 by C3", "E4": "D4 by C4", "K3": "J3 by I3", "K4": "J4 by I4",
        "E13": "D13 by C13", "E14": "D14 by C14",
    }  # fmt: skip
    assert len(found.tables) == 3


def test_the_update_says_which_gradient_it_uses_and_the_label_which_it_is() -> None:
    swapped = STEPS | {"D5": "=D4-$B$1*K4"}
    found = structure(swapped)
    assert updated(found)["D5"] == "D4 − B1·K4"
    assert said(found)["K4"] == "I4 by E4"


@pytest.mark.parametrize("rate", ["$B$1", "M4"])
def test_the_rate_stands_in_a_cell_or_in_a_column(rate: str) -> None:
    cells = {**STEPS, "M3": "lr", "M4": 0.5, "D5": f"=D4-{rate}*L4"}
    assert updated(structure(cells))["D5"] == f"D4 − {rate.replace('$', '')}·L4"


def test_headers_may_carry_whole_equations() -> None:
    spelled: list[Content] = ["h = w*x", "out_h = σ(h)", "o = v*out_h", "E = 1/2*(t - o)^2", "∂E/∂o = o - t"]
    spelled += ["∂E/∂v = (o - t)*out_h", "∂E/∂w = (o - t)*v*(out_h(1 - out_h))*x"]
    assert said(structure(STEPS | table(3, [spelled], left="F"))) == said(structure(STEPS))


def test_the_parts_of_a_loss_are_added_where_no_column_has_their_sum() -> None:
    heads: list[Content] = ["x", "w1", "w2", "E1", "E2", "∂E/∂w1", "∂E1/∂w1"]
    row: list[Content] = [2.0, 0.5, 0.3, "=(A3*B3)^2", "=(A3*C3-B3)^2", "=1", "=1"]
    found = structure(
        table(2, [heads, row, [cell.replace("3", "4") if isinstance(cell, str) else cell for cell in row]])
    )
    assert said(found)["F3"] == "D3+E3 by B3"
    assert said(found)["G3"] == "D3 by B3"


def test_an_optimiser_remembers_between_gradient_and_update() -> None:
    heads: list[Content] = ["x", "w", "E", "dE/dw", "momentum"]
    first: list[Content] = [2.0, 0.5, "=(A3*B3)^2", "=2*A3*B3*A3", "=D3"]
    second: list[Content] = [2.0, "=B3-0.1*E3", "=(A4*B4)^2", "=2*A4*B4*A4", "=0.9*E3+D4"]
    assert updated(structure(table(2, [heads, first, second]))) == {"B4": "B3 − ?·D3"}


def test_a_column_a_step() -> None:
    """The same table with rows and columns exchanged."""
    labels = ["x", "w", "E", "dE/dw"]
    cells: dict[str, Content] = {f"A{row}": label for row, label in enumerate(labels, start=2)}
    for before, letter in zip("ABC", "BCD", strict=True):
        weight: Content = 0.5 if letter == "B" else f"={before}3-0.1*{before}5"
        cells |= {f"{letter}2": 2.0, f"{letter}3": weight, f"{letter}4": f"=({letter}2*{letter}3)^2"}
        cells[f"{letter}5"] = f"=2*{letter}2*{letter}3*{letter}2"
    assert said(structure(cells)) == {"B5": "B4 by B3", "C5": "C4 by C3", "D5": "D4 by D3"}


def test_a_row_a_sample_and_sums_below() -> None:
    """Weights that are typed once, derivatives of each sample's loss, and their sum in the last row."""
    heads: list[Content] = ["x", "t", "w", "E", "dE/dw"]
    samples: list[list[Content]] = [
        [1.0, 2.0, 0.5, "=(A3*C3-B3)^2", "=2*(A3*C3-B3)*A3"],
        [3.0, 1.0, "=C3", "=(A4*C4-B4)^2", "=2*(A4*C4-B4)*A4"],
    ]
    total: list[Content] = [None, None, None, "=SUM(D3:D4)", "=SUM(E3:E4)"]
    found = said(structure(table(2, [heads, *samples, total])))
    assert (found["E3"], found["E4"]) == ("D3 by C3", "D4 by C4")
    assert found["E5"] == "D5 by C3+C4"


def test_what_is_not_sure_is_said_and_not_claimed() -> None:
    """A derivative by a quantity that the table does not have."""
    found = structure(STEPS | {"M3": "∂E/∂b", "M4": "=J4", "M5": "=J5"})
    assert "M4" not in said(found)
    assert any("∂E/∂b" in sentence for sentence in found.seen)


def test_numbers_that_are_no_network_give_no_claim() -> None:
    prices = table(1, [["date", "cost", "dx"], [1.0, 2.0, "=B2*2"], [2.0, 3.0, "=B3*2"]])
    found = structure(prices)
    assert not found.claims
    assert any("found no gradient" in sentence for sentence in found.seen)


@pytest.mark.parametrize("size", [1.0, 1e17])
def test_a_mean_over_an_epoch_takes_its_rows_however_large_it_has_become(size: float) -> None:
    """Two samples an epoch. Beside a mean of 1e17, as where training diverges, 1 more changes nothing."""
    heads: list[Content] = ["sample", "x", "t", "w", "E", "∂E/∂w", "mean E", "mean ∂E/∂w"]
    lines: list[list[Content]] = [heads]
    for row in range(2, 6):
        weight: Content = f"=IF(A{row}=1,D{row - 1}-0.1*H{row - 1},D{row - 1})" if row > 2 else 0.3
        before = [f"IF(A{row}=1,0,{column}{row - 1})+" if row > 2 else "" for column in "GH"]
        sums: list[Content] = [f"={old}{column}{row}/2" for old, column in zip(before, "EF", strict=True)]
        error = f"=(C{row}-D{row}*B{row})^2"
        lines.append([float(row % 2 + 1), 0.5, 0.1, weight, error, f"=2*(D{row}*B{row}-C{row})*B{row}", *sums])
    made = book_of(table(1, lines))
    large = {place(f"H{row}"): replace(made.cells[place(f"H{row}")], value=size) for row in range(2, 6)}
    book = replace(made, cells={**made.cells, **large})
    found = said(structure_of(book, equations_of(book)))
    assert {cell: text for cell, text in found.items() if cell.startswith("H")} == {
        "H2": "G2 by D2",
        "H3": "G3 by D2+D3",
        "H4": "G4 by D4",
        "H5": "G5 by D4+D5",
    }
