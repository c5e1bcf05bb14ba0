"""A template's TOML, of which every value can be asked for with a complaint that names its line."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, NoReturn

from sheetgen.errors import TemplateError, UsageError, did_you_mean, must_be
from sheetgen.limits import spreadsheet_number
from sheetgen.template import toml
from sheetgen.tensors.fitting import ShapeError

EQUATION_TABLES = ("forward", "loss", "metrics")
GIVEN_TABLES = ("inputs", "targets", "parameters")
QUANTITY_TABLES = (*GIVEN_TABLES, *EQUATION_TABLES)
"""The tables whose keys are the names of quantities."""

_NOT_DRAWN = ("zeros", "ones")
"""The ways to begin a tensor that leave nothing to chance."""


@dataclass
class Document:
    """The data of a template, and the line of every table (table, "") and key (table, key).

    ``source`` names the template in messages.
    """

    source: str
    data: dict[str, Any]
    lines: dict[tuple[str, str], int] = field(default_factory=dict)

    @classmethod
    def decode(cls, text: str, source: str) -> Document:
        """Return the document of a text; raise TemplateError where that is no TOML."""
        document = cls(source, {}, toml.key_lines(text))
        with document.refusing():
            document.data = toml.decode(text)
        return document

    def draw_by(self, seed: int) -> None:
        """Let what is drawn at random be drawn by this seed: first weights, other tensors, the order of the samples.

        Raises UsageError where nothing is.
        """
        layers = self.data.get("layers")
        if isinstance(layers, list) or self._draws_tensors():
            self.data["seed"] = seed
        elif isinstance(layers, dict) and "weights" not in layers:
            layers["seed"] = seed
        elif self.table("data").get("masks"):
            self.data["seed"] = seed
        elif "shuffle" not in self.data:
            problem = f"{self.source} draws nothing at random, so a seed changes nothing"
            raise UsageError(problem, "leave the seed out, or let [layers] draw the weights")
        if "shuffle" in self.data:
            self.data["shuffle"] = seed

    def _draws_tensors(self) -> bool:
        """Whether an input, a target or a parameter is drawn at random."""
        given = (value for table in GIVEN_TABLES for value in self.table(table).values())
        shapes = (value for value in given if isinstance(value, dict) and "shape" in value)
        return any(value.get("init") not in _NOT_DRAWN for value in shapes)

    # --- complaints ---

    def fail(self, problem: str, expected: str = "", table: str = "", key: str = "", *, quantity: str = "") -> NoReturn:
        """Raise the TemplateError of a key, at its line or else at that of its table."""
        raise self._placed(TemplateError(problem, expected, quantity=quantity), table, key)

    @contextmanager
    def refusing(self, table: str = "", key: str = "") -> Iterator[None]:
        """Turn what refuses the template inside into a TemplateError that knows its file and line.

        It is placed where its own quantity stands, or else at the given table and key. What can be turned so: a
        TemplateError without a source, the UsageError of a limit, the SyntaxError of the equation that the key gives,
        the ShapeError of a tensor.
        """
        try:
            yield
        except (TemplateError, UsageError, SyntaxError, ShapeError) as error:
            raise self._placed(error, table, key) from None

    def _placed(
        self, error: TemplateError | UsageError | SyntaxError | ShapeError, table: str, key: str
    ) -> TemplateError:
        """Return an error with the place where it belongs; one that has its place as it is."""
        if isinstance(error, SyntaxError):
            problem, _, expected = str(error).partition("; ")
            error = TemplateError(f"{key}: {problem}", expected)
        if isinstance(error, UsageError | ShapeError):
            error = TemplateError(error.problem, error.expected)
        if error.source:
            return error
        quantity = error.quantity or (key if table in QUANTITY_TABLES else "")
        if quantity and not table:
            table, key = self.table_of(quantity), quantity
        line = error.line or self._line(table, key)
        return TemplateError(
            error.problem, error.expected, quantity=quantity, table=table, key=key, source=self.source, line=line
        )

    def _line(self, table: str, key: str) -> int | None:
        outer, _, name = table.rpartition(".")
        places = ((table, key), ("", f"{table}.{key}"), (table, ""), ("", table), (outer, name))
        inside = (line for (other, _), line in self.lines.items() if table and other.startswith(f"{table}."))
        return next((self.lines[place] for place in places if place in self.lines), next(inside, None))

    def table_of(self, quantity: str) -> str:
        """Return the table that declares a quantity, "" if none does."""
        return next((table for table in ("data", *QUANTITY_TABLES) if quantity in self.data.get(table, {})), "")

    def places(self) -> dict[str, str]:
        """Return in words where each quantity stands whose line is known."""
        lines = ((name, self.lines.get((table, name))) for table in QUANTITY_TABLES for name in self.table(table))
        return {name: f"{self.source}, line {line}" for name, line in lines if line}

    def unknown(self, key: str, known: Collection[str], what: str, table: str = "") -> NoReturn:
        """Complain of a key, with the one that was probably meant."""
        kind = "table" if not table and isinstance(self.data[key], dict) else "key"
        where = f" in [{table}]" if table else ""
        hint = did_you_mean(key, known, f"{what} {', '.join(known)}")
        self.fail(f"unknown {kind} {key!r}{where}", hint, *((key, "") if kind == "table" else (table, key)))

    # --- values ---

    def table(self, name: str, needed: bool = False) -> Mapping[str, Any]:
        """Return a table, empty where there is none (unless it is needed)."""
        table = self.data.get(name, {})
        if not isinstance(table, dict):
            self.fail(*must_be(repr(name), f"a table: a line [{name}], then one quantity a line"), "", name)
        if needed and not table:
            self.fail(f"the table [{name}] is missing or empty", "it must hold at least one quantity", name)
        return table

    def number(self, value: object, what: str, table: str = "", key: str = "") -> float:
        """Return a value that must be a number a cell can hold."""
        with self.refusing(table, key):
            return spreadsheet_number(value, what)

    def string(self, key: str, default: str) -> str:
        """Return a text of the top level."""
        value = self.data.get(key, default)
        if not isinstance(value, str):
            self.fail(*must_be(key, "a text in quotes"), "", key)
        if not all(map(is_printable, value)) or len(value) > 10_000:
            self.fail(*must_be(key, "printable text of at most 10,000 characters"), "", key)
        return value

    def strings(self, value: object, what: str, table: str = "", key: str = "") -> tuple[str, ...]:
        """Return a value that must be a list of texts."""
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            self.fail(*must_be(what, 'a list of texts, such as ["x1", "x2"]'), table, key)
        return tuple(value)


def is_printable(character: str) -> bool:
    """Whether XML can hold a character, and a reader see it: no control, no surrogate, no separator of lines."""
    return character in "\n\t" or unicodedata.category(character) not in ("Cc", "Cs", "Cn", "Zl", "Zp")
