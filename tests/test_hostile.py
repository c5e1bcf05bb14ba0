"""Files and templates that try to get by: nothing wrong passes, nothing crashes, one line says what is wrong."""

from __future__ import annotations

import os
import re
from pathlib import Path

import openpyxl
import pytest
from faults import cached, change_cell, change_parts, change_sheet

from sheetgen import (
    NumberError,
    SheetgenError,
    TemplateError,
    UsageError,
    WorkbookError,
    build,
    load,
    loads,
    override,
    verify,
)  # fmt: skip
from sheetgen.proof.report import Kind
from sheetgen.sheets.book import Book
from sheetgen.sheets.compose import pages
from sheetgen.xlsx import shell

NETWORK = """
rates = [0.1]
iterations = 10
[inputs]
x = 1.0
[targets]
t = 0.0
[parameters]
w = 0.5
[forward]
a = "w*x"
[loss]
E = "0.5*(t - a)^2"
"""


def changed(**lines: str) -> str:
    """Return the network with some of its lines replaced."""
    text = NETWORK
    for name, line in lines.items():
        text, count = re.subn(rf"(?m)^{name} = .*$", lambda _, line=line: line, text)  # type: ignore[misc]
        assert count == 1
    return text


@pytest.mark.parametrize("value", ["1e999", "-1e999", "inf", "nan"])
def test_an_infinite_cached_value_is_no_number(small_workbook: Path, tmp_path: Path, value: str) -> None:
    broken = change_cell(small_workbook, tmp_path / "b.xlsx", "lr 0.5", "AN7", cached(value))
    assert [(d.cell, d.kind) for d in verify(broken).diffs] == [("AN7", Kind.CACHED)]


@pytest.mark.parametrize("content", ["<f>1/0</f><v>0</v>", "<v>99</v>", '<is><t xml:space="preserve">best</t></is>'])
def test_a_cell_that_was_left_empty_stays_empty(small_workbook: Path, tmp_path: Path, content: str) -> None:
    kind = ' t="inlineStr"' if "<is>" in content else ""
    fill = lambda xml: re.sub(r"/>$", f"{kind}>{content}</c>", xml)  # noqa: E731
    broken = change_cell(small_workbook, tmp_path / "b.xlsx", "lr 0.5", "D2", fill)
    assert [d.cell for d in verify(broken).diffs] == ["D2"]


def test_a_second_column_of_a_label_is_found(small_workbook: Path, tmp_path: Path) -> None:
    workbook = openpyxl.load_workbook(small_workbook)
    workbook["lr 0.5"]["AO3"] = "w1"
    workbook.save(tmp_path / "b.xlsx")
    assert [(d.cell, d.kind) for d in verify(tmp_path / "b.xlsx").diffs] == [("AO3", Kind.EXTRA)]


def test_precision_as_displayed_is_a_difference_and_manual_calculation_a_note(
    small_workbook: Path, tmp_path: Path
) -> None:
    def settings(text: str):  # type: ignore[no-untyped-def]
        return lambda xml: re.sub(r"<calcPr [^>]*/>", f"<calcPr {text}/>", xml)

    rounded = change_parts(small_workbook, tmp_path / "r.xlsx", {"xl/workbook.xml": settings('fullPrecision="0"')})
    assert [d.found for d in verify(rounded).diffs] == ["precision as displayed"]
    manual = change_parts(small_workbook, tmp_path / "m.xlsx", {"xl/workbook.xml": settings('calcMode="manual"')})
    report = verify(manual)
    assert report.ok
    assert any("manual" in note for note in report.notes)


def test_a_formula_typed_as_an_input_is_that_input(small_workbook: Path, tmp_path: Path) -> None:
    workbook = openpyxl.load_workbook(small_workbook)
    workbook["Inputs"]["C14"] = "=0.1+0.1"
    workbook.save(tmp_path / "b.xlsx")
    report = verify(tmp_path / "b.xlsx")
    assert report.ok, report.diffs
    assert [str(edit) for edit in report.edited] == ["w1 0.15 → 0.2"]


def test_a_step_of_zero_typed_into_inputs(small_workbook: Path, tmp_path: Path) -> None:
    workbook = openpyxl.load_workbook(small_workbook)
    row = next(r for r in range(1, 60) if workbook["Inputs"].cell(r, 1).value == "ε")
    workbook["Inputs"].cell(row, 3).value = 0
    workbook.save(tmp_path / "b.xlsx")
    with pytest.raises(WorkbookError, match="greater than 0"):
        verify(tmp_path / "b.xlsx")


