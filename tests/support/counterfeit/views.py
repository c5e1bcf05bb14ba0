"""Rows and columns out of sight, and views that show a sheet as another."""

from __future__ import annotations

import random

from counterfeit.beside import view
from counterfeit.rows import Kind
from counterfeit.sheet_xml import insert
from counterfeit.workbook import WORKBOOK, Workbook
from sheetgen.sheet_names import CHECKS, ERROR, START


def _part(book: Workbook, rng: random.Random, sheet: str | None) -> str:
    return book.sheet(sheet) if sheet else rng.choice(book.training)


def row_of_height(height: str, sheet: str | None = None) -> Kind:
    """Give the row of a flag, or one of a training sheet, hardly any height."""

    def kind(book: Workbook, rng: random.Random) -> None:
        row = "3" if sheet else "6"
        part = _part(book, rng, sheet)
        book.change(
            part, rf'<row r="{row}"(?: ht="[^"]*" customHeight="1")?', f'<row r="{row}" ht="{height}" customHeight="1"'
        )

    return kind


def narrow(width: str, sheet: str | None = None) -> Kind:
    """Make a column of numbers too narrow for anything."""

    def kind(book: Workbook, rng: random.Random) -> None:
        book.change(_part(book, rng, sheet), '(<col [^>]*?width=")[^"]*', rf"\g<1>{width}")

    return kind


def behind_frozen(book: Workbook, rng: random.Random) -> None:
    """Freeze a training sheet where it was scrolled down: the rows above cannot be reached."""
    book.change(rng.choice(book.training), "<sheetView ", '<sheetView topLeftCell="A4" ')


def frozen_far(book: Workbook, rng: random.Random) -> None:
    """Freeze so many rows of a sheet that a screen shows no others."""
    book.change(rng.choice(book.training), '(<pane [^>]*?ySplit=")[^"]*', r"\g<1>400")


def link_with_a_text(book: Workbook, rng: random.Random) -> None:
    """Let a link of ours say something while the mouse is over it."""
    book.change(book.sheet(START), "<hyperlink ", '<hyperlink tooltip="E_total is 0.000035085" ')


def sheet_format(attributes: str) -> Kind:
    """Say otherwise how high and wide rows and columns of a training sheet are unless told."""

    def kind(book: Workbook, rng: random.Random) -> None:
        plain = f"<sheetFormatPr {attributes}/>"
        book.change(rng.choice(book.training), "<sheetFormatPr[^>]*>", plain)

    return kind


def grouped_away(book: Workbook, rng: random.Random) -> None:
    """Fold rows of a training sheet away as a group."""
    book.change(rng.choice(book.training), '<row r="6"', '<row r="6" outlineLevel="1" hidden="true"')


def filtered(book: Workbook, rng: random.Random) -> None:
    """Filter rows of a training sheet, of which one is left out."""
    part = rng.choice(book.training)
    chosen = '<filterColumn colId="0"><filters><filter val="0"/></filters></filterColumn>'
    insert(book, part, "autoFilter", f'<autoFilter ref="A4:B7">{chosen}</autoFilter>')
    book.change(part, '<row r="6"', '<row r="6" hidden="1"')


def printed(change: str, sheet: str) -> Kind:
    """Print another part of a sheet."""

    def kind(book: Workbook, rng: random.Random) -> None:
        book.change(WORKBOOK, rf"(Print_Area\"[^>]*>'{sheet}'!)[^<]*", rf"\g<1>{change}")

    return kind


KINDS: dict[str, Kind] = {
    "a print that leaves out the last lines": printed("$A$1:$O$14", CHECKS),
    "a print that leaves out the first lines": printed("$A$5:$Z$99", CHECKS),
    "a print that leaves out the charts": printed("$A$1:$C$12", ERROR),
    "a row of no height": row_of_height("0.0"),
    "a row of hardly any height": row_of_height("0.75"),
    "the flag's row of hardly any height": row_of_height("1", CHECKS),
    "a column of no width": narrow("0.0"),
    "a column of hardly any width": narrow("0.4"),
    "a column of Checks of hardly any width": narrow("0.5", CHECKS),
    "rows low unless told": sheet_format('defaultRowHeight="0.5" customHeight="1"'),
    "columns narrow unless told": sheet_format('defaultColWidth="0.2" defaultRowHeight="15"'),
    "rows folded away": grouped_away,
    "rows filtered": filtered,
    "rows out of reach before frozen ones": behind_frozen,
    "rows frozen without room for others": frozen_far,
    "columns from the right": view('rightToLeft="1"'),
    "a view of the smallest zoom": lambda book, rng: book.change(
        rng.choice(book.training), 'zoomScale="[0-9]+"', 'zoomScale="10"'
    ),
    "a window that is hidden": lambda book, rng: book.change(
        WORKBOOK, '<workbookView (?:visibility="visible" )?', '<workbookView visibility="hidden" '
    ),
    "a text beside a link of ours": link_with_a_text,
}
"""What takes our cells out of sight: told."""
