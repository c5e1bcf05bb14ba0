"""Grafting a sheet: what must change does, every other byte stays, and the file is right for every reader."""

from __future__ import annotations

import os
import re
import shutil
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import openpyxl
import pytest
from faults import change_parts
from grafting import MAY_CHANGE, changed, plain_workbook, sdk_errors
from openpyxl.styles import Font
from openpyxl.worksheet.table import Table
from outside import hand_made
from sample_page import sample_page
from saving import resave
from workbook_lint import lint

from sheetgen import UsageError, WorkbookError, verify
from sheetgen.page import style
from sheetgen.xlsx.graft import check, check_writable, graft
from sheetgen.xlsx.mark import NAME
from sheetgen.xlsx.reader import WorkbookFile


def test_only_what_must_change_changes(small_workbook: Path, tmp_path: Path) -> None:
    path = Path(shutil.copy(small_workbook, tmp_path / "b.xlsx"))
    graft(path, sample_page())
    assert changed(small_workbook, path) <= MAY_CHANGE
    with zipfile.ZipFile(small_workbook) as old, zipfile.ZipFile(path) as new:
        added = set(new.namelist()) - set(old.namelist())
        styles = [archive.read("xl/styles.xml").decode() for archive in (old, new)]
    assert added == {
        "xl/worksheets/sheet12.xml", "xl/worksheets/_rels/sheet12.xml.rels",
        "xl/drawings/drawing5.xml", "xl/drawings/_rels/drawing5.xml.rels", "xl/charts/chart4.xml",
            "xl/comments4.xml", "xl/drawings/vmlDrawing4.vml",
    }  # fmt: skip
    # The styles only grow: the formats that were there come first, as they were.
    formats = [re.search(r"<cellXfs[^>]*>(.*)</cellXfs>", text, re.DOTALL) for text in styles]
    assert formats[0]
    assert formats[1]
    assert formats[1][1].startswith(formats[0][1])
    assert lint(path) == []
    assert verify(path).ok


def test_the_grafted_sheet_looks_as_it_should(small_workbook: Path, tmp_path: Path) -> None:
    path = Path(shutil.copy(small_workbook, tmp_path / "b.xlsx"))
    graft(path, sample_page())
    sheet = openpyxl.load_workbook(path)["CNN"]
    values = openpyxl.load_workbook(path, data_only=True)["CNN"]
    assert openpyxl.load_workbook(path).sheetnames[-1] == "CNN"
    assert (sheet["A1"].font.size, sheet["A1"].font.bold) == (18, True)
    assert sheet["A4"].value == "=A3*2"
    assert sheet["A4"].font.color.rgb.endswith(style.GREEN)
    assert sheet["A4"].number_format == style.NUMBER
    assert (values["A4"].value, values["A5"].value) == (0.5, "twice 0.25")
    assert sheet.print_title_rows == "$1:$2"
    rules = [rule for area in sheet.conditional_formatting for rule in area.rules if rule.dxf and rule.dxf.font]
    assert {rule.dxf.font.color.rgb[-6:] for rule in rules} == {style.GOOD, style.BAD}
    assert len(sheet._charts) == 1
    other = openpyxl.load_workbook(path)["Inputs"]["C6"]
    assert other.font.color.rgb.endswith(style.BLUE)


def test_a_second_graft_replaces_the_first(small_workbook: Path, tmp_path: Path) -> None:
    path = Path(shutil.copy(small_workbook, tmp_path / "b.xlsx"))
    graft(path, sample_page())
    once = set(zipfile.ZipFile(path).namelist())
    graft(path, sample_page("second"))
    assert set(zipfile.ZipFile(path).namelist()) == once
    workbook = openpyxl.load_workbook(path)
    assert workbook.sheetnames.count("CNN") == 1
    assert workbook["CNN"]["A2"].value == "second"
    assert lint(path) == []


