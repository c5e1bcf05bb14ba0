"""Notes on cells as a file has them: their texts, and their boxes, out of sight until one points at a cell."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree import ElementTree

from sheetgen.xlsx.cells import MAIN
from sheetgen.xlsx.escapes import decoded
from sheetgen.xlsx.notes import BOX, CLIENT
from sheetgen.xlsx.opc import RELATION_ID
from sheetgen.xlsx.reader import WorkbookFile

_SHAPE, _SHAPE_TYPE = f"{{{BOX}}}shape", f"{{{BOX}}}shapetype"
_LAYOUT = "{urn:schemas-microsoft-com:office:office}shapelayout"
_SAID, _VISIBLE = f"{{{CLIENT}}}ClientData", f"{{{CLIENT}}}Visible"


def notes_of(file: WorkbookFile, part: str) -> dict[str, str]:
    """Return the texts of the notes of a sheet's part, by their cells; a cell's several notes are one text."""
    texts: dict[str, str] = {}
    for name in file.related(part, "comments"):
        for comment in file.read(name).iter(f"{MAIN}comment"):
            cell = comment.get("ref", "")
            text = "".join(piece.text or "" for piece in comment.iter(f"{MAIN}t"))
            texts[cell] = texts.get(cell, "") + decoded(text)
    return texts


def drawn_besides_notes(file: WorkbookFile, part: str, sheet: ElementTree.Element) -> int:
    """Count what a sheet shows by drawings of the old language that is no note, or a note that is always in sight."""
    related = {relation.id: relation.part for relation in file.relations(part)}
    drawings = [related.get(drawing.get(RELATION_ID, "")) for drawing in sheet.iterfind(f"{MAIN}legacyDrawing")]
    return sum(not _is_unseen(shape) for drawing in drawings for shape in _shapes(file, drawing))


def _shapes(file: WorkbookFile, drawing: str | None) -> Iterator[ElementTree.Element | None]:
    """Yield what a drawing draws; None, once, for one that is not there or no XML, as some programs leave it."""
    try:
        root = None if drawing is None else ElementTree.fromstring(file.content(drawing))
    except ElementTree.ParseError:
        root = None
    if root is None:
        yield None
    else:
        yield from (shape for shape in root if shape.tag not in (_LAYOUT, _SHAPE_TYPE))


def _is_unseen(shape: ElementTree.Element | None) -> bool:
    """Whether a shape is the box of a note, out of sight."""
    if shape is None or shape.tag != _SHAPE:
        return False
    said = shape.findall(_SAID)
    is_note = [one.get("ObjectType") for one in said] == ["Note"]
    style = "".join(shape.get("style", "").split()).split(";")
    return is_note and "visibility:hidden" in style and said[0].find(_VISIBLE) is None
