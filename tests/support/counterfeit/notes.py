"""What others make of the notes on our labels, and of the arrows on Explorer: other words, other cells, other boxes."""

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


def spinner(pattern: str, replacement: str) -> Kind:
    """Let the arrows on Explorer count otherwise, or look otherwise."""

    def kind(book: Workbook, rng: random.Random) -> None:
        (part,) = (name for name, content in book.entries if b'ObjectType="Spin"' in content)
        book.change(part, pattern, replacement)

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
    "arrows that count another cell": spinner(r"<x:FmlaLink>.*?</x:FmlaLink>", "<x:FmlaLink>$H$9</x:FmlaLink>"),
    "arrows that count the cell of another sheet": spinner("<x:FmlaLink>'Explorer'", "<x:FmlaLink>'Inputs'"),
    "arrows that count beyond the last iteration": spinner("<x:Max>[0-9]+", "<x:Max>900"),
    "arrows over a number": spinner(r"<x:Anchor>[0-9]+(?=[^<]*</x:Anchor><x:PrintObject>)", "<x:Anchor>1"),
    "arrows that call a macro": spinner("<x:FmlaLink>", "<x:FmlaMacro>run</x:FmlaMacro><x:FmlaLink>"),
    "arrows with a text": spinner(
        '<x:ClientData ObjectType="Spin">', '<v:textbox><div>0.125</div></v:textbox><x:ClientData ObjectType="Spin">'
    ),
    "boxes of notes that are no XML": among_ours("<br>"),
}
