"""A template, in TOML, becomes a study: the network, its numbers, its learning rates, its iterations.

Every mistake gets one TemplateError that names the file, the line where TOML gives it, the quantity and
what was expected.
"""

from __future__ import annotations

import keyword
import tomllib
import unicodedata
from collections.abc import Mapping
from difflib import get_close_matches
from importlib.resources import files
from pathlib import Path
from typing import Any, NoReturn

from sheetgen import toml
from sheetgen.errors import TemplateError, UsageError
from sheetgen.expr import Apply, Const, Expr, is_literal
from sheetgen.graph import ITERATION, RATE, Graph, GraphError, build
from sheetgen.limits import MAX_COLUMNS, MAX_FORMULA, checked_iterations, checked_rates, spreadsheet_number
from sheetgen.notation import Excel
from sheetgen.ops import FUNCTIONS
from sheetgen.parser import EquationError, is_name, parse
from sheetgen.study import SETTINGS, Study, variant

DEFAULT = "mlp-2-2-2"
_WIDEST = "'lr 0.001'!$AAA$5"
"""A reference as long as those of the helper sheets."""

_TABLES = ("inputs", "targets", "parameters", "forward", "loss")
_KEYS = ("title", "description", "workbook", "rates", "iterations", *_TABLES)


def names() -> tuple[str, ...]:
    """Return the names of the templates that come with the package."""
    folder = files("sheetgen.templates")
    return tuple(sorted(p.name.removesuffix(".toml") for p in folder.iterdir() if p.name.endswith(".toml")))


def text_of(template: str) -> tuple[str, str]:
    """Return a template's text and the name to call it by in messages.

    ``template`` is a shipped name or a path. Raises UsageError where there is none, or it is not text.
    """
    if template in names():
        return files("sheetgen.templates").joinpath(f"{template}.toml").read_text("utf-8"), template
    try:
        return Path(template).read_text("utf-8-sig"), template
    except FileNotFoundError:
        close = get_close_matches(template, names(), n=1)
        hint = f"did you mean {close[0]!r}?" if close else f"the shipped ones are {', '.join(names())}"
        raise UsageError(f"there is no template or file {template!r}; {hint}") from None
    except UnicodeDecodeError as error:
        raise UsageError(f"{template} is not UTF-8 text (byte {error.start}); a template is a .toml file") from None
    except OSError as error:
        raise UsageError(f"{template} cannot be read: {error.strerror}") from None


def load(template: str | Path = DEFAULT) -> Study:
    """Return the study that a shipped template, or a file, describes.

    Raises UsageError where there is no such template and TemplateError where it is wrong.
    """
    text, source = text_of(str(template))
    return loads(text, source)


def loads(text: str, source: str = "template") -> Study:
    """Return the study that a template's text describes; ``source`` names it in messages."""
    return _Reader(text, source).study()


