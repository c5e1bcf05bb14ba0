"""Archives that programs read differently: entries and relations that contradict each other."""

from __future__ import annotations

import random
import re

from counterfeit.rows import Kind
from counterfeit.sheet_xml import forged, rows_of
from counterfeit.workbook import CONTENT_TYPES, LINKS, TYPES, WORKBOOK, Workbook, rels_of

RELATIONS = rels_of(WORKBOOK)


def forgery(book: Workbook, part: str, rng: random.Random) -> str:
    """Return a sheet's part with plain numbers, one of them another."""
    before, rows, after = rows_of(book.text(part))
    return f"{before}<sheetData>{forged(rows, rng)}</sheetData>{after}"


def entry_twice(*, genuine_first: bool) -> Kind:
    def kind(book: Workbook, rng: random.Random) -> None:
        part = rng.choice(book.training)
        book.add(part, forgery(book, part, rng), first=not genuine_first)

    return kind


def under(name: str, *, genuine_first: bool = True) -> Kind:
    """Add a forged sheet under another spelling of the name of its part: F its folder, N its name, n with a capital."""

    def kind(book: Workbook, rng: random.Random) -> None:
        part = rng.choice(book.training)
        folder, _, own = part.rpartition("/")
        spelled = name.replace("F", folder).replace("N", own).replace("n", own.capitalize())
        book.add(spelled.replace("B", folder.replace("/", "\\")), forgery(book, part, rng), first=not genuine_first)

    return kind


def backslash(book: Workbook, rng: random.Random) -> None:
    part = rng.choice(book.training)
    book.rename(part, part.replace("/", "\\"))


def moved(book: Workbook, rng: random.Random) -> None:
    """Put a sheet's part elsewhere, with changed numbers."""
    part, place = rng.choice(book.training), "xl/other/sheet.xml"
    book.put(part, forgery(book, part, rng))
    book.change(RELATIONS, rf'Target="/?(?:xl/)?{re.escape(part.removeprefix("xl/"))}"', f'Target="/{place}"')
    book.change(CONTENT_TYPES, rf'PartName="/{re.escape(part)}"', f'PartName="/{place}"')
    book.rename(part, place)


def foreign_elsewhere(book: Workbook, rng: random.Random) -> None:
    """Add a sheet of figures whose part lies where no worksheets lie."""
    book.add_sheet("Results", '<row r="1"><c r="A1"><v>0.125</v></c></row>', "xl/tables/made.xml", first=True)


def workbook_elsewhere(book: Workbook, rng: random.Random) -> None:
    """Put the workbook's part elsewhere, and leave a forged one where it lies by custom."""
    text, relations = book.text(WORKBOOK), book.text(RELATIONS)
    book.add("xl/book.xml", text)
    book.add(rels_of("xl/book.xml"), relations)
    book.change("_rels/.rels", r'Target="/?xl/workbook\.xml"', 'Target="xl/book.xml"')
    book.change(CONTENT_TYPES, 'PartName="/xl/workbook.xml"', 'PartName="/xl/book.xml"')
    book.change(WORKBOOK, r"(<sheet [^>]*?/>)(.*)(<sheet [^>]*?/>)(</sheets>)", r"\3\2\1\4")


def two_workbooks(*, genuine_first: bool) -> Kind:
    """Let the package name two workbooks, one of them with a forged sheet."""

    def kind(book: Workbook, rng: random.Random) -> None:
        part = rng.choice(book.training)
        relations = re.sub(
            rf'Target="[^"]*{re.escape(part.rpartition("/")[2])}"', 'Target="forged.xml"', book.text(RELATIONS)
        )
        book.add("xl/forged.xml", forgery(book, part, rng))
        book.declare("xl/forged.xml", f"{TYPES}.worksheet+xml")
        book.add("xl/book.xml", book.text(WORKBOOK))
        book.add(rels_of("xl/book.xml"), relations)
        book.declare("xl/book.xml", f"{TYPES}.sheet.main+xml")
        relation = f'<Relationship Id="rIdMade" Type="{LINKS}/officeDocument" Target="xl/book.xml"/>'
        if genuine_first:
            book.change("_rels/.rels", "</Relationships>", f"{relation}</Relationships>")
        else:
            book.change("_rels/.rels", "(<Relationships[^>]*>)", rf"\1{relation}")

    return kind


def relation_twice(*, genuine_first: bool) -> Kind:
    """Give two relations one id, the other to a forged sheet."""

    def kind(book: Workbook, rng: random.Random) -> None:
        part = rng.choice(book.training)
        book.add("xl/worksheets/forged.xml", forgery(book, part, rng))
        book.declare("xl/worksheets/forged.xml", f"{TYPES}.worksheet+xml")
        name = re.escape(part.rpartition("/")[2])

        def twice(found: re.Match[str]) -> str:
            other = re.sub('Target="[^"]*"', 'Target="worksheets/forged.xml"', found[0])
            return found[0] + other if genuine_first else other + found[0]

        book.change(RELATIONS, rf'<Relationship [^>]*Target="[^"]*{name}"[^>]*>', twice)

    return kind


def outside(book: Workbook, rng: random.Random) -> None:
    """Say that a sheet's part lies outside of the package."""
    name = re.escape(rng.choice(book.training).rpartition("/")[2])
    book.change(RELATIONS, rf'Target="[^"]*{name}"', r'TargetMode="External" \g<0>')


KINDS: dict[str, Kind] = {
    "an entry twice, the genuine first": entry_twice(genuine_first=True),
    "an entry twice, the genuine last": entry_twice(genuine_first=False),
    "an entry under a name with a capital": under("F/n"),
    "an entry under a name with a capital, before the genuine": under("F/n", genuine_first=False),
    "an entry under a name with backslashes": under("B\\N"),
    "an entry under a name with backslashes, before the genuine": under("B\\N", genuine_first=False),
    "an entry under a name that starts with a slash": under("/F/N"),
    "an entry under a name with a dot": under("./F/N"),
    "a sheet under a name with backslashes": backslash,
    "a changed sheet elsewhere": moved,
    "a foreign sheet elsewhere": foreign_elsewhere,
    "the workbook elsewhere, another in its place": workbook_elsewhere,
    "two workbooks, the genuine first": two_workbooks(genuine_first=True),
    "two workbooks, the genuine last": two_workbooks(genuine_first=False),
    "two relations of one id, the genuine first": relation_twice(genuine_first=True),
    "two relations of one id, the genuine last": relation_twice(genuine_first=False),
    "a sheet outside of the package": outside,
}
