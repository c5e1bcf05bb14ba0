"""Measure the spreadsheet engines, and print the tables of docs/engines.md: python benchmarks/engines.py.

Needs formualizer, ironcalc, openpyxl and LibreOffice with python3-uno. About two minutes.
"""

from __future__ import annotations

import importlib.metadata
import platform
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import ironcalc
from openpyxl import Workbook
from openpyxl.utils import get_column_letter

from sheetgen.engines import get
from sheetgen.engines.base import CellError
from sheetgen.engines.libreoffice import LibreOffice

ROWS, COLUMNS, SHEETS, RUNS = 1000, 43, 6, 5
NUMBERS = [0.5, 0.25, 0.75, 1.5, 1.5, 2.0, -0.5, 0.125, 3.0, 4.0]
MIXED = ["abc", True, False, None, "12", 0, "∂E_total/∂w1", 1e-310, 5e-324, 1e308]
ERRORS = ["=1/0", "=NA()", "=LN(-1)", '="a"+1', "=EXP(800)", "=1/(1+EXP(800))"]
LABELS = ["η", "σ(h1)", "∂E_total/∂w1", "h1", "E", "e"]
RATES = [0.1, 1, 2, 0.30000000000000004, 1e-7, 123456789.123, 1e21, 0.01, 1 / 3, 100000]
RATES += [1e-5, -0.5, 1e15, 123456789012345680, 1e-10, 0.0001, 12345.678901234567]
GAPS = [1, "x", None, True, 2, 3, "", 0, -1, 5]


