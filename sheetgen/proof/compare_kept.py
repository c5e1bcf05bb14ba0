"""What charts keep of their cells: viewers that calculate nothing draw it, so it must be what the cells show."""

from __future__ import annotations

from sheetgen.engines.base import Recalculation, Value
from sheetgen.network.tolerance import Tolerance
from sheetgen.proof.agreement import values_agree
from sheetgen.proof.areas import area_of
from sheetgen.proof.number_shown import decoration
from sheetgen.xlsx.shown_chart import Kept, ShownChart

_SEEN = Tolerance(rtol=1e-6, atol=1e-12)
"""How near numbers are that nobody can tell apart in a chart."""


def keeps_its_cells(chart: ShownChart, values: Recalculation) -> bool:
    """Whether what a chart keeps of its cells, where it keeps anything, is what an engine recalculated."""
    return all(_agrees(kept, values) for kept in chart.kept)


def _agrees(kept: Kept, values: Recalculation) -> bool:
    area = area_of(kept.reference, "")
    if area is None or area.sheet not in values.sheet_names or decoration(kept.code) != "":
        return False
    grid = values.grid(area.sheet, area.bottom, area.right, area.top)
    cells = [value for row in grid for value in row[area.left - 1 :]]
    return set(kept.points) <= set(range(len(cells))) and all(
        _same(kept.points.get(place), value) for place, value in enumerate(cells)
    )


def _same(text: str | None, value: Value) -> bool:
    """Whether a point shows a cell; what is no number, and no text to be drawn, may be left out."""
    if not isinstance(value, float):
        return text is None or not isinstance(value, str) or values_agree(text, value, _SEEN, 0.0)
    try:
        return text is not None and values_agree(float(text), value, _SEEN, _SEEN.atol)
    except ValueError:
        return False
