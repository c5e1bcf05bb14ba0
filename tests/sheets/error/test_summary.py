"""The sentence of the Error sheet says what became of the whole data set."""

from __future__ import annotations

import re
import zipfile
from itertools import pairwise
from pathlib import Path

import pytest
from networks import line

from sheetgen import build, load, loads, override, verify
from sheetgen.network.study import Study
from sheetgen.network.trace import Trace
from sheetgen.page.page import Formula
from sheetgen.sheet_names import ERROR
from sheetgen.sheets.book import Book
from sheetgen.sheets.compose import compose


def through_origin(rates: str, iterations: int, rows: str) -> Study:
    return loads(line(rows, rates=rates, iterations=iterations, w=0.0, b=None))


def error_texts(study: Study) -> list[str]:
    """Return the texts of the Error sheet that are computed."""
    page = next(page for page in compose(Book(study, study)).pages if page.name == ERROR)
    values = [cell.content.value() for cell in page.cells.values() if isinstance(cell.content, Formula)]
    return [value for value in values if isinstance(value, str)]


def sentence(study: Study) -> str:
    return next(text for text in error_texts(study) if text.startswith("After"))


@pytest.mark.parametrize(
    ("study", "said"),
    [
        # Noisy one by one (x = 4 is fitted last), while the mean over both samples falls at every epoch.
        (
            through_origin("0.01, 0.02", 8, "[1, 3], [4, 4]"),
            "After 8 updates the error over all 2 samples ends lowest with η = 0.02; at every rate it fell at every"
            " epoch, so none of them diverged.",
        ),
        # 1 − ηx² = −2: the error of a single weight grows fourfold at each update.
        (
            through_origin("0.1, 3", 6, "[1, 1], [1, 1]"),
            "After 6 updates the error over all 2 samples ends lowest with η = 0.1; at 1 of the 2 rates it did not fall"
            " at every epoch, and at 1 it ended higher than it began: diverged.",
        ),
        # η = 1 fits at the first update and stays there.
        (
            through_origin("1, 0.5", 6, "[1, 1], [1, 1]"),
            "After 6 updates the error over all 2 samples ends lowest with η = 1; at every rate it fell at every epoch"
            " until it was 0, so none of them diverged.",
        ),
        # One rate alone is compared with no other.
        (
            through_origin("0.02", 1, "[1, 3], [4, 4]"),
            "After 1 update with η = 0.02: the error over all 2 samples fell at every epoch, so it did not diverge.",
        ),
        (
            through_origin("1", 6, "[1, 1], [1, 1]"),
            "After 6 updates with η = 1: the error over all 2 samples fell at every epoch until it was 0, so it did not"
            " diverge.",
        ),
        (
            through_origin("3", 6, "[1, 1], [1, 1]"),
            "After 6 updates with η = 3: the error over all 2 samples did not fall at every epoch; it was smallest at"
            " iteration 0, and it ended higher than it began: diverged.",
        ),
        (
            override(load("perceptron"), rates=[0.125]),
            "After 60 updates with η = 0.125: the error over all 4 samples did not fall at every epoch, but it did not"
            " end higher than it began.",
        ),
        (
            load("perceptron"),
            "After 60 updates the error over all 4 samples ends lowest with η = 0.125 and 1 other; at 2 of the 2 rates"
            " it did not fall at every epoch, but at none did it end higher than it began.",
        ),
    ],
    ids=["noisy", "diverged", "fitted", "one", "one fitted", "one diverged", "one perceptron", "perceptron"],
)
def test_the_sentence(study: Study, said: str) -> None:
    assert sentence(study) == said


def with_test_set(rates: str, tested: str) -> Study:
    """A weight that goes from 0 to 1, and samples beside it."""
    test = f"\n[data.test]\nrows = [{tested}]\n[parameters]"
    text = line("[1, 1], [1, 1]", rates=rates, iterations=4, w=0.0, b=None)
    return loads(text.replace("\n[parameters]", test))


@pytest.mark.parametrize(
    ("rates", "tested", "said"),
    [
        # w is 0, 0.75 and 0.9375 after each epoch at the rate of 0.5, where the first test set has 0.75 · x.
        ("0.5", "[1, 0.75]", " On the test set it was smallest at iteration 2, and ended higher."),
        ("0.5", "[1, 2]", " On the test set it was smallest at the end."),
        ("0.1, 0.5", "[1, 0.75]", " On the test set it was smallest with η = 0.5, at iteration 2, and ended higher."),
        ("0.1, 0.5", "[1, 2]", " On the test set it was smallest with η = 0.5, at the end."),
    ],
)
def test_of_a_test_set_it_says_when_that_was_told_best(
    rates: str, tested: str, said: str, tmp_path: Path, engine_name: str
) -> None:
    study = with_test_set(rates, tested)
    assert sentence(study).endswith("." + said)
    build(study, tmp_path / "t.xlsx", verify=False)
    assert verify(tmp_path / "t.xlsx", engine_name).ok


def test_the_overfitting_template_says_where_it_begins() -> None:
    assert sentence(load("overfitting")).endswith(" On the test set it was smallest at iteration 9, and ended higher.")


ENDING = ". Each goes down along its own loss while the other parameters move, so none of them has to fall."


