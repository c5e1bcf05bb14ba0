"""The Error sheet: the loss of every variant side by side, charted and summed up, all live."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import Any

from openpyxl.utils import get_column_letter

from sheetgen.algebra.notation import general
from sheetgen.network.graph import BATCH, ITERATION, Section, mean
from sheetgen.network.study import Study
from sheetgen.network.tolerance import RowBounds
from sheetgen.network.trace import Row, trace
from sheetgen.page import charts, style
from sheetgen.page.page import PREVIOUS_ROW, ROW, Column, Formula, Page, Table, quoted
from sheetgen.page.printing import fit_width, landscape
from sheetgen.sheets import layout as at
from sheetgen.sheets.book import Book
from sheetgen.sheets.flag import flag
from sheetgen.sheets.folds import Losses, may_match
from sheetgen.sheets.layout import Layout

Look = Callable[[int, int], object]

_SUMMARY = (
    "learning rate", "first error", "last error", "smallest error", "at iteration",
    "steps that did not fall", "fell at every step?",
)  # fmt: skip
_RISES = 5


def page(book: Book) -> Page:
    """Return the Error sheet."""
    layout = book.layout
    study = layout.study
    page = Page(at.ERROR, freeze=f"B{at.FIRST_ROW}", tab_colour="B54708")
    curves = len(list(_curves(layout)))
    summary, width = curves + 3, len(_SUMMARY) + len(study.network.metrics)
    page.widths = dict.fromkeys(range(1, summary - 1), 11.0) | {summary - 1: 3.0}
    page.widths |= dict.fromkeys(range(summary, summary + width), 14.0)
    page.heights = {1: 28, at.LABEL_ROW: 32, at.EQUATION_ROW: 18}
    whole = " (mean of the batch)" if study.batch > 1 else ""
    page.put("A1", f"Error {study.graph.loss} at every iteration{whole}", style.TITLE)
    flag(page, f"{get_column_letter(summary + 4)}1:{get_column_letter(summary + 6)}1", book)
    _header(page, book)
    page.table = Table(at.FIRST_ROW, study.iterations + 1, tuple(_columns(layout)), lambda: _rows(layout))
    _summary(page, book, summary)
    _charts(page, layout, summary)
    page.decorate.append(_print)
    return page


@dataclass(frozen=True)
class _Curve:
    """One column of the table: a quantity of one variant, iteration by iteration."""

    quantity: str
    variant: int


def _curves(layout: Layout) -> Iterator[_Curve]:
    """Yield the loss of every variant, and then each metric."""
    study = layout.study
    for name in (study.network.loss, *(metric.name for metric in study.network.metrics)):
        yield from (_Curve(name, index) for index in range(len(study.variants)))


def _last_row(layout: Layout) -> int:
    return at.FIRST_ROW + layout.study.iterations


def _header(page: Page, book: Book) -> None:
    layout = book.layout
    page.put(f"A{at.LABEL_ROW}", ITERATION, style.label(Section.DATA))
    page.put(f"A{at.EQUATION_ROW}", None, style.equation(Section.DATA))
    for column, curve in enumerate(_curves(layout), start=2):
        letter = get_column_letter(column)
        section = layout.study.graph.by_name[curve.quantity].section
        page.put(f"{letter}{at.LABEL_ROW}", _label(layout, curve.variant), style.label(section))
        page.put(f"{letter}{at.EQUATION_ROW}", curve.quantity, style.equation(section))


def _label(layout: Layout, variant: int) -> Formula | str:
    """Return what a variant is called: by its learning rate, live, where only that tells it from the others."""
    if not layout.shares_settings:
        return layout.study.variants[variant].sheet
    name = layout.study.rate_name
    text = partial(_label_text, layout, variant)
    return Formula(f'"{name} = "&{layout.rate(variant)}', text)


def _label_text(layout: Layout, variant: int) -> str:
    this = layout.study.variants[variant]
    return f"{layout.study.rate_name} = {general(this.rate)}" if layout.shares_settings else this.sheet


def _columns(layout: Layout) -> Iterator[Column]:
    batch = layout.study.batch
    link = f"{quoted(layout.study.variants[0].sheet)}!{layout.letter(ITERATION)}{ROW}"
    if batch == 1:
        yield Column(ITERATION, link, link, style.LINK_GENERAL, style.LINK_GENERAL)
    else:
        yield Column(ITERATION, 0.0, f"A{PREVIOUS_ROW}+1", style.COUNT, style.COUNT)
    for curve in _curves(layout):
        name, sheet = _shown(layout.study, curve.quantity), quoted(layout.study.variants[curve.variant].sheet)
        link = f"{sheet}!{layout.letter(name)}{ROW}"
        if batch > 1:
            link = f"INDEX({layout.column(curve.variant, name)},($A{ROW}+1)*{layout.count(BATCH)})"
        yield Column(_name(layout, curve), link, link, style.LINK, style.LINK)


def _shown(study: Study, quantity: str) -> str:
    """Return the column that holds a quantity's value for an iteration: with batches, the mean over its rows."""
    return quantity if study.batch == 1 else mean(quantity)


