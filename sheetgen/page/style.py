"""What the colours, fonts and number formats of the workbook mean.

Blue is a number a person may change, black is a formula, green is a link to another sheet, as in
professional modelling.
"""

from __future__ import annotations

from colorsys import hls_to_rgb
from dataclasses import dataclass

INK, BLUE, GREEN, GREY, WHITE = "1F2933", "0000FF", "00703C", "6B7280", "FFFFFF"
NEGATIVE, POSITIVE = "F0857D", "79AEF2"
"""The ends of a scale of colours that is white at 0."""
SHARE = "F5A524"
"""The end of the scale of shares, which is white at 0: of 1."""
GOOD, GOOD_FILL, BAD, BAD_FILL = "05603A", "D1FADF", "B42318", "FEE4E2"

NUMBER, SCIENTIFIC = "0.000000", "0.00E+00"
"""Six decimals; a conditional format shows what these would hide in scientific notation."""
SHORT, SLOPE = "0.0000", '"∂ "0.0000;"∂ "-0.0000'
"""Four decimals, to be read from afar; a slope is a derivative of the loss."""
FOUR_PLACES, TWO_PLACES, ONE_PLACE = "0.0000;-0.0000", "0.00", "0.0"
"""The decimals of the cells of a matrix: the fewer, the narrower they are."""


@dataclass(frozen=True)
class Sizes:
    """Below which size a number format hides too much of a number, above which it has no room, and what shows it then.

    A zero is shown as before. Where there is no room for more, a small number shows its sign.
    """

    least: float
    small: str
    most: float
    large: str


SIZES = {
    NUMBER: Sizes(0.00005, f"{SCIENTIFIC};-{SCIENTIFIC};{NUMBER}", 9999, f"{SCIENTIFIC};-{SCIENTIFIC}"),
    SHORT: Sizes(0.0005, f"0.0E+00;-0.0E+00;{SHORT}", 999, "0.0E+00;-0.0E+00"),
    SLOPE: Sizes(0.0005, '"∂ "0.0E+00;"∂ "-0.0E+00;"∂ "0.0000', 999, '"∂ "0.0E+00;"∂ "-0.0E+00'),
    FOUR_PLACES: Sizes(0.0005, "0.0E+00;-0.0E+00;0.0000", 99, "0.0E+00;-0.0E+00"),
    TWO_PLACES: Sizes(0.005, f"0E+00;-0E+00;{TWO_PLACES}", 99, "0E+00;-0E+00"),
    ONE_PLACE: Sizes(0.05, f'"+0";"-0";{ONE_PLACE}', 99, "0;-0"),
}
GENERAL, INTEGER = "General", "#,##0"

_SERIES_COLOURS = (
    "1F77B4", "E8710A", "2CA02C", "D62728", "7B4BB7", "8C564B", "E377C2", "17A2B8", "7F7F7F", "B5A100",
)  # fmt: skip
_GOLDEN_ANGLE = 0.381966


def series_colour(index: int) -> str:
    """Return the colour of a chart's line: ten far apart from one another, then hues between them."""
    if index < len(_SERIES_COLOURS):
        return _SERIES_COLOURS[index]
    red, green, blue = hls_to_rgb(index * _GOLDEN_ANGLE % 1, (0.35, 0.5, 0.65)[index % 3], 0.7)
    return f"{round(red * 255):02X}{round(green * 255):02X}{round(blue * 255):02X}"


@dataclass(frozen=True)
class Style:
    """How a cell looks; colours are RRGGBB."""

    colour: str = INK
    bold: bool = False
    italic: bool = False
    size: int = 11
    mono: bool = False
    underline: bool = False
    fill: str = ""
    number: str = GENERAL
    align: str = ""
    wrap: bool = False
    top: bool = False
    indent: int = 0
    border: str = ""


PLAIN = Style()
EQUATION = Style(align="left", indent=1)
TITLE = Style(bold=True, size=18)
HEADING = Style(bold=True, size=13)
PROSE = Style(wrap=True, top=True)
NOTE = Style(colour=GREY, italic=True)
LABEL = Style(bold=True, fill="EAECF0", border="D0D5DD", align="center", wrap=True)
NAME = Style(bold=True)
CODE = Style(mono=True, size=10)
FLAG = Style(bold=True, border="D0D5DD", align="center")
LINK_TEXT = Style(colour="175CD3", underline=True)

INPUT = Style(colour=BLUE, fill="FFFBE6", border="E4D9A8")
BUILT = Style(colour=GREY)
CALC = Style(number=NUMBER)
LINK = Style(colour=GREEN, number=NUMBER)
LINK_GENERAL = Style(colour=GREEN)
PICK = Style(colour=BLUE, bold=True, size=14, fill="FFFBE6", border="E4D9A8", align="center")
INPUT_LINK = Style(colour=GREEN, bold=True)
COUNT = Style(number=INTEGER)


def is_input(look: Style) -> bool:
    """Whether a cell of this style holds what a person may change."""
    return look in (INPUT, PICK)
