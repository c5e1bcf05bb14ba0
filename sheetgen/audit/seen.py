"""What was found in a workbook, in sentences for a person."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from sheetgen.audit.block_claims import Matrices
from sheetgen.audit.claims import Claim
from sheetgen.audit.grid import Grid
from sheetgen.audit.steps import Steps

_MOST = 6
"""So many labels are named before the rest is only counted."""


def sentences(steps: Sequence[Steps], matrices: Matrices, grids: Sequence[Grid]) -> Iterator[str]:
    """Yield what was found, table by table and sheet by sheet, and what was left out and why."""
    for found in steps:
        yield _of_table(found)
        if found.meeting:
            yield (
                f"rows of a batch meet there in {_listed(found.meeting)}, so a derivative is one of the losses of all"
                " rows of its batch together"
            )
    yield from _of_blocks(matrices)
    labels = [*(label for found in steps for label in found.unmatched), *(b.meant.text for b in matrices.unmatched)]
    if labels:
        yield f"left out, since what each is the derivative of or by was not found: {_listed(labels)}"
    if not steps and not matrices.claims:
        where = ", ".join(grid.sheet for grid in grids)
        yield f"looked for tables with a row a step and for named matrices on {where}, and found no gradient of a loss"


def _of_table(found: Steps) -> str:
    table = found.table
    lines, things = ("columns", "rows") if table.grid.across else ("rows", "columns")
    count = table.last - table.first + 1
    names = [table.columns[column].text for column in found.columns.parameters]
    gradients = len({claim.group for claim in found.claims})
    parameters = f"the parameters {_listed(names)}" if names else "no parameters"
    return (
        f"a table of {count} {lines} on {table.grid.sheet}, {lines} {table.first}–{table.last}, with {parameters}"
        f" and {gradients} {things} of derivatives"
    )


def _of_blocks(matrices: Matrices) -> Iterator[str]:
    groups: dict[str, dict[str, Claim]] = defaultdict(dict)
    for claim in matrices.claims:
        groups[claim.cell.sheet].setdefault(claim.group, claim)
    for sheet, claims in groups.items():
        labels = [claim.label for claim in claims.values()]
        unsure = sum(not claim.sure for claim in claims.values())
        doubt = f"; of {unsure} it is not certain by what they are derived" if unsure else ""
        yield f"{len(claims)} blocks of derivatives on {sheet}: {_listed(labels)}{doubt}"
    if matrices.claims:
        losses = dict.fromkeys(place for claim in matrices.claims for place in (claim.of, *claim.also))
        yield "they are derivatives of " + _listed(f"{place.sheet}!{place.address}" for place in losses)


def _listed(labels: Iterable[str]) -> str:
    each = list(dict.fromkeys(labels))
    more = f" and {len(each) - _MOST} more" if len(each) > _MOST else ""
    return ", ".join(each[:_MOST]) + more
