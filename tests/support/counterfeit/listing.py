"""Lists of sheets that programs read differently: a sheet twice, two of one name, two lists."""

from __future__ import annotations

import random
import re
from collections.abc import Callable

from counterfeit.archive import forgery
from counterfeit.rows import Kind
from counterfeit.sheet_xml import MC
from counterfeit.workbook import TYPES, WORKBOOK, AbsentError, Workbook


def _listing(book: Workbook, rng: random.Random) -> re.Match[str]:
    name = rng.choice([name for name, part in book.sheets.items() if part in book.training])
    found = re.search(rf'<sheet [^>]*name="{re.escape(name)}"[^>]*>', book.text(WORKBOOK))
    if found is None:
        raise AbsentError(name)
    return found


def listed_twice(book: Workbook, rng: random.Random) -> None:
    """List a sheet twice, with one part."""
    listed = _listing(book, rng)[0]
    again = re.sub('sheetId="[^"]*"', 'sheetId="900"', re.sub('name="[^"]*"', 'name="Copy"', listed))
    book.change(WORKBOOK, re.escape(listed), lambda found: found[0] + again)


def listed_alike(spelled: Callable[[str], str]) -> Kind:
    """List a forged sheet under the name of a genuine one, in capitals or as it is."""

    def kind(book: Workbook, rng: random.Random) -> None:
        part = rng.choice(book.training)
        name = next(name for name, other in book.sheets.items() if other == part)
        book.add("xl/worksheets/forged.xml", forgery(book, part, rng))
        book.declare("xl/worksheets/forged.xml", f"{TYPES}.worksheet+xml")
        key = book.relate(WORKBOOK, "worksheet", "/xl/worksheets/forged.xml")
        book.list_sheet(spelled(name), key, first=rng.random() < 0.5)

    return kind


def sheets(form: str) -> Kind:
    """Write the list of sheets anew: G as it is, F with one sheet of another content."""

    def kind(book: Workbook, rng: random.Random) -> None:
        part = rng.choice(book.training)
        book.add("xl/worksheets/forged.xml", forgery(book, part, rng))
        book.declare("xl/worksheets/forged.xml", f"{TYPES}.worksheet+xml")
        name = next(name for name, other in book.sheets.items() if other == part)
        key = book.relate(WORKBOOK, "worksheet", "/xl/worksheets/forged.xml")
        found = re.search("<sheets>.*?</sheets>", book.text(WORKBOOK), re.DOTALL)
        if found is None:
            raise AbsentError("sheets")
        other = re.sub(rf'(<sheet [^>]*name="{re.escape(name)}"[^>]*r:id=)"[^"]*"', rf'\g<1>"{key}"', found[0])
        book.change(WORKBOOK, re.escape(found[0]), lambda _: form.replace("GENUINE", found[0]).replace("FORGED", other))

    return kind


_ALTERNATE = f'<mc:AlternateContent xmlns:mc="{MC}" xmlns:q="urn:q" xmlns:v="urn:schemas-microsoft-com:office:excel">'

KINDS: dict[str, Kind] = {
    "a sheet listed twice": listed_twice,
    "two sheets of one name": listed_alike(str),
    "two sheets of one name in capitals": listed_alike(str.swapcase),
    "two lists of sheets, the genuine first": sheets("GENUINEFORGED"),
    "two lists of sheets, the genuine last": sheets("FORGEDGENUINE"),
    "the forged list of sheets as the choice always taken": sheets(
        f'{_ALTERNATE}<mc:Choice Requires="v">FORGED</mc:Choice></mc:AlternateContent>GENUINE'
    ),
    "the genuine list of sheets as a choice never taken": sheets(
        f'{_ALTERNATE}<mc:Choice Requires="q">GENUINE</mc:Choice><mc:Fallback>FORGED</mc:Fallback>'
        "</mc:AlternateContent>"
    ),
}
