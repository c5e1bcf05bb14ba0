"""Packages that some programs repair and others refuse: content types, styles and parts that are cut off or absent."""

from __future__ import annotations

import random
import re

from counterfeit.archive import RELATIONS
from counterfeit.rows import Kind
from counterfeit.workbook import CONTENT_TYPES, STYLES, TYPES, WORKBOOK, AbsentError, Workbook


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


def format_twice(book: Workbook, rng: random.Random) -> None:
    """Define a number format again, before the genuine one."""
    again = r'<numFmt numFmtId="\2" formatCode="&quot;0.123&quot;"/>'
    book.change(STYLES, r'(<numFmts[^>]*>)(?=<numFmt [^>]*numFmtId="([0-9]+)")', rf"\1{again}")


def styles_twice(book: Workbook, rng: random.Random) -> None:
    """Give the formats of cells twice, the others as dates."""
    book.change(
        STYLES, "<cellXfs.*?</cellXfs>", lambda found: found[0] + re.sub('numFmtId="[0-9]+"', 'numFmtId="14"', found[0])
    )


def styles_as_a_choice(book: Workbook, rng: random.Random) -> None:
    """Give the formats of cells as the choice that is always taken, and again for those who know of no choices."""
    space = "http://schemas.openxmlformats.org/markup-compatibility/2006"
    open_, close = f'<mc:AlternateContent xmlns:mc="{space}"><mc:Fallback>', "</mc:Fallback></mc:AlternateContent>"
    book.change(
        STYLES,
        "<cellXfs.*?</cellXfs>",
        lambda found: open_ + re.sub('numFmtId="[0-9]+"', 'numFmtId="14"', found[0]) + close + found[0],
    )


KINDS: dict[str, Kind] = {
    "a number format twice": format_twice,
    "the formats of cells twice": styles_twice,
    "the formats of cells as a choice": styles_as_a_choice,
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
