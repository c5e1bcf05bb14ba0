"""A workbook's equations, computed anew from the numbers that are typed in it.

Each number has a bound of its rounding. What a claimed and the exact derivative are both computed from, as it stands
there, makes no difference between them: so parameters count as exact, a cell on the way to a loss has the rounding of
its own formula alone, and a claimed derivative is exact to the cells that take it. Not so to claims of which the exact
derivative is not computed from it: the mean of a batch takes what its samples sum up. A bound that ran through all the
layers of a deep network would grow until it allowed everything.
"""

from __future__ import annotations

import random
from collections.abc import Collection, Mapping, Sequence
from copy import copy

from sheetgen.algebra.evaluate import ARITHMETIC_ERRORS
from sheetgen.algebra.expr import Expr
from sheetgen.audit.equations import Equations
from sheetgen.audit.tape import Known, Number, Slope, number_of

_MOVE, _LEAST = 0.01, 0.1
"""By how much of itself a parameter is moved for the second opinion, and how large it is taken to be at least."""

_NO_CLAIMS: Mapping[str, Sequence[str]] = {}


class Graph:
    """The values of all cells, from those that are typed. ``ends`` are the parameters' names.

    ``losses`` are the names of the cells that are differentiated, ``claimed`` has those that claim to be derivatives,
    with what each is a derivative of, and ``met`` are those of them that are met on the way back to others.
    ``values`` has the value of each cell that has one, ``errors`` a bound of the rounding in it, ``failed`` what went
    wrong in the others, and ``circular`` the cells that depend on themselves, whose cached values are taken. ``order``
    has the formula cells so that each comes behind those it refers to, ``position`` their places in it, and ``uses``
    the cells that each refers to.
    """

    def __init__(
        self,
        equations: Equations,
        ends: Collection[str] = frozenset(),
        losses: Collection[str] = (),
        claimed: Mapping[str, Sequence[str]] = _NO_CLAIMS,
        met: Collection[str] = frozenset(),
    ) -> None:
        self.equations, self.ends, self._claimed, self._met = equations, frozenset(ends), claimed, frozenset(met)
        self._programs = equations.programs
        self.uses = {name: self._programs.names(name) for name in equations.exprs}
        self.order, self.circular = _ordered(self.uses)
        self.position = {name: place for place, name in enumerate(self.order)}
        self.values: dict[str, float] = dict(equations.numbers)
        self.errors: dict[str, float] = {}
        self.failed: dict[str, str] = {}
        self.choices: dict[str, tuple[int, ...]] = {}
        self._slopes: dict[str, dict[str, Slope]] = {}
        self._forward = self.ancestors(losses)
        self._matter = self._around([*losses, *claimed])
        for name in self.order:
            self._compute(name)

    def ancestors(self, names: Collection[str], behind: int = -1) -> set[str]:
        """Return cells and all that they depend on, up to the parameters and to cells not ``behind`` a place."""
        starts = frozenset(names)
        seen, ahead = set(starts), list(starts)
        while ahead:
            name = ahead.pop()
            if name in self.ends and name not in starts:
                continue
            fresh = [other for other in self.uses.get(name, ()) if other not in seen]
            seen.update(fresh)
            ahead += [other for other in fresh if self.position.get(other, behind) >= behind]
        return seen

    def _around(self, names: Collection[str]) -> frozenset[str]:
        """Return the cells that have to be computed anew where parameters move: those behind some, and their sheets'.

        Sheets that only show what was learnt, or check it, may take more time than all others.
        """
        sheets = {name.rpartition("!")[0] for name in (*names, *self.ends)}
        here = {name for name in self.order if name.rpartition("!")[0] in sheets}
        return frozenset(self.ancestors(names) | here) if sheets else frozenset(self.order)

    def _compute(self, name: str) -> None:
        self.failed.pop(name, None)
        try:
            known = self._exactly if name in self._forward else self._known_to(name)
            value, error, choices = self._programs.number(name, known)
        except ARITHMETIC_ERRORS as problem:
            self._fail(name, str(problem) or type(problem).__name__)
        except KeyError as problem:
            self._fail(name, f"{problem.args[0]} has no number")
        else:
            self.values[name] = value
            self.errors[name] = 0.0 if name in self.ends else error
            if choices:
                self.choices[name] = choices

    def _fail(self, name: str, reason: str) -> None:
        self.values.pop(name, None)
        self.failed[name] = reason

    def _exactly(self, name: str) -> tuple[float, float]:
        return self.values[name], 0.0

    def _pair(self, name: str) -> tuple[float, float]:
        return self.values[name], 0.0 if name in self._claimed else self.errors.get(name, 0.0)

    def _known_to(self, taker: str) -> Known:
        """Return the numbers as a cell takes them that may be a claim itself."""
        losses = self._claimed.get(taker)
        if losses is None:
            return self._pair

        def known(name: str) -> tuple[float, float]:
            shared = name in self._met and self._claimed[name] == losses
            return self.values[name], 0.0 if shared else self.errors.get(name, 0.0)

        return known

    def number(self, name: str) -> Number:
        """Return the number of a cell as others take it. Raises KeyError where it has none."""
        return Number(*self._pair(name))

    def own_number(self, name: str) -> Number:
        """Return the number of a cell with the rounding in it. Raises KeyError where it has none."""
        return Number(self.values[name], self.errors.get(name, 0.0))

    def evaluate(self, expr: Expr, at: Mapping[str, Number] | None = None) -> Number:
        """Return the value of an expression over the cells, some of which may have other numbers; raises as `tape_of`.

        Raises KeyError where a cell has no number.
        """
        if not at:
            return number_of(expr, self._pair)
        return number_of(expr, lambda name: at[name] if name in at else self.number(name))

    def slopes(self, name: str) -> Mapping[str, Slope]:
        """Return the slope of a cell along each cell that its own formula refers to."""
        if name not in self._slopes:
            known = name in self.equations.exprs and name in self.values
            self._slopes[name] = self._programs.slopes(name, self._pair) if known else {}
        return self._slopes[name]

    def changed(self, at: Mapping[str, float]) -> Graph:
        """Return the same equations with other numbers in some cells, whatever stands there.

        What depends on them is computed anew; the other parameters keep their numbers, and so do sheets on which
        neither losses nor gradients nor parameters stand, as far as those do not depend on them.
        """
        other = copy(self)
        other.values, other.errors = {**self.values, **at}, {**self.errors, **dict.fromkeys(at, 0.0)}
        other.failed, other.choices = dict(self.failed), dict(self.choices)
        fresh = set(at)
        for name in self.order:
            if name not in self._matter or name in self.ends or name in at:
                continue
            if not fresh.isdisjoint(self.uses[name]):
                other._compute(name)
                fresh.add(name)
        other._slopes = {
            name: slopes
            for name, slopes in self._slopes.items()
            if name not in fresh and fresh.isdisjoint(self.uses.get(name, ()))
        }
        return other

    def moved(self, seed: int = 0) -> Graph:
        """Return the same equations at parameters that are moved by about a hundredth.

        Cells for which a branch goes another way there, and those behind them, have no value.
        """
        rng = random.Random(seed)
        at = {name: self.values[name] for name in sorted(self.ends) if name in self.values}
        for name, value in at.items():
            at[name] = value + rng.choice((-1, 1)) * rng.uniform(0.3, 1.0) * _MOVE * (abs(value) + _LEAST)
        other = self.changed(at)
        turned = [name for name, choices in other.choices.items() if choices != self.choices[name]]
        for name in other._behind(turned):
            other._fail(name, "a branch goes another way")
        return other

    def _behind(self, names: Collection[str]) -> list[str]:
        """Return cells and all that depend on them, but for the parameters."""
        found = set(names)
        if found:
            for name in self.order:
                if name not in self.ends and not found.isdisjoint(self.uses[name]):
                    found.add(name)
        return sorted(found)


def _ordered(uses: Mapping[str, Collection[str]]) -> tuple[list[str], list[str]]:
    """Return the cells so that each comes behind those it refers to, and the cells that depend on themselves."""
    order: list[str] = []
    circular: dict[str, None] = {}
    state: dict[str, int] = {}  # 1 while the cells before it are looked at, 2 when it has its place
    for start in uses:
        if start in state:
            continue
        state[start] = 1
        stack = [(start, iter(uses[start]))]
        while stack:
            name, ahead = stack[-1]
            other = next(ahead, None)
            if other is None:
                stack.pop()
                state[name] = 2
                if name not in circular:
                    order.append(name)
            elif state.get(other) == 1:
                cycle = [entry[0] for entry in stack]
                circular.update(dict.fromkeys(cycle[cycle.index(other) :]))
            elif other in uses and other not in state:
                state[other] = 1
                stack.append((other, iter(uses[other])))
    return order, list(circular)
