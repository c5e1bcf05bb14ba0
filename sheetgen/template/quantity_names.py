"""What a template may call its quantities."""

from __future__ import annotations

import keyword
import re
import unicodedata
from collections.abc import Collection
from typing import NoReturn

from sheetgen.algebra.ops import functions
from sheetgen.algebra.over_batch import BATCH_FUNCTIONS
from sheetgen.algebra.rows import PREVIOUS
from sheetgen.algebra.tokens import is_name, plain_name
from sheetgen.network.graph import BASE_RATE, BATCH, EPOCH, ITERATION, RATE, SAMPLE, SAMPLES
from sheetgen.network.study import CHECK_SETTINGS, Study
from sheetgen.template.document import QUANTITY_TABLES, Document
from sheetgen.template.samples import Samples
from sheetgen.tensors.heads import heads
from sheetgen.tensors.program import Tensors

RESERVED = frozenset({RATE, BASE_RATE, ITERATION, EPOCH, SAMPLE, SAMPLES, BATCH, *CHECK_SETTINGS})
"""Words of the program that no quantity is called by, besides functions, `previous` and the words of Python."""

_LONGEST = 255


def require_names(document: Document, samples: Samples) -> None:
    """Let every quantity have a name that formulas can hold and that no other one has.

    Raises TemplateError for the first that does not.
    """
    declared: dict[str, tuple[str, str]] = {}
    in_data = samples.all if "data" in document.data else {}
    for table in ("data", *QUANTITY_TABLES):
        for name in in_data if table == "data" else document.table(table):
            _require_name(document, table, name)
            first = declared.setdefault(_alike(name), (table, name))
            if first != (table, name):
                _declared_twice(document, first, table, name)


def require_no_keys(document: Document, keys: Collection[str]) -> None:
    """Let no quantity be called like a key that belongs above the first table and is missing there."""
    for table in QUANTITY_TABLES:
        for key in keys:
            if key in document.table(table) and key not in document.data:
                problem = f"{key} stands in [{table}], and belongs above the first table"
                document.fail(problem, "move it there, or give the quantity another name", table, key, quantity=key)


def require_tensor_names(document: Document, tensors: Tensors) -> None:
    """Let every tensor, and every letter of a loop, have a name that a quantity may have, or raise TemplateError."""
    for name, given in tensors.given.items():
        _require_name(document, given.table, name)
    for typed in tensors.typed:
        head = next(heads(typed.key))
        for name in (head.name, *head.loop):
            _require_name(document, typed.table, name, typed.key)


def _declared_twice(document: Document, first: tuple[str, str], table: str, name: str) -> NoReturn:
    line = document.lines.get(first)
    where = f"[{first[0]}]" + (f", line {line}" if line else "")
    also = "" if first[1] == name else " (spreadsheets take no notice of capitals)"
    if first[1].lower() != name.lower():
        also = " (they differ in where a digit stands)"
    problem = f"{name!r} is already declared as {first[1]!r} in {where}{also}"
    document.fail(problem, "rename one", table, name, quantity=name)


def _alike(name: str) -> str:
    """Return what names are told apart by."""
    return unicodedata.normalize("NFKC", name).lower()


def _instead(name: str) -> str:
    """Return a name that is allowed and nearly the one that is not, "" where there is none."""
    folded = unicodedata.normalize("NFKC", name.strip().replace("'", "′").replace("’", "′")).lstrip("_0123456789")
    found = re.sub(r"_*[^\w′]+_*", "_", folded).strip("_")
    return found if is_name(found) and unicodedata.normalize("NFKC", found) == found else ""


def _require_name(document: Document, table: str, name: str, key: str = "") -> None:
    problem, expected = "", "give the quantity another name"
    plain = plain_name(name)
    if not is_name(name) or name.startswith("_") or unicodedata.normalize("NFKC", plain) != plain:
        problem, expected = f"{name!r} cannot name a quantity", "use letters, digits and _, beginning with a letter"
        if instead := _instead(name):
            expected += f": {instead}"
    elif len(name) > _LONGEST:
        problem, expected = f"the name {name[:20]}… has {len(name):,} characters", f"use at most {_LONGEST}"
    elif name.lower() in (*functions(), PREVIOUS, *BATCH_FUNCTIONS):
        problem = f"{name!r} cannot be told from the function {name.lower()}()"
    elif keyword.iskeyword(name) or name in RESERVED:
        problem = f"{name!r} is a reserved word"
        expected = "call it λ, or lambda_" if name == "lambda" else f"call it {name}_" if name.isascii() else expected
    if problem:
        document.fail(problem, expected, table, key or name, quantity=name)


def require_no_settings(document: Document, study: Study) -> None:
    """Let no quantity be called like a setting of an optimiser or schedule in use, and no two settings of them alike.

    Raises TemplateError for the first that is.
    """
    for variant in study.variants:
        both = variant.optimizer.settings.keys() & variant.schedule.settings.keys()
        for name in sorted(both):
            problem = f"{name!r} is a setting of {variant.optimizer.name!r} and of {variant.schedule.name!r}"
            document.fail(problem, "give one of them another name", f"schedules.{variant.schedule.name}", name)
        for choice in (variant.optimizer, variant.schedule):
            for name in choice.settings:
                if name in study.network.by_name:
                    problem = f"{name!r} is a setting of {choice.name!r} too"
                    document.fail(problem, "give the quantity another name", quantity=name)
