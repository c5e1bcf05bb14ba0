"""A TOML file that describes a network or a recipe: every complaint about it names the file and the line."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from cnn.errors import SettingsError, UsageError
from cnn.json_form import Mismatch, read_value
from sheetgen.errors import TemplateError, did_you_mean
from sheetgen.files import read_file
from sheetgen.template.toml import decode, key_lines

_LARGEST = 1_000_000
"""Bytes that such a file may have."""
_MOST_LETTERS = 40
"""Of a name, which names of runs are made of."""


@dataclass(frozen=True)
class TomlFile:
    """The content of a file, and the line of each table (table, "") and of each key (table, key)."""

    source: str
    data: dict[str, Any]
    lines: Mapping[tuple[str, str], int]

    @staticmethod
    def read(path: Path) -> TomlFile:
        """Return what a file holds; raise `SettingsError` where it cannot be read, or is no TOML."""
        try:
            content = read_file(path, _LARGEST)
        except OSError as error:
            raise SettingsError(str(path), None, f"cannot be read: {error.strerror}") from error
        try:
            text = content.decode("utf-8-sig").replace("\r\n", "\n")
            return TomlFile(str(path), decode(text), key_lines(text))
        except UnicodeDecodeError as error:
            raise SettingsError(str(path), None, "is no text in UTF-8") from error
        except TemplateError as error:
            raise SettingsError(str(path), error.line, error.problem, error.expected) from None

    def fail(self, problem: str, expected: str = "", table: str = "", key: str = "") -> NoReturn:
        """Raise the `SettingsError` of a key, at its line or else at that of its table."""
        line = self.lines.get((table, key)) or self.lines.get((table, ""))
        raise SettingsError(self.source, line, problem, expected)

    def only(self, found: Collection[str], known: Collection[str], what: str, table: str = "") -> None:
        """Complain of a key that is not known, with the one that was probably meant; ``what`` is told what it has."""
        for key in found:
            if key not in known:
                hint = did_you_mean(key, known, f"{what} has {', '.join(known)}" if known else f"{what} has none")
                self.fail(f"unknown key '{key}'", hint, table, key)

    def value(self, kind: Any, value: object, table: str, key: str) -> Any:
        """Return the value of a key, of this type; complain of any other."""
        try:
            return read_value(kind, value, key)
        except Mismatch as error:
            self.fail(str(error), "", table, key)

    def name(self, taken: Collection[str]) -> str:
        """Return the name that the file gives, or else its own; ``taken`` are names that mean something else."""
        name: str = self.value(str, self.data.get("name", Path(self.source).stem), "", "name")
        letters = name.replace("-", "").replace("_", "").replace(".", "")
        if not (letters.isalnum() and letters.isascii() and name[0].isalnum() and len(name) <= _MOST_LETTERS):
            expected = f'name = "…" of letters, digits, dot, dash and underscore, {_MOST_LETTERS} at most'
            self.fail(f"'{name}' cannot be its name, which runs are named after", expected, "", "name")
        if name in taken:
            self.fail(f"the name '{name}' is that of a built-in one", 'give it another: name = "…"', "", "name")
        return name


def names_a_file(word: str) -> bool:
    """Say whether a word of a command line names a file rather than something built in."""
    return word.lower().endswith(".toml") or "/" in word or "\\" in word


def nothing_called(what: str, word: str, known: Collection[str]) -> UsageError:
    """Return the error of a word that names nothing built in, and no file."""
    there_are = f"there are: {', '.join(known)}; or name a file: {word}.toml"
    return UsageError(f"no {what} is called '{word}'", did_you_mean(word, known, there_are))
