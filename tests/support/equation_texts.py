"""Random equations as a person might type them: texts, so that precedence is the parser's own business.

Nothing here knows a printer: signs, spellings, needless parentheses and spaces are put together as they come, and what
the parser takes is an equation.
"""

from __future__ import annotations

from collections.abc import Mapping

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from sheetgen.algebra.ops import PRIMITIVES, functions
from sheetgen.algebra.parser import parse

VALUES: Mapping[str, float] = {
    "a": 0.75, "b": -1.25, "c": 2.5, "d": 0.1, "e": 0.1 + 0.2, "zero": 0.0, "one": 1.0, "minus": -1.0,
    "below_8": 7.999999999999999, "whole": 9007199254740991.0, "huge": 1e300, "tiny": 1e-300, "deep": -745.0,
    "σ_1": -3.0,
}  # fmt: skip
"""What the names of an equation stand for: ordinary numbers, neighbours of whole ones, and extremes."""

_NUMBERS = [
    "0",
    "1",
    "2",
    "3",
    "10",
    "0.5",
    ".25",
    "2.",
    "1e-5",
    "1E+3",
    "1e−7",
    "0.1",
    "123456789012345",
    "1e300",
    "1e-300",
]
_BINARY = ("+", "-", "−", " + ", " - ", "*", "·", "×", "/", " / ", "^", "**", "^-", "*-", "/−", "--", "+ -")
_COMPARISONS = (">", ">=", "<", "<=", "==", "≤", "≥", " > ")
_ATOMS = st.sampled_from([*_NUMBERS, *VALUES, *VALUES, "pi()"])


def _called(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Return calls of every function but `where`, with as many operands as each takes."""

    def call(name: str) -> st.SearchStrategy[str]:
        row = PRIMITIVES[name]
        operands = st.lists(inner, min_size=row.arity, max_size=row.arity + 2 * row.folds)
        return operands.map(lambda texts: f"{name}({', '.join(texts)})")

    return st.sampled_from([name for name in functions() if name != "where"]).flatmap(call)


def _longer(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    chosen = st.tuples(inner, st.sampled_from(_COMPARISONS), inner, inner, inner)
    return st.one_of(
        st.tuples(inner, st.sampled_from(_BINARY), inner).map("".join),
        st.tuples(inner, st.sampled_from(_BINARY), inner).map("".join),
        st.tuples(st.sampled_from("-−+"), inner).map("".join),
        inner.map("({})".format),
        inner.map("({})²".format),
        inner.map("{}²".format),
        _called(inner),
        chosen.map(lambda t: f"where({t[0]}{t[1]}{t[2]}, {t[3]}, {t[4]})"),
    )


def _is_read(text: str) -> bool:
    try:
        parse(text)
    except SyntaxError:
        return False
    return True


TEXTS: st.SearchStrategy[str] = st.recursive(_ATOMS, _longer, max_leaves=9).filter(_is_read)
"""Equations over the names of VALUES."""

EXTREME_TEXTS = (
    "-".join(["a"] * 200),
    "--" * 29 + "a",
    "(" * 58 + "-a" + ")" * 58,
    "^".join(["one"] * 40),
    "-a^-b^-c",
    "2^-3^2",
    "-2^2",
    "(-2)^2",
    "-(-2)^3",
    "2*-3^2/-4",
    "a/b/c*d-e-(a-(b-c))",
    "1/(1 + exp(-deep))",
    "huge*huge/huge",
    "huge*10000000",
    "tiny*tiny",
    "tiny/huge",
    "zero^zero",
    "zero^minus",
    "minus^0.5",
    "-zero",
    "1/-zero",
    "ln(zero)",
    "sqrt(minus)",
    "floor(below_8)",
    "floor(-below_8)",
    "mod(-below_8, 8)",
    "mod(whole, 2)",
    "sin(whole)",
    "e - 0.3",
    "where(e == 0.3, 1, 2)",
    "where(e > 0.3, 1, 2)",
    "max(a, max(b, c), min(d, e, -a))",
    "exp(deep)",
    "exp(deep - 1)",
    "tanh(huge)",
    "where(zero == 0, 1, 1/zero)",
)
"""Equations at the edges: of precedence, of nesting, of what a number can be."""


_GENERATE = settings(database=None, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))


def drawn(count: int, number: int, texts: st.SearchStrategy[str] = TEXTS) -> list[str]:
    """Return so many random equations, different ones, the same for the same ``number``."""
    found: dict[str, None] = {}

    @seed(number)
    @settings(_GENERATE, max_examples=2 * count)
    @given(texts)
    def collect(text: str) -> None:
        found[text] = None

    collect()
    return list(found)[:count]
