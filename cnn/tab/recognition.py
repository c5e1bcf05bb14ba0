"""Whether a sheet is one of ours, by what stands on it: earlier versions wrote it without a mark."""

from __future__ import annotations

from collections.abc import Iterable

from sheetgen.xlsx.cells import FileCell

_TITLE, _TARGETS_ROW = "A convolutional network on ", 4
_HEADER = ("target", "wanted", "found", "reached?")


def is_of_an_earlier_version(rows: Iterable[list[FileCell]]) -> bool:
    """Say whether the title, the targets and the facts of how a run was made stand where every version put them."""
    texts = {(cell.row, cell.column): cell.value for row in rows for cell in row if isinstance(cell.value, str)}
    targets = [texts.get((_TARGETS_ROW, 2)), *(texts.get((_TARGETS_ROW + 1, column)) for column in range(2, 6))]
    facts = {texts[where]: texts.get((where[0], 3), "") for where in texts if where[1] == 2}
    return (
        texts.get((1, 2), "").startswith(_TITLE)
        and targets == ["Targets", *_HEADER]
        and "How it was made" in facts
        and facts.get("data fingerprint", "").startswith("SHA-256 ")
    )
