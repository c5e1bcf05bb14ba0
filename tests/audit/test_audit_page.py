"""What docs/audit.md says of the trials by seeded faults, held against them."""

from __future__ import annotations

import re

from audited import galleries
from audited.drawing import FAULTS
from audited.matrices import MATRICES
from audited.networks_of_all import NAMES
from audited.tables import TABLES
from outside import ROOT

DOCUMENT = (ROOT / "docs" / "audit.md").read_text("utf-8")
PAGE = " ".join(DOCUMENT.split())
_ROW = re.compile(r"^\| ([^|]+) \| (\d+) \|" + 3 * r" (\d+) \((\d+) %\) \|" + "$", re.MULTILINE)


def rows() -> dict[str, list[int]]:
    """Return the rows of the table of faults by kind: drawn, then found and percent of each column."""
    return {row[0]: [int(number) for number in row[1:]] for row in _ROW.findall(DOCUMENT)}


def test_the_page_counts_kinds_and_workbooks_as_they_are() -> None:
    assert f"from {len(FAULTS)} kinds and made in {len(NAMES)} workbooks" in PAGE
    assert f"{len(galleries.TYPED)} of the gallery typed anew" in PAGE
    assert f"{len(TABLES)} tables and lists made by hand; {len(MATRICES)} in matrix layout" in PAGE
    assert f"None of the {len(NAMES)} workbooks without a fault" in PAGE


def test_the_table_has_a_row_a_kind_and_adds_up() -> None:
    found = rows()
    whole = found.pop("all")
    assert list(found) == list(FAULTS)
    for place in (0, 1, 3, 5):
        assert whole[place] == sum(row[place] for row in found.values())
    assert f"--faults {whole[0]} " in PAGE
    assert f"n = {whole[0]}" in PAGE


def test_the_percentages_are_those_of_the_counts() -> None:
    for kind, (drawn, *found) in rows().items():
        for count, percent in zip(found[::2], found[1::2], strict=True):
            assert percent == round(100 * count / drawn), kind