@pytest.mark.parametrize(
    ("sheet", "change"),
    [
        ("Source", lambda xml: xml.replace('r="B4"', 'r="4B"')),
        ("Source", lambda xml: xml.replace('r="B4"', 'r="??"')),
        ("Source", lambda xml: re.sub(r'(<c r="B4"[^>]*><v>)[^<]*', r"\g<1>nan", xml)),
        ("Source", lambda xml: re.sub(r'(<c r="B4"[^>]*><v>)[^<]*', r"\g<1>1e999", xml)),
        (
            "Source",
            lambda xml: xml.replace("</sheetData>", '<row r="2000000000"><c r="A2000000000"/></row></sheetData>'),
        ),
        ("Source", lambda xml: xml.replace("iterations = 5", "iterations = -5")),
        ("Source", lambda xml: "<?xml version='1.0' encoding='foo'?>" + xml.split("?>", 1)[-1]),
    ],
)
def test_a_damaged_source_gets_one_line(small_workbook: Path, tmp_path: Path, sheet: str, change: object) -> None:
    broken = change_sheet(small_workbook, tmp_path / "b.xlsx", sheet, change)  # type: ignore[arg-type]
    with pytest.raises(SheetgenError) as caught:
        verify(broken)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("part", ["xl/workbook.xml", "xl/_rels/workbook.xml.rels"])
def test_a_part_in_another_encoding_is_told_by_name(small_workbook: Path, tmp_path: Path, part: str) -> None:
    """Also in one of several bytes a letter, which expat does not read."""
    declared = "<?xml version='1.0' encoding='shift_jis'?>"
    declare = lambda xml: declared + re.sub(r"\A<\?xml.*?\?>", "", xml)  # noqa: E731
    broken = change_parts(small_workbook, tmp_path / "b.xlsx", {part: declare})
    with pytest.raises(WorkbookError, match=rf"b\.xlsx, {part}, has another encoding than UTF-8; programs read that"):
        verify(broken)


def test_a_shared_formula_used_where_it_cannot_reach(small_workbook: Path, tmp_path: Path) -> None:
    def steal(xml: str) -> str:
        return re.sub(r'(<c r="B8"[^>]*>)<f[^>]*/>', r'\g<1><f t="shared" si="36"/>', xml)

    with pytest.raises(WorkbookError, match="the formula of other cells in B8"):
        verify(change_sheet(small_workbook, tmp_path / "b.xlsx", "lr 0.5", steal))


def test_a_formula_at_the_far_corner_costs_nothing(small_workbook: Path, tmp_path: Path) -> None:
    workbook = openpyxl.load_workbook(small_workbook)
    workbook["Start"]["XFD1048576"] = "=1+1"
    workbook.save(tmp_path / "b.xlsx")
    report = verify(tmp_path / "b.xlsx")
    assert report.ok, report.diffs
    assert any("too far out" in note for note in report.notes)


def test_an_encrypted_entry_gets_one_line(small_workbook: Path, tmp_path: Path) -> None:
    content = bytearray(small_workbook.read_bytes())
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = content.find(signature)
        while at >= 0:
            content[at + offset] |= 1
            at = content.find(signature, at + 4)
    (tmp_path / "b.xlsx").write_bytes(content)
    with pytest.raises(WorkbookError, match="damaged"):
        verify(tmp_path / "b.xlsx")


@pytest.mark.parametrize(
    ("lines", "error", "message"),
    [
        ({"a": 'a = "sqrt(w*x)"', "w": "w = 1e-6", "t": "t = 1.0"}, UsageError, "start w further from that edge"),
        ({"a": 'a = "w*x*1e200*w*x*1e200"', "w": "w = 1e60"}, NumberError, "too large"),
        ({"iterations": 'workbook = "/tmp/evil.xlsx"\niterations = 10'}, TemplateError, "bare file name"),
        ({"iterations": 'title = "a\\u2028b"\niterations = 10'}, TemplateError, "printable"),
        ({"iterations": 'title = "a\\uFFFFb"\niterations = 10'}, TemplateError, "printable"),
        ({"x": "__debug__ = 1.0", "a": 'a = "w*__debug__"'}, TemplateError, "cannot name"),
    ],
)
def test_a_template_that_cannot_be_built(
    tmp_path: Path, lines: dict[str, str], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        build(loads(changed(**lines)), tmp_path / "b.xlsx")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "lines",
    [
        {"a": 'a = "w^101*x"', "w": "w = -0.9"},
        {"a": 'a = "sigmoid(w*x)"', "w": "w = -680.0", "E": 'E = "0.5*(t - a)*(t - a)"'},
        {"a": 'a = "w"', "E": 'E = "a"'},
        {"x": "Inputs = 1.0", "t": "Targets = 0.0", "w": "Checks = 0.5", "a": 'a = "Checks*Inputs"',
         "E": 'E = "0.5*(Targets - a)^2"'},
        {"iterations": 'description = """\n=1+1 is no formula\\n"quoted" 🙂 {braces} 100 %\\n"""\niterations = 10'},
        {"x": '"ξ" = 1.0', "a": 'a = "w*ξ"'},
    ],
)  # fmt: skip
def test_a_template_that_is_odd_but_right(tmp_path: Path, lines: dict[str, str], soffice: str) -> None:
    built = build(loads(changed(**lines)), tmp_path / "b.xlsx")
    assert built.ok, built.report
    report = verify(tmp_path / "b.xlsx", "libreoffice", timeout=120)
    assert report.ok, report.diffs


