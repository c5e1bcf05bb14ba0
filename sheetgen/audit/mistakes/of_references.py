"""Edits of references: one cell for another, once or everywhere; a derivative of one activation for another's."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

import numpy as np

from sheetgen.audit.mistakes import mistake
from sheetgen.audit.mistakes.activations import SPELLED
from sheetgen.audit.mistakes.blame import of_reference, slope_words
from sheetgen.audit.mistakes.edits import Desk, Edit
from sheetgen.audit.mistakes.patterns import Pattern
from sheetgen.audit.mistakes.pool import Piece
from sheetgen.audit.mistakes.trees import Swap
from sheetgen.audit.syntax import Group, Node

_TRIED = 30  # the cells that are tried in the place of one inside of a function
_EVERYWHERE = 0.1  # how much further-fetched it is that a cell is taken for another in several places


def single_references(desk: Desk) -> Iterator[Edit]:
    """Yield the edits of one reference."""
    in_slope = {id(node) for pattern in desk.patterns for node in pattern.references}
    for need in desk.needs:
        old = desk.cell(need.node)
        if old is None or isinstance(need.node, Group):
            continue
        for piece in desk.found(desk.pool.cells, need.wants, need.gain):
            if piece.cell != old:
                kind, words, cost = of_reference(desk.roles, old, piece.cell, in_slope=id(need.node) in in_slope)
                yield Edit([Swap(need.node, desk.pool.dressed(piece, need.node))], kind, words, cost + piece.fixes)


def references_everywhere(desk: Desk) -> Iterator[Edit]:
    """Yield the edits of all references to one cell, and of all of those in derivatives of activations."""
    slopes: dict[str, list[Node]] = defaultdict(list)
    all_nodes: dict[str, list[Node]] = defaultdict(list)
    for pattern in desk.patterns:
        if (old := desk.cell(pattern.of)) is not None:
            slopes[old] += pattern.references
    for node in desk.formula.nodes:
        if (old := desk.cell(node)) is not None:
            all_nodes[old].append(node)
    for group, in_slope in ((slopes, True), (all_nodes, False)):
        for old, nodes in group.items():
            if len(nodes) > 1:
                yield from _everywhere(desk, old, nodes, in_slope)


def _everywhere(desk: Desk, old: str, nodes: list[Node], in_slope: bool) -> Iterator[Edit]:
    role = desk.roles.role(old)
    for piece in desk.pool.cells.items:
        if not in_slope and desk.roles.role(piece.cell) != role and desk.roles.activated.get(old) != piece.cell:
            continue
        swaps = [Swap(node, desk.pool.dressed(piece, node)) for node in nodes]
        if piece.cell != old and desk.right(swaps):
            kind, words, cost = of_reference(desk.roles, old, piece.cell, in_slope=in_slope)
            yield Edit(swaps, kind, words, cost + _EVERYWHERE + piece.fixes)


def references_inside(desk: Desk) -> Iterator[Edit]:
    """Yield the edits of one reference inside of a function, where it is not known what it would have to be."""
    known = {id(need.node) for need in desk.needs}
    for node in desk.formula.nodes:
        old = desk.cell(node)
        if old is None or id(node) in known or isinstance(node, Group):
            continue
        role, tried = desk.roles.role(old), 0
        for piece in desk.pool.cells.items:
            akin = desk.roles.role(piece.cell) == role or desk.roles.activated.get(old) == piece.cell
            if piece.cell == old or tried >= _TRIED or not (akin or desk.roles.is_next(old, piece.cell)):
                continue
            tried += 1
            swap = Swap(node, desk.pool.dressed(piece, node))
            if desk.right([swap]):
                kind, words, cost = of_reference(desk.roles, old, piece.cell)
                yield Edit([swap], kind, words, cost + piece.fixes)


def slopes_of_units(desk: Desk) -> Iterator[Edit]:
    """Yield the edits of one derivative of an activation, for that of another unit or another function."""
    for pattern in desk.patterns:
        need = pattern.product.need
        rest = pattern.product.beside(pattern.factors, desk.values)
        with np.errstate(all="ignore"):
            wanted = need.wants / rest
        for piece in desk.found(desk.pool.units, wanted, need.gain * rest):
            yield _of_pattern(desk, pattern, piece)


def _of_pattern(desk: Desk, pattern: Pattern, piece: Piece) -> Edit:
    roles, old = desk.roles, desk.cell(pattern.of) or ""
    function = roles.activations[piece.unit].function
    if function == pattern.function and old:
        kind, words, cost = of_reference(roles, old, piece.unit, in_slope=True)
        return Edit([Swap(node, for_unit(desk, piece, node)) for node in pattern.references], kind, words, cost + 0.05)
    first, *rest = pattern.factors
    swap = pattern.product.with_factors({id(first.node): piece.node, **{id(factor.node): None for factor in rest}})
    what = f"the derivative of {SPELLED[pattern.function]}"
    words = f"takes {what} where {roles.called(piece.unit)} needs another: {slope_words(roles, piece.unit)}"
    return Edit([swap], mistake.OTHER_DERIVATIVE, words, 1.0 if piece.unit == old or not old else 1.3)


def for_unit(desk: Desk, piece: Piece, old: Node) -> Node:
    """Return a reference to the activation that a derivative is of, in the place of another reference."""
    cell = next(one for one in desk.pool.cells.items if one.cell == piece.unit)
    return desk.pool.dressed(cell, old)
