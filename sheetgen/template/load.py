"""A template, in TOML, becomes a study: the network, its numbers, its learning rates, its iterations.

Every mistake gets one TemplateError that names the file, the line where TOML gives it, the quantity and
what was expected.
"""

from __future__ import annotations

import keyword
import unicodedata
from difflib import get_close_matches
from importlib.resources import as_file, files
from pathlib import Path
from typing import NoReturn

from sheetgen import sheet_names
from sheetgen.algebra.evaluate import expanded_size
from sheetgen.algebra.expr import Apply, Const, Expr, is_literal
from sheetgen.algebra.notation import Excel
from sheetgen.algebra.ops import FUNCTIONS
from sheetgen.algebra.parser import EquationError, is_name, parse
from sheetgen.errors import UsageError
from sheetgen.limits import MAX_COLUMNS, MAX_FORMULA, checked_iterations
from sheetgen.network.assemble import assemble
from sheetgen.network.graph import BATCH, EPOCH, ITERATION, RATE, SAMPLE, SAMPLES, Graph, GraphError
from sheetgen.network.study import SETTINGS, Study
from sheetgen.template.document import Document
from sheetgen.template.layers import LayersError, expand_layers
from sheetgen.template.samples import Samples, read_samples
from sheetgen.template.variants import read_variants

DEFAULT = "mlp-2-2-2"
_WIDEST = "'lr 0.001'!$AAA$5"
"""A reference as long as those of the helper sheets."""

_EQUATIONS = ("forward", "loss", "metrics")
_TABLES = ("data", "inputs", "targets", "parameters", *_EQUATIONS)
_TRAINING = ("rates", "iterations", "batch", "frozen", "optimiser", "schedule", "variants", "layers")
_KEYS = ("title", "description", "workbook", *_TRAINING, *_TABLES)
_RESERVED = {RATE, ITERATION, EPOCH, SAMPLE, SAMPLES, BATCH, *SETTINGS}


def template_names() -> tuple[str, ...]:
    """Return the names of the templates that come with the package."""
    folder = files("sheetgen.templates")
    return tuple(sorted(p.name.removesuffix(".toml") for p in folder.iterdir() if p.name.endswith(".toml")))


def template_text(template: str) -> tuple[str, str]:
    """Return a template's text and the name to call it by in messages.

    ``template`` is a shipped name or a path. Raises UsageError where there is none, or it is not text.
    """
    if template in template_names():
        return files("sheetgen.templates").joinpath(f"{template}.toml").read_text("utf-8"), template
    try:
        return Path(template).read_text("utf-8-sig"), template
    except FileNotFoundError:
        close = get_close_matches(template, template_names(), n=1)
        hint = f"did you mean {close[0]!r}?" if close else f"the shipped ones are {', '.join(template_names())}"
        raise UsageError(f"there is no template or file {template!r}; {hint}") from None
    except UnicodeDecodeError as error:
        raise UsageError(f"{template} is not UTF-8 text (byte {error.start}); a template is a .toml file") from None
    except OSError as error:
        raise UsageError(f"{template} cannot be read: {error.strerror}") from None


def template_data(template: str) -> dict[str, str]:
    """Return the CSV file that a shipped template reads, by its name, if it reads one."""
    if template not in template_names():
        return {}
    name = Document(template_text(template)[0], template).table("data").get("file")
    return {name: files("sheetgen.templates").joinpath(name).read_text("utf-8")} if name else {}


def load(template: str | Path = DEFAULT) -> Study:
    """Return the study that a shipped template, or a file, describes.

    Raises UsageError where there is no such template and TemplateError where it is wrong.
    """
    text, source = template_text(str(template))
    if template not in template_names():
        return _Reader(text, source, Path(template).parent).study()
    with as_file(files("sheetgen.templates")) as folder:
        return _Reader(text, source, folder).study()


def loads(text: str, source: str = "template") -> Study:
    """Return the study that a template's text describes; ``source`` names it in messages."""
    return _Reader(text, source, None).study()


