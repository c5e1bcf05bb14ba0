"""A CSV file of any dialect as a table of texts: its encoding, separator, decimal sign and header are told or found."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sheetgen.errors import TemplateError

SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
_GUESSED = "cp1252"
_COMMA_NUMBER = re.compile(r"[-+]?\d+,\d+(?:[eE][-+]?\d+)?")
_POINT_NUMBER = re.compile(r"[-+]?\d*\.\d+(?:[eE][-+]?\d+)?")
_THOUSANDS = re.compile(r"[-+]?[1-9]\d{0,2}(?:,\d{3})+")


@dataclass(frozen=True)
class Dialect:
    """What a template says of its file; None where that is to be found."""

    separator: str | None = None
    decimal: str | None = None
    encoding: str | None = None
    header: bool = True


@dataclass(frozen=True)
class CsvTable:
    """The names of the columns, each row with its line, and in words how the file was read ("" where it is plain).

    ``guessed`` is the encoding that was taken because the file is in none that can be told, and nothing said another.
    """

    header: list[str]
    rows: list[tuple[int, list[str]]]
    decimal: str
    read_as: str
    guessed: str = ""


def read_csv(content: bytes, name: str, wanted: Sequence[str], dialect: Dialect) -> CsvTable:
    """Return the table of a file's content. Raises TemplateError for what can be read in two ways, or in none."""
    text, encoding = _text(content, name, dialect.encoding)
    told = re.match(r"sep=(.)\r?\n", text)
    separator = dialect.separator or (told[1] if told else None)
    skipped = 1 if told else 0
    body = text[told.end() :] if told else text
    separator = separator or _separator(body, wanted, dialect.header)
    table = [(line + skipped, row) for line, row in _parse(body, separator, name)]
    if not table:
        raise TemplateError(f"{name} is empty", "its first line must name the columns")
    header, rows = ([cell.strip() for cell in table[0][1]], table[1:]) if dialect.header else _numbered(table, wanted)
    for column in header:
        if column and header.count(column) > 1:
            raise TemplateError(f"{name} has two columns {column!r}", "rename one")
    decimal = dialect.decimal or _decimal(rows, header, wanted, separator, name)
    facts = [f"separated by {SEPARATORS.get(separator, repr(separator))}"] if separator != "," else []
    facts += ["decimal commas"] if decimal == "," else []
    facts += [encoding] if encoding != "utf-8" else []
    guessed = _GUESSED if encoding == _GUESSED and not dialect.encoding else ""
    return CsvTable(header, rows, decimal, f"{name}: {', '.join(facts)}" if facts else "", guessed)


def _text(content: bytes, name: str, encoding: str | None) -> tuple[str, str]:
    """Return the text of a file, and how it was encoded."""
    if encoding is None:
        encoding = "utf-8-sig" if content.startswith(codecs.BOM_UTF8) else "utf-8"
        if content.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
            encoding = "utf-32"
        elif content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            encoding = "utf-16"
        elif b"\0" in content:
            raise TemplateError(f"{name} holds zero bytes, as UTF-16 does", 'say encoding = "utf-16-le" or "utf-16-be"')
        else:
            try:
                content.decode("utf-8")
            except UnicodeDecodeError:
                encoding = _GUESSED
    try:
        return content.decode(encoding), encoding.removesuffix("-sig")
    except LookupError:
        expected = 'say encoding = "…", such as "cp1252" or "shift_jis"'
        raise TemplateError(f"there is no encoding of texts called {encoding!r}", expected) from None
    except UnicodeError as error:
        found = f"neither UTF-8 nor {_GUESSED}" if encoding == _GUESSED else f"no CSV text in {encoding}"
        raise TemplateError(f"{name} is {found}: {error}", 'say encoding = "…", such as "shift_jis"') from None


def _parse(text: str, separator: str, name: str) -> list[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    try:
        return [(reader.line_num, row) for row in reader if row]
    except csv.Error as error:
        raise TemplateError(f"{name} is no CSV text: {error}") from None


def _separator(text: str, wanted: Sequence[str], header: bool) -> str:
    """Return the separator: that by which the first line has all columns that are wanted, else the most frequent."""
    line = next(iter(text.splitlines()), "")
    fields = {separator: _fields(line, separator) for separator in SEPARATORS}
    if header:
        for separator, names in fields.items():
            if set(wanted) <= {name.strip() for name in names}:
                return separator
    return max(fields, key=lambda separator: (len(fields[separator]), separator != ","))


def _fields(line: str, separator: str) -> list[str]:
    """Return the fields of a line, none where a separator leaves one that is longer than `csv` reads."""
    try:
        return next(csv.reader([line], delimiter=separator), [])
    except csv.Error:
        return []


def _numbered(
    table: list[tuple[int, list[str]]], wanted: Sequence[str]
) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """Return the columns of a file without a header: as they are wanted, in order, or else by their numbers."""
    count = len(table[0][1])
    by_number = all(name.isdecimal() for name in wanted)
    return list(wanted) if len(wanted) == count and not by_number else [str(k + 1) for k in range(count)], table


def _decimal(
    rows: list[tuple[int, list[str]]], header: list[str], wanted: Sequence[str], separator: str, name: str
) -> str:
    """Return the decimal sign of the wanted columns."""
    commas = [
        cell for cell in _cells(rows, header, wanted) if _COMMA_NUMBER.fullmatch(cell) or _THOUSANDS.fullmatch(cell)
    ]
    points = any(_POINT_NUMBER.fullmatch(cell) for cell in _cells(rows, header, wanted))
    if commas and (points or separator == "," or all(map(_THOUSANDS.fullmatch, commas))):
        problem = f"{name} holds {commas[0]!r}, which can be read in two ways"
        raise TemplateError(problem, 'say decimal = "," in [data], or write a decimal point and no other sign')
    return "," if commas else "."


def _cells(rows: list[tuple[int, list[str]]], header: list[str], wanted: Sequence[str]) -> Iterator[str]:
    places = [header.index(name) for name in wanted if name in header]
    return (row[place].strip() for _, row in rows for place in places if place < len(row))
