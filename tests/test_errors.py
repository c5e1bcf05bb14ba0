"""The facts that errors carry: what is wrong, what was expected, and where."""

from __future__ import annotations

from typing import NamedTuple

import pytest

from sheetgen import NumberError, TemplateError, UsageError, loads
from sheetgen.algebra.parser import parse
from sheetgen.errors import SheetgenError, did_you_mean, must_be
from sheetgen.network.assemble import assemble
from sheetgen.template.document import Document

NETWORK = """\
rates = [0.5]
iterations = 3

[inputs]
x = 0.5

[targets]
t = 0.3

[parameters]
w = 0.4

[forward]
y = "w*x"

[loss]
E = "(t - y)^2"
"""
LAYERS = "rates = [0.5]\niterations = 3\n[inputs]\nx = 1\n[targets]\nt = 1\n[layers]\nsizes = [1, 1]\n"


class Wrong(NamedTuple):
    """What is replaced, by what, and the facts of the error: where it is, what is wrong and what was expected."""

    old: str
    new: str
    line: int | None
    table: str
    key: str
    quantity: str
    problem: str
    expected: str


FUNCTIONS = "the functions are where, exp, "
WRONG = [
    Wrong("w*x", "w*q", 14, "forward", "y", "y", "y uses 'q', which is declared nowhere", "declare it, or correct"),
    Wrong("(t - y)", "(t - yy)", 17, "loss", "E", "E", "E uses 'yy', which is declared nowhere", "did you mean 'y'?"),
    Wrong("w*x", "w*y", 14, "forward", "y", "y", "the equations go round in a circle: y → y", "each must use only"),
    Wrong("w*x", "w*E", 14, "forward", "y", "y", "y uses 'E' of [loss]", "move y to [loss], or E to [forward]"),
    Wrong("w*x", "x", 11, "parameters", "w", "w", "w does not influence the loss E, so it", "use it or remove it"),
    Wrong("w*x", "swish(w)", 14, "forward", "y", "y", "y: there is no function 'swish' (column 1)", FUNCTIONS),
    Wrong("w*x", "w*", 14, "forward", "y", "y", "y: the equation ends at column 3 where a number,", ""),
    Wrong("w*x", "1e-320*w", 14, "forward", "y", "y", "y: 1e-320 is no number", "make it an input"),
    Wrong("w = 0.4", "w = nan", 11, "parameters", "w", "w", "w must be a finite number that", "a finite number that"),
    Wrong("w = 0.4", "w = 0.4\nX = 1", 12, "parameters", "X", "X", "'X' is already declared as 'x'", "rename one"),
    Wrong("w = 0.4", "w = 0.4\nw = 1", 12, "", "", "", "'w' is declared twice", "keep one"),
    Wrong("[0.5]", "[0.5, -1]", 1, "", "rates", "", "a learning rate must be greater than 0, not", "greater than 0"),
    Wrong("= 3\n", "= 0\n", 2, "", "iterations", "", "iterations must be a whole number", "a whole number from 1 to"),
    Wrong("[targets]", "[target]", 7, "target", "", "", "unknown table 'target'", "did you mean 'targets'?"),
    Wrong("rates =", 'optimiser = "adm"\nrates =', 1, "", "optimiser", "", "there is no optimiser", "did you mean"),
    Wrong("[targets]\nt = 0.3", "", 16, "loss", "E", "E", "E uses 't', which is declared nowhere", "declare it"),
    Wrong("[inputs]\nx = 0.5\n\n[targets]\nt = 0.3", "[data]\nrows = [[1, 2]]\ninputs = ['x']", 5, "data", "rows", "",
          "row 1 of [data] has 2 values", "expected 1: x"),
]  # fmt: skip
WRONG_LAYERS = [
    Wrong("[1, 1]", "[1, 0]", 8, "layers", "sizes", "", "sizes: 0 is no number of units", "expected whole numbers"),
    Wrong("[1, 1]\n", "[1, 1]\nbias = 1\n", 9, "layers", "bias", "", "bias: expected true, false or", "true, false or"),
    Wrong("[1, 1]\n", "[1, 1]\nl1 = '2'\n", 9, "layers", "l1", "", "l1 must be a number, not '2'", "a number"),
    Wrong("[1, 1]\n", "[1, 1]\nlos = 1\n", 9, "layers", "los", "", "[layers] has no key 'los'", "did you mean 'loss'?"),
    Wrong("x = 1", "w1 = 1", 7, "layers", "", "w1", "[layers] makes a quantity 'w1'", "rename the input 'w1'"),
]


