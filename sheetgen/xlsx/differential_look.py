"""What a conditional format changes of a cell's look, as the style sheet says."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree import ElementTree

from openpyxl.styles.numbers import BUILTIN_FORMATS

from sheetgen.xlsx import legibility
from sheetgen.xlsx.cells import MAIN
from sheetgen.xlsx.plain_xml import integer

SIDES = {"left": "left", "start": "left", "right": "right", "end": "right", "top": "top", "bottom": "bottom"}
"""The sides of a cell on which a line may be drawn, by the names that files have for them."""

_UNTINTED = ("0", "0.0")
_FILLED = ("", "solid")
"""The patterns of a conditional format's fill that show its background alone."""


Line = tuple[str, str, str]
"""A line around a cell: its side, its style and its colour."""


@dataclass(frozen=True)
class DifferentialLook:
    """What a conditional format changes: the colours of text and background (RRGGBB), and the number format.

    ``lines`` are those that it draws around a cell; ``veils`` say what of it keeps a person from reading the cell.
    """

    ink: str = ""
    fill: str = ""
    number: str | None = None
    lines: tuple[Line, ...] = ()
    veils: tuple[str, ...] = ()


def look_of(entry: ElementTree.Element) -> DifferentialLook:
    """Return what a differential format of a style sheet changes."""
    pattern = entry.find(f"{MAIN}fill/{MAIN}patternFill")
    fill = "" if pattern is None else _colour(pattern, "bgColor") or _colour(pattern, "fgColor")
    if pattern is not None and (kind := pattern.get("patternType", "")) not in _FILLED:
        fill = f"{kind} {fill}"
    if entry.find(f"{MAIN}fill/{MAIN}gradientFill") is not None:
        fill = "a gradient"
    font, border = entry.find(f"{MAIN}font"), entry.find(f"{MAIN}border")
    return DifferentialLook(
        ink="" if font is None else _colour(font, "color"),
        fill=fill,
        number=_code(entry.find(f"{MAIN}numFmt")),
        lines=() if border is None else tuple(sorted(_lines(border))),
        veils=tuple(sorted(_veils(entry, font, border))),
    )


def _code(number: ElementTree.Element | None) -> str | None:
    """Return the code of a number format; both where the file says otherwise of one that programs build in."""
    if number is None:
        return None
    place, code = integer(number.get("numFmtId", "")), number.get("formatCode", "")
    built_in = None if place is None else BUILTIN_FORMATS.get(place)
    return code if built_in in (None, code) else f"{built_in} or {code}"


def _lines(border: ElementTree.Element) -> Iterator[Line]:
    for name, side in SIDES.items():
        line = border.find(f"{MAIN}{name}")
        if line is not None and (style := line.get("style", "none")) != "none":
            yield side, style, _colour(line, "color")


def _veils(
    entry: ElementTree.Element, font: ElementTree.Element | None, border: ElementTree.Element | None
) -> Iterator[str]:
    if font is not None:
        yield from legibility.of_font(font)
    if border is not None:
        yield from legibility.of_border(border)
    yield from legibility.of_alignment(entry.find(f"{MAIN}alignment"))


def _colour(parent: ElementTree.Element, name: str) -> str:
    """Return a colour as RRGGBB; one that is not given so, or tinted, as the attributes by which it is."""
    colour = parent.find(f"{MAIN}{name}")
    if colour is None:
        return ""
    rgb = colour.get("rgb")
    if rgb and colour.get("tint", "0") in _UNTINTED:
        return rgb[-6:].upper()
    return " ".join(f"{key}={value}" for key, value in sorted(colour.attrib.items()))
