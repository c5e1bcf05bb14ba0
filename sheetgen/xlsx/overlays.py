"""What lies over a sheet and belongs to its cells: notes with their boxes, and spinners, in one drawing a sheet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sheetgen.page.page import Page
from sheetgen.xlsx.attached import attach, refer
from sheetgen.xlsx.notes import note_boxes, note_texts
from sheetgen.xlsx.spinners import spinner_shapes
from sheetgen.xlsx.vml import drawing

NOTES = "application/vnd.openxmlformats-officedocument.spreadsheetml.comments+xml"
VML_DRAWING = "application/vnd.openxmlformats-officedocument.vmlDrawing"
"""The content types of the texts of notes, and of drawings in the old language."""


def put_overlays(parts: dict[str, bytes], pages: Sequence[Page], sheets: Mapping[str, str]) -> None:
    """Put the notes and the spinners of pages into the parts of a workbook; ``sheets`` names each page's sheet."""
    block = 1
    for number, page in enumerate((page for page in pages if page.notes or page.spinners), start=1):
        sheet = sheets[page.name]
        content, block = drawing([*note_boxes(page), *spinner_shapes(page)], block)
        identifier = attach(parts, sheet, "vmlDrawing", f"xl/drawings/vmlDrawing{number}.vml", content, VML_DRAWING)
        refer(parts, sheet, "legacyDrawing", identifier)
        if page.notes:
            attach(parts, sheet, "comments", f"xl/comments{number}.xml", note_texts(page), NOTES)
