"""What others drew over the cells: shapes, pictures, charts."""

from __future__ import annotations

import base64
import random
import re

from counterfeit.rows import Kind, a_number
from counterfeit.sheet_xml import insert
from counterfeit.workbook import CONTENT_TYPES, LINKS, MAIN, TYPES, WORKBOOK, AbsentError, Workbook, rels_of
from sheetgen.sheet_names import ERROR, START

_DRAWINGS = "application/vnd.openxmlformats-officedocument.drawing+xml"
_CHARTS = "application/vnd.openxmlformats-officedocument.drawingml.chart+xml"
_A = "http://schemas.openxmlformats.org/drawingml/2006/main"
_C = "http://schemas.openxmlformats.org/drawingml/2006/chart"
_XDR = "http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing"
_PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
_PLACE = "<xdr:clientData/></xdr:twoCellAnchor>"
_BOX = (
    '<a:xfrm><a:off x="0" y="0"/><a:ext cx="900000" cy="300000"/></a:xfrm>'
    '<a:prstGeom prst="rect"><a:avLst/></a:prstGeom>'
)


def _anchor(row: int, content: str) -> str:
    corner = "<xdr:col>{}</xdr:col><xdr:colOff>0</xdr:colOff><xdr:row>{}</xdr:row><xdr:rowOff>0</xdr:rowOff>"
    return (
        f'<xdr:twoCellAnchor xmlns:xdr="{_XDR}" xmlns:a="{_A}"><xdr:from>{corner.format(1, row)}</xdr:from>'
        f"<xdr:to>{corner.format(3, row + 2)}</xdr:to>{content}{_PLACE}"
    )


def _shape(text: str) -> str:
    return (
        '<xdr:sp macro="" textlink=""><xdr:nvSpPr><xdr:cNvPr id="900" name="made"/><xdr:cNvSpPr txBox="1"/>'
        "</xdr:nvSpPr>"
        f'<xdr:spPr>{_BOX}<a:solidFill><a:srgbClr val="FFFFFF"/></a:solidFill></xdr:spPr><xdr:txBody><a:bodyPr/>'
        f"<a:p><a:r><a:t>{text}</a:t></a:r></a:p></xdr:txBody></xdr:sp>"
    )


def drawing_of(book: Workbook, part: str) -> str:
    """Return the part of a sheet's drawing."""
    found = re.search(r'Target="\.\./(drawings/drawing\d+\.xml)"', book.text(rels_of(part)))
    if found is None:
        raise AbsentError(f"a drawing of {part}")
    return f"xl/{found[1]}"


def _draw(book: Workbook, part: str, anchor: str) -> str:
    """Put an anchor into a drawing, a new one or that of the sheet; return the drawing's part."""
    if "<drawing " in book.text(part):
        drawing = drawing_of(book, part)
        book.change(drawing, r"(</(?:\w+:)?wsDr>)", lambda found: anchor + found[0])
        return drawing
    drawing = "xl/drawings/made.xml"
    key = book.add_part(part, "drawing", drawing, _DRAWINGS, f'<xdr:wsDr xmlns:xdr="{_XDR}">{anchor}</xdr:wsDr>')
    insert(book, part, "drawing", f'<drawing xmlns:r="{LINKS}" r:id="{key}"/>')
    return drawing


def _typed(book: Workbook, extension: str, content_type: str) -> None:
    if f'Extension="{extension}"' not in book.text(CONTENT_TYPES):
        default = f'<Default Extension="{extension}" ContentType="{content_type}"/>'
        book.change(CONTENT_TYPES, "(<Types[^>]*>)", rf"\g<1>{default}")


def text_box(sheet: str | None) -> Kind:
    """Lay a text box with other figures over the cells of a sheet, a training sheet where none is named."""

    def kind(book: Workbook, rng: random.Random) -> None:
        part = book.sheet(sheet) if sheet else rng.choice(book.training)
        _draw(book, part, _anchor(rng.randrange(4, 8), _shape("OK: 0.000035085")))

    return kind


def picture(book: Workbook, rng: random.Random) -> None:
    part = rng.choice(book.training)
    book.add("xl/media/made.png", _PIXEL)
    _typed(book, "png", "image/png")
    content = (
        '<xdr:pic><xdr:nvPicPr><xdr:cNvPr id="901" name="made"/><xdr:cNvPicPr/></xdr:nvPicPr><xdr:blipFill>'
        f'<a:blip xmlns:r="{LINKS}" r:embed="KEY"/><a:stretch><a:fillRect/></a:stretch></xdr:blipFill>'
        f"<xdr:spPr>{_BOX}</xdr:spPr></xdr:pic>"
    )
    drawing = _draw(book, part, _anchor(5, content))
    key = book.relate(drawing, "image", "/xl/media/made.png")
    book.change(drawing, 'r:embed="KEY"', f'r:embed="{key}"')


