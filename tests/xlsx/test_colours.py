"""Colours however a style sheet gives them, and which letters can be told from what lies behind them."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from sheetgen.xlsx.cells import MAIN
from sheetgen.xlsx.colours import Colours, contrast, inks_in

THEME = ElementTree.fromstring(
    '<theme xmlns="http://schemas.openxmlformats.org/drawingml/2006/main"><themeElements><clrScheme>'
    '<dk1><sysClr val="windowText" lastClr="FFFFFF"/></dk1><lt1><sysClr val="window" lastClr="000000"/></lt1>'
    '<dk2><srgbClr val="44546A"/></dk2><lt2><srgbClr val="E7E6E6"/></lt2><accent1><srgbClr val="4472C4"/></accent1>'
    "</clrScheme></themeElements></theme>"
)


def colour(**attributes: str) -> str:
    return Colours(ElementTree.Element("styleSheet"), THEME).of(ElementTree.Element("color", attributes), "123456")


@pytest.mark.parametrize(
    ("attributes", "rgb"),
    [
        ({"rgb": "FF1f2933"}, "1F2933"),
        ({"rgb": "1F2933"}, "1F2933"),
        ({"theme": "0"}, "FFFFFF"),
        ({"theme": "1"}, "000000"),
        ({"theme": "2"}, "E7E6E6"),
        ({"theme": "3"}, "44546A"),
        ({"theme": "4"}, "4472C4"),
        ({"indexed": "9"}, "FFFFFF"),
        ({"indexed": "10"}, "FF0000"),
        ({"indexed": "64"}, "000000"),
        ({"indexed": "65"}, "FFFFFF"),
        ({"rgb": "FF000000", "tint": "1"}, "FFFFFF"),
        ({"rgb": "FFFFFFFF", "tint": "-1"}, "000000"),
        ({"rgb": "FF000000", "tint": "nan"}, "000000"),
        ({"theme": "99"}, "123456"),
        ({"indexed": "99"}, "123456"),
        ({"rgb": "red"}, "123456"),
        ({"auto": "1"}, "123456"),
        ({}, "123456"),
    ],
)
def test_a_colour(attributes: dict[str, str], rgb: str) -> None:
    assert colour(**attributes) == rgb


@pytest.mark.parametrize(
    ("tint", "rgb"),
    [("0.7999816888943144", "DAE3F3"), ("0.3999755851924192", "8EA9DB"), ("-0.249977111117893", "305496")],
)
def test_tints_are_those_that_excel_offers(tint: str, rgb: str) -> None:
    """Blue, Accent 1 of Office 2013: 80 and 40 percent lighter, 25 percent darker, as its menu shows them."""
    found = colour(theme="4", tint=tint)
    assert all(abs(int(found[k : k + 2], 16) - int(rgb[k : k + 2], 16)) <= 2 for k in (0, 2, 4)), found


def test_a_palette_of_the_files_own() -> None:
    palette = '<colors><indexedColors><rgbColor rgb="00ABCDEF"/></indexedColors></colors>'
    styles = ElementTree.fromstring(f'<styleSheet xmlns="{MAIN.strip("{}")}">{palette}</styleSheet>')
    own = Colours(styles, None)
    numbers = [own.of(ElementTree.Element("color", indexed=number), "") for number in ("0", "1", "65")]
    assert numbers == ["ABCDEF", "FFFFFF", "FFFFFF"]
    assert own.of(ElementTree.Element("color", theme="1"), "000000") == "000000"


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [("000000", "FFFFFF", 21.0), ("FFFFFF", "FFFFFF", 1.0), ("777777", "FFFFFF", 4.48), ("0000FF", "FFFFFF", 8.59)],
)
def test_contrasts_are_those_of_the_guidelines(one: str, other: str, ratio: float) -> None:
    """WCAG 2: the greys and blues that its checkers quote."""
    assert contrast(one, other) == contrast(other, one) == pytest.approx(ratio, abs=0.005)


def test_the_colours_of_a_number_format() -> None:
    assert inks_in("[Red]0.0;[color 2]-0.0;[White]0;@") == ["FF0000", "FFFFFF", "FFFFFF"]
    assert inks_in("[>5]0.0;[$-407]0") == []
