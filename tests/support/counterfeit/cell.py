"""A cell as it stands in the part of its sheet, and what its text says."""

from __future__ import annotations

import re
from dataclasses import dataclass

_FORMULA = re.compile(r"<f([^>]*?)(?:/>|>(.*?)</f>)", re.DOTALL)


@dataclass(frozen=True)
class Cell:
    """A cell as it stands in a sheet's part."""

    part: str
    address: str
    xml: str

    @property
    def row(self) -> int:
        return int(self.address.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ"))

    @property
    def column(self) -> str:
        return self.address.rstrip("0123456789")

    @property
    def formula(self) -> str | None:
        """The text of its formula, escaped as in the file; None without one, empty where it only shares one."""
        found = _FORMULA.search(self.xml)
        return None if found is None else found[2] or ""

    @property
    def kind(self) -> str:
        """Its type, ``n`` where none is written."""
        found = re.match(r'<c [^>]*\bt="([^"]*)"', self.xml)
        return found[1] if found else "n"

    @property
    def value(self) -> str | None:
        found = re.search(r"<v>([^<]*)</v>", self.xml)
        return found[1] if found else None

    @property
    def is_number(self) -> bool:
        return self.kind == "n" and bool(self.value)

    @property
    def formula_type(self) -> str | None:
        found = _FORMULA.search(self.xml)
        kind = found and re.search(r'\bt="([^"]*)"', found[1])
        return kind[1] if kind else None
