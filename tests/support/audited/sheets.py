"""A workbook as plain data: what stands in each cell, written as the smallest file that spreadsheets read."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

from openpyxl.writer.theme import theme_xml

from sheetgen.page.cell_names import column_letter

Key = tuple[str, int, int]
"""A cell by its sheet, row and column; the last two count from 1."""


@dataclass(frozen=True)
class Formula:
    """A formula without ``=``; an array formula fills so many rows and columns."""

    text: str
    fills: tuple[int, int] | None = None


Content = float | str | Formula


@dataclass(frozen=True)
class Chart:
    """A line of a quantity over the steps. A series of pasted numbers has no reference."""

    sheet: str
    title: str
    name: str
    reference: str
    numbers: tuple[float, ...] = ()


@dataclass
class Sheets:
    """A workbook: its cells, the values that its file shows, its charts and the settings of its calculation."""

    cells: dict[Key, Content] = field(default_factory=dict)
    values: dict[Key, float | str] = field(default_factory=dict)
    charts: list[Chart] = field(default_factory=list)
    settings: dict[str, str] = field(default_factory=dict)

    @property
    def names(self) -> list[str]:
        return list(dict.fromkeys(sheet for sheet, _, _ in self.cells))

    def copy(self) -> Sheets:
        return Sheets(dict(self.cells), dict(self.values), list(self.charts), dict(self.settings))

    def write(self, path: Path) -> Path:
        """Write the file; a formula whose value is not known has none."""
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, text in _parts(self).items():
                archive.writestr(name, text)
        return path


def address(row: int, column: int) -> str:
    return f"{column_letter(column)}{row}"


def _shown(value: float | str | None) -> tuple[str, str]:
    """Return a cell's type and the element of its value."""
    if value is None:
        return "", ""
    if isinstance(value, str):
        return (' t="e"' if value.startswith("#") else ' t="str"'), f"<v>{escape(value)}</v>"
    return "", f"<v>{float(value)!r}</v>"


def _cell(book: Sheets, key: Key) -> str:
    _, row, column = key
    name, content = address(row, column), book.cells.get(key)
    if isinstance(content, str) and not content.startswith("#"):
        return f'<c r="{name}" t="inlineStr"><is><t xml:space="preserve">{escape(content)}</t></is></c>'
    formula = ""
    if isinstance(content, Formula):
        rows, columns = content.fills or (0, 0)
        area = f"{name}:{address(row + rows - 1, column + columns - 1)}"
        array = f' t="array" ref="{area}"' if content.fills else ""
        formula = f"<f{array}>{escape(content.text)}</f>"
    kind, value = _shown(book.values.get(key) if content is None or formula else content)
    return f'<c r="{name}"{kind}>{formula}{value}</c>'


def _sheet(book: Sheets, sheet: str, drawing: bool) -> str:
    rows: dict[int, list[int]] = {}
    for name, row, column in {**book.values, **book.cells}:
        if name == sheet:
            rows.setdefault(row, []).append(column)
    data = "".join(
        f'<row r="{row}">{"".join(_cell(book, (sheet, row, column)) for column in sorted(rows[row]))}</row>'
        for row in sorted(rows)
    )
    drawn = '<drawing r:id="rId1"/>' if drawing else ""
    return f"{_HEAD}<worksheet {_MAIN} {_R}><sheetData>{data}</sheetData>{drawn}</worksheet>"


_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_OPEN = "http://schemas.openxmlformats.org"
_MAIN = f'xmlns="{_OPEN}/spreadsheetml/2006/main"'
_R = f'xmlns:r="{_OPEN}/officeDocument/2006/relationships"'
_TYPE = "application/vnd.openxmlformats-officedocument"


_STYLES = (
    f'{_HEAD}<styleSheet {_MAIN}><fonts count="1"><font><sz val="11"/><name val="Calibri"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill>'
    '</fills><borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    '<cellXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)


def _relations(targets: Mapping[str, str]) -> str:
    items = "".join(
        f'<Relationship Id="rId{number}" Type="{_OPEN}/officeDocument/2006/relationships/{kind}" Target="{target}"/>'
        for number, (target, kind) in enumerate(targets.items(), 1)
    )
    return f'{_HEAD}<Relationships xmlns="{_OPEN}/package/2006/relationships">{items}</Relationships>'


