"""The drawing of a network with nothing around it, as Start draws it, for a picture of its own."""

from __future__ import annotations

from dataclasses import replace

from sheetgen.network.study import Study
from sheetgen.network.trace import Trace
from sheetgen.page import style
from sheetgen.page.page import Page
from sheetgen.page.style import Style
from sheetgen.sheets.drawing.painter import DrawnNumbers, draw
from sheetgen.sheets.drawing.plan import Look, plan_drawing
from sheetgen.sheets.drawing.tensor_boxes import draw_boxes, plan_boxes

START_LOOK = Look(
    round=True,
    node=Style(align="center", number=style.NUMBER, size=12),
    term=Style(align="left", number=style.NUMBER, size=11),
    product=Style(size=10, colour=style.GREY, align="right"),
    title_size=12,
    node_width=13.0,
)
"""How Start draws it."""
ROW_HEIGHT = 21.0
"""Of the rows of a drawing, in points."""

_LOOK = replace(
    START_LOOK,
    node=replace(START_LOOK.node, number=style.SHORT),
    term=replace(START_LOOK.term, number=style.SHORT),
)
_TOP = 2


def drawing(study: Study) -> Page:
    """Return a page with the drawing of a study's network, its numbers those of iteration 0 of the first variant.

    One that is written in tensors is drawn without numbers, a box an equation.

    Raises NumberError where these are none that a spreadsheet can hold.
    """
    page = Page(study.title, widths={1: 1.0})
    if study.tensors:
        below = draw_boxes(page, plan_boxes(study.tensors), _TOP)
        page.heights = dict.fromkeys(range(1, below), ROW_HEIGHT)
        return page
    row = next(Trace(study, chunk_rows=1, most_held=0).chunks([0])).rows[0][0]
    position = study.graphs[0].position
    numbers = DrawnNumbers(lambda name: row[position[name]], weight=study.values.__getitem__)
    below = draw(page, plan_drawing(study.network, _LOOK), numbers, _TOP).row
    page.heights = dict.fromkeys(range(1, below), ROW_HEIGHT)
    return page
