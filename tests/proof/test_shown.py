"""What a sheet shows besides its cells: other numbers or verdicts are differences, what is not proven is said."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from faults import Change, change_parts, change_sheet, sheet_part
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.chart import LineChart, Reference
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from sheetgen import Report, verify
from sheetgen.proof.report import Kind

CHART, STYLES = "xl/charts/chart1.xml", "xl/styles.xml"


def replaced(old: str, new: str, count: int = 1) -> Change:
    def change(xml: str) -> str:
        changed, found = re.subn(old, new, xml, count=count)
        assert found, old
        return changed

    return change


def found(report: Report) -> set[tuple[str, Kind]]:
    return {(f"{difference.sheet}!{difference.cell}", difference.kind) for difference in report.diffs}


def first_line(report: Report) -> str:
    return next(report.lines())


def test_nothing_is_said_of_a_fresh_workbook(small_workbook: Path) -> None:
    report = verify(small_workbook)
    assert report.unproven == []
    assert first_line(report).startswith(f"OK: all {report.cells:,} formula cells agree (")


@pytest.mark.parametrize(
    "change",
    [
        replaced(r"'Error'!\$B\$5:\$B\$(\d+)", r"'Error'!$C$5:$C$\1"),
        replaced(r"'Error'!\$A\$5:", "'Error'!$A$6:"),
        replaced(r"'Error'!\$B\$3", "'Error'!$C$3"),
        replaced(r"<yVal><numRef>.*?</numRef></yVal>", '<yVal><numLit><ptCount val="0"/></numLit></yVal>'),
        replaced(r"<c:f>'Error'!\$B\$5:\$B\$(\d+)</c:f>|<f>'Error'!\$B\$5:\$B\$(\d+)</f>", ""),
    ],
)
def test_a_chart_of_other_cells(small_workbook: Path, tmp_path: Path, change: Change) -> None:
    with_prefix = change_parts(small_workbook, tmp_path / "b.xlsx", {CHART: lambda xml: change(plain(xml))})
    assert found(verify(with_prefix)) == {("Error!A1", Kind.CHART)}


CACHE = '<c:numCache><c:formatCode>General</c:formatCode><c:ptCount val="{}"/>{}</c:numCache>'


@pytest.mark.parametrize(("factor", "said"), [(1.0, 0), (1 + 1e-9, 0), (0.99, 1)])
def test_what_a_chart_keeps_of_its_cells(small_workbook: Path, tmp_path: Path, factor: float, said: int) -> None:
    """Viewers that calculate nothing draw it; programs keep 15 digits."""
    errors = [
        row[0] for row in openpyxl.load_workbook(small_workbook, data_only=True)["Error"]["B5:B999"] if row[0].value
    ]

    def keep(xml: str) -> str:
        area = re.search(r"<c:yVal><c:numRef><c:f>'Error'!\$B\$5:\$B\$(\d+)</c:f>", xml)
        assert area
        shown = [cell.value * factor for cell in errors if cell.row <= int(area[1])]
        points = "".join(f'<c:pt idx="{place}"><c:v>{number!r}</c:v></c:pt>' for place, number in enumerate(shown))
        return xml.replace(area[0], area[0] + CACHE.format(len(shown), points), 1)

    made = change_parts(small_workbook, tmp_path / "b.xlsx", {CHART: keep})
    assert len(verify(made).unproven) == said
    assert verify(made, ignore_cache=True).unproven == []


def plain(xml: str) -> str:
    """Return a chart without the prefix of its elements."""
    return xml.replace("<c:", "<").replace("</c:", "</").replace("xmlns:c=", "xmlns=")


FORMATS = ['"0.5"', "0.00;0.00", "0,", ";;;", "yyyy", 'General;General;General;"OK: all checks pass"']


@pytest.mark.parametrize("code", FORMATS)
@pytest.mark.parametrize(
    ("sheet", "cell"), [("lr 0.5", "P7"), ("lr 0.5", "F5"), ("Inputs", "C14"), ("Start", "B3"), ("Error", "A1")]
)
def test_a_number_format_that_shows_something_else(
    small_workbook: Path, tmp_path: Path, sheet: str, cell: str, code: str
) -> None:
    workbook = openpyxl.load_workbook(small_workbook)
    workbook[sheet][cell].number_format = code
    workbook.save(tmp_path / "b.xlsx")
    report = verify(tmp_path / "b.xlsx")
    assert found(report) == {(f"{sheet}!{cell}", Kind.FORMAT)}
    assert report.diffs[0].found == code


@pytest.mark.parametrize(
    "code", ["0.0000000", "0.0000%", "0.000000E+00", "General", "@", "#,##0.000000;[Red]-#,##0.000000"]
)
def test_a_number_format_that_shows_the_number_is_anyones_choice(
    small_workbook: Path, tmp_path: Path, code: str
) -> None:
    workbook = openpyxl.load_workbook(small_workbook)
    workbook["lr 0.5"]["P7"].number_format = workbook["Inputs"]["C14"].number_format = code
    workbook.save(tmp_path / "b.xlsx")
    report = verify(tmp_path / "b.xlsx")
    assert (report.ok, report.unproven) == (True, [])


@pytest.mark.parametrize("code", ["0.00", "0.0%", "0.00E+00", "0", "#,##0.000;[Red]-#,##0.000"])
def test_fewer_digits_than_built_are_said(small_workbook: Path, tmp_path: Path, code: str) -> None:
    workbook = openpyxl.load_workbook(small_workbook)
    workbook["lr 0.5"]["P7"].number_format = workbook["lr 0.5"]["P8"].number_format = code
    workbook.save(tmp_path / "b.xlsx")
    report = verify(tmp_path / "b.xlsx")
    assert report.ok
    assert report.unproven == ["lr 0.5: 2 numbers of which fewer digits are shown than were built"]


def test_a_text_beside_numbers_is_said(small_workbook: Path, tmp_path: Path) -> None:
    workbook = openpyxl.load_workbook(small_workbook)
    workbook["Inputs"]["C14"].number_format = '0.00" kg"'
    workbook.save(tmp_path / "b.xlsx")
    report = verify(tmp_path / "b.xlsx")
    assert report.ok
    assert report.unproven == ["Inputs: 1 number beside which its number format shows a text"]


ALWAYS_GREEN = (
    '<conditionalFormatting sqref="A1:C9"><cfRule type="expression" priority="1" dxfId="0" stopIfTrue="1">'
    "<formula>TRUE</formula></cfRule></conditionalFormatting>"
)


@pytest.mark.parametrize(
    "change",
    [
        replaced(r'(LEFT\(B3,2\))="OK"', r'\1="CH"'),
        replaced(r'<conditionalFormatting sqref="B3">.*?</conditionalFormatting>', ""),
        replaced(r'(sqref="B3"><cfRule [^>]*dxfId=")0(".*?dxfId=")1"', r'\g<1>1\g<2>0"'),
        replaced("<conditionalFormatting", ALWAYS_GREEN + "<conditionalFormatting"),
    ],
)
def test_a_flag_of_other_colours(small_workbook: Path, tmp_path: Path, change: Change) -> None:
    report = verify(change_sheet(small_workbook, tmp_path / "b.xlsx", "Start", change))
    assert found(report) == {("Start!B3", Kind.COLOUR)}


def test_colours_of_a_flag_changed_in_the_style_sheet(small_workbook: Path, tmp_path: Path) -> None:
    swapped = replaced("05603A", "B42318")
    report = verify(change_parts(small_workbook, tmp_path / "b.xlsx", {STYLES: swapped}))
    assert ("Start!B3", Kind.COLOUR) in found(report)


def test_another_number_by_a_conditional_format(small_workbook: Path, tmp_path: Path) -> None:
    shown = replaced(r'formatCode="0.00E\+00;[^"]*"', 'formatCode="&quot;0.5&quot;"')
    report = verify(change_parts(small_workbook, tmp_path / "b.xlsx", {STYLES: shown}))
    assert {kind for _, kind in found(report)} == {Kind.FORMAT}


@pytest.mark.parametrize(
    ("sheet", "cell", "change"),
    [
        ("Explorer", "D4", replaced(r"(<formula1>)(\$[A-Z]+\$)\d+", r"\g<1>\g<2>9")),
        ("Gradient check", "B7", replaced("<formula2>0.1<", "<formula2>0.2<")),
        ("Inputs", "C24", replaced('operator="greaterThan"', 'operator="lessThan"')),
    ],
)
def test_a_cell_that_lets_in_something_else(
    small_workbook: Path, tmp_path: Path, sheet: str, cell: str, change: Change
) -> None:
    report = verify(change_sheet(small_workbook, tmp_path / "b.xlsx", sheet, change))
    assert (f"{sheet}!{cell}", Kind.CHOICE) in found(report)


def note(sheet: Worksheet) -> None:
    sheet["B2"].comment = Comment("note", "someone")


def other_note(sheet: Worksheet) -> None:
    sheet.parent["lr 0.5"]["C3"].comment.text += "It is 0.5."


def no_note(sheet: Worksheet) -> None:
    sheet.parent["lr 0.5"]["C3"].comment = None


def constant(sheet: Worksheet) -> None:
    sheet["Z90"] = 0.5


def formula(sheet: Worksheet) -> None:
    sheet["Z92"] = '="E = "&0.5'


def hidden_rows(sheet: Worksheet) -> None:
    sheet.row_dimensions[5].hidden = True


def hidden_column(sheet: Worksheet) -> None:
    sheet.column_dimensions["B"].hidden = True


def hidden_tabs(sheet: Worksheet) -> None:
    sheet.parent.views[0].showSheetTabs = False


def validation(sheet: Worksheet) -> None:
    sheet.add_data_validation(DataValidation("whole", formula1="1", formula2="2", sqref="Z91"))


def no_validation(sheet: Worksheet) -> None:
    sheet.parent["Explorer"].data_validations.dataValidation.pop()


def link(sheet: Worksheet) -> None:
    sheet["B19"].hyperlink = "https://example.org"


def another_link(sheet: Worksheet) -> None:
    sheet["B19"].hyperlink.location = "'Error'!A1"


def merge(sheet: Worksheet) -> None:
    sheet.merge_cells("Y90:Z90")


def chart(sheet: Worksheet) -> None:
    drawn = LineChart()
    drawn.add_data(Reference(sheet.parent["Error"], min_col=2, min_row=4, max_row=9))
    sheet.add_chart(drawn, "Z5")


def no_chart(sheet: Worksheet) -> None:
    sheet.parent["Error"]._charts.pop()  # type: ignore[attr-defined]


def rule(sheet: Worksheet) -> None:
    red = openpyxl.formatting.rule.CellIsRule("greaterThan", ["1"], font=Font(color="FFFFFF"))
    sheet.conditional_formatting.add("E5:E9", red)


def white(sheet: Worksheet) -> None:
    sheet["B19"].font = Font(color="FFFFFF")


def on_black(sheet: Worksheet) -> None:
    sheet["B1"].fill = PatternFill("solid", fgColor="1F2933")


def struck(sheet: Worksheet) -> None:
    sheet["B3"].font = sheet["B19"].font = Font(strike=True)


def turned(sheet: Worksheet) -> None:
    sheet["B19"].alignment = Alignment(text_rotation=90)


def in_pieces(sheet: Worksheet) -> None:
    title = str(sheet["B1"].value)
    sheet["B1"].value = CellRichText(title[:3], TextBlock(InlineFont(sz=1), title[3:]))


def narrow(sheet: Worksheet) -> None:
    sheet.column_dimensions["B"].width = 0.5


def low(sheet: Worksheet) -> None:
    sheet.row_dimensions[3].height = 0.5


def refusal(sheet: Worksheet) -> None:
    sheet.parent["Explorer"].data_validations.dataValidation[0].error = "This is right."


def not_offered(sheet: Worksheet) -> None:
    sheet.parent["Explorer"].data_validations.dataValidation[0].showDropDown = True


def another_order(sheet: Worksheet) -> None:
    for rules in sheet.parent["Explorer"].conditional_formatting:
        numbers = [one.priority for one in rules.rules]
        for one, number in zip(rules.rules, reversed(numbers), strict=True):
            one.priority = number


def boxed(sheet: Worksheet) -> None:
    for rules in sheet.conditional_formatting:
        if "LEFT" not in rules.rules[0].formula[0]:
            rules.rules[0].dxf.border = Border(right=Side("thin"))


def hidden(sheet: Worksheet) -> None:
    sheet.parent["Checks"].sheet_state = "veryHidden"


def foreign(sheet: Worksheet) -> None:
    sheet.parent.create_sheet("Results")["A1"] = 0.99


def chart_sheet(sheet: Worksheet) -> None:
    sheet.parent.create_chartsheet("Chart")


def named(sheet: Worksheet) -> None:
    sheet.parent.defined_names["best"] = openpyxl.workbook.defined_name.DefinedName("best", attr_text="Error!$B$9")


def no_zeros(sheet: Worksheet) -> None:
    sheet.sheet_view.showZeros = False


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (note, "Start: notes that are not as built (B2)"),
        (other_note, "lr 0.5: notes that are not as built (C3)"),
        (no_note, "lr 0.5: a note that is gone"),
        (constant, "Start: 1 added constant, the first in Z90"),
        (formula, "Start: 1 added formula, the first in Z92"),
        (hidden_rows, "Start: hidden rows or columns"),
        (hidden_column, "Start: hidden rows or columns"),
        (hidden_tabs, "hidden: the tabs of the sheets"),
        (validation, "Start: an added validation"),
        (no_validation, "Explorer: a cell that lets anything in, and did not as built"),
        (link, "Start: links that are not as built (B19 to https://example.org)"),
        (another_link, "Start: links that are not as built (B19 to 'Error'!A1)"),
        (merge, "Start: cells merged over others (Y90:Z90)"),
        (chart, "Start: an added chart"),
        (no_chart, "Error: a chart that is gone"),
        (rule, "Start: an added conditional format"),
        (white, "Start: 1 cell in letters of nearly the colour behind them"),
        (on_black, "Start: 1 cell in letters of nearly the colour behind them"),
        (struck, "Start: 2 cells struck through"),
        (turned, "Start: 1 cell in turned letters"),
        (in_pieces, "Start: 1 cell in letters too small to be read"),
        (narrow, "Start: hidden rows or columns"),
        (low, "Start: hidden rows or columns"),
        (refusal, "Explorer: a cell that says something else when it refuses"),
        (not_offered, "Explorer: a list to pick from that is not offered"),
        (another_order, "Explorer: conditional formats in another order than built"),
        (boxed, "Start: a conditional format that is not as built (2 of them)"),
        (hidden, "hidden: Checks"),
        (foreign, "beside the network: Results"),
        (chart_sheet, "beside the network: Chart"),
        (named, "names that were defined: best"),
        (no_zeros, "Start: no zeros"),
    ],
)
def test_what_is_shown_and_not_proven_is_said(
    small_workbook: Path, tmp_path: Path, change: Callable[[Worksheet], None], said: str
) -> None:
    workbook = openpyxl.load_workbook(small_workbook)
    change(workbook["Start"])
    workbook.save(tmp_path / "b.xlsx")
    report = verify(tmp_path / "b.xlsx")
    assert report.ok, report.diffs
    assert said in report.unproven
    assert "all that the workbook shows" in first_line(report)
    assert not first_line(report).startswith("OK: all")
    assert f"not proven: {said}" in list(report.lines())


@pytest.mark.parametrize(("more", "named"), [("", "B2, B3, B4"), ("B5", "B2, B3, B4 and 1 more")])
def test_of_many_cells_three_are_named(small_workbook: Path, tmp_path: Path, more: str, named: str) -> None:
    workbook = openpyxl.load_workbook(small_workbook)
    for cell in ("B2", "B3", "B4", *more.split()):
        workbook["Start"][cell].comment = Comment("note", "someone")
    workbook.save(tmp_path / "b.xlsx")
    assert verify(tmp_path / "b.xlsx").unproven == [f"Start: notes that are not as built ({named})"]


def moved_to_an_extension(list_of_choices: str) -> Change:
    """Write the iterations to pick from as Excel does: in an extension, as they stand on another sheet."""

    def change(xml: str) -> str:
        asked = re.search(r'<dataValidation [^>]*sqref="D5".*?<formula1>(.*?)</formula1>.*?</dataValidation>', xml)
        assert asked
        extension = (
            '<extLst><ext uri="{CCE6A557-97BC-4b89-ADB6-D9C93CAAB3DF}" '
            'xmlns:x14="http://schemas.microsoft.com/office/spreadsheetml/2009/9/main" '
            'xmlns:xm="http://schemas.microsoft.com/office/excel/2006/main"><x14:dataValidations count="1">'
            '<x14:dataValidation type="list" showErrorMessage="1"><x14:formula1><xm:f>'
            f"{list_of_choices or asked[1]}</xm:f></x14:formula1><xm:sqref>D5</xm:sqref></x14:dataValidation>"
            "</x14:dataValidations></ext></extLst>"
        )
        return xml.replace(asked[0], "").replace("</worksheet>", f"{extension}</worksheet>")

    return change


def test_a_validation_where_excel_writes_it(small_workbook: Path, tmp_path: Path) -> None:
    as_built, another = moved_to_an_extension(""), moved_to_an_extension("Error!$B$5:$B$9")
    report = verify(change_sheet(small_workbook, tmp_path / "a.xlsx", "Explorer", as_built))
    assert (report.ok, report.unproven) == (True, [])
    report = verify(change_sheet(small_workbook, tmp_path / "b.xlsx", "Explorer", another))
    assert found(report) == {("Explorer!D5", Kind.CHOICE)}


def page_numbers(sheet: Worksheet) -> None:
    sheet.oddFooter.center.text = "Page &P of &N"


def far_away(sheet: Worksheet) -> None:
    sheet.row_dimensions[5_000].hidden = sheet.column_dimensions["ZZ"].hidden = True


def black(sheet: Worksheet) -> None:
    """Write out the colour of texts, as LibreOffice does, where a rule changes the background alone."""
    for rules in sheet.parent["Gradient check"].conditional_formatting:
        for one in rules.rules:
            if one.dxf and one.dxf.fill and not one.dxf.font:
                one.dxf.font = Font(color="FF000000")


@pytest.mark.parametrize("change", [far_away, black, page_numbers])
def test_what_shows_all_the_same_is_not_said(
    small_workbook: Path, tmp_path: Path, change: Callable[[Worksheet], None]
) -> None:
    workbook = openpyxl.load_workbook(small_workbook)
    change(workbook["Start"])
    workbook.save(tmp_path / "b.xlsx")
    assert verify(tmp_path / "b.xlsx").unproven == []


def test_a_sheet_of_ours_elsewhere_is_looked_at(small_workbook: Path, tmp_path: Path) -> None:
    part = sheet_part(small_workbook, "lr 0.5")
    moved = change_parts(
        small_workbook,
        tmp_path / "b.xlsx",
        {part: replaced(r'(<c r="P8"[^>]*>)<f[^>]*/>', r"\1")},
    )
    assert found(verify(moved)) == {("lr 0.5!P8", Kind.CONSTANT)}


@pytest.mark.parametrize("number", ["²", "٢", "9" * 5000], ids=["superscript", "Arabic", "long"])
@pytest.mark.parametrize(
    ("part", "old", "new"),
    [
        ("xl/worksheets/sheet1.xml", r'<col ([^>]*?)min="\d+"', r'<col hidden="1" \1min="{}"'),
        ("xl/worksheets/sheet3.xml", r'dxfId="\d+"', 'dxfId="{}"'),
        ("xl/worksheets/sheet3.xml", r'priority="\d+"', 'priority="{}"'),
        (STYLES, r'(<cellXfs.*?)fontId="\d+"', r'\1fontId="{}"'),
        (STYLES, r'<color rgb="[0-9A-F]+" ?/>', '<color theme="{}"/>'),
        ("xl/drawings/drawing3.xml", r'<a:ln w="\d+"', '<a:ln w="{}"'),
        ("xl/drawings/drawing1.xml", r"<xdr:col>\d+<", "<xdr:col>{}<"),
    ],
)
def test_what_is_no_number_is_none(
    small_workbook: Path, tmp_path: Path, part: str, old: str, new: str, number: str
) -> None:
    """It is told or passed over; Python's own reading of numbers would end the program."""
    made = change_parts(small_workbook, tmp_path / "b.xlsx", {part: replaced(old, new.format(number))})
    assert verify(made).cells == verify(small_workbook).cells
