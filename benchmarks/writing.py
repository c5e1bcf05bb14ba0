"""Cells written per second: this package against openpyxl's write-only mode, the same formulas, in one run.

    python benchmarks/writing.py [--iterations 9999] [--runs 5]

openpyxl writes formulas without cached values, this package with them. The two take turns, so that a
machine that is busy for a while is busy for both; medians and the ratio of each pair are printed.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from openpyxl import Workbook

from sheetgen import build, load, override
from sheetgen.network.study import Study
from sheetgen.sheets.book import Book
from sheetgen.sheets.compose import pages
from sheetgen.sheets.layout import FIRST_ROW, Layout


def with_sheetgen(study: Study, path: Path) -> None:
    build(study, path, verify=False, force=True)


def with_openpyxl(study: Study, path: Path) -> None:
    """Write the training tables' formulas with openpyxl's fastest writer."""
    workbook = Workbook(write_only=True)
    composed, _ = pages(Book(study, study))
    for page in composed:
        if page.table is None or page.name == "Error":
            continue
        sheet = workbook.create_sheet(page.name)
        columns = page.table.columns
        for row in range(FIRST_ROW, FIRST_ROW + study.rows):
            formulas = (column.formula(row, FIRST_ROW) for column in columns)
            sheet.append([0 if formula is None else f"={formula}" for formula in formulas])
    workbook.save(path)


def seconds(write: Callable[[Study, Path], None], study: Study, path: Path) -> float:
    start = time.perf_counter()
    write(study, path)
    return time.perf_counter() - start


def peak_memory(iterations: int) -> float:
    """Return the peak resident memory, in MiB, of a process that writes one workbook."""
    code = (
        "import resource; from pathlib import Path; from sheetgen import build, load, override;"
        f"build(override(load(), iterations={iterations}), 'm.xlsx', verify=False, force=True);"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)"
    )
    with tempfile.TemporaryDirectory() as folder:
        process = subprocess.run([sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, check=True)
    return float(process.stdout)


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--iterations", type=int, default=9999)
    arguments.add_argument("--runs", type=int, default=5)
    options = arguments.parse_args()
    study = override(load(), iterations=options.iterations)
    cells = len(study.variants) * study.rows * len(Layout(study).columns)
    pairs = []
    with tempfile.TemporaryDirectory() as folder:
        for run in range(options.runs + 1):
            pair = [seconds(write, study, Path(folder) / "b.xlsx") for write in (with_sheetgen, with_openpyxl)]
            if run:  # the first pair warms up
                pairs.append(pair)
    print(f"{cells:,} training cells, n = {len(pairs)}")
    for index, name in enumerate(("sheetgen, with values", "openpyxl write-only, without")):
        times = sorted(pair[index] for pair in pairs)
        rate = cells / statistics.median(times)
        print(f"{name}: median {statistics.median(times):.2f} s ({times[0]:.2f}–{times[-1]:.2f}), {rate:,.0f} cells/s")
    ratios = sorted(theirs / ours for ours, theirs in pairs)
    print(f"ratio, pair by pair: median {statistics.median(ratios):.1f} ({ratios[0]:.1f}–{ratios[-1]:.1f})")
    for iterations in (100, 1_000, 10_000):
        print(f"peak memory at 6 × {iterations:,} rows: {peak_memory(iterations):.0f} MiB")


if __name__ == "__main__":
    main()
