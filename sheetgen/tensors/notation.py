"""An equation over tensors as a template writes it."""

from __future__ import annotations

from sheetgen.algebra.expr import Const, Var
from sheetgen.algebra.notation import plain_number
from sheetgen.algebra.ops import ATOM, COMPARISON, NEGATION, POWER, PRIMITIVES, PRODUCT, SUM
from sheetgen.tensors.tree import Index, Sizes, Span, Tree

_BINDS = {"matmul": PRODUCT}
_OPERANDS = {"matmul": (PRODUCT, POWER)}
_SIGNS = {"add": " + ", "sub": " - ", "matmul": " @ "}


def written(tree: Tree) -> str:
    """Return an equation's right-hand side, which reads back as the tree."""
    return _write(tree, SUM)


def part_written(items: tuple[int | Span, ...]) -> str:
    """Return what stands between brackets behind a name."""
    return ", ".join(map(_item, items))


def _item(item: int | Span) -> str:
    if isinstance(item, int):
        return str(item)
    start, stop = ("" if end is None else str(end) for end in (item.start, item.stop))
    return f"{start}:{stop}"


def _write(tree: Tree, needed: int) -> str:
    if isinstance(tree, Var):
        return tree.name
    if isinstance(tree, Const):
        return _grouped(plain_number(tree.value), NEGATION if tree.value < 0 else ATOM, needed)
    if isinstance(tree, Sizes):
        return f"[{', '.join(map(str, tree.numbers))}]"
    if isinstance(tree, Index):
        return f"{_write(tree.tensor, ATOM)}[{part_written(tree.items)}]"
    function, operands = tree.function, tree.operands
    if function == "transpose" and len(operands) == 1 and not tree.options:
        return f"{_write(operands[0], ATOM)}.T"
    row = PRIMITIVES.get(function)
    needs = _OPERANDS.get(function) or (row.operands if row and not row.is_function else ())
    if len(needs) != len(operands) or not needs:
        options = [f"{name}={value!r}" for name, value in tree.options]
        return f"{function}({', '.join([*(_write(operand, COMPARISON) for operand in operands), *options])})"
    binds = _BINDS.get(function) or (row.binds if row else ATOM)
    parts = [_write(operand, need) for operand, need in zip(operands, needs, strict=True)]
    sign = _SIGNS.get(function) or (row.python or row.excel if row else "")
    return _grouped(sign + parts[0] if function == "neg" else sign.join(parts), binds, needed)


def _grouped(text: str, binds: int, needed: int) -> str:
    return f"({text})" if binds < needed else text
