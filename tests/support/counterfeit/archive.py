"""Archives that programs read differently: entries, relations and types that contradict each other, or are damaged."""

from __future__ import annotations

import random
import re
from collections.abc import Callable

from counterfeit.rows import Kind
from counterfeit.sheet_xml import MC, forged, rows_of
from counterfeit.workbook import CONTENT_TYPES, LINKS, STYLES, TYPES, WORKBOOK, AbsentError, Workbook, rels_of

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


def without_types(book: Workbook, rng: random.Random) -> None:
    book.remove(CONTENT_TYPES)


def without_a_type(book: Workbook, rng: random.Random) -> None:
    book.change(CONTENT_TYPES, rf'<Override [^>]*PartName="/{re.escape(rng.choice(book.training))}"[^>]*>', "")


def cut_types(book: Workbook, rng: random.Random) -> None:
    text = book.text(CONTENT_TYPES)
    book.put(CONTENT_TYPES, text[: len(text) // 2])


def retyped(part: str | None, content_type: str) -> Kind:
    """Say that a part, a training sheet where none is named, is of another type."""

    def kind(book: Workbook, rng: random.Random) -> None:
        name = re.escape(part or rng.choice(book.training))
        book.change(CONTENT_TYPES, rf'(PartName="/{name}" ContentType=)"[^"]*"', rf'\g<1>"{content_type}"')

    return kind


def typed_twice(book: Workbook, rng: random.Random) -> None:
    """Give a sheet's part two types."""
    book.declare(rng.choice(book.training), f"{TYPES}.chartsheet+xml")


def cut(part: str) -> Kind:
    def kind(book: Workbook, rng: random.Random) -> None:
        content = book.content(part)
        book.put(part, content[: int(len(content) * rng.uniform(0.3, 0.7))])

    return kind


def removed(kind_of_part: str) -> Kind:
    """Leave out a part that others are related to."""

    def kind(book: Workbook, rng: random.Random) -> None:
        names = [name for name, _ in book.entries if re.search(kind_of_part, name)]
        if not names:
            raise AbsentError(kind_of_part)
        book.remove(rng.choice(names))

    return kind


def style_out_of_range(index: str) -> Kind:
    def kind(book: Workbook, rng: random.Random) -> None:
        cell = book.pick_anywhere(rng, lambda cell: ' s="' in cell.xml and cell.is_number)
        book.replace(cell, re.sub(' s="[0-9]+"', f' s="{index}"', cell.xml, count=1))

    return kind


def no_styles(book: Workbook, rng: random.Random) -> None:
    """Leave out the styles and their relation: every number shows as General."""
    book.remove(STYLES)
    book.change(RELATIONS, '<Relationship [^>]*Target="[^"]*styles.xml"[^>]*>', "")
    book.change(CONTENT_TYPES, '<Override [^>]*PartName="/xl/styles.xml"[^>]*>', "")


_ALTERNATE = f'<mc:AlternateContent xmlns:mc="{MC}" xmlns:q="urn:q" xmlns:v="urn:schemas-microsoft-com:office:excel">'

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
    "no content types": without_types,
    "content types cut off": cut_types,
    "no content type of a sheet": without_a_type,
    "two content types of a sheet": typed_twice,
    "a sheet's content type another": retyped(None, f"{TYPES}.chartsheet+xml"),
    "a sheet's content type that of a dialog": retyped(None, f"{TYPES}.dialogsheet+xml"),
    "a sheet's content type plain XML": retyped(None, "application/xml"),
    "the workbook's content type another": retyped(WORKBOOK, "application/xml"),
    "the workbook's content type that of macros": retyped(
        WORKBOOK, "application/vnd.ms-excel.sheet.macroEnabled.main+xml"
    ),
    "the workbook's content type that of a template": retyped(WORKBOOK, f"{TYPES}.template.main+xml"),
    "styles cut off": cut(STYLES),
    "styles absent": removed(r"^xl/styles\.xml$"),
    "styles neither there nor related": no_styles,
    "a style out of range": style_out_of_range("99999"),
    "a style below 0": style_out_of_range("-1"),
    "a theme absent": removed(r"^xl/theme/"),
    "a chart absent": removed(r"^xl/charts/chart"),
    "a drawing absent": removed(r"^xl/drawings/drawing"),
    "a chart cut off": lambda book, rng: cut(next(n for n, _ in book.entries if "/charts/chart" in n))(book, rng),
    "a theme cut off": lambda book, rng: cut(next(n for n, _ in book.entries if "/theme/" in n))(book, rng),
}
