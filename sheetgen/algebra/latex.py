"""How an expression is written in LaTeX."""

from __future__ import annotations

import re
import unicodedata

from sheetgen.algebra.expr import Apply, Expr, OverBatch, Var
from sheetgen.algebra.notation import Notation, plain_number
from sheetgen.algebra.ops import ATOM, POWER, PRIMITIVES, PRODUCT, SUM
from sheetgen.algebra.over_batch import BATCH_FUNCTIONS, parts
from sheetgen.algebra.rows import PREVIOUS
from sheetgen.algebra.tokens import plain_name

_OF_LAYER = re.compile(r"(w)(\d+)_(\d+_\d+)|([bza])(\d+)_(\d+)", re.ASCII)
"""A weight w2_1_3, or a bias, a unit before and a unit after its activation: b2_1, z2_1, a2_1."""

_OF_ONE = re.compile(r"(.+)\[(.+)\]")
"""What an optimiser keeps of a weight, m[w1], or a number that a weight has its own of."""

WORDS = {word: rf"\text{{{word}}}" for word in ("all weights", "else")}
"""What stands in its place for no single weight."""

_OF_OTHER_ROWS = {PREVIOUS: r"\mathrm{prev}", "above": r"\uparrow", "start": r"\mathrm{start}"}
"""How a quantity of another row is marked, by the word before its name."""

GREEK = {
    unicodedata.lookup(f"GREEK {case} LETTER {name.replace('lambda', 'lamda').upper()}"): rf"\{made(name)}"
    for case, made, names in (
        ("SMALL", str, "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi pi rho sigma tau"
         " upsilon phi chi psi omega"),
        ("CAPITAL", str.capitalize, "gamma delta theta lambda xi pi sigma upsilon phi psi omega"),
    )
    for name in names.split()
} | {"m̂": r"\hat{m}", "v̂": r"\hat{v}"}  # fmt: skip
"""The letters of Greek that LaTeX has a command for, and those of Adam's moments without their bias."""

_ESCAPED = {sign: rf"\{sign}" for sign in "#$%&_{}"} | {
    "\\": r"\textbackslash{}",
    "^": r"\textasciicircum{}",
    "~": r"\textasciitilde{}",
}
"""Signs that mean something else to LaTeX."""


class Latex(Notation):
    """LaTeX, for amsmath's display mode."""

    def __init__(self) -> None:
        self.name = latex_name

    def number(self, value: float) -> str:
        r"""Return a number; one half is \tfrac{1}{2}."""
        if value == 0.5:
            return r"\tfrac{1}{2}"
        mantissa, _, exponent = plain_number(value).partition("e")
        return rf"{mantissa} \cdot 10^{{{int(exponent)}}}" if exponent else mantissa

    def binds_number(self, value: float) -> int:
        r"""Return how tightly a written number binds; 1 \cdot 10^{-5} is a product."""
        return min(super().binds_number(value), PRODUCT if "e" in plain_number(value) else ATOM)

    def parentheses(self, text: str) -> str:
        """Return the text in parentheses that grow with it."""
        return rf"\left({text}\right)"

    def binds(self, expr: Apply) -> int:
        """Return how tightly the spelled operation binds; a fraction bar groups by itself."""
        return POWER if expr.op == "div" else super().binds(expr)

    def _write(self, expr: Expr, binding: int) -> str:
        if isinstance(expr, Apply) and expr.op == "div":
            over, under = (self._write(arg, SUM) for arg in expr.args)
            return self._group(rf"\frac{{{over}}}{{{under}}}", POWER, binding)
        if isinstance(expr, Apply) and expr.op == "pow":
            base, exponent = self._write(expr.args[0], ATOM), self._write(expr.args[1], SUM)
            if isinstance(expr.args[0], Var) and _is_raised(expr.args[0].name):
                base = self.parentheses(base)
            return self._group(rf"{{{base}}}^{{{exponent}}}", POWER, binding)
        return super()._write(expr, binding)

    def over_batch(self, expr: OverBatch) -> str:
        """Return what is made of a quantity over the batch B, as a sum over it or the like."""
        return BATCH_FUNCTIONS[expr.function].latex.replace("#", self.name(expr.name))

    def operation(self, expr: Apply, parts: list[str]) -> str:
        """Return an operation."""
        row = PRIMITIVES[expr.op]
        if "…" in row.latex or not parts:
            return row.latex.replace("…", ", ".join(parts))
        if row.is_function:
            return row.latex + self.parentheses(", ".join(parts))
        return row.latex + parts[0] if expr.op == "neg" else row.latex.join(parts)


def _is_raised(name: str) -> bool:
    """Whether a name is written with something raised, which is no power."""
    return bool(_OF_LAYER.fullmatch(name)) or name.partition("(")[0] in (*_OF_OTHER_ROWS, *BATCH_FUNCTIONS)


def latex_name(name: str) -> str:
    r"""Return a quantity's name in LaTeX: ``a_h1`` is a_{h1}, ``∂E/∂w1`` is \frac{\partial E}{\partial w_{1}}.

    What the row above has is marked by an arrow: ``above(h)`` is {h}^{\uparrow}. What an optimiser keeps of a weight
    has the weight below: ``m[w1]`` is {m}_{w_{1}}.
    The names that a template's ``[layers]`` gives have their layer above: ``w2_1_3`` is w^{(2)}_{1,3}.
    """
    if name.startswith("∂") and "/∂" in name:
        over, under = name[1:].split("/∂", 1)
        return rf"\frac{{\partial {latex_name(over)}}}{{\partial {latex_name(under)}}}"
    if name.startswith("mean "):
        return rf"\overline{{{latex_name(name.removeprefix('mean '))}}}"
    if name.startswith("previous "):
        return rf"{{{latex_name(name.removeprefix('previous '))}}}^{{\mathrm{{previous}}}}"
    if name.startswith("two-row ∂"):
        return rf"\text{{two-row }}{latex_name(name.removeprefix('two-row '))}"
    if of_batch := parts(name):
        return rf"{BATCH_FUNCTIONS[of_batch[0]].letters}\left({latex_name(of_batch[1])}\right)"
    for word, mark in _OF_OTHER_ROWS.items():
        if name.startswith(f"{word}("):
            return rf"{{{latex_name(name[len(word) + 1 : -1])}}}^{{{mark}}}"
    if match := _OF_ONE.fullmatch(name):
        letter, one = match.groups()
        return rf"{{{latex_name(letter)}}}_{{{WORDS.get(one) or latex_name(one)}}}"
    primes, name = "'" * name.count("′"), plain_name(name)
    if match := _OF_LAYER.fullmatch(name):
        letter, layer, indices = filter(None, match.groups())
        return f"{letter}^{{({layer}){primes}}}_{{{indices.replace('_', ',')}}}"
    stem, _, index = name.partition("_")
    if not index and (match := re.fullmatch(r"(\D+)(\d+)", name)):
        stem, index = match.groups()
    letters = GREEK.get(stem) or (stem if len(stem) == 1 else rf"\mathrm{{{stem}}}")
    letters += primes
    if not index:
        return letters
    subscript = index.replace("_", r"\_")
    return rf"{letters}_{{{subscript}}}"


def latex_words(text: str) -> str:
    r"""Return words that a template has written as LaTeX prints them in a text: ``a_b & 5%`` is a\_b \& 5\%."""
    return "".join(_ESCAPED.get(sign, sign) for sign in text)
