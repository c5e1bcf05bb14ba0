"""What is found in whole workbooks of others, and what a person may tell."""

from __future__ import annotations

import pytest
from books import Content, book_of
from outside import hand_made
from structures import said, structure, table

from sheetgen.audit.book import Area
from sheetgen.audit.claims import Structure
from sheetgen.audit.equations import equations_of
from sheetgen.audit.read import read_book
from sheetgen.audit.structure import structure_of
from sheetgen.audit.told import Told, area_told, pair_told
from sheetgen.errors import UsageError

NETWORKS = {
    "handmade-right-2-2-2.xlsx": ("Sheet1", 107, 206),
    "handmade-wrong-gradients.xlsx": ("Backpropagation Table", 3, 160),
}
TRANSFORMER = "handmade-matrix-transformer.xlsx"


def found_in(name: str) -> Structure:
    book = read_book(hand_made(name))
    return structure_of(book, equations_of(book))


@pytest.mark.parametrize("name", NETWORKS)
def test_a_network_made_by_hand(name: str) -> None:
    """Eight weights, their gradients in every row, and the update of each row from the one above."""
    found = found_in(name)
    sheet, first, last = NETWORKS[name]
    count = last - first + 1
    assert [(entry.sheet, entry.first, entry.last) for entry in found.tables] == [(sheet, first, last)]
    assert len(found.claims) == len(found.parameters) == 8 * count
    assert all(claim.cell.row == claim.of.row == claim.by.row for claim in found.claims)
    labels = found.tables[0].labels
    for claim in found.claims:
        weight = labels[claim.by.column]
        assert f"∂{weight}" in claim.label
        assert labels[claim.of.column].startswith(("E_Total", "E = "))
    assert len(found.updates) == 8 * (count - 1)
    gradients = {claim.cell: claim.by for claim in found.claims}
    assert all(update.gradient and gradients[update.gradient] == update.old for update in found.updates)
    assert all(update.rate is not None for update in found.updates)


def test_a_transformer_made_by_hand() -> None:
    """At least 874 parameters in matrices, repeated for two examples; sums over all copies on a third sheet."""
    found = found_in(TRANSFORMER)
    assert {(place.sheet, place.address) for place in found.losses} == {
        (f"TRANSFORMER EX{example}", cell) for example in (1, 2) for cell in ("PP1047", "QJ1047")
    }
    on_updates = [claim for claim in found.claims if claim.cell.sheet == "PARAMETER UPDATES"]
    assert len(on_updates) >= 874
    assert all(len(claim.summed) >= 4 for claim in on_updates)
    assert len(found.claims) > 12_000
    logits = next(c for c in found.claims if c.cell.address == "PN1065" and c.cell.sheet == "TRANSFORMER EX1")
    assert (logits.label, logits.by.address, logits.of.address) == ("dy", "PL1065", "PP1047")


LINE: list[list[Content]] = [["x", "w", "E", "dE/dw"], [2.0, 0.5, "=(A2*B2)^2", "=2*A2*B2*A2"]]


def test_a_person_tells_the_loss_of_a_table() -> None:
    cells = table(1, [[*LINE[0], "error"], [*LINE[1], "=A2-B2"]])
    assert said(structure(cells, Told(loss="C2"))) == {"D2": "C2 by B2"}


@pytest.mark.parametrize(
    ("told", "words"),
    [
        (Told(sheet="Sheet9"), "no such sheet"),
        (Told(loss="everything"), "not a cell"),
        (Told(loss="Sheet9!A1"), "no sheet 'Sheet9'"),
        (Told(pairs=("W",)), "two labels"),
        (Told(pairs=("A1:B2:C1:C2",)), "two shapes"),
        (Told(pairs=("nothing:dw",)), "nothing is labelled 'nothing'"),
    ],
)
def test_what_is_told_wrongly_is_said_in_one_line(told: Told, words: str) -> None:
    book = book_of(table(1, LINE))
    with pytest.raises(UsageError, match=words) as caught:
        structure_of(book, equations_of(book), told)
    assert "\n" not in str(caught.value)


def test_areas_are_told_with_and_without_a_sheet() -> None:
    book = book_of({"A1": 1.0}, sheet="My sheet")
    assert area_told("'My sheet'!$B$2:C3", book) == Area("My sheet", 2, 2, 3, 3)
    assert area_told("b2", book) == Area("My sheet", 2, 2, 2, 2)
    assert area_told("W1", book, "My sheet") == Area("My sheet", 1, 23, 1, 23)
    one, other = pair_told("'My sheet'!B2:C3:'My sheet'!F2:G3", book)
    assert (one, other) == (Area("My sheet", 2, 2, 3, 3), Area("My sheet", 2, 6, 3, 7))
    assert pair_told("W:dW", book) == ("W", "dW")


def test_each_pair_of_a_text() -> None:
    assert Told(pairs=("W:dW, b:db", "B2:F2")).each_pair == ["W:dW", "b:db", "B2:F2"]
