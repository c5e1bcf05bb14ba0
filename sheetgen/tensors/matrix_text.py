"""Equations over matrices as text: ``∂E/∂W = Xᵀ·∂E/∂Z``.

``·`` is the product of matrices, or with a number, ``⊙`` the product place by place, ``⊗`` the table of all products of
two vectors. Functions are those of the language of templates, and a few more, which `WORDS` explains.
"""

from __future__ import annotations

from collections.abc import Iterable

from sheetgen.algebra.notation import plain_number
from sheetgen.algebra.ops import ATOM, COMPARISON, NEGATION, POWER, PRIMITIVES, PRODUCT, SUM
from sheetgen.tensors.cross_entropy import SHARES
from sheetgen.tensors.matrices import Equation, Item, Loop, Made, Matrix, Name, Number, Part, Slot, Stretch, subtrees
from sheetgen.tensors.simpler import ONE, ZERO

WORDS = {
    "into": "into(X[…], G): zeros in the shape of X, with G at the place X[…]",
    "largest": "largest(X): 1 at the first of the largest elements along the axis, 0 elsewhere",
    "smallest": "smallest(X): 1 at the first of the smallest elements along the axis, 0 elsewhere",
    "tril": "tril(G): zeros above the diagonal",
    "rot180": "rot180(K): the kernel turned by 180°",
    "reversed": "reversed(K): the kernel from its end",
    "full1d": "full1d(G, K): G, with zeros around it, correlated with K (full correlation); summed over all kernels",
    "full2d": "full2d(G, K): G, with zeros around it, correlated with K (full correlation); summed over all kernels",
    "spaced": "spaced(G, stride): the elements of G so many places apart, zeros between",
    "each1d": "each1d(X, G): every channel of X correlated with every channel of G; in groups, of the same group",
    "each2d": "each2d(X, G): every channel of X correlated with every channel of G; in groups, of the same group",
    "to_largest": "to_largest(G, X): each element of G at the first of the largest of its window of X",
    "to_all": "to_all(G): each element of G at all places of its window",
    "rowsum": "rowsum(X): the sum of each row, as a column",
    "shares": "P − Y: softmax and cross-entropy in one step, for rows of Y that add up to 1",
    "swap": "X.mT: the transposes of the matrices along the last two axes",
}
"""What the functions mean that only the chain rule needs."""

_SIGNS = {"add": " + ", "sub": " − ", "div": "/", "matmul": "·", "outer": " ⊗ "}
PRODUCTS = ("mul", "matmul", "outer", "div")
"""The functions that are written as products."""


def equation_text(equation: Equation) -> str:
    """Return an equation on one line."""
    loops = "".join(f" for {loop.letter} in {_range(loop)}" for loop in equation.loops)
    return f"{matrix_text(equation.target)}{loops} = {matrix_text(equation.right)}"


def matrix_text(matrix: Matrix) -> str:
    """Return a matrix as text."""
    return _write(matrix, SUM)


def words(matrices: Iterable[Matrix]) -> list[str]:
    """Return what the functions mean that occur in some matrices and in no template."""
    used = {
        "rowsum" if is_row_sum(one) else "shares" if one.options == SHARES else one.function
        for matrix in matrices
        for one in subtrees(matrix)
        if isinstance(one, Made)
    }
    return [text for function, text in WORDS.items() if function in used]


def _write(matrix: Matrix, needed: int) -> str:
    if isinstance(matrix, Number):
        written = "½" if matrix.value == 0.5 else plain_number(matrix.value).replace("-", "−")
        return _grouped(written, NEGATION if matrix.value < 0 else ATOM, needed)
    if isinstance(matrix, Name):
        return matrix.name
    if isinstance(matrix, Part):
        return f"{_write(matrix.tensor, ATOM)}[{', '.join(map(item_text, matrix.items))}]"
    if isinstance(matrix, Made):
        return _made(matrix, needed)
    return f"Σ {matrix.loop.letter}={_range(matrix.loop)} ({_write(matrix.term, SUM)})"


