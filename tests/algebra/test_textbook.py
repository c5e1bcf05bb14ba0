"""What a student reads: the spellings by hand, and that no word of the code is among them."""

from __future__ import annotations

import re

import pytest

from sheetgen import load
from sheetgen.algebra.expr import Before, Var, substitute
from sheetgen.algebra.ops import PRIMITIVES
from sheetgen.algebra.parser import parse_row
from sheetgen.algebra.textbook import Textbook, in_lines
from sheetgen.template.shipped import template_names


def read(text: str) -> str:
    return Textbook().write(parse_row(text))


@pytest.mark.parametrize(
    ("equation", "expected"),
    [
        ("squared_error(y, t)", "(t − y)²"),
        ("half_squared_error(y, t)", "½·(t − y)²"),
        ("huber(y, t)", "½·(y − t)² if |y − t| ≤ 1, else |y − t| − ½"),
        ("bce_with_logits(z, t)", "max(z, 0) − z·t + ln(1 + exp(−|z|))"),
        ("bce(p, t)", "−(t·ln(p) + (1 − t)·ln(1 − p))"),
        ("cce(p, t)", "0 if t = 0, else −t·ln(p)"),
        ("l1_penalty(w)", "|w|"),
        ("l2_penalty(w)", "w²"),
        ("where(h > 0, 1, 0)", "[h > 0]"),
        ("g*where(h > 0, 1, 0)", "g·[h > 0]"),
        ("where(h > 0, a, b)", "a if h > 0, else b"),
        ("2*where(h > 0, a, b)", "2·(a if h > 0, else b)"),
        ("where(h > 0, where(k > 0, a, b), c)", "(a if k > 0, else b) if h > 0, else c"),
        ("where(h > 0, a, where(k > 0, b, c))", "a if h > 0, else b if k > 0, else c"),
        ("exp(where(h > 0, a, b))", "exp(a if h > 0, else b)"),
        ("max(o1, o2, where(h > 0, a, b))", "max(o1, o2, (a if h > 0, else b))"),
        ("max(o1, where(h > 0, a, b))", "max(o1, (a if h > 0, else b))"),
        ("held(max(o1, o2, o3))", "max(o1, o2, o3), held constant"),
        ("o1 - held(z)", "o1 − (z, held constant)"),
        ("identity(a + b)*c", "(a + b)·c"),
        ("abs(a - b)", "|a − b|"),
        ("floor(a/b)", "⌊a/b⌋"),
        ("sigmoid(w*x + b)", "σ(w·x + b)"),
    ],
)
def test_spellings(equation: str, expected: str) -> None:
    assert read(equation) == expected


def test_a_derivative_in_a_product_is_no_product_below_the_line() -> None:
    slope, a = Var("∂E/∂a"), Var("a")
    product = parse_row("p*q")

    def written(factors: dict[str, Var | Before]) -> str:
        return Textbook().write(substitute(product, factors.__getitem__))

    assert written({"p": slope, "q": a}) == "(∂E/∂a)·a"
    assert written({"p": a, "q": Before("∂E/∂a")}) == "a·(∂E/∂a)"
    assert Textbook().write(slope) == "∂E/∂a"


def test_no_line_breaks_inside_a_bracket() -> None:
    text = "∂E/∂o1 = (∂E/∂a − b)·[a > 0]·(1 − a_o1)"
    assert in_lines(text, 39) == text
    lines = in_lines(text, 20)
    assert lines.replace("\u00a0", " ") == text
    assert lines.split(" ") == ["∂E/∂o1", "=", text.partition(" = ")[2].replace(" ", "\u00a0")]


def test_lines_break_behind_a_bracket_of_any_kind() -> None:
    for opened, closed in ("()", "[]", "⌊⌋"):
        assert in_lines(f"{opened}a b{closed} c d", 4) == f"{opened}a\u00a0b{closed} c d"


@pytest.mark.parametrize("template", template_names())
def test_no_word_of_the_code_is_read_in_any_template(template: str) -> None:
    words = {name for name, row in PRIMITIVES.items() if row.kind in ("loss", "penalty")} | {
        "where",
        "held",
        "identity",
    }
    study = load(template)
    for graph in study.graphs:
        for quantity in graph.quantities:
            if quantity.equation is not None:
                text = Textbook().write(quantity.equation)
                assert not words & set(re.findall(r"([a-z_]+)\(", text)), text
