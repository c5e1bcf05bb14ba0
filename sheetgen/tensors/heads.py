"""What stands before the equals sign of an equation over tensors: ``Z``, ``h[0]``, or ``h[t] for t in 1..3``."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from math import prod

from sheetgen.tensors.labels import Place
from sheetgen.tensors.parse import parse_index

_HEAD = re.compile(r"\s*(?P<name>[^\W\d]\w*′*)\s*(?:\[(?P<place>[^\]]*)\])?\s*(?P<loops>for\b.*)?$")
_LOOP = re.compile(r"for\s+(?P<letter>[^\W\d]\w*)\s+in\s+(?P<first>[0-9]+)\s*\.\.\s*(?P<last>[0-9]+)\s*")
_FORM = "write it as Z, h[0], or h[t] for t in 1..3"
MOST_TURNS = 10_000
"""The most turns of a loop, and of all loops of one equation inside one another."""


@dataclass(frozen=True)
class Head:
    """A name and the place of a part of it, () for the whole, with what the letters of its loops stand for."""

    name: str
    place: Place
    loop: Mapping[str, int]


def heads(key: str) -> Iterator[Head]:
    """Yield what the key of an equation stands for, loop by loop, both ends included.

    Raises SyntaxError for a key of another form.
    """
    match = _HEAD.match(key)
    if match is None:
        raise SyntaxError(f"{key!r} is no name of a tensor; {_FORM}")
    name, place, loops = match["name"], match["place"], match["loops"] or ""
    letters, ranges = [], []
    while loops:
        loop = _LOOP.match(loops)
        if loop is None:
            raise SyntaxError(f"{loops!r} is no loop; {_FORM}")
        first, last = int(loop["first"]), int(loop["last"])
        if last < first or last - first >= MOST_TURNS:
            problem = f"the loop goes from {first} to {last}"
            raise SyntaxError(f"{problem}; it must go up, in at most {MOST_TURNS:,} turns")
        letters.append(loop["letter"])
        ranges.append(range(first, last + 1))
        loops = loops[loop.end() :]
    if (turns := prod(map(len, ranges))) > MOST_TURNS:
        raise SyntaxError(f"its loops go {turns:,} turns; they may go {MOST_TURNS:,}")
    if ranges and place is None:
        raise SyntaxError(f"{key!r} gives every turn of its loop the same name; {_FORM}")
    for turn in product(*ranges):
        loop_of = dict(zip(letters, turn, strict=True))
        yield Head(name, () if place is None else _place(key, place, loop_of), loop_of)


def _place(key: str, text: str, loop: Mapping[str, int]) -> Place:
    items = parse_index(text, loop)
    places = tuple(item for item in items if isinstance(item, int) and item >= 0)
    if len(places) != len(items):
        raise SyntaxError(f"{key!r} is no single part of a tensor; {_FORM}")
    return places
