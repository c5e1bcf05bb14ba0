"""What comes on a board: equations as typed, lines of tensors and the signs between them, turns of a loop."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sheetgen.sheets.explorer.tensor_grid import TensorGrid, units_of

WIDTH = 96
"""How many columns the board has."""
_SIGN_LETTER = 9.5


@dataclass(frozen=True)
class Sign:
    """What stands between tensors, or a tensor that is not drawn again."""

    text: str

    @property
    def width(self) -> int:
        """The columns of the board that it needs."""
        return units_of(self.text, _SIGN_LETTER)


Piece = TensorGrid | Sign
Line = tuple[Piece, ...]


@dataclass(frozen=True)
class Turn:
    """One turn of a loop: what it is called, and its grids, by what each is in every turn.

    ``led_to`` are those that the one above leads to, ``carried`` those that the next turn uses.
    """

    title: str
    grids: Mapping[str, TensorGrid]
    led_to: Collection[str]
    carried: Collection[str]

    @property
    def width(self) -> int:
        """The columns of the board that it needs."""
        return max(units_of(self.title), *(grid.width for grid in self.grids.values()))


@dataclass(frozen=True)
class Band:
    """One equation, or those of one loop: as typed, its lines, then the turns of the loop."""

    typed: tuple[str, ...]
    lines: tuple[Line, ...]
    turns: tuple[Turn, ...] = ()

    @property
    def grids(self) -> Iterator[TensorGrid]:
        """Its grids."""
        yield from (piece for line in self.lines for piece in line if isinstance(piece, TensorGrid))
        yield from (grid for turn in self.turns for grid in turn.grids.values())

    @property
    def count(self) -> int:
        """How many numbers it draws."""
        return sum(grid.count for grid in self.grids)


def width_of(pieces: Sequence[Piece]) -> int:
    """Return how many columns of the board pieces need side by side."""
    return sum(piece.width + 1 for piece in pieces) - 1
