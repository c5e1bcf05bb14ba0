"""Notes on cells as a file has them: their texts."""

from __future__ import annotations

from sheetgen.xlsx.cells import MAIN
from sheetgen.xlsx.escapes import decoded
from sheetgen.xlsx.reader import WorkbookFile


def notes_of(file: WorkbookFile, part: str) -> dict[str, str]:
    """Return the texts of the notes of a sheet's part, by their cells; a cell's several notes are one text."""
    texts: dict[str, str] = {}
    for name in file.related(part, "comments"):
        for comment in file.read(name).iter(f"{MAIN}comment"):
            cell = comment.get("ref", "")
            text = "".join(piece.text or "" for piece in comment.iter(f"{MAIN}t"))
            texts[cell] = texts.get(cell, "") + decoded(text)
    return texts
