"""What is alike in the turns of a loop becomes one equation over its letter; what is not stays as it is."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from sheetgen.tensors.labels import Place
from sheetgen.tensors.matrices import Item, Loop, Made, Matrix, Name, Number, Part, Slot, Stretch, Total, Turn
from sheetgen.tensors.program import Tensors

_LETTERS = ("t", "s", "i", "j", "k", "l", "m", "n", "u", "v")


@dataclass(frozen=True)
class Turned:
    """A matrix that belongs to a place of a tensor, or in turns of loops to places of it. ``first`` is one of those."""

    place: tuple[Slot, ...]
    matrix: Matrix
    loops: tuple[Loop, ...] = ()

    @property
    def first(self) -> Place:
        """The first of its places, in the order of what was folded."""
        highest = {loop.letter: loop.last for loop in self.loops}
        return tuple(slot if isinstance(slot, int) else _int(highest[slot.letter]) for slot in self.place)


def letters_of(tensors: Tensors, name: str, avoided: Collection[str] = ()) -> tuple[str, ...]:
    """Return the letters that the places of a tensor's parts run with: those of its author, where they are free."""
    taken = {*tensors.given, *(step.name for step in tensors.steps), *avoided}
    own: tuple[str, ...] = ()
    for step in tensors.unrolled:
        if step.loop and len(step.loop) == len(step.place) and name.startswith(step.name):
            own = tuple(step.loop)
    free = [letter for letter in _LETTERS if letter not in taken and letter not in own]
    return tuple([letter if letter not in avoided else free.pop(0) for letter in own] + free)


def folded(turned: Sequence[Turned], letters: Sequence[str]) -> list[Turned]:
    """Return the same with as few members as can be: successive places that differ in nothing else are one."""
    found = list(turned)
    for axis in reversed(range(len(turned[0].place))):
        found = _along(found, axis, letters[axis])
    return found


def _along(turned: Sequence[Turned], axis: int, letter: str) -> list[Turned]:
    groups: dict[object, list[Turned]] = {}
    for one in turned:
        groups.setdefault((one.place[:axis], one.place[axis + 1 :], one.loops), []).append(one)
    found: list[tuple[int, Turned]] = []
    order = {id(one): number for number, one in enumerate(turned)}
    for group in groups.values():
        for members, together in _runs(sorted(group, key=lambda one: _int(one.place[axis])), axis, letter):
            found.append((min(order[id(one)] for one in members), together))
    return [one for _, one in sorted(found, key=lambda pair: pair[0])]


def _runs(group: Sequence[Turned], axis: int, letter: str) -> list[tuple[Sequence[Turned], Turned]]:
    """Return successive places whose matrices are alike, as one each."""
    runs: list[tuple[Sequence[Turned], Turned]] = []
    start = 0
    while start < len(group):
        first, stop = _int(group[start].place[axis]), start + 1
        pattern = None
        if stop < len(group) and _int(group[stop].place[axis]) == first + 1:
            pattern = _Alike(letter, first).matrix(group[start].matrix, group[stop].matrix)
        if pattern is None:
            runs.append((group[start : start + 1], group[start]))
            start += 1
            continue
        while stop < len(group) and at_turn(pattern, letter, first + stop - start) == group[stop].matrix:
            if _int(group[stop].place[axis]) != first + stop - start:
                break
            stop += 1
        place = (*group[start].place[:axis], Turn(letter), *group[start].place[axis + 1 :])
        loop = Loop(letter, first, first + stop - start - 1)
        runs.append((group[start:stop], Turned(place, pattern, (loop, *group[start].loops))))
        start = stop
    return runs


def _int(slot: Slot) -> int:
    assert isinstance(slot, int), slot
    return slot


class _UnlikeError(Exception):
    """Two matrices that do not differ in places alone."""


class _Alike:
    """Finds what two matrices of successive turns are, over the letter of the loop."""

    def __init__(self, letter: str, first: int) -> None:
        self.letter, self.first = letter, first

    def matrix(self, a: Matrix, b: Matrix) -> Matrix | None:
        """Return the matrix over the letter; None where more differs than places."""
        try:
            return self._matrix(a, b)
        except _UnlikeError:
            return None

    def _matrix(self, a: Matrix, b: Matrix) -> Matrix:
        if a == b:
            return a
        if isinstance(a, Part) and isinstance(b, Part) and a.shape == b.shape and len(a.items) == len(b.items):
            items = tuple(map(self._item, a.items, b.items))
            return Part(self._matrix(a.tensor, b.tensor), items, a.shape)
        if isinstance(a, Made) and isinstance(b, Made) and _is_same_call(a, b):
            return replace(a, operands=tuple(map(self._matrix, a.operands, b.operands)))
        if isinstance(a, Total) and isinstance(b, Total) and a.loop.letter == b.loop.letter != self.letter:
            loop = Loop(a.loop.letter, self._slot(a.loop.first, b.loop.first), self._slot(a.loop.last, b.loop.last))
            return Total(self._matrix(a.term, b.term), loop)
        raise _UnlikeError

    def _item(self, a: Item, b: Item) -> Item:
        if isinstance(a, Stretch) and isinstance(b, Stretch):
            return Stretch(self._end(a.start, b.start), self._end(a.stop, b.stop))
        if isinstance(a, Stretch) or isinstance(b, Stretch):
            raise _UnlikeError
        return self._slot(a, b)

    def _end(self, a: Slot | None, b: Slot | None) -> Slot | None:
        if a is None or b is None:
            if a is not b:
                raise _UnlikeError
            return None
        return self._slot(a, b)

    def _slot(self, a: Slot, b: Slot) -> Slot:
        if a == b:
            return a
        if isinstance(a, Turn) or isinstance(b, Turn):
            raise _UnlikeError
        return Turn(self.letter, a - (b - a) * self.first, b - a)


def _is_same_call(a: Made, b: Made) -> bool:
    """Whether two calls are of one function, with the same options and as many operands."""
    return replace(a, operands=()) == replace(b, operands=()) and len(a.operands) == len(b.operands)


def at_turn(matrix: Matrix, letter: str, turn: int) -> Matrix:
    """Return a matrix in one turn of a loop."""

    def slot(one: Slot) -> Slot:
        return one.at(turn) if isinstance(one, Turn) and one.letter == letter else one

    def item(one: Item) -> Item:
        if isinstance(one, Stretch):
            return Stretch(*(end if end is None else slot(end) for end in (one.start, one.stop)))
        return slot(one)

    if isinstance(matrix, Number | Name):
        return matrix
    if isinstance(matrix, Part):
        return Part(at_turn(matrix.tensor, letter, turn), tuple(map(item, matrix.items)), matrix.shape)
    if isinstance(matrix, Made):
        return replace(matrix, operands=tuple(at_turn(operand, letter, turn) for operand in matrix.operands))
    loop = Loop(matrix.loop.letter, slot(matrix.loop.first), slot(matrix.loop.last))
    return Total(at_turn(matrix.term, letter, turn), loop)
