"""What a chart shows, as its part says: of which cells its lines are, and what its axes say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from xml.etree import ElementTree

from sheetgen.xlsx.cells import COMPATIBILITY
from sheetgen.xlsx.chart_box import Box
from sheetgen.xlsx.colours import WHITE
from sheetgen.xlsx.formulas import plainly
from sheetgen.xlsx.legibility import is_of_symbols
from sheetgen.xlsx.plain_xml import OFF, ON, integer

CHART = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
"""The namespace of charts."""
_ART = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_TEXT = f"{_ART}t"
_REFERENCES = tuple(f"{CHART}{name}" for name in ("numRef", "strRef"))
_OF_ITS_OWN = (
    *(f"{CHART}{name}" for name in ("userShapes", "trendline", "errBars", "externalData", "legendEntry")),
    f"{CHART}dLbl/{CHART}tx", f"{CHART}chart//{COMPATIBILITY}AlternateContent", f"{_ART}blip",
)  # fmt: skip
"""What a chart may show that is not in its cells: shapes laid over it, lines, labels of any text, pictures."""
_LABELS = tuple(f"{CHART}show{what}" for what in ("Val", "CatName", "SerName", "Percent", "BubbleSize", "LegendKey"))
"""What a label beside a point may show of it."""


@dataclass(frozen=True)
class Kept:
    """What a chart keeps of the cells of a reference, from when it was saved: the text of each, by its place from 0.

    ``code`` is the number format that it keeps of them.
    """

    reference: str
    points: Mapping[int, str]
    code: str


@dataclass(frozen=True)
class ShownChart:
    """A chart: its kinds and title, and of each series the references of its name, its x and its y.

    Of each axis its title, its direction, the base where it is logarithmic, its unit, and how it writes numbers.
    ``limits`` are the least and the largest number of each axis, "" where a program finds them. ``unseen`` counts the
    series that are drawn with nothing; ``kept`` is what it keeps of its cells; ``box`` is where it lies.
    """

    kinds: tuple[str, ...]
    title: str
    axes: tuple[tuple[str, ...], ...]
    series: tuple[tuple[str, ...], ...]
    limits: tuple[tuple[str, str], ...] = ()
    unseen: int = 0
    kept: tuple[Kept, ...] = ()
    box: Box | None = None


def has_its_own(root: ElementTree.Element) -> bool:
    """Whether a chart part has shapes, lines, labels or pictures of its own, or leaves names out of its legend."""
    if any(is_of_symbols(font.get("typeface", "")) for font in root.iter(f"{_ART}latin")):
        return True
    labels = (shown for group in root.iter(f"{CHART}dLbls") for shown in group.iter() if shown.tag in _LABELS)
    return any(label.get("val", "1") not in OFF for label in labels) or any(
        root.find(f".//{own}") is not None for own in _OF_ITS_OWN
    )


def chart_of(root: ElementTree.Element, box: Box | None = None) -> ShownChart:
    """Return the chart of a chart part, given its root and where it lies."""
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
        unseen=sum(_is_unseen(series) for group in groups for series in group.iterfind(f"{CHART}ser")),
        kept=tuple(_kept(reference) for name in _REFERENCES for reference in plot.iter(name) if len(reference) > 1),
        box=box,
    )


def _text(title: ElementTree.Element | None) -> str:
    return "" if title is None else "".join(text.text or "" for text in title.iter(_TEXT))


def _axis(axis: ElementTree.Element) -> tuple[str, ...]:
    """Return an axis' title, direction, base where it is logarithmic, unit ("" for 1), if unseen, number format."""
    scaling = axis.find(f"{CHART}scaling")
    scaling = ElementTree.Element("") if scaling is None else scaling
    direction, base = (scaling.find(f"{CHART}{name}") for name in ("orientation", "logBase"))
    unit, number = axis.find(f"{CHART}dispUnits/*"), axis.find(f"{CHART}numFmt")
    return (
        _text(axis.find(f"{CHART}title")),
        "minMax" if direction is None else direction.get("val", ""),
        "" if base is None else plainly(base.get("val", "")),
        "" if unit is None else unit.get("val", "a unit"),
        "" if _shows_numbers(axis) else "unseen",
        "General" if number is None or number.get("sourceLinked") in ON else number.get("formatCode", ""),
    )


def _shows_numbers(axis: ElementTree.Element) -> bool:
    gone, place = axis.find(f"{CHART}delete"), axis.find(f"{CHART}tickLblPos")
    deleted = gone is not None and gone.get("val", "1") not in OFF
    inks = [colour.get("val", "").upper() for colour in axis.iterfind(f"{CHART}txPr//{_ART}srgbClr")]
    empty = axis.find(f"{CHART}txPr//{_ART}noFill") is not None or WHITE in inks
    return not deleted and not empty and (place is None or place.get("val") != "none")


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


def _is_unseen(series: ElementTree.Element) -> bool:
    """Whether a series is drawn with neither a line nor marks, or in white."""
    symbol = series.find(f"{CHART}marker/{CHART}symbol")
    marked = symbol is None or symbol.get("val") != "none"
    return not marked and _is_empty(series.find(f"{CHART}spPr/{_ART}ln"))


def _is_empty(line: ElementTree.Element | None) -> bool:
    colour = None if line is None else line.find(f"{_ART}solidFill/{_ART}srgbClr")
    white = colour is not None and colour.get("val", "").upper() == WHITE
    return line is not None and (white or line.find(f"{_ART}noFill") is not None)


def _kept(reference: ElementTree.Element) -> Kept:
    points = {}
    for point in reference.iterfind(f"*/{CHART}pt"):
        number = integer(point.get("idx", ""))
        points[-1 if number is None else number] = point.findtext(f"{CHART}v") or ""
    return Kept(reference.findtext(f"{CHART}f") or "", points, reference.findtext(f"*/{CHART}formatCode") or "General")
