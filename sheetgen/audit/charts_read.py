"""The series of a chart part: what they are called and which cells they show."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree import ElementTree

from sheetgen.audit.book import Series
from sheetgen.xlsx.plain_xml import integer
from sheetgen.xlsx.shown_chart import CHART, chart_of

_NAMES = (f"{CHART}tx",)
_ACROSS = (f"{CHART}xVal", f"{CHART}cat")
_UP = (f"{CHART}yVal", f"{CHART}val")


def series_of(root: ElementTree.Element, sheet: str) -> Iterator[Series]:
    """Yield the series of a chart, given the root of its part and the sheet that it lies on."""
    title = chart_of(root).title
    for series in root.iterfind(f"{CHART}chart/{CHART}plotArea/*/{CHART}ser"):
        name, x, y = (_given(series, names) for names in (_NAMES, _ACROSS, _UP))
        yield Series(
            chart=title,
            sheet=sheet,
            name=_reference(name),
            name_text=_shown(name),
            x=_reference(x),
            y=_reference(y),
            points=_points(y),
        )


def _given(series: ElementTree.Element, names: tuple[str, ...]) -> ElementTree.Element:
    found = (part for name in names if (part := series.find(name)) is not None)
    return next(found, ElementTree.Element(""))


def _reference(part: ElementTree.Element) -> str:
    """Return the reference of a part of a series, "" where it has numbers or a text of its own."""
    return (part.findtext(f"*/{CHART}f") or "").strip()


def _shown(part: ElementTree.Element) -> str:
    """Return the text of a name: typed, or kept of the cell it refers to."""
    return part.findtext(f"{CHART}v") or part.findtext(f"*/*/*/{CHART}v") or part.findtext(f"*/*/{CHART}v") or ""


def _points(part: ElementTree.Element) -> int:
    """Return how many points a series keeps, 0 where it keeps none."""
    count = next(part.iter(f"{CHART}ptCount"), None)
    return 0 if count is None else integer(count.get("val", "")) or 0