def grouped(book: Workbook, rng: random.Random) -> None:
    """Group a chart of ours with a text box that lies over it."""
    group = '<xdr:grpSp><xdr:nvGrpSpPr><xdr:cNvPr id="902" name="made"/><xdr:cNvGrpSpPr/></xdr:nvGrpSpPr><xdr:grpSpPr/>'
    book.change(
        drawing_of(book, book.sheet(ERROR)),
        "<xdr:graphicFrame.*?</xdr:graphicFrame>",
        lambda found: f"{group}{found[0]}{_shape('E_total: 0.000035085')}</xdr:grpSp>",
    )


def background(book: Workbook, rng: random.Random) -> None:
    part = rng.choice(book.training)
    book.add("xl/media/made.png", _PIXEL)
    _typed(book, "png", "image/png")
    key = book.relate(part, "image", "/xl/media/made.png")
    insert(book, part, "picture", f'<picture xmlns:r="{LINKS}" r:id="{key}"/>')


def _plot(values: str) -> str:
    return (
        f'<c:chartSpace xmlns:c="{_C}" xmlns:a="{_A}"><c:chart><c:plotArea><c:lineChart><c:grouping val="standard"/>'
        f'<c:ser><c:idx val="0"/><c:order val="0"/><c:val>{values}</c:val></c:ser><c:axId val="1"/><c:axId val="2"/>'
        '</c:lineChart><c:catAx><c:axId val="1"/><c:scaling/><c:axPos val="b"/><c:crossAx val="2"/></c:catAx>'
        '<c:valAx><c:axId val="2"/><c:scaling/><c:axPos val="l"/><c:crossAx val="1"/></c:valAx></c:plotArea></c:chart>'
        "</c:chartSpace>"
    )


_LITERAL = (
    '<c:numLit><c:ptCount val="2"/><c:pt idx="0"><c:v>0.3</c:v></c:pt><c:pt idx="1"><c:v>0.0</c:v></c:pt></c:numLit>'
)


def extra_chart(sheet: str) -> Kind:
    """Add a chart of figures of its own."""

    def kind(book: Workbook, rng: random.Random) -> None:
        frame = (
            '<xdr:graphicFrame macro=""><xdr:nvGraphicFramePr><xdr:cNvPr id="902" name="made"/>'
            '<xdr:cNvGraphicFramePr/></xdr:nvGraphicFramePr><xdr:xfrm><a:off x="0" y="0"/><a:ext cx="0" cy="0"/>'
            f'</xdr:xfrm><a:graphic><a:graphicData uri="{_C}"><c:chart xmlns:c="{_C}" xmlns:r="{LINKS}" r:id="KEY"/>'
            "</a:graphicData></a:graphic></xdr:graphicFrame>"
        )
        drawing = _draw(book, book.sheet(sheet), _anchor(5, frame))
        key = book.add_part(drawing, "chart", "xl/charts/made.xml", _CHARTS, _plot(_LITERAL))
        book.change(drawing, 'r:id="KEY"', f'r:id="{key}"')

    return kind


def chartsheet(book: Workbook, rng: random.Random) -> None:
    """Add a sheet that is a chart."""
    sheet = "xl/chartsheets/made.xml"
    drawing = f'<chartsheet xmlns="{MAIN}" xmlns:r="{LINKS}"><sheetViews><sheetView workbookViewId="0"/></sheetViews>'
    key = book.add_part(
        WORKBOOK, "chartsheet", sheet, f"{TYPES}.chartsheet+xml", drawing + '<drawing r:id="KEY"/></chartsheet>'
    )
    book.list_sheet("Curve", key, first=rng.random() < 0.5)
    anchor = (
        f'<xdr:wsDr xmlns:xdr="{_XDR}" xmlns:a="{_A}"><xdr:absoluteAnchor><xdr:pos x="0" y="0"/>'
        '<xdr:ext cx="9000000" cy="6000000"/><xdr:graphicFrame macro=""><xdr:nvGraphicFramePr>'
        '<xdr:cNvPr id="2" name="made"/><xdr:cNvGraphicFramePr/></xdr:nvGraphicFramePr><xdr:xfrm>'
        '<a:off x="0" y="0"/><a:ext cx="0" cy="0"/></xdr:xfrm><a:graphic>'
        f'<a:graphicData uri="{_C}"><c:chart xmlns:c="{_C}" xmlns:r="{LINKS}" r:id="KEY"/></a:graphicData></a:graphic>'
        "</xdr:graphicFrame><xdr:clientData/></xdr:absoluteAnchor></xdr:wsDr>"
    )
    drawn = book.add_part(sheet, "drawing", "xl/drawings/curve.xml", _DRAWINGS, anchor)
    book.change(sheet, "KEY", drawn)
    book.change(
        "xl/drawings/curve.xml",
        "KEY",
        book.add_part("xl/drawings/curve.xml", "chart", "xl/charts/curve.xml", _CHARTS, _plot(_LITERAL)),
    )


