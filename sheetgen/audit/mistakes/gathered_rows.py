"""A sum over the rows of a batch that adds up each time the derivative of another row than its own."""

from __future__ import annotations

from sheetgen.audit.equations import place_of
from sheetgen.audit.mistakes.edits import Desk
from sheetgen.audit.mistakes.trees import NEW, Swap, corner
from sheetgen.audit.syntax import Reference


def derivative_of_another_row(desk: Desk) -> Swap | None:
    """Return the swap of another row's derivative for that of the formula's own row, None where it has its own.

    Such a sum gathers the wrong rows, so that its exact value cannot be told from the formula.
    """
    claim, claims = desk.roles.claim, desk.roles.context.structure.claims_at
    if not claim.summed or claim.by in claim.summed:
        return None
    for node in desk.formula.nodes:
        name = desk.cell(node)
        if name is None or not isinstance(node, Reference):
            continue
        place = place_of(name)
        own = place._replace(row=claim.cell.row)
        about = claims.get(place)
        elsewhere = own != place and place.column != claim.cell.column
        if about is not None and not about.summed and elsewhere and own in claims:
            first = corner(own.row, own.column, node.first)
            return Swap(node, node._replace(start=NEW, end=NEW, first=first, last=first))
    return None
