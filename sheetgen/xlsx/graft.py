"""Putting a sheet into an existing workbook without touching the rest of it.

Loading and saving with openpyxl would drop cached values, sparklines, text boxes and whatever else it does
not know. Here the new sheet's parts are added to the package, and only what must change does: the content
types, the workbook part and its relations, the styles (which grow at their ends), the list of titles in
docProps/app.xml, and the calculation chain, which is dropped (a stale one makes Excel offer a repair). Every
other part keeps its bytes.
"""

from __future__ import annotations

import os
import re
import zipfile
from pathlib import Path
from xml.sax.saxutils import quoteattr

from sheetgen.errors import UsageError, WorkbookError
from sheetgen.files import replacing
from sheetgen.page.page import Page
from sheetgen.xlsx import writer
from sheetgen.xlsx.opc import BOOK, BOOK_RELS, TYPES, Package, attribute, reachable, rels_of, targets
from sheetgen.xlsx.reader import DAMAGE, WorkbookFile
from sheetgen.xlsx.shell import Shell, make
from sheetgen.xlsx.stylesheet import merge

_STYLES, _APP, _CHAIN = "xl/styles.xml", "docProps/app.xml", "xl/calcChain.xml"
_SHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_NUMBERED = re.compile(r"(xl/(?:worksheets/sheet|drawings/drawing|charts/chart|media/image))(\d+)(\.\w+)")

_BEFORE_NAMES = re.compile(
    r"</sheets>(?:\s*<functionGroups\b.*?</functionGroups>)?(?:\s*<externalReferences>.*?</externalReferences>)?",
    re.DOTALL,
)


def check(path: Path) -> None:
    """Make sure that a sheet can be put into a workbook.

    Raises WorkbookError, saying why, for a file that is absent, damaged, encrypted, Strict, or whose XML
    is written in a way (prefixed namespaces) that this module does not edit.
    """
    WorkbookFile(path)
    try:
        with zipfile.ZipFile(path) as archive:
            bad = archive.testzip()
            if bad:
                raise WorkbookError(f"{path} is damaged ({bad}); save it again")
            for name, root in ((BOOK, "workbook"), (_STYLES, "styleSheet"), (BOOK_RELS, "Relationships")):
                text = archive.read(name).decode("utf-8-sig")
                if not re.search(rf"<{root}[\s>]", text):
                    raise WorkbookError(
                        f"{path} cannot be added to: its {name} uses prefixed names; save it with Excel or LibreOffice"
                    )
    except DAMAGE as error:
        raise WorkbookError(f"{path} is damaged or incomplete ({error}); save it again") from error


def check_writable(path: Path) -> None:
    """Raise UsageError where a workbook, or the folder that a new one is made in, cannot be written to."""
    if not os.access(path, os.W_OK) or not os.access(path.parent, os.W_OK):
        raise UsageError(f"{path} is write-protected; allow writing to it and to its folder")


def graft(path: Path, page: Page) -> None:
    """Put a page into a workbook as its last sheet, or in place of the sheet of that name.

    The file is replaced when the new one is whole. Raises WorkbookError as `check` does, and UsageError
    where it cannot be written.
    """
    check(path)
    with zipfile.ZipFile(path) as archive:
        entries = {entry.filename: entry for entry in archive.infolist()}
        book = Package({name: archive.read(name) for name in entries})
    _remove(book, page.name)
    _drop_chain(book)
    _add(book, page)
    _list_titles(book)
    with replacing(path) as (file, _), zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in book.parts.items():
            old = entries.get(name) if name not in book.changed else None
            archive.writestr(old or writer.entry(name), content)


# --- removing what was there ---


def _remove(book: Package, sheet: str) -> None:
    """Remove the sheet of a name, with the parts that only it uses."""
    text = book.text(BOOK)
    names = [attribute(tag, "name") for tag in re.findall(r"<sheet\b[^>]*/>", text)]
    if sheet not in names:
        return
    index = names.index(sheet)
    tag = re.findall(r"<sheet\b[^>]*/>", text)[index]
    relation = attribute(tag, r"\w+:id")
    target = targets(book.text(BOOK_RELS), BOOK)[relation]
    book.put(BOOK, _shift_indices(text.replace(tag, ""), index))
    rels = re.sub(rf'<Relationship\b[^>]*\bId="{re.escape(relation)}"[^>]*/>', "", book.text(BOOK_RELS))
    book.put(BOOK_RELS, rels)
    own = reachable(book, target)
    used = {part for name in _roots(book) - {target} for part in reachable(book, name)}
    for part in own - used:
        book.drop(part)


