"""The Gradient check sheet: every gradient of a picked step beside the central difference of the loss.

The network is computed again at that step's parameters by formulas of this sheet, each parameter moved by
±ε and ±2ε. Doubling ε shows how far off the central difference itself is: its error grows with ε².
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from openpyxl.formatting.rule import FormulaRule
from openpyxl.styles import Font, PatternFill

from sheetgen.network.graph import derivative_label
from sheetgen.page import style
from sheetgen.page.page import Formula, Page
from sheetgen.page.printing import fit_width, landscape
from sheetgen.sheets import layout as at
from sheetgen.sheets import lookup, picks
from sheetgen.sheets.book import Book
from sheetgen.sheets.flag import flag
from sheetgen.sheets.lookup import Lookup, absolute
from sheetgen.sheets.perturbed import Networks, Point, held
from sheetgen.sheets.picks import CHECK_EPSILON, CHECK_ITERATION, CHECK_PARAMETER, CHECK_SAMPLE, CHECK_VARIANT

ROUNDING, LEAST = 1e-14, 1e-300
"""The relative rounding granted to the loss, and the divisor of a relative error at least."""

_VERDICT = "B9"
_NUMBER, _ROW, _PARAMETER, _ROUNDING, _LEAST = "$K$4", "$K$5", "$K$6", "$K$7", "$K$8"
_SHEETS, _SHEETS_ROW = "J", 10
_TABLE_ROW = 17
_HEADER = ("parameter", "value", "gradient, as trained", "central difference", "|difference|", "relative error",
           "allowed difference", "verdict")  # fmt: skip
_HELPERS = ("training sheet, by number", "row in it", "parameter, by number", "rounding granted to E", "least divisor")
_SAID = (
    "gradient: from the training sheet.  Central difference: (E(w+ε) − E(w−ε))/2ε, from the networks below, which are"
    " computed anew at this step.",
    "relative error = |gradient − central difference| / the larger of the two sizes; it says little where both are"
    " nearly 0, so it is not what decides.",
    "allowed = 1E-14·(1 + |E|)/ε + 4·|D(2ε) − D(ε)|: what rounding of E makes of the quotient, and twelve times the"
    " error of a finite ε, which grows with ε².",
)
_DIGITS = "0.000000000000"
_SCIENTIFIC = style.Style(number=style.SCIENTIFIC, align="center")


@dataclass(frozen=True)
class _Line:
    """One parameter: its row in the table and its formulas."""

    weight: str
    row: int
    value: Formula
    analytic: Formula
    central: Formula
    off: Formula
    relative: Formula
    allowed: Formula
    verdict: Formula

    def passes(self) -> bool:
        """Whether gradient and central difference agree."""
        return self.verdict.value() == "OK"


def page(book: Book) -> Page:
    """Return the Gradient check sheet."""
    page = Page(at.GRADIENT_CHECK, tab_colour="C01048")
    page.widths = {1: 24, 10: 26} | dict.fromkeys((*range(2, 9), *range(11, 41)), 15.0) | {9: 15.0}
    page.heights = {1: 28} | dict.fromkeys((4, 5, 6, 7, 8, 9), 24.0) | {_TABLE_ROW - 1: 32}
    found = Lookup(book, book.picks.checked, _NUMBER, _ROW)
    weights = picks.parameters(book.study)
    others = _TABLE_ROW + len(weights) + 2
    cells = _others(page, book, found, others)
    point = _point(book, found, weights, cells)
    below = max(others + len(cells), _SHEETS_ROW + picks.offered(book.layout) + 1)
    networks = Networks(book, point, below + 1, (-2, -1, 1, 2))
    lines = [_line(book, found, networks, weight, row) for row, weight in enumerate(weights, start=_TABLE_ROW)]
    _top(page, book, found, lines)
    _table(page, lines)
    note = "Each parameter is moved by −2ε, −ε, ε and 2ε and the network computed again, by formulas of its own."
    networks.put(page, "The networks with one parameter moved", note, ("parameter", "moved by", None, None))
    page.decorate.append(lambda sheet: _finish(sheet, book, lines))
    return page


def _others(page: Page, book: Book, found: Lookup, row: int) -> dict[str, str]:
    """List the inputs, targets and the loss of the step; return the cell of each."""
    graph, cells = book.study.network, {}
    page.heading("A", row - 1, "The other numbers of this step")
    for name in (*graph.inputs, *graph.targets, *graph.fixed, *held(graph), graph.loss):
        page.put(f"A{row}", name, style.NAME)
        page.put(f"B{row}", found.formula(name), style.LINK)
        cells[name] = f"$B${row}"
        row += 1
    return cells


def _point(book: Book, found: Lookup, weights: tuple[str, ...], others: dict[str, str]) -> Point:
    """Return the point of the picked step, with the ε of this sheet."""
    cells = others | {weight: f"$B${row}" for row, weight in enumerate(weights, start=_TABLE_ROW)}
    return Point(
        reference=cells.__getitem__,
        value=found.value,
        error=found.error,
        epsilon=absolute(CHECK_EPSILON),
        step=lambda: book.picks.epsilon,
        sheet=f"{at.GRADIENT_CHECK} at iteration {book.picks.checked.iteration}",
        remedy="start {weight} further from that edge, or pick another iteration or a smaller ε",
    )


def _line(book: Book, found: Lookup, networks: Networks, weight: str, row: int) -> _Line:
    """Return the formulas of one parameter's line."""
    loss = book.study.network.loss
    name = derivative_label(loss, weight)
    analytic, central, wider = found.formula(name), networks.quotient(weight), networks.quotient(weight, 2)
    error = networks.point.reference(loss)
    epsilon = networks.point.epsilon

    def numbers() -> tuple[float, float, float]:
        a, n, w = (float(formula.value()) for formula in (analytic, central, wider))
        return a, n, w

    def off() -> float:
        a, n, _ = numbers()
        return abs(a - n)

    def size() -> float:
        a, n, _ = numbers()
        return max(abs(a), abs(n), LEAST)

    def allowed() -> float:
        _, n, w = numbers()
        return ROUNDING * (1 + abs(found.value(loss))) / book.picks.epsilon + 4 * abs(w - n)

    def noise() -> float:
        a, n, _ = numbers()
        return analytic.bound(1.0) + central.bound(1.0) + abs(a) + abs(n)

    def allowed_noise() -> float:
        return noise() + 4 * (central.bound(1.0) + wider.bound(1.0)) + allowed()

    return _Line(
        weight,
        row,
        found.formula(weight),
        analytic,
        central,
        Formula(f"ABS(C{row}-D{row})", off, noise),
        Formula(f"E{row}/MAX(ABS(C{row}),ABS(D{row}),{_LEAST})", lambda: off() / size(), lambda: noise() / size()),
        Formula(f"{_ROUNDING}*(1+ABS({error}))/{epsilon}+4*ABS({wider.text}-D{row})", allowed, allowed_noise),
        Formula(
            f'IF(ISNUMBER(E{row}),IF(E{row}<=G{row},"OK","CHECK"),"CHECK")',
            lambda: "OK" if off() <= allowed() else "CHECK",
        ),
    )


