"""The equations of a template: read from their texts, and no longer than a cell's formula may be."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NoReturn

from sheetgen.algebra.evaluate import expanded_size
from sheetgen.algebra.expr import Apply, Const, Expr, Var, depth
from sheetgen.algebra.notation import Excel
from sheetgen.algebra.parser import parse
from sheetgen.algebra.simplify import is_literal
from sheetgen.errors import must_be
from sheetgen.limits import MAX_COLUMNS, MAX_DEPTH, MAX_FORMULA
from sheetgen.network.study import Study
from sheetgen.template.document import EQUATION_TABLES, Document

_WIDEST = "'lr 0.001'!$AAA$5"
"""A reference as long as those of the helper sheets."""


def read_equation(document: Document, table: str, name: str) -> Expr:
    """Return the equation of a quantity.

    Raises TemplateError for what is no equation, for one that is too long, and for a number that a formula cannot hold.
    """
    text = document.table(table)[name]
    if isinstance(text, Const | Var | Apply):
        return checked(document, table, name, text)
    if not isinstance(text, str):
        expected = f'an equation in quotes, such as {name} = "w1*i1 + w2*i2"'
        document.fail(*must_be(name, expected), table, name)
    with document.refusing(table, name):
        return checked(document, table, name, parse(text))


def checked(document: Document, table: str, name: str, expr: Expr, instead: str = "an input") -> Expr:
    """Return an equation that a formula can hold; raise TemplateError for another."""
    if expanded_size(expr) > MAX_FORMULA:
        _too_long(document, name, table, name)
    for constant in _constants(expr):
        if not is_literal(constant):
            problem = f"{name}: {constant!r} is no number a formula can hold (15 digits, 1e-307 to 1e307)"
            document.fail(problem, f"make it {instead}", table, name)
    return expr


def equation_texts(document: Document) -> dict[str, str]:
    """Return the equations of scalars as they are typed; those of tensors have their texts elsewhere."""
    tables = (document.table(table).items() for table in EQUATION_TABLES)
    return {name: text.strip() for table in tables for name, text in table if isinstance(text, str)}


def _constants(expr: Expr) -> Iterator[float]:
    if isinstance(expr, Const):
        yield expr.value
    elif isinstance(expr, Apply):
        for arg in expr.args:
            yield from _constants(arg)


def require_room(document: Document, study: Study) -> None:
    """Make sure that a sheet holds a study's columns, and a cell each of its formulas."""
    spelled = Excel(lambda name: _WIDEST)
    for graph in study.graphs:
        if len(graph.names) > MAX_COLUMNS:
            document.fail(f"the network needs {len(graph.names):,} columns", f"a sheet has {MAX_COLUMNS:,}")
        for quantity in graph.quantities:
            name = quantity.name.rpartition("∂")[2]
            if quantity.equation and depth(quantity.equation) > MAX_DEPTH:
                _too_deep(document, quantity.name, document.table_of(name), name)
            if quantity.equation and len(spelled.write(quantity.equation)) >= MAX_FORMULA:
                _too_long(document, quantity.name, document.table_of(name), name)


def _too_long(document: Document, quantity: str, table: str, name: str) -> NoReturn:
    problem = f"the formula of {quantity} is longer than the {MAX_FORMULA:,} characters of a cell"
    document.fail(problem, "name its parts as quantities of their own", table, name)


def _too_deep(document: Document, quantity: str, table: str, name: str) -> NoReturn:
    problem = f"{quantity} adds up so many derivatives that its formula is more than {MAX_DEPTH} operations deep"
    document.fail(problem, f"let fewer equations use {name}", table, name)
