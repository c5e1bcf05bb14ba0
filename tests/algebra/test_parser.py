"""The grammar of equations, against Python's own `eval`."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from trees import ERRORS, FUNCTIONS, VALUES, Float

from sheetgen.algebra.evaluate import evaluate
from sheetgen.algebra.expr import Apply, Const, Var
from sheetgen.algebra.parser import parse

a, b, c = Var("a"), Var("b"), Var("c")
TWO, THREE = Const(2.0), Const(3.0)


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("a", a),
        (" ( a ) ", a),
        ("2", TWO),
        ("2.", TWO),
        (".5", Const(0.5)),
        ("1e-5", Const(1e-5)),
        ("1e−5", Const(1e-5)),
        ("1.5E+3", Const(1500.0)),
        ("a - b - c", Apply("sub", (Apply("sub", (a, b)), c))),
        ("a / b / c", Apply("div", (Apply("div", (a, b)), c))),
        ("a + b*c", Apply("add", (a, Apply("mul", (b, c))))),
        ("(a + b)*c", Apply("mul", (Apply("add", (a, b)), c))),
        ("-a^2", Apply("neg", (Apply("pow", (a, TWO)),))),
        ("-a*b", Apply("mul", (Apply("neg", (a,)), b))),
        ("a*-b", Apply("mul", (a, Apply("neg", (b,))))),
        ("+a", a),
        ("2^3^2", Apply("pow", (TWO, Apply("pow", (THREE, TWO))))),
        ("2**3**2", Apply("pow", (TWO, Apply("pow", (THREE, TWO))))),
        ("a^-b", Apply("pow", (a, Apply("neg", (b,))))),
        ("sigmoid(a - b)", Apply("sigmoid", (Apply("sub", (a, b)),))),
        ("a·b×c − 2", Apply("sub", (Apply("mul", (Apply("mul", (a, b)), c)), TWO))),
        ("a²", Apply("pow", (a, TWO))),
        ("a²b", None),
        ("(a - b)²", Apply("pow", (Apply("sub", (a, b)), TWO))),
        ("sigmoid(a)²", Apply("pow", (Apply("sigmoid", (a,)), TWO))),
        ("2^a²", Apply("pow", (TWO, Apply("pow", (a, TWO))))),
        ("a\n  + b", Apply("add", (a, b))),
        ("2*pi()", Apply("mul", (TWO, Apply("pi", ())))),
        ("max(a, b, c)", Apply("max", (Apply("max", (a, b)), c))),
        ("min(a, b, c)", Apply("min", (Apply("min", (a, b)), c))),
        ("where(a + b >= c, a, b)", Apply("where", (Apply("ge", (Apply("add", (a, b)), c)), a, b))),
        ("where(a ≤ -b, a, b)", Apply("where", (Apply("le", (a, Apply("neg", (b,)))), a, b))),
        ("where(a == 2, a, b)", Apply("where", (Apply("eq", (a, TWO)), a, b))),
        ("θ_1*a_h1", Apply("mul", (Var("θ_1"), Var("a_h1")))),
    ],
)
def test_grammar(text: str, tree: object) -> None:
    if tree is None:
        with pytest.raises(SyntaxError):
            parse(text)
    else:
        assert parse(text) == tree


ONLY = "a comparison can only be the first operand of where, as in where(a > 0, a, 0)"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "the equation is empty"),
        ("   ", "the equation is empty"),
        ("a +", "the equation ends at column 4 where a number, a name or '(' was expected"),
        ("a b", "'b' stands at column 3 where an operator was expected"),
        ("(a + b", "the equation ends at column 7 where an operator or the ')' of the '(' at column 1 was expected"),
        ("a + b)", "')' stands at column 6 where an operator was expected"),
        ("a + * b", "'*' stands at column 5 where a number, a name or '(' was expected"),
        ("a @ b", "'@' at column 3 is not part of an equation"),
        ("½*a", "'½' at column 1 is not part of an equation"),
        ("a + ٣", "'٣' at column 5 is not part of an equation"),
        ("1 + 007*a", "the number 007 at column 5 begins with a needless 0"),
        ("a + 1e999", "the number 1e999 at column 5 is too large"),
        (
            "a*swish(b)",
            "there is no function 'swish' (column 3); the functions are where, exp, ln, sqrt, sin, cos, pi, abs, sign,"
            " max, min, floor, mod, held, identity, sigmoid, stable_sigmoid, tanh, relu, leaky_relu, elu,"
            " softplus, gelu, silu, squared_error, half_squared_error, huber, bce, bce_with_logits, cce, l1_penalty,"
            " l2_penalty",
        ),
        (
            "softmax(a, b)",
            "there is no function 'softmax' (column 1); softmax is several quantities: name them,"
            " m = held(max(z1, z2)), e1 = exp(z1 - m), e2 = exp(z2 - m), s = e1 + e2, p1 = e1/s, p2 = e2/s",
        ),
        ("log(a)", "there is no function 'log' (column 1); did you mean 'ln'?"),
        ("a + Pow(a, 2)", "there is no function 'Pow' (column 5); write a^b"),
        ("max(a)", "max at column 1 takes 2 or more operands, not 1"),
        ("mod(a)", "mod at column 1 takes 2 operands, not 1"),
        ("where(a > 0, 1)", "where at column 1 takes 3 operands, not 2"),
        ("pi(a)", "'a' stands at column 4 where ')' was expected"),
        ("a > b", f"'>' stands at column 3; {ONLY}"),
        ("(a ≥ b)*c", f"'>=' stands at column 4; {ONLY}"),
        ("relu(a == 1)", f"'==' stands at column 8; {ONLY}"),
        ("where(a < b < c, 1, 0)", f"'<' stands at column 13; {ONLY}"),
        ("where(a > 0, b > 0, 1)", f"'>' stands at column 16; {ONLY}"),
        ("where(a, 1, 0)", "',' stands at column 8 where a comparison (> >= < <= ==) was expected"),
        ("where(a = 0, 1, 0)", "'=' at column 9 is not part of an equation"),
        ("a + tanh(a, b)", "tanh at column 5 takes 1 operand, not 2"),
        ("tanh()", "')' stands at column 6 where a number, a name or '(' was expected"),
    ],
)
def test_what_cannot_be_read(text: str, message: str) -> None:
    with pytest.raises(SyntaxError, match=f"^{re.escape(message)}$") as caught:
        parse(text)
    column = re.search(r"column (\d+)", message)
    assert caught.value.offset == (int(column[1]) if column else 1)


def test_depth_limits() -> None:
    assert parse("(" * 59 + "a" + ")" * 59) == a
    with pytest.raises(SyntaxError, match="nests more than 60 parentheses"):
        parse("(" * 60 + "a" + ")" * 60)
    with pytest.raises(SyntaxError, match="nests more than 60"):
        parse("-" * 100_000 + "a")
    parse("+".join(["a"] * 200))
    with pytest.raises(SyntaxError, match="more than 200 operations deep"):
        parse("+".join(["a"] * 201))


NUMBERS = st.sampled_from(["2", "3", "0.5", ".25", "1e-3", "0", "10"])
ATOMS = st.one_of(NUMBERS, st.sampled_from(list(VALUES)))


def _longer(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Texts, not trees: nothing is printed, so precedence is the parser's own business."""
    signs = st.sampled_from(["+", "-", "*", "/", "**", " - ", " * -", "+ +", "**-"])
    return st.one_of(
        st.tuples(inner, signs, inner).map("".join),
        inner.map("-{}".format),
        inner.map("({})".format),
        st.tuples(st.sampled_from(list(FUNCTIONS)), inner).map(lambda pair: f"{pair[0]}({pair[1]})"),
    )


def python_value(text: str) -> float:
    """Evaluate with Python's own grammar; every number becomes a Float first."""
    spelled = re.sub(r"(?<![\w.])(\d+\.?\d*(?:e-?\d+)?|\.\d+)", r"Float(\1)", text)
    functions = {name: _spoken(function) for name, function in FUNCTIONS.items()}
    names = {name: Float(value) for name, value in VALUES.items()}
    return float(eval(spelled, {"__builtins__": {}, "Float": Float, **functions}, names))


def _spoken(function: Callable[[float], float]) -> Callable[[float], Float]:
    return lambda z: Float(function(float(z)))


@settings(max_examples=400, deadline=None)
@given(st.recursive(ATOMS, _longer, max_leaves=10))
def test_it_reads_as_python_does(text: str) -> None:
    try:
        expected = python_value(text)
    except ERRORS:
        with pytest.raises(ERRORS):
            evaluate(parse(text), VALUES.__getitem__)
    else:
        assert evaluate(parse(text), VALUES.__getitem__) == expected
