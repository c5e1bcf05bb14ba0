"""How large a workbook is: twice the weights take twice the cells of every sheet at most, however they are arranged."""

from __future__ import annotations

import random
import zipfile
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import pytest
from networks import layered

from sheetgen import build, loads
from sheetgen.limits import FEW_WEIGHTS
from sheetgen.network.study import Study
from sheetgen.page.marks import all_rules
from sheetgen.page.page import Formula, Page
from sheetgen.sheet_names import CHECKS, EQUATIONS
from sheetgen.sheets.book import Book
from sheetgen.sheets.compose import pages

WIDE = {48: [2, 12, 1], 96: [2, 24, 1], 192: [2, 48, 1], 384: [2, 96, 1]}
DEEP = {50: [2, *[4] * 3, 1], 100: [2, *[4] * 5, 2], 200: [2, *[4] * 10, 2], 400: [2, *[4] * 20, 2]}
FAN_IN = {48: [46, 1, 1], 96: [94, 1, 1], 192: [190, 1, 1], 384: [382, 1, 1]}


class Size(NamedTuple):
    """What a sheet is made of: cells, formulas, the characters of formulas and of the ranges coloured by rule."""

    cells: int
    formulas: int
    characters: int
    ranges: int


def size(page: Page) -> Size:
    formulas = [cell.content.text for cell in page.cells.values() if isinstance(cell.content, Formula)]
    cells, ranges = len(page.cells), sum(len(area) for area, _ in all_rules(page))
    if page.table:
        cells += page.table.rows * len(page.table.columns)
        formulas += [column.rest for column in page.table.columns]
    return Size(cells, len(formulas), sum(map(len, formulas)), ranges)


def sizes(study: Study) -> dict[str, Size]:
    composed, _ = pages(Book(study, study))
    return {page.name: size(page) for page in composed}


@pytest.mark.parametrize("family", [WIDE, DEEP, FAN_IN], ids=["wide", "deep", "fan-in"])
def test_twice_the_weights_take_twice_the_cells_at_most(family: dict[int, list[int]]) -> None:
    studies = [loads(layered(sizes, iterations=2)) for sizes in family.values()]
    counts = [len(study.network.weights) for study in studies]
    assert min(counts) > FEW_WEIGHTS
    for (few, small), (many, large) in pairwise(zip(counts, map(sizes, studies), strict=True)):
        growth = many / few
        assert 1.7 < growth < 2.1
        for sheet, (cells, formulas, characters, ranges) in large.items():
            assert cells <= growth * small[sheet].cells, sheet
            assert formulas <= growth * small[sheet].formulas, sheet
            # Letters of columns and numbers of rows grow longer.
            assert characters <= 1.1 * growth * small[sheet].characters, sheet
            assert ranges <= 1.25 * growth * small[sheet].ranges + 100, sheet


def test_beside_the_training_stands_little() -> None:
    """A copy of the network for every weight, as once was, would take 1,920,000 cells."""
    found = sizes(loads(layered([2, 20, 20, 2], iterations=100)))
    training = found.pop("lr 0.1").cells
    assert training > 100_000
    assert sum(page.cells for page in found.values()) < 0.7 * training


def test_few_weights_have_lines_of_their_own() -> None:
    few, many = (loads(layered(sizes)) for sizes in ([2, 6, 2], [2, 7, 2]))
    assert (len(few.network.weights), len(many.network.weights)) == (32, 37)
    below, above = sizes(few), sizes(many)
    for sheet in (CHECKS, EQUATIONS):
        assert above[sheet].cells < below[sheet].cells


def digits(count: int) -> str:
    """Return the template of 64-16-10 over some 8×8 pictures of ten kinds, grey in 16 steps."""
    chance = random.Random(8)
    kinds = [[chance.randrange(17) for _ in range(64)] for _ in range(10)]
    rows = [
        [
            *(min(16, max(0, grey + chance.randint(-2, 2))) / 16 for grey in kinds[n % 10]),
            *(n % 10 == k for k in range(10)),
        ]
        for n in range(count)
    ]
    inputs, targets = ([f"{letter}{k}" for k in range(1, n + 1)] for letter, n in (("x", 64), ("t", 10)))
    return (
        f'rates = [0.5]\niterations = 1\nbatch = "full"\n[data]\ninputs = {inputs}\ntargets = {targets}\n'
        f"rows = {[list(map(float, row)) for row in rows]}\n"
        '[layers]\nsizes = [64, 16, 10]\nactivation = "tanh"\noutput = "softmax"\n'
    )


def test_a_network_that_reads_digits_is_built(tmp_path: Path) -> None:
    """1,210 weights in 3,845 columns, which as copies of the network took more memory than a machine has."""
    study = loads(digits(5))
    assert len(study.network.weights) == 64 * 16 + 16 + 16 * 10 + 10
    built = build(study, tmp_path / "digits.xlsx", verify=False)
    assert built.verdict == f"OK: all {3 + len(study.graph.names) + 3} checks pass"
    with zipfile.ZipFile(built.path) as package:
        assert sum(entry.file_size for entry in package.infolist()) < 40_000_000
