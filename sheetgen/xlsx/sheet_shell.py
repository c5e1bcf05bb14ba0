"""A sheet part without its rows, to be changed: most of it is rows, and nobody wants them parsed for one element."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from sheetgen.xlsx.markup import Markup
from sheetgen.xlsx.package import Package

_ROWS = re.compile(rb"(<(?:\w+:)?sheetData(?:\s[^>]*)?(?<!/)>)(.*)(</(?:\w+:)?sheetData\s*>)", re.DOTALL)


@contextmanager
def changed_shell(package: Package, sheet: str) -> Iterator[Markup]:
    """Give a sheet part, its rows left out, and put it back with them and what was changed."""
    content = package.parts[package.name(sheet)]
    rows = _ROWS.search(content)
    shell = Markup(content if rows is None else content[: rows.end(1)] + content[rows.start(3) :])
    yield shell
    if not shell.changed:
        return
    changed = bytes(shell)
    place = _ROWS.search(changed)
    if rows is not None and place is not None:
        changed = changed[: place.end(1)] + rows[2] + changed[place.start(3) :]
    package.put(sheet, changed)