def _shift_indices(workbook: str, removed: int) -> str:
    """Mend what refers to sheets by their position, after one was removed."""

    def defined(match: re.Match[str]) -> str:
        local = re.search(r'localSheetId="(\d+)"', match[0])
        if local is None or int(local[1]) < removed:
            return match[0]
        index = int(local[1])
        return "" if index == removed else match[0].replace(local[0], f'localSheetId="{index - 1}"', 1)

    workbook = re.sub(r"<definedName\b[^>]*>.*?</definedName>", defined, workbook, flags=re.DOTALL)
    workbook = re.sub(r"<definedNames>\s*</definedNames>", "", workbook)
    return re.sub(
        r'\b(activeTab|firstSheet)="(\d+)"',
        lambda match: f'{match[1]}="{max(int(match[2]) - (int(match[2]) >= removed), 0)}"',
        workbook,
    )


def _roots(book: Package) -> set[str]:
    """Return the parts that the workbook part refers to."""
    return set(targets(book.text(BOOK_RELS), BOOK).values())


def _drop_chain(book: Package) -> None:
    """Drop the calculation chain: Excel makes it anew."""
    if _CHAIN in book.parts:
        book.drop(_CHAIN)
        rels = re.sub(r'<Relationship\b[^>]*Target="/?(?:xl/)?calcChain\.xml"[^>]*/>', "", book.text(BOOK_RELS))
        book.put(BOOK_RELS, rels)


# --- adding the new sheet ---


def _add(book: Package, page: Page) -> None:
    """Add a page's parts under names that are free, its styles at the end of the workbook's."""
    shell = make([page], page.name, writer.timestamp().strftime("%Y-%m-%dT%H:%M:%SZ"))
    renamed = _free_names(book, shell)
    styles, places = merge(book.parts[_STYLES], shell.parts[_STYLES])
    book.put(_STYLES, styles)
    numbers = {look: places.formats[number] for look, number in shell.styles.items()}
    for name, new in renamed.items():
        content = shell.parts[name]
        if name == shell.sheets[page.name]:
            content = b"".join(writer.sheet(places.conditional(content), page, numbers))
        elif name.endswith(".rels"):
            content = _rename(content.decode(), renamed).encode()
        book.put(new, content)
    _declare(book, shell, renamed)
    _enter(book, page, renamed[shell.sheets[page.name]], _print_titles(shell, page))


def _free_names(book: Package, shell: Shell) -> dict[str, str]:
    """Map the shell's own parts of the sheet to names that the workbook has not used."""
    last: dict[str, int] = {}
    for name in book.parts:
        if match := _NUMBERED.fullmatch(name):
            last[match[1]] = max(last.get(match[1], 0), int(match[2]))

    def new(name: str) -> str:
        return _NUMBERED.sub(lambda match: f"{match[1]}{last.get(match[1], 0) + int(match[2])}{match[3]}", name)

    found = {name: new(name) for name in shell.parts if _NUMBERED.fullmatch(name)}
    relations = {rels_of(old): rels_of(renamed) for old, renamed in found.items()}
    return found | {old: renamed for old, renamed in relations.items() if old in shell.parts}


def _rename(rels: str, renamed: dict[str, str]) -> str:
    """Point relations, which openpyxl writes as absolute targets, to the parts' new names."""
    return re.sub(r'Target="/([^"]+)"', lambda match: f'Target="/{renamed.get(match[1], match[1])}"', rels)


