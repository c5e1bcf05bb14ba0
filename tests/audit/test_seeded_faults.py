"""The audit on workbooks in many layouts: silent on right ones; faults are found, located, named."""

from __future__ import annotations

from pathlib import Path

import pytest
from audited.autograd_losses import LOSSES
from audited.calculator import values_of
from audited.drawing import FAULTS, draw, right_book
from audited.matrices import MATRICES
from audited.networks_of_all import NAMES, network_of
from audited.slopes import differences
from audited.tables import TABLES
from audited.trials import Trial, judged, said, table

from sheetgen.audit.audit import audit
from sheetgen.audit.outcome import Conclusion
from sheetgen.engines import get

SAMPLED = tuple(fault for fault in FAULTS if fault != "drift in the last digits")
QUICK = (*TABLES, *MATRICES, "seed, out_h1")
"""The networks that are there at once; those of the gallery are built first."""


@pytest.mark.parametrize("name", NAMES)
def test_the_right_workbooks_are_right(name: str) -> None:
    """Each slope is that of the loss: the central difference, computed without the audit."""
    found = list(differences(network_of(name), most=40))
    assert found
    for key, value, difference in found:
        assert value == pytest.approx(difference, rel=1e-6, abs=1e-8), key


@pytest.mark.parametrize("name", TABLES)
def test_the_values_are_those_of_an_engine(name: str, tmp_path: Path) -> None:
    book = right_book(name)
    calculated = get("embedded").recalculate(book.write(tmp_path / "w.xlsx"), 60.0)
    for sheet in book.names:
        grid = calculated.grid(sheet, 60, 60)
        for (tab, row, column), value in book.values.items():
            if tab == sheet:
                assert grid[row - 1][column - 1] == pytest.approx(value, rel=1e-12, abs=1e-12), (row, column)


@pytest.mark.parametrize("name", LOSSES)
def test_the_matrices_have_the_gradients_of_autograd(name: str) -> None:
    torch = pytest.importorskip("torch", reason="the extra cnn is not installed")
    network = network_of(name)
    values = values_of(network.sheets().cells)

    def block(quantity: str) -> object:
        spot = network.spots[quantity]
        numbers = torch.tensor([values[key] for key in spot.keys], dtype=torch.float64)
        return numbers.reshape(spot.rows, spot.columns)

    weights = {quantity.name: block(quantity.name).requires_grad_() for quantity in network.role("weight")}
    given = {quantity.name: block(quantity.name) for quantity in network.role("input", "target")}
    loss = LOSSES[name](torch, **weights, **given)
    loss.backward()
    for weight, tensor in weights.items():
        slope = block(f"∂{network.loss}/∂{weight}")
        assert torch.allclose(tensor.grad, slope, rtol=1e-12, atol=1e-14), weight


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_found_in_a_right_workbook(name: str, tmp_path: Path) -> None:
    report = audit(right_book(name).write(tmp_path / "w.xlsx"))
    assert not report.findings, said(report.findings)
    assert report.verdict == Conclusion.RIGHT


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> list[Trial]:
    folder = tmp_path_factory.mktemp("faults")
    drawn = [draw(fault, "sample", QUICK) for fault in SAMPLED]
    return [judged(one, folder / f"{number}.xlsx") for number, one in enumerate(drawn) if one]


def test_a_sample_of_faults_is_found(sample: list[Trial]) -> None:
    missed = [trial for trial in sample if not trial.detected]
    assert len(sample) == len(SAMPLED)
    assert not missed, "\n".join(
        f"{trial.drawn.fault}, {trial.drawn.network}: {trial.drawn.seeded.what}" for trial in missed
    )


def test_the_faults_are_located_and_named(sample: list[Trial]) -> None:
    count = len(sample)
    assert sum(trial.located for trial in sample) >= 0.9 * count, table(sample)
    assert sum(trial.named for trial in sample) >= 0.75 * count, table(sample)
