"""What of a sheet is out of sight, and views that show it as another."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from sheetgen.xlsx.cells import MAIN
from sheetgen.xlsx.shown_view import hidden_columns, is_low, odd_views


def sheet(content: str) -> ElementTree.Element:
    return ElementTree.fromstring(f'<worksheet xmlns="{MAIN.strip("{}")}">{content}</worksheet>')


def test_every_column_of_a_run_that_is_hidden() -> None:
    columns = (
        '<col min="1" max="2" width="9"/><col min="3" max="5" width="9" hidden="1"/><col min="7" max="7" width="0.3"/>'
        '<col min="8" max="9"/>'
    )
    assert [list(run) for run in hidden_columns(sheet(f"<cols>{columns}</cols>"))] == [[3, 4, 5], [7]]


@pytest.mark.parametrize(
    ("height", "low"), [(None, False), ("15", False), ("0", True), ("0.0", True), ("2.5", True), ("", False)]
)
def test_rows_that_show_nothing(height: str | None, low: bool) -> None:
    assert is_low(height) == low


FROZEN = '<pane xSplit="1" ySplit="4" topLeftCell="B90" activePane="bottomRight" state="frozen"/>'


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ('<sheetFormatPr defaultRowHeight="15" baseColWidth="8"/>', []),
        ('<sheetFormatPr defaultRowHeight="1"/>', ["rows or columns that are hidden unless told"]),
        ('<sheetViews><sheetView zoomScale="100" topLeftCell="A90"/></sheetViews>', []),
        ('<sheetViews><sheetView zoomScale="10"/></sheetViews>', ["a view too small to be read"]),
        (f"<sheetViews><sheetView>{FROZEN}</sheetView></sheetViews>", []),
        (f'<sheetViews><sheetView topLeftCell="A1">{FROZEN}</sheetView></sheetViews>', []),
        (
            f'<sheetViews><sheetView topLeftCell="A9">{FROZEN}</sheetView></sheetViews>',
            ["rows or columns out of reach before those that are frozen"],
        ),
        (
            f'<sheetViews><sheetView topLeftCell="C1">{FROZEN}</sheetView></sheetViews>',
            ["rows or columns out of reach before those that are frozen"],
        ),
    ],
)
def test_views(content: str, said: list[str]) -> None:
    assert list(odd_views(sheet(content))) == said
