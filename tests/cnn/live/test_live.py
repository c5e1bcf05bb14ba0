"""A trained network as live formulas: recalculated by both engines, and held against NumPy and torch."""

from __future__ import annotations

import json
import re
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

pytest.importorskip("torch", reason="the extra cnn is not installed")
pytest.importorskip("PIL", reason="the extra cnn is not installed")

from click.testing import CliRunner
from cnn_support import handmade_run
from grafting import MAY_CHANGE, changed, plain_workbook, sdk_errors
from live_networks import LEARNT, LINEAR, PADDED, drawn_digit, live_network, untrained_run
from saving import resave
from workbook_lint import lint

from cnn.cli import cli
from cnn.live.arrangement import arrange
from cnn.live.comparison import TOLERANCE, sentence
from cnn.live.explained import number_claims, why_claims
from cnn.live.kernels import TABLE_ROW
from cnn.live.proof import prove
from cnn.live.recorded import recorded, sheets_cells
from cnn.live.reference import numpy_maps
from cnn.live.write import pages, write
from cnn.net.networks import GLOBAL_AVERAGE, NORM, RELU, Layer, conv
from cnn.tab.write import write as write_tab
from sheetgen import WorkbookError, verify
from sheetgen.engines import trial_bench
from sheetgen.engines.trials import Trial
from sheetgen.sheet_names import CNN, CNN_DIGITS, CNN_LIVE, CNN_NUMBER, CNN_STEP, CNN_WEIGHTS, CNN_WHY, LEARNING

NAMES = [CNN_LIVE, CNN_NUMBER, CNN_WHY, CNN_WEIGHTS, CNN_DIGITS, *LEARNING]


@pytest.fixture
def workbook(tmp_path: Path) -> Path:
    """A workbook to put the sheets into."""
    return plain_workbook(tmp_path / "b.xlsx")


def rewritten(path: Path, sheet: str, change: Callable[[str], str]) -> None:
    """Change the XML of a sheet."""
    names = openpyxl.load_workbook(path, read_only=True).sheetnames
    part = f"xl/worksheets/sheet{names.index(sheet) + 1}.xml"
    with zipfile.ZipFile(path) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    before = parts[part].decode()
    parts[part] = change(before).encode()
    assert parts[part].decode() != before
    with zipfile.ZipFile(path, "w") as package:
        for name, content in parts.items():
            package.writestr(name, content)


@pytest.mark.parametrize("layers", [LEARNT, PADDED], ids=["learnt", "padded"])
def test_every_number_is_what_numpy_and_torch_find(workbook: Path, layers: tuple[Layer, ...], engine_name: str) -> None:
    write(workbook, live_network(layers))
    report = prove(workbook, engine_name)
    assert report.ok, report.differences[:5]
    assert report.torch
    assert report.largest <= TOLERANCE / 1000
    outputs = sum(layer.channels * layer.side**2 for layer in live_network(layers).layers)
    # engine and file; drawing, 3, covered; torch; the gradients, losses, right digit and answer of the step
    reading = 10 + 2  # probabilities; digit and sentence
    step = sum(layer.numbers for layer in live_network(layers).layers) + 3 + 10 + reading if layers is LEARNT else 0
    network = recorded(workbook)
    image, cells = network.pictures[0].pixels, sheets_cells(workbook, CNN_WHY, CNN_NUMBER)
    maps = numpy_maps(network.layers, image)
    explained = [*why_claims(cells[CNN_WHY], network.layers, maps)]
    explained += number_claims(cells[CNN_NUMBER], network.layers, maps, image)
    assert report.numbers == step + 2 * (outputs + reading + len(explained)) + 5 * (10 + reading) + 6 * 10


