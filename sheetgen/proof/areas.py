"""Areas of cells that a formula refers to, read from its text."""

from __future__ import annotations

import re
from dataclasses import dataclass

from openpyxl.utils.cell import column_index_from_string

from sheetgen.limits import MAX_COLUMNS, MAX_ROWS

_REFERENCE = re.compile(
    r"(?:(?P<sheet>'(?:[^'\[\]]|'')+'|[^'!\[\]:]+)!)?"
    r"\$?(?P<left>[A-Za-z]{0,3})\$?(?P<top>\d{0,7})(?::\$?(?P<right>[A-Za-z]{0,3})\$?(?P<bottom>\d{0,7}))?"
)


@dataclass(frozen=True, slots=True)
class Area:
    """Cells of a sheet, from the first to the last row and column."""

    sheet: str
    top: int
    left: int
    bottom: int
    right: int

    def meets(self, other: Area) -> bool:
        """Whether two areas have a cell in common; sheets are named alike whatever their capitals."""
        return (
            self.sheet.casefold() == other.sheet.casefold()
            and self.top <= other.bottom
            and other.top <= self.bottom
            and self.left <= other.right
            and other.left <= self.right
        )


def area_of(reference: str, sheet: str) -> Area | None:
    """Return the area of a reference in a formula of a sheet; None for a name, a table, several sheets or books."""
    match = _REFERENCE.fullmatch(reference)
    if match is None or not (match["left"] or match["top"]):
        return None
    if match["right"] is None and not (match["left"] and match["top"]):
        return None
    left, right = match["left"], match["left"] if match["right"] is None else match["right"]
    top, bottom = match["top"], match["top"] if match["bottom"] is None else match["bottom"]
    if bool(left) != bool(right) or bool(top) != bool(bottom):
        return None
    columns = (column_index_from_string(left), column_index_from_string(right)) if left else (1, MAX_COLUMNS)
    rows = (int(top), int(bottom)) if top else (1, MAX_ROWS)
    name = sheet if match["sheet"] is None else match["sheet"].strip("'").replace("''", "'")
    return Area(name, min(rows), min(columns), max(rows), max(columns))
