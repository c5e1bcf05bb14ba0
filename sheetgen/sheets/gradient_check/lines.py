"""The two lines of Gradient check: the picked gradient, and all of them along a direction, against the loss itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from sheetgen.page import style
from sheetgen.page.block import Block
from sheetgen.page.page import Content, Formula, Page
from sheetgen.sheets.book import Book
from sheetgen.sheets.check_table import AT_KINK, BAD, OK
from sheetgen.sheets.lookup import Lookup
from sheetgen.sheets.slopes import Slopes

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
    """What is compared, with a value where it has one, and its formulas by the label of their column."""

    name: Content
    value: Content
    formulas: dict[str, Formula]

    def word(self) -> str:
        """Return the verdict."""
        return str(self.formulas[VERDICT].value())


def put_lines(page: Page, block: Block, lines: Sequence[GradientLine]) -> None:
    """Put the lines with their heading."""
    page.heading(block.letters[PARAMETER], block.first - 2, "This step, against the loss itself")
    block.header(page)
    for row, line in enumerate(lines, start=block.first):
        block.line(page, row, (line.name, line.value, *line.formulas.values()), _LOOKS)
        page.flags.append(block.cell(VERDICT, row))


@dataclass(frozen=True)
class LineMaker:
    """Makes the lines of a block; ``rounding`` and ``least`` are the cells of ROUNDING and LEAST."""

    book: Book
    step: Lookup
    block: Block
    rounding: str
    least: str

    def line(self, row: int, name: Content, value: Content, analytic: Formula, slopes: Slopes) -> GradientLine:
        """Return the line in a row: a gradient beside the central difference along the same direction."""
        cells = {label: self.block.cell(label, row) for label in LABELS}
        gradient, quotient, difference = cells[GRADIENT], cells[CENTRAL], cells[DIFFERENCE]
        numbers = _Numbers(self.book, self.step, analytic, slopes)
        sizes = f"MAX(ABS({gradient}),ABS({quotient}),{self.least})"
        point, wider = slopes.networks.point, slopes.central(2).text
        loss = f"1+ABS({point.reference(slopes.loss)})"
        most = f"{self.rounding}*({loss})/{point.epsilon}+4*ABS({wider}-{quotient})"
        word = f'IF({difference}<={cells[ALLOWED]},"{OK}","{BAD}")'
        if kinks := slopes.kinks():
            word = f'IF({kinks.text}>0,"{AT_KINK}",{word})'
        formulas = {
            GRADIENT: analytic,
            CENTRAL: slopes.central(),
            DIFFERENCE: Formula(f"ABS({gradient}-{quotient})", numbers.distance, numbers.noise),
            RELATIVE: Formula(f"{difference}/{sizes}", numbers.relative, numbers.relative_noise),
            ALLOWED: Formula(most, numbers.allowed, numbers.allowed_noise),
            VERDICT: Formula(
                f'IF(ISNUMBER({difference}),{word},"{BAD}")', numbers.word, accepts=lambda w, _: numbers.may_say(w)
            ),
        }
        return GradientLine(name, value, formulas)


@dataclass(frozen=True)
class _Numbers:
    """The numbers of one line, when the trace has run."""

    book: Book
    step: Lookup
    analytic: Formula
    slopes: Slopes

    def three(self) -> Iterator[float]:
        """Yield the gradient, the central difference and that of a step twice as large."""
        yield from (float(self.analytic.value()), self.slopes.difference(), self.slopes.difference(2))

    def distance(self) -> float:
        """Return |gradient − central difference|."""
        a, n, _ = self.three()
        return abs(a - n)

    def size(self) -> float:
        """Return the larger of the two sizes."""
        a, n, _ = self.three()
        return max(abs(a), abs(n), LEAST)

    def relative(self) -> float:
        """Return the relative error."""
        return self.distance() / self.size()

    def allowed(self) -> float:
        """Return how far the two may lie apart."""
        _, n, w = self.three()
        return ROUNDING * (1 + abs(self.step.value(self.slopes.loss))) / self.slopes.epsilon + 4 * abs(w - n)

    def noise(self) -> float:
        """Return how far off the difference may be, in units of an operation's relative error."""
        a, n, _ = self.three()
        return self.analytic.bound(1.0) + self.slopes.central().bound(1.0) + abs(a) + abs(n)

    def relative_noise(self) -> float:
        """Return how far off the relative error may be."""
        return self.noise() / self.size()

    def allowed_noise(self) -> float:
        """Return how far off the allowed difference may be."""
        quotients = self.slopes.central().bound(1.0) + self.slopes.central(2).bound(1.0)
        return self.noise() + 4 * quotients + self.allowed()

    def word(self) -> str:
        """Return the verdict."""
        kinks = self.slopes.kinks()
        if kinks is not None and kinks.value():
            return AT_KINK
        return OK if self.distance() <= self.allowed() else BAD

    def may_say(self, word: object) -> bool:
        """Whether another engine may say so: rounding may decide whether a kink was crossed."""
        return self.slopes.kinks() is not None and self.slopes.undecided and word in (OK, AT_KINK)