@pytest.mark.parametrize(
    "layers",
    [
        (Layer("conv", 4, kernel=5, stride=2, padding=1, bias=True), RELU, NORM, GLOBAL_AVERAGE, LINEAR),
        (conv(1), Layer("avgpool", kernel=2, stride=2), RELU, conv(2), GLOBAL_AVERAGE, LINEAR),
        (conv(2), RELU, GLOBAL_AVERAGE, Layer("linear", 6, bias=True), RELU, LINEAR),
        (GLOBAL_AVERAGE, LINEAR),
    ],
    ids=["stride", "average-pool", "two-linear", "no-convolution"],
)
def test_networks_of_other_layers_are_proven(workbook: Path, layers: tuple[Layer, ...]) -> None:
    write(workbook, live_network(layers, 1))
    report = prove(workbook)
    assert report.ok, report.differences[:5]


@pytest.mark.parametrize("layers", [LEARNT, PADDED], ids=["learnt", "padded"])
def test_no_scale_of_colours_is_over_the_cells_that_it_colours(layers: tuple[Layer, ...]) -> None:
    # LibreOffice would draw all of them anew for each that changes: 1.0 of 1.7 s from an edited pixel to the answer
    ends = [
        point.val
        for page in pages(live_network(layers))
        for _, rule in page.rules
        for point in (rule.colorScale.cfvo if rule.colorScale else ())
        if point.type == "formula"
    ]
    assert len(ends) > 10
    assert {end for end in ends if not re.fullmatch(r"-?\(?\$[A-Z]+\$\d+\)?|-?\(?\d[\de.+-]*\)?", end)} == set()


def test_sheetgen_verify_recalculates_them(small_workbook: Path, engine_name: str) -> None:
    write(small_workbook, live_network())
    report = verify(small_workbook, engine_name, timeout=120)
    assert report.ok, report.diffs
    statuses = {sheet.name: (sheet.status, sheet.cells) for sheet in report.sheets}
    for name in NAMES:
        assert statuses[name][0] == "recalculated"
    assert statuses[CNN_LIVE][1] > 784 + 3000
    assert lint(small_workbook) == []


@pytest.mark.parametrize(
    ("sheet", "pattern", "instead"),
    [
        (CNN_LIVE, r"SUMPRODUCT\(AG8:AI10", "SUMPRODUCT(AG9:AI11"),  # a window one row too low
        (CNN_LIVE, r"MAX\(0,SUMPRODUCT", "MAX(-999,SUMPRODUCT"),  # a ReLU left out
        (CNN_LIVE, r"<f>EXP\((\w+)-", r"<f>EXP(-\1-"),  # a power, which the gradients follow from
        (CNN_LIVE, r"<f>IF\([^<]*INDEX\([^<]*</f>", "<f>0</f>"),  # pixels that do not follow the pick
        (CNN_LIVE, r"<f>(CQ8/\$\w+\$\w+)</f>", r"<f>\1+0.001</f>"),  # one probability
        (CNN_LIVE, r"<f>MATCH\(MAX|<f>\(MATCH\(MAX", "<f>(MATCH(MIN"),  # the digit that is read
        (CNN_LIVE, r"(ROUND\(100\*)MAX", r"\1MIN"),  # the sentence
        (CNN_LIVE, "That is right", "That is wrong"),
        (CNN_STEP, r"(ROUND\(100\*)MAX", r"\1MIN"),
        (CNN_STEP, r"<f>IF\('CNN digits'!\$E\$4[^<]*</f>", "<f>9</f>"),  # a right digit that does not follow
        (CNN_DIGITS, r"<f>'CNN live'![^<]*</f>", "<f>B7</f>"),  # a pick that nothing follows
    ],
)
def test_a_broken_formula_is_found_below_a_right_value(workbook: Path, sheet: str, pattern: str, instead: str) -> None:
    write(workbook, live_network())
    rewritten(workbook, sheet, lambda xml: re.sub(pattern, instead, xml))
    report = prove(workbook)
    assert not report.ok
    assert {difference.where for difference in report.differences} == {"engine"}


def test_a_wrong_value_in_the_file_is_found(workbook: Path) -> None:
    write(workbook, live_network())
    rewritten(
        workbook, CNN_LIVE, lambda xml: re.sub(r"(<f>MAX\(0,SUMPRODUCT[^<]*</f><v>)[^<]*", r"\g<1>77.5", xml, count=1)
    )
    (difference,) = prove(workbook).differences
    assert (difference.where, difference.found) == ("file", 77.5)


