"""Decoys: genuine rows where a reader may find them, forged ones where the programs look."""

from __future__ import annotations

import random
from collections.abc import Callable

from counterfeit.cell import Cell
from counterfeit.sheet_xml import MC, extension, forged, other_number, rows_of
from counterfeit.workbook import MAIN, Workbook

STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main"
Kind = Callable[[Workbook, random.Random], None]


def _sheet(book: Workbook, rng: random.Random, form: str) -> None:
    """Write the rows of a training sheet anew, as a form with places for the genuine and the forged ones."""
    part = rng.choice(book.training)
    before, rows, after = rows_of(book.text(part))
    body = form.replace("GENUINE", rows).replace("FORGED", forged(rows, rng))
    book.put(part, before + body + after)


def form(text: str) -> Kind:
    return lambda book, rng: _sheet(book, rng, text)


def in_a_view(book: Workbook, rng: random.Random) -> None:
    part = rng.choice(book.training)
    before, rows, after = rows_of(book.text(part))
    decoy = f'<extLst><ext uri="{{78C0D931-6437-407d-A8EE-F0AAD7539E65}}">{rows}</ext></extLst>'
    before = before.replace("</sheetView>", f"{decoy}</sheetView>", 1)
    book.put(part, f"{before}<sheetData>{forged(rows, rng)}</sheetData>{after}")


def in_an_extension(inner: str) -> Kind:
    def kind(book: Workbook, rng: random.Random) -> None:
        part = rng.choice(book.training)
        before, rows, after = rows_of(book.text(part))
        book.put(part, f"{before}<sheetData>{forged(rows, rng)}</sheetData>{after}")
        extension(book, part, inner.replace("GENUINE", rows))

    return kind


def strict_instead(book: Workbook, rng: random.Random) -> None:
    part = rng.choice(book.training)
    book.change(part, f'xmlns="{MAIN}"', f'xmlns="{STRICT}"')


def a_number(cell: Cell) -> bool:
    return cell.formula is not None and cell.is_number


def spelled(change: Callable[[Cell], str]) -> Kind:
    """Write a formula's cell of a training sheet anew."""

    def kind(book: Workbook, rng: random.Random) -> None:
        cell = book.pick(rng, lambda cell: a_number(cell) and bool(cell.formula) and "." in (cell.value or ""))
        book.replace(cell, change(cell))

    return kind


def in_value(form: str) -> Kind:
    """Write a number with something within it: A is what stands before its last digit, B that digit."""

    def change(cell: Cell) -> str:
        value = cell.value or ""
        inner = form.replace("A", value[:-1]).replace("B", value[-1])
        return cell.xml.replace(f"<v>{value}</v>", f"<v>{inner}</v>")

    return spelled(change)


def in_formula(form: str) -> Kind:
    """Write a formula with something within it: A is what stands before its last character, B that character."""

    def change(cell: Cell) -> str:
        text = cell.formula or ""
        inner = form.replace("A", text[:-1]).replace("B", text[-1])
        return cell.xml.replace(f">{text}</f>", f">{inner}</f>")

    return spelled(change)


def entity(book: Workbook, rng: random.Random) -> None:
    """Let an entity give a cell's number."""
    cell = book.pick(rng, a_number)
    book.replace(cell, cell.xml.replace(f"<v>{cell.value}</v>", "<v>&n;</v>"))
    declared = f'<!DOCTYPE worksheet [<!ENTITY n "{cell.value}">]>'
    book.change(cell.part, "<worksheet", lambda found: declared + found[0])


def foreign_row(book: Workbook, rng: random.Random) -> None:
    part = rng.choice(book.training)
    before, rows, after = rows_of(book.text(part))
    genuine = rows.replace("<row ", '<x:row xmlns:x="urn:x" ').replace("</row>", "</x:row>")
    book.put(part, f"{before}<sheetData>{genuine}{forged(rows, rng)}</sheetData>{after}")


def foreign(name: str, *, beside: bool) -> Kind:
    """Hide the genuine content of a cell in a namespace that no program knows, beside a forged one or alone."""

    def change(cell: Cell) -> str:
        inside = {"f": cell.formula or "", "v": cell.value or ""}[name]
        forgery = {"f": f"{inside}+1", "v": other_number(cell.value or "0")}[name]
        hidden = f'<x:{name} xmlns:x="urn:x">{inside}</x:{name}>'
        return cell.xml.replace(
            cell.xml[cell.xml.index(f"<{name}") : cell.xml.index(f"</{name}>") + 4],
            f"{hidden}<{name}>{forgery}</{name}>" if beside else hidden,
        )

    return spelled(change)


def foreign_cell(book: Workbook, rng: random.Random) -> None:
    cell = book.pick(rng, a_number)
    hidden = cell.xml.replace("<c ", '<x:c xmlns:x="urn:x" ', 1).replace("</c>", "</x:c>")
    book.replace(cell, hidden)


