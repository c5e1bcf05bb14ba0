"""Charts of other cells than ours, and other choices for the cells in which something is picked."""

from __future__ import annotations

import random
import re
from collections.abc import Callable

from counterfeit.rows import Kind
from counterfeit.workbook import AbsentError, Workbook
from sheetgen.sheet_names import EXPLORER, GRADIENT_CHECK


def choices(pattern: str, change: str, *sheets: str) -> Kind:
    """Change the choices, or their messages, of a cell in which something is picked."""

    def kind(book: Workbook, rng: random.Random) -> None:
        book.change(book.sheet(rng.choice(sheets)), pattern, change)

    return kind


def _chart(book: Workbook, rng: random.Random) -> str:
    charts = [name for name, _ in book.entries if re.search(r"^xl/charts/chart[0-9]+\.xml$", name)]
    if not charts:
        raise AbsentError("charts")
    return rng.choice(charts)


def charted(pattern: str, change: str | Callable[[re.Match[str]], str]) -> Kind:
    """Change what any chart of ours draws."""
    return lambda book, rng: book.change(_chart(book, rng), pattern, change)


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

TOLD: dict[str, Kind] = {
    "the choices of a pick gone": choices(r"<dataValidations.*?</dataValidations>", "", EXPLORER, GRADIENT_CHECK),
}
"""What a program may drop: told where it is no difference."""
