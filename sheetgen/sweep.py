"""A sweep: many studies of templates, each built and verified, or only trained, by other processes."""

from __future__ import annotations

import csv
import io
import os
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import astuple, dataclass, fields, replace
from itertools import product
from operator import attrgetter
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sheetgen.errors import UsageError
from sheetgen.jobs.outcomes import outcomes
from sheetgen.network.study import Study
from sheetgen.sheets.book import Book
from sheetgen.sheets.folds import Losses
from sheetgen.template.load import load_drawn
from sheetgen.template.overrides import override
from sheetgen.template.shipped import template_names
from sheetgen.workbook import build


@dataclass(frozen=True)
class Item:
    """A template, and what is changed of it, None for nothing; with ``workbook`` it is built and verified.

    ``number`` counts from 1, ``place`` is where any process finds the template that the person named.
    """

    number: int
    template: str
    place: str
    rate: float | None
    iterations: int | None
    seed: int | None
    workbook: bool

    def study(self) -> Study:
        """Return the study of the item; raise what refuses the template, or the change."""
        rates = () if self.rate is None else (self.rate,)
        return override(load_drawn(self.place, self.seed), rates=rates, iterations=self.iterations)


@dataclass(frozen=True)
class Row:
    """What came of one variant (learning rate) of an item: its loss, and of the workbook how many cells are proven.

    ``item`` is its item's number, ``not_fallen`` counts the steps at which the loss did not fall. None stands for what
    there is not, ``error`` is "" where nothing failed.
    """

    item: int
    template: str
    seed: int | None
    iterations: int | None
    variant: str | None
    rate: float | None
    first_loss: float | None = None
    last_loss: float | None = None
    not_fallen: int | None = None
    formula_cells: int | None = None
    differences: int | None = None
    seconds: float | None = None
    error: str = ""

    @property
    def ok(self) -> bool:
        """Whether it was done, and no cell differs."""
        return not self.error and not self.differences

    def line(self) -> str:
        """Return the row as a line of text."""
        seed = "" if self.seed is None else f", seed {self.seed}"
        rate = "" if self.rate is None else f", rate {self.rate:g}"
        over = "" if self.iterations is None else f", {self.iterations:,} iterations"
        what = f"{Path(self.template).stem}{seed}{over}{rate}"
        if self.error:
            return f"{what}: failed: {self.error}"
        loss = f"loss {self.first_loss:.6g} → {self.last_loss:.6g}, {self.seconds:.2f} s"
        if self.differences is None:
            return f"{what}: {loss}"
        verdict = f"{self.differences:,} differ" if self.differences else "OK"
        return f"{what}: {loss}, {self.formula_cells:,} formula cells, {verdict}"


def items(
    templates: Sequence[str],
    rates: Sequence[float],
    iterations: Sequence[int],
    seeds: Sequence[int],
    workbook: bool,
) -> list[Item]:
    """Return an item for each template with each rate, number of iterations and seed; nothing given leaves it as it is.

    Raises UsageError or TemplateError for one that cannot be done, so that nothing is begun then.
    """
    for what, values in (("template", templates), ("rate", rates), ("iterations", iterations), ("seed", seeds)):
        if twice := [value for value in values if values.count(value) > 1]:
            raise UsageError(f"the {what} {twice[0]} is given twice", "give it once")
    every = product(templates, rates or (None,), iterations or (None,), seeds or (None,))
    found = [
        Item(number, name, name, rate, count, seed, workbook)
        for number, (name, rate, count, seed) in enumerate(every, start=1)
    ]
    for item in found:
        if not item.study().trains:
            raise UsageError(f"{item.template} trains nothing, so there is nothing to sweep", "leave it out")
    shipped = template_names()
    return [item if item.template in shipped else replace(item, place=os.path.abspath(item.place)) for item in found]


def sweep(items: Sequence[Item], jobs: int, scheduler: str | None = None) -> Iterator[Row]:
    """Carry out all items and yield their rows as they come, one for each variant.

    Raises UsageError where there is nobody to do it. Close the iterator to stop what is still being done.
    """
    with closing(outcomes(carried_out, items, jobs, scheduler)) as came:  # type: ignore[type-var]
        for outcome in came:
            yield from outcome.result or (_row(outcome.item, error=outcome.reason),)


def carried_out(item: Item) -> tuple[Row, ...]:
    """Build and verify the workbook of an item in a folder that goes again, or only train; return a row a variant."""
    start = time.perf_counter()
    study = item.study()
    losses: Sequence[Losses]
    cells = differences = None
    if item.workbook:
        with TemporaryDirectory(prefix="sheetgen-") as folder:
            built = build(study, Path(folder) / "study.xlsx")
        losses, report = built.losses, built.report
        assert report is not None
        cells, differences = report.training_cells + report.helper_cells, report.mismatches
    else:
        book = Book(study, study)
        book.results.run(book.trace)
        losses = [book.results.losses(number) for number in range(len(study.variants))]
    seconds = time.perf_counter() - start
    return tuple(
        _row(
            item,
            iterations=study.iterations,
            variant=variant.sheet,
            rate=variant.rate,
            first_loss=of.first,
            last_loss=of.last,
            not_fallen=of.rises,
            formula_cells=cells,
            differences=differences,
            seconds=seconds,
        )
        for variant, of in zip(study.variants, losses, strict=True)
    )


def _row(item: Item, **found: Any) -> Row:
    """Return a row of an item: what was asked for, and what was found."""
    asked = {"template": item.template, "seed": item.seed, "iterations": item.iterations, "rate": item.rate}
    return Row(item.number, **{**asked, "variant": None, **found})


def as_csv(rows: Sequence[Row]) -> str:
    """Return rows as the text of a CSV file, in the order of the items, below a line of names.

    What there is not is left empty.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(field.name for field in fields(Row))
    writer.writerows(map(astuple, sorted(rows, key=attrgetter("item"))))
    return text.getvalue()
