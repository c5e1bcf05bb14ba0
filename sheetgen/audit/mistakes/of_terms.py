"""Edits of sums: a term too many, a term left out."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from sheetgen.audit.equations import place_of
from sheetgen.audit.mistakes import mistake
from sheetgen.audit.mistakes.counterparts import counterparts
from sheetgen.audit.mistakes.edits import Desk, Edit
from sheetgen.audit.mistakes.needs import Need
from sheetgen.audit.mistakes.roles import Role
from sheetgen.audit.mistakes.trees import Swap, binary, negative, rebuilt, same
from sheetgen.audit.mistakes.values import NoValue, Vector
from sheetgen.audit.syntax import Binary, Call, Group, Node, walk

_AGAIN = 0.6
"""How much further-fetched it is that a path is left out which is there already."""
_MOST = 120
"""The cells up to which all products of two are tried."""


def terms_too_many(desk: Desk) -> Iterator[Edit]:
    """Yield the edits that take a term away."""
    for need in desk.needs:
        node = need.node
        if not isinstance(node, Binary) or node.op not in "+-":
            continue
        left, right = desk.values.vector(node.left), desk.values.vector(node.right)
        sign = 1.0 if node.op == "+" else -1.0
        for kept, taken, has in ((node.left, node.right, left), (node.right, node.left, sign * right)):
            if desk.allows(need, has):
                new = kept if kept is node.left or node.op == "+" else negative(kept)
                words = f"adds {desk.short(taken)}, which does not belong there"
                if same(kept, taken):
                    words = f"counts {desk.short(taken)} twice"
                yield Edit([Swap(node, new)], mistake.PATH_TOO_MANY, words, 1.1)


def _sums(desk: Desk) -> Iterator[Need]:
    """Yield the parts to which a term can be added: the whole, and what stands in parentheses."""
    for need in desk.needs:
        parent = desk.formula.parents.get(id(need.node))
        if not isinstance(need.node, Group) and (parent is None or isinstance(parent, Group | Call)):
            yield need


def terms_left_out(desk: Desk) -> Iterator[Edit]:
    """Yield the edits that add a term: another path's, made from one that is there, or a product of two cells."""
    for need in _sums(desk):
        missing = need.wants - need.has
        yield from _like_another(desk, need)
        for piece in desk.found(desk.pool.cells, missing, need.gain):
            yield _added(need, piece.node, f"leaves out the term {desk.roles.called(piece.cell)}", 1.3 + piece.fixes)
        yield from _products(desk, need, missing)


def _products(desk: Desk, need: Need, missing: Vector) -> Iterator[Edit]:
    slack = desk.slack(need.gain)
    pieces = desk.pool.cells.items[:_MOST]
    if slack is None or not pieces or not np.isfinite(missing).all():
        return
    table = desk.pool.cells.table[:_MOST]
    idle = np.isinf(slack)
    there = [{desk.cell(part) for part in walk(one)} - {None} for one in _terms(need.node)]
    for index, piece in enumerate(pieces):
        close = np.abs(table[: index + 1] * table[index] - missing) <= slack
        for other in map(int, np.flatnonzero(np.all(close | idle, axis=1))):
            pair = sorted((piece, pieces[other]), key=lambda one: desk.roles.role(one.cell) != Role.GRADIENT)
            roles = {desk.roles.role(one.cell) for one in pair}
            term = binary("*", pair[0].node, pair[1].node)
            named = " · ".join(desk.roles.called(one.cell) for one in pair)
            cost = (0.9 if Role.GRADIENT in roles else 1.7) + piece.fixes + pieces[other].fixes
            cost += _AGAIN * ({one.cell for one in pair} in there or piece is pieces[other])
            yield _added(need, term, f"leaves out the path {named}", cost)


def _like_another(desk: Desk, need: Need) -> Iterator[Edit]:
    """Yield terms that read as one that is there does, with the cells of another unit in place of its own."""
    if not isinstance(need.node, Binary):
        return
    for term in _terms(need.node):
        for names in counterparts(desk.roles, [name for node in walk(term) if (name := desk.cell(node))]):
            new = _translated(desk, term, names)
            if new is None:
                continue
            try:
                has = need.has + desk.values.vector(new)
            except NoValue:
                continue
            if desk.allows(need, has):
                unit = next(iter(names.values()))
                words = f"leaves out the path through {desk.roles.called(unit)}"
                yield _added(need, new, words, 0.9)


def _terms(node: Node) -> list[Node]:
    if isinstance(node, Binary) and node.op in "+-":
        return [*_terms(node.left), *_terms(node.right)]
    return [node]


def _translated(desk: Desk, term: Node, names: dict[str, str]) -> Node | None:
    """Return a term with other cells in the place of some."""
    swaps = []
    for node in walk(term):
        name = desk.cell(node)
        if name in names:
            place = place_of(names[name])
            new = next(iter(desk.pool.spellings(place)))
            swaps.append(Swap(node, desk.pool.fixed_like(new, node)))
    return rebuilt(term, swaps) if swaps else None


def _added(need: Need, term: Node, words: str, cost: float) -> Edit:
    return Edit([Swap(need.node, binary("+", need.node, term))], mistake.PATH_LEFT_OUT, words, cost)
