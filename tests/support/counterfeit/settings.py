"""Settings of the workbook that change the numbers a person sees."""

from __future__ import annotations

import random

from counterfeit.rows import Kind
from counterfeit.sheet_xml import MC
from counterfeit.workbook import WORKBOOK, Workbook


def calculation(attributes: str) -> Kind:
    """Add attributes to the workbook's calculation settings."""
    return lambda book, rng: book.change(WORKBOOK, "<calcPr ", f"<calcPr {attributes} ")


def instead(form: str) -> Kind:
    """Write the calculation settings anew: C stands for them as they are, P for others that round to what is shown."""

    def kind(book: Workbook, rng: random.Random) -> None:
        rounded = '<calcPr calcId="191029" fullPrecision="0"/>'
        book.change(WORKBOOK, "<calcPr [^>]*/>", lambda found: form.replace("C", found[0]).replace("P!", rounded))

    return kind


def dates(value: str) -> Kind:
    return lambda book, rng: book.change(WORKBOOK, "<workbookPr", f'<workbookPr date1904="{value}"')


_CHOICE = f'<mc:AlternateContent xmlns:mc="{MC}" xmlns:q="urn:q"><mc:Choice Requires="q">'

KINDS: dict[str, Kind] = {
    **{
        f"precision as displayed, written {value!r}": calculation(f'fullPrecision="{value}"')
        for value in ("0", "false", "off", " 0", "0 ", "FALSE", "False", "f", "00", "+0")
    },
    "precision as displayed in second settings": instead("CP!"),
    "precision as displayed in first settings": instead("P!C"),
    "precision as displayed as the choice always taken": instead(
        f'<mc:AlternateContent xmlns:mc="{MC}" xmlns:v="urn:schemas-microsoft-com:office:excel">'
        '<mc:Choice Requires="v">P!</mc:Choice></mc:AlternateContent>'
    ),
    "precision as displayed as a fallback": instead(
        f"{_CHOICE}C</mc:Choice><mc:Fallback>P!</mc:Fallback></mc:AlternateContent>"
    ),
    **{
        f"calculation mode {value!r}": calculation(f'calcMode="{value}"')
        for value in ("Manual", " manual", "MANUAL", "semi", "never")
    },
    "iterative calculation": calculation('iterate="1" iterateCount="1"'),
    "iterative calculation, written 'true'": calculation('iterate="true"'),
    "no tabs": lambda book, rng: book.change(WORKBOOK, 'showSheetTabs="1"', 'showSheetTabs="0"'),
    "dates from 1904": dates("1"),
    "dates from 1904, written 'true'": dates("true"),
}
