"""Calculate a workbook in LibreOffice and dump its values: run by the Python that can ``import uno``.

That Python is the system's, not ours, so this file imports nothing of this project and is started as a
script: ``python3 uno_child.py SOFFICE DIRECTORY``. DIRECTORY holds ``profile`` and ``book.xlsx`` (changed in
memory only) and takes the dump: ``sheets.json`` and, for sheet N, ``N.f64`` with its numbers row by row
(native doubles; nan stands for a cell without a number). It ends with one line on stderr and
status 1 when it cannot.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from array import array
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NoReturn

import uno  # type: ignore[import-not-found]

RUNNING = "SHEETGEN_SOFFICE_PIPE"
"""The variable that names the pipe of a LibreOffice that runs already; each run starts one of its own otherwise."""
NAN = float("nan")
BLOCK_CELLS = 100_000
MOST_CELLS = 50_000_000
SCRATCH = "sheetgen scratch"
LOGICAL = 1024  # com.sun.star.util.NumberFormat.LOGICAL
STRING, ERROR = 2, 4  # com.sun.star.sheet.FormulaResult
CODES = {503: "#NUM!", 521: "#NULL!", 524: "#REF!", 525: "#NAME?", 532: "#DIV/0!", 32767: "#N/A"}


def fail(reason: str) -> None:
    """Leave with one line on stderr that says why."""
    sys.exit(reason)


def start(soffice: str, directory: Path) -> Any:
    """Start LibreOffice and return its desktop."""
    pipe = directory.name  # a name of its own for each run: all pipes share one folder
    process = subprocess.Popen(
        [
            soffice,
            "--headless",
            "--norestore",
            "--nologo",
            f"-env:UserInstallation={(directory / 'profile').as_uri()}",
            f"--accept=pipe,name={pipe};urp;",
        ],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    while process.poll() is None:
        try:
            return desktop_at(pipe)
        except Exception:  # not listening yet: the caller kills us when that lasts too long
            time.sleep(0.05)
    fail(f"it ended at once with exit status {process.returncode}")
    return None


def desktop_at(pipe: str) -> Any:
    """Return the desktop of the LibreOffice that listens at a pipe."""
    return service(pipe, "com.sun.star.frame.Desktop")


def service(pipe: str, name: str) -> Any:
    """Return a service of the LibreOffice that listens at a pipe."""
    local = uno.getComponentContext()
    resolver = local.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", local)
    context = resolver.resolve(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
    return context.ServiceManager.createInstanceWithContext(name, context)


def property_value(name: str, value: Any) -> Any:
    """Return a property for an argument list."""
    result = uno.createUnoStruct("com.sun.star.beans.PropertyValue")
    result.Name, result.Value = name, value
    return result


def load(desktop: Any, path: Path) -> Any:
    """Load the workbook and calculate every cell, whatever values it carries."""
    arguments = (property_value("Hidden", True), property_value("FilterName", "Calc Office Open XML"))
    document = desktop.loadComponentFromURL(path.as_uri(), "_blank", 0, arguments)
    if document is None:
        fail("it cannot load the file")
    document.calculateAll()
    return document


def clipped(addresses: Any, rows: int, columns: int) -> Iterator[tuple[int, int]]:
    """Yield (row, column) of the addresses' cells inside the used area."""
    for area in addresses:
        for row in range(area.StartRow, min(area.EndRow + 1, rows)):
            for column in range(area.StartColumn, min(area.EndColumn + 1, columns)):
                yield row, column