def test_a_deep_network(tmp_path: Path) -> None:
    layers = "\n".join(f'a{n} = "sigmoid(a{n - 1})"' for n in range(1, 401))
    text = changed(a=f'a0 = "w*x"\n{layers}', E='E = "0.5*(t - a400)^2"')
    assert build(loads(text.replace("iterations = 10", "iterations = 2")), tmp_path / "b.xlsx").ok


def sharing(count: int) -> str:
    """Return a network in which so many equations use one weight, so that its gradient adds so many derivatives."""
    layers = "\n".join(f'a{n} = "w*a{n - 1}"' for n in range(1, count - 1))
    text = changed(a=f'a0 = "w*x"\n{layers}', E=f'E = "0.5*(t - w*a{count - 2})^2"')
    return text.replace("w = 0.5", "w = 0.99")


@pytest.mark.parametrize("count", [500, 5000])
def test_a_weight_that_too_many_equations_share_is_refused(count: int) -> None:
    message = "∂E/∂w adds up so many derivatives that its formula is more than 240 operations deep; let fewer equations"
    with pytest.raises(TemplateError, match=message) as caught:
        loads(sharing(count))
    assert (caught.value.quantity, caught.value.table) == ("w", "parameters")


def test_the_most_equations_that_may_share_a_weight_are_calculated(tmp_path: Path) -> None:
    """The embedded engine calculates the deepest sum let through; the loss falls by η times its square."""
    shared = "\n".join(f'a{n} = "w + x"' for n in range(240))
    parts = "\n".join(f's{k} = "{" + ".join(f"a{n}" for n in range(k, 240, 12))}"' for k in range(12))
    text = changed(a=f'{shared}\n{parts}\ns = "{" + ".join(f"s{k}" for k in range(12))}"', E='E = "s - t"')
    built = build(loads(text.replace("iterations = 10", "iterations = 1")), tmp_path / "b.xlsx")
    assert built.ok, built.report
    assert built.losses[0].first - built.losses[0].last == pytest.approx(240 * 0.1 * 240)


def test_the_charts_of_the_longest_training_reach_the_last_row_of_a_sheet() -> None:
    study = override(load(), rates=[0.5], iterations=1_048_571)
    composed, _ = pages(Book(study, study))
    parts = shell.make(composed, study.title, "2026-01-01T00:00:00Z").parts
    charts = b"".join(content for name, content in parts.items() if name.startswith("xl/charts/"))
    assert set(re.findall(rb"\$[A-Z]+\$(\d{5,})<", charts)) == {b"1048576"}
    with pytest.raises(UsageError, match="a whole number from 1 to 1,048,571"):
        override(load(), iterations=1_048_572)


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="there is no /dev/zero here")
@pytest.mark.parametrize("kind", ["device", "pipe", "folder", "huge"])
def test_a_template_or_table_that_is_no_small_regular_file_is_refused_at_once(tmp_path: Path, kind: str) -> None:
    reasons = {
        "device": "it is no regular file", "pipe": "it is no regular file", "folder": "Is a directory",
        "huge": "it is larger than 10,000,000 bytes",
    }  # fmt: skip
    path = tmp_path / "points.csv"
    if kind == "device":
        path.symlink_to("/dev/zero")
    elif kind == "pipe":
        os.mkfifo(path)
    elif kind == "folder":
        path.mkdir()
    else:
        path.touch()
        os.truncate(path, 10**12)
    with pytest.raises(UsageError, match=f"cannot be read: {reasons[kind]}"):
        load(path)
    data = '[data]\ninputs = ["x"]\ntargets = ["t"]\nfile = "points.csv"\n[parameters]'
    text = re.sub(r"(?s)\[inputs\].*\[parameters\]", data, NETWORK)
    (tmp_path / "b.toml").write_text(text)
    with pytest.raises(TemplateError, match=rf"points\.csv cannot be read: {reasons[kind]}"):
        load(tmp_path / "b.toml")


def test_a_diverging_run_says_so(tmp_path: Path) -> None:
    built = build(loads(changed(rates="rates = [2.5]", iterations="iterations = 50")), tmp_path / "b.xlsx")
    assert built.ok, built.report
    verdict = openpyxl.load_workbook(tmp_path / "b.xlsx", data_only=True)["Error"]["D7"].value
    assert verdict.endswith("and it ended higher than it began: diverged.")
