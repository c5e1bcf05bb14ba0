"""Whole paths that a formula leaves out or counts twice, and the shortcut of another loss: found on the way itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from sheetgen.algebra.expr import Apply, Expr
from sheetgen.audit.graph import Graph
from sheetgen.audit.mistakes import mistake
from sheetgen.audit.mistakes.chain import Chain, TooLong, in_cell
from sheetgen.audit.mistakes.edits import Desk
from sheetgen.audit.mistakes.roles import Role, Roles
from sheetgen.audit.mistakes.values import Vector
from sheetgen.audit.syntax import Binary

_TRIED = 8
"""The cells up to which a path is written out: all those on one chain have the same share."""
_MOST = 3000
"""The cells on the way up to which the share of each is computed."""


@dataclass(frozen=True)
class Path:
    """A path that is left out or counted twice, and the formula with what it adds."""

    kind: str
    words: str
    text: str


def paths(desk: Desk) -> list[Path]:
    """Return the edits that add the path through a cell, or take it away once."""
    roles = desk.roles
    samples = [index for index, sample in enumerate(desk.values.samples) if sample.anchor == desk.home]
    if not desk.needs or len(roles.way) > _MOST or desk.values.samples[0].array is not None:
        return []
    need = desk.needs[0]
    missing = (need.wants - need.has)[samples]
    slack = desk.values.slack[samples]
    graphs = [desk.values.samples[index].graph for index in samples]
    shares = [_shares(roles, graph) for graph in graphs]
    found: list[Path] = []
    tried = 0
    for name in roles.way[1:]:
        flow: Vector = np.array([share.get(name, 0.0) for share in shares])
        if not flow.any() or name in roles.losses:
            continue
        for sign in (1.0, -1.0):
            if tried < _TRIED and np.all(np.abs(missing - sign * flow) <= slack + 1e-9 * np.abs(flow)):
                tried += 1
                if (path := _edit(desk, name, sign)) is not None:
                    found.append(path)
    return found[:2]


def _shares(roles: Roles, graph: Graph) -> Mapping[str, float]:
    """Return the part of the derivative that goes through each cell on the way."""
    adjoints = [roles.context.adjoints(graph, loss) for loss in roles.losses if loss in graph.values]
    ahead = dict.fromkeys(roles.starts, 1.0)
    for name in sorted(roles.way, key=lambda name: graph.position.get(name, -1)):
        if name not in ahead and name in graph.values:
            slopes = graph.slopes(name)
            ahead[name] = sum(slope.middle * ahead[other] for other, slope in slopes.items() if other in ahead)
    return {name: sum(one.of(name).middle for one in adjoints) * slope for name, slope in ahead.items()}


def _edit(desk: Desk, name: str, sign: float) -> Path | None:
    try:
        term = in_cell(Chain(desk.roles).through(name), desk.home)
    except (TooLong, RecursionError, KeyError):
        return None
    called = desk.roles.called(name)
    if sign > 0:
        return Path(mistake.PATH_LEFT_OUT, f"leaves out the path through {called}", f"{desk.formula.text}+{term}")
    return Path(mistake.PATH_TOO_MANY, f"counts the path through {called} twice", f"{desk.formula.text}-({term})")


def shortcut(desk: Desk) -> str | None:
    """Return in words that a formula takes softmax's output minus the target, as behind a cross-entropy; or None."""
    for need in desk.needs:
        node = need.node
        if not isinstance(node, Binary) or node.op != "-":
            continue
        output, target = desk.cell(node.left), desk.cell(node.right)
        if output is None or target is None:
            continue
        if desk.roles.role(output) == Role.TARGET:
            output, target = target, output
        if desk.roles.role(target) in (Role.TARGET, Role.INPUT) and _is_softmax(desk.roles, output):
            of = "the derivative of a cross-entropy behind a softmax"
            return f"takes {desk.short(node)}, which is {of}, but the loss here is another"
    return None


def _is_softmax(roles: Roles, name: str) -> bool:
    """Whether a cell is an exponential over a sum of them."""
    if name in roles.activations or name not in roles.way:
        return False
    exprs, graph = roles.context.equations.exprs, roles.context.graph
    return any(_has_exp(exprs[other]) for other in (name, *graph.uses.get(name, ())) if other in exprs)


def _has_exp(expr: Expr) -> bool:
    ahead = [expr]
    while ahead:
        node = ahead.pop()
        if isinstance(node, Apply):
            if node.op == "exp":
                return True
            ahead += node.args
    return False
