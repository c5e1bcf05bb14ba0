"""Units of one layer side by side: the cells of one, each with the cell that is to another unit what it is to it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sheetgen.audit.equations import cell_name, place_of
from sheetgen.audit.mistakes.roles import Roles

_MOST = 40
"""The pairs of units up to which all are tried."""


def counterparts(roles: Roles, names: Sequence[str]) -> Iterator[dict[str, str]]:
    """Yield what stands for the cells of a unit in another unit: its pre-activation, its weights, its target, …

    ``names`` are the cells of a term; the units that are among them are replaced.
    """
    graph = roles.context.graph
    users: dict[str, list[str]] = {}
    for name in roles.near:
        for other in graph.uses.get(name, ()) if name not in graph.ends else ():
            users.setdefault(other, []).append(name)
    units = [name for name in roles.near if name in roles.activations]
    tried = 0
    for unit in units:
        if unit not in names and roles.activations[unit].cell not in names:
            continue
        for other in units:
            if other != unit and tried < _MOST:
                tried += 1
                yield _paired(roles, unit, other, users)


def _paired(roles: Roles, unit: str, other: str, users: dict[str, list[str]]) -> dict[str, str]:
    graph = roles.context.graph
    found: dict[str, str] = {unit: other}
    ahead = [(unit, other)]
    for first, second in ahead:
        pairs: list[tuple[str, str]] = []
        own, theirs = graph.uses.get(first, ()), graph.uses.get(second, ())
        if len(own) == len(theirs) and first not in graph.ends and first in roles.way:
            pairs += zip(own, theirs, strict=True)
        above = [name for name in users.get(first, ()) if second not in graph.uses.get(name, ())]
        beyond = [name for name in users.get(second, ()) if first not in graph.uses.get(name, ())]
        if len(above) == len(beyond):
            pairs += zip(above, beyond, strict=True)
        for one, two in pairs:
            if one != two and one not in found and len(found) < 200:
                found[one] = two
                ahead.append((one, two))
    claims = {name: (claim.by, claim.of) for name, claim in roles.gradients.items()}
    by = {about: name for name, about in claims.items()}
    for name, (about, of) in claims.items():
        partner = found.get(cell_name(about))
        if partner and (place_of(partner), of) in by:
            found.setdefault(name, by[place_of(partner), of])
    return found
