"""Two style sheets become one: the second's formats are added behind the first's, whose numbers stay.

Cells refer to formats by number, formats to fonts, fills, borders and number formats by number, and
conditional formats to differential formats by number; all numbers of the second sheet are mapped.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from sheetgen.errors import WorkbookError

STYLES = "xl/styles.xml"
"""The part that holds the style sheet."""

_FIRST_CUSTOM_FORMAT = 164
_LISTS = ("numFmts", "fonts", "fills", "borders", "cellStyleXfs", "cellXfs", "cellStyles", "dxfs", "tableStyles")
"""The lists of a style sheet that matter here, in the order of the schema."""


@dataclass(frozen=True)
class MergedNumbers:
    """Where the second sheet's cell formats and differential formats stand in the merged one."""

    formats: Mapping[int, int]
    differential: Mapping[int, int]

    def conditional(self, sheet: bytes) -> bytes:
        """Return a sheet part whose conditional formats use the merged numbers."""
        return re.sub(rb'dxfId="(\d+)"', lambda match: b'dxfId="%d"' % self.differential[int(match[1])], sheet)


def merge(first: bytes, second: bytes) -> tuple[str, MergedNumbers]:
    """Return one style sheet for both, and the second's numbers in it.

    What the first has already, to the letter, is used again, so that merging twice adds nothing more.
    Raises WorkbookError for a style sheet that lacks the lists every one has.
    """
    text, other = first.decode("utf-8-sig"), second.decode("utf-8-sig")
    if not _items(text, "fonts") or not _items(text, "cellXfs"):
        raise WorkbookError("the workbook's style sheet is incomplete; save it with Excel or LibreOffice")
    text, number_formats = _add_number_formats(text, other)
    numbers: dict[str, Mapping[int, int]] = {"numFmtId": number_formats}
    for attribute, name in (("fontId", "fonts"), ("fillId", "fills"), ("borderId", "borders")):
        text, numbers[attribute] = _add(text, name, _items(other, name))
    text, formats = _add(text, "cellXfs", [_renumber(item, numbers) for item in _items(other, "cellXfs")])
    text, differential = _add(text, "dxfs", _items(other, "dxfs"))
    return text, MergedNumbers(formats, differential)


def _add_number_formats(text: str, second: str) -> tuple[str, Mapping[int, int]]:
    """Add the second sheet's own number formats, by their codes; return the text and their numbers."""
    known = {_code(item): _number(item) for item in reversed(_items(text, "numFmts"))}
    free = max([_FIRST_CUSTOM_FORMAT - 1, *known.values()]) + 1
    numbers, new = {}, []
    for item in _items(second, "numFmts"):
        if _code(item) not in known:
            known[_code(item)] = free
            new.append(item.replace(f'numFmtId="{_number(item)}"', f'numFmtId="{free}"'))
            free += 1
        numbers[_number(item)] = known[_code(item)]
    return _append(text, "numFmts", new), numbers


def _number(item: str) -> int:
    attribute = re.search(r'numFmtId="(\d+)"', item)
    assert attribute is not None
    return int(attribute[1])


def _code(item: str) -> str:
    attribute = re.search(r'formatCode="([^"]*)"', item)
    return attribute[1] if attribute else ""


def _renumber(item: str, numbers: Mapping[str, Mapping[int, int]]) -> str:
    """Return a cell format with its references renumbered; its named style becomes the workbook's first."""

    def renumbered(match: re.Match[str]) -> str:
        number = int(match[2])
        return f'{match[1]}="{numbers[match[1]].get(number, number)}"'

    item = re.sub(r'\b(fontId|fillId|borderId|numFmtId)="(\d+)"', renumbered, item)
    return re.sub(r'\bxfId="\d+"', 'xfId="0"', item)


def _add(text: str, name: str, items: list[str]) -> tuple[str, Mapping[int, int]]:
    """Add elements to a list, those that it lacks; return the text and where each stands."""
    known = {item: index for index, item in reversed(list(enumerate(_items(text, name))))}
    count = len(_items(text, name))
    new: list[str] = []
    numbers: dict[int, int] = {}
    for index, item in enumerate(items):
        if item not in known:
            known[item] = count + len(new)
            new.append(item)
        numbers[index] = known[item]
    return _append(text, name, new), numbers


def _list(text: str, name: str) -> re.Match[str] | None:
    return re.search(rf"<{name}\b([^>]*?)(?:/>|>(.*?)</{name}>)", text, re.DOTALL)


def _items(text: str, name: str) -> list[str]:
    """Return the elements of a list, each as it is written."""
    element = _list(text, name)
    if element is None or not element[2]:
        return []
    items, depth, start = [], 0, 0
    for tag in re.finditer(r"<(/?)([\w:]+)[^>]*?(/?)>", element[2]):
        if depth == 0 and not tag[1]:
            start = tag.start()
        depth += (not tag[1] and not tag[3]) - bool(tag[1])
        if depth == 0:
            items.append(element[2][start : tag.end()])
    return items


def _append(text: str, name: str, items: list[str]) -> str:
    """Add elements at the end of a list, which is made where it was missing."""
    if not items:
        return text
    added = "".join(items)
    element = _list(text, name)
    if element is None:
        return _insert(text, name, f'<{name} count="{len(items)}">{added}</{name}>')
    count = len(_items(text, name)) + len(items)
    attributes = re.sub(r'\bcount="\d+"', f'count="{count}"', element[1])
    longer = f"<{name}{attributes}>{element[2] or ''}{added}</{name}>"
    return text[: element.start()] + longer + text[element.end() :]


def _insert(text: str, name: str, element: str) -> str:
    """Put a new list where the schema has it: before the first of the lists that follow it."""
    for later in _LISTS[_LISTS.index(name) + 1 :]:
        if follower := _list(text, later):
            return text[: follower.start()] + element + text[follower.start() :]
    return text.replace("</styleSheet>", f"{element}</styleSheet>")
