"""A template's TOML, of which every value can be asked for with a complaint that names its line."""

from __future__ import annotations

import tomllib
import unicodedata
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Any, NoReturn

from sheetgen.errors import TemplateError, UsageError
from sheetgen.limits import spreadsheet_number
from sheetgen.template import toml


class Document:
    """The data of a template, and the line of every key.

    Raises TemplateError where the text is no TOML.
    """

    def __init__(self, text: str, source: str) -> None:
        self.source = source
        self.lines = toml.key_lines(text)
        self.data = self._read(text)

    def _read(self, text: str) -> dict[str, Any]:
        try:
            return tomllib.loads(text)
        except ValueError as error:
            message, line = toml.explain(str(error), text)
            raise TemplateError(message, self.source, line) from None
        except RecursionError:
            raise TemplateError("this is not a template: its brackets nest too deeply", self.source) from None

    def fail(self, message: str, table: str = "", key: str = "") -> NoReturn:
        """Raise the TemplateError of a key, at its line or else at that of its table."""
        places = ((table, key), ("", f"{table}.{key}"), (table, ""), ("", table))
        line = next((self.lines[place] for place in places if place in self.lines), None)
        raise TemplateError(message, self.source, line)

    def unknown(self, key: str, known: Iterable[str], what: str, table: str = "") -> NoReturn:
        """Complain of a key, with the one that was probably meant."""
        close = get_close_matches(key, known, n=1)
        hint = f"did you mean {close[0]!r}?" if close else f"{what} {', '.join(known)}"
        kind = "table" if not table and isinstance(self.data[key], dict) else "key"
        where = f" in [{table}]" if table else ""
        self.fail(f"unknown {kind} {key!r}{where}; {hint}", *((key, "") if kind == "table" else (table, key)))

    def table(self, name: str, needed: bool = False) -> Mapping[str, Any]:
        """Return a table, empty where there is none (unless it is needed)."""
        table = self.data.get(name, {})
        if not isinstance(table, dict):
            self.fail(f"{name!r} must be a table: a line [{name}], then one quantity a line", "", name)
        if needed and not table:
            self.fail(f"the table [{name}] is missing or empty; it must hold at least one quantity", name)
        return table

    def number(self, value: object, what: str, table: str = "", key: str = "") -> float:
        """Return a value that must be a number a cell can hold."""
        try:
            return spreadsheet_number(value, what)
        except UsageError as error:
            self.fail(str(error), table, key)

    def string(self, key: str, default: str) -> str:
        """Return a text of the top level."""
        value = self.data.get(key, default)
        if not isinstance(value, str):
            self.fail(f"{key} must be a text in quotes", "", key)
        if not all(is_printable(c) for c in value) or len(value) > 10_000:
            self.fail(f"{key} must be printable text of at most 10,000 characters", "", key)
        return value

    def strings(self, value: object, what: str, table: str = "", key: str = "") -> tuple[str, ...]:
        """Return a value that must be a list of texts."""
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            self.fail(f'{what} must be a list of texts, such as ["x1", "x2"]', table, key)
        return tuple(value)


def is_printable(character: str) -> bool:
    """Whether XML can hold a character, and a reader see it: no control, no surrogate, no separator of lines."""
    return character in "\n\t" or unicodedata.category(character) not in ("Cc", "Cs", "Cn", "Zl", "Zp")
