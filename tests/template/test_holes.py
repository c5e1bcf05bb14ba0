"""Holes in [data]: refused with their place, or filled by a rule, against NumPy; proven by both engines."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from tracing import trace

from sheetgen import TemplateError, build, load, loads, verify
from sheetgen.network.study import Study
from sheetgen.template.write import effective_template

NAN = float("nan")
SIZES, ROOMS, PRICES = [2.1, NAN, 2.4, 1.4, NAN], [3, 3, NAN, 2, 5], [4.0, 3.3, 3.7, 2.3, 5.0]
CSV = "size;rooms;price\n2,1;3;4\n?;3;3,3\n2,4;NA;3,7\n1,4;2;2,3\n;5;5\n"
DATA = """rates = [0.05]
iterations = 6
batch = "full"
[data]
file = "houses.csv"
inputs = ["size", "rooms"]
targets = ["price"]
"""
LINE = """[parameters]
a = 0.1
b = 0.2
c = 0
[forward]
y = "a*size_filled + b*rooms_filled + c"
[loss]
E = "(y - price)^2"
"""


def read(folder: Path, text: str, csv: str = CSV) -> Study:
    (folder / "houses.csv").write_text(csv, "utf-8")
    (folder / "houses.toml").write_text(text, "utf-8")
    return load(folder / "houses.toml")


def rows_of(study: Study) -> list[dict[str, float]]:
    (chunk,) = trace(study)
    return [dict(zip(study.graph.names, row, strict=True)) for row in chunk.rows[0]]


@pytest.mark.parametrize(
    ("rule", "size", "rooms"),
    [
        ('"mean"', np.nanmean(SIZES), np.nanmean(ROOMS)),
        ('"median"', np.nanmedian(SIZES), np.nanmedian(ROOMS)),
        ("-1.5", -1.5, -1.5),
        ('{ size = "median", rooms = 0 }', np.nanmedian(SIZES), 0),
    ],
)
def test_what_is_filled_in_is_that_of_numpy_and_so_is_the_training(
    rule: str, size: float, rooms: float, tmp_path: Path
) -> None:
    study = read(tmp_path, f"{DATA}fill = {rule}\n{LINE}")
    assert (study.values["size_fill"], study.values["rooms_fill"]) == pytest.approx((size, rooms), rel=1e-14)
    assert set(study.network.fixed) == {"size_fill", "rooms_fill"}
    assert study.samples["size_known"] == (1, 0, 1, 1, 0)
    assert study.samples["rooms"] == (3, 3, 0, 2, 5)
    filled = [np.where(np.isnan(column), by, column) for column, by in ((SIZES, size), (ROOMS, rooms))]
    x, w = np.column_stack([*filled, np.ones(5)]), np.array([0.1, 0.2, 0])
    for iteration, row in enumerate(rows_of(study)[::5]):
        assert [row[name] for name in "abc"] == pytest.approx(w, rel=1e-12), iteration
        w = w - 0.05 * 2 / 5 * x.T @ (x @ w - PRICES)


def test_a_workbook_with_holes_is_proven_by_both_engines(tmp_path: Path, engine_name: str) -> None:
    study = read(tmp_path, f'{DATA}fill = "mean"\nstandardise = ["size"]\n{LINE.replace("e_filled", "e_scaled")}')
    build(study, tmp_path / "w.xlsx")
    report = verify(tmp_path / "w.xlsx", engine_name)
    assert report.ok, report.diffs[:3]
    again = loads(effective_template(study))
    assert replace(again, name=study.name, read_as=study.read_as) == study


def test_in_tensors_too(tmp_path: Path) -> None:
    line = '[parameters]\nw = [0.1, 0.2]\n[forward]\ny = "w @ stack(size_filled, rooms_filled)"\n'
    study = read(tmp_path, f'{DATA}fill = "mean"\n{line}[loss]\nE = "(y - price)^2"\n')
    assert study.network.inputs == ("size", "size_known", "rooms", "rooms_known")
    assert build(study, tmp_path / "w.xlsx").ok


def test_what_is_filled_is_scaled_and_read_by_layers(tmp_path: Path) -> None:
    layers = '[layers]\nsizes = [2, 1]\nactivation = "identity"\n'
    study = read(tmp_path, f'{DATA}fill = "mean"\nstandardise = ["size"]\n{layers}')
    assert study.equations["size_scaled"] == "(size_filled - size_mean)/size_deviation"
    assert study.values["size_deviation"] == pytest.approx(np.std(np.where(np.isnan(SIZES), np.nanmean(SIZES), SIZES)))
    assert study.equations["o1"] == "w1*size_scaled + w2*rooms_filled + b1"


def test_a_test_set_is_filled_by_the_numbers_of_the_training_samples() -> None:
    rows = 'rows = [["?", 1], [4, 2], [6, 4]]\n[data.test]\nrows = [["", 3], [8, 1]]\n'
    study = loads(
        f'rates = [0.1]\niterations = 2\nbatch = "full"\n[data]\ninputs = ["x"]\ntargets = ["t"]\nfill = "mean"\n{rows}'
        '[parameters]\nw = 1\n[forward]\ny = "w*x_filled"\n[loss]\nE = "(y - t)^2"\n'
    )
    assert study.values["x_fill"] == 5
    assert (study.test["x"], study.test["x_known"]) == ((0, 8), (0, 1))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "",
            "",
            "houses.csv, line 3 has a hole: size is '?'; fill it, leave the line out, or say fill = \"mean\" in [da",
        ),
        (
            "targets",
            'fill = { size = "mean" }\ntargets',
            "houses.csv, line 4 has a hole: rooms is 'NA'; fill it, leave the line out, or say fill",
        ),
        (
            "targets",
            'fill = "most"\ntargets',
            'fill must be "mean", "median" or a number, or one a column, not \'most\'',
        ),
        ("targets", "fill = { size = true, rooms = 0 }\ntargets", "fill must be"),
        ("targets", "fill = nan\ntargets", "fill must be a finite number that a cell can hold, not nan"),
        (
            "targets",
            "fill = { size = 0, rooms = 0, sise = 0 }\ntargets",
            "fill names 'sise', which is no input that is a number; did you me",
        ),
    ],
)
def test_what_is_refused(old: str, new: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(TemplateError) as caught:
        read(tmp_path, (DATA + LINE).replace(old, new) if old else DATA + LINE)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_hole_in_a_target_is_refused_and_so_are_names_that_are_taken(tmp_path: Path) -> None:
    text = f'{DATA}fill = "mean"\n{LINE}'
    with pytest.raises(TemplateError, match=r"line 2 has a hole: price is empty; fill it, or leave the line out$"):
        read(tmp_path, text, CSV.replace("3;4\n", "3;\n"))
    with pytest.raises(TemplateError, match=r"fill of size makes 'size_known', which \[parameters\] declares, too"):
        read(tmp_path, text.replace("[forward]", "size_known = 1\n[forward]"))
    with pytest.raises(TemplateError, match="size has no number in any sample; leave it out"):
        read(tmp_path, text, "size;rooms;price\n?;3;4,5\n;2;3,5\n")
