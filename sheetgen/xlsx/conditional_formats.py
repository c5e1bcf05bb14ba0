"""The conditional formats of a page as openpyxl's writer takes them, without its parsing of the cells.

A sheet's small numbers alone stand in hundreds of cells; to parse their lists took a quarter of a shell's time.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from openpyxl.formatting.rule import Rule
from openpyxl.xml.functions import Element

from sheetgen.page.marks import all_rules
from sheetgen.page.page import Page


@dataclass
class ConditionalFormat:
    """Some cells, and the rules of which the first that applies to a cell decides."""

    cells: str
    rules: list[Rule] = field(default_factory=list)

    def to_tree(self) -> Element:
        """Return the element, as openpyxl's writer asks for it when it has numbered the looks of the rules."""
        element = Element("conditionalFormatting", sqref=self.cells)
        element.extend([rule.to_tree() for rule in self.rules])
        return element


def conditional_formats(page: Page) -> list[ConditionalFormat]:
    """Return the conditional formats of a page; their order is that of the rules."""
    formats: dict[str, ConditionalFormat] = {}
    for priority, (cells, rule) in enumerate(all_rules(page), start=1):
        rule.priority = priority
        formats.setdefault(cells, ConditionalFormat(cells)).rules.append(rule)
    return list(formats.values())
