"""What a chart shows, as its part says: of which cells its lines are, and what its axes say."""

from __future__ import annotations

from dataclasses import dataclass
from xml.etree import ElementTree

from sheetgen.xlsx.cells import COMPATIBILITY
from sheetgen.xlsx.formulas import plainly
from sheetgen.xlsx.plain_xml import ON

CHART = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
"""The namespace of charts."""
_ART = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_TEXT = f"{_ART}t"
_OF_ITS_OWN = (
    *(f"{CHART}{name}" for name in ("userShapes", "trendline", "errBars")),
    f"{CHART}dLbl/{CHART}tx", f"{CHART}chart//{COMPATIBILITY}AlternateContent", f"{_ART}blip",
)  # fmt: skip
"""What a chart may show that is not in its cells: shapes laid over it, lines, labels of any text, pictures."""


@dataclass(frozen=True)
class ShownChart:
    """A chart: its kinds and title, and of each series the references of its name, its x and its y.

    Of each axis its title, its direction, the base where it is logarithmic, its unit, and how it writes numbers.
    ``limits`` are the least and the largest number of each axis, "" where a program finds them.
    """

    kinds: tuple[str, ...]
    title: str
    axes: tuple[tuple[str, ...], ...]
    series: tuple[tuple[str, ...], ...]
    limits: tuple[tuple[str, str], ...] = ()


def has_its_own(root: ElementTree.Element) -> bool:
    """Whether a chart part has shapes, lines, labels or pictures of its own."""
    return any(root.find(f".//{own}") is not None for own in _OF_ITS_OWN)


def chart_of(root: ElementTree.Element) -> ShownChart:
    """Return the chart of a chart part, given its root."""
    plot = root.find(f"{CHART}chart/{CHART}plotArea")
    plot = ElementTree.Element("") if plot is None else plot
    groups = [group for group in plot if group.tag.endswith("Chart")]
    title = root.find(f"{CHART}chart/{CHART}title")
    return ShownChart(
        kinds=tuple(group.tag.removeprefix(CHART) for group in groups),
        title=_text(title),
        axes=tuple(_axis(axis) for axis in plot if axis.tag.endswith("Ax")),
        series=tuple(_series(series) for group in groups for series in group.iterfind(f"{CHART}ser")),
        limits=tuple(_limits(axis) for axis in plot if axis.tag.endswith("Ax")),
    )


def _text(title: ElementTree.Element | None) -> str:
    return "" if title is None else "".join(text.text or "" for text in title.iter(_TEXT))


def _axis(axis: ElementTree.Element) -> tuple[str, ...]:
    """Return an axis' title, direction, base where it is logarithmic, unit ("" for 1) and number format."""
    scaling = axis.find(f"{CHART}scaling")
    scaling = ElementTree.Element("") if scaling is None else scaling
    direction, base = (scaling.find(f"{CHART}{name}") for name in ("orientation", "logBase"))
    unit, number = axis.find(f"{CHART}dispUnits/*"), axis.find(f"{CHART}numFmt")
    return (
        _text(axis.find(f"{CHART}title")),
        "minMax" if direction is None else direction.get("val", ""),
        "" if base is None else plainly(base.get("val", "")),
        "" if unit is None else unit.get("val", "a unit"),
        "General" if number is None or number.get("sourceLinked") in ON else number.get("formatCode", ""),
    )


def _limits(axis: ElementTree.Element) -> tuple[str, str]:
    ends = (axis.find(f"{CHART}scaling/{CHART}{name}") for name in ("min", "max"))
    least, largest = ("" if end is None else plainly(end.get("val", "")) for end in ends)
    return least, largest


def _series(series: ElementTree.Element) -> tuple[str, ...]:
    """Return the references of a series' name, x and y; what is no reference stands as a literal."""
    references = []
    for names in (("tx",), ("xVal", "cat"), ("yVal", "val")):
        given = next((part for name in names if (part := series.find(f"{CHART}{name}")) is not None), None)
        formula = None if given is None else given.find(f"*/{CHART}f")
        references.append("a literal" if formula is None else formula.text or "")
    return tuple(references)
