"""Loops over the same turns that stand beside each other in a template: each that goes on from itself is one."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from sheetgen.tensors.operands import base, drawn
from sheetgen.tensors.program import Step

Equation = Sequence[Step]
"""The steps of an equation, its result the last."""


def apart(equations: Sequence[Equation]) -> list[list[Equation]]:
    """Return equations of loops with the same letters, those of each loop together, in the order of what is first.

    A loop is what goes on from its own turn before, and what is computed from it alone. What is computed from several,
    as from the states of a network that reads both ways, is for itself.
    """
    behind = _behind(equations)
    circles = (frozenset(other for other in names if name in behind[other]) for name, names in behind.items())
    loops = {circle for circle in circles if circle}
    if len(loops) < 2:
        return [list(equations)]
    found: dict[frozenset[str], list[Equation]] = {}
    for equation in equations:
        found.setdefault(_of(equation[-1].name, loops, behind), []).append(equation)
    return list(found.values())


def _of(name: str, loops: Iterable[frozenset[str]], behind: Mapping[str, Collection[str]]) -> frozenset[str]:
    """Return the loop to which a result belongs: its own, or the last that it uses, or else the first that uses it.

    It is one for itself where loops that know nothing of each other come into question.
    """
    used = [loop for loop in loops if name in loop or loop.intersection(behind[name])]
    using = [loop for loop in loops if any(name in behind[other] for other in loop)]
    before = {loop: {other for other in loops if any(other & set(behind[one]) for one in loop)} for loop in loops}
    last = (loop for loop in used if before[loop].issuperset(used))
    first = (loop for loop in using if all(loop in before[other] for other in using))
    return next(last if used else first, frozenset({name}))


def _behind(equations: Iterable[Equation]) -> dict[str, set[str]]:
    """Return the results that each depends on, whatever the turn; itself, where it goes on from its own turn before."""
    result_of = {step.name: equation[-1].name for equation in equations for step in equation}
    found: dict[str, set[str]] = {name: set() for name in result_of.values()}
    for equation in equations:
        own = {step.name for step in equation[:-1]}
        used = {base(tree) for step in equation for tree in drawn(step.call or step.tree)} - own
        found[equation[-1].name] |= {result_of[name] for name in used if name in result_of}
    for _ in found:
        for names in found.values():
            names |= {farther for name in list(names) for farther in found[name]}
    return found
