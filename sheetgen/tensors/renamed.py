"""Tensors that only give other names to elements of another, as a reshape, a transpose or a flatten does.

Such a tensor has no columns of its own. Where it is all that its elements lead to, the derivatives by them are those by
the elements as they are called; where they are used elsewhere too, those hold more.
"""

from __future__ import annotations

from collections import Counter

from sheetgen.algebra.expr import Var
from sheetgen.tensors.program import Step, Tensors
from sheetgen.tensors.tree import references


def all_that_is_used(tensors: Tensors) -> frozenset[str]:
    """Return the tensors that give other names to elements which lead to the loss through them alone."""
    steps = [step for step in tensors.steps if step.table != "metrics"]
    users = Counter(name for step in steps for name in _used(step))
    other_steps = Counter(step.name for step in steps)
    only_names: dict[str, bool] = dict.fromkeys(tensors.given, True)
    found = set()
    for step in steps:
        renames = _renames(step) and other_steps[step.name] == 1
        alone = all(users[name] == 1 and only_names.get(name, False) for name in _used(step))
        told = (alone and renames) or None not in step.labels
        only_names[step.name] = only_names.get(step.name, True) and told
        if renames and alone:
            found.add(step.name)
    return frozenset(found)


def _used(step: Step) -> set[str]:
    return {name for name, _ in references(step.tree)}


def _renames(step: Step) -> bool:
    """Whether an equation gives other names, and to each element one."""
    called = [element.name for element in step.elements if isinstance(element, Var)]
    return set(step.labels) == {None} and len(called) == len(step.elements) == len(set(called))