def _parts(book: Sheets) -> dict[str, str]:
    names = book.names
    charts = {sheet: [chart for chart in book.charts if chart.sheet == sheet] for sheet in names}
    types = {"/xl/workbook.xml": f"{_TYPE}.spreadsheetml.sheet.main+xml"}
    parts: dict[str, str] = {}
    for number, sheet in enumerate(names, 1):
        part = f"xl/worksheets/sheet{number}.xml"
        types[f"/{part}"] = f"{_TYPE}.spreadsheetml.worksheet+xml"
        parts[part] = _sheet(book, sheet, bool(charts[sheet]))
        if charts[sheet]:
            (chart,) = charts[sheet]
            types[f"/xl/drawings/drawing{number}.xml"] = f"{_TYPE}.drawing+xml"
            types[f"/xl/charts/chart{number}.xml"] = f"{_TYPE}.drawingml.chart+xml"
            drawing = {f"../drawings/drawing{number}.xml": "drawing"}
            parts[f"xl/worksheets/_rels/sheet{number}.xml.rels"] = _relations(drawing)
            parts[f"xl/drawings/drawing{number}.xml"] = _drawing()
            parts[f"xl/drawings/_rels/drawing{number}.xml.rels"] = _relations({f"../charts/chart{number}.xml": "chart"})
            parts[f"xl/charts/chart{number}.xml"] = _chart(chart)
    tabs = "".join(
        f'<sheet name={quoteattr(sheet)} sheetId="{number}" r:id="rId{number}"/>'
        for number, sheet in enumerate(names, 1)
    )
    calculation = "".join(f' {key}="{value}"' for key, value in book.settings.items())
    parts["xl/workbook.xml"] = (
        f'{_HEAD}<workbook {_MAIN} {_R}><sheets>{tabs}</sheets><calcPr calcId="191029"{calculation}/></workbook>'
    )
    worksheets = {f"worksheets/sheet{number}.xml": "worksheet" for number in range(1, len(names) + 1)}
    beside = {"styles.xml": "styles", "theme/theme1.xml": "theme"}
    parts["xl/_rels/workbook.xml.rels"] = _relations({**worksheets, **beside})
    types["/xl/styles.xml"] = f"{_TYPE}.spreadsheetml.styles+xml"
    parts["xl/styles.xml"] = _STYLES
    types["/xl/theme/theme1.xml"] = f"{_TYPE}.theme+xml"
    parts["xl/theme/theme1.xml"] = theme_xml
    parts["_rels/.rels"] = _relations({"xl/workbook.xml": "officeDocument"})
    overrides = "".join(f'<Override PartName="{part}" ContentType="{kind}"/>' for part, kind in types.items())
    defaults = (
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
    )
    parts["[Content_Types].xml"] = (
        f'{_HEAD}<Types xmlns="{_OPEN}/package/2006/content-types">{defaults}{overrides}</Types>'
    )
    return parts


def _drawing() -> str:
    uri = f"{_OPEN}/drawingml/2006/chart"
    corner = "".join(
        f"<xdr:{end}><xdr:col>{c}</xdr:col><xdr:colOff>0</xdr:colOff><xdr:row>{r}</xdr:row>"
        f"<xdr:rowOff>0</xdr:rowOff></xdr:{end}>"
        for end, c, r in (("from", 1, 30), ("to", 8, 45))
    )
    return (
        f'{_HEAD}<xdr:wsDr xmlns:xdr="{_OPEN}/drawingml/2006/spreadsheetDrawing" '
        f'xmlns:a="{_OPEN}/drawingml/2006/main"><xdr:twoCellAnchor>{corner}<xdr:graphicFrame macro="">'
        '<xdr:nvGraphicFramePr><xdr:cNvPr id="2" name="Chart 1"/><xdr:cNvGraphicFramePr/></xdr:nvGraphicFramePr>'
        '<xdr:xfrm><a:off x="0" y="0"/><a:ext cx="0" cy="0"/></xdr:xfrm><a:graphic>'
        f'<a:graphicData uri="{uri}"><c:chart xmlns:c="{uri}" {_R} r:id="rId1"/></a:graphicData></a:graphic>'
        "</xdr:graphicFrame><xdr:clientData/></xdr:twoCellAnchor></xdr:wsDr>"
    )


def _chart(chart: Chart) -> str:
    points = "".join(f'<c:pt idx="{at}"><c:v>{value!r}</c:v></c:pt>' for at, value in enumerate(chart.numbers))
    numbers = f'<c:formatCode>General</c:formatCode><c:ptCount val="{len(chart.numbers)}"/>{points}'
    if chart.reference:
        numbers = f"<c:numRef><c:f>{escape(chart.reference)}</c:f><c:numCache>{numbers}</c:numCache></c:numRef>"
    else:
        numbers = f"<c:numLit>{numbers}</c:numLit>"
    words = f"<a:p><a:r><a:t>{escape(chart.title)}</a:t></a:r></a:p>"
    return (
        f'{_HEAD}<c:chartSpace xmlns:c="{_OPEN}/drawingml/2006/chart" xmlns:a="{_OPEN}/drawingml/2006/main" {_R}>'
        f"<c:chart><c:title><c:tx><c:rich><a:bodyPr/>{words}</c:rich></c:tx></c:title><c:plotArea><c:layout/>"
        '<c:lineChart><c:grouping val="standard"/><c:varyColors val="0"/><c:ser><c:idx val="0"/><c:order val="0"/>'
        f"<c:tx><c:v>{escape(chart.name)}</c:v></c:tx><c:val>{numbers}</c:val></c:ser>"
        '<c:axId val="1"/><c:axId val="2"/></c:lineChart>'
        '<c:catAx><c:axId val="1"/><c:scaling/><c:delete val="0"/><c:axPos val="b"/><c:crossAx val="2"/></c:catAx>'
        '<c:valAx><c:axId val="2"/><c:scaling/><c:delete val="0"/><c:axPos val="l"/><c:crossAx val="1"/></c:valAx>'
        "</c:plotArea></c:chart></c:chartSpace>"
    )
