"""One finding a cause, where a gradient is wrong because its column breaks its pattern."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sheetgen.audit.book import Place
from sheetgen.audit.finding import Finding, Weight
from sheetgen.audit.mistakes.mistake import UNEXPLAINED

_EXPLAINING = frozenset({"reference-should-follow", "reference-should-stay", "typed-number"})
_BREAKING = "broken-pattern"


def merged(mathematical: Sequence[Finding], beside: Sequence[Finding]) -> list[Finding]:
    """Return the findings on derivatives and updates, then the others, those left out that repeat another.

    A $ too many, one too few or a number in place of a formula says more than the mistake that it looks like. A broken
    pattern says less than a mistake that has a name.
    """
    wrong = [finding for finding in beside if finding.weight == Weight.WRONG]
    causes = {place: one for one in wrong if one.kind in _EXPLAINING for place in _places(one)}
    breaks = {place: one for one in wrong if one.kind == _BREAKING for place in _places(one)}
    kept: list[Finding] = []
    repeated: set[int] = set()
    for finding in mathematical:
        if (cause := causes.get(finding.first)) is not None:
            follow = finding.cells - len(_places(finding) & _places(cause))
            beside = [replace(one, follow=one.follow + follow) if one is cause else one for one in beside]
            continue
        other = breaks.get(finding.first)
        if other is not None and finding.kind == UNEXPLAINED:
            continue
        if other is not None:
            repeated.add(id(other))
        kept.append(finding)
    return [*kept, *(finding for finding in beside if id(finding) not in repeated)]


def _places(finding: Finding) -> set[Place]:
    return {place for area in finding.areas for place in area.places()}
