r"""Equations over matrices in LaTeX: ``\frac{\partial E}{\partial \mathbf{W}} = \mathbf{X}^{\top} …``.

Tensors are bold; a part of one that a loop makes has its place above, as a layer or a step has in a textbook.
"""

from __future__ import annotations

import re

from sheetgen.algebra.expr import Const
from sheetgen.algebra.latex import GREEK, WORDS, Latex
from sheetgen.algebra.ops import ATOM, COMPARISON, NEGATION, POWER, PRIMITIVES, PRODUCT, SUM
from sheetgen.algebra.tokens import plain_name
from sheetgen.tensors.matrices import Equation, Loop, Made, Matrix, Name, Number, Part, Stretch, Total
from sheetgen.tensors.matrix_text import PRODUCTS, is_row_sum, item_text, needs_group, product_kind, slot_text
from sheetgen.tensors.simpler import ONE, ZERO

_SIGNS = {"scale": r" \cdot ", "mul": r" \odot ", "matmul": r" \, ", "outer": r" \otimes "}


def equation_latex(equation: Equation) -> str:
    """Return an equation, to be aligned at its equals sign."""
    loops = "".join(rf" \qquad {_range(loop)}" for loop in equation.loops)
    return f"{matrix_latex(equation.target)} &= {matrix_latex(equation.right)}{loops}"


def matrix_latex(matrix: Matrix) -> str:
    """Return a matrix in LaTeX."""
    return _write(matrix, SUM)


def _range(loop: Loop) -> str:
    first, last = loop.first, loop.last
    successive = isinstance(first, int) and isinstance(last, int) and last - first == 1
    dots = "" if successive else r"\dots, "
    return rf"{loop.letter} = {slot_text(first)}, {dots}{slot_text(last)}"


def _write(matrix: Matrix, needed: int) -> str:
    if isinstance(matrix, Number):
        latex = Latex()
        return _grouped(latex.write(Const(matrix.value)), latex.binds_number(matrix.value), needed)
    if isinstance(matrix, Name):
        return tensor_latex(matrix.name, bool(matrix.shape))
    if isinstance(matrix, Part):
        return _part(matrix)
    if isinstance(matrix, Total):
        loop = matrix.loop
        ends = f"_{{{loop.letter}={slot_text(loop.first)}}}^{{{slot_text(loop.last)}}}"
        return _grouped(rf"\sum{ends} {_write(matrix.term, PRODUCT)}", SUM, needed)
    return _made(matrix, needed)


def _part(matrix: Part) -> str:
    """Return a part: a place that a loop goes through above the name, anything else in brackets behind it."""
    tensor, items = matrix.tensor, ", ".join(map(item_text, matrix.items))
    if isinstance(tensor, Name) and not any(isinstance(item, Stretch) for item in matrix.items):
        return tensor_latex(tensor.name, bool(tensor.shape or matrix.shape), f"({items})")
    inner = tensor_latex(tensor.name, bold=True) if isinstance(tensor, Name) else _write(tensor, ATOM)
    return rf"{inner}\left[{items.replace(':', '{:}')}\right]"


def tensor_latex(name: str, bold: bool, above: str = "") -> str:
    r"""Return a tensor's name: ``H_pre`` is \mathbf{H}_{\mathrm{pre}}; ``above`` stands above it, in parentheses."""
    if name.startswith("∂") and "/∂" in name:
        over, under = name[1:].split("/∂", 1)
        return rf"\frac{{\partial {tensor_latex(over, bold=False)}}}{{\partial {tensor_latex(under, bold, above)}}}"
    if name.startswith("mean "):
        return rf"\overline{{{tensor_latex(name[5:], bold)}}}"
    if name.startswith("previous "):
        return rf"{{{tensor_latex(name[9:], bold)}}}^{{\mathrm{{previous}}}}"
    if match := re.fullmatch(r"(.+)\[(.+)\]", name):
        letter, tensor = match.groups()
        return rf"{{{tensor_latex(letter, bold=False)}}}_{{{WORDS.get(tensor) or tensor_latex(tensor, bold)}}}"
    primes, name = "'" * name.count("′"), plain_name(name)
    stem, _, index = name.partition("_")
    if not index and (match := re.fullmatch(r"(\D+)(\d+)", name)):
        stem, index = match.groups()
    letters = _letters(stem, bold)
    return f"{letters}{_below(index)}^{{{above}{primes}}}" if above else f"{letters}{primes}{_below(index)}"


