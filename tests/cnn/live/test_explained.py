"""`CNN why` and `CNN one number` are proven from the weights in the cells, in the engine and in the file."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

import openpyxl
import pytest

pytest.importorskip("torch", reason="the extra cnn is not installed")
pytest.importorskip("PIL", reason="the extra cnn is not installed")

from grafting import plain_workbook
from live_networks import LEARNT, PADDED, PLAIN, live_network
from saving import resave

from cnn.live.explained import number_claims, why_claims
from cnn.live.proof import prove
from cnn.live.recorded import recorded, sheets_cells
from cnn.live.reference import numpy_maps
from cnn.live.write import write
from cnn.net.networks import Layer
from sheetgen.sheet_names import CNN_NUMBER, CNN_WHY


@pytest.mark.parametrize("layers", [PLAIN, LEARNT, PADDED], ids=["plain", "learnt", "padded"])
def test_what_is_claimed_of_both_sheets(layers: tuple[Layer, ...], tmp_path: Path) -> None:
    path = plain_workbook(tmp_path / "b.xlsx")
    write(path, live_network(layers), learning=False)
    network = recorded(path)
    image = network.pictures[0].pixels
    maps, cells = numpy_maps(network.layers, image), sheets_cells(path, CNN_WHY, CNN_NUMBER)
    why = list(why_claims(cells[CNN_WHY], network.layers, maps))
    features = len(maps[-3])
    assert len(why) > 2 * (1 + maps[-3][0].size + 1 + 1 + 3 * features)  # and the map over the image
    number = list(number_claims(cells[CNN_NUMBER], network.layers, maps, image))
    layer = next(x for x in network.layers[1:] if x.kind == "conv" and x.kernel > 1)
    assert layer.weight is not None
    assert len(number) == 5 + 3 * layer.weight[0].size
    assert prove(path).ok


@pytest.mark.parametrize(
    ("sheet", "pattern", "instead"),
    [
        (CNN_WHY, r"<f>AVERAGE\([^<]*</f>", "<f>0</f>"),
        (CNN_WHY, r"<f>(SUM\([^<]*)</f>", r"<f>\1+1</f>"),
        (CNN_WHY, r"<f>(INDEX\('CNN weights')", r"<f>-\1"),
        (CNN_NUMBER, r"<f>C9\+C10</f>", "<f>2*C9+C10</f>"),
        (CNN_NUMBER, r"MAX\(0,C11\)", "ABS(C11)+1"),
        (CNN_NUMBER, r"(INDEX\('CNN live'![^,]*,\$C\d+\+)0", r"\g<1>1"),
    ],
)
def test_a_broken_formula_is_found(sheet: str, pattern: str, instead: str, tmp_path: Path) -> None:
    path = plain_workbook(tmp_path / "b.xlsx")
    write(path, live_network(), learning=False)
    names = openpyxl.load_workbook(path, read_only=True).sheetnames
    part = f"xl/worksheets/sheet{names.index(sheet) + 1}.xml"
    with zipfile.ZipFile(path) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    changed = re.sub(pattern, instead, parts[part].decode())
    assert changed != parts[part].decode()
    with zipfile.ZipFile(path, "w") as package:
        for name, content in (parts | {part: changed.encode()}).items():
            package.writestr(name, content)
    found = prove(path).differences
    assert found
    assert {difference.where for difference in found} == {"engine"}
    assert all(difference.cell.startswith(f"{sheet}!") for difference in found)


def test_another_number_and_another_class_are_proven_too(tmp_path: Path, soffice: str) -> None:
    path = plain_workbook(tmp_path / "b.xlsx")
    write(path, live_network(LEARNT), learning=False)
    book = openpyxl.load_workbook(path)
    for cell, value in (("C4", 1), ("C5", 2), ("C6", 1), ("C7", 28)):  # the first layer, its padded edge
        book[CNN_NUMBER][cell] = value
    book.save(path)
    saved = resave(path, tmp_path / "saved", soffice)
    report = prove(saved)
    assert report.ok, report.differences[:5]
