"""The layer table, in agreement with torch."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("PIL", reason="the extra cnn is not installed")

from cnn_support import handmade_run

from cnn.net.networks import find_network
from cnn.tab.write import write
from sheetgen import engines
from sheetgen.sheet_names import CNN


@pytest.mark.parametrize(("network", "before", "after"), [("rf20", 20, 28), ("seed", 26, 32)])
def test_the_layer_table_agrees_with_torch(
    workbook: Path, tmp_path: Path, network: str, before: int, after: int, soffice: str
) -> None:
    """Parameters counted by torch, layer by layer, against the recalculated formulas of the sheet."""
    torch = pytest.importorskip("torch", reason="the extra cnn is not installed")
    from cnn.net.modules import build_modules

    write(workbook, [handmade_run(tmp_path, "one", network)])
    values = engines.get("libreoffice").recalculate(workbook, 120).grid(CNN, 140, 16)
    head = next(i for i, row in enumerate(values) if row[1] == "layer")
    column = {label: index for index, label in enumerate(values[head])}
    rows = values[head + 2 : head + 2 + len(find_network(network).layers)]
    model = build_modules(find_network(network))
    counted = [sum(p.numel() for p in module.parameters()) for module in model.modules() if not list(module.children())]
    weighty = [count for count in counted if count]
    assert [row[column["parameters"]] for row in rows if row[column["parameters"]]] == weighty
    assert sum(weighty) == sum(p.numel() for p in model.parameters()) == 8320
    fields = [row[column["receptive field"]] for row in rows]
    assert fields[-1] == after
    assert before in fields
    shape = torch.zeros(1, 1, 28, 28)
    assert model(shape).shape == (1, rows[-1][column["channels out"]])
