"""The right formula by the chain rule, in terms of the sheet's own cells, and written as it reads in the claim's."""

from __future__ import annotations

from collections.abc import Mapping

from sheetgen.algebra.calculus import derivatives
from sheetgen.algebra.expr import ONE, ZERO, Apply, Const, Expr, Var
from sheetgen.algebra.notation import Excel
from sheetgen.algebra.simplify import add, mul
from sheetgen.audit.book import Area, Place
from sheetgen.audit.equations import cell_name, place_of
from sheetgen.audit.mistakes.pool import reference_to
from sheetgen.audit.mistakes.roles import Roles
from sheetgen.audit.mistakes.trees import written_reference

_LARGEST = 400
"""The names, numbers and operations up to which a formula helps a person."""


class TooLong(ValueError):
    """A derivative that no cell should hold."""


class Chain:
    """Derivatives along the ways from a claim's quantity to the loss."""

    def __init__(self, roles: Roles) -> None:
        self._roles = roles
        graph = roles.context.graph
        self._exprs = roles.context.equations.exprs
        self._on_way = set(roles.way)
        self._users: dict[str, list[str]] = {}
        for name in roles.way:
            if name not in graph.ends or name in roles.losses:
                for other in graph.uses.get(name, ()):
                    self._users.setdefault(other, []).append(name)
        on_way = self._on_way
        self._claims = {
            cell_name(claim.by): cell_name(claim.cell)
            for claim in roles.gradients.values()
            if claim.cell != roles.claim.cell and claim.sure and not claim.summed and cell_name(claim.by) in on_way
        }
        self._adjoints: dict[str, Expr] = {}
        self._locals: dict[str, Mapping[str, Expr]] = {}

    def derivative(self) -> Expr:
        """Return the claimed derivative, with others that the sheet has. Raises TooLong."""
        total: Expr = ZERO
        for name in self._roles.starts:
            total = add(total, self._through_users(name))
        return _checked(total)

    def through(self, name: str) -> Expr:
        """Return the part of the derivative that goes through a cell on the way. Raises TooLong."""
        return _checked(mul(self._adjoint(name), self._forward(name, 0)))

    def _adjoint(self, name: str) -> Expr:
        if name in self._roles.losses:
            return ONE
        if name in self._claims:
            return Var(self._claims[name])
        if name not in self._adjoints:
            self._adjoints[name] = ZERO  # a circle of references ends here
            self._adjoints[name] = self._through_users(name)
        return self._adjoints[name]

    def _through_users(self, name: str) -> Expr:
        total: Expr = ZERO
        for user in self._users.get(name, ()):
            if user in self._on_way:
                total = add(total, mul(self._adjoint(user), self._local(user, name)))
        return _checked(total)

    def _local(self, user: str, name: str) -> Expr:
        if user not in self._locals:
            expr, activation = self._exprs[user], self._roles.activations.get(user)
            if activation is not None:
                expr = Apply(activation.function, (activation.inner,))
            self._locals[user] = derivatives(expr, Var(user))
        return self._locals[user].get(name, ZERO)

    def _forward(self, name: str, depth: int) -> Expr:
        if name in self._roles.starts:
            return ONE
        total: Expr = ZERO
        for other in self._roles.context.graph.uses.get(name, ()):
            if other in self._on_way and depth < 50:
                total = add(total, mul(self._local(name, other), self._forward(other, depth + 1)))
        return _checked(total)


def _checked(expr: Expr) -> Expr:
    count, ahead = 0, [expr]
    while ahead:
        node = ahead.pop()
        count += 1
        if count > _LARGEST:
            raise TooLong
        if isinstance(node, Apply):
            ahead += node.args
    return expr


def in_cell(expr: Expr, home: Place) -> str:
    """Return an expression as a formula of a cell, without ``=``."""

    def spelled(name: str) -> str:
        place = place_of(name)
        return written_reference(reference_to(Area(place.sheet, place.row, place.column, *place[1:]), home.sheet))

    return Excel(spelled).write(_kept_apart(expr))


def _kept_apart(expr: Expr) -> Expr:
    """Return an expression with its constants as they are; a −1 in front is a sign."""
    if isinstance(expr, Apply):
        args = tuple(_kept_apart(arg) for arg in expr.args)
        if expr.op == "mul" and args[0] == Const(-1.0):
            return Apply("neg", (args[1],))
        return Apply(expr.op, args)
    return expr
