"""What a workbook file says of itself: its template, its numbers, what is picked in it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from openpyxl.utils.cell import column_index_from_string, coordinate_from_string

from sheetgen.engines.base import Recalculation, Value, error_as_code
from sheetgen.errors import TemplateError, WorkbookError
from sheetgen.network.graph import SAMPLE
from sheetgen.network.study import CHECK_SETTINGS, Study
from sheetgen.network.tolerance import same_when_saved
from sheetgen.proof.report import Edit
from sheetgen.sheet_names import DATA, INPUTS, SOURCE
from sheetgen.sheets import layout as at
from sheetgen.sheets import picks, source
from sheetgen.sheets.inputs_layout import VALUE_COLUMN
from sheetgen.sheets.layout import Layout, test_label
from sheetgen.sheets.picks import PickCell, Picks
from sheetgen.template.load import loads
from sheetgen.template.samples import MAX_SAMPLES
from sheetgen.xlsx.reader import WorkbookFile

_MOST_SOURCE_ROWS = 2 * MAX_SAMPLES
"""More than any template has: a line a sample, and at most one for each column of a sheet beside them."""


def study_recorded(file: WorkbookFile) -> tuple[Study, str]:
    """Return the study of the Source sheet, and the version of the package that made the workbook."""
    if SOURCE not in file.sheet_names:
        raise WorkbookError(
            f"{file.path} has no sheet {SOURCE!r}, so it was not made by sheetgen build; there is nothing to verify"
        )
    rows: dict[int, list[object]] = {}
    for row in file.rows(SOURCE):
        for cell in row:
            if cell.column <= 2:
                rows.setdefault(cell.row, [None, None])[cell.column - 1] = error_as_code(cell.value)
    if max(rows, default=0) > _MOST_SOURCE_ROWS:
        raise WorkbookError(f"{file.path}: the sheet {SOURCE} has more rows than any template; build it again")
    table = [rows.get(number, [None, None]) for number in range(1, max(rows, default=0) + 1)]
    layout, template = source.template_of(table)
    if layout != at.LAYOUT_VERSION:
        recorded = "no layout version" if layout is None else f"layout {layout}"
        raise WorkbookError(
            f"{file.path}: the sheet {SOURCE} says {recorded}; "
            f"this version of sheetgen knows layout {at.LAYOUT_VERSION}; build it again"
        )
    try:
        study = loads(template, f"{file.path}, sheet {SOURCE}")
    except TemplateError as problem:
        raise WorkbookError(f"the template in {problem}") from problem
    version = next((str(value) for name, value in table if name == source.VERSION_LABEL), "")
    return study, version


def numbers_recorded(file: WorkbookFile, values: Recalculation, built: Study) -> tuple[Study, list[Edit]]:
    """Return the study at the numbers of the Inputs sheet, and how they differ from those as built."""
    if INPUTS not in file.sheet_names:
        raise WorkbookError(f"{file.path} has no sheet {INPUTS!r}, which holds the numbers to verify with")
    layout = Layout(built)
    grid = values.grid(INPUTS, max(layout.input_rows.values()), VALUE_COLUMN)
    as_built = {given.label: given.value for givens in layout.givens.values() for given in givens}
    samples, sample_edits = _samples(file, values, layout)
    test, test_edits = _samples(file, values, layout, test=True)
    order, order_edits = _order(file, values, layout)
    now: dict[str, float] = {}
    for label, number in layout.input_rows.items():
        now[label] = _number(file.path, label, grid[number - 1][VALUE_COLUMN - 1], f"{INPUTS}!C{number}")
    numbers = as_built | now
    edits = [
        Edit(name, old, numbers[name]) for name, old in as_built.items() if not same_when_saved(numbers[name], old)
    ]
    now_study = replace(layout.with_givens(numbers, samples), test=test, order=order)
    return now_study, edits + sample_edits + test_edits + order_edits


def _samples(
    file: WorkbookFile, values: Recalculation, layout: Layout, test: bool = False
) -> tuple[dict[str, tuple[float, ...]], list[Edit]]:
    """Return the numbers of a table of the Data sheet, where there is one, and how they differ from those as built.

    With ``test`` it is that of the test set.
    """
    built = layout.study.test if test else layout.study.samples
    if not built:
        return {}, []
    if DATA not in file.sheet_names:
        raise WorkbookError(f"{file.path} has no sheet {DATA!r}, which holds the samples to verify with")
    table, kind = (layout.test_table, "test sample") if test else (layout.samples_table, "sample")
    grid = values.grid(DATA, table.last, table.end)
    samples: dict[str, tuple[float, ...]] = {}
    edits: list[Edit] = []
    for name, numbers in built.items():
        label = test_label(name) if test else name
        now = tuple(
            _number(
                file.path,
                f"{name} of {kind} {k + 1}",
                grid[row - 1][table.index(label) - 1],
                f"{DATA}!{table.cell(label, row)}",
            )
            for k, row in enumerate(table.rows)
        )
        pairs = enumerate(zip(numbers, now, strict=True), start=1)
        edits += [Edit(f"{name} of {kind} {k}", old, new) for k, (old, new) in pairs if not same_when_saved(old, new)]
        samples[name] = now
    return samples, edits


def _order(file: WorkbookFile, values: Recalculation, layout: Layout) -> tuple[tuple[int, ...], list[Edit]]:
    """Return which sample has each turn of an epoch, where that was drawn, and how it differs from that as built."""
    built, count = layout.study.order, layout.study.count
    if not built:
        return (), []
    table = layout.order_table
    column = table.index(SAMPLE)
    grid = values.grid(DATA, table.last, column)
    order: list[int] = []
    for turn, row in enumerate(table.rows, start=1):
        where, label = f"{DATA}!{table.cell(SAMPLE, row)}", f"the sample of turn {turn}"
        number = _number(file.path, label, grid[row - 1][column - 1], where)
        if number not in range(1, count + 1):
            expected = f"type a whole number from 1 to {count:,} there"
            raise WorkbookError(f"{file.path}: {where} holds {number!r} as {label}; {expected}")
        order.append(int(number))
    turns = enumerate(zip(built, order, strict=True), start=1)
    return tuple(order), [Edit(f"sample of turn {turn}", old, new) for turn, (old, new) in turns if old != new]


def picks_recorded(file: WorkbookFile, values: Recalculation, study: Study) -> Picks:
    """Return what is picked on the sheets where something can be."""
    as_built = picks.shown(study, Picks())

    def picked(place: PickCell) -> object:
        if place.sheet not in file.sheet_names:
            return as_built[place]
        letter, row = coordinate_from_string(place.cell)
        column = column_index_from_string(letter)
        return error_as_code(values.grid(place.sheet, row, column)[row - 1][column - 1])

    try:
        return picks.read_picks(study, picked)
    except WorkbookError as problem:
        raise WorkbookError(f"{file.path}: {problem}") from None


def other_picks(study: Study, chosen: Picks) -> Iterator[str]:
    """Say what was picked otherwise than in a fresh workbook: it changes what is shown, not what was trained."""
    as_built = picks.shown(study, Picks())
    for place, choice in picks.shown(study, chosen).items():
        if choice != as_built[place]:
            yield f"picked: {place} {as_built[place]!r} → {choice!r}"


def _number(path: Path, label: str, value: Value, where: str) -> float:
    if label in CHECK_SETTINGS and isinstance(value, float) and value <= 0:
        raise WorkbookError(f"{path}: {where} holds {value!r} as {label}; type a number greater than 0")
    if isinstance(value, bool) or not isinstance(value, float):
        shown = "nothing" if value is None else repr(error_as_code(value))
        raise WorkbookError(f"{path}: {where} holds {shown} as {label}; type a number there")
    return value
