"""One step of learning: the gradients of the cells are those of torch's autograd, for every stored digit and label."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import openpyxl
import pytest

pytest.importorskip("torch", reason="the extra cnn is not installed")
pytest.importorskip("PIL", reason="the extra cnn is not installed")

from grafting import plain_workbook
from live_networks import LEARNT, PADDED, PLAIN, live_network
from saving import resave

from cnn.live.arrangement import arrange
from cnn.live.kernels import TABLE_ROW
from cnn.live.learning import can_learn
from cnn.live.proof import prove
from cnn.live.recorded import recorded
from cnn.live.reference import torch_step
from cnn.live.write import write
from cnn.net.networks import Layer
from sheetgen import WorkbookError
from sheetgen.engines import trial_bench
from sheetgen.engines.trials import Trial
from sheetgen.sheet_names import CNN_DIGITS, CNN_LIVE, CNN_SLOPES, CNN_STEP, LEARNING

LABEL, RATE = (CNN_STEP, 5, 16), (CNN_STEP, 5, 32)


@pytest.mark.parametrize("layers", [PLAIN, LEARNT], ids=["plain", "learnt"])
def test_the_gradients_are_those_of_autograd(tmp_path: Path, layers: tuple[Layer, ...]) -> None:
    path = plain_workbook(tmp_path / "b.xlsx")
    write(path, live_network(layers))
    network = recorded(path)
    assert network.step is not None
    weighted = [layer for layer in network.layers if layer.weight is not None]
    slopes = [(CNN_SLOPES, *cell) for layer in weighted for cell in layer.weight_cells()]
    losses = [(CNN_STEP, *cell) for cell in network.step.losses]
    scores = [(CNN_STEP, *cell) for cell in network.layers[-1].cells()]
    row, column, _ = ((CNN_DIGITS, *cell) for cell in network.look_up)
    cases = [(picture, label, rate) for picture in network.pictures for label, rate in ((9, 0.5), (4, 1e-11))]
    trials = [
        Trial(
            (*slopes, *losses, *scores), {row: float(p.row), column: float(p.column), LABEL: float(label), RATE: rate}
        )
        for p, label, rate in cases
    ]
    shown = trial_bench("embedded", path, 100).tried(trials)
    lowered = []
    for (picture, label, rate), values in zip(cases, shown, strict=True):
        assert values is not None
        gradients, before, after, logits = torch_step(network.layers, picture.pixels, label, rate)
        found, start = np.asarray(values, float), 0
        for weight, bias in gradients:
            wanted = np.concatenate([weight.ravel(), bias])
            assert abs(found[start : start + wanted.size] - wanted).max() <= 1e-9 * abs(wanted).max()
            start += wanted.size
        assert found[start : start + 2] == pytest.approx([before, after], rel=1e-9, abs=1e-12)
        assert found[start + 2 :] == pytest.approx(logits, rel=1e-9)
        if rate == 1e-11 and before > 1e-6:
            lowered.append(after < before)
    assert lowered
    assert all(lowered)


def test_the_right_digit_is_the_label_of_what_is_shown_until_another_is_typed(tmp_path: Path) -> None:
    path = plain_workbook(tmp_path / "b.xlsx")
    write(path, live_network(LEARNT))
    network = recorded(path)
    row, column, label = ((CNN_DIGITS, *cell) for cell in network.look_up)
    read = (LABEL, (CNN_STEP, 6, 3), (CNN_LIVE, *network.answer.digit))
    unknown, second, _ = network.pictures
    places = {row: float(second.row), column: float(second.column), label: 1.0}
    shown = trial_bench("embedded", path, 60).tried([Trial(read), Trial(read, places), Trial(read, {LABEL: 7.0})])
    at_first, labelled, typed = (values or [] for values in shown)
    assert unknown.label is None
    assert at_first[0] == at_first[2]
    assert str(at_first[1]).startswith("nobody knows what it is, so this is what is read in what is shown: 0: a 0;")
    assert labelled[0] == 1 == second.label
    assert str(labelled[1]).startswith("the label of what is shown: ")
    assert typed[:2] == [7.0, "typed; shown is 0: a 0"]


def test_a_typed_digit_is_proven_and_what_is_none_gets_one_line(tmp_path: Path, soffice: str) -> None:
    path = plain_workbook(tmp_path / "b.xlsx")
    write(path, live_network(LEARNT))
    book = openpyxl.load_workbook(path)
    book[CNN_STEP]["P5"] = 6
    book.save(path)
    saved = resave(path, tmp_path / "saved", soffice)
    assert recorded(saved).step.typed == 6  # type: ignore[union-attr]
    report = prove(saved)
    assert report.ok, report.differences[:5]
    for wrong in (12, -1, 2.5):
        book[CNN_STEP]["P5"] = wrong
        book.save(path)
        with pytest.raises(WorkbookError, match=rf"the right digit: {float(wrong)} is no digit"):
            prove(path)


def test_without_learning_its_sheets_are_left_out_and_taken_away(tmp_path: Path) -> None:
    path = plain_workbook(tmp_path / "b.xlsx")
    write(path, live_network(LEARNT))
    assert set(LEARNING) < set(openpyxl.load_workbook(path, read_only=True).sheetnames)
    write(path, live_network(LEARNT), learning=False)
    names = openpyxl.load_workbook(path, read_only=True).sheetnames
    assert not set(LEARNING) & set(names)
    assert names[:2] == ["Data", "Notes"]


def test_kernels_that_reach_the_next_map_are_not_learnt() -> None:
    assert not can_learn(arrange(live_network(PADDED).layers, TABLE_ROW))
    assert can_learn(arrange(live_network(PLAIN).layers, TABLE_ROW))
