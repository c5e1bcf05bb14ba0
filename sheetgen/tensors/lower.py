"""Equations over tensors become equations of scalars, step by step: each formula is one that a person would type.

An inner parenthesis that is a quantity of its own in a textbook, such as the pre-activation of a layer, gets a name:
that of the result, and a word behind it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce

from sheetgen.algebra.expr import Apply, Const, Expr, Var, names
from sheetgen.algebra.ops import PRIMITIVES
from sheetgen.limits import MOST_TERMS
from sheetgen.tensors.composites import COMPOSITES, Composite
from sheetgen.tensors.elements import MASKED, Array, applied, array, elementwise, is_plain, named, operations
from sheetgen.tensors.fitting import ShapeError
from sheetgen.tensors.functions import FUNCTIONS, TensorFunction, first_place
from sheetgen.tensors.known import Known
from sheetgen.tensors.labels import Place, Shape, axes_text, labels, shape_text
from sheetgen.tensors.notation import written
from sheetgen.tensors.parse import parse
from sheetgen.tensors.program import Step
from sheetgen.tensors.tree import Call, Index, Option, Sizes, Span, Tree, substitute

_PASSED_ON = ("add", "sub", "neg")
"""Through these a sum of many terms stays one sum."""

_MOST_INSIDE = 4
"""The most operations that a term of a sum may have and still stand in it."""

_MOST_COMPARED = 12
"""The most elements of which one formula gives the largest, or its place: each is compared with all others."""

KNOWN_FUNCTIONS: Mapping[str, object] = {**FUNCTIONS, **COMPOSITES, "embedding": None}
"""The names of the functions of tensors."""


@dataclass(frozen=True)
class _Part:
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
class _Scope:
    """The equation that is being read: where it stands, what its result is called, and the whole of it.

    ``held`` is said of a part that differentiation takes for a constant.
    """

    table: str
    name: str
    place: Place
    whole: Tree
    held: bool = False


class Lowering:
    """Takes equations, each after those it uses; gives their scalars and the steps between.

    ``given`` are the shapes of the tensors of numbers; ``taken`` the names that are not free for an inner part.
    """

    def __init__(self, given: Mapping[str, Shape], taken: Collection[str]) -> None:
        self.scalars: dict[str, dict[str, Expr]] = {}
        self.steps: list[Step] = []
        self._known = Known()
        self._owners: dict[str, str] = {}
        for name, shape in given.items():
            self._known.add(name, (), named(name, shape))
            self._owners |= dict.fromkeys(labels(name, shape), name)
        self._taken = {name.lower() for name in taken}
        self._inner: set[tuple[str, Place]] = set()
        self._named_before: dict[tuple[str, Tree], _Scope] = {}

    def define(self, table: str, name: str, place: Place, tree: Tree) -> tuple[Shape, tuple[str | None, ...]]:
        """Add an equation; return the shape of its result and what its elements are called.

        Raises ShapeError where shapes do not fit, with the part of the equation in which they do not.
        """
        scope = _Scope(table, name, place, tree)
        return self._add(scope, self._read(tree, scope))

    def _add(self, scope: _Scope, part: _Part) -> tuple[Shape, tuple[str | None, ...]]:
        """Add what an equation came to as a step, with a scalar for each element that is not one already."""
        shape, expressions = part.elements.shape, list(part.elements.reshape(-1))
        names = labels(scope.name, shape, scope.place)
        if any(_hides(expr) or (expr == MASKED and not shape) for expr in expressions):
            raise ShapeError(f"{written(part.tree)} computes with what a mask hides", "give the mask to softmax alone")
        own = [not shape or isinstance(expr, Apply) for expr in expressions]
        self._require_new(scope, [label for label, is_own in zip(names, own, strict=True) if is_own])
        table = self.scalars.setdefault(scope.table, {})
        table |= {label: expr for label, expr, is_own in zip(names, expressions, own, strict=True) if is_own}
        elements = [Var(n) if is_own else expr for n, expr, is_own in zip(names, expressions, own, strict=True)]
        self._known.add(scope.name, scope.place, array(elements, shape))
        called = tuple(label if is_own else None for label, is_own in zip(names, own, strict=True))
        step = Step(scope.table, scope.name, scope.place, written(part.tree), part.tree, shape, called)
        self.steps.append(replace(step, elements=tuple(elements), call=part.call))
        return shape, called

    def _require_new(self, scope: _Scope, new: Sequence[str]) -> None:
        """Let no element be called as another is: the vector ``H`` and the number ``H_0`` cannot both be."""
        for name in new:
            if name in self._owners:
                problem = f"{scope.name} and {self._owners[name]} would both have an element {name}"
                raise ShapeError(problem, "rename one")
        self._owners |= dict.fromkeys(new, scope.name)

    # --- inner parts ---

    def _named(self, part: _Part, word: str, scope: _Scope) -> _Part:
        """Give an inner part a name, unless it is plain or has one already; return it under that."""
        if is_plain(part.elements):
            return part
        scope = self._inside(scope, part)
        if (scope.table, part.tree) not in self._named_before:
            inner = replace(scope, name=self._free(f"{scope.name}_{word}", scope.place))
            self._add(inner, part)
            self._named_before[scope.table, part.tree] = inner
        return self._at(self._named_before[scope.table, part.tree])

    def _inside(self, scope: _Scope, part: _Part) -> _Scope:
        """Let an inner part of a metric be no metric, which would be charted, unless it is made of one."""
        metrics = self.scalars.get("metrics", {})
        if scope.table != "metrics" or any(metrics.keys() & set(names(one)) for one in part.elements.reshape(-1)):
            return scope
        return replace(scope, table="forward")

    def _at(self, scope: _Scope) -> _Part:
        tree = Index(Var(scope.name), scope.place) if scope.place else Var(scope.name)
        return _Part(tree, self._known.part(scope.name, scope.place))

    def _free(self, name: str, place: Place) -> str:
        """Return the name, or that with the first number behind it that makes it free."""
        tried, number = name, 1
        while tried.lower() in self._taken or (tried, place) in self._inner:
            number += 1
            tried = f"{name}{number}"
        self._inner.add((tried, place))
        return tried

    # --- reading ---

    def _read(self, tree: Tree, scope: _Scope) -> _Part:
        if isinstance(tree, Const):
            return _Part(tree, array([tree], ()))
        if isinstance(tree, Var):
            return _Part(tree, self._known.part(tree.name, ()))
        if isinstance(tree, Index):
            return self._indexed(tree, scope)
        if isinstance(tree, Sizes):
            raise ShapeError(f"{written(tree)} stands where a tensor is needed", "lists of numbers belong to reshape")
        try:
            return self._called(tree, scope)
        except ShapeError as error:
            raise ShapeError(error.problem, error.expected, error.where or written(tree)) from None

    def _indexed(self, tree: Index, scope: _Scope) -> _Part:
        if isinstance(tree.tensor, Var):
            return _Part(tree, self._known.part(tree.tensor.name, tree.items))
        inner = self._read(tree.tensor, scope)
        known, name = Known(), written(inner.tree)
        known.add(name, (), inner.elements)
        return _Part(Index(inner.tree, tree.items), known.part(name, tree.items), inner.heavy)

    def _called(self, tree: Call, scope: _Scope) -> _Part:
        name, count = tree.function, len(tree.operands)
        if name == "embedding":
            return self._embedding(tree, scope)
        if name in COMPOSITES:
            return self._composite(COMPOSITES[name], tree, scope)
        if name in FUNCTIONS and not (name in PRIMITIVES and count > 1):
            return self._function(FUNCTIONS[name], tree, scope)
        return self._primitive(tree, scope)

    def _embedding(self, tree: Call, scope: _Scope) -> _Part:
        """Look rows of a matrix up: one-hot vectors times the matrix."""
        if len(tree.operands) != 2 or tree.options:
            raise ShapeError(
                "embedding takes the places of the rows and the matrix of the rows", "embedding(tokens, W)"
            )
        rows = self._read(tree.operands[1], scope).elements
        if rows.ndim != 2:
            raise ShapeError(f"embedding takes rows of a matrix, not of {shape_text(rows.shape)}", "give it a matrix")
        chosen = Call("onehot", (tree.operands[0], Const(float(rows.shape[0]))))
        return self._read(Call("matmul", (chosen, tree.operands[1])), scope)

    # --- scalars' functions, element by element ---

    def _primitive(self, tree: Call, scope: _Scope) -> _Part:
        row = PRIMITIVES[tree.function]
        count = len(tree.operands)
        if tree.options:
            raise ShapeError(f"{row.name} has no option {tree.options[0][0]!r}", "leave it out")
        if count != row.arity and not (row.folds and count > row.arity):
            wanted = f"{row.arity or 'no'}{' or more' * row.folds} operand{'s' * (row.arity > 1)}"
            raise ShapeError(f"{row.name} takes {wanted}, not {count}", f"give it {wanted}")
        inner = replace(scope, held=True) if row.name == "held" else scope
        parts = [self._read(operand, inner) for operand in tree.operands]
        if row.name not in _PASSED_ON:
            parts = list(self._lightened(parts, row.kind != "operator", scope))
        elements = _spread(row.name, row.folds, [part.elements for part in parts])
        rewritten = Call(tree.function, tuple(part.tree for part in parts))
        return _Part(rewritten, elements, any(part.heavy for part in parts))

    def _lightened(self, parts: Sequence[_Part], is_function: bool, scope: _Scope) -> Iterator[_Part]:
        """Give heavy operands names: a function of a sum is read, and differentiated, as that of a quantity.

        A factor that is a number of the equation itself changes nothing.
        """
        alone = len(parts) > 1 and not is_function and sum(not part.is_number for part in parts) == 1
        for part in parts:
            word = "pre" if is_function else "part"
            yield self._named(part, word, scope) if part.heavy and not alone else part

    # --- functions of tensors ---

    def _function(self, function: TensorFunction, tree: Call, scope: _Scope) -> _Part:
        name, count = tree.function, len(tree.operands)
        if not function.least <= count <= function.most:
            wanted = f"{function.least}" if function.least == function.most else f"{function.least} or more"
            raise ShapeError(f"{name} takes {wanted} operand{'s' * (wanted != '1')}, not {count}", f"give it {wanted}")
        options = _options(name, function.options, tree.options)
        operands = tree.operands[:-1] if function.sizes else tree.operands
        parts = [self._operand(function, name, self._read(operand, scope), scope) for operand in operands]
        arguments: list[object] = [part.elements for part in parts]
        trees = [part.tree for part in parts]
        if function.sizes:
            arguments.append(_whole_numbers(name, tree.operands[-1]))
            trees.append(tree.operands[-1])
        rewritten = Call(name, tuple(trees), tree.options)
        if (shorter := self._in_parts(rewritten, parts, options, scope)) is not None:
            return shorter
        elements = function.make(*arguments, **options)
        many = function.heavy and any(operations(element) > 1 for element in elements.reshape(-1))
        return _Part(rewritten, elements, many or any(part.heavy for part in parts))

    def _operand(self, function: TensorFunction, name: str, part: _Part, scope: _Scope) -> _Part:
        """Return an operand, under a name of its own where the function wants it plain, or it is long."""
        long = name in ("sum", "mean", "avgpool") and max(map(operations, part.elements.reshape(-1))) > _MOST_INSIDE
        return self._named(part, "part", scope) if function.plain or long else part

    def _in_parts(
        self, tree: Call, parts: Sequence[_Part], options: Mapping[str, Option | None], scope: _Scope
    ) -> _Part | None:
        """Return what has too many terms in several steps, each with a name; None where one formula holds it.

        That is a sum of sums, the largest of the largest, or the place of a largest that has a name.
        """
        if tree.function == "matmul" and parts[0].elements.ndim and parts[0].elements.shape[-1] > MOST_TERMS:
            return self._product_in_parts(parts, scope)
        if tree.function == "argmax":
            return self._place_of_largest(tree, parts[0], scope)
        most = _MOST_COMPARED if tree.function in ("max", "min") and not scope.held else MOST_TERMS
        if tree.function not in ("sum", "mean", "max", "min"):
            return None
        elements, axis = parts[0].elements, options["axis"]
        terms = elements.size if axis is None else elements.shape[_axis(axis, elements)]
        if terms <= most:
            return None
        if tree.function == "mean":
            total = Call("sum", tree.operands, tree.options)
            return self._read(Call("div", (total, Const(float(terms)))), scope)
        if axis is None and elements.ndim > 1:
            rows = self._named(self._read(Call(tree.function, tree.operands, (("axis", -1),)), scope), "part", scope)
            everything = Call(tree.function, (rows.tree,))
            kept = Call("reshape", (everything, Sizes((1,) * elements.ndim)))
            return self._read(kept if options["keepdims"] else everything, scope)
        return self._reduced_in_parts(tree, parts[0], most, scope)

    def _place_of_largest(self, tree: Call, part: _Part, scope: _Scope) -> _Part | None:
        if not part.elements.ndim or part.elements.shape[-1] <= _MOST_COMPARED:
            return None
        of_rows = Call("max", (part.tree,), (("axis", -1),))
        largest = self._named(self._read(of_rows, replace(scope, held=True)), "max", scope)
        return _Part(tree, first_place(part.elements, largest.elements))

    def _reduced_in_parts(self, tree: Call, part: _Part, most: int, scope: _Scope) -> _Part:
        part = self._named(part, "part", scope)
        axis = _axis(tree.option("axis", 0), part.elements)
        before = (Span(None, None),) * axis
        pieces = [
            Call(tree.function, (Index(part.tree, (*before, span)),), tree.options)
            for span in _spans(part.elements.shape[axis], most)
        ]
        return self._joined("add" if tree.function == "sum" else tree.function, pieces, scope)

    def _product_in_parts(self, parts: Sequence[_Part], scope: _Scope) -> _Part:
        left, right = parts
        everything = Span(None, None)
        pieces = []
        for span in _spans(left.elements.shape[-1], MOST_TERMS):
            columns = (*(everything,) * (left.elements.ndim - 1), span)
            rows = (span,) if right.elements.ndim == 1 else (*(everything,) * (right.elements.ndim - 2), span)
            pieces.append(Call("matmul", (Index(left.tree, columns), Index(right.tree, rows))))
        return self._joined("add", pieces, scope)

    def _joined(self, operation: str, pieces: Sequence[Tree], scope: _Scope) -> _Part:
        """Return the pieces, each with a name, as one sum or one largest; of too many, some are joined first."""
        trees = [self._named(self._read(piece, scope), "part", scope).tree for piece in pieces]
        if len(trees) > MOST_TERMS:
            groups = [trees[place : place + MOST_TERMS] for place in range(0, len(trees), MOST_TERMS)]
            return self._joined(operation, [_together(operation, group) for group in groups], scope)
        return self._read(_together(operation, trees), scope)

    # --- functions of several steps ---

    def _composite(self, composite: Composite, tree: Call, scope: _Scope) -> _Part:
        """Return what a function of several steps gives; the steps, and an operand that is no name, get names."""
        name = tree.function
        if len(tree.operands) != len(composite.operands):
            wanted = ", ".join(composite.operands)
            raise ShapeError(f"{name} takes {wanted}, not {len(tree.operands)} operands", f"give it {wanted}")
        options = _options(name, composite.options, tree.options)
        is_result = tree is scope.whole
        inner = scope if is_result else replace(scope, name=self._free(f"{scope.name}_{name}", scope.place))
        operands = [self._read(operand, scope) for operand in tree.operands]
        if composite.steps:
            operands = [self._named(part, "pre", inner) for part in operands]
        meant: dict[str, Tree] = dict(zip(composite.operands, (part.tree for part in operands), strict=True))
        meant |= {option: Const(float(value)) for option, value in options.items() if value is not None}
        first = len(self.steps)
        for word, text in composite.steps.items():
            meant[word] = self._named(self._step(text, meant, tree, inner), word, inner).tree
        self.steps[first:] = [replace(step, inside=True) for step in self.steps[first:]]
        result = self._step(composite.result, meant, tree, inner)
        result = replace(result, call=Call(name, tuple(part.tree for part in operands), tree.options))
        if is_result or not composite.steps:
            return result
        inner = self._inside(inner, result)
        self._add(inner, result)
        return self._at(inner)

    def _step(self, text: str, meant: Mapping[str, Tree], tree: Call, scope: _Scope) -> _Part:
        """Return what a step of a function comes to; where its shapes do not fit, the author reads of the function."""
        try:
            return self._read(substitute(parse(text, KNOWN_FUNCTIONS), meant.__getitem__), scope)
        except ShapeError as error:
            raise ShapeError(error.problem, error.expected, written(tree)) from None


def _together(operation: str, trees: Sequence[Tree]) -> Tree:
    return reduce(lambda a, b: Call(operation, (a, b)), trees)


def _hides(expr: Expr) -> bool:
    """Whether a formula computes with what a mask hides; what is hidden itself is no formula."""
    return isinstance(expr, Apply) and any(arg == MASKED or _hides(arg) for arg in expr.args)


def _spread(operation: str, folds: bool, operands: Sequence[Array]) -> Array:
    def apply(*elements: Expr) -> Expr:
        return reduce(lambda a, b: applied(operation, a, b), elements) if folds else applied(operation, *elements)

    try:
        return elementwise(apply, *operands)
    except ShapeError:
        raise
    except ValueError:
        shapes = " and ".join(shape_text(operand.shape) for operand in operands)
        raise ShapeError(
            f"{shapes} do not fit each other", "sizes, from the last axis on, must be alike or 1"
        ) from None


_WHOLE = ("a whole number", lambda value: isinstance(value, int) and not isinstance(value, bool))
_ALLOWED: Mapping[str, tuple[str, Callable[[Option], bool]]] = {
    "keepdims": ("True or False", lambda value: isinstance(value, bool)),
    "eps": ("a number from 0", lambda value: not isinstance(value, bool) and value >= 0),
    "p": ("a number from 0 to less than 1", lambda value: not isinstance(value, bool) and 0 <= value < 1),
}
"""What the options that are no whole numbers may be."""


def _options(
    name: str, defaults: Mapping[str, Option | None], given: Sequence[tuple[str, Option]]
) -> dict[str, Option | None]:
    for option, value in given:
        if option not in defaults:
            known = f"its options are {', '.join(defaults)}" if defaults else "it has none"
            raise ShapeError(f"{name} has no option {option!r}", known)
        expected, fits = _ALLOWED.get(option, _WHOLE)
        if not fits(value):
            raise ShapeError(f"{name}: {option} is {value!r}", f"{option} must be {expected}")
    return {**defaults, **dict(given)}


def _whole_numbers(name: str, tree: Tree) -> tuple[int, ...]:
    """Return the list of whole numbers, or the one, that a function is given."""
    if isinstance(tree, Sizes):
        return tree.numbers
    negative = isinstance(tree, Call) and tree.function == "neg"
    number = tree.operands[0] if isinstance(tree, Call) and negative else tree
    if isinstance(number, Const) and number.value.is_integer():
        return (-int(number.value) if negative else int(number.value),)
    raise ShapeError(f"{name} takes {written(tree)} for its sizes", "give it a whole number, or a list such as [2, 3]")


def _axis(axis: Option | None, elements: Array) -> int:
    """Return an axis counted from the first, 0 where none is said. Raises ShapeError where there is no such axis."""
    number = int(axis or 0)
    if not -elements.ndim <= number < elements.ndim:
        raise ShapeError(f"axis={number} of {shape_text(elements.shape)}", axes_text(elements.ndim))
    return number % elements.ndim


def _spans(size: int, most: int) -> Iterator[Span]:
    """Yield the places of an axis in as few spans of nearly one length, at most ``most``, as there can be."""
    count = -(-size // most)
    for number in range(count):
        yield Span(size * number // count, size * (number + 1) // count)