def _top(page: Page, book: Book, found: Lookup, lines: list[_Line]) -> None:
    """Put the title, what is picked, and what was found of it."""
    page.put("A1", "Gradient check", style.TITLE)
    flag(page, "G1:H1", book)
    note = "Is the gradient right? Pick a step and a parameter in the yellow cells; the loss itself gives the answer."
    page.put("A2", note, style.NOTE)
    _picks(page, book)
    _helpers(page, book, found, lines)
    _picked(page, book, lines)
    _verdict(page, lines)
    for row, text in enumerate(_SAID, start=_TABLE_ROW - 6):
        page.put(f"A{row}", text, style.NOTE)


def _picks(page: Page, book: Book) -> None:
    said = picks.shown(book.study, book.picks)
    for spot, label in (
        (CHECK_VARIANT, "training sheet"),
        (CHECK_ITERATION, "iteration"),
        (CHECK_PARAMETER, "parameter"),
        (CHECK_EPSILON, "ε"),
        *([(CHECK_SAMPLE, picks.sample_label(book.study))] if book.study.batch > 1 else []),
    ):
        page.put(f"A{spot.cell[1:]}", label, style.NAME)
        page.put(spot.cell, said[spot], style.PICK)
    if limit := lookup.limit(book.layout):
        page.put("A3", limit, style.NOTE)


def _helpers(page: Page, book: Book, found: Lookup, lines: list[_Line]) -> None:
    """Put the numbers that the look-ups need, and the two constants of the verdict."""
    names = f"$A${lines[0].row}:$A${lines[-1].row}"
    picked = book.picks.parameter
    contents: tuple[Formula | float, ...] = (
        found.number_formula(absolute(CHECK_VARIANT), lookup.sheets(book.layout, _SHEETS, _SHEETS_ROW)),
        found.row_formula(absolute(CHECK_ITERATION), absolute(CHECK_SAMPLE)),
        Formula(f"MATCH({absolute(CHECK_PARAMETER)},{names},0)", lambda: float(picked + 1)),
        ROUNDING,
        LEAST,
    )
    lookup.put_sheets(page, book, _SHEETS, _SHEETS_ROW)
    for row, (label, content) in enumerate(zip(_HELPERS, contents, strict=True), start=4):
        page.put(f"J{row}", label, style.BUILT)
        page.put(f"K{row}", content, replace(style.BUILT, align="center"))


