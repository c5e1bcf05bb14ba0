"""The Equations sheet: every equation read off the graph, and each weight's chain rule with live numbers."""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from typing import Any

from openpyxl.utils import get_column_letter

from sheetgen.algebra.evaluate import evaluate
from sheetgen.algebra.notation import Excel, Text
from sheetgen.network.chains import MAX_FACTORS, Factor, Path, paths
from sheetgen.network.graph import ITERATION, Quantity, Section, derivative_label
from sheetgen.network.optimizers import OPTIMIZERS, SCHEDULES, SGD
from sheetgen.network.study import TOLERANCE
from sheetgen.page import style
from sheetgen.page.page import PREVIOUS_ROW, ROW, Formula, Page, at_row
from sheetgen.page.printing import fit_width, landscape
from sheetgen.sheets import layout as at
from sheetgen.sheets.book import Book
from sheetgen.sheets.flag import flag
from sheetgen.sheets.layout import Address, Layout

_HEADINGS = {
    Section.FORWARD: "Forward: from the inputs to the outputs",
    Section.LOSS: "Loss: how far the outputs are from the targets",
    Section.METRICS: "Metrics: what is watched, and not minimised",
    Section.BACKWARD: "Backward: the chain rule, one quantity at a time",
    Section.GRADIENTS: "Gradients: what each weight does to the loss",
}
_HEADER = ("quantity", "at iteration 0", "equation", None, None, "as a spreadsheet formula")
_FORMULA_COLUMN = "F"


def page(book: Book) -> Page:
    """Return the Equations sheet."""
    page = Page(at.EQUATIONS, freeze="A4", tab_colour="6941C6")
    page.widths = {1: 20, 2: 18} | dict.fromkeys(range(3, 4 + MAX_FACTORS), 25.0)
    page.heights = {1: 28}
    page.put("A1", "Equations", style.TITLE)
    flag(page, "F1", book)
    first = book.study.variants[0].sheet
    page.put(
        "A2",
        f"Read off the network; the numbers are live, those of iteration 0 on the sheet {first}.",
        style.NOTE,
    )
    row = _equations(page, book, 4)
    row = _updates(page, book, row)
    row = page.heading("A", row, "The chain rule, weight by weight, with the numbers of iteration 0")
    for weight in book.study.network.weights:
        row = _chain(page, book, weight, row)
    page.decorate.append(_print)
    return page


def _here(layout: Layout) -> Excel:
    """Return the notation that refers to iteration 0 of the first training sheet."""
    return Excel(lambda name: layout.cell(Address(0, name, 0)))


def _value(book: Book, name: str) -> Callable[[], float]:
    return lambda: book.results.first[0][name]


def _next_value(book: Book, name: str, variant: int) -> Callable[[], float]:
    return lambda: book.results.second[variant][name]


def _factor_value(book: Book, factor: Factor) -> Callable[[], float]:
    return lambda: _factor(book, factor)


def _equations(page: Page, book: Book, row: int) -> int:
    """List the forward, loss, backward and gradient equations; return the next free row."""
    text, layout = Text(), book.layout
    spelled = layout.notation(0, ROW, PREVIOUS_ROW)
    for section, heading in _HEADINGS.items():
        if not (quantities := layout.study.network.section(section)):
            continue
        row = page.heading("A", row, heading)
        page.row(row, _HEADER, style.label(section))
        for quantity in quantities:
            row += 1
            assert quantity.equation is not None
            _line(page, layout, row, quantity, text.write(quantity.equation), book)
            formula = at_row(spelled.write(quantity.equation), at.FIRST_ROW)
            page.put(f"{_FORMULA_COLUMN}{row}", f"={formula}", style.CODE)
        row += 2
    return row


def _line(page: Page, layout: Layout, row: int, quantity: Quantity, text: str, book: Book) -> None:
    page.put(f"A{row}", quantity.name, style.NAME)
    link = layout.cell(Address(0, quantity.name, 0))
    page.put(f"B{row}", Formula(link, _value(book, quantity.name)), style.LINK)
    page.put(f"C{row}", f"{quantity.name} = {text}", style.EQUATION)


def _updates(page: Page, book: Book, row: int) -> int:
    """List the columns that count, the optimiser's and the update of every weight, for each way of training."""
    study = book.study
    shown: list[tuple[str, str]] = []
    for index, v in enumerate(study.variants):
        key = (v.optimizer.name, v.schedule.name)
        if key not in shown:
            shown.append(key)
            row = _training(page, book, index, row)
    return row


