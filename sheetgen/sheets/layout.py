"""Where everything stands: (variant, quantity, iteration, sample) to a cell, and back from labels.

The training sheets and the Inputs sheet are laid out here, because formulas refer to both.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple

from openpyxl.utils import get_column_letter

from sheetgen.algebra.expr import Expr
from sheetgen.algebra.notation import Excel
from sheetgen.network.graph import BATCH, RATE, SAMPLE, SAMPLES, Section
from sheetgen.network.optimizers import Choice
from sheetgen.network.study import EPSILON, TOLERANCE, Study, Variant
from sheetgen.page.page import quoted
from sheetgen.sheet_names import CHECKS as CHECKS
from sheetgen.sheet_names import DATA as DATA
from sheetgen.sheet_names import EQUATIONS as EQUATIONS
from sheetgen.sheet_names import ERROR as ERROR
from sheetgen.sheet_names import EXPLORER as EXPLORER
from sheetgen.sheet_names import GRADIENT_CHECK as GRADIENT_CHECK
from sheetgen.sheet_names import INPUTS as INPUTS
from sheetgen.sheet_names import SOURCE as SOURCE
from sheetgen.sheet_names import START as START

LAYOUT_VERSION = 2
TITLE_ROW, RATE_ROW, LABEL_ROW, EQUATION_ROW, FIRST_ROW = 1, 2, 3, 4, 5
RATE_CELL = "$B$2"

NAME_COLUMN, MEANING_COLUMN, VALUE_COLUMN, BUILT_COLUMN, CHANGED_COLUMN = 1, 2, 3, 4, 5
_INPUTS_FIRST_ROW = 5
DATA_LABEL_ROW, DATA_FIRST_ROW = 5, 6

FLAG = f"{CHECKS}!$B$3"
"""The cell that holds the overall flag of the checks."""


class Address(NamedTuple):
    """One number of the study: a quantity, in one variant, at one iteration, for one sample of its batch."""

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

    def columns(self, variant: int = 0) -> tuple[str, ...]:
        """Return the labels of a training sheet, from column A."""
        return self.study.graphs[variant].names

    @cached_property
    def _letters(self) -> tuple[Mapping[str, str], ...]:
        return tuple(
            {name: get_column_letter(index) for index, name in enumerate(graph.names, start=1)}
            for graph in self.study.graphs
        )

    def letter(self, quantity: str, variant: int = 0) -> str:
        """Return the column of a quantity on a training sheet; all but an optimiser's are alike on all of them."""
        return self._letters[variant][quantity]

    @property
    def last_row(self) -> int:
        """The last row of a training sheet."""
        return FIRST_ROW + self.study.rows - 1

    def row(self, step: int, sample: int = 0) -> int:
        """Return the row of a sample, counted from 0, of an iteration's batch.

        Raises ValueError for a sample that no batch has.
        """
        if not 0 <= sample < self.study.batch:
            raise ValueError(f"there is no sample {sample} in a batch of {self.study.batch}")
        return FIRST_ROW + step * self.study.batch + sample

    def cell(self, address: Address) -> str:
        """Return an absolute reference to a number of a training sheet, for use on any sheet."""
        sheet = quoted(self.study.variants[address.variant].sheet)
        return f"{sheet}!${self.letter(address.quantity, address.variant)}${self.row(address.step, address.sample)}"

    def range(self, variant: int, first: str, last: str, start: int = 0, stop: int | None = None) -> str:
        """Return a reference to the rows start…stop, from 0 (all by default), of a block of columns."""
        top, bottom = FIRST_ROW + start, self.last_row if stop is None else FIRST_ROW + stop
        sheet = quoted(self.study.variants[variant].sheet)
        return f"{sheet}!${self.letter(first, variant)}${top}:${self.letter(last, variant)}${bottom}"

    def column(self, variant: int, quantity: str, start: int = 0, stop: int | None = None) -> str:
        """Return a reference to the rows start…stop, from 0 (all by default), of one column."""
        return self.range(variant, quantity, quantity, start, stop)

    def iterations(self) -> str:
        """Return a reference to the list of all iterations."""
        return f"{ERROR}!$A${FIRST_ROW}:$A${FIRST_ROW + self.study.iterations}"

    def rate(self, variant: int) -> str:
        """Return a reference to the learning rate of a variant's sheet."""
        return f"{quoted(self.study.variants[variant].sheet)}!{RATE_CELL}"

    # --- formulas ---

    def constant(self, variant: int, name: str) -> str:
        """Return a reference to a number that the formulas of a training sheet use besides its columns."""
        if name == self.study.rate_name:
            return RATE_CELL
        if name in (SAMPLES, BATCH):
            return self.count(name)
        return self.given(self.setting_label(variant, name))

    def notation(self, variant: int, row: str, above: str) -> Excel:
        """Return the notation of a training sheet's formulas in a row; ``above`` is the row above."""
        letters = self._letters[variant]

        def here(name: str) -> str:
            return letters[name] + row if name in letters else self.constant(variant, name)

        return Excel(here, lambda name: letters[name] + above)

    def formula(self, expr: Expr, variant: int, row: int) -> str:
        """Return an equation as it stands in one row of a training sheet."""
        return self.notation(variant, str(row), str(row - 1)).write(expr)

    def data(self, name: str, row: str) -> str:
        """Return the formula that brings an input or target to a row of a training sheet."""
        if not self.study.samples:
            return self.given(name)
        return f"INDEX({self.samples(name)},{self.letter(SAMPLE)}{row})"

    # --- the Data sheet ---

    @cached_property
    def _data_letters(self) -> Mapping[str, str]:
        return {name: get_column_letter(index) for index, name in enumerate(self.study.samples, start=2)}

    def sample_cell(self, name: str, sample: int) -> str:
        """Return the cell, on the Data sheet, of a number of a sample, counted from 0."""
        return f"{self._data_letters[name]}{DATA_FIRST_ROW + sample}"

    def samples(self, name: str) -> str:
        """Return a reference to an input or target of all samples."""
        letter, last = self._data_letters[name], DATA_FIRST_ROW + self.study.count - 1
        return f"{DATA}!${letter}${DATA_FIRST_ROW}:${letter}${last}"

    def count(self, name: str) -> str:
        """Return a reference to the number of samples, or of those in a batch."""
        return f"{DATA}!${'B' if name == SAMPLES else 'D'}$3"

    def at_first(self, name: str) -> str:
        """Return a reference to a number of the first sample, or to an initial parameter."""
        if name not in self.study.samples:
            return self.given(name)
        return f"{DATA}!${self._data_letters[name]}${DATA_FIRST_ROW}"

    # --- the Inputs sheet ---

    @cached_property
    def shares_settings(self) -> bool:
        """Whether all variants have one optimiser and one schedule, and so one set of their settings."""
        first = self.study.variants[0]
        return all((v.optimizer, v.schedule) == (first.optimizer, first.schedule) for v in self.study.variants)

    def setting_label(self, variant: int, name: str) -> str:
        """Return the label, on the Inputs sheet, of a setting of a variant's optimiser or schedule."""
        return name if self.shares_settings else f"{name} {self.study.variants[variant].sheet}"

    def _setting_givens(self) -> Iterator[Given]:
        variants = self.study.variants[:1] if self.shares_settings else self.study.variants
        for index, v in enumerate(variants):
            for kind, choice in (("optimiser", v.optimizer), ("schedule", v.schedule)):
                where = "" if self.shares_settings else f" of the sheet {v.sheet}"
                for name, value in choice.settings.items():
                    yield Given(self.setting_label(index, name), f"{kind} {choice.name}{where}", value)

    @cached_property
    def givens(self) -> Mapping[str, tuple[Given, ...]]:
        """The numbers of the Inputs sheet, under their headings, in order."""
        study, graph = self.study, self.study.network
        parameters = [quantity.name for quantity in graph.section(Section.WEIGHTS)]

        def group(names: Iterable[str], meaning: str) -> tuple[Given, ...]:
            return tuple(Given(name, meaning, study.values[name]) for name in names if name in study.values)

        return {
            "Inputs": group(graph.inputs, "input"),
            "Targets": group(graph.targets, "target"),
            "Initial weights": group((n for n in parameters if n in graph.weights), "initial weight, at iteration 0"),
            "Held fixed": group((n for n in parameters if n in graph.fixed), "parameter that is not trained"),
            "Learning rates": tuple(
                Given(rate_label(v), f"learning rate of the sheet {v.sheet}", v.rate) for v in study.variants
            ),
            "Optimiser and schedule": tuple(self._setting_givens()),
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

    def with_givens(self, numbers: Mapping[str, float], samples: Mapping[str, tuple[float, ...]]) -> Study:
        """Return the study with the numbers of an Inputs sheet, by label, and those of a Data sheet."""
        study = self.study

        def choice(index: int, given: Choice) -> Choice:
            return Choice(given.name, {name: numbers[self.setting_label(index, name)] for name in given.settings})

        variants = tuple(
            replace(v, rate=numbers[rate_label(v)], optimizer=choice(i, v.optimizer), schedule=choice(i, v.schedule))
            for i, v in enumerate(study.variants)
        )
        return replace(
            study,
            values={name: numbers[name] for name in study.values},
            samples=samples,
            variants=variants,
            settings={name: numbers[name] for name in study.settings},
        )


def rate_label(variant: Variant) -> str:
    """Return the label, on the Inputs sheet, of the learning rate of a training sheet."""
    return f"{RATE} {variant.sheet}"
