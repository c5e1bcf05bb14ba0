"""The top of Gradient check: what is picked, what was found of it, and the helper cells beside it."""

from __future__ import annotations

from dataclasses import replace

from sheetgen.page import style
from sheetgen.page.block import Block, Listing
from sheetgen.page.page import Formula, Page, text_literal
from sheetgen.sheets import lookup, picks
from sheetgen.sheets.book import Book
from sheetgen.sheets.flag import Verdict, flag
from sheetgen.sheets.gradient_check.lines import (
    CENTRAL,
    GRADIENT,
    LEAST,
    PARAMETER,
    RELATIVE,
    ROUNDING,
    VERDICT,
    GradientLine,
)
from sheetgen.sheets.lookup import Lookup
from sheetgen.sheets.picks import CHECK_EPSILON, CHECK_ITERATION, CHECK_PARAMETER, CHECK_SAMPLE, CHECK_VARIANT

_TOP, _EXPLANATIONS_ROW = 4, 11
_PICKED = Listing({label: row for row, label in enumerate((GRADIENT, CENTRAL, RELATIVE, VERDICT), _TOP)}, "D", "G")
"""The picked parameter's numbers; each label is three columns wide, each number two."""
_ALL = "all parameters"
_SENTENCE = Listing.at(9, (_ALL,))
"""What is found of all parameters, in a sentence."""
_HELPERS = _NUMBER, _ROW, _PARAMETER, _ROUNDING, _LEAST = (
    "training sheet, by number", "row in it", "parameter, by number", "rounding granted to E", "least divisor",
)  # fmt: skip
_HELPERS_COLUMN, _SHEETS_ROW = 10, 10
_EXPLANATIONS = (
    "gradient: from the training sheet.  Central difference: (E(w+ε) − E(w−ε))/2ε, from the networks below, which are"
    " computed anew at this step.",
    "relative error = |gradient − central difference| / the larger of the two sizes; it says little where both are"
    " nearly 0, so it is not what decides.",
    "allowed = 1E-14·(1 + |E|)/ε + 4·|D(2ε) − D(ε)|: what rounding of E makes of the quotient, and twelve times the"
    " error of a finite ε, which grows with ε².",
)
_DIGITS = "0.000000000000"
_BIG = style.Style(bold=True, size=14, align="center", border="D0D5DD")


class GradientHelpers:
    """The numbers that the look-ups need, the two constants of the verdict, and the list of training sheets."""

    def __init__(self, book: Book) -> None:
        self.listing = Listing.at(_TOP, _HELPERS, _HELPERS_COLUMN)
        self.sheets = lookup.sheets(book.layout, _SHEETS_ROW, _HELPERS_COLUMN)
        self.number, self.row, self.parameter, self.rounding, self.least = map(self.listing.absolute, _HELPERS)

    def put(self, page: Page, book: Book, step: Lookup, table: Block) -> None:
        """Put them on the page."""
        parameter = book.picks.parameter
        place = f"MATCH({CHECK_PARAMETER.absolute},{table.column(PARAMETER)},0)"
        contents: dict[str, Formula | float] = {
            _NUMBER: step.number_formula(CHECK_VARIANT, self.sheets),
            _ROW: step.row_formula(CHECK_ITERATION, CHECK_SAMPLE),
            _PARAMETER: Formula(place, lambda: float(parameter + 1)),
            _ROUNDING: ROUNDING,
            _LEAST: LEAST,
        }
        lookup.put_sheets(page, self.sheets, book.layout)
        for label, content in contents.items():
            self.listing.put(page, label, content, replace(style.BUILT, align="center"), style.BUILT)


def put(
    page: Page,
    book: Book,
    step: Lookup,
    helpers: GradientHelpers,
    table: Block,
    lines: list[GradientLine],
    verdict: Verdict,
) -> None:
    """Put the title, what is picked, and what was found of it."""
    page.put("A1", "Gradient check", style.TITLE)
    flag(page, "G1:H1", verdict)
    note = "Is the gradient right? Pick a step and a parameter in the yellow cells; the loss itself gives the answer."
    page.put("A2", note, style.NOTE)
    _picks(page, book)
    helpers.put(page, book, step, table)
    _picked_parameter(page, book, helpers, table, lines[book.picks.parameter])
    _verdict(page, table, lines)
    for row, text in enumerate(_EXPLANATIONS, start=_EXPLANATIONS_ROW):
        page.put(f"A{row}", text, style.NOTE)


def _picks(page: Page, book: Book) -> None:
    contents = picks.shown(book.study, book.picks)
    for pick, label in (
        (CHECK_VARIANT, "training sheet"),
        (CHECK_ITERATION, "iteration"),
        (CHECK_PARAMETER, "parameter"),
        (CHECK_EPSILON, "ε"),
        *([(CHECK_SAMPLE, book.study.position)] if book.study.batch > 1 else []),
    ):
        page.put(f"A{pick.row}", label, style.NAME)
        page.put(pick.cell, contents[pick], style.PICK)
    if limit := lookup.limit(book.layout):
        page.put("A3", limit, style.NOTE)


def _picked_parameter(page: Page, book: Book, helpers: GradientHelpers, table: Block, line: GradientLine) -> None:
    """Put the picked parameter's numbers, large."""
    loss, parameter = book.study.network.loss, CHECK_PARAMETER.absolute
    derivative, quotient = f"∂{loss}/∂", (f"({loss}(", f"+ε) − {loss}(", "−ε))/2ε")
    gradient_label = Formula(f"{text_literal(derivative)}&{parameter}", lambda: derivative + line.parameter)
    central_label = Formula(f"&{parameter}&".join(map(text_literal, quotient)), lambda: line.parameter.join(quotient))
    facts: tuple[tuple[str, Formula | str, style.Style], ...] = (
        (GRADIENT, gradient_label, replace(_BIG, number=_DIGITS)),
        (CENTRAL, central_label, replace(_BIG, number=_DIGITS)),
        (RELATIVE, RELATIVE, replace(_BIG, number=style.SCIENTIFIC)),
        (VERDICT, VERDICT, _BIG),
    )
    for column, label, look in facts:
        label_cell, cell, row = _PICKED.label_cell(column), _PICKED.cell(column), _PICKED.rows[column]
        page.put(label_cell, label, style.Style(align="right", bold=True, indent=1))
        page.merges += [f"{label_cell}:F{row}", f"{cell}:H{row}"]
        source = line.formulas[column]
        formula = Formula(f"INDEX({table.column(column)},{helpers.parameter})", source.value, source.scale)
        page.put(cell, formula, look)
    page.flags.append(_PICKED.cell(VERDICT))


def _verdict(page: Page, table: Block, lines: list[GradientLine]) -> None:
    """Put one sentence about all parameters."""
    count = len(lines)
    good = f"OK: all {count} gradients of this step agree with their central differences"
    bad = f" of {count} gradients of this step differ from their central differences"

    def value() -> str:
        failed = sum(not line.passes() for line in lines)
        return f"CHECK: {failed}{bad}" if failed else good

    passing = f'COUNTIF({table.column(VERDICT)},"OK")'
    sentence = Formula(f'IF({passing}={count},"{good}","CHECK: "&({count}-{passing})&"{bad}")', value)
    _SENTENCE.put(page, _ALL, sentence, style.FLAG)
    cell = _SENTENCE.cell(_ALL)
    page.merges.append(f"{cell}:H{_SENTENCE.rows[_ALL]}")
    page.flags.append(cell)