def numbers(sheet: Any, rows: int, columns: int, others: dict[int, Any]) -> array[float]:
    """Return the sheet's numbers and put its texts into ``others``."""
    result = array("d")
    block = max(1, BLOCK_CELLS // columns)
    for first in range(0, rows, block):
        last = min(first + block, rows) - 1
        for row in sheet.getCellRangeByPosition(0, first, columns - 1, last).getDataArray():
            try:
                result.extend(array("d", row))
            except TypeError:  # a text, or None for an error
                for value in row:
                    if isinstance(value, str) and value:
                        others[len(result)] = value
                    result.append(value if isinstance(value, float) else NAN)
    return result


def errors(document: Any, sheet: Any, rows: int, columns: int) -> Iterator[tuple[int, int, str]]:
    """Yield (row, column, code) of the cells in error.

    Asking a cell takes 0.7 ms, too long for a network that diverged; a scratch sheet asks for all at once.
    """
    scratch = document.Sheets.getByName(SCRATCH)
    quoted = sheet.Name.replace("'", "''")
    for area in sheet.queryFormulaCells(ERROR).RangeAddresses:
        letters = [column_letters(c) for c in range(area.StartColumn, min(area.EndColumn + 1, columns))]
        block = max(1, BLOCK_CELLS // len(letters))
        for first in range(area.StartRow, min(area.EndRow + 1, rows), block):
            last = min(first + block, area.EndRow + 1, rows)
            questions = scratch.getCellRangeByPosition(0, 0, len(letters) - 1, last - first - 1)
            questions.setFormulaArray(
                tuple(tuple(f"=ERRORTYPE($'{quoted}'.{c}{r + 1})" for c in letters) for r in range(first, last))
            )
            for row, numbers_of_errors in enumerate(questions.getDataArray(), first):
                for column, number in enumerate(numbers_of_errors, area.StartColumn):
                    # LibreOffice's own errors (Err:502 ...) become #VALUE!, as when it saves an .xlsx.
                    yield row, column, CODES.get(number, "#VALUE!")


def column_letters(index: int) -> str:
    """Return the letters of a 0-based column."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def is_logical(document: Any, number_format: int, known: dict[int, bool]) -> bool:
    """Whether a number format, given by its key, shows TRUE and FALSE; each question takes a millisecond."""
    if number_format not in known:
        known[number_format] = bool(document.NumberFormats.getByKey(number_format).Type & LOGICAL)
    return known[number_format]


def read_sheet(document: Any, sheet: Any, logical: dict[int, bool]) -> tuple[array[float], dict[str, Any]]:
    """Return one sheet: its numbers, and a record of its size and of the cells without a number."""
    cursor = sheet.createCursor()
    cursor.gotoEndOfUsedArea(False)
    rows, columns = cursor.RangeAddress.EndRow + 1, cursor.RangeAddress.EndColumn + 1
    if rows * columns > MOST_CELLS:
        fail(f"the used area of sheet {sheet.Name!r} has {rows * columns} cells")
    others: dict[int, Any] = {}
    values = numbers(sheet, rows, columns, others)
    for row, column in clipped(sheet.queryFormulaCells(STRING).RangeAddresses, rows, columns):
        others.setdefault(row * columns + column, "")
    for row, column, code in errors(document, sheet, rows, columns):
        others[row * columns + column] = {"error": code}
    for ranges in sheet.getUniqueCellFormatRanges():
        if is_logical(document, ranges.NumberFormat, logical):
            # A boolean is a number in LibreOffice, which only its format tells apart.
            for row, column in clipped(ranges.RangeAddresses, rows, columns):
                place = row * columns + column
                if place not in others and values[place] in (0.0, 1.0):
                    others[place] = values[place] == 1.0
    return values, {"name": sheet.Name, "rows": rows, "columns": columns, "others": others}


def main(soffice: str, directory: str) -> None:
    """Dump the recalculated values of ``book.xlsx``."""
    target = Path(directory)
    running = os.environ.get(RUNNING)
    document = load(desktop_at(running) if running else start(soffice, target), target / "book.xlsx")
    count = document.Sheets.Count
    document.Sheets.insertNewByName(SCRATCH, count)
    records = []
    logical: dict[int, bool] = {}
    for index in range(count):
        values, record = read_sheet(document, document.Sheets.getByIndex(index), logical)
        with open(target / f"{index}.f64", "wb") as file:
            values.tofile(file)
        records.append(record)
    (target / "sheets.json").write_text(json.dumps(records), encoding="utf-8")
    if running:
        document.close(True)


def run_as_a_script(work: Callable[..., None]) -> NoReturn:
    """Do some work with the arguments of this script; end with one line where it fails."""
    try:
        work(*sys.argv[1:])
    except Exception as error:
        fail(" ".join(str(error).split()) or type(error).__name__)
    os._exit(0)  # what was wanted is written; taking the bridge to LibreOffice down can crash


if __name__ == "__main__":
    run_as_a_script(main)
