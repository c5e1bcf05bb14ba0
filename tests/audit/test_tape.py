"""Slopes of expressions against torch's autograd, and what is said at kinks and of rounding."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from decimal import Decimal, getcontext

import pytest
import torch

from sheetgen.algebra.expr import Apply, Const, Expr, Var
from sheetgen.algebra.parser import parse
from sheetgen.audit.tape import NOWHERE, UNIT, Number, Slope, number_of, tape_of

AT = {"a": 0.75, "b": -1.25, "c": 2.5, "d": 0.1, "z": 0.0}
Function = Callable[[Mapping[str, torch.Tensor]], torch.Tensor]


def known(at: Mapping[str, float] = AT) -> Callable[[str], Number]:
    return lambda name: Number(at[name], 0.0)


def slopes(text: str | Expr, at: Mapping[str, float] = AT) -> dict[str, Slope]:
    return tape_of(parse(text) if isinstance(text, str) else text, known(at)).slopes()


CASES: list[tuple[str, Function]] = [
    ("a*b + c", lambda v: v["a"] * v["b"] + v["c"]),
    ("a - b/c", lambda v: v["a"] - v["b"] / v["c"]),
    ("-a^3*b", lambda v: -(v["a"] ** 3) * v["b"]),
    ("c^a", lambda v: v["c"] ** v["a"]),
    ("1/(1 + exp(-a*b))", lambda v: torch.sigmoid(v["a"] * v["b"])),
    ("tanh(a + b)*sqrt(c)", lambda v: torch.tanh(v["a"] + v["b"]) * torch.sqrt(v["c"])),
    ("ln(c)*sin(a) + cos(b*d)", lambda v: torch.log(v["c"]) * torch.sin(v["a"]) + torch.cos(v["b"] * v["d"])),
    ("max(a, b)*min(c, d) + abs(b)", lambda v: v["a"] * v["d"] + v["b"].abs()),
    ("where(a > b, a*c, b*c)", lambda v: v["a"] * v["c"]),
    ("sigmoid(a)*relu(c) + bce(a, d)", lambda v: torch.sigmoid(v["a"]) * torch.relu(v["c"])
     - (v["d"] * torch.log(v["a"]) + (1 - v["d"]) * torch.log(1 - v["a"]))),
    ("a*a*a + a", lambda v: v["a"] ** 3 + v["a"]),
]  # fmt: skip


@pytest.mark.parametrize(("text", "function"), CASES)
def test_slopes_are_those_of_autograd(text: str, function: Function) -> None:
    leaves = {name: torch.tensor(value, dtype=torch.float64, requires_grad=True) for name, value in AT.items()}
    result = function(leaves)
    result.backward()
    tape = tape_of(parse(text), known())
    assert tape.number.value == pytest.approx(result.item(), rel=1e-14)
    found = tape.slopes()
    for name, leaf in leaves.items():
        exact = 0.0 if leaf.grad is None else leaf.grad.item()
        slope = found.get(name, NOWHERE)
        assert slope.low == slope.high
        assert abs(slope.low - exact) <= slope.error + 8 * UNIT * abs(exact), name


def test_a_long_sum_needs_no_recursion() -> None:
    total: Expr = Var("a")
    for _ in range(20_000):
        total = Apply("add", (total, Var("b")))
    assert slopes(total)["b"].low == 20_000
    assert slopes(total)["a"].low == 1


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("max(0, z)", 0.0, 1.0),
        ("abs(z)", -1.0, 1.0),
        ("where(z > 0, z, 0)", 0.0, 1.0),
        ("where(z >= 0, z, 0.01*z)", 0.0, 1.01),
        ("max(0, a)", 1.0, 1.0),
        ("where(z > 0, z, 5)", 0.0, 0.0),
    ],
)
def test_a_kink_leaves_both_sides_open_and_a_jump_does_not(text: str, low: float, high: float) -> None:
    slope = slopes(text).get("z" if "z" in text else "a", NOWHERE)
    assert (slope.low, slope.high) == (pytest.approx(low), pytest.approx(high))


def test_only_the_branch_that_is_taken_is_computed() -> None:
    assert number_of(parse("where(a > 0, a, ln(z))"), known()).value == 0.75
    with pytest.raises(ValueError, match="math domain"):
        number_of(parse("where(a < 0, a, ln(z))"), known())


@pytest.mark.parametrize("h", [0.5, 12.0, 30.0, 36.5, -30.0, -300.0])
def test_the_bounds_hold_for_a_saturated_sigmoid(h: float) -> None:
    """Both spellings of σ′ lie within their bounds of the exact derivative, computed with 60 digits."""
    getcontext().prec = 60
    exact_value = 1 / (1 + (-Decimal(h)).exp())
    exact = exact_value * (1 - exact_value)
    tape = tape_of(parse("1/(1 + exp(-h))"), known({"h": h}))
    slope = tape.slopes()["h"]
    assert abs(Decimal(slope.low) - exact) <= Decimal(slope.error) * 2
    claimed = number_of(parse("y*(1 - y)"), lambda name: tape.number)
    assert abs(Decimal(claimed.value) - exact) <= Decimal(claimed.error) * 2
    assert slope.allows(claimed.value, claimed.error)


def test_the_bounds_are_no_licence() -> None:
    """A derivative that is wrong by a millionth is not within the bounds of ordinary numbers."""
    slope = slopes("1/(1 + exp(-a*b))")["a"]
    assert not slope.allows(slope.low * (1 + 1e-6), 8 * slope.error)
    assert slope.error < 1e-13 * abs(slope.low)


def test_a_constant_has_no_slope() -> None:
    assert slopes(Const(3.0)) == {}
    assert math.isinf(slopes("sqrt(z)")["z"].low)