def _name(layout: Layout, curve: _Curve) -> str:
    return f"{curve.quantity}, {layout.study.variants[curve.variant].sheet}"


class CurveBounds:
    """Error bounds of the table's columns; the trace runs along only as far as it is asked."""

    def __init__(self, layout: Layout, unit: float) -> None:
        study = self._study = layout.study
        self._curves = [
            (_name(layout, curve), curve.variant, _shown(study, curve.quantity)) for curve in _curves(layout)
        ]
        self._followed = [
            RowBounds(graph, study.constants(index), unit, study.batch) for index, graph in enumerate(study.graphs)
        ]
        self._trace = _rows_of(study)
        self._asked, self._done = 0, 0

    def follow(self, row: tuple[float, ...]) -> None:
        """Take the values of the next row."""
        self._asked += self._study.batch

    def here(self) -> Mapping[str, float]:
        """Return the bounds of the last row, by label."""
        for _ in range(self._done, self._asked):
            for followed, row in zip(self._followed, next(self._trace), strict=True):
                followed.follow(row)
        self._done = self._asked
        limits = [followed.here() for followed in self._followed]
        return {name: limits[variant][quantity] for name, variant, quantity in self._curves}


def _rows_of(study: Study) -> Iterator[tuple[Row, ...]]:
    """Yield the rows of a study, one of each variant at a time."""
    for chunk in trace(study):
        yield from zip(*chunk.rows, strict=True)


def _rows(layout: Layout) -> Iterator[tuple[float, ...]]:
    study = layout.study
    places = [(curve.variant, study.graph.position[_shown(study, curve.quantity)]) for curve in _curves(layout)]
    last_of_batch = islice(_rows_of(study), study.batch - 1, None, study.batch)
    for iteration, rows in enumerate(last_of_batch):
        yield (float(iteration), *[rows[variant][position] for variant, position in places])


def _summary(page: Page, book: Book, column: int) -> None:
    """Put a line of live facts for each variant, and one sentence about them all."""
    layout, metrics = book.layout, [metric.name for metric in book.study.network.metrics]
    header = (*_SUMMARY, *(f"last {name}" for name in metrics))
    page.row(at.LABEL_ROW, header, style.LABEL, column)
    letters = [get_column_letter(column + offset) for offset in range(len(header))]
    for index, losses in enumerate(book.results.losses):
        formulas = (*_facts(layout, index, losses, letters[_RISES], at.FIRST_ROW + index), *_lasts(book, index))
        looks = (style.INPUT_LINK, *[style.CALC] * 3, style.COUNT, style.COUNT, style.Style(align="center"))
        for letter, formula, look in zip(letters, formulas, (*looks, *[style.CALC] * len(metrics)), strict=True):
            page.put(f"{letter}{at.FIRST_ROW + index}", formula, look)
    row = at.FIRST_ROW + len(book.results.losses) + 1
    page.put(f"{letters[0]}{row}", _sentence(book, letters), style.Style(bold=True, wrap=True, size=12))
    page.merges.append(f"{letters[0]}{row}:{letters[len(_SUMMARY) - 1]}{row + 2}")


def _lasts(book: Book, variant: int) -> Iterator[Formula]:
    """Yield the last value of each metric of a variant."""
    for column, curve in enumerate(_curves(book.layout), start=2):
        if curve.variant == variant and curve.quantity != book.study.network.loss:
            value = partial(_last_value, book, variant, _shown(book.study, curve.quantity))
            yield Formula(f"{get_column_letter(column)}{_last_row(book.layout)}", value, scale=1.0)


def _last_value(book: Book, variant: int, name: str) -> float:
    return book.results.last[variant][name]