def catalogue() -> list[tuple[str, str]]:
    """Return (group, formula); @ stands for the sheet of inputs."""
    group, forms = "", []
    for line in Path(__file__).with_name("formula_forms.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            group = line[3:]
        else:
            forms.append((group, line))
    forms += [("long", "+".join(["@A1*@B2"] * k)) for k in (100, 255, 256, 600)]
    return [*forms, ("long", "SUM(" + ",".join(["@A1"] * 250) + ")"), ("long", "(" * 60 + "1" + ")" * 60)]


def write_catalogue(path: Path, forms: list[tuple[str, str]]) -> None:
    workbook = Workbook()
    sheet = workbook.worksheets[0]
    sheet.title = "In"
    columns: list[list[Any]] = [NUMBERS, [0.1 * a + 0.05 * i for i, a in enumerate(NUMBERS, 1)]]
    columns += [[(-1) ** i * 0.3 * i for i in range(1, 11)], MIXED, ERRORS, LABELS, RATES, GAPS]
    columns += [[f"=A{i}" if i != 4 else "=1/0" for i in range(1, 11)]]
    for letter, values in zip("ABCDEFGHI", columns, strict=True):
        for row, value in enumerate(values, 1):
            sheet[f"{letter}{row}"] = value
    other = workbook.create_sheet("lr 0.1")
    for row in range(5, 106):
        other.cell(row, 24, 0.01 * row)
    workbook.create_sheet("η=0.1 ∂E")["A1"] = 7.5
    out = workbook.create_sheet("Forms")
    for row, (_, form) in enumerate(forms, 1):
        out.cell(row, 1, "=" + form.replace("@", "In!"))
    workbook.save(path)


def write_load(path: Path) -> None:
    """Six sheets of a recurrence as training tables have it: each row from the one above."""
    workbook = Workbook(write_only=True)
    letters = ["A"] + [get_column_letter(c) for c in range(1, COLUMNS + 1)]
    for number in range(1, SHEETS + 1):
        sheet = workbook.create_sheet(f"lr {number}")
        sheet.append([0.05 * c for c in range(1, COLUMNS + 1)])
        for r in range(2, ROWS + 1):
            row = []
            for c in range(1, COLUMNS + 1):
                me, left = letters[c], letters[max(1, c - 1)]
                row.append(
                    f"=1/(1+EXP(-{left}{r}))"
                    if c % 3 == 0
                    else f"={me}{r - 1}-0.1*{left}{r - 1}*{letters[min(c + 2, COLUMNS)]}{r - 1}"
                    if c % 3 == 1
                    else f"={left}{r}*{left}{r - 1}+{me}{r - 1}"
                )
            sheet.append(row)
    workbook.save(path)


def with_ironcalc(path: Path, sheet: str, rows: int, columns: int) -> list[list[Any]]:
    model = ironcalc.load_from_xlsx(str(path))
    model.evaluate()
    index = [s["name"] for s in model.get_worksheets_properties()].index(sheet)
    return [[model.get_cell_value(index, r, c) for c in range(1, columns + 1)] for r in range(1, rows + 1)]


def with_formualizer(path: Path, sheet: str, rows: int, columns: int) -> list[list[Any]]:
    return get("embedded").recalculate(path, 300).grid(sheet, rows, columns)


def with_libreoffice(path: Path, sheet: str, rows: int, columns: int) -> list[list[Any]]:
    return LibreOffice("uno").recalculate(path, 300).grid(sheet, rows, columns)


def with_conversion(path: Path, sheet: str, rows: int, columns: int) -> list[list[Any]]:
    return LibreOffice("convert").recalculate(path, 300).grid(sheet, rows, columns)


ENGINES: dict[str, Callable[[Path, str, int, int], list[list[Any]]]] = {
    "formualizer": with_formualizer,
    "IronCalc": with_ironcalc,
    "LibreOffice, UNO": with_libreoffice,
}


def shown(value: Any) -> str:
    if isinstance(value, str | CellError):
        text = str(value)
        return text if text.startswith("#") else f'"{text}"'
    return str(value).upper() if isinstance(value, bool) else "empty" if value is None else repr(float(value))


def close(one: str, other: str) -> bool:
    """Whether two shown values are the same, up to 4 units in the last place of a number."""
    try:
        return abs(float(one) - float(other)) <= 1e-15 * abs(float(other))
    except ValueError:
        return one == other


def fidelity(folder: Path) -> str:
    forms = catalogue()
    path = folder / "forms.xlsx"
    write_catalogue(path, forms)
    answers = {n: [shown(r[0]) for r in f(path, "Forms", len(forms), 1)] for n, f in ENGINES.items()}
    truth = answers["LibreOffice, UNO"]
    total = Counter(group for group, _ in forms)
    lines = ["| forms | number | formualizer = LibreOffice | IronCalc = LibreOffice |", "|---|---|---|---|"]
    for group, number in total.items():
        at = [i for i, (g, _) in enumerate(forms) if g == group]
        same = [sum(close(answers[n][i], truth[i]) for i in at) for n in ("formualizer", "IronCalc")]
        lines.append(f"| {group} | {number} | {same[0]} | {same[1]} |")
    lines += ["", "| form | " + " | ".join(ENGINES) + " |", "|---|---|---|---|"]
    for i, (_, form) in enumerate(forms):
        row = [answers[name][i] for name in ENGINES]
        if not all(close(answer, row[2]) for answer in row):
            # A form of thousands of letters would make the table unreadable.
            short = form if len(form) < 60 else f"{form[:16]} ... ({form.count('+') + 1} terms)"
            lines.append("| `" + "` | `".join([short.replace("|", "\\|"), *row]) + "` |")
    return "\n".join(lines)


def speed(folder: Path) -> str:
    path = folder / "load.xlsx"
    write_load(path)
    lines = [
        "| engine | load, evaluate, fetch one sheet: median s | min to max s | n |",
        "|---|---|---|---|",
    ]
    for name, run in (ENGINES | {"LibreOffice, converted file": with_conversion}).items():
        seconds = []
        for _ in range(RUNS):
            start = time.perf_counter()
            run(path, "lr 1", ROWS, COLUMNS)
            seconds.append(time.perf_counter() - start)
        spread = f"{min(seconds):.2f} to {max(seconds):.2f}"
        lines.append(f"| {name} | {statistics.median(seconds):.2f} | {spread} | {RUNS} |")
    return "\n".join(lines)


if __name__ == "__main__":
    versions = [get("embedded").version, f"ironcalc {importlib.metadata.version('ironcalc')}"]
    print(", ".join([*versions, get("libreoffice").version, f"Python {platform.python_version()}"]), "\n")
    with tempfile.TemporaryDirectory() as name:
        print(fidelity(Path(name)), "\n")
        print(speed(Path(name)))