def encoded(codec: str, declared: str) -> Kind:
    """Write a sheet in another encoding, and say so."""

    def kind(book: Workbook, rng: random.Random) -> None:
        part = rng.choice(book.training)
        text = book.text(part).partition("?>")[2] if book.text(part).startswith("<?xml") else book.text(part)
        xml = f'<?xml version="1.0" encoding="{declared}"?>' + text
        book.put(part, xml.encode(codec, "xmlcharrefreplace"))

    return kind


_MC = f'xmlns:mc="{MC}" xmlns:q="urn:q"'
_DATA = "<sheetData>GENUINE</sheetData>"
_FORGED = "<sheetData>FORGED</sheetData>"

KINDS: dict[str, Kind] = {
    "rows in a view's extension": in_a_view,
    "rows in the sheet's extension": in_an_extension("GENUINE"),
    "sheetData in the sheet's extension": in_an_extension(_DATA),
    "AlternateContent, the genuine rows as fallback": form(
        f'<mc:AlternateContent {_MC}><mc:Choice xmlns:v="urn:schemas-microsoft-com:office:excel" Requires="v">{_FORGED}'
        f"</mc:Choice><mc:Fallback>{_DATA}</mc:Fallback></mc:AlternateContent>"
    ),
    "AlternateContent, the genuine rows as a choice never taken": form(
        f'<mc:AlternateContent {_MC}><mc:Choice Requires="q">{_DATA}</mc:Choice><mc:Fallback>{_FORGED}</mc:Fallback>'
        "</mc:AlternateContent>"
    ),
    "AlternateContent among the rows": form(
        f'<sheetData>FORGED<mc:AlternateContent {_MC}><mc:Choice Requires="q">GENUINE</mc:Choice>'
        "</mc:AlternateContent></sheetData>"
    ),
    "AlternateContent around all rows": form(
        f'<mc:AlternateContent {_MC}><mc:Choice Requires="q">{_DATA}</mc:Choice></mc:AlternateContent>{_FORGED}'
    ),
    "genuine rows in an ignorable element": form(
        f'<q:hidden {_MC} mc:Ignorable="q"><sheetData>GENUINE</sheetData></q:hidden>{_FORGED}'
    ),
    "genuine rows in an ignorable element among the rows": form(
        f'<sheetData>FORGED<q:hidden {_MC} mc:Ignorable="q">GENUINE</q:hidden></sheetData>'
    ),
    "forged rows in an ignorable element whose content counts": form(
        f'<q:wrap {_MC} mc:Ignorable="q" mc:ProcessContent="q:wrap">{_FORGED}</q:wrap>{_DATA}'
    ),
    "genuine rows in an ignorable element whose content counts": form(
        f'<q:wrap {_MC} mc:Ignorable="q" mc:ProcessContent="q:wrap">{_DATA}</q:wrap>{_FORGED}'
    ),
    "two sheetData, the genuine first": form(f"{_DATA}{_FORGED}"),
    "two sheetData, the genuine last": form(f"{_FORGED}{_DATA}"),
    "two sheetData, the first empty": form(f"<sheetData/>{_DATA}"),
    "sheetData of the Strict format first": form(f'<sheetData xmlns="{STRICT}">FORGED</sheetData>{_DATA}'),
    "sheetData of the Strict format last": form(f'{_DATA}<sheetData xmlns="{STRICT}">FORGED</sheetData>'),
    "sheetData of the Strict format only": form(f'<sheetData xmlns="{STRICT}">GENUINE</sheetData>'),
    "a sheet of the Strict format": strict_instead,
    "rows of a foreign namespace": foreign_row,
    "a cell of a foreign namespace": foreign_cell,
    "a formula of a foreign namespace": foreign("f", beside=False),
    "a formula of a foreign namespace beside a forged one": foreign("f", beside=True),
    "a value of a foreign namespace": foreign("v", beside=False),
    "a value of a foreign namespace beside a forged one": foreign("v", beside=True),
    "an entity for a number": entity,
    "a comment within a number": in_value("A<!-- -->B"),
    "CDATA within a number": in_value("A<![CDATA[B]]>"),
    "a processing instruction within a number": in_value("A<?x y?>B"),
    "an element within a number": in_value('AB<x:y xmlns:x="urn:x">9</x:y>'),
    "a comment within a formula": in_formula("A<!-- -->B"),
    "CDATA within a formula": in_formula("A<![CDATA[B]]>"),
    "a processing instruction within a formula": in_formula("A<?x y?>B"),
    "an element within a formula": in_formula('AB<x:y xmlns:x="urn:x">+1</x:y>'),
    "a sheet in UTF-16": encoded("utf-16", "UTF-16"),
    "a sheet in Latin-1": encoded("latin-1", "ISO-8859-1"),
    "a sheet in Windows-1252": encoded("cp1252", "windows-1252"),
}