@pytest.mark.parametrize("rates", [[0.5], [0.5, 0.0625]], ids=["one", "two"])
def test_of_players_it_says_how_each_ended_and_not_that_their_sum_diverged(
    rates: list[float], tmp_path: Path, engine_name: str
) -> None:
    """How the losses went is read from the rows of the training."""
    study = override(load("gan-1d"), rates=rates, iterations=3)
    rows = [*Trace(study).rows()]
    lower = {}
    for name in ("E_D", "E_G"):
        place = study.graph.position[f"mean {name}"]
        lower[name] = [rows[-1][v][place] < rows[study.batch - 1][v][place] for v in range(len(rates))]
    if len(rates) == 1:
        ended = {name: f"ended {'lower' if fell else 'higher'} than it began" for name, (fell,) in lower.items()}
        said = f"After 3 updates with η = 0.5: E_D {ended['E_D']}, E_G {ended['E_G']}"
    else:
        of_d, of_g = map(sum, lower.values())
        said = f"After 3 updates E_D ended lower than it began at {of_d} of the 2 rates, E_G at {of_g}"
    assert sentence(study) == said + ENDING
    build(study, tmp_path / "g.xlsx", verify=False)
    assert verify(tmp_path / "g.xlsx", engine_name).ok


def test_a_full_batch_goes_by_steps() -> None:
    assert "it fell at every step" in sentence(load("xor"))
    assert {"yes"} <= set(error_texts(load("xor")))


def test_the_lowest_on_the_way_is_told_apart_from_the_lowest_end() -> None:
    """Variants that differ in more than their rates are called by their sheets' names."""
    study = load("ravine")
    curves: dict[str, list[float]] = {}
    position = study.graph.position[study.network.loss]
    for rows in Trace(study).rows():
        for variant, row in zip(study.variants, rows, strict=True):
            curves.setdefault(variant.sheet, []).append(row[position])
    ends = min(curves, key=lambda name: curves[name][-1])
    lowest = min(curves, key=lambda name: min(curves[name]))
    at = curves[lowest].index(min(curves[lowest]))
    rose = sum(any(after >= before for before, after in pairwise(curve)) for curve in curves.values())
    assert (ends, lowest, at, rose) == ("RMSProp", "Nesterov", 85, 4)
    assert sentence(study) == (
        f"After 100 updates the error ends lowest on {ends}; the smallest on the way is that of {lowest}, at iteration"
        f" {at}; on {rose} of the 7 sheets it did not fall at every step, but on none did it end higher than it began."
    )


def axes(path: Path, count: int = 2) -> list[tuple[str, str, str]]:
    """Return the title of each of the first charts of the sheet Error, and where its vertical axis ends and begins."""
    with zipfile.ZipFile(path) as package:
        charts = [package.read(f"xl/charts/chart{number}.xml").decode() for number in range(1, count + 1)]
    found = []
    for chart in charts:
        vertical = chart.rpartition("<c:valAx>")[2]
        title = re.search("<a:t>(.*?)</a:t>", chart)
        assert title is not None
        ends = (re.search(f'<c:{end} val="([^"]*)"', vertical) for end in ("max", "min"))
        found.append((title[1], *(match[1] if match else "" for match in ends)))
    return found


def test_a_curve_that_diverges_does_not_flatten_the_others(tmp_path: Path) -> None:
    """2 · 1.21^2k grows to 6E9; the axis ends at three times the first error, and says so."""
    build(load("diverging"), tmp_path / "d.xlsx", verify=False)
    linear, logarithmic = axes(tmp_path / "d.xlsx")
    assert linear[:2] == ("E by iteration, up to 6", "6")
    assert logarithmic == ("E by iteration, logarithmic axis", "", "1e-12")  # below 4.7E-12, what η = 0.05 ends at


def test_curves_that_fall_have_the_whole_axis(tmp_path: Path) -> None:
    build(load("xor"), tmp_path / "x.xlsx", verify=False)
    assert axes(tmp_path / "x.xlsx")[0][1] == ""


def test_a_metric_that_hardly_changes_has_an_axis_from_zero(tmp_path: Path) -> None:
    """The plain unit stays at 0.25, where an axis of its own would have labels of sixteen digits."""
    build(load("batch-norm-running"), tmp_path / "b.xlsx", verify=False)
    metrics = {title: begin for title, _, begin in axes(tmp_path / "b.xlsx", 4)[2:]}
    assert metrics["plain of the whole data set by epoch"] == "0"
    assert metrics["normalised of the whole data set by epoch"] == ""


def test_an_error_below_zero_is_seen(tmp_path: Path) -> None:
    """(w − 2)² − 1 falls from 3 to below 0, where an axis that begins there would show nothing of it."""
    falls = 'rates = [0.2]\niterations = 30\n[inputs]\nx = 1.0\n[parameters]\nw = 0.0\n[forward]\ny = "w*x"\n[loss]\n'
    build(loads(falls + 'E = "(y - 2)^2 - 1"'), tmp_path / "n.xlsx")
    build(loads(falls + 'E = "(y - 2)^2"'), tmp_path / "p.xlsx", verify=False)
    assert axes(tmp_path / "n.xlsx")[0] == ("E by iteration", "", "")
    assert axes(tmp_path / "p.xlsx")[0] == ("E by iteration", "", "0")
