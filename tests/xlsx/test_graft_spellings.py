"""Grafting into the same workbook in many spellings and shapes: XML is read, not one writer's way of writing it."""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path
from random import Random
from xml.etree import ElementTree

import openpyxl
import pytest
from grafting import MAY_CHANGE, changed, plain_workbook, sdk_errors
from readers import by_libreoffice, by_node
from sample_page import sample_page
from shapes import SHAPES, Parts
from spellings import HABITS, Spelling, drawn, spelled

from sheetgen.xlsx.graft import graft
from sheetgen.xlsx.spelling import respelled

STRUCTURE = ("[Content_Types].xml", "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/styles.xml")
"""The parts that are changed rather than added."""

ALONE = [("plain", name) for name in SHAPES] + [(name, "") for name in HABITS]
TOGETHER = [(f"drawn {seed}", "") for seed in range(24)]
CELLS = {"Data": ["A1", "A2"], "Notes": ["A2"], "CNN": ["A1", "A2", "A3", "A4", "A5", "D7"]}
VALUES = {("Data", "A1"): 1, ("CNN", "A1"): "The network", ("CNN", "A2"): "second", ("CNN", "A3"): 0.25,
          ("CNN", "A4"): 0.5, ("CNN", "A5"): "twice 0.25", ("CNN", "D7"): 49}  # fmt: skip


def parts_of(path: Path) -> Parts:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def pack(path: Path, parts: Parts) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


def is_structure(name: str) -> bool:
    return name.endswith((".rels", "[Content_Types].xml", "styles.xml", "app.xml", "workbook.xml", "Mappe.xml"))


def variant(parts: Parts, spelling: str, shape: str) -> Parts:
    """Return a workbook in a spelling and a shape; what is drawn has several habits, and shapes that go together."""
    parts = dict(parts)
    random = Random(f"{spelling} {shape}")
    if spelling.startswith("drawn"):
        for name in random.sample(sorted(SHAPES), 3):
            tried = dict(parts)
            try:
                SHAPES[name](tried)
            except (AssertionError, KeyError):  # what it changes is not there any more
                continue
            parts = tried
        habits = drawn(random)
    else:
        habits = Spelling(**HABITS[spelling])
        if shape:
            SHAPES[shape](parts)
    return {name: spelled(part, habits, random) if is_structure(name) else part for name, part in parts.items()}


class Variants:
    """Workbooks in many spellings and shapes, each before and after a sheet was put into it, twice."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        parts = parts_of(plain_workbook(folder / "openpyxl.xlsx"))
        self.plain = {name: respelled(name, part) for name, part in parts.items()}  # the SDK and exceljs find no fault

    def pair(self, spelling: str, shape: str) -> tuple[Path, Path]:
        name = f"{spelling} {shape}".strip().replace(" ", "-").replace(",", "")
        before, after = self.folder / f"{name}-before.xlsx", self.folder / f"{name}-after.xlsx"
        if not after.exists():
            pack(before, variant(self.plain, spelling, shape))
            shutil.copy(before, after)
            graft(after, sample_page("first"))
            graft(after, sample_page("second"))
        return before, after

    def pairs(self) -> Iterator[tuple[Path, Path]]:
        for spelling, shape in ALONE + TOGETHER:
            yield self.pair(spelling, shape)


@pytest.fixture(scope="module")
def variants(tmp_path_factory: pytest.TempPathFactory) -> Variants:
    return Variants(tmp_path_factory.mktemp("variants"))


def canonical(path: Path) -> dict[str, str]:
    """Return what the changed parts say, spelled in the one way of Canonical XML, without comments and instructions."""
    roots = {name: ElementTree.fromstring(part) for name, part in parts_of(path).items() if name in STRUCTURE}
    return {
        name: ElementTree.canonicalize(ElementTree.tostring(root), strip_text=True, rewrite_prefixes=True)
        for name, root in roots.items()
    }


@pytest.mark.parametrize("spelling", HABITS)
def test_every_spelling_comes_to_the_same(variants: Variants, spelling: str) -> None:
    _, plain = variants.pair("plain", "")
    _, after = variants.pair(spelling, "")
    assert canonical(after) == canonical(plain)


@pytest.mark.filterwarnings("ignore:Workbook contains no")
@pytest.mark.parametrize(("spelling", "shape"), ALONE + TOGETHER)
def test_untouched_parts_keep_their_bytes_and_openpyxl_opens_it(variants: Variants, spelling: str, shape: str) -> None:
    before, after = variants.pair(spelling, shape)
    elsewhere = {"book/Mappe.xml", "book/_rels/Mappe.xml.rels", "xl/calcChain.xml"}
    assert changed(before, after) <= MAY_CHANGE | elsewhere
    book, cached = openpyxl.load_workbook(after), openpyxl.load_workbook(after, data_only=True)
    assert book.sheetnames == ["Data", "Notes", "CNN"]
    assert [len(sheet._charts) for sheet in book] == [1, 1, 1]
    assert {place: cached[place[0]][place[1]].value for place in VALUES} == VALUES
    assert book["CNN"]["A1"].font.sz == 18
    names = [name.lower() for name in parts_of(after)]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize(("spelling", "shape"), ALONE + TOGETHER[:4])
def test_the_open_xml_sdk_finds_no_new_fault(variants: Variants, spelling: str, shape: str) -> None:
    before, after = variants.pair(spelling, shape)
    errors = sdk_errors(after)
    assert not errors or errors <= sdk_errors(before)


def test_exceljs_opens_what_it_opened_before(variants: Variants) -> None:
    pairs = list(variants.pairs())
    readable = by_node("exceljs", {before: {"Data": ["A1"]} for before, _ in pairs}, unread=True)
    assert len(readable) > len(SHAPES)
    seen = by_node("exceljs", {after: CELLS for before, after in pairs if before in readable})
    for found in seen.values():
        assert found.sheets == ["Data", "Notes", "CNN"]
        assert {place: found.values[place] for place in VALUES} == VALUES


def test_libreoffice_opens_all_of_them(variants: Variants, tmp_path: Path, soffice: str) -> None:
    afters = [after for _, after in variants.pairs()]
    seen = by_libreoffice(dict.fromkeys(afters, CELLS), soffice, tmp_path / "saved")
    for found in seen.values():
        assert found.sheets == ["Data", "Notes", "CNN"]
        assert {place: found.values[place] for place in VALUES} == VALUES
        assert found.charts == {"Data": 1, "Notes": 1, "CNN": 1}