def _declare(book: Package, shell: Shell, renamed: dict[str, str]) -> None:
    """Give the new parts their content types."""
    theirs = shell.parts[TYPES].decode()
    types = book.text(TYPES)
    added = ""
    for tag in re.findall(r"<Override\b[^>]*/>", theirs):
        part = attribute(tag, "PartName").lstrip("/")
        if part in renamed:
            added += f'<Override PartName="/{renamed[part]}" ContentType="{attribute(tag, "ContentType")}"/>'
    for tag in re.findall(r"<Default\b[^>]*/>", theirs):
        extension = attribute(tag, "Extension")
        if not re.search(rf'<Default\b[^>]*Extension="{extension}"', types, re.IGNORECASE):
            types = re.sub(r"(<Types\b[^>]*>)", lambda match, tag=tag: match[1] + tag, types, count=1)  # type: ignore[misc]
    book.put(TYPES, types.replace("</Types>", f"{added}</Types>"))


def _print_titles(shell: Shell, page: Page) -> list[str]:
    """Return the defined names (print titles, print areas) that the page brings."""
    return re.findall(r"<definedName\b[^>]*>.*?</definedName>", shell.parts[BOOK].decode(), flags=re.DOTALL)


def _enter(book: Package, page: Page, part: str, names: list[str]) -> None:
    """Enter the sheet in the workbook, behind the last one."""
    text, rels = book.text(BOOK), book.text(BOOK_RELS)
    tags = re.findall(r"<sheet\b[^>]*/>", text)
    sheet_id = 1 + max(int(attribute(tag, "sheetId")) for tag in tags)
    taken = set(re.findall(r'\bId="([^"]+)"', rels))
    relation = next(f"rId{n}" for n in range(1, len(taken) + 2) if f"rId{n}" not in taken)
    name = quoteattr(page.name)
    entry = f'<sheet xmlns:r="{_RELATIONS}" name={name} sheetId="{sheet_id}" r:id="{relation}"/>'
    text = text.replace("</sheets>", f"{entry}</sheets>", 1)
    book.put(BOOK, _define(text, [re.sub(r'localSheetId="\d+"', f'localSheetId="{len(tags)}"', n) for n in names]))
    line = f'<Relationship Id="{relation}" Type="{_RELATIONS}/worksheet" Target="/{part}"/>'
    book.put(BOOK_RELS, rels.replace("</Relationships>", f"{line}</Relationships>"))


def _define(workbook: str, names: list[str]) -> str:
    """Add defined names to the workbook part, where the schema has them: right behind the sheets."""
    added = "".join(names)
    if not added:
        return workbook
    workbook = re.sub(r"<definedNames\s*/>", "<definedNames></definedNames>", workbook)
    if "</definedNames>" in workbook:
        return workbook.replace("</definedNames>", f"{added}</definedNames>", 1)
    made = f"<definedNames>{added}</definedNames>"
    return _BEFORE_NAMES.sub(lambda match: match[0] + made, workbook, count=1)


def _list_titles(book: Package) -> None:
    """Bring the list of sheets in docProps/app.xml up to date, where there is one."""
    if _APP not in book.parts or "<TitlesOfParts>" not in book.text(_APP):
        return
    text = book.text(_APP)
    sheets = [attribute(tag, "name") for tag in re.findall(r"<sheet\b[^>]*/>", book.text(BOOK))]
    counts = re.search(r"<HeadingPairs>.*?<vt:i4>(\d+)</vt:i4>", text, re.DOTALL)
    titles = re.search(r"<TitlesOfParts>.*</TitlesOfParts>", text, re.DOTALL)
    if counts is None or titles is None:
        return
    others = re.findall(r"<vt:lpstr>.*?</vt:lpstr>", titles[0], re.DOTALL)[int(counts[1]) :]
    listed = "".join(f"<vt:lpstr>{name}</vt:lpstr>" for name in sheets) + "".join(others)
    size = len(sheets) + len(others)
    vector = f'<TitlesOfParts><vt:vector size="{size}" baseType="lpstr">{listed}</vt:vector></TitlesOfParts>'
    start, end = counts.span(1)
    text = text[:start] + str(len(sheets)) + text[end:]
    book.put(_APP, re.sub(r"<TitlesOfParts>.*</TitlesOfParts>", lambda _: vector, text, flags=re.DOTALL))
