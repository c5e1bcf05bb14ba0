"""Charts of other cells than ours, and other choices for the cells in which something is picked."""

from __future__ import annotations

import random
import re
from collections.abc import Callable

from counterfeit.rows import Kind
from counterfeit.workbook import LINKS, AbsentError, Workbook
from sheetgen.sheet_names import EXPLORER, GRADIENT_CHECK, INPUTS

_C = "http://schemas.openxmlformats.org/drawingml/2006/chart"


def choices(pattern: str, change: str, *sheets: str) -> Kind:
    """Change the choices, or their messages, of a cell in which something is picked."""

    def kind(book: Workbook, rng: random.Random) -> None:
        book.change(book.sheet(rng.choice(sheets)), pattern, change)

    return kind


def a_chart(book: Workbook, rng: random.Random) -> str:
    """Return the part of any chart."""
    charts = [name for name, _ in book.entries if re.search(r"^xl/charts/chart[0-9]+\.xml$", name)]
    if not charts:
        raise AbsentError("charts")
    return rng.choice(charts)


def charted(pattern: str, change: str | Callable[[re.Match[str]], str]) -> Kind:
    """Change what any chart of ours draws."""
    return lambda book, rng: book.change(a_chart(book, rng), pattern, change)


def _one_row_down(found: re.Match[str]) -> str:
    return re.sub(r"\$([0-9]+)(?=<|:|$)", lambda number: f"${int(number[1]) + 1}", found[0])


def _literal(found: re.Match[str]) -> str:
    prefix = found[1]
    points = "".join(f'<{prefix}pt idx="{i}"><{prefix}v>{v}</{prefix}v></{prefix}pt>' for i, v in enumerate((0.3, 0.0)))
    return f'<{prefix}numLit><{prefix}ptCount val="2"/>{points}</{prefix}numLit>'


KINDS: dict[str, Kind] = {
    "the choices of a pick": choices(
        r'type="list"([^>]*)><formula1>.*?</formula1>',
        r'type="list"\1><formula1>"1,2"</formula1>',
        EXPLORER,
        GRADIENT_CHECK,
    ),
    "the choices of a pick, one row on": choices(
        r"(<formula1>[^<]*\$)([0-9]+)(:\$[A-Z]+\$[0-9]+</formula1>)", r"\g<1>1\3", EXPLORER, GRADIENT_CHECK
    ),
    "a chart's values": charted(r"<(\w*:?)yVal>.*?</\1yVal>", _one_row_down),
    "a chart's places": charted(r"<(\w*:?)xVal>.*?</\1xVal>", _one_row_down),
    "a chart's name of a curve": charted(r"<(\w*:?)tx>(?:(?!<\w*:?rich>).)*?</\1tx>", _one_row_down),
    "a chart's values as literals": charted(r"(?<=yVal>)<(\w*:?)numRef>.*?</\1numRef>", _literal),
    "a chart's places as literals": charted(r"(?<=xVal>)<(\w*:?)numRef>.*?</\1numRef>", _literal),
    "a chart's curve gone": charted(r"<(\w*:?)ser>.*?</\1ser>", ""),
    "a chart's values of another sheet": charted(r"(<\w*:?yVal>.*?<\w*:?f>)[^<!]*!", r"\g<1>'Inputs'!"),
}


def shapes_over(book: Workbook, rng: random.Random) -> None:
    """Lay shapes over the curves of a chart, in a drawing of its own."""
    chart = a_chart(book, rng)
    shapes = "application/vnd.openxmlformats-officedocument.drawingml.chartshapes+xml"
    content = f'<c:userShapes xmlns:c="{_C}"/>'
    key = book.add_part(chart, "chartUserShapes", "xl/drawings/made.xml", shapes, content)
    book.change(chart, "</c:chartSpace>", f'<c:userShapes xmlns:r="{LINKS}" r:id="{key}"/></c:chartSpace>')


_LABEL = (
    '<c:dLbls><c:dLbl><c:idx val="0"/><c:tx><c:rich><a:bodyPr/><a:p><a:r><a:t>0.00001</a:t></a:r></a:p></c:rich></c:tx>'
    '<c:showVal val="1"/></c:dLbl></c:dLbls>'
)
_CHOICE = (
    '<mc:AlternateContent xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"><mc:Fallback>'
    "<c:lineChart/></mc:Fallback></mc:AlternateContent>"
)
_PICTURE = f'<c:spPr><a:blipFill><a:blip xmlns:r="{LINKS}" r:embed="made"/></a:blipFill></c:spPr>'

TOLD: dict[str, Kind] = {
    "a chart's axis in another format": charted(
        '<c:numFmt formatCode="[^"]*"', '<c:numFmt formatCode="0&quot;00&quot;"'
    ),
    "a chart's axis in thousandths": charted(
        "</c:valAx>", '<c:dispUnits><c:custDispUnit val="0.001"/></c:dispUnits></c:valAx>'
    ),
    "a chart's axis that ends sooner": charted(
        "(<c:valAx>.*?<c:scaling>).*?(</c:scaling>)",
        r'\1<c:orientation val="minMax"/><c:max val="0.001"/><c:min val="0"/>\2',
    ),
    "a chart's axis with another title": charted("(<c:valAx>.*?<a:t>)[^<]*", r"\g<1>E / 1000"),
    "a chart's curve with labels": charted("(<c:ser>.*?</c:tx>)", rf"\1{_LABEL}"),
    "a chart's curve with a trend": charted(
        "<c:xVal>", '<c:trendline><c:trendlineType val="linear"/></c:trendline><c:xVal>'
    ),
    "a chart's curves with a picture": charted("</c:plotArea>", f"{_PICTURE}</c:plotArea>"),
    "a chart's curves with others as a choice": charted("<c:plotArea>", f"<c:plotArea>{_CHOICE}"),
    "shapes over a chart": shapes_over,
    "a message for an input": choices(r'\bprompt="[^"]*"', 'prompt="This is 0.2"', INPUTS),
    "the bounds of inputs without effect": choices('showErrorMessage="1"', 'showErrorMessage="0"', INPUTS),
    "the choices of a pick gone": choices(r"<dataValidations.*?</dataValidations>", "", EXPLORER, GRADIENT_CHECK),
}
"""What a program may drop or a person may change for a reason: told where it is no difference."""
