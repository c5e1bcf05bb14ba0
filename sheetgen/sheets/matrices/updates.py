"""How tensors are updated: the equations of one element's columns, said of the whole tensor once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce

from sheetgen.algebra.expr import Before, Const, Expr, Held, OverBatch, Var
from sheetgen.network.descent import terms_of
from sheetgen.network.graph import Quantity, as_read, equation_of, mean, one_update_before
from sheetgen.network.optimizers import StateColumn, optimizer_of
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
    optimizer, weights = optimizer_of(study.variants[variant].optimizer), set(study.network.weights)
    columns = tuple(column for column in optimizer.columns if not column.total)
    totals = {column.label("") for column in optimizer.columns if column.total}
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
    meant = {
        name: {
            column: Name(other, shapes[name])
            for column, other in zip(_columns(study, first[name], columns), _columns(study, name, columns), strict=True)
        }
        for name in trained
    }
    counted = (
        _summed(study, q, {first[name]: named for name, named in meant.items()}) if q.name in totals else _update(q, {})
        for q in quantities
        if q.name not in of_elements
    )
    if once := tuple(counted):
        yield Updates(once)
    by_tensor: list[tuple[Update, ...]] = []
    for name in trained:
        named = meant[name]
        by_tensor.append(tuple(_update(q, named) for q in quantities if q.name in named))
    if len(by_tensor) == 1 or all(len(one) == 1 for one in by_tensor):
        yield from map(Updates, by_tensor)
        return
    meanings = dict(zip(_columns(study, first[trained[0]], columns), _columns(study, ANY, columns), strict=True))
    named = {column: Name(other, (1,)) for column, other in meanings.items()}
    named |= {of[first[trained[0]]]: Name(f"{key}[{ANY}]", ()) for key, of in optimizer.by_weight.items()}
    yield Updates(tuple(_update(q, named) for q in quantities if q.name in named), tuple(trained))


def _columns(study: Study, element: str, columns: Sequence[StateColumn]) -> tuple[str, ...]:
    """Return the columns that belong to an element: itself, its gradient, that of a batch, those of its optimiser."""
    slope = study.network.slope(element)
    labels = [column.label(element) for column in columns]
    return (element, slope, mean(slope), *labels, *map(one_update_before, labels))


def _update(quantity: Quantity, named: Mapping[str, Name]) -> Update:
    target = named.get(quantity.name, Name(quantity.name, ()))
    becomes = quantity.is_given or quantity.first is not None
    return Update(target, _matrix(as_read(quantity), named), becomes)


def _summed(study: Study, quantity: Quantity, named: Mapping[str, Mapping[str, Name]]) -> Update:
    """Return a sum over all weights as one over tensors, each told by one of its elements."""
    weights = study.network.weights
    terms = zip(weights, terms_of(equation_of(quantity), len(weights)), strict=True)
    sums: list[Matrix] = []
    for weight, term in terms:
        if weight in named:
            of_tensor = _matrix(term, named[weight])
            sums.append(Made("sum", (of_tensor,), ()) if of_tensor.shape else of_tensor)
    return Update(Name(quantity.name, ()), reduce(lambda a, b: Made("add", (a, b), ()), sums), False)


def _matrix(expr: Expr, named: Mapping[str, Name]) -> Matrix:
    """Return an expression over the columns of an element as one over the tensor."""
    if isinstance(expr, Const):
        return Number(expr.value)
    assert not isinstance(expr, OverBatch), "tensors take nothing from a whole batch"
    if isinstance(expr, Var | Before | Held):
        return named.get(expr.name, Name(expr.name, ()))
    operands = tuple(_matrix(arg, named) for arg in expr.args)
    return Made(expr.op, operands, broadcast(*operands) if operands else ())
