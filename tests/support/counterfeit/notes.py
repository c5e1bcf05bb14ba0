"""What others make of the notes on our labels: other words, another cell, a box that lies over numbers."""

from __future__ import annotations

import random

from counterfeit.rows import Kind
from counterfeit.workbook import Workbook

_TEXTS, _BOXES = "xl/comments1.xml", "xl/drawings/vmlDrawing1.vml"


def other_words(book: Workbook, rng: random.Random) -> None:
    """Let a note of ours tell a number."""
    book.change(_TEXTS, "Input of the network", "E_total is 0.000035085, and this is an input of the network")


def on_another_cell(book: Workbook, rng: random.Random) -> None:
    """Move a note from its label to a number below."""
    book.change(_TEXTS, r'<comment ref="([A-Z]+)3"', r'<comment ref="\g<1>7"')


def second_text(book: Workbook, rng: random.Random) -> None:
    """Give a label of ours a second note."""
    note = '<comment ref="B3" authorId="0"><text><t>0.125</t></text></comment>'
    book.change(_TEXTS, "</commentList>", f"{note}</commentList>")


def in_sight(pattern: str, replacement: str) -> Kind:
    def kind(book: Workbook, rng: random.Random) -> None:
        book.change(_BOXES, pattern, replacement)

    return kind


def among_ours(xml: str) -> Kind:
    def kind(book: Workbook, rng: random.Random) -> None:
        book.change(_BOXES, "</xml>", f"{xml}</xml>")

    return kind


_ANCHOR = "<x:Anchor>1,0,7,0,3,0,8,0</x:Anchor>"
_BUTTON = (
    '<v:shape type="#_x0000_t202" style="position:absolute;visibility:hidden" fillcolor="white"><v:textbox>'
    f'<div>0.125</div></v:textbox><x:ClientData ObjectType="Button">{_ANCHOR}</x:ClientData></v:shape>'
)
_RECTANGLE = f'<v:rect fillcolor="white"><x:ClientData ObjectType="Rect">{_ANCHOR}</x:ClientData></v:rect>'

KINDS: dict[str, Kind] = {
    "a note of ours that says something else": other_words,
    "a note of ours on another cell": on_another_cell,
    "a second note on a label": second_text,
    "a note of ours that is always in sight": in_sight("<x:MoveWithCells/>", "<x:Visible/><x:MoveWithCells/>"),
    "a note of ours whose box is not hidden": in_sight("visibility:hidden", "visibility:visible"),
    "a button among our notes": among_ours(_BUTTON),
    "a rectangle among our notes": among_ours(_RECTANGLE),
    "boxes of notes that are no XML": among_ours("<br>"),
}
