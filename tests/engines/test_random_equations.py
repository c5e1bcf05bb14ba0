"""Random equations, as texts: the parser, both printers and both engines come to one number.

A text is read by the parser; the formula it prints is calculated by each engine, its Python is run, and the text itself
is evaluated by the reference, which reads it with Python's own `ast`. One workbook and one start of an engine for all.
"""

from __future__ import annotations

import math
import os
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from engine_routes import ENGINES, engine
from equation_texts import EXTREME_TEXTS, VALUES, drawn
from sample_page import write_pages
from trees import spreadsheet_power

from sheetgen import Tolerance
from sheetgen.algebra.evaluate import ARITHMETIC_ERRORS, evaluate, expanded
from sheetgen.algebra.expr import Apply, Expr
from sheetgen.algebra.notation import Excel, Python, Text
from sheetgen.algebra.parser import parse
from sheetgen.engines.base import CellError, Value
from sheetgen.limits import MAX_NESTING
from sheetgen.network.error_bounds import error_bound
from sheetgen.page.nesting import nesting
from sheetgen.page.page import Formula, Page
from sheetgen.proof.reference import Reference

SMALL = 250
MANY = int(os.environ.get("SHEETGEN_STRESS", "8000"))
NUMBER = int(os.environ.get("SHEETGEN_SEED", "0"))

CELLS = {name: f"$A${row}" for row, name in enumerate(VALUES, start=1)}
SMALLEST_NORMAL = 2.0**-1022


FUNCTIONS = {
    "exp": math.exp, "ln": math.log, "sqrt": math.sqrt, "sin": math.sin, "cos": math.cos, "tanh": math.tanh,
    "pow": spreadsheet_power, "pi": lambda: math.pi, "sign": lambda z: (z > 0) - (z < 0), "floor": math.floor,
}  # fmt: skip
"""What the Python that is printed calls, besides Python's own abs, max and min."""


class Equation(NamedTuple):
    """A text, what the parser makes of it, and its value; None where a spreadsheet shows an error."""

    text: str
    tree: Expr
    value: float | None

    @property
    def formula(self) -> str:
        return Excel(CELLS.__getitem__).write(self.tree)


def value(tree: Expr) -> float | None:
    try:
        return evaluate(tree, VALUES.__getitem__)
    except ARITHMETIC_ERRORS:
        return None


def equations(count: int, number: int) -> list[Equation]:
    """Return random equations and the extreme ones, without those whose formula no spreadsheet reads."""
    trees = {text: parse(text) for text in (*drawn(count, number), *EXTREME_TEXTS)}
    found = [Equation(text, tree, value(tree)) for text, tree in trees.items()]
    return [equation for equation in found if nesting(equation.formula) <= MAX_NESTING]


def recalculated(name: str, path: Path, chosen: list[Equation]) -> list[Value]:
    """Return what an engine calculates of equations, each in a cell beside the values of their names."""
    page = Page("η")
    for row, number in enumerate(VALUES.values(), start=1):
        page.put(f"A{row}", number)
    for row, equation in enumerate(chosen, start=1):
        page.put(f"B{row}", Formula(equation.formula, lambda: 7.0))  # a cached value that would be wrong
    grid = engine(name).recalculate(write_pages(path, page), 600).grid(page.name, max(len(chosen), len(VALUES)), 2)
    return [row[1] for row in grid[: len(chosen)]]


def agrees(tree: Expr, found: float, expected: float) -> bool:
    """Whether a number is right to rounding, as `sheetgen verify` has it: 4,500 ULPs, and what cancels, beside.

    An operation is granted 45 ULPs of its operands: engines round functions to 1 or 2, LibreOffice takes what is 16
    apart for equal, and either branch is right where a comparison stands so near its edge.
    """
    try:
        bound = error_bound(tree, VALUES.__getitem__, lambda _: 0.0, Tolerance.atol)
    except ARITHMETIC_ERRORS:
        bound = 0.0
    return Tolerance().close(found, expected, bound)


def evaluated(tree: Expr) -> Iterator[tuple[Apply, list[float | None]]]:
    """Yield the operations that are met on the way to a value, with their operands' values."""
    if not isinstance(tree, Apply):
        return
    args = tree.args
    if tree.op == "where":
        condition = value_of_condition(args[0])
        args = (args[0],) if condition is None else (args[0], args[1] if condition else args[2])
    else:
        yield tree, [value(arg) for arg in args]
    for arg in args:
        yield from evaluated(arg)


