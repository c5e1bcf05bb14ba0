"""What has been defined: steps, their scalars, and the names of inner parts."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from sheetgen.algebra.expr import Apply, Expr, Var, names
from sheetgen.tensors.elements import MASKED, Array, array, is_plain, named
from sheetgen.tensors.fitting import ShapeError
from sheetgen.tensors.known import Known
from sheetgen.tensors.labels import Place, Shape
from sheetgen.tensors.naming import Naming
from sheetgen.tensors.notation import written
from sheetgen.tensors.program import Step
from sheetgen.tensors.tree import Call, Index, Tree


@dataclass(frozen=True)
class Part:
    """A part of an equation: its tree, in which what has been named is a name, and its elements.

    It is ``heavy`` where an element is a sum of many terms. ``call`` is the function of several steps that gave it.
    """

    tree: Tree
    elements: Array
    heavy: bool = False
    call: Call | None = None

    @property
    def is_number(self) -> bool:
        """Whether it holds nothing but numbers of the equation itself."""
        return not any(next(names(element), "") for element in self.elements.reshape(-1))


@dataclass(frozen=True)
class Scope:
    """The equation that is being read: where it stands, what its result is called, and the whole of it.

    ``held`` is said of a part that differentiation takes for a constant, ``trusted`` of the steps of a function, which
    divide by nothing that can be 0 or less.
    """

    table: str
    name: str
    place: Place
    whole: Tree
    held: bool = False
    trusted: bool = False


class Definitions:
    """The tensors and scalars defined so far.

    ``given`` are the shapes of the tensors of numbers; ``taken`` the names that are not free for an inner part;
    ``naming`` says what elements are called.
    """

    def __init__(self, given: Mapping[str, Shape], taken: Collection[str], naming: Naming) -> None:
        self._naming = naming
        self.scalars: dict[str, dict[str, Expr]] = {}
        self.steps: list[Step] = []
        self.known = Known()
        self._owners: dict[str, str] = {}
        for name, shape in given.items():
            called = naming.labels(name, shape)
            self.known.add(name, (), named(called, shape))
            self._owners |= dict.fromkeys(called, name)
        self._taken = {name.lower() for name in taken}
        self._inner: set[tuple[str, Place]] = set()
        self._named_before: dict[tuple[str, Tree], Scope] = {}

    def add(self, scope: Scope, part: Part) -> tuple[Shape, tuple[str | None, ...]]:
        """Add what an equation came to as a step, with a scalar for each element that is not one already."""
        shape, expressions = part.elements.shape, list(part.elements.reshape(-1))
        called_so = self._naming.labels(scope.name, shape, scope.place)
        if any(_hides(expr) or (expr == MASKED and not shape) for expr in expressions):
            raise ShapeError(
                f"{written(part.tree)} computes with what a mask hides",
                "give the mask to softmax alone: softmax(mask(S/k))",
            )
        own = [not shape or isinstance(expr, Apply) for expr in expressions]
        self._require_new(scope, [label for label, is_own in zip(called_so, own, strict=True) if is_own])
        table = self.scalars.setdefault(scope.table, {})
        table |= {label: expr for label, expr, is_own in zip(called_so, expressions, own, strict=True) if is_own}
        elements = [Var(n) if is_own else expr for n, expr, is_own in zip(called_so, expressions, own, strict=True)]
        self.known.add(scope.name, scope.place, array(elements, shape))
        called = tuple(label if is_own else None for label, is_own in zip(called_so, own, strict=True))
        step = Step(scope.table, scope.name, scope.place, written(part.tree), part.tree, shape, called)
        self.steps.append(replace(step, elements=tuple(elements), call=part.call))
        return shape, called

    def _require_new(self, scope: Scope, new: Sequence[str]) -> None:
        """Let no element be called as another is: the vector ``H`` and the number ``H_0`` cannot both be."""
        for name in new:
            if name in self._owners:
                problem = f"{scope.name} and {self._owners[name]} would both have an element {name}"
                raise ShapeError(problem, "rename one")
        self._owners |= dict.fromkeys(new, scope.name)

    def named(self, part: Part, word: str, scope: Scope) -> Part:
        """Give an inner part a name, unless it is plain or has one already; return it under that."""
        if is_plain(part.elements):
            return part
        scope = self.inside(scope, part)
        if (scope.table, part.tree) not in self._named_before:
            inner = replace(scope, name=self.free(f"{scope.name}_{word}", scope.place))
            self.add(inner, part)
            self._named_before[scope.table, part.tree] = inner
        return self.at(self._named_before[scope.table, part.tree])

    def inside(self, scope: Scope, part: Part) -> Scope:
        """Let an inner part of a metric be no metric, which would be charted, unless it is made of one."""
        metrics = self.scalars.get("metrics", {})
        if scope.table != "metrics" or any(metrics.keys() & set(names(one)) for one in part.elements.reshape(-1)):
            return scope
        return replace(scope, table="forward")

    def at(self, scope: Scope) -> Part:
        """Return what has been defined, under its name."""
        tree = Index(Var(scope.name), scope.place) if scope.place else Var(scope.name)
        return Part(tree, self.known.part(scope.name, scope.place))

    def free(self, name: str, place: Place) -> str:
        """Return the name, or that with the first number behind it that makes it free."""
        tried, number = name, 1
        while tried.lower() in self._taken or (tried, place) in self._inner:
            number += 1
            tried = f"{name}{number}"
        self._inner.add((tried, place))
        return tried


def _hides(expr: Expr) -> bool:
    """Whether a formula computes with what a mask hides; what is hidden itself is no formula."""
    return isinstance(expr, Apply) and any(arg == MASKED or _hides(arg) for arg in expr.args)
