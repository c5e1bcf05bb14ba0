"""The chain rule on the Equations sheet: each weight's paths from the loss, with live numbers under each factor."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from math import prod

from sheetgen.algebra.evaluate import evaluate
from sheetgen.algebra.notation import Excel
from sheetgen.algebra.textbook import Textbook
from sheetgen.network.chains import Factor, Path, paths
from sheetgen.network.error_bounds import error_bound
from sheetgen.network.graph import Section
from sheetgen.network.study import TOLERANCE
from sheetgen.page import style
from sheetgen.page.block import Block
from sheetgen.page.cell_names import column_letter
from sheetgen.page.page import Formula, Page
from sheetgen.sheets.book import Book
from sheetgen.sheets.layout import Address
from sheetgen.sheets.section_style import equation_style, label_style

_NUMBER, _TABLE_NUMBER = "number", "there"
_COLUMNS = ("label", _NUMBER, "in the table", _TABLE_NUMBER, "word")
_FIRST_FACTOR = 3
"""The column of a path's first factor."""


def put(page: Page, book: Book, weight: str, row: int) -> int:
    """Write out the paths from the loss to one weight; return the next free row."""
    graph = book.study.network
    chains = paths(graph, weight, book.study.position)
    total = graph.slope(weight)
    sum_text = " + ".join(" · ".join(factor.label for factor in path) for path in chains)
    page.put(f"A{row}", total, label_style(Section.GRADIENTS))
    page.put(f"B{row}", f"= {sum_text}", style.NAME)
    products = []
    for number, path in enumerate(chains, start=1):
        products.append(_path(page, book, path, number if len(chains) > 1 else 0, row + 1))
        row += 3
    return _sum(page, book, weight, products, chains, row + 1)


def _path(page: Page, book: Book, path: Path, number: int, row: int) -> str:
    """Write one path on three rows: the derivatives, what they are, their numbers; return the product's cell."""
    notation, at_start = Textbook(), Excel(partial(_reference, book))
    page.put(f"A{row}", f"path {number}" if number else "path", style.NOTE)
    page.put(f"B{row}", "product", label_style(Section.BACKWARD))
    page.put(f"A{row + 2}", "numbers", style.NOTE)
    letters = [column_letter(_FIRST_FACTOR + index) for index in range(len(path))]
    for letter, factor in zip(letters, path, strict=True):
        dot = "" if letter == letters[0] else "· "
        page.put(f"{letter}{row}", dot + factor.label, label_style(Section.BACKWARD))
        page.put(f"{letter}{row + 1}", f"= {notation.write(factor.expr)}", equation_style(Section.BACKWARD))
        formula = Formula(
            at_start.write(factor.expr), _factor_value(book, factor), partial(_factor_error, book, factor)
        )
        page.put(f"{letter}{row + 2}", formula, style.Style(number=style.NUMBER, align="center"))
    text = "*".join(f"{letter}{row + 2}" for letter in letters)
    product = Formula(text, lambda: _product(book, path), lambda: _product_error(book, path))
    return page.put(f"B{row + 2}", product, style.Style(number=style.NUMBER, bold=True))


def _reference(book: Book, name: str) -> str:
    """Return the cell of a quantity at iteration 0, or of a number that derivatives use besides."""
    constant = name in book.study.constants(0)
    return book.layout.constant(0, name) if constant else book.layout.cell(Address(0, name, 0))


def _number(book: Book, name: str) -> float:
    constants = book.study.constants(0)
    return constants[name] if name in constants else book.results.first(0, name)


def _error(book: Book, name: str) -> float:
    return 0.0 if name in book.study.constants(0) else book.results.start_error(0, name)


def _factor_value(book: Book, factor: Factor) -> Callable[[], float]:
    return lambda: evaluate(factor.expr, partial(_number, book))


def _factor_error(book: Book, factor: Factor) -> float:
    """Return how far off a factor may be, in units of an operation's relative error."""
    return error_bound(factor.expr, partial(_number, book), partial(_error, book), 1.0)


def _product_error(book: Book, path: Path) -> float:
    """Return how far off a product may be: by the error of each factor, times the others."""
    values = [_factor_value(book, factor)() for factor in path]
    others = [prod(values[:index] + values[index + 1 :]) for index in range(len(path))]
    errors = [_factor_error(book, factor) for factor in path]
    return sum(abs(error * other) for error, other in zip(errors, others, strict=True)) + abs(prod(values))


def _product(book: Book, path: Path) -> float:
    return prod(_factor_value(book, factor)() for factor in path)


def _sum(page: Page, book: Book, weight: str, products: list[str], chains: tuple[Path, ...], row: int) -> int:
    """Add the paths up and set the sum beside the gradient of the training sheet; return the next free row."""
    total = book.study.network.slope(weight)
    tolerance = book.study.settings[TOLERANCE]
    in_table = partial(book.results.first, 0, total)

    def sum_of_products() -> float:
        return sum(_product(book, path) for path in chains)

    def agrees() -> str:
        return "agrees" if abs(sum_of_products() - in_table()) <= tolerance else "DIFFERS"

    line = Block.below(row - 1, _COLUMNS, 1)
    difference = f"{line.cell(_NUMBER, row)}-{line.cell(_TABLE_NUMBER, row)}"
    test = f'IF(ABS({difference})<={book.layout.given(TOLERANCE)},"agrees","DIFFERS")'
    contents = (
        "sum of paths" if len(products) > 1 else "product",
        Formula("+".join(products), sum_of_products, lambda: sum(_product_error(book, path) for path in chains)),
        f"{total} in the table",
        Formula(book.layout.cell(Address(0, total, 0)), in_table, partial(book.results.start_error, 0, total)),
        Formula(test, agrees),
    )
    looks = (
        style.NAME,
        style.Style(number=style.NUMBER, bold=True),
        style.Style(align="right"),
        style.LINK,
        style.Style(bold=True, align="left", indent=1),
    )
    line.line(page, row, contents, looks)
    return row + 2