def edge_changed(pattern: str, change: str) -> Kind:
    """Change one of the lines or circles of the network that is drawn on Start."""

    def kind(book: Workbook, rng: random.Random) -> None:
        drawing = drawing_of(book, book.sheet(START))
        shapes = re.findall("<xdr:twoCellAnchor.*?</xdr:twoCellAnchor>", book.text(drawing), re.DOTALL)
        fitting = [shape for shape in shapes if re.sub(pattern, change, shape, count=1, flags=re.DOTALL) != shape]
        if not fitting:
            raise AbsentError(pattern)
        chosen = rng.choice(fitting)
        other = re.sub(pattern, change, chosen, count=1, flags=re.DOTALL)
        book.change(drawing, re.escape(chosen), lambda found: other)

    return kind


_WORDS = "<xdr:txBody><a:bodyPr/><a:p><a:r><a:t>0.125</a:t></a:r></a:p></xdr:txBody>"
_EDGES: dict[str, tuple[str, str]] = {
    "a line of a thicker weight": ('(<xdr:cxnSp>.*?<a:ln w=")[0-9]+', r"\g<1>76200"),
    "a line of a weight of another sign": ('(<xdr:cxnSp>.*?<a:ln .*?val=")[0-9A-F]+', r"\g<1>D94810"),
    "a circle that covers its numbers": ('<a:alpha val="[0-9]+"/>', ""),
    "a circle that hardly shows its numbers": ('<a:alpha val="[0-9]+"/>', '<a:alpha val="99000"/>'),
    "a circle with another number": ("</xdr:spPr></xdr:sp>", f"</xdr:spPr>{_WORDS}</xdr:sp>"),
    "a circle filled with a pattern": (
        "<a:solidFill>.*?</a:solidFill><a:ln",
        '<a:pattFill prst="pct90"><a:fgClr><a:srgbClr val="FFFFFF"/></a:fgClr></a:pattFill><a:ln',
    ),
    "a circle elsewhere": ("(<xdr:to><xdr:col>)[0-9]+", r"\g<1>30"),
    "a line of many points": ('prst="(line)"', 'prst="heart"'),
    "a line turned": ("<a:xfrm", '<a:xfrm rot="5400000"'),
    "a line that leads elsewhere": (
        "(<xdr:cNvPr [^>]*)/>",
        r'\g<1>><a:hlinkClick xmlns:r="urn:x" r:id="rId9"/></xdr:cNvPr>',
    ),
}


def old_shape(book: Workbook, rng: random.Random) -> None:
    """Lay a shape of the old drawing language over a number, as comments and buttons are."""
    cell = book.pick(rng, a_number)
    _typed(book, "vml", "application/vnd.openxmlformats-officedocument.vmlDrawing")
    book.add(
        "xl/drawings/made.vml",
        '<xml xmlns:v="urn:schemas-microsoft-com:vml" xmlns:x="urn:schemas-microsoft-com:office:excel">'
        '<v:rect id="made" style="position:absolute;width:90pt;height:30pt" fillcolor="white"><v:textbox>'
        '<div>0.125</div></v:textbox><x:ClientData ObjectType="Rect">'
        f"<x:Anchor>1,0,{cell.row - 1},0,3,0,{cell.row},0</x:Anchor></x:ClientData></v:rect></xml>",
    )
    key = book.relate(cell.part, "vmlDrawing", "/xl/drawings/made.vml")
    insert(book, cell.part, "legacyDrawing", f'<legacyDrawing xmlns:r="{LINKS}" r:id="{key}"/>')


KINDS: dict[str, Kind] = {
    "a text box over Start": text_box(START),
    "a text box over a training sheet": text_box(None),
    "a text box among our charts": text_box(ERROR),
    "a picture over a training sheet": picture,
    "a background picture": background,
    "a chart of ours in a group": grouped,
    "a chart more among ours": extra_chart(ERROR),
    "a chart on Start": extra_chart(START),
    "a sheet that is a chart": chartsheet,
    "a shape of the old drawing language": old_shape,
    **{name: edge_changed(*how) for name, how in _EDGES.items()},
}
