"""What decides what a person sees of our own: number formats, conditional formats, choices, the areas of charts."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from xml.sax.saxutils import escape

from counterfeit.rows import Kind, a_number
from counterfeit.sheet_xml import insert
from counterfeit.workbook import STYLES, AbsentError, Cell, Workbook
from sheetgen.sheet_names import CHECKS, EXPLORER, GRADIENT_CHECK, INPUTS, START

Which = Callable[[Workbook, random.Random], Cell]


def a_value(book: Workbook, rng: random.Random) -> Cell:
    return book.pick(rng, lambda cell: a_number(cell) and cell.value not in ("0.0", "0"))


def a_negative(book: Workbook, rng: random.Random) -> Cell:
    return book.pick_anywhere(rng, lambda cell: a_number(cell) and (cell.value or "").startswith("-"))


def an_input(book: Workbook, rng: random.Random) -> Cell:
    inputs = [book.sheet(INPUTS)]
    return book.pick(rng, lambda cell: cell.is_number and cell.formula is None and cell.column == "C", inputs)


def a_label(book: Workbook, rng: random.Random) -> Cell:
    return book.pick(rng, lambda cell: cell.kind == "inlineStr")


def the_flag(book: Workbook, rng: random.Random) -> Cell:
    return book.cell(book.sheet(CHECKS), "B3")


def the_flag_on_start(book: Workbook, rng: random.Random) -> Cell:
    return book.cell(book.sheet(START), "B3")


def number_format(book: Workbook, code: str, style: int) -> int:
    """Add a style that differs from another in its number format only; return its index."""
    text = book.text(STYLES)
    numbers = [int(number) for number in re.findall(r'<numFmt numFmtId="([0-9]+)"', text)]
    number = max([163, *numbers]) + 1
    element = f'<numFmt numFmtId="{number}" formatCode="{escape(code, {chr(34): "&quot;"})}"/>'
    if "</numFmts>" in text:
        book.change(STYLES, "</numFmts>", lambda found: element + found[0])
    else:
        book.change(STYLES, "(<styleSheet[^>]*>)", lambda found: f'{found[1]}<numFmts count="1">{element}</numFmts>')
    found = re.search("<cellXfs[^>]*>(.*?)</cellXfs>", text, re.DOTALL)
    if found is None:
        raise AbsentError("styles of cells")
    styles = re.findall("<xf [^>]*/>|<xf .*?</xf>", found[1], re.DOTALL)
    other = re.sub('numFmtId="[0-9]+"', f'numFmtId="{number}" applyNumberFormat="1"', styles[style], count=1)
    book.change(STYLES, "</cellXfs>", lambda found: other + found[0])
    return len(styles)


def shown_as(which: Which, code: str) -> Kind:
    """Give a cell a number format that shows something else."""

    def kind(book: Workbook, rng: random.Random) -> None:
        cell = which(book, rng)
        style = re.search(' s="([0-9]+)"', cell.xml)
        index = number_format(book, code, int(style[1]) if style else 0)
        bare = re.sub(' s="[0-9]+"', "", cell.xml, count=1)
        book.replace(cell, bare.replace("<c ", f'<c s="{index}" ', 1))

    return kind


def format_redefined(book: Workbook, rng: random.Random) -> None:
    """Change the code of a number format in the styles: no cell changes."""
    book.change(STYLES, 'formatCode="0.000000"', 'formatCode="&quot;0.123&quot;"')


def _differential(book: Workbook, content: str) -> int:
    found = re.search("<dxfs[^>]*>(.*?)</dxfs>", book.text(STYLES), re.DOTALL)
    if found is None:
        raise AbsentError("formats of conditions")
    book.change(STYLES, "</dxfs>", lambda end: f"<dxf>{content}</dxf>{end[0]}")
    return found[1].count("<dxf>")


def shown_on_condition(which: Which, code: str) -> Kind:
    """Show a cell otherwise by a conditional format that always holds, before all others."""

    def kind(book: Workbook, rng: random.Random) -> None:
        cell = which(book, rng)
        escaped = escape(code, {'"': "&quot;"})
        index = _differential(book, f'<numFmt numFmtId="250" formatCode="{escaped}"/>')
        _first_rule(book, cell, f'type="expression" dxfId="{index}" stopIfTrue="1"')

    return kind


def _first_rule(book: Workbook, cell: Cell, rule: str) -> None:
    """Add a conditional format that always holds, before all others of the sheet."""
    book.change(cell.part, ' priority="([0-9]+)"', lambda found: f' priority="{int(found[1]) + 1}"', count=0)
    added = f'<cfRule priority="1" {rule}><formula>TRUE</formula></cfRule>'
    insert(
        book,
        cell.part,
        "conditionalFormatting",
        f'<conditionalFormatting sqref="{cell.address}">{added}</conditionalFormatting>',
    )


def _flagged(book: Workbook, rng: random.Random) -> str:
    """Return the part of any sheet whose flag is coloured."""
    parts = [part for part in book.sheets.values() if book.has(part) and '="OK"</formula>' in book.text(part)]
    if not parts:
        raise AbsentError("flags")
    return rng.choice(parts)


_RULE = r'(<cfRule [^>]*dxfId=)"([0-9]+)"([^>]*><formula>LEFT\([A-Z]+[0-9]+,2\)(?:=|&lt;&gt;)"OK"</formula></cfRule>)'


def colours_swapped(book: Workbook, rng: random.Random) -> None:
    """Colour a flag that fails as one that passes, and the other way round."""
    part = _flagged(book, rng)
    good, bad = (found[1] for found in re.findall(_RULE, book.text(part))[:2])
    swap = {good: bad, bad: good}
    book.change(part, _RULE, lambda found: f'{found[1]}"{swap[found[2]]}"{found[3]}', count=2)


def colours_redefined(book: Workbook, rng: random.Random) -> None:
    """Swap the formats that flags are coloured with in the styles: no sheet changes."""
    part = _flagged(book, rng)
    good, bad = (int(found[1]) for found in re.findall(_RULE, book.text(part))[:2])
    found = re.search("<dxfs[^>]*>(.*?)</dxfs>", book.text(STYLES), re.DOTALL)
    formats = re.findall("<dxf>.*?</dxf>", found[1], re.DOTALL) if found else []
    if found is None or max(good, bad) >= len(formats):
        raise AbsentError("formats of conditions")
    formats[good], formats[bad] = formats[bad], formats[good]
    book.change(STYLES, "(<dxfs[^>]*>).*?</dxfs>", lambda found: found[1] + "".join(formats) + "</dxfs>")


def condition(pattern: str, change: str) -> Kind:
    return lambda book, rng: book.change(_flagged(book, rng), pattern, change)


def flag_uncoloured(book: Workbook, rng: random.Random) -> None:
    part = _flagged(book, rng)
    book.change(
        part,
        r'<conditionalFormatting [^>]*>(?:(?!</conditionalFormatting>).)*?"OK"</formula>.*?</conditionalFormatting>',
        "",
    )


def flag_always_green(book: Workbook, rng: random.Random) -> None:
    good = '<font><color rgb="FF05603A"/></font><fill><patternFill><bgColor rgb="FFD1FADF"/></patternFill></fill>'
    _first_rule(book, the_flag(book, rng), f'type="expression" dxfId="{_differential(book, good)}" stopIfTrue="1"')


def flag_stopped(book: Workbook, rng: random.Random) -> None:
    """Keep a flag from being coloured by a condition before ours that always holds and shows nothing."""
    _first_rule(book, the_flag_on_start(book, rng), 'type="expression" stopIfTrue="1"')


def condition_over_values(rule: str) -> Kind:
    """Add a scale, bars or symbols to the values of a training sheet."""

    def kind(book: Workbook, rng: random.Random) -> None:
        cell = a_value(book, rng)
        added = f'<conditionalFormatting sqref="{cell.address}">{rule}</conditionalFormatting>'
        insert(book, cell.part, "conditionalFormatting", added)

    return kind


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


_FORMATS: dict[str, tuple[Which, str]] = {
    "a value": (a_value, '"0.123"'),
    "a value, with nothing": (a_value, ";;;"),
    "a value, in thousands": (a_value, "0,"),
    "a value, with a number before it": (a_value, '"1"0.000000'),
    "a value without its minus": (a_negative, "0.000000;0.000000"),
    "a value as a date": (a_value, "yyyy\\-mm\\-dd"),
    "a value, 1 for all that is above 0": (a_value, '[>0]"1";[<0]"-1";0'),
    "an input": (an_input, '"0.5"'),
    "a label": (a_label, 'General;General;General;"w9"'),
    "a label, with nothing": (a_label, ";;;"),
    "the flag": (the_flag, 'General;General;General;"OK: all checks pass"'),
    "the flag on Start": (the_flag_on_start, 'General;General;General;"OK: all checks pass"'),
}

KINDS: dict[str, Kind] = {
    **{f"a number format: {name}": shown_as(*how) for name, how in _FORMATS.items()},
    "a number format's code": format_redefined,
    **{
        f"a conditional number format: {name}": shown_on_condition(*_FORMATS[name])
        for name in ("a value", "a value, with nothing", "an input", "a label", "the flag", "the flag on Start")
    },
    "a flag's colours swapped": colours_swapped,
    "a flag's colours swapped in the styles": colours_redefined,
    "a flag's condition another": condition(r'LEFT\(([A-Z]+[0-9]+),2\)&lt;&gt;"OK"', r'LEFT(\1,2)="KO"'),
    "a flag's good colour always": condition(r'LEFT\([A-Z]+[0-9]+,2\)="OK"', "TRUE"),
    "a flag's colours without a condition": flag_uncoloured,
    "a flag's colour before ours": flag_always_green,
    "a flag's colours stopped": flag_stopped,
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
    "symbols for a value": condition_over_values(
        '<cfRule type="iconSet" priority="900"><iconSet iconSet="3Arrows" showValue="0"><cfvo type="percent" val="0"/>'
        '<cfvo type="percent" val="33"/><cfvo type="percent" val="67"/></iconSet></cfRule>'
    ),
    "bars for a value": condition_over_values(
        '<cfRule type="dataBar" priority="900"><dataBar showValue="0"><cfvo type="min"/><cfvo type="max"/>'
        '<color rgb="FF638EC6"/></dataBar></cfRule>'
    ),
    "the choices of a pick gone": choices(r"<dataValidations.*?</dataValidations>", "", EXPLORER, GRADIENT_CHECK),
}
"""What a person or a program may do for a reason: told where it is no difference."""
