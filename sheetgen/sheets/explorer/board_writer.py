"""The equations of a study as they come on a board: operands beside their results, and a loop as its turns in a row.

What was an inner parenthesis is a result of its own; a function of one tensor that follows is led to by an arrow.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import groupby

from sheetgen.algebra.expr import Var
from sheetgen.sheets.explorer.board import WIDTH, Band, Line, Piece, Sign, Turn, width_of
from sheetgen.sheets.explorer.grids import Grids
from sheetgen.sheets.explorer.loops import apart
from sheetgen.sheets.explorer.tensor_grid import TensorGrid
from sheetgen.tensors.heads import heads
from sheetgen.tensors.known import spelled
from sheetgen.tensors.labels import Place
from sheetgen.tensors.notation import written
from sheetgen.tensors.operands import base, drawn, is_drawn
from sheetgen.tensors.program import Step, Tensors
from sheetgen.tensors.tree import Call, Index, Span, Tree

_NARROW = 64
"""How many columns the parameters of a loop take at least before they go on below."""
_MARK = "\x00"
"""Stands around the number of a tensor in the text of an equation."""


class Writer:
    """Writes the bands of a study.

    Where it is ``sparing``, a tensor that has been drawn has no derivatives again; where it is more so, it is its name.
    """

    def __init__(self, tensors: Tensors, grids: Grids, sparing: int = 0) -> None:
        self._tensors, self._grids, self._sparing = tensors, grids, sparing
        self._drawn: set[str] = set()
        self._typed = {(head.name, head.place): one for one in tensors.typed for head in heads(one.key)}
        self._loops = {(step.name, step.place): step.loop for step in tensors.unrolled}
        self._letters = {step.name: tuple(step.loop) for step in tensors.unrolled if step.loop}

    def bands(self) -> Iterator[Band]:
        """Yield the bands, in the order in which they are computed."""
        for letters, equations in groupby(self._equations(), key=self._letters_of):
            if letters:
                yield from (self._loop(letters, loop) for loop in apart(list(equations)))
            else:
                yield from map(self._plain, equations)

    def _equations(self) -> Iterator[list[Step]]:
        """Yield the steps of each equation; those inside a function of several are left out."""
        steps: list[Step] = []
        for step in self._tensors.steps:
            steps += [] if step.inside else [step]
            if (step.name, step.place) in self._loops:
                yield steps
                steps = []

    def _letters_of(self, equation: list[Step]) -> tuple[str, ...]:
        """Return the letters of the loop that an equation belongs to, as one of its turns or as what it starts from."""
        result = equation[-1]
        return self._letters.get(result.name, ("",)) if result.place else ()

    def _typed_as(self, equations: Sequence[Sequence[Step]]) -> tuple[str, ...]:
        typed = (self._typed[steps[-1].name, steps[-1].place] for steps in equations)
        return tuple(dict.fromkeys(f"{one.key} = {one.text}" for one in typed))

    def _piece(self, grid: TensorGrid) -> Piece:
        """Return a tensor as it is drawn the first time, or again."""
        again = grid.name in self._drawn
        self._drawn.add(grid.name)
        if not again or not self._sparing:
            return grid
        return replace(grid, slopes=None, slope_title="") if self._sparing == 1 else Sign(grid.name)

    # --- an equation by itself ---

    def _plain(self, steps: Sequence[Step]) -> Band:
        lines: list[Line] = []
        before: Step | None = None
        for step in steps:
            tree, result = step.call or step.tree, self._grids.result(step)
            chained = (*lines[-1], Sign(f"{_function_of(tree, before)} →"), result) if lines else ()
            if before and _function_of(tree, before) and width_of(chained) <= WIDTH:
                lines[-1] = chained
                self._drawn.add(result.name)
            else:
                lines += _wrapped([*self._pieces(tree), Sign("="), self._piece(result)])
            before = step
        return Band(self._typed_as([list(steps)]), tuple(lines))

    def _pieces(self, tree: Tree) -> Iterator[Piece]:
        """Yield an equation's right-hand side: its tensors, and what stands between."""
        found: list[Tree] = []
        text, *rest = written(_marked(tree, found)).split(_MARK)
        yield from _signs(text)
        for number, between in zip(rest[::2], rest[1::2], strict=True):
            yield self._piece(self._grids.operand(found[int(number)]))
            yield from _signs(between)

    # --- a loop ---

    def _loop(self, letters: tuple[str, ...], equations: Sequence[Sequence[Step]]) -> Band:
        own = {step.name for steps in equations for step in steps}
        turns: dict[Place, list[Step]] = {}
        for steps in equations:
            result = steps[-1]
            turns.setdefault(tuple(self._loops[result.name, result.place].values()) or result.place, []).extend(steps)
        used = {turn: _used(steps, own) for turn, steps in turns.items()}
        often = Counter(name for names in used.values() for name in names)
        shared = {
            name: tree
            for names in used.values()
            for name, tree in names.items()
            if isinstance(tree, Var) or (often[name] > 1 and len(turns) > 1)
        }
        line = [self._piece(self._grids.operand(tree)) for name, tree in shared.items() if name not in self._drawn]
        drawn_turns = []
        following = [*list(turns.values())[1:], []]
        for (turn, steps), after in zip(turns.items(), following, strict=True):
            grids: dict[str, TensorGrid] = {}
            for name, tree in used[turn].items():
                if name not in shared:
                    grids[_free(f"[{base(tree)}]", grids)] = self._grids.operand(tree)
            grids |= {step.name: self._grids.result(step) for step in steps}
            self._drawn |= {grid.name for grid in grids.values()}
            drawn_turns.append(Turn(_turn_title(letters, turn), grids, _led_to(steps, grids), _carried(steps, after)))
        width = max(_NARROW, *(turn.width for turn in drawn_turns))
        return Band(self._typed_as(equations), tuple(_wrapped(line, width)), tuple(drawn_turns))


