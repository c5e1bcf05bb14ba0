"""The tree of an equation: its names, and the three kinds of them."""

from __future__ import annotations

import pytest

from sheetgen.algebra.calculus import derivative
from sheetgen.algebra.evaluate import evaluate
from sheetgen.algebra.expr import ONE, ZERO, Apply, Before, Expr, Held, Var, befores, held_names, names, substitute
from sheetgen.algebra.latex import Latex
from sheetgen.algebra.notation import Excel, Text
from sheetgen.network.error_bounds import BoundedNumbers, error_bound

x, y, z = Var("x"), Var("y"), Var("z")


def test_names_and_substitution() -> None:
    tree = Apply("add", (Apply("mul", (x, y)), x))
    assert tuple(names(tree)) == ("x", "y", "x")
    assert substitute(tree, lambda name: ONE if name == "x" else z) == Apply("add", (Apply("mul", (ONE, z)), ONE))


MIXED: Expr = Apply("mul", (Apply("add", (x, Held("x"))), Before("x")))
"""(x + the x of the network as it is)·the x of the row above."""


def test_a_name_of_another_row_is_another_name() -> None:
    assert (tuple(names(MIXED)), tuple(befores(MIXED)), tuple(held_names(MIXED))) == (("x",), ("x",), ("x",))
    assert substitute(MIXED, lambda name: y) == Apply("mul", (Apply("add", (y, Held("x"))), Before("x")))


def test_each_is_looked_up_in_its_own_row() -> None:
    assert evaluate(MIXED, {"x": 2.0}.__getitem__, {"x": 3.0}.__getitem__, {"x": 5.0}.__getitem__) == (2 + 5) * 3
    with pytest.raises(KeyError, match="x"):
        evaluate(Held("x"), {"x": 2.0}.__getitem__)


def test_what_is_held_has_no_slope() -> None:
    assert derivative(Apply("mul", (x, Held("x"))), "x") == Held("x")
    assert derivative(Held("x"), "x") == ZERO


def test_what_is_held_is_written_as_such() -> None:
    formula = Excel(lambda name: "A1", above=lambda name: "A0", held=lambda name: "$B$9").write(MIXED)
    assert formula == "(A1+$B$9)*A0"
    held = Apply("mul", (x, Held("y")))
    assert Text().write(held) == "x·held(y)"
    assert Latex().write(held) == r"x \cdot \mathrm{held}\left(y\right)"


def test_the_error_of_what_is_held_is_its_own() -> None:
    here, held = BoundedNumbers(lambda name: 2.0, lambda name: 0.1), BoundedNumbers(lambda name: 5.0, lambda name: 0.01)
    product = Apply("mul", (x, Held("x")))
    assert error_bound(product, here.value, here.error, 0.0, held) == pytest.approx(5 * 0.1 + 2 * 0.01)
