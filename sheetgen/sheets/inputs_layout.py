"""Where the numbers of the Inputs sheet stand, and a study at other numbers than those."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple

from sheetgen.network.graph import RATE
from sheetgen.network.optimizers import Choice
from sheetgen.network.study import EPSILON, TOLERANCE, Study, Variant
from sheetgen.page.block import Block
from sheetgen.page.page import quoted
from sheetgen.sheet_names import INPUTS

NAME, VALUE, AS_BUILT, CHANGED = "name", "value", "as built", "changed?"
INPUTS_LABELS = (NAME, "what it is", VALUE, AS_BUILT, CHANGED)
VALUE_COLUMN = INPUTS_LABELS.index(VALUE) + 1
_INPUTS_LABEL_ROW = 4


_OF_CHECKS = {
    EPSILON: "step of the central difference on Checks",
    TOLERANCE: "largest deviation that Checks lets pass",
}


class Given(NamedTuple):
    """One number that a person may change, on the Inputs sheet."""

    label: str
    meaning: str
    value: float


@dataclass(frozen=True)
class InputsLayout:
    """The geometry of the Inputs sheet of one study's workbook."""

    study: Study

    @cached_property
    def inputs_table(self) -> Block:
        """The table of the Inputs sheet."""
        last = max(self.input_rows.values())
        return Block.below(_INPUTS_LABEL_ROW, INPUTS_LABELS, last - _INPUTS_LABEL_ROW)

    def setting_label(self, variant: int, name: str) -> str:
        """Return the label, on the Inputs sheet, of a setting of a variant's optimiser or schedule."""
        return name if self.study.shares_settings else f"{name} {self.study.variants[variant].sheet}"

    def _setting_givens(self) -> Iterator[Given]:
        variants = self.study.variants[:1] if self.study.shares_settings else self.study.variants
        for index, v in enumerate(variants):
            for kind, choice in (("optimiser", v.optimizer), ("schedule", v.schedule)):
                where = "" if self.study.shares_settings else f" of the sheet {v.sheet}"
                for name, value in choice.settings.items():
                    yield Given(self.setting_label(index, name), f"{kind} {choice.name}{where}", value)

    @cached_property
    def givens(self) -> Mapping[str, tuple[Given, ...]]:
        """The numbers of the Inputs sheet, under their headings, in order."""
        study, graph = self.study, self.study.network

        def group(names: Iterable[str], meaning: str) -> tuple[Given, ...]:
            return tuple(Given(name, meaning, study.values[name]) for name in names if name in study.values)

        return {
            "Inputs": group(graph.inputs, "input"),
            "Targets": group(graph.targets, "target"),
            "States at the start": group(study.starts, "what a row goes on from where there is no row above"),
            "Initial weights": group(graph.weights, "initial weight, at iteration 0"),
            "Held fixed" if study.trains else "Parameters": group(
                (n for n in graph.parameters if n in graph.fixed and n not in study.running),
                "parameter that is not trained" if study.trains else "parameter",
            ),
            "Running statistics": group(study.running, "what follows a number of the batch, at iteration 0"),
            "Learning rates": tuple(
                Given(rate_label(v), f"learning rate of the sheet {v.sheet}", v.rate)
                for v in (study.variants if study.trains else ())
            ),
            "Optimiser and schedule": tuple(self._setting_givens()),
            "Checks": tuple(Given(name, _OF_CHECKS[name], number) for name, number in study.settings.items()),
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
        rows, row = {}, _INPUTS_LABEL_ROW + 1
        for heading, givens in self.givens.items():
            if givens:
                rows[heading] = row
                row += len(givens) + 2
        return rows

    def given(self, label: str) -> str:
        """Return a reference to a number of the Inputs sheet."""
        return f"{quoted(INPUTS)}!{self.inputs_table.absolute(VALUE, self.input_rows[label])}"

    def with_givens(self, numbers: Mapping[str, float], samples: Mapping[str, tuple[float, ...]]) -> Study:
        """Return the study with the numbers of an Inputs sheet, by label, and those of a Data sheet."""
        study = self.study

        def choice(index: int, given: Choice) -> Choice:
            settings = {name: numbers[self.setting_label(index, name)] for name in given.settings}
            return replace(given, settings=settings)

        variants = tuple(
            replace(
                v,
                rate=numbers.get(rate_label(v), v.rate),
                optimizer=choice(i, v.optimizer),
                schedule=choice(i, v.schedule),
            )
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