def test_a_sheet_in_the_middle_is_replaced_and_names_keep_their_sheets(tmp_path: Path) -> None:
    path = tmp_path / "b.xlsx"
    workbook = openpyxl.Workbook()
    for name in ("CNN", "After"):
        sheet = workbook.create_sheet(name)
        sheet["A1"] = name
        sheet.print_title_rows = "1:1"
    workbook.active = 2
    workbook.save(path)
    graft(path, sample_page(), recognise=lambda rows: True)
    grafted = openpyxl.load_workbook(path)
    assert grafted.sheetnames == ["Sheet", "After", "CNN"]
    assert grafted["After"].print_title_rows == "$1:$1"
    assert grafted["CNN"].print_title_rows == "$1:$2"
    assert grafted.active.title == "After"


def test_what_openpyxl_would_drop_stays(small_workbook: Path, tmp_path: Path) -> None:
    """An extension list, such as that of sparklines, in a sheet that is not ours to touch."""
    extension = '<extLst><ext uri="{05C60535-1F16-4fd2-B633-F4F36F0B64E0}"/></extLst></worksheet>'

    def extend(xml: str) -> str:
        return xml.replace("</worksheet>", extension)

    path = change_parts(small_workbook, tmp_path / "b.xlsx", {"xl/worksheets/sheet8.xml": extend})
    graft(path, sample_page())
    with zipfile.ZipFile(path) as archive:
        assert extension in archive.read("xl/worksheets/sheet8.xml").decode()


def test_a_calculation_chain_is_dropped(small_workbook: Path, tmp_path: Path) -> None:
    path = tmp_path / "b.xlsx"
    chain = '<calcChain xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><c r="A1" i="1"/></calcChain>'
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.calcChain+xml"
    relation = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/calcChain"
    with zipfile.ZipFile(small_workbook) as old, zipfile.ZipFile(path, "w") as new:
        for name in old.namelist():
            text = old.read(name).decode()
            override = f'<Override PartName="/xl/calcChain.xml" ContentType="{kind}"/></Types>'
            link = f'<Relationship Id="rId99" Type="{relation}" Target="calcChain.xml"/></Relationships>'
            text = text.replace("</Types>", override) if name == "[Content_Types].xml" else text
            text = text.replace("</Relationships>", link) if name == "xl/_rels/workbook.xml.rels" else text
            new.writestr(name, text)
        new.writestr("xl/calcChain.xml", chain)
    graft(path, sample_page())
    with zipfile.ZipFile(path) as archive:
        assert "xl/calcChain.xml" not in archive.namelist()
        assert all(b"calcChain" not in archive.read(name) for name in MAY_CHANGE & set(archive.namelist()))


def test_the_list_of_titles_is_kept_up_to_date(small_workbook: Path, tmp_path: Path) -> None:
    titles = (
        '<HeadingPairs><vt:vector size="2" baseType="variant"><vt:variant><vt:lpstr>Worksheets</vt:lpstr></vt:variant>'
        '<vt:variant><vt:i4>11</vt:i4></vt:variant></vt:vector></HeadingPairs><TitlesOfParts><vt:vector size="12" '
        f'baseType="lpstr">{"<vt:lpstr>x</vt:lpstr>" * 11}<vt:lpstr>a name</vt:lpstr></vt:vector></TitlesOfParts>'
        "</Properties>"
    )
    vt = ' xmlns:vt="http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes">'

    def list_titles(xml: str) -> str:
        return xml.replace("</Properties>", titles).replace('extended-properties">', 'extended-properties"' + vt)

    path = change_parts(small_workbook, tmp_path / "b.xlsx", {"docProps/app.xml": list_titles})
    graft(path, sample_page())
    with zipfile.ZipFile(path) as archive:
        app = archive.read("docProps/app.xml").decode()
    assert "<vt:i4>12</vt:i4>" in app
    assert app.endswith("<vt:lpstr>CNN</vt:lpstr><vt:lpstr>a name</vt:lpstr></vt:vector></TitlesOfParts></Properties>")


