"""What lies over a sheet in a drawing of the old language: boxes of notes, out of sight, spinners, anything else."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.etree import ElementTree

from sheetgen.xlsx.cells import MAIN
from sheetgen.xlsx.opc import RELATION_ID
from sheetgen.xlsx.plain_xml import root_in_any_encoding
from sheetgen.xlsx.reader import WorkbookFile
from sheetgen.xlsx.vml import CLIENT, OFFICE, VML

_SHAPE = f"{{{VML}}}shape"
_DRAWS_NOTHING = (f"{{{OFFICE}}}shapelayout", f"{{{VML}}}shapetype")
_SAID = f"{{{CLIENT}}}ClientData"
_OF_A_SPINNER = frozenset({
    "Anchor", "PrintObject", "Val", "Min", "Max", "Inc", "Page", "Dx", "FmlaLink", "MoveWithCells", "SizeWithCells",
    "UIObj", "Locked", "DefaultSize", "AutoLine", "NoThreeD",
})  # fmt: skip
"""What may be said of a control that counts and does nothing else: no macro, no text."""


@dataclass(frozen=True)
class ShownSpinner:
    """A spinner: the cell that it counts, from and to which number, in which steps, and between which cells it lies.

    Columns and rows are counted from 0.
    """

    counts: str
    least: str
    most: str
    step: str
    place: tuple[str, ...]


@dataclass
class Overlays:
    """The spinners over a sheet, and how many shapes are in sight that are none."""

    spinners: list[ShownSpinner] = field(default_factory=list)
    others: int = 0


def overlays_of(file: WorkbookFile, part: str, sheet: ElementTree.Element) -> Overlays:
    """Return what lies over a sheet's part, whose elements beside its rows are given."""
    overlays = Overlays()
    related = {relation.id: relation.part for relation in file.relations(part)}
    for drawing in sheet.iterfind(f"{MAIN}legacyDrawing"):
        for shape in _shapes(file, related.get(drawing.get(RELATION_ID, ""))):
            spinner = None if shape is None else _spinner(shape)
            if spinner:
                overlays.spinners.append(spinner)
            elif shape is None or not _is_unseen_note(shape):
                overlays.others += 1
    return overlays


def _shapes(file: WorkbookFile, drawing: str | None) -> Iterator[ElementTree.Element | None]:
    """Yield what a drawing draws; None, once, for one that is not there or no XML, as some programs leave it."""
    try:
        root = None if drawing is None else root_in_any_encoding(file.content(drawing))
    except (ElementTree.ParseError, LookupError, ValueError):
        root = None
    if root is None:
        yield None
    else:
        yield from (shape for shape in root if shape.tag not in _DRAWS_NOTHING)


def _said(shape: ElementTree.Element, kind: str) -> dict[str, str] | None:
    """Return what a shape of a kind says of itself, by the names of its elements; None for one of another kind."""
    said = shape.findall(_SAID)
    if shape.tag != _SHAPE or [one.get("ObjectType") for one in said] != [kind]:
        return None
    return {part.tag.removeprefix(f"{{{CLIENT}}}"): (part.text or "").strip() for part in said[0]}


def _is_unseen_note(shape: ElementTree.Element) -> bool:
    """Whether a shape is the box of a note, out of sight."""
    said = _said(shape, "Note")
    style = "".join(shape.get("style", "").split()).split(";")
    return said is not None and "visibility:hidden" in style and "Visible" not in said


def _spinner(shape: ElementTree.Element) -> ShownSpinner | None:
    """Return the spinner that a shape is, None for anything else."""
    said = _said(shape, "Spin")
    if said is None or not said.keys() <= _OF_A_SPINNER or [child.tag for child in shape] != [_SAID]:
        return None
    least, most, step = (said.get(name, default) for name, default in (("Min", "0"), ("Max", "100"), ("Inc", "1")))
    corners = tuple("".join(said.get("Anchor", "").split()).split(","))
    return ShownSpinner(said.get("FmlaLink", ""), least, most, step, corners[::2])