def _letters(stem: str, bold: bool) -> str:
    if letter := GREEK.get(stem):
        return letter
    if bold:
        return rf"\mathbf{{{stem}}}"
    return stem if len(stem) == 1 else rf"\mathrm{{{stem}}}"


def _below(index: str) -> str:
    words = _escaped(index)
    if index and not index.isdigit():
        words = rf"\mathrm{{{words}}}"
    return f"_{{{words}}}" if index else ""


def _made(made: Made, needed: int) -> str:
    function, operands = made.function, made.operands
    if function == "div":
        return _grouped(rf"\frac{{{_write(operands[0], SUM)}}}{{{_write(operands[1], SUM)}}}", POWER, needed)
    if function in PRODUCTS:
        return _grouped(_product(made), PRODUCT, needed)
    if function == "neg":
        return _grouped(f"-{_write(operands[0], PRODUCT)}", NEGATION, needed)
    if function in ("add", "sub"):
        sign = " + " if function == "add" else " - "
        return _grouped(_write(operands[0], SUM) + sign + _write(operands[1], SUM + 1), SUM, needed)
    if function == "pow":
        places = r"\odot " if operands[0].shape else ""
        return _grouped(f"{_raised(operands[0])}^{{{places}{_write(operands[1], SUM)}}}", POWER, needed)
    if function in ("transpose", "swap"):
        return rf"{_raised(operands[0])}^{{\top}}"
    row = PRIMITIVES.get(function)
    if row is not None and row.kind == "comparison":
        return _grouped(row.latex.join(_write(operand, SUM) for operand in operands), COMPARISON, needed)
    return _called(made, needed)


def _raised(matrix: Matrix) -> str:
    """Return what something stands above: in parentheses, unless it is a plain name.

    A name that has something above it already is a group, for LaTeX takes no second one.
    """
    plain = isinstance(matrix, Number) or (isinstance(matrix, Name) and "/" not in matrix.name)
    written = _write(matrix, ATOM if plain else SUM)
    if not plain:
        return _parentheses(written)
    above = isinstance(matrix, Name) and ("′" in matrix.name or matrix.name.startswith("previous "))
    return f"{{{written}}}" if above else written


def _product(made: Made) -> str:
    left, right = made.operands
    kind = product_kind(made)
    before = _parentheses(_write(left, SUM)) if _is_other_product(left, made) else _write(left, PRODUCT)
    loose = kind == "scale" and not left.shape
    return before + _SIGNS[kind] + _write(right, PRODUCT if loose else POWER)


def _is_other_product(left: Matrix, made: Made) -> bool:
    """Whether a reader might group the left operand otherwise; a fraction bar groups by itself."""
    return needs_group(left, made) and isinstance(left, Made) and left.function != "div"


def _called(made: Made, needed: int) -> str:
    function, operands = made.function, made.operands
    if function == "where" and operands[1:] == (ONE, ZERO):
        return rf"\mathbf{{1}}\left[{_write(operands[0], COMPARISON)}\right]"
    if function == "sum" and made.options == (("axis", 0),) and len(operands[0].shape) == 2:
        return _grouped(rf"\mathbf{{1}}^{{\top}} \, {_write(operands[0], POWER)}", PRODUCT, needed)
    row = PRIMITIVES.get(function)
    inside = ", ".join(_write(operand, COMPARISON) for operand in operands)
    if row is not None and ("…" in row.latex or not operands):
        return row.latex.replace("…", inside)
    name = row.latex if row is not None else rf"\mathrm{{{_escaped(function)}}}"
    if is_row_sum(made):
        return rf"\mathrm{{rowsum}}{_parentheses(inside)}"
    options = [f"[{', '.join(map(str, value))}]" for _, value in made.options if isinstance(value, tuple)]
    options += [
        rf"\mathrm{{{_escaped(key)}}}={value}" for key, value in made.options if not isinstance(value, tuple | bool)
    ]
    options += [rf"\mathrm{{{_escaped(key)}}}" for key, value in made.options if value is True]
    return name + _parentheses(", ".join([*([inside] if inside else []), *options]))


def _escaped(name: str) -> str:
    return name.replace("_", r"\_")


def _parentheses(text: str) -> str:
    return rf"\left({text}\right)"


def _grouped(text: str, binds: int, needed: int) -> str:
    return _parentheses(text) if binds < needed else text