def test_a_workbook_of_another_writer(tmp_path: Path) -> None:
    """Tables, named styles and number formats of its own, and our styles beside them."""
    path = tmp_path / "b.xlsx"
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    assert sheet is not None
    for row in (("a", "b"), (1, 2), (3, 4)):
        sheet.append(row)
    sheet.add_table(Table(displayName="T", ref="A1:B3"))
    sheet["A2"].number_format = '0.0" kg"'
    sheet["B2"].font = Font(color="123456")
    workbook.save(path)
    graft(path, sample_page())
    grafted = openpyxl.load_workbook(path)
    assert grafted["Sheet"]["A2"].number_format == '0.0" kg"'
    assert grafted["Sheet"]["B2"].font.color.rgb.endswith("123456")
    assert list(grafted["Sheet"].tables) == ["T"]
    assert grafted["CNN"]["A3"].number_format == style.NUMBER


@pytest.mark.parametrize("name", ["handmade-right-2-2-2.xlsx", "handmade-wrong-gradients.xlsx"])
def test_real_workbooks_of_excel_and_google_sheets(name: str, tmp_path: Path) -> None:
    source = hand_made(name)
    path = tmp_path / "b.xlsx"
    path.write_bytes(source.read_bytes())
    graft(path, sample_page())
    assert changed(source, path) <= MAY_CHANGE | {"xl/calcChain.xml"}
    assert openpyxl.load_workbook(path).sheetnames[-1] == "CNN"


def test_a_workbook_saved_by_libreoffice(small_workbook: Path, tmp_path: Path, soffice: str) -> None:
    path = resave(small_workbook, tmp_path / "saved", soffice)
    graft(path, sample_page())
    report = verify(path, "libreoffice", timeout=120)
    assert report.ok, report.diffs
    assert {sheet.name: str(sheet.status) for sheet in report.sheets}["CNN"] == "recalculated"


def test_the_open_xml_sdk_validator_reports_nothing(small_workbook: Path, tmp_path: Path) -> None:
    path = Path(shutil.copy(small_workbook, tmp_path / "b.xlsx"))
    graft(path, sample_page())
    graft(path, sample_page())
    assert sdk_errors(path) == set()


def strict(xml: str) -> str:
    return xml.replace(
        "http://schemas.openxmlformats.org/spreadsheetml/2006/main", "http://purl.oclc.org/ooxml/spreadsheetml/main"
    )


@pytest.mark.parametrize(("change", "message"), [(strict, "Strict"), (lambda xml: xml[:200], "damaged")])
def test_what_cannot_be_added_to_is_refused_untouched(
    small_workbook: Path, tmp_path: Path, change: object, message: str
) -> None:
    path = change_parts(small_workbook, tmp_path / "b.xlsx", {"xl/workbook.xml": change})  # type: ignore[dict-item]
    before = path.read_bytes()
    with pytest.raises(WorkbookError, match=message):
        check(path, "CNN")
    with pytest.raises(WorkbookError, match=message):
        graft(path, sample_page())
    assert path.read_bytes() == before


def test_damage_anywhere_in_the_file_is_found_before_anything_is_done(small_workbook: Path, tmp_path: Path) -> None:
    content = bytearray(small_workbook.read_bytes())
    content[len(content) // 2] ^= 0xFF
    (tmp_path / "b.xlsx").write_bytes(content)
    with pytest.raises(WorkbookError):
        check(tmp_path / "b.xlsx", "CNN")
    (tmp_path / "e.xlsx").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(100))
    with pytest.raises(WorkbookError, match="encrypted"):
        check(tmp_path / "e.xlsx", "CNN")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write to anything")
def test_a_write_protected_workbook(small_workbook: Path) -> None:
    small_workbook.chmod(0o444)
    with pytest.raises(UsageError, match="write-protected"):
        check_writable(small_workbook)


