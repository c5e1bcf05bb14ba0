"""How tensors are updated: the equations of one element's columns, said of the whole tensor once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sheetgen.algebra.expr import Before, Const, Expr, Held, Var
from sheetgen.network.graph import Quantity, derivative_label, equation_of, mean
from sheetgen.network.optimizers import OPTIMIZERS, StateColumn
from sheetgen.network.study import Study
from sheetgen.tensors.matrices import Made, Matrix, Name, Number, broadcast
from sheetgen.tensors.program import Tensors

ANY = "θ"
"""Stands for each of several tensors whose updates are alike."""


@dataclass(frozen=True)
class Update:
    """What becomes of a tensor or of a column of the optimiser; ``becomes`` where it is the next value of itself."""

    target: Name
    right: Matrix
    becomes: bool


@dataclass(frozen=True)
class Updates:
    """Some updates, and the tensors for each of which ``θ`` stands in them, none where it stands nowhere."""

    updates: tuple[Update, ...]
    stands_for: tuple[str, ...] = ()


def updates(
    study: Study, tensors: Tensors, variant: int, trained: Sequence[str], quantities: Sequence[Quantity]
) -> Iterator[Updates]:
    """Yield how tensors are updated, from the columns of their elements."""
    columns = OPTIMIZERS[study.variants[variant].optimizer.name].columns
    weights = set(study.network.weights)
    shapes = {name: tensors.given[name].shape for name in trained}
    first = {
        name: next(e for e in tensors.naming.labels(name, shape) if e in weights) for name, shape in shapes.items()
    }
    of_elements = {
        column
        for name, shape in shapes.items()
        for element in tensors.naming.labels(name, shape)
        for column in _columns(study, element, columns)
    }
    if counted := tuple(_update(q, {}) for q in quantities if q.name not in of_elements):
        yield Updates(counted)
    by_tensor: list[tuple[Update, ...]] = []
    for name in trained:
        meanings = dict(zip(_columns(study, first[name], columns), _columns(study, name, columns), strict=True))
        named = {column: Name(other, shapes[name]) for column, other in meanings.items()}
        by_tensor.append(tuple(_update(q, named) for q in quantities if q.name in named))
    if len(by_tensor) == 1 or all(len(one) == 1 for one in by_tensor):
        yield from map(Updates, by_tensor)
        return
    meanings = dict(zip(_columns(study, first[trained[0]], columns), _columns(study, ANY, columns), strict=True))
    named = {column: Name(other, (1,)) for column, other in meanings.items()}
    yield Updates(tuple(_update(q, named) for q in quantities if q.name in named), tuple(trained))


def _columns(study: Study, element: str, columns: Sequence[StateColumn]) -> tuple[str, ...]:
    """Return the columns that belong to an element: itself, its gradient, that of a batch, those of its optimiser."""
    slope = derivative_label(study.network.loss, element)
    return (element, slope, mean(slope), *(column.label(element) for column in columns))


def _update(quantity: Quantity, named: Mapping[str, Name]) -> Update:
    target = named.get(quantity.name, Name(quantity.name, ()))
    becomes = quantity.is_given or quantity.first is not None
    return Update(target, _matrix(equation_of(quantity), named), becomes)


def _matrix(expr: Expr, named: Mapping[str, Name]) -> Matrix:
    """Return an expression over the columns of an element as one over the tensor."""
    if isinstance(expr, Const):
        return Number(expr.value)
    if isinstance(expr, Var | Before | Held):
        return named.get(expr.name, Name(expr.name, ()))
    operands = tuple(_matrix(arg, named) for arg in expr.args)
    return Made(expr.op, operands, broadcast(*operands) if operands else ())
