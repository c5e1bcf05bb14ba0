"""The Error sheet: the loss of every learning rate side by side, charted and summed up, all live."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

from openpyxl.utils import get_column_letter

from sheetgen import layout as at
from sheetgen import style
from sheetgen.graph import ITERATION, RATE, Section
from sheetgen.layout import Layout, quoted
from sheetgen.results import Losses, may_match
from sheetgen.sheets import charts
from sheetgen.sheets.book import Book
from sheetgen.sheets.flag import flag
from sheetgen.sheets.numbers import general
from sheetgen.sheets.page import ROW, Column, Formula, Page, Table
from sheetgen.sheets.printing import fit_width, landscape
from sheetgen.study import Variant
from sheetgen.tolerance import row_bounds
from sheetgen.trace import trace

Look = Callable[[int, int], object]

_SUMMARY = (
    "learning rate", "first error", "last error", "smallest error", "at iteration",
    "steps that did not fall", "fell at every step?",
)  # fmt: skip


def page(book: Book) -> Page:
    """Return the Error sheet."""
    layout = book.layout
    page = Page(at.ERROR, freeze=f"B{at.FIRST_ROW}", tab_colour="B54708")
    summary = len(layout.study.variants) + 3
    page.widths = dict.fromkeys(range(1, summary - 1), 11.0) | {summary - 1: 3.0}
    page.widths |= dict.fromkeys(range(summary, summary + len(_SUMMARY)), 14.0)
    page.heights = {1: 28, at.LABEL_ROW: 32, at.EQUATION_ROW: 18}
    page.put("A1", f"Error {layout.study.graph.loss} at every iteration", style.TITLE)
    flag(page, f"{get_column_letter(summary + 4)}1:{get_column_letter(summary + 6)}1", book)
    _header(page, book)
    page.table = Table(at.FIRST_ROW, layout.study.rows, tuple(_columns(layout)), lambda: _rows(layout))
    _summary(page, book, summary)
    _charts(page, layout, summary)
    page.decorate.append(_print)
    return page


def _header(page: Page, book: Book) -> None:
    layout = book.layout
    page.put(f"A{at.LABEL_ROW}", ITERATION, style.label(Section.DATA))
    page.put(f"A{at.EQUATION_ROW}", None, style.equation(Section.DATA))
    for index, variant in enumerate(layout.study.variants):
        letter = get_column_letter(index + 2)
        text = f"{RATE} = {general(variant.rate)}"
        formula = Formula(f'"{RATE} = "&{layout.rate(index)}', partial(str, text))
        page.put(f"{letter}{at.LABEL_ROW}", formula, style.label(Section.LOSS))
        page.put(f"{letter}{at.EQUATION_ROW}", layout.study.graph.loss, style.equation(Section.LOSS))


def _columns(layout: Layout) -> Iterator[Column]:
    first = quoted(layout.study.variants[0].sheet)
    link = f"{first}!{layout.letter(ITERATION)}{ROW}"
    yield Column(ITERATION, link, link, style.LINK_GENERAL, style.LINK_GENERAL)
    for variant in layout.study.variants:
        link = f"{quoted(variant.sheet)}!{layout.letter(layout.study.graph.loss)}{ROW}"
        yield Column(_label(layout, variant), link, link, style.LINK, style.LINK)


def _label(layout: Layout, variant: Variant) -> str:
    return f"{layout.study.graph.loss}, {variant.sheet}"


def bounds(layout: Layout, unit: float) -> Callable[[tuple[float, ...]], Mapping[str, float]]:
    """Return a function that gives, for rows of the table in order, the error bound of each column.

    ``unit`` is that of `sheetgen.tolerance.row_bounds`. The trace runs along only as far as it is asked.
    """
    study, graph = layout.study, layout.study.graph
    rows = (step for chunk in trace(study) for step in enumerate(zip(*chunk.rows, strict=True), start=chunk.first))

    def of(numbers: tuple[float, ...]) -> Mapping[str, float]:
        found = {}
        step = next(row for iteration, row in rows if iteration == numbers[0])
        for variant, row in zip(study.variants, step, strict=True):
            values = dict(zip(graph.names, row, strict=True))
            found[_label(layout, variant)] = row_bounds(graph, values, variant.rate, unit)[graph.loss]
        return found

    return of


def _rows(layout: Layout) -> Iterator[tuple[float, ...]]:
    position = layout.study.graph.position[layout.study.graph.loss]
    for chunk in trace(layout.study):
        for iteration, rows in enumerate(zip(*chunk.rows, strict=True), start=chunk.first):
            yield (iteration, *[row[position] for row in rows])


def _summary(page: Page, book: Book, column: int) -> None:
    """Put a line of live facts for each rate, and one sentence about them all."""
    page.row(at.LABEL_ROW, _SUMMARY, style.LABEL, column)
    letters = [get_column_letter(column + offset) for offset in range(len(_SUMMARY))]
    for index, losses in enumerate(book.results.losses):
        formulas = _facts(book.layout, index, losses, letters[5], at.FIRST_ROW + index)
        looks = (style.INPUT_LINK, *[style.CALC] * 3, style.COUNT, style.COUNT, style.Style(align="center"))
        for letter, formula, look in zip(letters, formulas, looks, strict=True):
            page.put(f"{letter}{at.FIRST_ROW + index}", formula, look)
    row = at.FIRST_ROW + len(book.results.losses) + 1
    page.put(f"{letters[0]}{row}", _sentence(book, letters), style.Style(bold=True, wrap=True, size=12))
    page.merges.append(f"{letters[0]}{row}:{letters[-1]}{row + 2}")


def _facts(layout: Layout, index: int, losses: Losses, rises: str, row: int) -> tuple[Formula, ...]:
    """Return the formulas of one rate's line."""
    letter, top, bottom = get_column_letter(index + 2), at.FIRST_ROW, layout.last_row
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
    """Return the sentence that says which rate did best, whether any let the error rise, and whether any diverged."""
    study, losses = book.study, book.results.losses
    top, bottom = at.FIRST_ROW, at.FIRST_ROW + len(losses) - 1
    rate, first, last, rises = (f"{letters[i]}{top}:{letters[i]}{bottom}" for i in (0, 1, 2, 5))
    start = f"After {study.iterations} updates the smallest error is that of {RATE} = "
    calm = "; at every rate the error fell at every step, so none of them diverged."
    rose, higher = " of the rates the error did not fall at every step", " it ended higher than it began: diverged."
    formula = (
        f'"{start}"&INDEX({rate},MATCH(MIN({last}),{last},0))&IF(SUM({rises})=0,"{calm}",'
        f'"; at "&SUMPRODUCT(({rises}>0)*1)&"{rose}, at "&SUMPRODUCT(({last}>{first})*1)&"{higher}")'
    )

    def sentence(best: int, risen: int) -> str:
        ended_higher = sum(found.last > found.first for found in losses)
        end = f"; at {risen}{rose}, at {ended_higher}{higher}" if risen else calm
        return start + general(study.rates[best]) + end

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
    """Chart the error of every rate, once on a linear and once on a logarithmic axis."""
    row = at.FIRST_ROW + len(layout.study.variants) + 5
    loss, count = layout.study.graph.loss, len(layout.study.variants)
    what = f"{loss} against the iteration, one line for each of {count} learning rates"
    for logarithmic in (False, True):
        chart = charts.scatter(
            f"{loss} by iteration" + (", logarithmic axis" if logarithmic else ""),
            ITERATION,
            loss,
            list(_lines(layout)),
            x_range=(0, layout.study.iterations),
            y_range=(None if logarithmic else 0, None),
            logarithmic=logarithmic,
        )
        alt = f"Chart: {what}, on a {'logarithmic' if logarithmic else 'linear'} axis."
        page.charts.append((f"{get_column_letter(column)}{row}", chart, alt))
        row += charts.HEIGHT_ROWS + 1


def _lines(layout: Layout) -> Iterator[charts.Line]:
    """Yield a line for each rate; its name is the live label above its column."""
    rows = f"${at.FIRST_ROW}:${{}}${layout.last_row}"
    for index in range(len(layout.study.variants)):
        letter = get_column_letter(index + 2)
        yield charts.Line(
            f"{at.ERROR}!${letter}${at.LABEL_ROW}",
            f"{at.ERROR}!$A{rows.format('A')}",
            f"{at.ERROR}!${letter}{rows.format(letter)}",
        )


def _print(sheet: Any) -> None:
    landscape(sheet)
    fit_width(sheet)
    sheet.print_title_rows = f"{at.TITLE_ROW}:{at.EQUATION_ROW}"
