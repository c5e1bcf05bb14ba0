"""Rows read many at once are what reading them element by element gives: in every file, however it is changed."""

from __future__ import annotations

import io
import random
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import openpyxl
import pytest
from counterfeit.kinds import GROUPS, made
from counterfeit.workbook import Workbook
from gallery import TEMPLATES, small_workbook_of
from saving import resave

from sheetgen import WorkbookError, build, load, override
from sheetgen.page.cell_names import column_letter
from sheetgen.xlsx import sheet_reader
from sheetgen.xlsx.alike_rows import AlikeRows
from sheetgen.xlsx.reader import DAMAGE, WorkbookFile
from sheetgen.xlsx.sheet_reader import Rows, SheetReader

ROWS = 40
START = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
END = "</sheetData><pageMargins/></worksheet>"
FIRST_TWO = (
    '<row r="1"><c r="A1" s="3"><v>0</v></c><c r="B1" s="4"><f>Inputs!C7</f><v>0.5</v></c><c r="C1"><v>1</v></c></row>'
    '<row r="2"><c r="A2" s="3"><f t="shared" ref="A2:A39" si="0">A1+1</f><v>1</v></c>'
    '<c r="B2" s="4"><f>B1+\'adam v2\'!C2%</f><v>0.25</v></c><c r="C2"><f>C1&lt;1E7</f><v>1</v></c></row>'
)
FORM = (
    '<row r="{row}"><c r="A{row}" s="3"><f t="shared" si="0"/><v>{above}</v></c>'
    '<c r="B{row}" s="4"><f>B{above}+\'adam v2\'!C{row}%</f><v>{value}</v></c>'
    '<c r="C{row}"><f>C{above}&lt;1E7</f><v>-1.5e-7</v></c></row>'
)


def formed(row: int) -> str:
    return FORM.format(row=row, above=row - 1, value=0.1**row)


TABLE = FIRST_TWO + "".join(map(formed, range(3, ROWS))) + f'<row r="{ROWS}"><c r="A{ROWS}"><v>7</v></c></row>'


TEN = "".join(map(formed, range(11, 21)))


def part(table: str) -> bytes:
    return f"{START}{table}{END}".encode()


def read(xml: bytes) -> list[Rows]:
    return list(SheetReader(list).rows(io.BytesIO(xml)))


def as_cells(pieces: list[Rows]) -> list[str]:
    """Return what every row holds, spelled so that -0.0 is not 0.0."""
    return [repr(row) for piece in pieces for row in (piece.rows() if isinstance(piece, AlikeRows) else [piece])]


def outcome(xml: bytes) -> list[str] | str:
    """Return the rows of a part and those that do not show, or how it is refused."""
    try:
        reader = SheetReader(list)
        return [*as_cells(list(reader.rows(io.BytesIO(xml)))), f"hidden: {reader.hidden}"]
    except DAMAGE as problem:
        return f"{type(problem).__name__}: {problem}"


