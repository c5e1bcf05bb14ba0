"""The table of Gradient check: every gradient of the picked step beside the central difference of the loss."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sheetgen.network.graph import derivative_label
from sheetgen.page import style
from sheetgen.page.block import Block
from sheetgen.page.page import Content, Formula, Page
from sheetgen.sheets.book import Book
from sheetgen.sheets.lookup import Lookup
from sheetgen.sheets.perturbed import Networks

ROUNDING, LEAST = 1e-14, 1e-300
"""The relative rounding granted to the loss, and the divisor of a relative error at least."""

LABELS = PARAMETER, VALUE, GRADIENT, CENTRAL, DIFFERENCE, RELATIVE, ALLOWED, VERDICT = (
    "parameter", "value", "gradient, as trained", "central difference", "|difference|", "relative error",
    "allowed difference", "verdict",
)  # fmt: skip
_LINK, _NUMBER = (replace(look, align="center") for look in (style.LINK, style.CALC))
_SCIENTIFIC = style.Style(number=style.SCIENTIFIC, align="center")
_LOOKS = (style.NAME, _LINK, _LINK, _NUMBER, _SCIENTIFIC, _SCIENTIFIC, _SCIENTIFIC, style.FLAG)


@dataclass(frozen=True)
class GradientLine:
    """One parameter: its formulas, by the label of their column."""

    parameter: str
    formulas: dict[str, Formula]

    def passes(self) -> bool:
        """Whether gradient and central difference agree."""
        return self.formulas[VERDICT].value() == "OK"


def lines_block(book: Book, row: int) -> Block:
    """Return where the lines of all parameters stand, below a header in a row."""
    return Block.below(row, LABELS, len(book.study.network.weights))


def put_lines(page: Page, block: Block, lines: list[GradientLine]) -> None:
    """Put the table with its heading."""
    page.heading(block.letters[PARAMETER], block.first - 2, "All parameters at this step")
    block.header(page)
    for row, line in enumerate(lines, start=block.first):
        contents: tuple[Content, ...] = (line.parameter, *line.formulas.values())
        block.line(page, row, contents, _LOOKS)
        page.flags.append(block.cell(VERDICT, row))


def gradient_lines(
    book: Book, step: Lookup, networks: Networks, block: Block, rounding: str, least: str
) -> list[GradientLine]:
    """Return the line of every parameter; ``rounding`` and ``least`` are the cells of ROUNDING and LEAST."""
    weights = zip(block.rows, book.study.network.weights, strict=True)
    return [
        _line(book, step, networks, weight, {label: block.cell(label, row) for label in LABELS}, rounding, least)
        for row, weight in weights
    ]


def _line(
    book: Book, step: Lookup, networks: Networks, weight: str, cells: dict[str, str], rounding: str, least: str
) -> GradientLine:
    """Return one parameter's line; ``cells`` are those of its row, by label."""
    loss = book.study.network.loss
    name = derivative_label(loss, weight)
    analytic, central, wider = step.formula(name), networks.quotient(weight), networks.quotient(weight, 2)
    error, epsilon = networks.point.reference(loss), networks.point.epsilon

    def numbers() -> tuple[float, float, float]:
        a, n, w = (float(formula.value()) for formula in (analytic, central, wider))
        return a, n, w

    def distance() -> float:
        a, n, _ = numbers()
        return abs(a - n)

    def size() -> float:
        a, n, _ = numbers()
        return max(abs(a), abs(n), LEAST)

    def allowed() -> float:
        _, n, w = numbers()
        return ROUNDING * (1 + abs(step.value(loss))) / book.picks.epsilon + 4 * abs(w - n)

    def noise() -> float:
        a, n, _ = numbers()
        return analytic.bound(1.0) + central.bound(1.0) + abs(a) + abs(n)

    def allowed_noise() -> float:
        return noise() + 4 * (central.bound(1.0) + wider.bound(1.0)) + allowed()

    gradient, quotient, difference = cells[GRADIENT], cells[CENTRAL], cells[DIFFERENCE]
    sizes = f"MAX(ABS({gradient}),ABS({quotient}),{least})"
    most = f"{rounding}*(1+ABS({error}))/{epsilon}+4*ABS({wider.text}-{quotient})"
    word = f'IF(ISNUMBER({difference}),IF({difference}<={cells[ALLOWED]},"OK","CHECK"),"CHECK")'
    formulas = {
        VALUE: step.formula(weight),
        GRADIENT: analytic,
        CENTRAL: central,
        DIFFERENCE: Formula(f"ABS({gradient}-{quotient})", distance, noise),
        RELATIVE: Formula(f"{difference}/{sizes}", lambda: distance() / size(), lambda: noise() / size()),
        ALLOWED: Formula(most, allowed, allowed_noise),
        VERDICT: Formula(word, lambda: "OK" if distance() <= allowed() else "CHECK"),
    }
    return GradientLine(weight, formulas)
