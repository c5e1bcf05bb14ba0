"""Two formulas side by side: which pieces of each the other does not have."""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from itertools import takewhile

_TOKEN = re.compile(
    r"""'(?:[^']|'')*'![$A-Z0-9:]+|"(?:[^"]|"")*"|[^\W\d][\w.]*!?[$]?\w*|[$]?[A-Z]{1,3}[$]?\d+|\d+(?:\.\d+)?|\s+|."""
)
"""A reference, a text, a name, a number, or a single character."""

_MOST = 40_000
"""The product of the numbers of tokens up to which two stretches are matched: that takes the cube of their length."""

_Run = tuple[list[str], bool]
Piece = tuple[str, bool]
"""A piece of a formula, and whether it differs."""


def differing(first: str, second: str) -> tuple[list[Piece], list[Piece]]:
    """Return the pieces of two formulas, each with whether it differs."""
    ours, others = _TOKEN.findall(first), _TOKEN.findall(second)
    same = list(takewhile(lambda pair: pair[0] == pair[1], zip(ours, others, strict=False)))
    begin = len(same)
    behind = takewhile(
        lambda pair: pair[0] == pair[1], zip(reversed(ours[begin:]), reversed(others[begin:]), strict=False)
    )
    end = sum(1 for _ in behind)
    tail = ours[len(ours) - end :]
    middle = _matched(ours[begin : len(ours) - end], others[begin : len(others) - end])
    return tuple(_joined([(ours[:begin], False), *pieces, (tail, False)]) for pieces in middle)  # type: ignore[return-value]


def _matched(ours: list[str], others: list[str]) -> tuple[list[_Run], list[_Run]]:
    """Return the runs of two lists of tokens, each with whether it differs; of very long ones all does."""
    if len(ours) * len(others) > _MOST:
        return [(ours, True)], [(others, True)]
    runs: tuple[list[_Run], list[_Run]] = ([], [])
    for what, start, end, other_start, other_end in SequenceMatcher(None, ours, others, autojunk=False).get_opcodes():
        runs[0].append((ours[start:end], what != "equal"))
        runs[1].append((others[other_start:other_end], what != "equal"))
    return runs


def _joined(runs: list[_Run]) -> list[Piece]:
    return [("".join(tokens), differs) for tokens, differs in runs if tokens]
