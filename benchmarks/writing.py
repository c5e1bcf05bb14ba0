"""Workbooks written per second: this project against other writers, the same formulas, side by side.

    python benchmarks/writing.py [--sizes 100 1000 10000] [--runs 5]

A size is the rows of each of six training sheets of 40 columns. Every workbook is written by a process of its own,
timed from its start to its exit, and the writers take turns, so that a machine that is busy for a while is busy for
all; a first turn warms up and is not counted. CPU time is that of all cores.

This project writes the whole workbook, by its command, ``sheetgen build --no-verify``: every value, the other sheets,
charts, styles. The others write the formulas of the training sheets, which they have from this project's pages, and
nothing else: openpyxl and the Rust writer without values, the latter without references to the row above, which it has
no means for; XlsxWriter with values.
The others need the extra ``bench``.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from sheetgen import load, override
from sheetgen.network.study import Study


def training_tables(study: Study) -> Iterator[tuple[str, object]]:
    """Yield the name and the table of each training sheet."""
    from sheetgen.sheets.book import Book
    from sheetgen.sheets.compose import pages

    sheets = {variant.sheet for variant in study.variants}
    composed, _ = pages(Book(study, study))
    yield from ((page.name, page.table) for page in composed if page.name in sheets and page.table)


def with_openpyxl(study: Study, path: Path) -> None:
    """Write formulas with openpyxl's fastest writer."""
    from openpyxl import Workbook

    workbook = Workbook(write_only=True)
    for name, table in training_tables(study):
        sheet = workbook.create_sheet(name)
        for row in range(table.first_row, table.last_row + 1):
            formulas = (column.formula(row, table.first_row) for column in table.columns)
            sheet.append([0 if formula is None else f"={formula}" for formula in formulas])
    workbook.save(path)


def with_xlsxwriter(study: Study, path: Path) -> None:
    """Write formulas and their values with XlsxWriter, a row at a time."""
    from xlsxwriter import Workbook

    workbook = Workbook(path, {"constant_memory": True})
    for name, table in training_tables(study):
        sheet = workbook.add_worksheet(name)
        for row, values in enumerate(table.values(), start=table.first_row):
            for column, value in enumerate(values):
                formula = table.columns[column].formula(row, table.first_row)
                if formula is None:
                    sheet.write_number(row - 1, column, value)
                else:
                    sheet.write_formula(row - 1, column, f"={formula}", None, value)
    workbook.close()


def with_rust(study: Study, path: Path) -> None:
    """Write formulas with rustpy-xlsxwriter: columns of one formula each, beside a column of numbers."""
    from rustpy_xlsxwriter import write_worksheets

    from sheetgen.page.page import PREVIOUS_ROW, ROW

    sheets, formulas = [], {}
    for name, table in training_tables(study):
        counter, *rest = table.columns
        sheets.append((name, [{counter.label: float(row)} for row in range(table.rows)]))
        in_row = {column.label: column.rest.replace(PREVIOUS_ROW, ROW) for column in rest}
        formulas[name] = {label: f"={text.replace(ROW, '{row}')}" for label, text in in_row.items()}
    write_worksheets(sheets, str(path), formula_columns=formulas)


OURS = "sheetgen"
WRITERS = {
    OURS: "sheetgen, the whole workbook with values",
    "openpyxl": "openpyxl write-only, no values",
    "xlsxwriter": "XlsxWriter, with values",
    "rust": "rustpy-xlsxwriter, no values",
}
PEERS: dict[str, Callable[[Study, Path], None]] = {
    "openpyxl": with_openpyxl,
    "xlsxwriter": with_xlsxwriter,
    "rust": with_rust,
}


@dataclass(frozen=True)
class Run:
    """What one process took: seconds by the clock, seconds of all cores, MiB at most; and the bytes it wrote."""

    wall: float
    cpu: float
    memory: float
    size: int


def command(writer: str, rows: int, path: Path) -> list[str]:
    """Return what writes one workbook."""
    if writer != OURS:
        return [sys.executable, __file__, "--write", writer, str(rows), str(path)]
    build = ["-m", "sheetgen", "build", "--no-verify", "--force"]
    return [sys.executable, *build, "--iterations", str(rows - 1), "-o", str(path)]


def run(writer: str, rows: int, path: Path) -> Run:
    """Write one workbook in a process of its own, which has its modules compiled, as installed programs have."""
    surroundings = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    surroundings["PYTHONPYCACHEPREFIX"] = str(path.parent / "compiled")
    start = time.perf_counter()
    process = subprocess.Popen(command(writer, rows, path), env=surroundings, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - start
    if status:
        raise SystemExit(f"{writer} failed")
    return Run(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, path.stat().st_size)


def spread(numbers: list[float], digits: int) -> str:
    """Return a median with the least and the largest number."""
    least, largest = min(numbers), max(numbers)
    return f"{statistics.median(numbers):.{digits}f} ({least:.{digits}f}–{largest:.{digits}f})"


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--sizes", type=int, nargs="+", default=[100, 1_000, 10_000])
    arguments.add_argument("--runs", type=int, default=5)
    arguments.add_argument("--writers", nargs="+", choices=WRITERS, default=list(WRITERS))
    arguments.add_argument("--write", nargs=3, metavar=("WRITER", "ROWS", "PATH"), help=argparse.SUPPRESS)
    options = arguments.parse_args()
    if options.write:
        writer, rows, path = options.write
        PEERS[writer](override(load(), iterations=int(rows) - 1), Path(path))
        return
    print(f"n = {options.runs}\n")
    print("| rows | writer | wall, s | CPU, s | wall against ours | CPU against ours | MiB at most | file, MB |")
    print("|---|---|---|---|---|---|---|---|")
    for size in options.sizes:
        with tempfile.TemporaryDirectory() as folder:
            turns = [
                {name: run(name, size, Path(folder) / f"{name}.xlsx") for name in options.writers}
                for _ in range(options.runs + 1)
            ][1:]
        for name in options.writers:
            runs, ours = [turn[name] for turn in turns], [turn[options.writers[0]] for turn in turns]
            cells = [
                f"{size:,}",
                WRITERS[name],
                spread([one.wall for one in runs], 2),
                spread([one.cpu for one in runs], 2),
                spread([one.wall / own.wall for one, own in zip(runs, ours, strict=True)], 2),
                spread([one.cpu / own.cpu for one, own in zip(runs, ours, strict=True)], 2),
                f"{max(one.memory for one in runs):.0f}",
                f"{runs[-1].size / 1e6:.2f}",
            ]
            print(f"| {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main()
