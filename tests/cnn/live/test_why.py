"""Why a digit is read: the map of each class is what its score is the mean of, and lies where its numbers look."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import openpyxl
import pytest

pytest.importorskip("torch", reason="the extra cnn is not installed")
pytest.importorskip("PIL", reason="the extra cnn is not installed")

from grafting import plain_workbook
from live_networks import LINEAR, PADDED, PLAIN, live_network

from cnn.live.arrangement import arrange
from cnn.live.kernels import TABLE_ROW
from cnn.live.recorded import recorded
from cnn.live.reference import numpy_maps
from cnn.live.why import can_say_why
from cnn.live.write import pages, write
from cnn.net.networks import GLOBAL_AVERAGE, RELU, Layer, conv
from sheetgen.engines import trial_bench
from sheetgen.engines.trials import Trial
from sheetgen.sheet_names import CNN_WHY


def places(sheet: openpyxl.worksheet.worksheet.Worksheet, text: str) -> list[tuple[int, int]]:
    return [(cell.row, cell.column) for row in sheet.iter_rows() for cell in row if cell.value == text]


@pytest.mark.parametrize("layers", [PLAIN, PADDED], ids=["plain", "padded"])
def test_every_class_has_the_map_that_its_score_is_the_mean_of(tmp_path: Path, layers: tuple[Layer, ...]) -> None:
    path = plain_workbook(tmp_path / "b.xlsx")
    write(path, live_network(layers))
    network = recorded(path)
    maps = numpy_maps(network.layers, network.pictures[0].pixels)
    weight, bias = network.layers[-1].weight, network.layers[-1].bias
    assert weight is not None
    assert bias is not None
    sheet = openpyxl.load_workbook(path)[CNN_WHY]
    (row, column) = places(sheet, "for the digit picked here:")[0]
    pick, side = (CNN_WHY, row, column + 14), network.layers[-3].side
    (head, first) = places(sheet, "Σ weight · map")[1]
    (score, at) = places(sheet, "the score")[1]
    small = [(CNN_WHY, head + 2 + i, first + j) for i in range(side) for j in range(side)]
    large = [(CNN_WHY, 8 + i, column + j) for i in range(28) for j in range(28)]
    trials = [Trial((*small, (CNN_WHY, score, at + 12), *large), {pick: float(digit)}) for digit in range(10)]
    shown = trial_bench("embedded", path, 60).tried(trials)
    geometry = live_network(layers).layers[-3]
    start = sum(-layer.padding for layer in live_network(layers).layers[:1])
    middles = start + (geometry.receptive_field - 1) / 2 + geometry.jump * np.arange(side)
    if layers is PADDED:  # the second convolution is padded too, before anything halves
        middles = middles - 1
    for digit, values in enumerate(shown):
        assert values is not None
        wanted = sum(w * m for w, m in zip(weight[digit, :, 0, 0], maps[-3], strict=True))
        assert np.asarray(values[: side**2], float) == pytest.approx(np.ravel(wanted))
        assert values[side**2] == pytest.approx(np.mean(wanted) + bias[digit])
        assert values[side**2] == pytest.approx(maps[-1].ravel()[digit])
        over = np.asarray(values[side**2 + 1 :], float).reshape(28, 28)
        for pixel in range(28):
            away = abs(middles - pixel)
            nearest = wanted[np.flatnonzero(away == away.min())]
            assert np.isclose(nearest, over[pixel, 14], rtol=1e-12).any()


def test_a_network_that_ends_otherwise_has_no_such_sheet() -> None:
    layers = (conv(3), RELU, GLOBAL_AVERAGE, RELU, LINEAR)
    network = live_network(layers)
    assert not can_say_why(arrange(network.layers, TABLE_ROW))
    assert CNN_WHY not in [page.name for page in pages(network)]
