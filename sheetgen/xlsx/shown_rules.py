"""The conditional formats of a sheet, as its part says, in the order in which they decide."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from xml.etree import ElementTree

from sheetgen.xlsx.cells import MAIN
from sheetgen.xlsx.differential_look import DifferentialLook
from sheetgen.xlsx.formulas import plainly
from sheetgen.xlsx.plain_xml import ON, entry_at, integer


@dataclass(frozen=True)
class ShownRule:
    """A conditional format: its cells, what it asks of them, how it makes them look, whether it ends the asking.

    The stops of a colour scale, and then its colours, stand among the formulas.
    """

    cells: tuple[str, ...]
    kind: str
    operator: str
    formulas: tuple[str, ...]
    look: DifferentialLook
    stops: bool = False


def rules_of(root: ElementTree.Element, looks: Sequence[DifferentialLook]) -> list[ShownRule]:
    """Return the conditional formats of a sheet, the first to be asked first; ``looks`` are those of the file."""
    return [rule for _, rule in sorted(_rules(root, looks), key=lambda found: found[0])]


def _rules(root: ElementTree.Element, looks: Sequence[DifferentialLook]) -> Iterator[tuple[float, ShownRule]]:
    for group in root.iterfind(f"{MAIN}conditionalFormatting"):
        cells = tuple(group.get("sqref", "").split())
        for rule in group.iterfind(f"{MAIN}cfRule"):
            priority = integer(rule.get("priority", ""))
            look = entry_at(looks, rule.get("dxfId", "")) or DifferentialLook()
            formulas = [formula.text or "" for formula in rule.iterfind(f"{MAIN}formula")]
            formulas += map(stop_of_a_scale, (dict(stop.attrib) for stop in rule.iter(f"{MAIN}cfvo")))
            formulas += [
                f"#{colour.get('rgb', '')[-6:].upper()}" for colour in rule.iterfind(f"{MAIN}colorScale/{MAIN}color")
            ]
            kind, operator = rule.get("type", ""), rule.get("operator", "")
            kind += " of a pivot table" * (group.get("pivot") in ON)
            shown = ShownRule(cells, kind, operator, tuple(formulas), look, rule.get("stopIfTrue") in ON)
            yield math.inf if priority is None else priority, shown


def stop_of_a_scale(stop: dict[str, str]) -> str:
    """Return where a scale of colours stops, given its attributes: of what kind, and at what value where it has one."""
    kind = stop.get("type", "")
    return kind if kind in ("min", "max") else f"{kind} {plainly(stop.get('val', ''))}"
