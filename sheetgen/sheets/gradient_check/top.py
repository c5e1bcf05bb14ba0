"""The top of Gradient check: what is picked, what was found of it, and the helper cells beside it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from sheetgen.page import style
from sheetgen.page.block import Block, Listing
from sheetgen.page.page import Formula, Page, text_literal
from sheetgen.sheets import lookup, picks
from sheetgen.sheets.book import Book
from sheetgen.sheets.check_table import AT_KINK, BAD, OK
from sheetgen.sheets.directions import LEAST_COMPONENT
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
from sheetgen.sheets.gradient_check.parameters import Parameters
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
    "all at once: each parameter is moved by ε times its component of a direction v (below), and Σ gradient · v stands"
    " against the difference.",
    f"No component is below {LEAST_COMPONENT}: a single gradient that is off by four times the allowed difference turns"
    " the line to CHECK. Pick parameters to find it.",
    "relative error = |gradient − central difference| / the larger of the two sizes; it says little where both are"
    " nearly 0, so it is not what decides.",
    "allowed = 1E-14·(1 + |E|)/ε + 4·|D(2ε) − D(ε)|: what rounding of E makes of the quotient, and twelve times the"
    " error of a finite ε, which grows with ε².",
    "OK at a kink: relu, abs, max … take another side within 2ε, where there is no one slope; that is no failure, and"
    " no proof.",
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
            _ROW: self._row_formula(book, step),
            _PARAMETER: Formula(place, lambda: float(parameter + 1)),
            _ROUNDING: ROUNDING,
            _LEAST: LEAST,
        }
        lookup.put_sheets(page, self.sheets, book.layout)
        for label, content in contents.items():
            self.listing.put(page, label, content, replace(style.BUILT, align="center"), style.BUILT)

    def _row_formula(self, book: Book, step: Lookup) -> Formula:
        if book.study.whole.several:
            return step.last_row_formula(CHECK_ITERATION)
        return step.row_formula(CHECK_ITERATION, CHECK_SAMPLE)


def put(
    page: Page,
    book: Book,
    step: Lookup,
    helpers: GradientHelpers,
    parameters: Parameters,
    compared: Block,
    lines: list[GradientLine],
    verdict: Verdict,
) -> None:
    """Put the title, what is picked, and what was found of it."""
    page.put("A1", "Gradient check", style.TITLE)
    flag(page, "B1:C1", verdict)
    page.bar = 4
    note = "Is the gradient right? Pick a step and a parameter in the yellow cells; the loss itself gives the answer."
    page.put("A2", note, style.NOTE)
    _picks(page, book)
    helpers.put(page, book, step, parameters.block)
    _picked_parameter(page, book, compared, lines[0])
    _verdict(page, book, compared, lines[1])
    for row, text in enumerate(_EXPLANATIONS, start=_EXPLANATIONS_ROW):
        page.put(f"A{row}", text, style.NOTE)


def _picks(page: Page, book: Book) -> None:
    contents = picks.shown(book.study, book.picks)
    for pick, label in (
        (CHECK_VARIANT, "training sheet"),
        (CHECK_ITERATION, "iteration"),
        (CHECK_PARAMETER, "parameter"),
        (CHECK_EPSILON, "ε"),
        *([(CHECK_SAMPLE, book.study.position)] if picks.checks_samples(book.study) else []),
    ):
        page.put(f"A{pick.row}", label, style.NAME)
        page.put(pick.cell, contents[pick], style.PICK)
    if limit := lookup.limit(book.layout):
        page.put("A3", limit, style.NOTE)


def _picked_parameter(page: Page, book: Book, compared: Block, line: GradientLine) -> None:
    """Put the picked parameter's numbers, large."""
    study, parameter, name = book.study, CHECK_PARAMETER.absolute, _picked(book)
    loss, derivative = study.whole.graph.loss, study.checked(f"∂{study.network.loss}/∂")
    quotient = (f"({loss}(", f"+ε) − {loss}(", "−ε))/2ε")
    gradient_label = Formula(f"{text_literal(derivative)}&{parameter}", lambda: derivative + name)
    central_label = Formula(f"&{parameter}&".join(map(text_literal, quotient)), lambda: name.join(quotient))
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
        page.put(cell, source._replace(text=compared.cell(column, compared.first)), look)
    page.flags.append(_PICKED.cell(VERDICT))


def _picked(book: Book) -> str:
    return book.study.network.weights[book.picks.parameter]


def _verdict(page: Page, book: Book, compared: Block, line: GradientLine) -> None:
    """Put one sentence about all parameters."""
    count = len(book.study.network.weights)
    texts = {
        OK: f"OK: all {count} gradients of this step, taken together, agree with the central difference",
        AT_KINK: f"{AT_KINK}: no proof of the {count} gradients of this step",
        BAD: f"CHECK: a gradient of this step is wrong: all {count} together differ from the central difference",
    }
    word, (good, kink, bad) = compared.cell(VERDICT, compared.last), map(text_literal, texts.values())
    text = f'IF({word}="{OK}",{good},IF({word}="{AT_KINK}",{kink},{bad}))'
    source = line.formulas[VERDICT]

    def accepts(sentence: object, recalculated: Callable[[int, int], object]) -> bool:
        return any(sentence == texts[w] and source.accepts(w, recalculated) for w in texts)

    _SENTENCE.put(page, _ALL, Formula(text, lambda: texts[line.word()], accepts=accepts), style.FLAG)
    cell = _SENTENCE.cell(_ALL)
    page.merges.append(f"{cell}:H{_SENTENCE.rows[_ALL]}")
    page.flags.append(cell)
