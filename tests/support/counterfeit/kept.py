"""What charts keep of their cells, which viewers draw that calculate nothing; and curves and axes out of sight."""

from __future__ import annotations

import random
import re
from collections.abc import Callable

from counterfeit.cell import Cell
from counterfeit.charts import a_chart, charted
from counterfeit.drawn import drawing_of
from counterfeit.rows import Kind
from counterfeit.sheet_xml import other_number
from counterfeit.workbook import AbsentError, Workbook
from sheetgen.sheet_names import ERROR

_REFERENCE = re.compile(r"<c:(?P<kind>num|str)Ref><c:f>'(?P<sheet>[^'!]+)'!(?P<cells>[^<]*)</c:f></c:(?P=kind)Ref>")


def _cells_of(book: Workbook, sheet: str, cells: str) -> list[Cell]:
    """Return the cells of a column that a chart refers to, or the only one."""
    first, _, last = cells.replace("$", "").partition(":")
    column = first.rstrip("0123456789")
    rows = range(int(first.removeprefix(column)), int((last or first).removeprefix(column)) + 1)
    there = {cell.address: cell for cell in book.cells(book.sheet(sheet))}
    return [there[f"{column}{row}"] for row in rows if f"{column}{row}" in there]


def _text_of(cell: Cell) -> str:
    inline = re.search("<t[^>]*>([^<]*)</t>", cell.xml)
    return inline[1] if inline else cell.value or ""


def kept(change: Callable[[list[str]], list[str]], *, within: str, code: str = "General") -> Kind:
    """Let a chart keep something of its cells: a list of texts, changed; in its curves' y, x or names."""

    def kind(book: Workbook, rng: random.Random) -> None:
        chart = a_chart(book, rng)
        places = [
            found
            for series in re.finditer(f"<c:{within}>.*?</c:{within}>", book.text(chart), re.DOTALL)
            if (found := _REFERENCE.search(series[0]))
        ]
        if not places:
            raise AbsentError(within)
        found = rng.choice(places)
        texts = change([_text_of(cell) for cell in _cells_of(book, found["sheet"], found["cells"])])
        points = "".join(f'<c:pt idx="{place}"><c:v>{text}</c:v></c:pt>' for place, text in enumerate(texts))
        name = f"c:{found['kind']}Cache"
        shown = f"<c:formatCode>{code}</c:formatCode>" if found["kind"] == "num" else ""
        cache = f'<{name}>{shown}<c:ptCount val="{len(texts)}"/>{points}</{name}>'
        end = f"</c:{found['kind']}Ref>"
        book.put(chart, book.text(chart).replace(found[0], found[0].replace(end, cache + end), 1))

    return kind


def _last_changed(texts: list[str]) -> list[str]:
    return [*texts[:-1], other_number(texts[-1])]


def drawn_otherwise(pattern: str, change: str) -> Kind:
    """Move a chart over other cells, or make it larger or smaller."""

    def kind(book: Workbook, rng: random.Random) -> None:
        book.change(drawing_of(book, book.sheet(ERROR)), pattern, change)

    return kind


_UNSEEN = '<a:ln w="22225"><a:noFill/></a:ln>'

KINDS: dict[str, Kind] = {
    "a chart over our numbers": drawn_otherwise("(<xdr:from><xdr:col>)[0-9]+(.*?<xdr:row>)[0-9]+", r"\g<1>0\g<2>4"),
    "a chart as wide as our numbers": drawn_otherwise('<xdr:ext cx="[0-9]+"', '<xdr:ext cx="90000000"'),
    "a chart as high as our numbers": drawn_otherwise('(<xdr:ext cx="[0-9]+" cy=)"[0-9]+"', r'\1"90000000"'),
    "a chart too small to be seen": drawn_otherwise('<xdr:ext cx="[0-9]+"', '<xdr:ext cx="900"'),
    "a chart at no cell": drawn_otherwise(
        "<xdr:oneCellAnchor>(<xdr:from>.*?</xdr:from>)(.*?)</xdr:oneCellAnchor>",
        r'<xdr:absoluteAnchor><xdr:pos x="0" y="0"/>\2</xdr:absoluteAnchor>',
    ),
    "a chart's title in a font of symbols": charted(
        "<a:r><a:t>", '<a:r><a:rPr><a:latin typeface="Wingdings"/></a:rPr><a:t>'
    ),
    "a chart's axis with numbers in white": charted(
        "(?=<c:crossAx )",
        '<c:txPr><a:bodyPr/><a:p><a:pPr><a:defRPr><a:solidFill><a:srgbClr val="FFFFFF"/></a:solidFill></a:defRPr>'
        "</a:pPr></a:p></c:txPr>",
    ),
    "a chart that keeps another last number": kept(_last_changed, within="yVal"),
    "a chart that keeps other places": kept(_last_changed, within="xVal"),
    "a chart that keeps small numbers": kept(lambda texts: ["0.0001" for _ in texts], within="yVal"),
    "a chart that keeps fewer numbers": kept(lambda texts: texts[:-1], within="yVal"),
    "a chart that keeps more numbers": kept(lambda texts: [*texts, "0.0001"], within="yVal"),
    "a chart that keeps texts": kept(lambda texts: ["n/a" for _ in texts], within="yVal"),
    "a chart that keeps another name": kept(lambda texts: ["E of the best"], within="tx"),
    "a chart that keeps numbers in another format": kept(list, within="yVal", code='"0.5"'),
    "a chart's curve that is not drawn": charted(r"(<c:ser>.*?<c:spPr>)<a:ln .*?</a:ln>", rf"\1{_UNSEEN}"),
    "a chart's curve in white": charted(r'(<c:ser>.*?<a:srgbClr val=")[0-9A-F]+', r"\g<1>FFFFFF"),
    "a chart's axis without numbers": charted("<c:tickLblPos [^>]*>|(?=</c:valAx>)", '<c:tickLblPos val="none"/>'),
    "a chart's axis deleted": charted("<c:delete [^>]*>", '<c:delete val="1"/>'),
    "a chart's curve with its values in another format": charted(
        "(<c:ser>.*?</c:tx>)", r'\1<c:dLbls><c:numFmt formatCode="&quot;0.5&quot;" sourceLinked="0"/>'
        '<c:showVal val="1"/></c:dLbls>',
    ),
    "a chart's legend without a name": charted(
        "</c:chart>",
        '<c:legend><c:legendEntry><c:idx val="0"/><c:delete val="1"/></c:legendEntry></c:legend></c:chart>',
    ),
}  # fmt: skip
"""What programs draw that calculate nothing, or cannot be seen: told."""
