"""Charts that show something else than the workbook calculates."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from sheetgen.audit.beside.lines import Line
from sheetgen.audit.beside.rates import Rates, is_one_of, rates_behind, rates_in
from sheetgen.audit.beside.said import finding
from sheetgen.audit.book import Area, Book, Place, Series
from sheetgen.audit.equations import NotUnderstood, cell_name
from sheetgen.audit.finding import Finding, Weight
from sheetgen.audit.grammar import parse_formula
from sheetgen.audit.graph import Graph
from sheetgen.audit.references import Cells
from sheetgen.audit.syntax import Reference, bare

_FEWEST = 5
"""The points from which on a series is a curve."""


def findings_on_charts(graph: Graph, lines: Collection[Line], used: Rates) -> Iterator[Finding]:
    """Yield what is wrong with the charts of a workbook; ``used`` are the rates of its updates."""
    book = graph.equations.book
    referred = {other for names in graph.uses.values() for other in names}
    columns = {cell.place: line for line in lines if line.down for cell in line.cells}
    pasted: dict[tuple[str, str], list[Area]] = {}
    for series in book.series:
        if not series.y and series.points >= _FEWEST and graph.equations.exprs:
            yield _typed_in(book, series)
            continue
        area = _area(book, series.y, series.sheet)
        if area is None:
            continue
        cells = _filled(book, area)
        calculated = [place for place in cells if book.formula_cell(place)]
        curve = area.shape[0] * area.shape[1] >= _FEWEST
        if calculated:
            yield from _left_out(book, series, area, columns)
            if curve:
                yield from _mislabelled(book, series, graph, used, [cell_name(place) for place in calculated])
        elif curve and len(cells) >= _FEWEST and not any(cell_name(place) in referred for place in cells):
            pasted.setdefault((series.sheet, series.chart), []).append(area)
    if graph.equations.exprs:
        for (_, title), areas in pasted.items():
            yield _pasted(book, title, areas)


def _area(book: Book, reference: str, sheet: str) -> Area | None:
    try:
        node = bare(parse_formula(reference.removeprefix("=")))
        place = Place(sheet or (book.sheets[0] if book.sheets else ""), 1, 1)
        return Cells(book).area(node, place) if isinstance(node, Reference) else None
    except NotUnderstood:
        return None


def _filled(book: Book, area: Area) -> list[Place]:
    """Return the cells of an area that hold something; of a large area as few are looked at as there are."""
    if area.shape[0] * area.shape[1] <= len(book.cells):
        return [place for place in area.places() if place in book.cells]
    return [cell.place for cell in book.on(area.sheet) if _within(cell.place, area)]


def _within(place: Place, area: Area) -> bool:
    return area.top <= place.row <= area.bottom and area.left <= place.column <= area.right


def _pasted(book: Book, title: str, areas: list[Area]) -> Finding:
    first = areas[0]
    numbers = [place for area in areas for place in _filled(book, area)]
    what = f"The chart {title!r}" if title else "A chart"
    words = f"{what} shows {len(numbers):,} numbers that are typed or pasted: it does not follow the workbook."
    places = [place for place in numbers if not isinstance(book.value(place), str)]
    return finding(book, "chart-of-pasted-numbers", Weight.NOTICE, words, places or [Place(*first[:3])])


def _typed_in(book: Book, series: Series) -> Finding:
    """Say that a series has numbers of its own, in no cell; the finding stands in the sheet's first cell."""
    what = f"The chart {series.chart!r}" if series.chart else "A chart"
    words = f"{what} shows {series.points:,} numbers that are typed into it: it does not follow the workbook."
    places = (
        [min((cell.place for cell in book.on(series.sheet)), default=Place(series.sheet, 1, 1))] if series.sheet else []
    )
    return finding(book, "chart-of-pasted-numbers", Weight.NOTICE, words, places or [Place(book.sheets[0], 1, 1)])


def _left_out(book: Book, series: Series, area: Area, columns: Mapping[Place, Line]) -> Iterator[Finding]:
    """Yield that a series ends before the calculated column that it shows, or begins behind its beginning."""
    line = columns.get(area.first)
    if line is None or area.shape[1] != 1 or len(line.cells) < _FEWEST:
        return
    rows = [cell.place.row for cell in line.cells]
    missing = [row for row in rows if not area.top <= row <= area.bottom]
    if missing and area.top - rows[0] <= 1:
        what = f"The chart {series.chart!r}" if series.chart else "A chart"
        words = f"{what} leaves out {len(missing)} of the {len(rows)} points of its column: it shows {area.address}."
        places = [Place(area.sheet, row, area.left) for row in missing]
        yield finding(book, "chart-leaves-out-points", Weight.NOTICE, words, places)


def _mislabelled(book: Book, series: Series, graph: Graph, used: Rates, names: Collection[str]) -> Iterator[Finding]:
    """Yield that a series says one rate, and shows what was calculated with another."""
    said, place = _name(book, series)
    rates = rates_in(said)
    behind = rates_behind(graph, used, names) if len(rates) == 1 else set()
    if behind and not is_one_of(rates[0], behind):
        words = f"The chart's line {said!r} is of a table that uses the rate {min(behind):g}."
        yield finding(book, "chart-labels-wrong-rate", Weight.WRONG, words, [place])


def _name(book: Book, series: Series) -> tuple[str, Place]:
    """Return what a series is called, and a cell to show: that of its name, or the first that it shows."""
    for reference in (series.name, series.y):
        area = _area(book, reference, series.sheet)
        if area is not None:
            place = area.first
            value = book.value(place)
            said = value if reference == series.name and isinstance(value, str) else series.name_text
            return said, place
    return series.name_text, Place(series.sheet, 1, 1)
