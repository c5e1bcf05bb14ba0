"""A run that cannot be shown."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

pytest.importorskip("PIL", reason="the extra cnn is not installed")

from cnn_support import handmade_run

from cnn.errors import RunError
from cnn.tab.write import write


def test_a_run_that_has_not_ended(workbook: Path, tmp_path: Path) -> None:
    run = handmade_run(tmp_path, "one")
    run.path("summary.json").unlink()
    command = f"train --run one --resume --runs-dir {re.escape(str(tmp_path))}"
    with pytest.raises(RunError, match=f"has not ended; continue it with: .*{command}$"):
        write(workbook, [run])