class _Reader:
    """Reads one template; a CSV file is looked for in ``folder``."""

    def __init__(self, text: str, source: str, folder: Path | None) -> None:
        self.document = Document(text, source)
        self.folder = folder

    def fail(self, message: str, table: str = "", key: str = "") -> NoReturn:
        self.document.fail(message, table, key)

    def study(self) -> Study:
        document = self.document
        for key in document.data:
            if key not in _KEYS:
                document.unknown(key, _KEYS, "a template has")
        samples = self._samples()
        fixed = self._expand_layers(samples) if "layers" in document.data else ()
        self._check_names(samples)
        values = self._values(samples)
        graph = self._network(samples, fixed)
        batch = self.batch(samples.count)
        iterations = self.iterations(batch)
        name = Path(document.source).stem
        study = Study(
            name=name,
            title=document.string("title", name).strip(),
            description=document.string("description", "").strip(),
            workbook=self.file_name("workbook", f"{name}.xlsx"),
            network=graph,
            values=values,
            equations={n: str(document.data[t][n]).strip() for t in _EQUATIONS for n in document.table(t)},
            variants=read_variants(document, iterations, sheet_names.RESERVED),
            iterations=iterations,
            samples=samples.all if samples.count > 1 else {},
            batch=batch,
        )
        self._check_settings(study)
        self._check_size(study)
        return study

    def _samples(self) -> Samples:
        """Return the samples: those of [data], or the one of [inputs] and [targets]."""
        document = self.document
        if "data" not in document.data:
            needed = {"inputs": True, "targets": False}
            one = {t: {n: (self.number(t, n),) for n in document.table(t, needed[t])} for t in needed}
            return Samples(one["inputs"], one["targets"])
        for table in ("inputs", "targets"):
            if table in document.data:
                self.fail(f"the template has [data], so [{table}] must go; name the {table} in [data]", table)
        return read_samples(document, self.folder)

    def _expand_layers(self, samples: Samples) -> tuple[str, ...]:
        """Put what [layers] stands for into the tables, where what is typed goes before it; return what it freezes."""
        document = self.document
        try:
            expansion = expand_layers(document.table("layers"), tuple(samples.inputs), tuple(samples.targets))
        except LayersError as error:
            self.fail(str(error), "layers", error.key)
        line = document.lines.get(("layers", ""))
        for table in ("parameters", *_EQUATIONS):
            made, typed = getattr(expansion, table), document.table(table)
            document.data[table] = {**made, **typed}
            document.lines |= {(table, name): line for name in made.keys() - typed.keys() if line}
        return expansion.frozen

    def _values(self, samples: Samples) -> dict[str, float]:
        """Return the numbers that are given once: parameters, and the data of a single sample."""
        parameters = {n: self.number("parameters", n) for n in self.document.table("parameters", needed=True)}
        return parameters if samples.count > 1 else {n: x[0] for n, x in samples.all.items()} | parameters

    def _network(self, samples: Samples, fixed: tuple[str, ...]) -> Graph:
        document = self.document
        frozen = (*document.strings(document.data.get("frozen", []), "frozen", "", "frozen"), *fixed)
        parameters = document.table("parameters")
        for name in frozen:
            if name not in parameters:
                self.fail(
                    f"frozen names {name!r}, which is no parameter; there are {', '.join(parameters)}", "", "frozen"
                )
        if len(set(frozen)) == len(parameters):
            self.fail("every parameter is frozen, so nothing is trained; leave one out", "", "frozen")
        forward, loss, metrics = (
            {n: self.equation(t, n) for n in document.table(t, t != "metrics")} for t in _EQUATIONS
        )
        try:
            return assemble(samples.inputs, samples.targets, parameters, forward, loss, metrics, frozen)
        except GraphError as error:
            self.fail(str(error), self._table_of(error.quantity), error.quantity)

    def _check_settings(self, study: Study) -> None:
        """Let no quantity be called like a setting of an optimiser or schedule in use."""
        for v in study.variants:
            for choice in (v.optimizer, v.schedule):
                for name in choice.settings:
                    if name in study.network.by_name:
                        message = f"{name!r} is a setting of {choice.name!r} too; give the quantity another name"
                        self.fail(message, self._table_of(name), name)

    def _check_size(self, study: Study) -> None:
        """Make sure that the sheets hold the columns and the formulas."""
        spelled = Excel(lambda name: _WIDEST)
        for graph in study.graphs:
            if len(graph.names) > MAX_COLUMNS:
                self.fail(f"the network needs {len(graph.names):,} columns; a sheet has {MAX_COLUMNS:,}")
            for quantity in graph.quantities:
                if quantity.equation and len(spelled.write(quantity.equation)) >= MAX_FORMULA:
                    name = quantity.name.rpartition("∂")[2]
                    self._too_long(quantity.name, self._table_of(name), name)

    def _too_long(self, quantity: str, table: str, name: str) -> NoReturn:
        message = f"the formula of {quantity} is longer than the {MAX_FORMULA:,} characters of a cell"
        self.fail(f"{message}; name its parts as quantities of their own", table, name)

    def _table_of(self, quantity: str) -> str:
        return next((table for table in _TABLES if quantity in self.document.data.get(table, {})), "")

    def _check_names(self, samples: Samples) -> None:
        seen: dict[str, tuple[str, str]] = {}
        document = self.document
        given = samples.all if "data" in document.data else {}
        for table in _TABLES:
            for name in given if table == "data" else document.table(table):
                self._check_name(table, name)
                if (first := seen.setdefault(name.lower(), (table, name))) != (table, name):
                    line = document.lines.get(first)
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
        if keyword.iskeyword(name) or name in _RESERVED:
            self.fail(f"{name!r} is a reserved word; give the quantity another name", table, name)

    def number(self, table: str, name: str) -> float:
        return self.document.number(self.document.table(table)[name], name, table, name)

    def equation(self, table: str, name: str) -> Expr:
        text = self.document.table(table)[name]
        if not isinstance(text, str):
            self.fail(f'{name} must be an equation in quotes, such as {name} = "w1*i1 + w2*i2"', table, name)
        try:
            expr = parse(text)
        except EquationError as error:
            self.fail(f"{name}: {error}", table, name)
        if expanded_size(expr) > MAX_FORMULA:
            self._too_long(name, table, name)
        for constant in constants(expr):
            if not is_literal(constant):
                what = "no number a formula can hold (15 digits, 1e-307 to 1e307)"
                self.fail(f"{name}: {constant!r} is {what}; make it an input", table, name)
        return expr

    def file_name(self, key: str, default: str) -> str:
        value = self.document.string(key, default)
        if value != Path(value).name or "\\" in value or not value.endswith(".xlsx"):
            self.fail(
                f"{key} must be a bare file name that ends in .xlsx, not {value!r}; folders belong to -o", "", key
            )
        return value

    def iterations(self, batch: int) -> int:
        try:
            return checked_iterations(self.document.data.get("iterations"), batch)
        except UsageError as error:
            self.fail(str(error), "", "iterations")

    def batch(self, count: int) -> int:
        """Return how many samples an update averages over: 1, n or "full"."""
        batch = self.document.data.get("batch", 1)
        if batch == "full":
            return count
        if isinstance(batch, bool) or not isinstance(batch, int) or not 1 <= batch <= count:
            what = f'batch must be a whole number from 1 to the number of samples, {count:,}, or "full"'
            self.fail(f"{what}, not {batch!r}", "", "batch")
        return batch


def constants(expr: Expr) -> list[float]:
    """Return the constants of an expression."""
    if isinstance(expr, Const):
        return [expr.value]
    return [value for arg in expr.args for value in constants(arg)] if isinstance(expr, Apply) else []
