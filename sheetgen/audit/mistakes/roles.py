"""What the cells around a claim are: on the way from its quantity to the loss, or used by what is on the way."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from sheetgen.audit.book import Place
from sheetgen.audit.claims import Claim, Structure
from sheetgen.audit.equations import cell_name, place_of
from sheetgen.audit.mistakes.activations import Activation
from sheetgen.audit.mistakes.mistake import Context

_MOST_ON_WAY = 160
"""The cells on the way up to which all are looked at; beyond, those nearest to the claim's quantity."""


class Role(StrEnum):
    """What a cell is in the network, as a person says it."""

    WEIGHT = "weight"
    INPUT = "input"
    TARGET = "target"
    PRE_ACTIVATION = "pre-activation"
    ACTIVATION = "activation"
    GRADIENT = "derivative"
    RATE = "learning rate"
    OTHER = "quantity"


@dataclass(frozen=True)
class Roles:
    """The cells around a claim."""

    context: Context
    claim: Claim

    @cached_property
    def starts(self) -> tuple[str, ...]:
        """The cells by which the claim differentiates."""
        return tuple(cell_name(place) for place in self.claim.summed or (self.claim.by,))

    @cached_property
    def losses(self) -> tuple[str, ...]:
        """The cells whose sum is differentiated."""
        return tuple(map(cell_name, (self.claim.of, *self.claim.also)))

    @cached_property
    def way(self) -> tuple[str, ...]:
        """The cells from those of the claim's quantity to the loss, both included, nearest first."""
        graph = self.context.graph
        users: dict[str, list[str]] = {}
        seen, ahead = set(self.losses), list(self.losses)
        while ahead:
            name = ahead.pop()
            if name in graph.ends and name not in self.losses:
                continue
            for other in graph.uses.get(name, ()):
                users.setdefault(other, []).append(name)
                if other not in seen:
                    seen.add(other)
                    ahead.append(other)
        found = dict.fromkeys(self.starts)
        ahead = list(found)
        for name in ahead:
            for user in users.get(name, ()):
                if user not in found:
                    found[user] = None
                    ahead.append(user)
        return tuple(found)

    @cached_property
    def near(self) -> tuple[str, ...]:
        """The cells on the way that are looked at."""
        return self.way[:_MOST_ON_WAY]

    @cached_property
    def used(self) -> tuple[str, ...]:
        """The cells that those on the way refer to and that are not on the way themselves."""
        on_way, uses = set(self.way), self.context.graph.uses
        return tuple(dict.fromkeys(n for name in self.near[1:] for n in uses.get(name, ()) if n not in on_way))

    @cached_property
    def activations(self) -> dict[str, Activation]:
        """Each cell around the claim that is an activation."""
        found = ((name, self.context.activation(name)) for name in (*self.near, *self.used))
        return {name: activation for name, activation in found if activation is not None}

    @cached_property
    def activated(self) -> dict[str, str]:
        """Each pre-activation with its activation."""
        return {found.cell: name for name, found in self.activations.items() if found.cell is not None}

    @cached_property
    def gradients(self) -> dict[str, Claim]:
        """The cells that claim a derivative of the same loss, or of a part of it."""
        losses, claims = {self.claim.of, *self.claim.also}, self.context.structure.claims
        return {cell_name(claim.cell): claim for claim in claims if claim.of in losses}

    @cached_property
    def updated(self) -> dict[str, str]:
        """Each cell that holds a weight's next value, with the cell of its value before."""
        return {cell_name(update.new): cell_name(update.old) for update in self.context.structure.updates}

    @cached_property
    def _strides(self) -> frozenset[tuple[str, int, int]]:
        """By how many rows the parameters of a column are updated."""
        updates = self.context.structure.updates
        found = [(one.new.sheet, one.new.column, one.new.row - one.old.row) for one in updates]
        return frozenset(key for key, one in zip(found, updates, strict=True) if one.new.column == one.old.column)

    def is_next(self, name: str, weight: str) -> bool:
        """Whether a cell is where a weight's next value stands, or would, behind the last row."""
        there, here = place_of(name), place_of(weight)
        aligned = (there.sheet, there.column) == (here.sheet, here.column)
        stride = there.row - here.row
        return aligned and stride != 0 and (here.sheet, here.column, stride) in self._strides

    def in_other_row(self, name: str, other: str) -> bool:
        """Whether two cells of a table are one quantity, in different rows."""
        first, second = place_of(name), place_of(other)
        if first.row == second.row or (first.sheet, first.column) != (second.sheet, second.column):
            return False
        tables = (table for table in self.context.structure.tables if table.sheet == first.sheet)
        return any(first.column in table.labels and table.first <= second.row <= table.last for table in tables)

    @cached_property
    def _rates(self) -> frozenset[str]:
        return frozenset(cell_name(update.rate) for update in self.context.structure.updates if update.rate)

    @cached_property
    def _with_weights(self) -> frozenset[str]:
        """The cells in whose equations weights stand, with all that stands there."""
        graph = self.context.graph
        found: set[str] = set()
        for name in (*self.near, *self.starts):
            used = graph.uses.get(name, ())
            if name not in graph.ends and any(other in graph.ends for other in used):
                found.update(used)
        return frozenset(found)

    def role(self, name: str) -> Role:
        """Return what a cell is."""
        graph = self.context.graph
        if name in self._rates:
            return Role.RATE
        if name in graph.ends:
            return Role.WEIGHT
        if name in self.gradients:
            return Role.GRADIENT
        if name in self.activations:
            return Role.ACTIVATION
        if name in self.activated:
            return Role.PRE_ACTIVATION
        if name not in self.context.equations.exprs:
            return Role.INPUT if name in self._with_weights else Role.TARGET if name in self.used else Role.OTHER
        return Role.OTHER

    def candidates(self, places: Iterable[str]) -> list[str]:
        """Return the cells that a right formula may refer to, the likeliest first; ``places`` are those it has."""
        about = {cell_name(claim.by): name for name, claim in self.gradients.items()}
        gradients = [about[name] for name in self.near if name in about]
        names = list(places)
        beside = [name for one in names for name in self._rows_beside(one)]
        found = dict.fromkeys((*names, *self.near, *self.used[:_MOST_ON_WAY], *gradients, *beside))
        own = {cell_name(self.claim.cell)}
        return [name for name in found if name not in own]

    def _rows_beside(self, name: str) -> list[str]:
        """Return the derivatives of the rows around one that a formula takes."""
        place, claims = place_of(name), self.context.structure.claims_at
        rows = [place.moved(rows) for rows in (1, -1) if place.row + rows > 0] if place in claims else []
        return [cell_name(row) for row in rows if row in claims]

    def called(self, name: str) -> str:
        """Return how a sentence names a cell: its label and its address."""
        place = place_of(name)
        address = place.address if place.sheet == self.claim.cell.sheet else f"{place.sheet}!{place.address}"
        label = self.label(place)
        return f"{label} ({address})" if label else address

    def label(self, place: Place) -> str:
        """Return what the sheet calls a cell, "" where it does not."""
        return label_in(self.context.structure, place)


def label_in(structure: Structure, place: Place) -> str:
    """Return what a sheet calls a cell: the label of its column, or the name of its matrix and the place in it."""
    for table in structure.tables:
        if table.sheet == place.sheet and table.first <= place.row <= table.last and place.column in table.labels:
            return short(table.labels[place.column])
    for block in structure.blocks_at.get(place, ()):
        area = block.area
        if area.is_cell:
            return block.name
        return f"{block.name}[{place.row - area.top + 1}, {place.column - area.left + 1}]"
    claim = structure.claims_at.get(place)
    return "" if claim is None else claim.label


def short(label: str) -> str:
    """Return a label without the equation that it may carry."""
    first = label.split("=")[0].strip()
    return first or label.strip()