@pytest.mark.parametrize(
    ("old", "new"),
    [("worksheets/sheet", "worksheets/Sheet"), ("worksheets/", "WorkSheets/"), ("charts/chart", "charts/CHART")],
)
@pytest.mark.parametrize("links_too", [True, False], ids=["throughout", "parts alone"])
def test_names_of_parts_that_differ_in_case_only_are_one_name(
    tmp_path: Path, old: str, new: str, links_too: bool
) -> None:
    plain, path = plain_workbook(tmp_path / "plain.xlsx"), tmp_path / "b.xlsx"
    with zipfile.ZipFile(plain) as source, zipfile.ZipFile(path, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            if links_too and (name.endswith(".rels") or name == "[Content_Types].xml"):
                content = content.replace(old.encode(), new.encode())
            target.writestr(name.replace(old, new), content)
    before = Path(shutil.copy(path, tmp_path / "before.xlsx"))
    graft(path, sample_page())
    graft(path, sample_page())
    with zipfile.ZipFile(path) as archive:
        names = [name.lower() for name in archive.namelist()]
        types = ElementTree.fromstring(archive.read("[Content_Types].xml"))
    assert len(set(names)) == len(names)
    declared = [element.get("PartName", "").lower() for element in types if element.get("PartName")]
    assert len(set(declared)) == len(declared)
    assert set(names) >= {part.lstrip("/") for part in declared}
    assert changed(before, path) <= MAY_CHANGE
    assert WorkbookFile(path).sheet_names == ("Data", "Notes", "CNN")
    assert [len(list(WorkbookFile(path).rows(name))) for name in ("Data", "Notes")] == [2, 2]


def test_two_parts_of_one_name_are_refused(tmp_path: Path) -> None:
    path = plain_workbook(tmp_path / "b.xlsx")
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("xl/worksheets/Sheet1.xml", "<worksheet/>")
    with pytest.raises(WorkbookError, match=r"damaged .*two of its parts are called xl/worksheets/sheet1\.xml"):
        check(path, "CNN")


def without_styles(source: Path, target: Path) -> Path:
    return change_parts(source, target, {
        "xl/styles.xml": None,
        "xl/worksheets/sheet1.xml": lambda xml: re.sub(r' s="\d+"', "", xml),
        "[Content_Types].xml": lambda xml: re.sub(r'<Override PartName="/xl/styles.xml"[^>]*/>', "", xml),
        "xl/_rels/workbook.xml.rels": lambda xml: re.sub(r'<Relationship [^>]*"styles.xml"[^>]*/>', "", xml),
    })  # fmt: skip


def test_a_workbook_without_styles_gets_ours(tmp_path: Path) -> None:
    path = without_styles(plain_workbook(tmp_path / "plain.xlsx", "Data"), tmp_path / "b.xlsx")
    graft(path, sample_page())
    workbook = openpyxl.load_workbook(path)
    assert workbook["CNN"]["A3"].number_format == style.NUMBER
    assert (workbook["Data"]["A1"].number_format, workbook["Data"]["A1"].font.sz) == ("General", 11)


def opened(xml: str) -> str:
    return re.sub(r"<([\w:]+)((?:\s[^<>]*?)?)\s*/>", r"<\1\2></\1 >", xml)


def test_the_sdk_accepts_styles_that_lacked_lists_and_a_sheet_that_was_not_closed_by_itself(tmp_path: Path) -> None:
    def colours_last(xml: str) -> str:
        xml = re.sub(r"<(dxfs|tableStyles)\b[^>]*/>|<colors>.*</colors>", "", xml)
        xml = re.sub(
            r"(<color [^>]*/>)(<sz [^>]*/>)", r"\2\1", re.sub(r"(<name [^>]*/>)(.*?)(?=</font>)", r"\2\1", xml)
        )
        added = '<colors><mruColors><color rgb="FF112233"/></mruColors></colors><extLst/></styleSheet>'
        return re.sub(r"<family [^>]*/>|<scheme [^>]*/>", "", xml).replace("</styleSheet>", added)

    path = change_parts(
        plain_workbook(tmp_path / "plain.xlsx"), tmp_path / "b.xlsx",
        {"xl/styles.xml": colours_last, "xl/workbook.xml": opened},
    )  # fmt: skip
    assert sdk_errors(path) == set()
    graft(path, sample_page())
    assert sdk_errors(path) == set()


@pytest.mark.parametrize("name", ["CNN", "cnn", "Cnn"])
@pytest.mark.parametrize("state", ["visible", "hidden", "veryHidden"])
def test_a_sheet_of_a_person_s_own_is_not_replaced(tmp_path: Path, name: str, state: str) -> None:
    path = plain_workbook(tmp_path / "b.xlsx", "Data", name)
    path = change_parts(path, tmp_path / "s.xlsx", {
        "xl/workbook.xml": lambda xml: re.sub(rf'(name="{name}" sheetId="2" state=)"visible"', rf'\1"{state}"', xml)
    })  # fmt: skip
    before = path.read_bytes()
    hidden = "" if state == "visible" else r" \(it is hidden\)"
    for attempt in (lambda: check(path, "CNN"), lambda: graft(path, sample_page())):
        with pytest.raises(
            WorkbookError, match=rf"has a sheet '{name}' that is not ours{hidden}, and it is not replaced"
        ):
            attempt()
    assert path.read_bytes() == before


def test_a_sheet_of_charts_of_a_person_s_own_is_not_replaced(tmp_path: Path) -> None:
    workbook = openpyxl.Workbook()
    workbook.create_chartsheet("cnn")
    workbook.save(tmp_path / "b.xlsx")
    with pytest.raises(WorkbookError, match="has a sheet 'cnn' that is not ours"):
        check(tmp_path / "b.xlsx", "CNN")


@pytest.mark.parametrize("name", ["cnn", "Cnn"])
def test_ours_is_replaced_when_its_name_s_case_was_changed(tmp_path: Path, name: str) -> None:
    path = plain_workbook(tmp_path / "b.xlsx")
    graft(path, sample_page())
    renamed = change_parts(path, tmp_path / "r.xlsx", {"xl/workbook.xml": lambda xml: xml.replace("CNN", name)})
    path = Path(shutil.copy(renamed, path))
    assert openpyxl.load_workbook(path).sheetnames == ["Data", "Notes", name]
    graft(path, sample_page("second"))
    assert openpyxl.load_workbook(path).sheetnames == ["Data", "Notes", "CNN"]


def test_ours_that_got_another_name_is_left_alone(tmp_path: Path) -> None:
    path = plain_workbook(tmp_path / "b.xlsx")
    graft(path, sample_page())
    workbook = openpyxl.load_workbook(path)
    workbook["CNN"].title = "Kept"
    workbook.defined_names[NAME].attr_text = "Kept!$A$1"
    workbook.save(path)
    graft(path, sample_page("second"))
    graft(path, sample_page("third"))
    workbook = openpyxl.load_workbook(path)
    assert workbook.sheetnames == ["Data", "Notes", "Kept", "CNN"]
    assert [workbook[name]["A2"].value for name in ("Kept", "CNN")] == ["first", "third"]
    assert [name for name in workbook.defined_names if name == NAME] == [NAME]


def test_the_mark_survives_openpyxl_and_libreoffice(tmp_path: Path, soffice: str) -> None:
    path = plain_workbook(tmp_path / "b.xlsx")
    graft(path, sample_page())
    openpyxl.load_workbook(path).save(path)
    path = resave(path, tmp_path / "saved", soffice)
    check(path, "CNN")
    graft(path, sample_page("second"))
    workbook = openpyxl.load_workbook(path)
    assert workbook.sheetnames == ["Data", "Notes", "CNN"]
    assert workbook["CNN"]["A2"].value == "second"
