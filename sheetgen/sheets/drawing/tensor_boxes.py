"""A network that is written in tensors, drawn: a box an equation, from the inputs on the left to the loss on the right.

A box has the name and the shape of what its equation gives, the equation, and the parameters that enter it. A loop is
one box. Lines lead from box to box where these stand in neighbouring columns; the equations name the rest.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from sheetgen.network.graph import Section, section_of
from sheetgen.page import style
from sheetgen.page.cell_names import column_letter
from sheetgen.page.page import Page
from sheetgen.page.shapes import Line, Spot
from sheetgen.page.style import Style
from sheetgen.sheets.drawing.plan import FIRST_DRAWN_COLUMN
from sheetgen.sheets.section_style import SECTION_COLOURS
from sheetgen.tensors.heads import heads
from sheetgen.tensors.labels import Shape, shape_text
from sheetgen.tensors.program import Tensors
from sheetgen.tensors.tree import references

_GAP, _LEAST, _MOST, _MARGIN = 6.0, 11.0, 44.0, 3.0
_LETTER = 1.12
"""How wide a letter of a bold name is, in characters."""
_MOST_WIDTH = 170.0
"""How wide a drawing may be: further columns of boxes stand below the first ones."""
_ROWS = 3
_LINE_COLOUR = "98A2B3"


@dataclass
class _Box:
    """One box: its lines of text, which boxes it uses, and how many stand before it on the longest way to it."""

    section: Section
    title: str
    equation: str = ""
    parameters: str = ""
    uses: dict[str, None] = field(default_factory=dict)
    depth: int = 0

    @property
    def width(self) -> float:
        """How wide it wants to be, in characters."""
        longest = max(_LETTER * len(self.title), len(self.equation), len(self.parameters))
        return min(_MOST, max(_LEAST, longest + _MARGIN))


@dataclass(frozen=True)
class BoxPlan:
    """A drawing before it is drawn: columns of boxes, in bands of those side by side, and the columns' widths."""

    bands: tuple[tuple[Mapping[str, _Box], ...], ...]
    widths: Mapping[int, float]

    @property
    def last_column(self) -> int:
        """The column of the last boxes."""
        return max(self.widths)

    def rows(self, row: int) -> Iterator[tuple[int, int]]:
        """Yield the first row and the last of each band, drawn from a row down."""
        for band in self.bands:
            last = row + max(map(len, band)) * (_ROWS + 1) - 2
            yield row, last
            row = last + 2


def plan_boxes(tensors: Tensors) -> BoxPlan:
    """Plan the drawing of a program."""
    boxes = _boxes(tensors)
    columns: list[dict[str, _Box]] = [{} for _ in range(1 + max(box.depth for box in boxes.values()))]
    for name, box in boxes.items():
        columns[box.depth][name] = box
    shown = [column for column in columns if column]
    per_band = len(shown)
    while per_band > 1 and sum(_widths(shown, per_band).values()) > _MOST_WIDTH:
        bands_more = -(-len(shown) // per_band) + 1
        per_band = min(per_band - 1, -(-len(shown) // bands_more))
    bands = tuple(tuple(shown[first : first + per_band]) for first in range(0, len(shown), per_band))
    return BoxPlan(bands, _widths(shown, per_band))


def draw_boxes(page: Page, plan: BoxPlan, row: int) -> int:
    """Draw a program as planned, from a row down; return the next free row."""
    page.widths |= plan.widths
    for band, (first, last) in zip(plan.bands, plan.rows(row), strict=True):
        height = last - first + 1
        tops: dict[str, int] = {}
        for place, column in enumerate(band):
            top = first + (height - len(column) * (_ROWS + 1) + 1) // 2
            for number, (name, box) in enumerate(column.items()):
                tops[name] = top + number * (_ROWS + 1)
                _put(page, box, FIRST_DRAWN_COLUMN + 2 * place, tops[name])
        for place, (before, column) in enumerate(pairwise(band)):
            gap = FIRST_DRAWN_COLUMN + 2 * place + 1
            for name, box in column.items():
                page.shapes += [_line(gap, tops[used], tops[name], used, name) for used in box.uses if used in before]
    return last + 2


def _boxes(tensors: Tensors) -> dict[str, _Box]:
    """Return the boxes by the names of what they give, each after those it uses, but for a loop's own turns."""
    boxes = {
        name: _Box(Section.DATA, _titled(name, given.shape))
        for name, given in tensors.given.items()
        if given.table != "parameters"
    }
    typed = {head.name: one for one in tensors.typed for head in heads(one.key)}
    parameters: dict[str, dict[str, None]] = {}
    for step in tensors.unrolled:
        if step.name not in boxes:
            one = typed[step.name]
            boxes[step.name] = _Box(section_of(step.table), _titled(one.key, step.shape), f"= {one.text}")
            parameters[step.name] = {}
        box = boxes[step.name]
        for used, _ in references(step.tree):
            if used in boxes and used != step.name and step.name not in boxes[used].uses:
                box.uses[used] = None
                box.depth = max(box.depth, boxes[used].depth + 1)
            elif used in tensors.given and used not in boxes:
                parameters[step.name][used] = None
    for name, entering in parameters.items():
        boxes[name].parameters = ", ".join(f"{one} {shape_text(tensors.given[one].shape)}" for one in entering)
    return boxes


def _titled(key: str, shape: Shape) -> str:
    """Return a name and its shape, a number's left out; what a loop goes over stands behind."""
    name, loop, turns = key.partition(" for ")
    sized = f"{name.strip()}  {shape_text(shape)}" if shape else name.strip()
    return f"{sized}{', for ' if loop else ''}{turns}"


def _widths(columns: Sequence[Mapping[str, _Box]], per_band: int) -> dict[int, float]:
    widths: dict[int, float] = {}
    for number, column in enumerate(columns):
        place = number % per_band
        at = FIRST_DRAWN_COLUMN + 2 * place
        if place:
            widths[at - 1] = _GAP
        widths[at] = max([widths.get(at, 0.0), *(box.width for box in column.values())])
    return widths


def _put(page: Page, box: _Box, column: int, row: int) -> None:
    ink, tint = SECTION_COLOURS[box.section]
    letter, most = column_letter(column), int(_MOST - _MARGIN)
    head = Style(colour=style.WHITE, bold=True, fill=ink, align="center", border=ink)
    body = Style(fill=tint, align="center", border=ink)
    quiet = Style(fill=tint, align="center", border=ink, colour=style.GREY, size=10)
    lines = [(box.title, head, int(most / _LETTER)), (box.equation, body, most), (box.parameters, quiet, most)]
    shown = [line for line in lines if line[0]]
    row += (_ROWS - len(shown)) // 2
    for below, (text, look, room) in enumerate(shown):
        page.put(f"{letter}{row + below}", _short(text, room), look)


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _line(gap: int, start: int, end: int, source: str, target: str) -> Line:
    return Line(_middle(gap, start, 0.0), _middle(gap, end, 1.0), _LINE_COLOUR, 1.25, f"{source} → {target}")


def _middle(column: int, top: int, right: float) -> Spot:
    return Spot(column, top + _ROWS // 2, right, 0.5)
