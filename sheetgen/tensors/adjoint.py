"""The chain rule over tensors: the derivative of the loss along each of them, as an equation over tensors.

Each function hands what arrives at its output on to its operands: a product of matrices multiplied by the other one's
transpose, a function of each element by its own slope, a sum spread along what it summed over. What arrives at a tensor
from several sides adds up. A derivative on its way may be smaller than its tensor: it is then spread along the rest.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import reduce
from itertools import product as pairs

from sheetgen.tensors.cross_entropy import along_input, along_logits
from sheetgen.tensors.fold import Turned, folded, letters_of
from sheetgen.tensors.lines import WHOLE, named_lines
from sheetgen.tensors.local import is_flat, slope
from sheetgen.tensors.matrices import Equation, Item, Made, Matrix, Name, Number, Part, Stretch, Total
from sheetgen.tensors.passing import PASSING, Passed
from sheetgen.tensors.program import Tensors
from sheetgen.tensors.shaped import Key, stretched
from sheetgen.tensors.simpler import ONE, ZERO, add, applied, filled, gathered, mul, part_at, where

_CONSTANT = ("argmax", "onehot", "zeros", "ones", "pi")
"""Functions whose results do not change with their operands, or change in jumps."""


def backward(tensors: Tensors, loss: str, trained: Collection[str], shares: Collection[str] = ()) -> list[Equation]:
    """Return the derivatives of the loss along every tensor between it and the trained ones, from the loss back.

    What is alike in every turn of a loop is one equation. A derivative that is 1 has none. ``shares`` are given tensors
    whose rows add up to 1.
    """
    return _Backward(tensors, loss, trained, shares).equations()


class _Backward:
    def __init__(self, tensors: Tensors, loss: str, trained: Collection[str], shares: Collection[str]) -> None:
        lines, self.shapes = named_lines(tensors)
        self.tensors, self.loss, self.trained, self.shares = tensors, loss, trained, shares
        self.end: Key = next((step.name, step.place) for step in tensors.steps if step.labels == (loss,))
        self.lines = [line for line in lines if line.table != "metrics"]
        self.moving: set[Key] = {(name, ()) for name in trained}
        """What changes with a trained tensor."""
        self.arrived: dict[Key, dict[Key, Matrix]] = {}
        """What has arrived at each tensor, by the equation that it came through."""
        for line in self.lines:
            if self._moves(line.right):
                self.moving.add(line.key)

    def equations(self) -> list[Equation]:
        """Return the derivatives."""
        found: list[tuple[Key, Matrix]] = []
        for line in reversed(self.lines):
            slope_there = ONE if line.key == self.end else self._arrived(line.key)
            if slope_there is None or line.key not in self.moving:
                continue
            own = self.shapes.named(line.key)
            if slope_there != ONE:
                found.append((line.key, slope_there))
            number = _one_number(slope_there) if line.table == "loss" or slope_there == ONE else None
            if isinstance(line.right, Made) and line.right.function in WHOLE:
                short = self._short(line.right, slope_there, number, line.key)
                if short is not None:
                    self._pass(line.right.operands[0], short, line.right.operands[0], line.key)
                    continue
            self._pass(line.right, self.adjoint(line.key) if number is None else number, own, line.key)
        for name in self.trained:
            if (arrived := self._arrived((name, ()))) is not None:
                found.append(((name, ()), arrived))
        return self._folded(found)

    def _short(self, made: Made, arrived: Matrix, number: Matrix | None, key: Key) -> Matrix | None:
        """Return the derivative along what a softmax is of, where that is P − Y; ``number`` where no more arrived."""
        if made.function != "cce_with_logits":
            return along_input(made, arrived, self.shapes.named(key), self.shares)
        logits = made.operands[0]
        of_it = Made("softmax", (logits,), logits.shape)
        output = next((self.shapes.named(line.key) for line in self.lines if line.right == of_it), of_it)
        return along_logits(made, self.adjoint(key) if number is None else number, output, self.shares)

    def adjoint(self, key: Key) -> Name | Part:
        """Return the derivative of the loss along a tensor, by its name."""
        named = self.shapes.named(key)
        label = f"∂{self.loss}/∂{key[0]}"
        if isinstance(named, Part):
            return Part(Name(label, ()), named.items, named.shape)
        return Name(label, named.shape)

    # --- what arrives ---

    def _arrived(self, key: Key) -> Matrix | None:
        """Return the sum of what has arrived at a tensor, of its shape; None where nothing has."""
        if key not in self.arrived:
            return None
        by_place: dict[str, list[Turned]] = {}
        for (name, place), matrix in self.arrived[key].items():
            by_place.setdefault(name, []).append(Turned(place, matrix))
        terms: list[Matrix] = []
        own = letters_of(self.tensors, key[0])[: len(key[1])]
        for name, turned in by_place.items():
            letters = letters_of(self.tensors, name, avoided=own)
            for one in folded(turned, letters):
                terms.append(reduce(Total, reversed(one.loops), one.matrix))
        return reduce(add, terms)

    def _arrive(self, key: Key, matrix: Matrix, through: Key) -> None:
        """Let something arrive at a tensor, of whose shape it is."""
        if key in self.moving:
            by_way = self.arrived.setdefault(key, {})
            by_way[through] = _both(by_way[through], matrix) if through in by_way else matrix

    def _arrive_at(self, target: Name | Part, matrix: Matrix, through: Key) -> None:
        """Let something arrive at a tensor or some of it, in an equation that uses that."""
        matrix = matrix if isinstance(matrix, Number) and not target.shape else filled(matrix, target.shape)
        name = target if isinstance(target, Name) else target.tensor
        assert isinstance(name, Name), target
        parts = self.shapes.parts.get(name.name)
        if parts is None:
            put = matrix if isinstance(target, Name) else Made("into", (target, matrix), name.shape)
            self._arrive((name.name, ()), put, through)
            return
        items = target.items if isinstance(target, Part) else ()
        axes = len(next(iter(parts)))
        first, rest = (*items, *[Stretch()] * axes)[:axes], items[axes:]
        for place, positions in self._places(parts, first):
            piece = part_at(matrix, positions)
            if rest:
                whole = self.shapes.named((name.name, place))
                piece = Made("into", (Part(whole, rest, piece.shape), piece), whole.shape)
            self._arrive((name.name, place), piece, through)

    def _places(
        self, parts: Mapping[tuple[int, ...], object], items: tuple[Item, ...]
    ) -> list[tuple[tuple[int, ...], tuple[int, ...]]]:
        """Return the places that are used of a tensor made part by part, and where each lies in what is used."""
        sizes = [max(along) + 1 for along in zip(*parts, strict=True)]
        along = [
            list(stretched(item, size)) if isinstance(item, Stretch) else [_whole(item)]
            for item, size in zip(items, sizes, strict=True)
        ]
        found = []
        for positions in pairs(*(range(len(places)) for places in along)):
            place = tuple(places[position] for places, position in zip(along, positions, strict=True))
            inside = tuple(
                position for position, item in zip(positions, items, strict=True) if isinstance(item, Stretch)
            )
            found.append((place, inside))
        return found

    # --- what changes ---

    def _moves(self, matrix: Matrix) -> bool:
        """Whether a matrix changes, other than in jumps, with a trained tensor."""
        if isinstance(matrix, Name):
            parts = self.shapes.parts.get(matrix.name)
            return any((matrix.name, place) in self.moving for place in ([()] if parts is None else parts))
        if isinstance(matrix, Part):
            return self._moves(matrix.tensor)
        if not isinstance(matrix, Made) or matrix.function in _CONSTANT:
            return False
        return any(self._moves(operand) for operand in _moving_operands(matrix))

    # --- handing on ---

    def _pass(self, matrix: Matrix, arrived: Matrix, own: Matrix, through: Key) -> None:
        """Hand what arrived at a matrix, whose value has the name ``own``, on to what it is made of."""
        if arrived == ZERO or not self._moves(matrix):
            return
        if isinstance(matrix, Name) or (isinstance(matrix, Part) and isinstance(matrix.tensor, Name)):
            self._arrive_at(matrix, arrived, through)
            return
        if isinstance(matrix, Part):
            put = Made("into", (matrix, filled(arrived, matrix.shape)), matrix.tensor.shape)
            self._pass(matrix.tensor, put, matrix.tensor, through)
            return
        assert isinstance(matrix, Made), matrix
        passing = PASSING.get(matrix.function)
        if passing is None or not _is_of_tensors(matrix):
            passing = _elementwise
        for operand, slope_there in passing(matrix, arrived, own):
            self._pass(operand, slope_there, operand, through)

    # --- loops ---

    def _folded(self, found: list[tuple[Key, Matrix]]) -> list[Equation]:
        """Return the derivatives; those alike in the turns of a loop are one, where the first of them stands."""
        by_name: dict[str, list[Turned]] = {}
        for (name, place), matrix in found:
            by_name.setdefault(name, []).append(Turned(place, matrix))
        order = {key: number for number, (key, _) in enumerate(found)}
        equations: list[tuple[int, Equation]] = []
        for name, turned in by_name.items():
            for one in folded(turned, letters_of(self.tensors, name)):
                target = self.adjoint((name, one.first))
                if isinstance(target, Part):
                    target = Part(target.tensor, one.place, target.shape)
                equations.append((order[name, one.first], Equation(target, one.matrix, one.loops)))
        return [equation for _, equation in sorted(equations, key=lambda pair: pair[0])]


def _one_number(matrix: Matrix) -> Matrix | None:
    """Return the number that stands at all places of a matrix, such as 1/n of a mean; None where it is none."""
    if isinstance(matrix, Made) and matrix.function == "ones":
        return ONE
    if isinstance(matrix, Made) and matrix.function in ("mul", "div"):
        a, b = map(_one_number, matrix.operands)
        return None if a is None or b is None else applied(matrix.function, a, b)
    return matrix if isinstance(matrix, Number) else None


def _both(a: Matrix, b: Matrix) -> Matrix:
    """Return a sum; of the same part of two matrices, that part of their sum."""
    if isinstance(a, Part) and isinstance(b, Part) and a.items == b.items and a.tensor.shape == b.tensor.shape:
        return Part(add(a.tensor, b.tensor), a.items, a.shape)
    return add(a, b)


def _is_of_tensors(matrix: Made) -> bool:
    """Whether it is a function of tensors: the largest of several operands is one of scalars."""
    return matrix.function not in ("max", "min") or len(matrix.operands) == 1


def _moving_operands(matrix: Made) -> tuple[Matrix, ...]:
    """Return the operands with which a function changes other than in jumps."""
    if matrix.function in PASSING and _is_of_tensors(matrix):
        return matrix.operands
    if matrix.function == "where":
        return matrix.operands[1:]
    return tuple(o for number, o in enumerate(matrix.operands) if not is_flat(matrix.function, number))


def _elementwise(matrix: Made, arrived: Matrix, own: Matrix) -> list[Passed]:
    """Hand on through a function of scalars: multiplied by its slope, and summed along what was spread."""
    if matrix.function == "where":
        condition, then, otherwise = matrix.operands
        handed = [(then, where(condition, arrived, Number(0.0))), (otherwise, where(condition, Number(0.0), arrived))]
    else:
        moving = [number for number in range(len(matrix.operands)) if not is_flat(matrix.function, number)]
        handed = [(matrix.operands[n], mul(arrived, slope(matrix, n, own))) for n in moving]
    return [
        (operand, there if operand.shape == matrix.shape else gathered(filled(there, matrix.shape), operand.shape))
        for operand, there in handed
    ]


def _whole(item: Item) -> int:
    assert isinstance(item, int), item
    return item
