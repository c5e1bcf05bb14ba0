"""The colours of a workbook, whichever way a style sheet gives them, and how well one is told from another."""

from __future__ import annotations

import re
from collections.abc import Sequence
from colorsys import hls_to_rgb, rgb_to_hls
from functools import lru_cache
from xml.etree import ElementTree

from openpyxl.styles.colors import COLOR_INDEX

from sheetgen.xlsx.cells import MAIN
from sheetgen.xlsx.plain_xml import entry_at

BLACK, WHITE = "000000", "FFFFFF"
"""What letters and what lies behind them are where nothing is said."""

_ART = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_PALETTE = tuple(colour[-6:] for colour in COLOR_INDEX)
_BY_NAME = {
    "black": BLACK, "white": WHITE, "red": "FF0000", "green": "008000", "blue": "0000FF", "yellow": "FFFF00",
    "magenta": "FF00FF", "cyan": "00FFFF",
}  # fmt: skip
"""The colours that a number format names; its green is light, and read all the same."""
_IN_A_CODE = re.compile(rf"\[(?:({'|'.join(_BY_NAME)})|colou?r ?([0-9]{{1,2}}))\]", re.IGNORECASE)
_NUMBERED, _BEFORE_NUMBERED = 56, 7
"""How many colours a number format knows by number, and how many stand before them."""
_OF_THE_SYSTEM = {"windowText": BLACK, "window": WHITE}
_OF_THE_WINDOW = (BLACK, WHITE)
"""The colours of letters and of what is behind them, which have numbers behind those of the palette."""
_DARK_AND_LIGHT = (1, 0, 3, 2)
"""Where a cell's first four numbers of theme colours stand in a theme: light before dark."""
_HEX = frozenset("0123456789ABCDEF")


class Colours:
    """What the colours of a style sheet are as RRGGBB, given its root and that of the workbook's theme."""

    def __init__(self, styles: ElementTree.Element, theme: ElementTree.Element | None) -> None:
        own = [entry.get("rgb", "")[-6:].upper() for entry in styles.iterfind(f"{MAIN}colors/{MAIN}indexedColors/*")]
        self._palette = (*own, *_PALETTE[len(own) :])[: len(_PALETTE)] + _OF_THE_WINDOW
        schemes = [] if theme is None else theme.findall(f"{_ART}themeElements/{_ART}clrScheme/*")
        named = [_of_theme(scheme) for scheme in schemes]
        self._theme = [*(named[place] for place in _DARK_AND_LIGHT if place < len(named)), *named[4:]]

    def of(self, colour: ElementTree.Element | None, otherwise: str) -> str:
        """Return a colour that an element gives, another one where it gives none."""
        if colour is None:
            return otherwise
        given = colour.get("rgb", "")[-6:].upper()
        for name, colours in (("theme", self._theme), ("indexed", self._palette)):
            given = given or entry_at(colours, colour.get(name, "")) or ""
        if len(given) != len(BLACK) or not _HEX.issuperset(given):
            return otherwise
        return _tinted(given, colour.get("tint", "0"))


def typefaces_of(theme: ElementTree.Element | None) -> dict[str, str]:
    """Return the typefaces of a theme, by what a font calls them: ``major`` and ``minor``."""
    fonts = (
        {} if theme is None else {kind: theme.find(f".//{_ART}{kind}Font/{_ART}latin") for kind in ("major", "minor")}
    )
    return {kind: font.get("typeface", "") for kind, font in fonts.items() if font is not None}


@lru_cache(maxsize=4096)
def contrast(colour: str, other: str) -> float:
    """Return how many times as bright one of two colours is as the other, from 1 to 21, as WCAG 2 measures it."""
    dark, light = sorted(map(_brightness, (colour, other)))
    return (light + 0.05) / (dark + 0.05)


def least_contrast(colours: Sequence[str], others: Sequence[str]) -> float:
    """Return the contrast of the two colours, of each list one, that are hardest to tell apart."""
    return min(contrast(colour, other) for colour in colours for other in others)


@lru_cache(maxsize=4096)
def inks_in(code: str) -> list[str]:
    """Return the colours that a number format gives to letters."""
    return [
        _PALETTE[min(int(number), _NUMBERED) + _BEFORE_NUMBERED] if number else _BY_NAME[name.lower()]
        for name, number in _IN_A_CODE.findall(code)
    ]


def _brightness(colour: str) -> float:
    red, green, blue = (
        share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in _shares(colour)
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _shares(colour: str) -> tuple[float, float, float]:
    red, green, blue = (int(colour[place : place + 2], 16) / 255 for place in (0, 2, 4))
    return red, green, blue


def _tinted(colour: str, tint: str) -> str:
    """Return a colour made lighter, or darker by a tint below 0."""
    try:
        share = float(tint)
    except ValueError:
        return colour
    if not -1.0 <= share <= 1.0 or share == 0.0:
        return colour
    hue, lightness, saturation = rgb_to_hls(*_shares(colour))
    lightness = lightness * (1 + share) if share < 0 else lightness * (1 - share) + share
    return "".join(f"{round(255 * part):02X}" for part in hls_to_rgb(hue, lightness, saturation))


def _of_theme(entry: ElementTree.Element) -> str:
    """Return a colour of a theme; one of the system by its name, whatever it was when the file was saved."""
    for colour in entry:
        name = colour.get("val", "")
        return _OF_THE_SYSTEM.get(name) or (colour.get("lastClr") or name).upper()
    return ""
