"""A workbook on paper: the pages of the handout, their numbers, and what is refused."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner
from faults import change_cell, constant
from gallery import small_workbook_of
from openpyxl import Workbook, load_workbook
from openpyxl.utils.cell import range_boundaries

from sheetgen import load, override
from sheetgen.cli import cli
from sheetgen.network.trace import Trace
from sheetgen.page.page import Formula
from sheetgen.render import handout_pages, render
from sheetgen.sheet_names import CHECKS
from sheetgen.sheets import handout
from sheetgen.sheets.book import Book
from sheetgen.sheets.compose import compose


def pages_in(pdf: bytes) -> int:
    """Count the pages of a PDF by its page objects."""
    assert pdf.startswith(b"%PDF")
    return len(re.findall(rb"/Type\s*/Page\b", pdf))


def test_the_handout_of_the_seed_has_six_pages(seed_workbook: Path, soffice: str) -> None:
    assert pages_in(render(seed_workbook)) == 6


def test_the_whole_seed_on_paper(seed_workbook: Path, soffice: str) -> None:
    """Four pages for each of the six training sheets, where there were twelve; and the other sheets."""
    assert pages_in(render(seed_workbook, whole=True)) <= 6 * 4 + 16


def test_every_page_on_request(tmp_path: Path, soffice: str) -> None:
    path = small_workbook_of("linear-regression", tmp_path)
    plain = CliRunner().invoke(cli, ["render", str(path)])
    every = CliRunner().invoke(cli, ["render", str(path), "--all", "-o", str(tmp_path / "all.pdf")])
    assert (plain.exit_code, every.exit_code) == (0, 0)
    assert (plain.stdout, every.stdout) == (f"wrote {path.with_suffix('.pdf')}\n", f"wrote {tmp_path / 'all.pdf'}\n")
    handed_out, whole = (pages_in(file.read_bytes()) for file in (path.with_suffix(".pdf"), tmp_path / "all.pdf"))
    assert handed_out <= 6 < whole


@pytest.mark.parametrize("template", ["gpt-small", "lenet-small", "mlp-2-2-2", "transformer-block", "xor"])
def test_of_a_large_network_one_page_of_checks_is_printed(template: str) -> None:
    """However many there are; where some are left out, that is said below the line that counts them all."""
    study = override(load(template), iterations=2)
    (page,) = [page for page in handout_pages(Book(study, study)) if page.name == CHECKS]
    sheet = Workbook().active
    for decorate in page.decorate:
        decorate(sheet)
    left, top, _, last = range_boundaries(sheet.print_area.rpartition("!")[2])
    assert (left, top) == (1, 1)
    assert last <= 100
    assert sheet.page_setup.fitToHeight == 1
    assert not sheet.row_breaks.brk
    said = [cell.content for (row, column), cell in page.cells.items() if column == 1 and row < 12]
    cut = any(str(text).startswith("These are the first checks") for text in said)
    assert cut == (template != "mlp-2-2-2" or page.size[0] > 100)


@pytest.mark.parametrize("template", ["mlp-2-2-2", "iris", "perceptron"])
def test_its_tables_hold_the_first_and_the_last_rows(template: str) -> None:
    study = override(load(template), iterations=30 if template != "perceptron" else 2)
    composed = compose(Book(study, study), more=(handout.page,)).pages
    page = composed[-1]
    values = {place: cell.content for place, cell in page.cells.items()}
    rows = {variant.sheet: [] for variant in study.variants}
    for of_variants in Trace(study).rows():
        for variant, row in zip(study.variants, of_variants, strict=True):
            rows[variant.sheet].append(dict(zip(study.graph.names, row, strict=False)))
    heads = [row for (row, column), content in values.items() if column == 1 and content == "iteration"]
    assert len(heads) == len(study.variants)
    for head, sheet in zip(heads, rows, strict=True):
        names = [values[head, column] for column in range(1, 14) if (head, column) in values]
        assert names[0] == "iteration"
        assert names[-1] == study.network.loss
        every = rows[sheet]
        expected = every if len(every) <= 20 else [*every[:10], None, *every[-10:]]
        for line, row in enumerate(expected, start=head + 1):
            shown = [values.get((line, column)) for column in range(1, len(names) + 1)]
            if row is None:
                assert shown[0] == "⋮"
                continue
            assert [cell.value() for cell in shown if isinstance(cell, Formula)] == [row[str(name)] for name in names]
            assert all(cell.text.startswith(f"'{sheet}'!$") for cell in shown if isinstance(cell, Formula))


def test_a_workbook_whose_checks_fail_gets_no_handout(tmp_path: Path) -> None:
    """It would be made of the network and the inputs, and not show what somebody typed over a formula."""
    path = small_workbook_of("mlp-2-2-2", tmp_path)
    sheet = load_workbook(path).sheetnames[2]
    broken = change_cell(path, tmp_path / "broken.xlsx", sheet, "AK5", lambda xml: constant(xml.replace("<v>", "<v>9")))
    refused = CliRunner().invoke(cli, ["render", str(broken)])
    assert refused.exit_code == 2
    assert re.search(r"its own checks fail \(CHECK: .*\), and a handout would not show that", refused.stderr)
    assert not broken.with_suffix(".pdf").exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["nothing.xlsx"], "there is no file 'nothing.xlsx'"),
        (["."], "there is no file '.'"),
        ([""], "there is no file"),
        (["there.xlsx", "-o", "out.xlsx"], "out.xlsx cannot be a handout's name; it must end in .pdf"),
        (["there.xlsx"], "there.pdf exists; replace it with --force, or name another file with -o"),
        (["text.xlsx", "-o", "new.pdf"], "text.xlsx"),
    ],
)
def test_what_cannot_be_rendered_gets_one_line(
    words: list[str], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    small_workbook_of("xor", tmp_path).rename("there.xlsx")
    Path("there.pdf").write_bytes(b"mine")
    Path("text.xlsx").write_text("no workbook")
    refused = CliRunner().invoke(cli, ["render", *words])
    assert refused.exit_code == 2
    errors = refused.stderr.splitlines()
    assert len(errors) == 1
    assert said in errors[0]
    assert Path("there.pdf").read_bytes() == b"mine"
    assert not Path("new.pdf").exists()