def value_of_condition(tree: Expr) -> bool | None:
    found = value(tree)
    return None if found is None else bool(found)


def only_excel_refuses(tree: Expr) -> bool:
    """Whether what Excel alone calls #NUM! is met on the way: 0^0, and angles from 2^27."""
    for operation, operands in evaluated(expanded(tree)):
        if operation.op == "pow" and operands == [0, 0]:
            return True
        if operation.op in ("sin", "cos") and operands[0] is not None and abs(operands[0]) >= 2**27:
            return True
    return False


def power_underflows(tree: Expr) -> bool:
    """Whether a power too small for a number is met on the way: 0, but #NUM! in LibreOffice (docs/engines.md)."""
    for operation, operands in evaluated(expanded(tree)):
        if operation.op == "pow" and None not in operands and operands[0]:
            base, exponent = operands
            assert base is not None
            assert exponent is not None
            if exponent * math.log2(abs(base)) < -1021:
                return True
    return False


def is_right(equation: Equation, found: Value, name: str) -> bool:
    """Whether an engine's value is the one of the equation, or one of the differences that the docs name."""
    if equation.value is None:
        return isinstance(found, CellError) or only_excel_refuses(equation.tree)
    if isinstance(found, CellError):
        return name != "embedded" and power_underflows(equation.tree)
    if isinstance(found, float) and abs(equation.value) < SMALLEST_NORMAL:
        return abs(found) <= SMALLEST_NORMAL  # below it numbers lose their digits, or are 0
    return isinstance(found, float) and agrees(equation.tree, found, equation.value)


def wrong(chosen: list[Equation], values: list[Value], name: str) -> list[tuple[str, str, float | None, Value]]:
    """Return the equations that an engine calculates otherwise, the shortest first."""
    pairs = zip(chosen, values, strict=True)
    found = [(e.text, e.formula, e.value, v) for e, v in pairs if not is_right(e, v, name)]
    return sorted(found, key=lambda entry: len(entry[0]))


@pytest.fixture(scope="module")
def few() -> list[Equation]:
    return equations(SMALL, 1)


@pytest.fixture(scope="module")
def many() -> list[Equation]:
    return equations(MANY, NUMBER)


@pytest.mark.parametrize("name", ENGINES[:2])
def test_engines_calculate_what_python_does(name: str, few: list[Equation], tmp_path: Path) -> None:
    values = recalculated(name, tmp_path / "w.xlsx", few)
    assert wrong(few, values, name)[:5] == []
    assert sum(e.value == v for e, v in zip(few, values, strict=True)) > 0.7 * len(few), "most, to the last bit"


@pytest.mark.stress
@pytest.mark.parametrize("name", ENGINES[:2])
def test_engines_calculate_what_python_does_of_thousands(name: str, many: list[Equation], tmp_path: Path) -> None:
    values = recalculated(name, tmp_path / "w.xlsx", many)
    assert wrong(many, values, name)[:5] == []
    assert sum(e.value == v for e, v in zip(many, values, strict=True)) > 0.7 * len(many), "most, to the last bit"


def one_number(chosen: list[Equation]) -> None:
    """Hold the Python that is printed, the text that is printed and the reference against the value."""
    spelled = Python(lambda name: name, lambda name: name)
    for equation in chosen:
        python = spelled.write(equation.tree)
        printed = parse(typed(Text().write(equation.tree)))
        assert value(printed) == equation.value, equation.text
        if equation.value is None:
            continue
        assert eval(python, {**FUNCTIONS, **VALUES}) == equation.value, equation.text
        with np.errstate(all="ignore"):
            told = float(Reference({"E": equation.text}, "E").values(VALUES)["E"])
        small = max(abs(told), abs(equation.value)) < SMALLEST_NORMAL
        assert small or agrees(equation.tree, told, equation.value), equation.text


def typed(text: str) -> str:
    """Return a text that was written for a person as a template types it."""
    signs = {"σ(": "sigmoid(", "√": "sqrt", "π": "pi()", "½": "0.5", "³": "^3", " = ": " == "}
    for sign, word in signs.items():
        text = text.replace(sign, word)
    return text


def test_python_text_and_reference_come_to_one_number(few: list[Equation]) -> None:
    one_number(few)


@pytest.mark.stress
def test_python_text_and_reference_come_to_one_number_of_thousands(many: list[Equation]) -> None:
    one_number(many)
