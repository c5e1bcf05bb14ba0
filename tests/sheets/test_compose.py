"""A workbook before its training runs: cells that would hold too much are refused, and no merged cells cover others."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from gallery import TEMPLATES, small_study
from openpyxl.utils import range_boundaries

from sheetgen import UsageError, load, loads
from sheetgen.network.study import Study
from sheetgen.sheets.book import Book
from sheetgen.sheets.compose import pages
from sheetgen.sheets.room import require_room


def test_a_text_longer_than_a_cell_is_refused() -> None:
    weights = [f"w{'n' * 245}{number}" for number in range(70)]
    parameters = "\n".join(f"{weight} = 0.1" for weight in weights)
    loss = " + ".join(f"{weight}*{weight}*a" for weight in weights)
    study = loads(
        f"rates = [0.1]\niterations = 1\n[inputs]\na = 1\n[parameters]\n{parameters}\n"
        f'[forward]\no = "a"\n[loss]\nE = "{loss}"\n'
    )
    with pytest.raises(UsageError, match=r"^the text of lr 0\.1!\w+ has [\d,]+ characters, and a cell holds 32,767; "):
        require_room(pages(Book(study, study))[0])


@pytest.mark.parametrize("template", TEMPLATES)
@pytest.mark.parametrize("loaded", [load, small_study], ids=["whole", "small"])
def test_merged_cells_cover_no_others(template: str, loaded: Callable[[str], Study]) -> None:
    """A program that saves a workbook forgets what it does not show."""
    study = loaded(template)
    for page in pages(Book(study, study))[0]:
        covered: set[tuple[int, int]] = set()
        for merge in page.merges:
            left, top, right, bottom = range_boundaries(merge)
            cells = {(row, column) for row in range(top, bottom + 1) for column in range(left, right + 1)}
            assert len(cells) > 1, (page.name, merge)
            assert not cells & covered, (page.name, merge)
            covered |= cells
            hidden = [cell for cell in cells - {(top, left)} if cell in page.cells and page.cells[cell].content]
            assert not hidden, (page.name, merge)
