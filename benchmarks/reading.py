"""What verifying a workbook costs beside the bare engine, which loads and evaluates it; and what reading it costs.

    python benchmarks/reading.py [--sizes 100 1000 10000] [--templates iris] [--runs 5]

The sizes are iterations of the network that is built by default; the templates are built as they are. Engine and proof
take turns in one process and are measured by the time of the processor, as is reading every cell of the file: rows that
are spelled alike many at once and plain ones as text, as verifying does, and every row element by element. Medians,
the least and the most, and the ratio of each pair are printed as a Markdown table.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections import deque
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from unittest import mock

import formualizer

from sheetgen import build, load, override, verify
from sheetgen.machine import collect_seldom
from sheetgen.network.study import Study
from sheetgen.xlsx.reader import WorkbookFile

UNLIMITED = dict.fromkeys(("max_input_bytes", "max_expanded_bytes", "max_part_bytes"), 2**40)


def bare_engine(path: Path) -> None:
    formualizer.Workbook.from_path(str(path), load_limits=UNLIMITED).evaluate_all()


def proof(path: Path) -> None:
    assert verify(path, timeout=86_400).ok


def reading(path: Path) -> None:
    file = WorkbookFile(path)
    for sheet in file.sheet_names:
        deque(file.row_pieces(sheet), 0)


def reading_elements(path: Path) -> None:
    with ExitStack() as patches:
        for name in ("pattern_of", "plain_row"):
            patches.enter_context(mock.patch(f"sheetgen.xlsx.sheet_reader.{name}", return_value=None))
        reading(path)


WORKS: tuple[Callable[[Path], None], ...] = (bare_engine, proof, reading, reading_elements)


def seconds(work: Callable[[Path], None], path: Path) -> float:
    start = time.process_time()
    work(path)
    return time.process_time() - start


def spread(numbers: list[float]) -> str:
    return f"{statistics.median(numbers):.2f} ({min(numbers):.2f}–{max(numbers):.2f})"


def measure(name: str, study: Study, runs: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "b.xlsx"
        built = build(study, path, verify=False)
        rounds = [[seconds(work, path) for work in WORKS] for _ in range(runs + 1)][1:]  # the first warms up
    times = [list(column) for column in zip(*rounds, strict=True)]
    ratios = [round[1] / round[0] for round in rounds]
    rows = study.rows * len(study.variants)
    rate = rows / statistics.median(times[2])
    columns = [f"{rows:,}", f"{built.cells:,}", *map(spread, times[:2]), spread(ratios), *map(spread, times[2:])]
    print(f"| {name} | {' | '.join(columns)} | {rate:,.0f} |", flush=True)


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--sizes", type=int, nargs="*", default=[100, 1_000, 10_000])
    arguments.add_argument("--templates", nargs="*", default=["iris"])
    arguments.add_argument("--runs", type=int, default=5)
    options = arguments.parse_args()
    collect_seldom()  # as the command does
    print(f"n = {options.runs}; seconds of the processor: median (least–most)\n")
    print(
        "| workbook | training rows | cells | bare engine | verify | verify / engine | reading | reading, element by"
        " element | rows read a second |"
    )
    print("|---|---|---|---|---|---|---|---|---|")
    for size in options.sizes:
        measure(f"N = {size:,}", override(load(), iterations=size), options.runs)
    for name in options.templates:
        measure(name, load(name), options.runs)


if __name__ == "__main__":
    main()