def test_a_wrong_sentence_in_the_file_is_found(workbook: Path) -> None:
    write(workbook, live_network())
    rewritten(workbook, CNN_LIVE, lambda xml: re.sub(r"(<v>It reads this as )\d", r"\g<1>77", xml))
    (difference,) = prove(workbook).differences
    assert (difference.where, difference.cell) == ("file", "CNN live!B2")
    assert str(difference.found).startswith("It reads this as 77, with a probability of ")


def test_what_a_program_saved_without_values_is_calculated_all_the_same(workbook: Path) -> None:
    write(workbook, live_network())
    book = openpyxl.load_workbook(workbook)
    book.save(workbook)
    report = prove(workbook)
    assert {difference.where for difference in report.differences} == {"file"}
    assert {difference.found for difference in report.differences} == {None}
    book[CNN_LIVE]["AG5"] = "nine"
    book.save(workbook)
    with pytest.raises(WorkbookError, match="shown: 'nine' is none of the pictures"):
        prove(workbook)


@pytest.mark.parametrize(("share", "percent"), [(0.99949, "99.9"), (0.9995, "100"), (0.25049, "25"), (0.2505, "25.1")])
def test_a_sentence_rounds_as_a_spreadsheet_does(share: float, percent: str) -> None:
    assert sentence(CNN_LIVE, 3, share, None) == f"It reads this as 3, with a probability of {percent} %."
    assert sentence(CNN_LIVE, 3, share, 3).endswith(" %. That is right.")
    assert sentence(CNN_LIVE, 3, share, 5).endswith(" %. It is a 5.")
    assert sentence(CNN_STEP, 3, share, None) == f"After the step it reads 3, with a probability of {percent} %."


def test_it_is_proven_after_a_person_drew_and_changed_a_weight(workbook: Path, tmp_path: Path, soffice: str) -> None:
    write(workbook, live_network())
    before = prove(workbook)
    assert before.ok
    book = openpyxl.load_workbook(workbook)
    live = book[CNN_LIVE]
    for row in range(12, 30):
        live.cell(row, 16).value = 255
    live["AG5"] = "draw"
    weights = book[CNN_WEIGHTS]
    place = arrange(live_network().layers, TABLE_ROW)
    assert place.kernels[0] is not None
    weights[place.kernels[0].square(1, 0).cell(1, 1)] = 0.75
    book.save(workbook)
    saved = resave(workbook, tmp_path / "saved", soffice)
    report = prove(saved)
    assert report.ok, report.differences[:5]
    shown = openpyxl.load_workbook(saved, data_only=True)[CNN_LIVE]
    assert shown.cell(15, 46).value == 255 == shown.cell(15, 16).value
    assert "It reads this as" in shown["B2"].value
    assert shown["B2"].value.endswith("%.")  # nobody knows what a drawing is


def test_a_number_of_every_convolution_is_taken_apart(workbook: Path) -> None:
    network = live_network(PADDED)
    write(workbook, network)
    picks = [
        (layer, where, row, column) for layer in (1, 3) for where, row, column in ((1, 1, 1), (2, 26, 3), (9, 99, 99))
    ]
    trials = [
        Trial(
            ((CNN_NUMBER, 13, 4), (CNN_NUMBER, 13, 3)), {(CNN_NUMBER, 4 + i, 3): float(n) for i, n in enumerate(pick)}
        )
        for pick in picks
    ]
    shown = trial_bench("embedded", workbook, 60).tried(trials)
    assert [values and values[0] for values in shown] == ["OK: the same"] * len(picks)
    assert len({values[1] for values in shown if values}) > 3
    second = tuple((CNN_NUMBER, 18 + 5 + 1, column) for column in (2, 3, 4, 6))
    trials = [Trial(second, {(CNN_NUMBER, 4, 3): float(layer)}) for layer in (1, 3)]
    one_map, two_maps = trial_bench("embedded", workbook, 60).tried(trials)
    assert one_map is not None
    assert two_maps is not None
    assert all(value in ("", None) for value in one_map)  # the first layer takes no second map
    assert two_maps[0] == "from map 2"
    assert all(isinstance(value, float | int) for value in two_maps[1:])


