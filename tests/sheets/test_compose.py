"""A workbook whose cells would hold too much is refused before its training runs."""

from __future__ import annotations

import pytest

from sheetgen import UsageError, loads
from sheetgen.sheets.book import Book
from sheetgen.sheets.compose import pages


def test_a_text_longer_than_a_cell_is_refused() -> None:
    weights = [f"w{'n' * 245}{number}" for number in range(70)]
    parameters = "\n".join(f"{weight} = 0.1" for weight in weights)
    loss = " + ".join(f"{weight}*{weight}*a" for weight in weights)
    study = loads(
        f"rates = [0.1]\niterations = 1\n[inputs]\na = 1\n[parameters]\n{parameters}\n"
        f'[forward]\no = "a"\n[loss]\nE = "{loss}"\n'
    )
    with pytest.raises(UsageError, match=r"^the text of lr 0\.1!\w+ has [\d,]+ characters, and a cell holds 32,767; "):
        pages(Book(study, study))
