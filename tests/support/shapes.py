"""Packages of many shapes: what other writers leave out of a workbook, name otherwise, number oddly or say twice."""

from __future__ import annotations

import re
from collections.abc import Callable

from packed import LINKS, MAIN, TYPES

Parts = dict[str, bytes]
Shape = Callable[[Parts], None]
"""Changes the parts of a workbook that openpyxl wrote."""

CONTENT_TYPES, BOOK, RELS, STYLES = (
    "[Content_Types].xml",
    "xl/workbook.xml",
    "xl/_rels/workbook.xml.rels",
    "xl/styles.xml",
)


def _edit(parts: Parts, name: str, pattern: str, replacement: str, count: int = 0) -> None:
    text, number = re.subn(pattern, replacement, parts[name].decode(), count=count, flags=re.DOTALL)
    assert number, f"{pattern} is not in {name}"
    parts[name] = text.encode()


def _lists_dropped(*names: str) -> Shape:
    def change(parts: Parts) -> None:
        for name in names:
            _edit(parts, STYLES, rf"<{name}\b[^>]*/>|<{name}\b.*?</{name}>", "")
        if "cellXfs" in names:
            _without(parts, "s")
        if "dxfs" in names:
            _without(parts, "dxfId")

    return change


def _without(parts: Parts, *numbers: str) -> None:
    """Take the numbers of formats out of the sheets."""
    for name in [name for name in parts if name.startswith("xl/worksheets/sheet")]:
        parts[name] = re.sub(rf' ({"|".join(numbers)})="\d+"', "", parts[name].decode()).encode()


def no_styles(parts: Parts) -> None:
    del parts[STYLES]
    _without(parts, "s", "dxfId")
    _edit(parts, CONTENT_TYPES, r'<Override PartName="/xl/styles.xml"[^>]*/>', "")
    _edit(parts, RELS, r'<Relationship [^>]*"styles.xml"[^>]*/>', "")


def styles_left_behind(parts: Parts) -> None:
    """The part alone is gone: its type and the relation to it are there."""
    del parts[STYLES]
    _without(parts, "s", "dxfId")


def styles_not_led_to(parts: Parts) -> None:
    _edit(parts, RELS, r'<Relationship [^>]*"styles.xml"[^>]*/>', "")


def colours(parts: Parts) -> None:
    """As LibreOffice and Excel write them: colours and extensions, and no differential formats."""
    _lists_dropped("dxfs")(parts)
    more = '<colors><mruColors><color rgb="FF112233"/></mruColors></colors><extLst/></styleSheet>'
    _edit(parts, STYLES, r"(<colors>.*</colors>)?</styleSheet>", more)


def wrong_counts(parts: Parts) -> None:
    _edit(parts, STYLES, r'count="\d+"', 'count="7"')


def book_elsewhere(parts: Parts) -> None:
    """The workbook part in a folder of its own, under another name."""
    _edit(parts, RELS, r'Target="(?!/)', 'Target="/xl/')
    for old, new in ((BOOK, "book/Mappe.xml"), (RELS, "book/_rels/Mappe.xml.rels")):
        parts[new] = parts.pop(old)
    _edit(parts, CONTENT_TYPES, "/xl/workbook.xml", "/book/Mappe.xml")
    _edit(parts, "_rels/.rels", '"/?xl/workbook.xml"', '"book/Mappe.xml"')


def no_book_views(parts: Parts) -> None:
    _edit(parts, BOOK, r"<bookViews>.*</bookViews>", "")


def no_defined_names(parts: Parts) -> None:
    _edit(parts, BOOK, r"<definedNames>.*</definedNames>", "")


def nothing_but_sheets(parts: Parts) -> None:
    _edit(parts, BOOK, r"(<workbook[^>]*>).*(<sheets>.*</sheets>).*", r"\1\2</workbook>")


def foreign_neighbours(parts: Parts) -> None:
    """What newer versions of Excel put between the children of the workbook part."""
    more = '<mc:AlternateContent xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"/>'
    _edit(parts, BOOK, r"(<bookViews>|<sheets>|<calcPr)", more + r"\1")