@contextmanager
def elements_only() -> Iterator[None]:
    """Let every row be read element by element."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sheet_reader, "pattern_of", lambda xml, cells: None)
        patch.setattr(sheet_reader, "plain_row", lambda xml: None)
        yield


def of_elements(xml: bytes) -> list[str] | str:
    """Return the same, with every row read element by element."""
    with elements_only():
        return outcome(xml)


def read_element_by_element(xml: bytes) -> list[Rows]:
    with elements_only():
        return read(xml)


def alike_cells(pieces: list[Rows]) -> int:
    return sum(piece.values.size for piece in pieces if isinstance(piece, AlikeRows))


def test_a_table_is_read_in_pieces() -> None:
    pieces = read(part(TABLE))
    assert alike_cells(pieces) > 3 * (ROWS - 4) * 0.9
    assert len(pieces) < ROWS / 3
    assert outcome(part(TABLE)) == of_elements(part(TABLE))


def test_rows_of_many_columns_are_read_in_pieces_too() -> None:
    """A row of 12,000 cells has 640,000 bytes; 4,194,304 are read at once."""
    columns = [column_letter(number) for number in range(1, 12_001)]
    rows = (
        f'<row r="{row}">'
        + "".join(f'<c r="{column}{row}" s="3"><f>{column}{row - 1}/3</f><v>{1 / row!r}</v></c>' for column in columns)
        + "</row>"
        for row in range(2, 12)
    )
    xml = part("".join(rows))
    assert len(xml) > 6_000_000
    pieces = read(xml)
    assert alike_cells(pieces) == (len(range(2, 12)) - 2) * len(columns)
    assert as_cells(pieces) == as_cells(read_element_by_element(xml))


CHANGES = {
    "no end of a number": ("<v>9</v></c><c", "<v>9<v></c><c"),
    "two numbers in one": ("<v>9</v>", "<v>9,9</v>"),
    "an open bracket and a closed one": ("<v>9</v></c><c r=\"B10\"", "<v>[9]</v></c><c r=\"B10\""),
    "a second value": ("<v>9</v>", "<v>9</v><v>9</v>"),
    "a minus zero": ("<v>9</v>", "<v>-0</v>"),
    "a number that begins with its point": ("<v>9</v>", "<v>.9</v>"),
    "a number that begins with zeros": ("<v>9</v>", "<v>009</v>"),
    "a number that begins with a plus": ("<v>9</v>", "<v>+9</v>"),
    "a number too large": ("<v>9</v>", "<v>1E999</v>"),
    "a whole number of thirty digits": ("<v>9</v>", "<v>123456789012345678901234567891</v>"),
    "a number of many digits": ("<v>9</v>", "<v>9007199254740993.0000000000000001</v>"),
    "no number": ("<v>9</v>", "<v>1e</v>"),
    "a text": ("<v>9</v>", "<v>nine</v>"),
    "an empty value": ("<v>9</v>", "<v/>"),
    "a character by its number": ("<v>9</v>", "<v>&#57;</v>"),
    "another style": ('r="A10" s="3"', 'r="A10" s="9"'),
    "another kind": ('r="A10" s="3"', 'r="A10" s="3" t="b"'),
    "a cell of another row": ('r="A10"', 'r="A11"'),
    "a cell of another column": ('r="C10"', 'r="D10"'),
    "another shared formula": ('si="0"/><v>9', 'si="1"/><v>9'),
    "another formula": ("B9+'adam", "B8+'adam"),
    "another sheet": ("'adam v2'!C10", "'adam v3'!C10"),
    "a formula of an element": ("B9+'adam", "B9+<b/>'adam"),
    "an array": ("<f>C9", '<f t="array" ref="C10">C9'),
    "a row that does not show": ('<row r="10">', '<row r="10" hidden="1">'),
    "a row without its number": ('<row r="10">', "<row>"),
    "a row twice": (formed(10), formed(10) * 2),
    "a row left out": (formed(10), ""),
    "rows in another order": (formed(10) + formed(11), formed(11) + formed(10)),
    "a row within a row": (formed(10), formed(10).replace("</row>", formed(11) + "</row>")),
    "a row in an extension": (formed(10), formed(10).replace("</row>", f"<extLst>{formed(11)}</extLst></row>")),
    "a row behind the table": (formed(10), f"</sheetData>{formed(10)}"),
    "a comment between rows": (formed(10), "<!-- -->" + formed(10)),
    "a space between rows": (formed(10), " " + formed(10)),
    "a cell beside": (formed(10), formed(10).replace("</row>", '<c r="D10"><v>1</v></c></row>')),
    "single quotes": ('<row r="10">', "<row r='10'>"),
    "the formula of other cells": ("A2:A39", "A2:A20"),
    "a style that is the number of its row": ('r="A10" s="3"', 'r="A10" s="10"'),
    "rows that do not show": ('<row r="{row}">', '<row r="{row}" hidden="1">'),
    "rows of no cells": (formed(10), '<row r="10"></row>'),
    "a shared formula defined in every row": ('si="0"/>', 'si="7" ref="A3:A39">A{above}</f>'),
    "rows in an extension, behind an end with a space": (
        formed(10),
        formed(10).replace("</row>", "</row >") + f"<row r=\"11\"><extLst>{formed(9)}{TEN}</extLst></row>",
    ),
    "styles that are the numbers of their rows": ('s="4"', 's="{row}"'),
    "formulas with a row's number as a character": ("&lt;", "&#xA{row};"),
    "formulas all alike": ("C{above}", "C$1"),
    "formulas with per cents of formats": ("&lt;", "%b%s&lt;"),
    "values that are the numbers of their rows": ("<v>-1.5e-7</v>", "<v>{row}</v>"),
    "texts": ('<c r="C{row}">', '<c r="C{row}" t="str">'),
    "errors": ("<v>-1.5e-7</v>", "<v>#NUM!</v>"),
    "no values": ("<v>-1.5e-7</v>", ""),
    "arrays": ("<f>C{above}", '<f t="array" ref="C{row}">C{above}'),
    "an end before its time": (formed(10), "</worksheet>"),
    "pictures": ('r="C{row}"', 'r="C{row}" vm="1"'),
}  # fmt: skip


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_any_change_is_read_as_element_by_element(change: tuple[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    old, new = change
    if old in FORM:
        monkeypatch.setattr(f"{__name__}.FORM", FORM.replace(old, new))
        table = FIRST_TWO + "".join(map(formed, range(3, ROWS)))
    else:
        table = TABLE.replace(old, new, 1)
    assert table != TABLE
    assert outcome(part(table)) == of_elements(part(table))


def test_a_part_that_is_cut_off() -> None:
    xml = part(TABLE)
    for end in range(1, len(xml), 97):
        assert outcome(xml[:end]) == of_elements(xml[:end])


@pytest.mark.parametrize("seed", range(6))
def test_bytes_changed_at_random(seed: int) -> None:
    """Bytes of a part are put elsewhere, left out or written twice."""
    rng = random.Random(seed)
    xml, results = part(TABLE), set()
    for _ in range(100):
        start, place = rng.randrange(len(xml)), rng.randrange(len(xml))
        copied = xml[start : start + rng.randrange(1, 12)]
        changed = xml[:place] + copied * rng.randrange(2) + xml[place + rng.randrange(len(copied) + 1) :]
        assert outcome(changed) == of_elements(changed), changed
        results.add(type(outcome(changed)))
    assert results == {list, str}  # some can be read, some not


@pytest.mark.parametrize("size", [1, 7, 100, 1000])
def test_wherever_its_pieces_end(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheet_reader, "_PIECE", size)
    assert outcome(part(TABLE)) == of_elements(part(TABLE))


def of_file(path: Path) -> tuple[dict[str, list[str] | str], int]:
    """Return the rows of every sheet, or how it is refused, and the number of cells that were read many at once."""
    try:
        file = WorkbookFile(path)
    except WorkbookError as problem:
        return {"": str(problem)}, 0
    sheets: dict[str, list[str] | str] = {}
    many = 0
    for sheet in file.sheet_names:
        try:
            pieces = list(file.row_pieces(sheet))
            sheets[sheet] = [*as_cells(pieces), repr(file.hidden_rows(sheet)), repr([e.tag for e in file.frame(sheet)])]
            many += alike_cells(pieces)
        except WorkbookError as problem:
            sheets[sheet] = str(problem)
    return sheets, many


def assert_the_same(path: Path) -> int:
    """Assert that a file is read as element by element; return the number of cells that were read many at once."""
    sheets, many = of_file(path)
    with elements_only():
        assert (sheets, 0) == of_file(path)
    return many


@pytest.mark.parametrize("template", TEMPLATES)
def test_workbooks_of_the_gallery(template: str, tmp_path: Path) -> None:
    assert assert_the_same(small_workbook_of(template, tmp_path, iterations=12)) > 100


@pytest.fixture(scope="module")
def of_a_neuron(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("neuron") / "w.xlsx"
    build(override(load("perceptron"), iterations=30), path, verify=False)
    return path


def test_a_workbook_saved_by_libreoffice(of_a_neuron: Path, tmp_path: Path, soffice: str) -> None:
    assert assert_the_same(resave(of_a_neuron, tmp_path / "saved", soffice)) > 100


def test_a_workbook_saved_by_openpyxl(of_a_neuron: Path, tmp_path: Path) -> None:
    openpyxl.load_workbook(of_a_neuron).save(tmp_path / "formulas.xlsx")
    openpyxl.load_workbook(of_a_neuron, data_only=True).save(tmp_path / "values.xlsx")
    for name in ("formulas", "values"):
        assert_the_same(tmp_path / f"{name}.xlsx")


OF_SHEETS = [
    kind for group in ("decoys of rows", "cells read differently", "numbers", "formulas") for kind in GROUPS[group]
]


@pytest.mark.parametrize("kind", OF_SHEETS)
def test_counterfeits(kind: str, of_a_neuron: Path, tmp_path: Path) -> None:
    """What a counterfeit shows is seen, or refused, alike; of how one passes for genuine, see test_counterfeits."""
    book = made(Workbook.read(of_a_neuron), (kind,), random.Random(kind))
    assert_the_same(book.write(tmp_path / "w.xlsx"))
