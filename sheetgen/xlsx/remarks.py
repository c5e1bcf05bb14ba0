"""Notes put onto cells of sheets that somebody else made, beside the notes that are there."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import count

from sheetgen.page.page import Page
from sheetgen.xlsx import content_types, schema
from sheetgen.xlsx.elements import Element
from sheetgen.xlsx.markup import Markup
from sheetgen.xlsx.notes import note_boxes, note_texts
from sheetgen.xlsx.opc import RELATION_ID, RELATIONS, TYPES
from sheetgen.xlsx.overlays import NOTES, VML_DRAWING
from sheetgen.xlsx.package import Package
from sheetgen.xlsx.relate import relate
from sheetgen.xlsx.sheet_shell import changed_shell
from sheetgen.xlsx.vml import drawing, extended

_AUTHOR = "sheetgen"
_APART = '<r><t xml:space="preserve">\n\n</t></r>'


def add_remarks(package: Package, sheet: str, remarks: Mapping[str, str]) -> list[str]:
    """Put notes onto cells of a sheet, given by its part; the first line of each is its title.

    A note that is there keeps its text, and has the remark behind it. Returns the cells that have a thread of comments
    instead, which newer programs show in place of a note: they are left as they are.
    """
    threads = _threads(package, sheet)
    new = {cell: text for cell, text in remarks.items() if cell not in threads}
    if not new:
        return sorted(threads & remarks.keys())
    written = Markup(note_texts(Page(sheet, notes=dict(new))).encode())
    part = _related(package, sheet, "comments")
    boxed = set(new)
    if part is None:
        part = _free(package, "xl/comments{}.xml")
        _add(package, sheet, "comments", part, bytes(written), NOTES)
    else:
        boxed -= _merge(package, part, written)
    _add_boxes(package, sheet, {cell: text for cell, text in new.items() if cell in boxed})
    return sorted(threads & remarks.keys())


def _threads(package: Package, sheet: str) -> set[str]:
    """Return the cells of a sheet that have a thread of comments."""
    parts = [found.part for found in package.relations(sheet) if found.kind == "threadedComment"]
    return {thread.get("ref") for part in parts if package.has(part) for thread in package.markup(part).root.children}


def _merge(package: Package, part: str, written: Markup) -> set[str]:
    """Put notes among those of a part; return the cells that had one, and so have a box."""
    texts = package.markup(part)
    authors, notes = texts.root.child("authors"), texts.root.child("commentList")
    added = written.root.child("commentList")
    assert added is not None
    if authors is None or notes is None:
        raise ValueError(f"{part} lists no comments")
    before = {note.get("ref"): note for note in notes.all("comment")}
    named = [author.text for author in authors.children]
    if _AUTHOR not in named:
        texts.append(authors, f"<author>{_AUTHOR}</author>")
        named.append(_AUTHOR)
    for note in added.children:
        old = before.get(note.get("ref"))
        if old is None:
            xml = written.source(note).replace('authorId="0"', f'authorId="{named.index(_AUTHOR)}"', 1)
            texts.append(notes, xml)
        else:
            _lengthen(texts, old, written, note)
    package.put(part, texts)
    return before.keys() & {note.get("ref") for note in added.children}


def _lengthen(texts: Markup, old: Element, written: Markup, note: Element) -> None:
    """Put the runs of a note behind the text of one that is there."""
    text, new = old.child("text"), note.child("text")
    assert new is not None
    runs = _APART + "".join(written.source(run) for run in new.children)
    if text is None:
        texts.append(old, f"<text>{runs}</text>")
        return
    space = "" if text.default == texts.namespace else f' xmlns="{texts.namespace}"'
    for plain in text.all("t"):
        texts.replace(plain, f"<r{space}>{texts.source(plain)}</r>")
    texts.append(text, runs)


def _add_boxes(package: Package, sheet: str, notes: Mapping[str, str]) -> None:
    """Give notes their boxes, in the drawing that the sheet has for such or in a new one."""
    if not notes:
        return
    shapes = list(note_boxes(Page(sheet, notes=dict(notes))))
    with changed_shell(package, sheet) as shell:
        reference = shell.root.child("legacyDrawing")
        if reference is not None:
            parts = {found.id: found.part for found in package.relations(sheet)}
            part = package.name(parts[reference.get(RELATION_ID)])
            package.put(part, extended(package.parts[part], shapes))
            return
        part = _free(package, "xl/drawings/vmlDrawing{}.vml")
        block = 1 + sum(name.lower().endswith(".vml") for name in package.parts)
        content = drawing(shapes, block)[0].encode()
        identifier = _add(package, sheet, "vmlDrawing", part, content, VML_DRAWING)
        shell.insert(f'<legacyDrawing xmlns:r="{RELATIONS}" r:id="{identifier}"/>', schema.WORKSHEET)


def _related(package: Package, sheet: str, kind: str) -> str | None:
    return next((package.name(found.part) for found in package.relations(sheet) if found.kind == kind), None)


def _free(package: Package, pattern: str) -> str:
    """Return a name that no part has."""
    return next(name for number in count(1) if not package.has(name := pattern.format(number)))


def _add(package: Package, sheet: str, kind: str, part: str, content: bytes, content_type: str) -> str:
    """Add a part that a sheet leads to; return the relation's identifier."""
    package.put(part, content)
    types = package.markup(TYPES)
    content_types.declare(types, {part: content_type})
    package.put(TYPES, types)
    return relate(package, sheet, kind, part)
