"""The words of an equation over tensors that are no tensors: places, spans, sizes and options."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping

Item = int | slice
Items = tuple[Item, ...]
"""What stands between brackets: at each of the first axes a place, which drops the axis, or a span."""
Option = float | bool

_SIGNS: Mapping[type[ast.operator], Callable[[int, int], int]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
}


def holds_places(node: ast.expr, loop: Mapping[str, int]) -> bool:
    """Whether there is a tensor between brackets, whose rows are looked up."""
    return isinstance(node, ast.Subscript) or (isinstance(node, ast.Name) and node.id not in loop)


def items_of(node: ast.expr, loop: Mapping[str, int]) -> Items:
    """Return what stands between brackets behind a tensor: a place or a span along each of its first axes."""
    nodes = node.elts if isinstance(node, ast.Tuple) else [node]
    return tuple(_item(one, loop) for one in nodes)


def _item(node: ast.expr, loop: Mapping[str, int]) -> Item:
    if not isinstance(node, ast.Slice):
        return whole(node, loop)
    start, stop = (None if end is None else whole(end, loop) for end in (node.lower, node.upper))
    if node.step is not None:
        raise ValueError(f"a span has no step: {ast.unparse(node)}")
    return slice(start, stop)


def sizes_of(node: ast.expr, loop: Mapping[str, int]) -> tuple[int, ...]:
    """Return a list of whole numbers; of one number, a list of it alone."""
    nodes = node.elts if isinstance(node, ast.List) else [node]
    return tuple(whole(one, loop) for one in nodes)


def whole(node: ast.expr, loop: Mapping[str, int]) -> int:
    """Return a whole number that is written out of numbers and the letters of loops."""
    match node:
        case ast.Constant(value=int(value)):
            return value
        case ast.Constant(value=float(value)) if value.is_integer():
            return int(value)
        case ast.Name(id=letter) if letter in loop:
            return loop[letter]
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -whole(operand, loop)
        case ast.BinOp(left=left, right=right, op=sign) if type(sign) in _SIGNS:
            return _SIGNS[type(sign)](whole(left, loop), whole(right, loop))
    raise ValueError(f"{ast.unparse(node)} is no whole number")


def option_of(node: ast.expr) -> Option:
    """Return what an option is set to."""
    value = ast.literal_eval(node)
    assert isinstance(value, int | float)
    return value
