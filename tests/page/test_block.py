"""Tables on a sheet: every reference is found by its label, and what is put stands where the references point."""

from __future__ import annotations

import pytest

from sheetgen.page import style
from sheetgen.page.block import Block, Listing
from sheetgen.page.page import Page

BLOCK = Block.below(8, ("name", "first", "second"), rows=3, column=26)


def test_the_references_of_a_block() -> None:
    assert (BLOCK.first, BLOCK.last, list(BLOCK.rows), BLOCK.end) == (9, 11, [9, 10, 11], 28)
    assert BLOCK.letters == {"name": "Z", "first": "AA", "second": "AB"}
    assert BLOCK.index("first") == 27
    assert BLOCK.cell("first", 10) == "AA10"
    assert BLOCK.absolute("first", 10) == "$AA$10"
    assert BLOCK.column("first") == "$AA$9:$AA$11"
    assert BLOCK.column("first", last=10) == "$AA$9:$AA$10"
    assert BLOCK.cells("first") == "AA9:AA11"
    assert BLOCK.cells("first", first=10) == "AA10:AA11"
    assert BLOCK.cells("first", 10, 10) == "AA10:AA10"
    assert BLOCK.across("name", "second", 10) == "Z10:AB10"
    assert BLOCK.area("first", "second") == "AA9:AB11"


def test_an_unknown_label_is_refused() -> None:
    with pytest.raises(KeyError, match="third"):
        BLOCK.cell("third", 9)


def test_what_a_block_puts() -> None:
    page = Page("sheet")
    BLOCK.header(page)
    BLOCK.header(page, style.NOTE, row=1)
    BLOCK.line(page, 10, ("w1", 1.0, None), (style.NAME, style.CALC, style.PLAIN))
    contents = {(row, column): cell.content for (row, column), cell in page.cells.items()}
    assert contents == {
        (8, 26): "name", (8, 27): "first", (8, 28): "second", (1, 26): "name", (1, 27): "first", (1, 28): "second",
        (10, 26): "w1", (10, 27): 1.0, (10, 28): None,
    }  # fmt: skip
    assert (page.cells[8, 26].style, page.cells[1, 26].style, page.cells[10, 27].style) == (
        style.LABEL,
        style.NOTE,
        style.CALC,
    )


@pytest.mark.parametrize("contents", [("w1",), ("w1", 1.0, 2.0, 3.0)])
def test_a_line_of_another_width_is_refused(contents: tuple[float | str, ...]) -> None:
    with pytest.raises(ValueError, match="zip"):
        BLOCK.line(Page("sheet"), 9, contents, (style.PLAIN,) * 3)


def test_a_listing() -> None:
    listing = Listing.at(4, ("number", "row"), column=10)
    assert (listing.labels, listing.numbers, listing.rows) == ("J", "K", {"number": 4, "row": 5})
    assert (listing.label_cell("row"), listing.cell("row"), listing.absolute("row")) == ("J5", "K5", "$K$5")
    page = Page("sheet")
    listing.put(page, "row", 7.0, style.CALC)
    assert {place: (cell.content, cell.style) for place, cell in page.cells.items()} == {
        (5, 10): ("row", style.NAME),
        (5, 11): (7.0, style.CALC),
    }