def test_only_what_must_change_does_and_writing_again_gives_the_same(workbook: Path, tmp_path: Path) -> None:
    before = Path(shutil.copy(workbook, tmp_path / "before.xlsx"))
    write(workbook, live_network())
    assert changed(before, workbook) <= MAY_CHANGE
    once = Path(shutil.copy(workbook, tmp_path / "once.xlsx"))
    write(workbook, live_network())
    assert changed(once, workbook) == set()
    assert openpyxl.load_workbook(workbook).sheetnames == ["Data", "Notes", *NAMES]
    assert sdk_errors(workbook) <= sdk_errors(before)


def test_the_sheet_cnn_and_the_live_ones_stand_side_by_side(workbook: Path, tmp_path: Path) -> None:
    run = handmade_run(tmp_path, "one")
    write(workbook, live_network())
    write_tab(workbook, [run])
    write(workbook, live_network())
    write_tab(workbook, [run])
    assert sorted(openpyxl.load_workbook(workbook).sheetnames) == sorted(["Data", "Notes", CNN, *NAMES])
    assert prove(workbook).ok


def test_a_sheet_of_ones_own_is_not_replaced(tmp_path: Path) -> None:
    path = plain_workbook(tmp_path / "own.xlsx", "Data", "cnn weights")
    before = path.read_bytes()
    with pytest.raises(WorkbookError, match="'cnn weights' that is not ours"):
        write(path, live_network())
    assert path.read_bytes() == before


def test_the_commands(workbook: Path, tmp_path: Path) -> None:
    untrained_run(tmp_path / "runs", "one")
    given = [
        "sheet",
        "one",
        str(drawn_digit(tmp_path)),
        "--workbook",
        str(workbook),
        "--runs-dir",
        str(tmp_path / "runs"),
    ]
    done = CliRunner().invoke(cli, given)
    assert (done.exit_code, done.output) == (
        0, f"{workbook}: the network is on the sheet {CNN_LIVE}; cnn verify {workbook} proves it\n",
    )  # fmt: skip
    book = openpyxl.load_workbook(workbook, data_only=True)
    assert book[CNN_LIVE]["AG5"].value == "your picture"
    names = [book[CNN_DIGITS].cell(row, 2).value for row in range(7, 29)]
    assert names[:2] == ["draw", "your picture"]
    assert len([name for name in names if name]) == 22


def test_the_verdict_as_text_and_json(workbook: Path) -> None:
    write(workbook, live_network())
    done = CliRunner().invoke(cli, ["verify", str(workbook), "--json"])
    assert done.exit_code == 0, done.output
    report = json.loads(done.output)
    assert report["differences"] == []
    assert report["pictures"] == 5
    done = CliRunner().invoke(cli, ["verify", str(workbook)])
    assert done.output.startswith(f"OK: {report['numbers']:,} numbers of 5 pictures agree with NumPy and torch")
    rewritten(workbook, CNN_LIVE, lambda xml: re.sub(r"MAX\(0,SUMPRODUCT", "MAX(-999,SUMPRODUCT", xml))
    done = CliRunner().invoke(cli, ["verify", str(workbook)])
    assert done.exit_code == 1
    assert done.output.startswith("DIFFERENT: ")
    assert f"  {workbook}: CNN live!" in done.output


def test_a_workbook_without_a_network_gets_one_line(workbook: Path) -> None:
    done = CliRunner().invoke(cli, ["verify", str(workbook)])
    assert done.exit_code == 2
    assert done.output.startswith(f"cnn: {workbook} has no sheet {CNN_LIVE}")
    assert done.output.count("\n") == 1
