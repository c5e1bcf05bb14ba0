"""The colours of a training sheet's sections, and what has them: bands, labels, equations."""

from __future__ import annotations

from dataclasses import replace

from sheetgen.network.graph import Section
from sheetgen.page import style
from sheetgen.page.block import Block
from sheetgen.page.page import Content, Page
from sheetgen.page.style import Style
from sheetgen.sheets.layout import EQUATION_ROW, LABEL_ROW

SECTION_COLOURS = {
    Section.STEP: ("475467", "EAECF0"),
    Section.DATA: ("475467", "EAECF0"),
    Section.WEIGHTS: ("175CD3", "D9E8FD"),
    Section.STATE: ("5B5BD6", "E6E7FB"),
    Section.BATCH: ("026AA2", "DCF0FB"),
    Section.FORWARD: ("067647", "D3F3E0"),
    Section.LOSS: ("B54708", "FDEBC8"),
    Section.BACKWARD: ("6941C6", "E9DDFC"),
    Section.GRADIENTS: ("C01048", "FDDDE8"),
    Section.ABOVE: ("9F1AB1", "F6E1FA"),
    Section.METRICS: ("0E7090", "CFF1F9"),
    Section.MEANS: ("344054", "E4E7EC"),
    Section.OPTIMIZER: ("854A0E", "FBEFC4"),
}
"""For each section the colour of its band and the tint of its labels."""


def band_style(section: Section) -> Style:
    """Return the style of a section's band."""
    return Style(colour=style.WHITE, bold=True, fill=SECTION_COLOURS[section][0])


def label_style(section: Section) -> Style:
    """Return the style of a quantity's label."""
    return replace(style.LABEL, fill=SECTION_COLOURS[section][1])


def equation_style(section: Section) -> Style:
    """Return the style of the equation under a label."""
    return Style(size=10, fill=SECTION_COLOURS[section][1], border="D0D5DD", align="center", wrap=True, top=True)


def put_label(
    page: Page, table: Block, column: str, section: Section, label: Content, equation: Content = None
) -> None:
    """Put what a column of a table is called, in the colours of its section, and below that its equation."""
    page.put(table.cell(column, LABEL_ROW), label, label_style(section))
    page.put(table.cell(column, EQUATION_ROW), equation, equation_style(section))