def _picked(page: Page, book: Book, lines: list[_Line]) -> None:
    """Put the picked parameter's numbers, large."""
    line, loss = lines[book.picks.parameter], book.study.network.loss
    parameter = absolute(CHECK_PARAMETER)
    derivative, moved = f"∂{loss}/∂", f"({loss}({{0}}+ε) − {loss}({{0}}−ε))/2ε"
    quotient = '"' + moved.format(f'"&{parameter}&"') + '"'
    big = style.Style(bold=True, size=14, align="center", border="D0D5DD")
    rows: tuple[tuple[Formula | str, str, Formula, style.Style], ...] = (
        (Formula(f'"{derivative}"&{parameter}', lambda: derivative + line.weight), "C", line.analytic,
         replace(big, number=_DIGITS)),
        (Formula(quotient, lambda: moved.format(line.weight)), "D", line.central, replace(big, number=_DIGITS)),
        ("relative error", "F", line.relative, replace(big, number=style.SCIENTIFIC)),
        ("verdict", "H", line.verdict, big),
    )  # fmt: skip
    for row, (label, column, source, look) in enumerate(rows, start=4):
        cells = f"${column}${lines[0].row}:${column}${lines[-1].row}"
        page.put(f"D{row}", label, style.Style(align="right", bold=True, indent=1))
        page.merges += [f"D{row}:F{row}", f"G{row}:H{row}"]
        page.put(f"G{row}", Formula(f"INDEX({cells},{_PARAMETER})", source.value, source.scale), look)
    page.flags.append("G7")


def _verdict(page: Page, lines: list[_Line]) -> None:
    """Put one sentence about all parameters."""
    verdicts = f"$H${lines[0].row}:$H${lines[-1].row}"
    count = len(lines)
    good = f"OK: all {count} gradients of this step agree with their central differences"
    bad = f" of {count} gradients of this step differ from their central differences"

    def value() -> str:
        failed = sum(not line.passes() for line in lines)
        return f"CHECK: {failed}{bad}" if failed else good

    fine = f'COUNTIF({verdicts},"OK")'
    page.put("A9", "all parameters", style.NAME)
    page.put(_VERDICT, Formula(f'IF({fine}={count},"{good}","CHECK: "&({count}-{fine})&"{bad}")', value), style.FLAG)
    page.merges.append(f"{_VERDICT}:H9")
    page.flags.append(_VERDICT)


def _table(page: Page, lines: list[_Line]) -> None:
    page.heading("A", _TABLE_ROW - 2, "All parameters at this step")
    page.row(_TABLE_ROW - 1, _HEADER, style.LABEL)
    number = style.Style(number=style.NUMBER, align="center")
    link = replace(style.LINK, align="center")
    for line in lines:
        page.put(f"A{line.row}", line.weight, style.NAME)
        cells = (line.value, line.analytic, line.central, line.off, line.relative, line.allowed)
        looks = (link, link, number, _SCIENTIFIC, _SCIENTIFIC, _SCIENTIFIC)
        for column, formula, look in zip("BCDEFG", cells, looks, strict=True):
            page.put(f"{column}{line.row}", formula, look)
        page.put(f"H{line.row}", line.verdict, style.FLAG)
        page.flags.append(f"H{line.row}")


def _finish(sheet: Any, book: Book, lines: list[_Line]) -> None:
    """Add the drop-downs, turn wrong parameters red, point at the picked one, and print."""
    first, last = lines[0].row, lines[-1].row
    names = f"$A${first}:$A${last}"
    for spot, validation in (
        (CHECK_VARIANT, lookup.drop_down(lookup.sheets(book.layout, _SHEETS, _SHEETS_ROW), "a training sheet")),
        (CHECK_ITERATION, lookup.iterations(book.layout)),
        *([(CHECK_SAMPLE, lookup.whole(1, book.study.batch))] if book.study.batch > 1 else []),
        (CHECK_PARAMETER, lookup.drop_down(names, "a parameter")),
        (CHECK_EPSILON, lookup.decimal(picks.LEAST_EPSILON, picks.LARGEST_EPSILON, "a number")),
    ):
        validation.add(spot.cell)
        sheet.add_data_validation(validation)
    red = PatternFill(bgColor=style.BAD_FILL)
    wrong = FormulaRule([f'$H{first}<>"OK"'], font=Font(color=style.BAD, bold=True), fill=red)
    here = FormulaRule([f"$A{first}={absolute(CHECK_PARAMETER)}"], fill=PatternFill(bgColor="FFFBE6"))
    for rule in (wrong, here):
        sheet.conditional_formatting.add(f"A{first}:G{last}", rule)
    landscape(sheet)
    fit_width(sheet)
    sheet.print_area = f"A1:H{last}"
    sheet.sheet_view.showGridLines = False
