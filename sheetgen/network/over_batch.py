"""What equations take from a whole batch: the columns of it, their derivatives, and the stages of a batch's rows.

The rows of a batch are computed in stages: first all rows as far as no number of the whole batch is needed, then those
numbers, then all rows again as far as that goes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sheetgen.algebra.expr import ZERO, Expr, OverBatch, Var, befores, names, needs, substitute
from sheetgen.algebra.over_batch import BATCH_FUNCTIONS, MEAN, PLACE, over_batch, parts
from sheetgen.algebra.parser import parse_row
from sheetgen.network.graph import BATCH, Quantity, Section


def asked_of_batch(equations: Iterable[Expr]) -> dict[str, OverBatch]:
    """Return what equations take from the whole batch, and what its derivatives need beside it."""
    asked: dict[str, OverBatch] = {}
    for expr in equations:
        for name in names(expr):
            if of_batch := parts(name):
                function, inner = of_batch
                for needed in (*BATCH_FUNCTIONS[function].needs, function):
                    asked[over_batch(needed, inner)] = OverBatch(needed, inner)
    return asked


def derivatives_over_batch(expr: OverBatch, position: str, of_all: bool = False) -> dict[str, Expr]:
    """Return how a number of the whole batch moves with the quantity of one row.

    ``of_all`` gives what as many equal numbers gain by it as the batch has rows.
    """
    meanings: dict[str, Expr] = {
        "z": Var(expr.name),
        "y": Var(over_batch(expr.function, expr.name)),
        "m": Var(over_batch(MEAN, expr.name)),
        "p": Var(over_batch(PLACE, expr.name)),
        "k": Var(position),
        "n": Var(BATCH),
    }
    row = BATCH_FUNCTIONS[expr.function]
    slope = substitute(parse_row(row.of_all if of_all else row.derivative), lambda letter: meanings[letter])
    return {} if slope == ZERO else {expr.name: slope}


@dataclass(frozen=True)
class Stage:
    """Some quantities that all rows of a batch can be computed of, row by row; ``before`` are the numbers of the whole
    batch that are found first."""

    before: tuple[Quantity, ...]
    quantities: tuple[Quantity, ...]


def stages(quantities: Sequence[Quantity]) -> tuple[Stage, ...]:
    """Return the stages of some quantities, each of which keeps their order; one where rows do not meet.

    What a row takes from the row above is computed there in the same stage or an earlier one; a weight and a counter
    take it from the batch before.
    """
    of = _numbers(quantities)
    return tuple(
        Stage(
            tuple(q for q in quantities if q.is_over_batch and of[q.name] == number),
            tuple(q for q in quantities if not q.is_over_batch and of[q.name] == number),
        )
        for number in range(max(of.values(), default=0) + 1)
    )


def _numbers(quantities: Sequence[Quantity]) -> Mapping[str, int]:
    """Return the number of the stage of each quantity."""
    numbers = dict.fromkeys((quantity.name for quantity in quantities), 0)
    rests_on = {quantity: tuple(_rests_on(quantity)) for quantity in quantities}
    moved = True
    while moved:
        moved = False
        for quantity, used in rests_on.items():
            stage = quantity.is_over_batch + max((numbers[name] for name in used if name in numbers), default=0)
            if stage > numbers[quantity.name]:
                numbers[quantity.name], moved = stage, True
    return numbers


def _rests_on(quantity: Quantity) -> Iterator[str]:
    for expr in (quantity.equation, quantity.first):
        if expr is not None:
            yield from needs(expr)
            if quantity.section not in (Section.WEIGHTS, Section.STEP):
                yield from befores(expr)