def _facts(layout: Layout, index: int, losses: Losses, rises: str, row: int) -> tuple[Formula, ...]:
    """Return the formulas of one variant's line."""
    letter, top, bottom = get_column_letter(index + 2), at.FIRST_ROW, _last_row(layout)
    column = f"{letter}{top}:{letter}{bottom}"
    smallest = f"MATCH(MIN({column}),{column},0)"

    def is_smallest(iteration: object, look: Look) -> bool:
        found = look(top + int(iteration), index + 2) if isinstance(iteration, float) else None
        return isinstance(found, float) and may_match(found, losses.smallest)

    def may_say(word: object, look: Look) -> bool:
        return word in ("yes", "no") and losses.may_rise(0 if word == "yes" else max(losses.rises, 1))

    return (
        Formula(layout.rate(index), lambda: layout.study.rates[index]),
        Formula(f"{letter}{top}", lambda: losses.first, scale=1.0),
        Formula(f"{letter}{bottom}", lambda: losses.last, scale=1.0),
        Formula(f"MIN({column})", lambda: losses.smallest, scale=1.0),
        Formula(f"INDEX($A${top}:$A${bottom},{smallest})", lambda: float(losses.smallest_at), accepts=is_smallest),
        Formula(
            f"SUMPRODUCT(({letter}{top + 1}:{letter}{bottom}>={letter}{top}:{letter}{bottom - 1})*1)",
            lambda: float(losses.rises),
            accepts=lambda steps, look: losses.may_rise(steps),
        ),
        Formula(f'IF({rises}{row}=0,"yes","no")', lambda: "no" if losses.rises else "yes", accepts=may_say),
    )


def _sentence(book: Book, letters: list[str]) -> Formula:
    """Return the sentence that says which variant did best, whether any let the error rise, or diverged."""
    study, losses, layout = book.study, book.results.losses, book.layout
    top, bottom = at.FIRST_ROW, at.FIRST_ROW + len(losses) - 1
    first, last, rises = (f"{letters[i]}{top}:{letters[i]}{bottom}" for i in (1, 2, _RISES))
    labels = f"$B${at.LABEL_ROW}:${get_column_letter(len(losses) + 1)}${at.LABEL_ROW}"
    what = "rate" if layout.shares_settings else "variant"
    start = f"After {study.iterations} updates the smallest error is that of "
    calm = f"; at every {what} the error fell at every step, so none of them diverged."
    rose = f" of the {what}s the error did not fall at every step"
    higher = " it ended higher than it began: diverged."
    formula = (
        f'"{start}"&INDEX({labels},MATCH(MIN({last}),{last},0))&IF(SUM({rises})=0,"{calm}",'
        f'"; at "&SUMPRODUCT(({rises}>0)*1)&"{rose}, at "&SUMPRODUCT(({last}>{first})*1)&"{higher}")'
    )

    def sentence(best: int, risen: int) -> str:
        ended_higher = sum(found.last > found.first for found in losses)
        end = f"; at {risen}{rose}, at {ended_higher}{higher}" if risen else calm
        return start + _label_text(layout, best) + end

    def value() -> str:
        best = min(range(len(losses)), key=lambda index: losses[index].last)
        return sentence(best, sum(found.rises > 0 for found in losses))

    def may_say(text: object, look: Look) -> bool:
        lowest = min(found.last for found in losses)
        tied = [index for index, found in enumerate(losses) if may_match(found.last, lowest)]
        least = sum(found.rises > found.fuzzy for found in losses)
        most = sum(found.rises + found.fuzzy > 0 for found in losses)
        return any(text == sentence(best, risen) for best in tied for risen in range(least, most + 1))

    return Formula(formula, value, accepts=may_say)


def _charts(page: Page, layout: Layout, column: int) -> None:
    """Chart the error of every variant, on a linear and on a logarithmic axis, and each metric."""
    row = at.FIRST_ROW + len(layout.study.variants) + 5
    loss = layout.study.network.loss
    for name, logarithmic in ((loss, False), (loss, True), *((m.name, False) for m in layout.study.network.metrics)):
        lines = list(_lines(layout, name))
        chart = charts.scatter(
            f"{name} by iteration" + (", logarithmic axis" if logarithmic else ""),
            ITERATION,
            name,
            lines,
            x_range=(0, layout.study.iterations),
            y_range=(None if logarithmic else 0, None),
            logarithmic=logarithmic,
        )
        what = "learning rates" if layout.shares_settings else "variants"
        kind = "logarithmic" if logarithmic else "linear"
        alt = f"Chart: {name} against the iteration, one line for each of {len(lines)} {what}, on a {kind} axis."
        page.charts.append((f"{get_column_letter(column)}{row}", chart, alt))
        row += charts.HEIGHT_ROWS + 1


def _lines(layout: Layout, quantity: str) -> Iterator[charts.Line]:
    """Yield a line for each variant; its name is the label above its column."""
    rows = f"${at.FIRST_ROW}:${{}}${_last_row(layout)}"
    for column, curve in enumerate(_curves(layout), start=2):
        letter = get_column_letter(column)
        if curve.quantity == quantity:
            yield charts.Line(
                f"{at.ERROR}!${letter}${at.LABEL_ROW}",
                f"{at.ERROR}!$A{rows.format('A')}",
                f"{at.ERROR}!${letter}{rows.format(letter)}",
            )


def _print(sheet: Any) -> None:
    landscape(sheet)
    fit_width(sheet)
    sheet.print_title_rows = f"{at.TITLE_ROW}:{at.EQUATION_ROW}"