def chain(parts: Parts) -> None:
    parts["xl/calcChain.xml"] = f'<calcChain xmlns="{MAIN}"><c r="A2" i="1"/></calcChain>'.encode()
    _edit(
        parts,
        CONTENT_TYPES,
        "</Types>",
        rf'<Override PartName="/xl/calcChain.xml" ContentType="{TYPES}.calcChain+xml"/></Types>',
    )
    line = f'<Relationship Id="calc" Type="{LINKS}/calcChain" Target="calcChain.xml"/></Relationships>'
    _edit(parts, RELS, "</Relationships>", line)


def odd_numbers(parts: Parts) -> None:
    """Parts numbered with zeros, from large numbers, or without any."""
    names = {
        "drawing1": "drawing007",
        "drawing2": "drawing",
        "chart1": "chart0012",
        "chart2": "chart99",
        "sheet2": "sheet20",
    }
    for old, new in names.items():
        for name in list(parts):
            content = parts.pop(name)
            if name.endswith((".rels", CONTENT_TYPES)):
                content = content.replace(f"{old}.xml".encode(), f"{new}.xml".encode())
            parts[name.replace(f"/{old}.", f"/{new}.")] = content


def numbered_like_ours(parts: Parts) -> None:
    """Identifiers of relations that differ from ours in case only, and numbers of sheets with gaps."""
    for name in (BOOK, RELS):
        parts[name] = re.sub(rb'"rId(\d+)"', rb'"RID\1"', parts[name])
    _edit(parts, BOOK, 'sheetId="1"', 'sheetId="65534"')


def no_default(extension: str) -> Shape:
    return lambda parts: _edit(parts, CONTENT_TYPES, rf'<Default Extension="{extension}"[^>]*/>', "")


def default_is_a_sheet(parts: Parts) -> None:
    _edit(parts, CONTENT_TYPES, r'(Extension="xml" ContentType=)"[^"]*"', rf'\1"{TYPES}.worksheet+xml"')


def override_repeated(parts: Parts) -> None:
    _edit(parts, CONTENT_TYPES, r'(<Override PartName="/xl/workbook.xml"[^>]*/>)', r"\1\1")


def overrides_left_behind(parts: Parts) -> None:
    """Types of parts that are not there, under the names that ours would get."""
    left = f'<Override PartName="/xl/Worksheets/sheet3.xml" ContentType="{TYPES}.worksheet+xml"/></Types>'
    _edit(parts, CONTENT_TYPES, "</Types>", left)


def folders(parts: Parts) -> None:
    """Entries for the folders, as programs that pack files write them."""
    parts |= {"xl/": b"", "xl/worksheets/": b""}


def titles_listed(parts: Parts) -> None:
    vt = "http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes"
    listed = (
        f'<HeadingPairs><v:vector xmlns:v="{vt}" size="2" baseType="variant"><v:variant><v:lpstr>Worksheets</v:lpstr>'
        "</v:variant><v:variant><v:i4>2</v:i4></v:variant></v:vector></HeadingPairs><TitlesOfParts>"
        f'<v:vector xmlns:v="{vt}" size="2" baseType="lpstr"><v:lpstr>Data</v:lpstr><v:lpstr/></v:vector>'
        "</TitlesOfParts></Properties>"
    )
    _edit(parts, "docProps/app.xml", "</Properties>", listed)


SHAPES: dict[str, Shape] = {
    "no styles": no_styles,
    "a style sheet left out": styles_left_behind,
    "a style sheet that nothing leads to": styles_not_led_to,
    "no cell formats": _lists_dropped("cellXfs"),
    "no named styles": _lists_dropped("cellStyleXfs", "cellStyles"),
    "no lists after the borders": _lists_dropped("cellStyleXfs", "cellXfs", "cellStyles", "dxfs"),
    "colours and no differential formats": colours,
    "counts that are wrong": wrong_counts,
    "the workbook part elsewhere": book_elsewhere,
    "no book views": no_book_views,
    "no defined names": no_defined_names,
    "nothing but sheets": nothing_but_sheets,
    "neighbours of another namespace": foreign_neighbours,
    "a calculation chain": chain,
    "odd numbers of parts": odd_numbers,
    "numbers like ours": numbered_like_ours,
    "no type for relations": no_default("rels"),
    "no type for XML": no_default("xml"),
    "XML is a sheet by default": default_is_a_sheet,
    "a type said twice": override_repeated,
    "types left behind": overrides_left_behind,
    "folders in the zip": folders,
    "titles listed": titles_listed,
}
