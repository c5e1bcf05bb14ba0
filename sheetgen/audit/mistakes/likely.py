"""Mistakes that are made so often that one is looked for behind another: edits that need not make a formula right."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from sheetgen.audit.mistakes import mistake
from sheetgen.audit.mistakes.blame import of_reference, slope_words
from sheetgen.audit.mistakes.edits import Desk, Edit
from sheetgen.audit.mistakes.of_operators import turned
from sheetgen.audit.mistakes.of_references import for_unit
from sheetgen.audit.mistakes.patterns import Pattern
from sheetgen.audit.mistakes.roles import Role
from sheetgen.audit.mistakes.trees import Swap, binary, negative, number
from sheetgen.audit.syntax import Binary, Group, Number, bare

_SWAPPED = (Role.WEIGHT, Role.INPUT, Role.ACTIVATION, Role.TARGET, Role.GRADIENT)
_LIKE_IT = 8
"""The cells of one role that are tried in the place of one of them."""


def likely_edits(desk: Desk) -> Iterator[Edit]:
    """Yield edits that often undo a mistake, the likeliest first."""
    yield from _slopes(desk)
    yield from _signs(desk)
    yield from _references(desk)
    yield from _factors(desk)


def _slopes(desk: Desk) -> Iterator[Edit]:
    by_cell: dict[str, list[Pattern]] = defaultdict(list)
    for pattern in desk.patterns:
        by_cell[desk.cell(pattern.of) or ""].append(pattern)
    units = {piece.unit: piece for piece in reversed(desk.pool.units.items)}
    for cell, patterns in by_cell.items():
        activation = desk.roles.activated.get(cell)
        for unit, piece in units.items():
            function = desk.roles.activations[unit].function
            if unit == cell and function == patterns[0].function:
                continue
            kind, words, cost = of_reference(desk.roles, cell, unit, in_slope=True) if cell else ("", "", 3.0)
            if function == patterns[0].function and cell:
                nodes = [node for pattern in patterns for node in pattern.references]
                yield Edit([Swap(node, for_unit(desk, piece, node)) for node in nodes], kind, words, cost)
                if len(patterns) > 1:
                    for pattern in patterns:
                        yield Edit([Swap(n, for_unit(desk, piece, n)) for n in pattern.references], kind, words, cost)
            elif unit in (cell, activation):
                first = patterns[0]
                new = {id(factor.node): None for factor in first.factors}
                swap = first.product.with_factors({**new, id(first.factors[0].node): piece.node})
                words = f"takes another function's derivative: {slope_words(desk.roles, unit)}"
                yield Edit([swap], mistake.OTHER_DERIVATIVE, words, 1.0)
    for pattern in desk.patterns:
        if len(pattern.factors) < len(pattern.product.factors):
            swap = pattern.product.with_factors({id(factor.node): None for factor in pattern.factors})
            words = f"applies the derivative of the activation {_named(desk, pattern)} too often"
            yield Edit([swap], mistake.DERIVATIVE_TWICE, words, 1.1)
    for product in desk.products:
        for unit, piece in units.items():
            new_node = binary("*", product.node, piece.node)
            words = f"leaves out the derivative of the activation {desk.roles.called(unit)}"
            yield Edit([Swap(product.node, new_node)], mistake.DERIVATIVE_LEFT_OUT, words, 1.2)


def _named(desk: Desk, pattern: Pattern) -> str:
    cell = desk.cell(pattern.of)
    return desk.roles.called(cell) if cell else desk.short(pattern.of)


def _signs(desk: Desk) -> Iterator[Edit]:
    for need in desk.needs:
        node = need.node
        if isinstance(node, Binary) and node.op in "+-":
            yield turned(desk, node, "-" if node.op == "+" else "+")
    for product in desk.products:
        words = f"has the wrong sign of {desk.short(product.node)}"
        yield Edit([Swap(product.node, negative(product.node))], mistake.SIGN, words, 1.0)


def _references(desk: Desk) -> Iterator[Edit]:
    for need in desk.needs:
        old = desk.cell(need.node)
        if old is None or isinstance(need.node, Group):
            continue
        role, count = desk.roles.role(old), 0
        for piece in desk.pool.cells.items:
            if role in _SWAPPED and piece.cell != old and desk.roles.role(piece.cell) == role and count < _LIKE_IT:
                count += 1
                kind, words, cost = of_reference(desk.roles, old, piece.cell)
                yield Edit([Swap(need.node, desk.pool.dressed(piece, need.node))], kind, words, cost + piece.fixes)


def _factors(desk: Desk) -> Iterator[Edit]:
    for product in desk.products:
        if not any(isinstance(bare(factor.node), Number) for factor in product.factors):
            two = binary("*", number(2), product.node)
            half = binary("/", product.node, number(2))
            what = desk.short(product.node)
            yield Edit([Swap(product.node, two)], mistake.FACTOR, f"lacks a factor 2 in {what}", 1.1)
            yield Edit([Swap(product.node, half)], mistake.FACTOR, f"has a factor 2 too many in {what}", 1.1)
        for factor in product.factors:
            if isinstance(bare(factor.node), Number) and len(product.factors) > 1:
                words = f"has a factor {desk.short(factor.node)} too many"
                yield Edit([product.with_factors({id(factor.node): None})], mistake.FACTOR, words, 1.0)
