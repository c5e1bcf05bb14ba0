"""Where everything stands: (variant, quantity, iteration, sample) to a cell, and back from labels.

The training sheets and the Inputs sheet are laid out here, because formulas refer to both.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from openpyxl.utils import get_column_letter

from sheetgen.graph import ITERATION, RATE, Section
from sheetgen.study import EPSILON, TOLERANCE, Study

LAYOUT_VERSION = 1
TITLE_ROW, RATE_ROW, LABEL_ROW, EQUATION_ROW, FIRST_ROW = 1, 2, 3, 4, 5
RATE_CELL = "$B$2"

START, INPUTS, ERROR, EQUATIONS, CHECKS, SOURCE = "Start", "Inputs", "Error", "Equations", "Checks", "Source"
NAME_COLUMN, MEANING_COLUMN, VALUE_COLUMN, BUILT_COLUMN, CHANGED_COLUMN = 1, 2, 3, 4, 5
_INPUTS_FIRST_ROW = 5

FLAG = f"{CHECKS}!$B$3"
"""The cell that holds the overall flag of the checks."""


class Address(NamedTuple):
    """One number of the study: a quantity, in one variant, at one iteration, for one sample."""

    variant: int
    quantity: str
    step: int
    sample: int = 0


class Given(NamedTuple):
    """One number that a person may change, on the Inputs sheet."""

    label: str
    meaning: str
    value: float


@dataclass(frozen=True)
class Layout:
    """The geometry of one study's workbook."""

    study: Study

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """The labels of a training sheet, from column A."""
        return (ITERATION, *self.study.graph.names)

    @cached_property
    def _letters(self) -> Mapping[str, str]:
        return {name: get_column_letter(index) for index, name in enumerate(self.columns, start=1)}

    def letter(self, quantity: str) -> str:
        """Return the column of a quantity on the training sheets."""
        return self._letters[quantity]

    @property
    def last_row(self) -> int:
        """The last row of a training sheet."""
        return FIRST_ROW + self.study.rows - 1

    def cell(self, address: Address) -> str:
        """Return an absolute reference to a number of a training sheet, for use on any sheet.

        There is one sample so far; raises ValueError for another.
        """
        if address.sample != 0:
            raise ValueError(f"there is no sample {address.sample}")
        row = FIRST_ROW + address.step
        sheet = quoted(self.study.variants[address.variant].sheet)
        return f"{sheet}!${self.letter(address.quantity)}${row}"

    def range(self, variant: int, first: str, last: str, start: int = 0, stop: int | None = None) -> str:
        """Return a reference to the iterations start…stop (all by default) of a block of columns."""
        top, bottom = FIRST_ROW + start, self.last_row if stop is None else FIRST_ROW + stop
        sheet = quoted(self.study.variants[variant].sheet)
        return f"{sheet}!${self.letter(first)}${top}:${self.letter(last)}${bottom}"

    def column(self, variant: int, quantity: str, start: int = 0, stop: int | None = None) -> str:
        """Return a reference to the iterations start…stop (all by default) of one column."""
        return self.range(variant, quantity, quantity, start, stop)

    def rate(self, variant: int) -> str:
        """Return a reference to the learning rate of a variant's sheet."""
        return f"{quoted(self.study.variants[variant].sheet)}!{RATE_CELL}"

    @cached_property
    def givens(self) -> Mapping[str, tuple[Given, ...]]:
        """The numbers of the Inputs sheet, under their headings, in order."""
        study, graph = self.study, self.study.graph
        weights = [quantity.name for quantity in graph.section(Section.WEIGHTS)]

        def group(names: tuple[str, ...] | list[str], meaning: str) -> tuple[Given, ...]:
            return tuple(Given(name, meaning, study.values[name]) for name in names)

        return {
            "Inputs": group(graph.inputs, "input"),
            "Targets": group(graph.targets, "target"),
            "Initial weights": group(weights, "initial weight, at iteration 0"),
            "Learning rates": tuple(
                Given(rate_label(v.sheet), f"learning rate of the sheet {v.sheet}", v.rate) for v in study.variants
            ),
            "Checks": (
                Given(EPSILON, "step of the central difference on Checks", study.settings[EPSILON]),
                Given(TOLERANCE, "largest deviation that Checks lets pass", study.settings[TOLERANCE]),
            ),
        }

    @cached_property
    def input_rows(self) -> Mapping[str, int]:
        """The row of each number on the Inputs sheet, by its label."""
        return {
            given.label: self.heading_rows[heading] + offset
            for heading, givens in self.givens.items()
            for offset, given in enumerate(givens, start=1)
        }

    @cached_property
    def heading_rows(self) -> Mapping[str, int]:
        """The row of each heading on the Inputs sheet."""
        rows, row = {}, _INPUTS_FIRST_ROW
        for heading, givens in self.givens.items():
            if givens:
                rows[heading] = row
                row += len(givens) + 2
        return rows

    def given(self, label: str) -> str:
        """Return a reference to a number of the Inputs sheet."""
        return f"{INPUTS}!${get_column_letter(VALUE_COLUMN)}${self.input_rows[label]}"


def rate_label(sheet: str) -> str:
    """Return the label, on the Inputs sheet, of the learning rate of a training sheet."""
    return f"{RATE} {sheet}"


def quoted(sheet: str) -> str:
    """Return a sheet's name as formulas write it."""
    return "'" + sheet.replace("'", "''") + "'" if not sheet.isidentifier() or not sheet.isascii() else sheet