def _made(made: Made, needed: int) -> str:
    function, operands = made.function, made.operands
    if function in PRODUCTS:
        return _grouped(_product(made), PRODUCT, needed)
    if function == "neg":
        return _grouped(f"−{_write(operands[0], PRODUCT)}", NEGATION, needed)
    if function in ("add", "sub"):
        parts = _write(operands[0], SUM), _write(operands[1], SUM + 1)
        return _grouped(_SIGNS[function].join(parts), SUM, needed)
    if function == "pow":
        base, exponent = _before_sign(operands[0], ATOM), _write(operands[1], ATOM)
        raised = f"{base}{'²³'['23'.index(exponent)]}" if exponent in ("2", "3") else f"{base}^{exponent}"
        return _grouped(raised, POWER, needed)
    if function in ("transpose", "swap"):
        sign = ".mT" if function == "swap" else "ᵀ" if len(made.shape) <= 2 else ".T"
        return _before_sign(operands[0], ATOM) + sign
    row = PRIMITIVES.get(function)
    if row is not None and row.kind == "comparison":
        return _grouped(row.text.join(_write(operand, SUM) for operand in operands), COMPARISON, needed)
    return _called(made)


def _called(made: Made) -> str:
    function, operands = made.function, made.operands
    if function == "where" and operands[1:] == (ONE, ZERO):
        return f"1[{_write(operands[0], COMPARISON)}]"
    if function == "sum" and len(operands[0].shape) == 2 and made.options == (("axis", 0),):
        return f"Σ over rows of {_write(operands[0], ATOM)}"
    if is_row_sum(made):
        return f"rowsum({_write(operands[0], SUM)})"
    row = PRIMITIVES.get(function)
    name = row.text if row is not None else function
    if row is not None and not operands:
        return name
    sizes = [str(list(value)) for key, value in made.options if isinstance(value, tuple)]
    options = [f"{key}={value!r}" for key, value in made.options if not isinstance(value, tuple)]
    return f"{name}({', '.join([*(_write(operand, COMPARISON) for operand in operands), *sizes, *options])})"


def is_row_sum(matrix: Matrix) -> bool:
    """Whether it is the sums of the rows of matrices, each as a column."""
    if not isinstance(matrix, Made) or matrix.function != "sum" or len(matrix.operands[0].shape) < 2:
        return False
    last = len(matrix.operands[0].shape) - 1
    return matrix.option("axis") in (-1, last) and matrix.option("keepdims", False) is True


# --- products ---


def _product(made: Made) -> str:
    left, right = made.operands
    kind = product_kind(made)
    sign = {"scale": "·", "mul": " ⊙ "}.get(kind) or _SIGNS[kind]
    spaced = sign.startswith(" ")
    if needs_group(left, made):
        before = f"({_write(left, SUM)})"
    else:
        before = _write(left, PRODUCT) if spaced else _before_sign(left, PRODUCT)
    loose = kind == "scale" and not left.shape
    return before + sign + _write(right, PRODUCT if loose else POWER)


def product_kind(made: Made) -> str:
    """Return what a product is: ``scale`` where one side is a number, else the name of its function."""
    return "scale" if made.function == "mul" and () in (operand.shape for operand in made.operands) else made.function


def needs_group(left: Matrix, made: Made) -> bool:
    """Whether the left operand of a product is one of another kind, so that a reader might group them otherwise."""
    if not isinstance(left, Made) or left.function not in PRODUCTS:
        return False
    inner, outer = product_kind(left), product_kind(made)
    if inner in (outer, "scale"):
        return False
    number_behind = not made.operands[1].shape
    return not (outer in ("div", "scale") and (inner == "mul" or number_behind) and inner != "div")


def _before_sign(matrix: Matrix, needed: int) -> str:
    """Return an operand behind which a sign stands: ∂E/∂Z·W could be read as the derivative along Z·W."""
    name = matrix.tensor if isinstance(matrix, Part) else matrix
    written = _write(matrix, needed)
    return f"({written})" if isinstance(name, Name) and "/" in name.name else written


def _grouped(text: str, binds: int, needed: int) -> str:
    return f"({text})" if binds < needed else text


# --- places ---


def item_text(item: Item) -> str:
    """Return a place, or a stretch of places, as it stands between brackets."""
    if isinstance(item, Stretch):
        return (
            f"{'' if item.start is None else slot_text(item.start)}:{'' if item.stop is None else slot_text(item.stop)}"
        )
    return slot_text(item)


def slot_text(slot: Slot) -> str:
    """Return a place: ``3``, ``t-1``, ``2*t+1``, ``3-t``."""
    if isinstance(slot, int):
        return str(slot)
    if slot.factor == -1 and slot.offset > 0:
        return f"{slot.offset}-{slot.letter}"
    moved = {1: slot.letter, -1: f"-{slot.letter}"}.get(slot.factor, f"{slot.factor}*{slot.letter}")
    return f"{moved}{slot.offset:+d}" if slot.offset else moved


def _range(loop: Loop) -> str:
    return f"{slot_text(loop.first)}..{slot_text(loop.last)}"