class _Reader:
    """Reads one template, knowing the line of every key."""

    def __init__(self, text: str, source: str) -> None:
        self.text, self.source = text, source
        self.lines = toml.key_lines(text)
        self.data = self._toml()

    def fail(self, message: str, table: str = "", key: str = "") -> NoReturn:
        places = ((table, key), ("", f"{table}.{key}"), (table, ""), ("", table))
        line = next((self.lines[place] for place in places if place in self.lines), None)
        raise TemplateError(message, self.source, line)

    def _toml(self) -> dict[str, Any]:
        try:
            return tomllib.loads(self.text)
        except ValueError as error:
            message, line = toml.explain(str(error), self.text)
            raise TemplateError(message, self.source, line) from None
        except RecursionError:
            raise TemplateError("this is not a template: its brackets nest too deeply", self.source) from None

    def study(self) -> Study:
        for key in self.data:
            if key not in _KEYS:
                self._unknown(key)
        self._check_names()
        values = {t: {n: self.number(t, n) for n in self.table(t)} for t in ("inputs", "targets", "parameters")}
        forward, loss = ({n: self.equation(t, n) for n in self.table(t)} for t in ("forward", "loss"))
        try:
            graph = build(values["inputs"], values["targets"], values["parameters"], forward, loss)
        except GraphError as error:
            self.fail(str(error), self._table_of(error.quantity), error.quantity)
        if len(graph.names) + 1 > MAX_COLUMNS:
            self.fail(f"the network needs {len(graph.names) + 1:,} columns; a sheet has {MAX_COLUMNS:,}")
        self._check_lengths(graph)
        name = Path(self.source).stem
        return Study(
            name=name,
            title=self.string("title", name).strip(),
            description=self.string("description", "").strip(),
            workbook=self.file_name("workbook", f"{name}.xlsx"),
            graph=graph,
            values={**values["inputs"], **values["targets"], **values["parameters"]},
            equations={n: str(self.data[t][n]).strip() for t in ("forward", "loss") for n in self.table(t)},
            variants=tuple(variant(rate) for rate in self.rates()),
            iterations=self.iterations(),
        )

    def _check_lengths(self, graph: Graph) -> None:
        spelled = Excel(lambda name: _WIDEST)
        for quantity in graph.quantities:
            if quantity.equation and len(spelled.write(quantity.equation)) >= MAX_FORMULA:
                name = quantity.name.rpartition("∂")[2]
                message = f"the formula of {quantity.name} is longer than the {MAX_FORMULA:,} characters of a cell"
                self.fail(f"{message}; name its parts as quantities of their own", self._table_of(name), name)

    def _unknown(self, key: str) -> NoReturn:
        kind = "table" if isinstance(self.data[key], dict) else "key"
        close = get_close_matches(key, _KEYS, n=1)
        hint = f"did you mean {close[0]!r}?" if close else f"a template has {', '.join(_KEYS)}"
        self.fail(f"unknown {kind} {key!r}; {hint}", *((key, "") if kind == "table" else ("", key)))

    def table(self, name: str) -> Mapping[str, Any]:
        table = self.data.get(name, {})
        if not isinstance(table, dict):
            self.fail(f"{name!r} must be a table: a line [{name}], then one quantity a line", "", name)
        if not table and name != "targets":
            self.fail(f"the table [{name}] is missing or empty; it must hold at least one quantity", name)
        return table

    def _table_of(self, quantity: str) -> str:
        return next((table for table in _TABLES if quantity in self.data.get(table, {})), "")

    def _check_names(self) -> None:
        seen: dict[str, tuple[str, str]] = {}
        for table in _TABLES:
            for name in self.table(table):
                self._check_name(table, name)
                if (first := seen.setdefault(name.lower(), (table, name))) != (table, name):
                    line = self.lines.get(first)
                    where = f"[{first[0]}]" + (f", line {line}" if line else "")
                    also = "" if first[1] == name else " (spreadsheets take no notice of capitals)"
                    self.fail(
                        f"{name!r} is already declared as {first[1]!r} in {where}{also}; rename one",
                        table,
                        name,
                    )

    def _check_name(self, table: str, name: str) -> None:
        if not is_name(name) or name.startswith("_") or unicodedata.normalize("NFKC", name) != name:
            self.fail(
                f"{name!r} cannot name a quantity; use letters, digits and _, beginning with a letter",
                table,
                name,
            )
        if name.lower() in FUNCTIONS:
            self.fail(
                f"{name!r} cannot be told from the function {name.lower()}(); give the quantity another name",
                table,
                name,
            )
        if keyword.iskeyword(name) or name in (RATE, ITERATION, *SETTINGS):
            self.fail(f"{name!r} is a reserved word; give the quantity another name", table, name)

    def number(self, table: str, name: str) -> float:
        return self.checked_number(self.table(table)[name], name, table, name)

    def checked_number(self, value: object, what: str, table: str = "", key: str = "") -> float:
        try:
            return spreadsheet_number(value, what)
        except UsageError as error:
            self.fail(str(error), table, key)

    def equation(self, table: str, name: str) -> Expr:
        text = self.table(table)[name]
        if not isinstance(text, str):
            self.fail(f'{name} must be an equation in quotes, such as {name} = "w1*i1 + w2*i2"', table, name)
        try:
            expr = parse(text)
        except EquationError as error:
            self.fail(f"{name}: {error}", table, name)
        for constant in constants(expr):
            if not is_literal(constant):
                what = "no number a formula can hold (15 digits, 1e-307 to 1e307)"
                self.fail(f"{name}: {constant!r} is {what}; make it an input", table, name)
        return expr

    def string(self, key: str, default: str) -> str:
        value = self.data.get(key, default)
        if not isinstance(value, str):
            self.fail(f"{key} must be a text in quotes", "", key)
        if not all(_is_printable(c) for c in value) or len(value) > 10_000:
            self.fail(f"{key} must be printable text of at most 10,000 characters", "", key)
        return value

    def file_name(self, key: str, default: str) -> str:
        value = self.string(key, default)
        if value != Path(value).name or "\\" in value or not value.endswith(".xlsx"):
            self.fail(
                f"{key} must be a bare file name that ends in .xlsx, not {value!r}; folders belong to -o", "", key
            )
        return value

    def rates(self) -> tuple[float, ...]:
        rates = self.data.get("rates")
        if not isinstance(rates, list) or not rates:
            self.fail("rates must be a list of at least one learning rate, such as rates = [0.1, 0.5]", "", "rates")
        try:
            return checked_rates([self.checked_number(rate, "a learning rate", "", "rates") for rate in rates])
        except UsageError as error:
            self.fail(str(error), "", "rates")

    def iterations(self) -> int:
        try:
            return checked_iterations(self.data.get("iterations"))
        except UsageError as error:
            self.fail(str(error), "", "iterations")


def _is_printable(character: str) -> bool:
    """Whether XML can hold a character, and a reader see it: no control, no surrogate, no separator of lines."""
    return character in "\n\t" or unicodedata.category(character) not in ("Cc", "Cs", "Cn", "Zl", "Zp")


def constants(expr: Expr) -> list[float]:
    """Return the constants of an expression."""
    if isinstance(expr, Const):
        return [expr.value]
    return [value for arg in expr.args for value in constants(arg)] if isinstance(expr, Apply) else []