def _training(page: Page, book: Book, variant: int, row: int) -> int:
    """List how one variant is trained; return the next free row."""
    text, layout, study = Text(), book.layout, book.study
    this, graph = study.variants[variant], study.graphs[variant]
    title = "gradient descent" if this.optimizer == SGD else OPTIMIZERS[this.optimizer.name].title
    course = f", {SCHEDULES[this.schedule.name].title}" if study.scheduled else ""
    where = "" if layout.shares_settings else f", on the sheet {this.sheet}"
    row = page.heading("A", row, f"Update: from one iteration to the next ({title}{course}{where})")
    page.row(row, (*_HEADER[:1], "at iteration 1", *_HEADER[2:]), style.label(Section.WEIGHTS))
    updated = [q for q in graph.quantities if q.is_given and q.equation is not None]
    kept = [q for q in graph.section(Section.STEP) if q.name != ITERATION]
    for quantity in (*kept, *graph.section(Section.MEANS, Section.OPTIMIZER), *updated):
        row += 1
        assert quantity.equation is not None
        sign = ":=" if quantity.is_given or quantity.first else "="
        page.put(f"A{row}", quantity.name, style.NAME)
        page.put(f"C{row}", f"{quantity.name} {sign} {text.write(quantity.equation)}", style.EQUATION)
        formula = layout.formula(quantity.equation, variant, layout.row(1))
        page.put(f"{_FORMULA_COLUMN}{row}", f"={formula}", style.CODE)
        link = layout.cell(Address(variant, quantity.name, 1))
        page.put(f"B{row}", Formula(link, _next_value(book, quantity.name, variant)), style.LINK)
    return row + 2


def _chain(page: Page, book: Book, weight: str, row: int) -> int:
    """Write out the paths from the loss to one weight; return the next free row."""
    graph = book.study.network
    chains = paths(graph, weight)
    total = derivative_label(graph.loss, weight)
    sum_text = " + ".join(" · ".join(factor.label for factor in path) for path in chains)
    page.put(f"A{row}", total, style.label(Section.GRADIENTS))
    page.put(f"B{row}", f"= {sum_text}", style.NAME)
    products = []
    for number, path in enumerate(chains, start=1):
        row = _path(page, book, path, number if len(chains) > 1 else 0, row + 1)
        products.append(f"B{row}")
    return _sum(page, book, weight, products, chains, row + 1)


def _path(page: Page, book: Book, path: Path, number: int, row: int) -> int:
    """Write one path on three rows: the derivatives, what they are, their numbers and product."""
    text, here = Text(), _here(book.layout)
    page.put(f"A{row}", f"path {number}" if number else "path", style.NOTE)
    page.put(f"B{row}", "product", style.label(Section.BACKWARD))
    page.put(f"A{row + 2}", "numbers", style.NOTE)
    for column, factor in enumerate(path, start=3):
        letter = get_column_letter(column)
        dot = "· " if column > 3 else ""
        page.put(f"{letter}{row}", dot + factor.label, style.label(Section.BACKWARD))
        page.put(f"{letter}{row + 1}", f"= {text.write(factor.expr)}", style.equation(Section.BACKWARD))
        formula = Formula(here.write(factor.expr), _factor_value(book, factor))
        page.put(f"{letter}{row + 2}", formula, style.Style(number=style.NUMBER, align="center"))
    cells = (f"{get_column_letter(column)}{row + 2}" for column in range(3, 3 + len(path)))
    product = Formula("*".join(cells), lambda: _product(book, path))
    page.put(f"B{row + 2}", product, style.Style(number=style.NUMBER, bold=True))
    return row + 2


def _factor(book: Book, factor: Factor) -> float:
    return evaluate(factor.expr, book.results.first[0].__getitem__)


def _product(book: Book, path: Path) -> float:
    return prod(_factor(book, factor) for factor in path)


def _sum(page: Page, book: Book, weight: str, cells: list[str], chains: tuple[Path, ...], row: int) -> int:
    """Add the paths up and set the sum beside the gradient of the training sheet; return the next free row."""
    total = derivative_label(book.study.network.loss, weight)
    tolerance = book.study.settings[TOLERANCE]

    def added() -> float:
        return sum(_product(book, path) for path in chains)

    def agrees() -> str:
        return "agrees" if abs(added() - book.results.first[0][total]) <= tolerance else "DIFFERS"

    page.put(f"A{row}", "sum of paths" if len(cells) > 1 else "product", style.NAME)
    page.put(f"B{row}", Formula("+".join(cells), added), style.Style(number=style.NUMBER, bold=True))
    page.put(f"C{row}", f"{total} in the table", style.Style(align="right"))
    page.put(f"D{row}", Formula(book.layout.cell(Address(0, total, 0)), _value(book, total)), style.LINK)
    test = f'IF(ABS(B{row}-D{row})<={book.layout.given(TOLERANCE)},"agrees","DIFFERS")'
    page.put(f"E{row}", Formula(test, agrees), style.Style(bold=True, align="left", indent=1))
    return row + 2


def _print(sheet: Any) -> None:
    landscape(sheet)
    fit_width(sheet)
