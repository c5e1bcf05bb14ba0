"""How deep a formula nests: parentheses, functions and operators that wait for their right-hand side.

A spreadsheet reads a formula from the left and keeps what it has begun: ``1+2*(3`` are a sum, a product and a
parenthesis that are not finished. Excel takes 64 functions inside one another, the embedded engine 71 of all of these.
"""

from __future__ import annotations

import re
from functools import lru_cache

_PRECEDENCE = {"<": 0, ">": 0, "=": 0, "<=": 0, ">=": 0, "<>": 0, "&": 1, "+": 2, "-": 2, "*": 3, "/": 3, "^": 5}
_NEGATION = 4
_KINDS = ("<>=", "&", "+-", "*/", "-", "^")
"""The operators of each precedence."""
_NO_PARENTHESES = re.compile("[^()]+")
_OPERAND = re.compile(r"""'(?:[^']|'')*'|"(?:[^"]|"")*"|[^-+*/^<>=&(),'"]+""")
_WORD = re.compile(r"<>|[<>]=?|[-+*/^=&(),]|x+")


def nests_deeper(formula: str, most: int) -> bool:
    """Whether a formula, without its ``=``, nests deeper than so many levels.

    Of most formulas the parentheses alone say no, since before each of them waits at most one operator of a kind.
    Parentheses in a text count too: they are balanced, and change nothing, or they are not, and one is left.
    """
    pairs = formula.count("(")
    if pairs + (pairs + 1) * len(_KINDS) <= most:
        return False
    parentheses, depth = _NO_PARENTHESES.sub("", formula), 0
    while "()" in parentheses:
        parentheses, depth = parentheses.replace("()", ""), depth + 1
    kinds = sum(any(operator in formula for operator in kind) for kind in _KINDS)
    certainly_not = not parentheses and depth + (depth + 1) * kinds <= most
    return not certainly_not and nesting(formula) > most


def nesting(formula: str) -> int:
    """Return how many parentheses, functions and operators of a formula, without its ``=``, are open at most at once.

    An operator of the same precedence, or a looser one, finishes the one before it: a long sum is one deep.
    """
    return _levels(_OPERAND.sub("x", formula))


@lru_cache(maxsize=4096)
def _levels(formula: str) -> int:
    """Return the same of a formula whose operands are all an ``x``: formulas that differ in these alone are many."""
    inner: list[int] = []  # the precedences of the operators that wait inside the innermost parenthesis, ascending
    outside: list[tuple[list[int], int]] = []  # those outside it, and how many things are open around them
    around = deepest = 0
    before = "("
    for word in _WORD.findall(formula):
        if word == "(":
            outside.append((inner, around))
            inner, around = [], around + len(inner) + 1
        elif word == ")":
            inner, around = outside.pop()
        elif word == ",":
            inner = []
        elif word in _PRECEDENCE:
            unary = before in _PRECEDENCE or before in ("(", ",")
            binds = _NEGATION if unary else _PRECEDENCE[word]
            while inner and inner[-1] >= binds:
                inner.pop()
            inner.append(binds)
        deepest = max(deepest, around + len(inner))
        before = word
    return deepest
