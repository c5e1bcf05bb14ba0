"""The table of Checks: a line a check, with its deviation for each training sheet and where it fails first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property, partial

from sheetgen.network.graph import BATCH
from sheetgen.network.study import TOLERANCE
from sheetgen.page import style
from sheetgen.page.block import Block
from sheetgen.page.page import Formula, Page
from sheetgen.sheets.book import Book
from sheetgen.sheets.check_list import Check
from sheetgen.sheets.layout import FIRST_ROW

_NAME, _PASSING, _WORD, _SHEET, _ROW = "check", "passed", "verdict", "first sheet", "first row"
OK, AT_KINK, BAD = "OK", "OK at a kink", "CHECK"
_CENTRED = style.Style(align="center")
_DEVIATION = style.Style(number="0.0E+00;-0.0E+00;0", align="center")


@dataclass
class CheckTable:
    """The lines of all checks, below a header in the row ``label_row``."""

    book: Book
    checks: Sequence[Check]
    label_row: int

    def __post_init__(self) -> None:
        lines, row = len(self.checks), self.label_row
        self.sheets = [variant.sheet for variant in self.book.study.variants]
        self.tolerance = self.book.layout.given(TOLERANCE)
        # Blocks of their own: a training sheet may be called verdict.
        self.facts = Block.below(row, (_NAME, "what is compared", _PASSING, _WORD), lines)
        self.deviations = Block.below(row, self.sheets, lines, self.facts.end + 1)
        self.places = Block.below(row, (_SHEET, _ROW), lines, self.deviations.end + 2)
        self.rows = Block.below(row, self.sheets, lines, self.places.end + 1)

    @property
    def first_free(self) -> str:
        """The cell below which a sheet scrolls: what a check is called stays in sight."""
        return self.facts.cell(_PASSING, self.facts.first)

    @property
    def words(self) -> str:
        """The range of the words."""
        return self.facts.cells(_WORD)

    @property
    def passing(self) -> str:
        """The range of how many sheets pass each check."""
        return self.facts.cells(_PASSING)

    @property
    def failing_rule(self) -> tuple[str, str]:
        """The range of the deviations, and what holds beside those of a check that fails, for a conditional format."""
        # Excel 2007 lets no other sheet into a conditional format, so the word beside the line decides.
        return self._across(self.deviations), f'${self.facts.cell(_WORD, self.facts.first)}="{BAD}"'

    @cached_property
    def passed(self) -> list[int]:
        """How many sheets pass each check."""
        return [len(check.deviations) - len(bad) for check, bad in zip(self.checks, self._failing, strict=True)]

    @cached_property
    def _failing(self) -> list[list[int]]:
        """The training sheets, by their numbers, that fail each check."""
        tolerance = self.book.study.settings[TOLERANCE]
        return [
            [variant for variant, deviation in check.deviations.items() if not float(deviation.value()) <= tolerance]
            for check in self.checks
        ]

    @property
    def count(self) -> int:
        """The number of checks of all sheets."""
        return sum(len(check.deviations) for check in self.checks)

    @property
    def kinks(self) -> int:
        """The number of lines that pass at a kink."""
        return sum(self._word(index) == AT_KINK for index in range(len(self.checks)))

    def put(self, page: Page) -> None:
        """Put the table on the page."""
        for block, heading in ((self.deviations, "largest deviation"), (self.rows, "first row that deviates")):
            page.put(block.cell(self.sheets[0], self.label_row - 1), heading, style.NAME)
        for block in (self.facts, self.deviations, self.places, self.rows):
            block.header(page)
        for index, check in enumerate(self.checks):
            self._line(page, index, check)

    def _line(self, page: Page, index: int, check: Check) -> None:
        """Put one check: its deviation for each sheet, how many pass, a word, and where it fails first."""
        row = self.facts.first + index
        cells = self._across(self.deviations, row)
        within = f'SUM(IFERROR(({cells}<={self.tolerance})*({cells}<>""),0))'
        count = Formula(within, lambda: float(self.passed[index]), array=True)
        looks = (style.NAME, style.PLAIN, _CENTRED, style.FLAG)
        self.facts.line(page, row, (check.name, check.compares, count, self._word_formula(index, row)), looks)
        page.flags.append(self.facts.cell(_WORD, row))
        for variant, deviation in check.deviations.items():
            cell = self.deviations.cell(self.sheets[variant], row)
            page.put(cell, deviation, _DEVIATION)
            if variant in check.rows:
                found = check.rows[variant](f"${cell}", self.tolerance)
                page.put(self.rows.cell(self.sheets[variant], row), found, _CENTRED)
        failing = f"MATCH(0,IFERROR(({cells}<={self.tolerance})*1,0),0)"
        header = self._across(self.deviations, self.label_row)
        for label, where in ((_SHEET, header), (_ROW, self._across(self.rows, row))):
            text = f'IF({self._passes(index, row)},"",INDEX({where},{failing}))'
            place = Formula(text, partial(self._place, index, label), array=True)
            page.put(self.places.cell(label, row), place, _CENTRED)

    def _across(self, block: Block, row: int | None = None) -> str:
        """Return a row, or all, of a block that has a column for each training sheet."""
        first, last = self.sheets[0], self.sheets[-1]
        return block.area(first, last) if row is None else block.across(first, last, row)

    def _passes(self, index: int, row: int) -> str:
        return f"{self.facts.cell(_PASSING, row)}={len(self.checks[index].deviations)}"

    def _word_formula(self, index: int, row: int) -> Formula:
        """Return the word beside a check."""
        passes, kink, value = self._passes(index, row), self.checks[index].at_kink, partial(self._word, index)
        if kink is None:
            return Formula(f'IF({passes},"{OK}","{BAD}")', value)

        def accepts(word: object, recalculated: Callable[[int, int], object]) -> bool:
            return kink.accepts(word, recalculated) and word in (OK, AT_KINK)

        return Formula(f'IF({passes},IF({kink.text}>0,"{AT_KINK}","{OK}"),"{BAD}")', value, accepts=accepts)

    def _word(self, index: int) -> str:
        kink = self.checks[index].at_kink
        if self._failing[index]:
            return BAD
        return AT_KINK if kink is not None and kink.value() else OK

    def _place(self, index: int, label: str) -> str | float:
        """Return the sheet, or the row, in which a check fails first."""
        if not (failing := self._failing[index]):
            return ""
        return self.sheets[failing[0]] if label == _SHEET else 0.0

    def where(self) -> Formula:
        """Return the line that names the sheet, the quantity and the row of the first check that fails.

        A check that knows its row goes first: where a wrong number makes others impossible, theirs knows none.
        """
        failing = f'({self.words}="{BAD}")'
        with_row = f"MATCH(1,{failing}*({self.places.cells(_ROW)}>0),0)"
        line = f"IFERROR({with_row},MATCH(1,{failing}*1,0))"
        name, sheet, row = (
            f"INDEX({block.cells(label)},{line})"
            for block, label in ((self.facts, _NAME), (self.places, _SHEET), (self.places, _ROW))
        )
        iteration = f"({row}-{FIRST_ROW})"
        if self.book.study.batch > 1:
            iteration = f"INT({iteration}/{self.book.layout.count(BATCH)})"
        found = f'", row "&{row}&" (iteration "&{iteration}&")"'
        text = f'"sheet "&{sheet}&", quantity "&{name}&IF({row}>0,{found},"")'

        def value() -> str:
            for index, check in enumerate(self.checks):
                if self._word(index) == BAD:
                    return f"sheet {self._place(index, _SHEET)}, quantity {check.name}"
            return ""

        return Formula(f'IF(COUNTIF({self.words},"{BAD}")=0,"",{text})', value, array=True)