@pytest.mark.parametrize(
    ("text", "wrong"),
    [*((NETWORK, wrong) for wrong in WRONG), *((LAYERS, wrong) for wrong in WRONG_LAYERS)],
    ids=lambda value: value.problem[:40] if isinstance(value, Wrong) else "",
)
def test_a_template_error_knows_what_is_wrong_and_where(text: str, wrong: Wrong) -> None:
    assert wrong.old in text
    with pytest.raises(TemplateError) as caught:
        loads(text.replace(wrong.old, wrong.new, 1), "mine.toml")
    error = caught.value
    assert (error.source, error.line) == ("mine.toml", wrong.line)
    assert (error.table, error.key, error.quantity) == (wrong.table, wrong.key, wrong.quantity)
    assert error.problem.startswith(wrong.problem)
    assert error.expected.startswith(wrong.expected)
    assert bool(error.expected) == bool(wrong.expected)
    where = f"mine.toml, line {error.line}: "
    inside = error.expected in error.problem
    assert str(error) == where + (error.problem if inside else f"{error.problem}; {error.expected}")


def test_a_network_knows_the_quantity_but_no_place() -> None:
    with pytest.raises(TemplateError) as caught:
        assemble(["x"], ["t"], ["w"], {"y": parse("w*q")}, {"E": parse("y")})
    error = caught.value
    assert (error.quantity, error.source, error.line) == ("y", "", None)
    assert str(error) == "y uses 'q', which is declared nowhere; declare it, or correct the name"


def test_an_error_that_has_its_place_keeps_it() -> None:
    outer, inner = Document("outer.toml", {}, {("", "a"): 1}), Document("inner.toml", {}, {("", "b"): 2})
    with pytest.raises(TemplateError) as caught, outer.refusing("", "a"), inner.refusing("", "b"):
        raise UsageError("no")
    assert (caught.value.source, caught.value.line, caught.value.key) == ("inner.toml", 2, "b")


def test_what_is_no_refusal_goes_by() -> None:
    with pytest.raises(NumberError), Document("mine.toml", {}).refusing():
        raise NumberError("E", 3, 0.5, "it divides by zero")


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (SheetgenError("x is wrong"), "x is wrong"),
        (SheetgenError("x is wrong", "make it right"), "x is wrong; make it right"),
        (SheetgenError("'keep one' is declared twice", "keep one"), "'keep one' is declared twice; keep one"),
        (SheetgenError(*must_be("x", "a number", "'y'")), "x must be a number, not 'y'"),
        (SheetgenError(*must_be("x", "a number")), "x must be a number"),
        (TemplateError("x is wrong", "make it right", source="a.toml"), "a.toml: x is wrong; make it right"),
        (TemplateError("x is wrong", source="a.toml", line=3), "a.toml, line 3: x is wrong"),
    ],
)
def test_the_line_says_what_is_wrong_and_what_was_expected(error: SheetgenError, line: str) -> None:
    assert str(error) == line


def test_the_word_that_was_probably_meant() -> None:
    assert did_you_mean("sigmod", ["tanh", "sigmoid"], "no") == "did you mean 'sigmoid'?"
    assert did_you_mean("sigmod", iter(["tanh", "sigmoid"]), "no") == "did you mean 'sigmoid'?"
    assert did_you_mean("zzz", ["tanh", "sigmoid"], "there are tanh, sigmoid") == "there are tanh, sigmoid"
