"""A run that cannot be shown."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("PIL", reason="the extra cnn is not installed")

from cnn_support import handmade_run, sheet_texts

from cnn.errors import RunError
from cnn.tab.write import write


def test_a_run_that_has_not_ended(workbook: Path, tmp_path: Path) -> None:
    run = handmade_run(tmp_path, "one")
    run.path("summary.json").unlink()
    command = f"train --run one --resume --runs-dir {re.escape(str(tmp_path))}"
    with pytest.raises(RunError, match=f"has not ended; continue it with: .*{command}$"):
        write(workbook, [run])


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda summary: summary.update(parameters=8321), "parameters is not the sum of those of the layers"),
        (lambda summary: summary["layers"][0].update(multiply_adds=1), "multiply_adds is not the sum of those of the"),
        (lambda summary: summary["test"].update(correct=197), "confusion is not that of test"),
        (lambda summary: summary["confusion"][3].reverse(), "confusion is not that of test"),
    ],
)
def test_a_summary_that_gives_two_answers_is_not_shown(
    workbook: Path, tmp_path: Path, change: Callable[[dict[str, Any]], object], why: str
) -> None:
    run = handmade_run(tmp_path, "one")
    summary = run.read_json("summary.json")
    change(summary)
    run.write_json("summary.json", summary)
    before = workbook.read_bytes()
    with pytest.raises(RunError, match=rf"summary\.json is damaged: {why}"):
        write(workbook, [run])
    assert workbook.read_bytes() == before


def test_a_dropout_of_0_is_not_used_also_where_an_earlier_version_listed_its_layer(
    workbook: Path, tmp_path: Path
) -> None:
    run = handmade_run(tmp_path, "one")
    config = run.read_json("config.json")
    config["plan"]["recipe"]["dropout"] = 0.0
    run.write_json("config.json", config)
    assert "dropout" in [layer["kind"] for layer in run.read_json("summary.json")["layers"]]
    write(workbook, [run])
    assert sheet_texts(workbook)["dropout used"][:3] == [1, 0, "no"]
