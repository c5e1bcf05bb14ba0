"""Equations over tensors become equations of scalars, step by step: each formula is one that a person would type.

An inner parenthesis that is a quantity of its own in a textbook, such as the pre-activation of a layer, gets a name:
that of the result, and a word behind it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial, reduce

from sheetgen.algebra.expr import Const, Expr, Var
from sheetgen.algebra.ops import PRIMITIVES
from sheetgen.limits import MOST_TERMS
from sheetgen.tensors.arguments import axis_of, options_of, whole_numbers
from sheetgen.tensors.composites import COMPOSITES, Composite
from sheetgen.tensors.definitions import Definitions, Part, Scope
from sheetgen.tensors.elements import Array, applied, array, elementwise, operations, ratio
from sheetgen.tensors.fitting import ShapeError
from sheetgen.tensors.functions import FUNCTIONS, TensorFunction, first_place
from sheetgen.tensors.known import Known
from sheetgen.tensors.labels import Place, Shape, shape_text
from sheetgen.tensors.naming import Naming
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


class Lowering:
    """Takes equations, each after those it uses; gives their scalars and the steps between.

    ``given`` are the shapes of the tensors of numbers; ``taken`` the names that are not free for an inner part;
    ``naming`` says what elements are called.
    """

    def __init__(self, given: Mapping[str, Shape], taken: Collection[str], naming: Naming) -> None:
        self._defined = Definitions(given, taken, naming)

    @property
    def scalars(self) -> Mapping[str, dict[str, Expr]]:
        """The scalars by the tables and labels of the template."""
        return self._defined.scalars

    @property
    def steps(self) -> list[Step]:
        """The steps so far."""
        return self._defined.steps

    def define(self, table: str, name: str, place: Place, tree: Tree) -> tuple[Shape, tuple[str | None, ...]]:
        """Add an equation; return the shape of its result and what its elements are called.

        Raises ShapeError where shapes do not fit, with the part of the equation in which they do not.
        """
        scope = Scope(table, name, place, tree)
        return self._defined.add(scope, self._read(tree, scope))

    # --- reading ---

    def _read(self, tree: Tree, scope: Scope) -> Part:
        if isinstance(tree, Const):
            return Part(tree, array([tree], ()))
        if isinstance(tree, Var):
            return Part(tree, self._defined.known.part(tree.name, ()))
        if isinstance(tree, Index):
            return self._indexed(tree, scope)
        if isinstance(tree, Sizes):
            raise ShapeError(f"{written(tree)} stands where a tensor is needed", "lists of numbers belong to reshape")
        try:
            return self._called(tree, scope)
        except ShapeError as error:
            raise ShapeError(error.problem, error.expected, error.where or written(tree)) from None

    def _indexed(self, tree: Index, scope: Scope) -> Part:
        if isinstance(tree.tensor, Var):
            return Part(tree, self._defined.known.part(tree.tensor.name, tree.items))
        inner = self._read(tree.tensor, scope)
        known, name = Known(), written(inner.tree)
        known.add(name, (), inner.elements)
        return Part(Index(inner.tree, tree.items), known.part(name, tree.items), inner.heavy)

    def _called(self, tree: Call, scope: Scope) -> Part:
        name, count = tree.function, len(tree.operands)
        if name == "embedding":
            return self._embedding(tree, scope)
        if name in COMPOSITES:
            return self._composite(COMPOSITES[name], tree, scope)
        if name in FUNCTIONS and not (name in PRIMITIVES and count > 1):
            return self._function(FUNCTIONS[name], tree, scope)
        return self._primitive(tree, scope)

    def _embedding(self, tree: Call, scope: Scope) -> Part:
        """Look rows of a matrix, or numbers of a vector, up: one-hot vectors times it."""
        if len(tree.operands) != 2 or tree.options:
            raise ShapeError(
                "embedding takes the places of the rows and the matrix of the rows", "embedding(tokens, W)"
            )
        rows = self._read(tree.operands[1], scope).elements
        if rows.ndim not in (1, 2):
            problem = f"embedding takes rows of a matrix or numbers of a vector, not of {shape_text(rows.shape)}"
            raise ShapeError(problem, "give it a matrix or a vector")
        chosen = Call("onehot", (tree.operands[0], Const(float(rows.shape[0]))))
        return self._read(Call("matmul", (chosen, tree.operands[1])), scope)

    # --- scalars' functions, element by element ---

    def _primitive(self, tree: Call, scope: Scope) -> Part:
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
        apply = ratio if row.name == "div" and scope.trusted else partial(applied, row.name)
        elements = _spread(apply, row.folds, [part.elements for part in parts])
        rewritten = Call(tree.function, tuple(part.tree for part in parts))
        return Part(rewritten, elements, any(part.heavy for part in parts))

    def _lightened(self, parts: Sequence[Part], is_function: bool, scope: Scope) -> Iterator[Part]:
        """Give heavy operands names: a function of a sum is read, and differentiated, as that of a quantity.

        A factor that is a number of the equation itself changes nothing.
        """
        alone = len(parts) > 1 and not is_function and sum(not part.is_number for part in parts) == 1
        for part in parts:
            word = "pre" if is_function else "part"
            yield self._defined.named(part, word, scope) if part.heavy and not alone else part

    # --- functions of tensors ---

    def _function(self, function: TensorFunction, tree: Call, scope: Scope) -> Part:
        name, count = tree.function, len(tree.operands)
        if not function.least <= count <= function.most:
            if "axis" in function.options and isinstance(tree.operands[-1], Const):
                raise ShapeError(f"{name} takes its axis by name", f"axis={tree.operands[-1].value:g}")
            wanted = f"{function.least}" if function.least == function.most else f"{function.least} or more"
            raise ShapeError(f"{name} takes {wanted} operand{'s' * (wanted != '1')}, not {count}", f"give it {wanted}")
        options = options_of(name, function.options, tree.options)
        operands = tree.operands[:-1] if function.sizes else tree.operands
        parts = [self._operand(function, name, self._read(operand, scope), scope) for operand in operands]
        arguments: list[object] = [part.elements for part in parts]
        trees = [part.tree for part in parts]
        if function.sizes:
            arguments.append(whole_numbers(name, tree.operands[-1]))
            trees.append(tree.operands[-1])
        rewritten = Call(name, tuple(trees), tree.options)
        if (shorter := self._in_parts(rewritten, parts, options, scope)) is not None:
            return shorter
        elements = function.make(*arguments, **options)
        return Part(rewritten, elements, function.heavy or any(part.heavy for part in parts))

    def _operand(self, function: TensorFunction, name: str, part: Part, scope: Scope) -> Part:
        """Return an operand, under a name of its own where the function wants it plain, or it is long."""
        long = name in ("sum", "mean", "avgpool") and max(map(operations, part.elements.reshape(-1))) > _MOST_INSIDE
        return self._defined.named(part, "part", scope) if function.plain or long else part

    def _in_parts(
        self, tree: Call, parts: Sequence[Part], options: Mapping[str, Option | None], scope: Scope
    ) -> Part | None:
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
        terms = elements.size if axis is None else elements.shape[axis_of(axis, elements)]
        if terms <= most:
            return None
        if tree.function == "mean":
            total = Call("sum", tree.operands, tree.options)
            return self._read(Call("div", (total, Const(float(terms)))), scope)
        if axis is None and elements.ndim > 1:
            rows = self._defined.named(
                self._read(Call(tree.function, tree.operands, (("axis", -1),)), scope), "part", scope
            )
            everything = Call(tree.function, (rows.tree,))
            kept = Call("reshape", (everything, Sizes((1,) * elements.ndim)))
            return self._read(kept if options["keepdims"] else everything, scope)
        return self._reduced_in_parts(tree, parts[0], most, scope)

    def _place_of_largest(self, tree: Call, part: Part, scope: Scope) -> Part | None:
        if not part.elements.ndim or part.elements.shape[-1] <= _MOST_COMPARED:
            return None
        of_rows = Call("max", (part.tree,), (("axis", -1),))
        largest = self._defined.named(self._read(of_rows, replace(scope, held=True)), "max", scope)
        return Part(tree, first_place(part.elements, largest.elements))

    def _reduced_in_parts(self, tree: Call, part: Part, most: int, scope: Scope) -> Part:
        part = self._defined.named(part, "part", scope)
        axis = axis_of(tree.option("axis", 0), part.elements)
        before = (Span(None, None),) * axis
        pieces = [
            Call(tree.function, (Index(part.tree, (*before, span)),), tree.options)
            for span in _spans(part.elements.shape[axis], most)
        ]
        return self._joined("add" if tree.function == "sum" else tree.function, pieces, scope)

    def _product_in_parts(self, parts: Sequence[Part], scope: Scope) -> Part:
        left, right = parts
        everything = Span(None, None)
        pieces = []
        for span in _spans(left.elements.shape[-1], MOST_TERMS):
            columns = (*(everything,) * (left.elements.ndim - 1), span)
            rows = (span,) if right.elements.ndim == 1 else (*(everything,) * (right.elements.ndim - 2), span)
            pieces.append(Call("matmul", (Index(left.tree, columns), Index(right.tree, rows))))
        return self._joined("add", pieces, scope)

    def _joined(self, operation: str, pieces: Sequence[Tree], scope: Scope) -> Part:
        """Return the pieces, each with a name, as one sum or one largest; of too many, some are joined first."""
        trees = [self._defined.named(self._read(piece, scope), "part", scope).tree for piece in pieces]
        if len(trees) > MOST_TERMS:
            groups = [trees[place : place + MOST_TERMS] for place in range(0, len(trees), MOST_TERMS)]
            return self._joined(operation, [_together(operation, group) for group in groups], scope)
        return self._read(_together(operation, trees), scope)

    # --- functions of several steps ---

    def _composite(self, composite: Composite, tree: Call, scope: Scope) -> Part:
        """Return what a function of several steps gives; the steps, and an operand that is no name, get names."""
        name = tree.function
        if len(tree.operands) != len(composite.operands):
            wanted = ", ".join(composite.operands)
            raise ShapeError(f"{name} takes {wanted}, not {len(tree.operands)} operands", f"give it {wanted}")
        options = options_of(name, composite.options, tree.options)
        is_result = tree is scope.whole
        inner = scope if is_result else replace(scope, name=self._defined.free(f"{scope.name}_{name}", scope.place))
        operands = [self._read(operand, scope) for operand in tree.operands]
        if name == "dropout" and operands[1].is_number:
            raise ShapeError(
                f"the mask of dropout is {written(operands[1].tree)}", "it is data: dropout(x, mask, p=0.5)"
            )
        if composite.steps:
            operands = [self._defined.named(part, "pre", inner) for part in operands]
        meant: dict[str, Tree] = dict(zip(composite.operands, (part.tree for part in operands), strict=True))
        meant |= {option: Const(float(value)) for option, value in options.items() if value is not None}
        first = len(self._defined.steps)
        for word, text in composite.steps.items():
            meant[word] = self._defined.named(self._step(text, meant, tree, inner), word, inner).tree
        self._defined.steps[first:] = [replace(step, inside=True) for step in self._defined.steps[first:]]
        result = self._step(composite.result, meant, tree, inner)
        result = replace(result, call=Call(name, tuple(part.tree for part in operands), tree.options))
        if is_result or not composite.steps:
            return result
        inner = self._defined.inside(inner, result)
        self._defined.add(inner, result)
        return self._defined.at(inner)

    def _step(self, text: str, meant: Mapping[str, Tree], whole: Call, scope: Scope) -> Part:
        """Return what a step of a function comes to; where its shapes do not fit, the author reads of the function."""
        try:
            tree = substitute(parse(text, KNOWN_FUNCTIONS), meant.__getitem__)
            return self._read(tree, replace(scope, trusted=True))
        except ShapeError as error:
            raise ShapeError(error.problem, error.expected, written(whole)) from None


def _together(operation: str, trees: Sequence[Tree]) -> Tree:
    return reduce(lambda a, b: Call(operation, (a, b)), trees)


def _spread(function: Callable[..., Expr], folds: bool, operands: Sequence[Array]) -> Array:
    def apply(*elements: Expr) -> Expr:
        return reduce(function, elements) if folds else function(*elements)

    try:
        return elementwise(apply, *operands)
    except ShapeError:
        raise
    except ValueError:
        shapes = " and ".join(shape_text(operand.shape) for operand in operands)
        raise ShapeError(
            f"{shapes} do not fit each other", "sizes, from the last axis on, must be alike or 1"
        ) from None


def _spans(size: int, most: int) -> Iterator[Span]:
    """Yield the places of an axis in as few spans of nearly one length, at most ``most``, as there can be."""
    count = -(-size // most)
    for number in range(count):
        yield Span(size * number // count, size * (number + 1) // count)
