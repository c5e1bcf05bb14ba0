"""A template's values are complained of at their lines."""

from __future__ import annotations

import pytest
from networks import GOOD

from sheetgen import TemplateError, loads


@pytest.mark.parametrize("inputs", ["inputs = {x = nan}", "inputs.x = nan"])
def test_lines_of_inline_and_dotted_tables(inputs: str) -> None:
    text = GOOD.replace("[inputs]\nx = 0.5", "").replace("iterations = 3", f"iterations = 3\n{inputs}")
    with pytest.raises(TemplateError, match="x must be a finite number") as caught:
        loads(text)
    assert caught.value.line == 4
