"""The columns of a sheet: how wide they are, which are out of sight, and which a click folds."""

from __future__ import annotations

from collections.abc import Iterator

from sheetgen.page.page import Page

_DEFAULT_WIDTH = 13
_ROWS = b"<sheetData"


def with_columns(shell: bytes, page: Page) -> bytes:
    """Return a sheet part, which has neither columns nor rows yet, with the columns of a page."""
    columns = "".join(_columns(page))
    return shell.replace(_ROWS, f"<cols>{columns}</cols>".encode() + _ROWS, 1) if columns else shell


def _columns(page: Page) -> Iterator[str]:
    """Yield the element of each column, or of several that fold together, which are as wide as the first of them."""
    together = {column: group for group in page.groups for column in group}
    for column in sorted(page.widths.keys() | together.keys() | set(page.folded)):
        group = together.get(column, range(column, column + 1))
        if column == group.start:
            hidden = ' hidden="1"' if column in page.folded else ""
            folds = ' outlineLevel="1"' if hidden or column in together else ""
            width = page.widths.get(column, _DEFAULT_WIDTH)
            ends = f'min="{group.start}" max="{group.stop - 1}"'
            yield f'<col{hidden}{folds} width="{width:.16g}" customWidth="1" {ends} />'