def _used(steps: Sequence[Step], own: Collection[str]) -> dict[str, Tree]:
    """Return the tensors that steps use, but for their own results, by how they are written."""
    trees = (tree for step in steps for tree in drawn(step.call or step.tree) if base(tree) not in own)
    return {written(tree): tree for tree in trees}


def _led_to(steps: Sequence[Step], grids: Mapping[str, TensorGrid]) -> set[str]:
    """Return the results of steps that use the grid above theirs."""
    uses = {step.name: {written(tree) for tree in drawn(step.call or step.tree)} for step in steps}
    above = zip(grids.values(), list(grids)[1:], strict=False)
    return {key for grid, key in above if grid.name in uses.get(key, ())}


def _carried(steps: Sequence[Step], after: Sequence[Step]) -> set[str]:
    """Return the results of a turn that the one after uses, by themselves or among others."""
    used = [tree for step in after for tree in drawn(step.call or step.tree)]
    among = {
        base(tree) for tree in used if isinstance(tree, Index) and any(isinstance(i, Span) for i in tree.items[:1])
    }
    names = {written(tree) for tree in used}
    return {step.name for step in steps if step.name in among or spelled(step.name, step.place) in names}


def _free(key: str, taken: Collection[str]) -> str:
    while key in taken:
        key += "'"
    return key


def _turn_title(letters: tuple[str, ...], turn: Place) -> str:
    if letters == ("",) or len(letters) != len(turn):
        return spelled("", turn) or str(list(turn))
    return ", ".join(f"{letter} = {value}" for letter, value in zip(letters, turn, strict=True))


def _function_of(tree: Tree, before: Step | None) -> str:
    """Return the function of nothing but the result of the step before that an equation is, or nothing."""
    if before is None or not isinstance(tree, Call) or len(tree.operands) != 1 or tree.function == "transpose":
        return ""
    alone = written(Index(Var(before.name), before.place) if before.place else Var(before.name))
    return tree.function if written(tree.operands[0]) == alone and written(tree).startswith(tree.function) else ""


def _signs(text: str) -> Iterator[Sign]:
    if text.strip():
        yield Sign(text.strip())


def _marked(tree: Tree, found: list[Tree]) -> Tree:
    """Return an equation in which the numbers of the tensors it uses stand in place of them."""
    if is_drawn(tree):
        found.append(tree)
        return Var(f"{_MARK}{len(found) - 1}{_MARK}")
    if isinstance(tree, Call):
        return replace(tree, operands=tuple(_marked(operand, found) for operand in tree.operands))
    if isinstance(tree, Index):
        return replace(tree, tensor=_marked(tree.tensor, found))
    return tree


def _wrapped(pieces: Sequence[Piece], width: int = WIDTH) -> Iterator[Line]:
    """Yield pieces in lines of at most so many columns; a sign stands before what it leads to."""
    line: list[Piece] = []
    waiting: list[Piece] = []
    for piece in pieces:
        waiting.append(piece)
        if isinstance(piece, TensorGrid):
            if line and width_of([*line, *waiting]) > width:
                yield tuple(line)
                line = []
            line, waiting = [*line, *waiting], []
    if line or waiting:
        yield (*line, *waiting)
