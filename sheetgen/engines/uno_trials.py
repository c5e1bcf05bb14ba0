"""Put numbers into cells of a workbook in LibreOffice and look at others: run by the Python that can ``import uno``.

Like `uno_child`, beside which it lies, it is started as a script: ``python3 uno_trials.py SOFFICE DIRECTORY``.
DIRECTORY holds ``profile``, ``book.xlsx`` (changed in memory only) and ``trials.json``, which lists the trials, and
takes ``shown.json``: for each trial its values, or null. It ends with one line on stderr and status 1 when it cannot.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from uno_child import (  # type: ignore[import-not-found]
    CODES,
    RUNNING,
    desktop_at,
    load,
    run_as_a_script,
    start,
)

STRING = 2  # com.sun.star.sheet.FormulaResult


def cell_of(document: Any, sheet: str, row: int, column: int) -> Any:
    """Return a cell, its row and column counted from 1."""
    return document.Sheets.getByName(sheet).getCellByPosition(column - 1, row - 1)


def value_of(cell: Any) -> Any:
    """Return what a cell shows."""
    if cell.getError():
        return {"error": CODES.get(cell.getError(), "#VALUE!")}
    kind = cell.Type.value
    if kind == "EMPTY":
        return None
    if kind == "TEXT" or (kind == "FORMULA" and cell.FormulaResultType2 == STRING):
        return cell.getString()
    return cell.getValue()


def tried(document: Any, trial: Any) -> Any:
    """Return what a trial shows, None where the numbers could not be put in; the workbook is as before then."""
    changed = [(cell_of(document, *cell), number) for *cell, number in trial["numbers"]]
    before = [cell.getFormula() for cell, _ in changed]
    for cell, number in changed:
        cell.setValue(number)
    document.calculate()
    values = None
    if all(cell.getValue() == number for cell, number in changed):
        values = [value_of(cell_of(document, *cell)) for cell in trial["read"]]
    for (cell, _), formula in zip(changed, before, strict=True):
        cell.setFormula(formula)
    return values


def main(soffice: str, directory: str) -> None:
    """Make the trials that ``trials.json`` lists."""
    target = Path(directory)
    trials = json.loads((target / "trials.json").read_text(encoding="utf-8"))
    running = os.environ.get(RUNNING)
    document = load(desktop_at(running) if running else start(soffice, target), target / "book.xlsx")
    shown = [tried(document, trial) for trial in trials]
    (target / "shown.json").write_text(json.dumps(shown), encoding="utf-8")
    if running:
        document.close(True)


if __name__ == "__main__":
    run_as_a_script(main)
