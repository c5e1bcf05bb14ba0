"""The CSV file of a template's ``[data]``: the cells of the columns that are wanted, row by row."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn

from sheetgen.errors import did_you_mean, listed, must_be
from sheetgen.files import read_file
from sheetgen.template.csv_table import Dialect, read_csv
from sheetgen.template.document import Document
from sheetgen.template.fields import Column
from sheetgen.template.shipped import LARGEST

DIALECT = ("separator", "decimal", "encoding", "header")
"""What ``[data]`` may say of how its file is written."""


class DataFile:
    """The file that a table of samples names, looked for in ``folder``; whatever is wrong with it is a TemplateError.

    ``read_as`` says in words how a file of another dialect was read, once it was.
    """

    def __init__(self, document: Document, table: Mapping[str, Any], folder: Path | None, called: str) -> None:
        self.document, self.table, self.folder, self.called = document, table, folder, called
        self.read_as = ""

    def _fail(self, problem: str, expected: str = "", key: str = "file") -> NoReturn:
        self.document.fail(problem, expected, self.called, key)

    def rows(self, columns: Sequence[Column]) -> tuple[list[list[object]], Callable[[int], str]]:
        """Return the cells of the wanted columns, and how to name a row in a message."""
        path = self._path()
        content = self._content(path)
        names = [column.name for column in columns]
        with self.document.refusing(self.called, "file"):
            table = read_csv(content, path.name, names, self._dialect())
        header, self.read_as = table.header, table.read_as
        places = [self._place(name, header, path, table.guessed) for name in names]
        rows: list[list[object]] = []
        for line, row in table.rows:
            where = f"{path.name}, line {line}"
            if len(row) != len(header):
                self._fail(f"{where} has {len(row)} values", f"its header names {len(header)}")
            cells = zip(columns, (row[place] for place in places), strict=True)
            rows.append([self._cell(cell, column, table.decimal, where) for column, cell in cells])
        return rows, lambda index: f"{path.name}, line {table.rows[index][0]}"

    def _cell(self, cell: str, column: Column, decimal: str, where: str) -> str:
        """Return a cell as it is to be read: only in a text, spaces at its ends count."""
        if column.holds == "text":
            return cell
        plain = cell.strip()
        return self._point(plain, where) if decimal == "," and column.holds == "number" else plain

    def _point(self, cell: str, where: str) -> str:
        """Return a number with a decimal comma as one with a point."""
        if "." in cell:
            self._fail(f"{where}: {cell!r} has a point where decimals have commas", "leave out the point")
        return cell.replace(",", ".")

    def _dialect(self) -> Dialect:
        """Return what the table says of its file."""
        given = {key: self.table[key] for key in DIALECT if key in self.table}
        header = given.pop("header", True)
        if not isinstance(header, bool):
            self._fail(*must_be("header", "true or false"), "header")
        for key, value in given.items():
            if not isinstance(value, str) or (key != "encoding" and len(value) != 1):
                self._fail(*must_be(key, "a text of one character" if key != "encoding" else "a text"), key)
        if given.get("decimal", ".") not in (".", ","):
            self._fail(*must_be("decimal", '"." or ","'), "decimal")
        if given.get("separator", ",") in '"\r\n ' or given.get("separator") == given.get("decimal", ""):
            self._fail(*must_be("separator", 'such as "," ";" "\\t" "|", and not the decimal sign'), "separator")
        return Dialect(given.get("separator"), given.get("decimal"), given.get("encoding"), header)

    def _path(self) -> Path:
        name = self.table["file"]
        if not isinstance(name, str) or name != Path(name).name or "\\" in name or not name:
            self._fail(*must_be("file", "the bare name of a CSV file beside the template"))
        if self.folder is None:
            problem = f"{name} cannot be looked for: a template without a file has no folder"
            self._fail(problem, "use rows = [[…]]")
        return self.folder / name

    def _content(self, path: Path) -> bytes:
        try:
            return read_file(path, LARGEST)
        except OSError as error:
            self._fail(f"{path.name} cannot be read: {error.strerror}", "it must lie beside the template")

    def _place(self, name: str, header: list[str], path: Path, guessed: str) -> int:
        if name in header:
            return header.index(name)
        otherwise = f"there are {listed(header)}"
        if all(cell.replace(".", "").replace(",", "").lstrip("-").isdecimal() for cell in header):
            otherwise = "its first line names no columns: say header = false in [data]"
        elif len(header) == 1:
            otherwise += '; say separator = "…" in [data] if that is several columns'
        if guessed:
            otherwise += f'; it is no UTF-8 and was read as {guessed}: say encoding = "…" in [data] if it is another'
        hint = did_you_mean(name, header, otherwise)
        return self._fail(f"{path.name} has no column {name!r}", hint)
