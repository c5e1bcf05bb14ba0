"""Words that have an order become numbers, in typed rows and in a file; anything else is refused with its row."""

from __future__ import annotations

from pathlib import Path

import pytest

from sheetgen import TemplateError, build, load, loads
from sheetgen.template.write import effective_template

ROWS = '[["small", 1.0], ["large", 3.0], ["medium", 2.5], ["small", 0.5]]'
SIZES = f"""rates = [0.1]
iterations = 4
[data]
inputs = {{ x = {{ ordinal = ["small", "medium", "large"] }} }}
targets = ["t"]
rows = {ROWS}
[parameters]
w = 0.1
[forward]
y = "w*x"
[loss]
E = "(y - t)^2"
"""


def test_a_word_is_its_place(tmp_path: Path) -> None:
    study = loads(SIZES)
    assert study.samples["x"] == (0, 2, 1, 0)
    assert loads(effective_template(study)).samples == study.samples
    built = build(study, tmp_path / "sizes.xlsx")
    assert built.report is not None
    assert built.report.ok


def test_a_plain_number_stands_beside_it_in_typed_rows() -> None:
    beside = SIZES.replace('"large"] } }', '"large"] }, n = {} }').replace(
        ROWS, '[["small", 7, 1.0], ["large", 8, 3.0]]'
    )
    samples = loads(beside).samples
    assert (samples["x"], samples["n"]) == ((0, 2), (7, 8))


def test_of_a_column_of_a_file(tmp_path: Path) -> None:
    (tmp_path / "sizes.csv").write_text("size,t\nsmall,1\nlarge,3\n", "utf-8")
    column = SIZES.replace('{ ordinal = ["small"', '{ column = "size", ordinal = ["small"')
    (tmp_path / "sizes.toml").write_text(column.replace(f"rows = {ROWS}", 'file = "sizes.csv"'), "utf-8")
    assert load(tmp_path / "sizes.toml").samples["x"] == (0, 2)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            '["large"',
            '["larg"',
            "row 2 of [data]: x is 'larg', which is none of the ordinal words; did you mean 'large'?",
        ),
        ('["large"', '[""', "row 2 of [data]: x is empty; fill it"),
        ('["large"', "[3", "row 2 of [data]: x must be a text in quotes, not 3"),
        ('"medium", "large"]', '"small"]', "x: expected a list of at least two words, each once, in their order"),
        ('"large"] }', '"large"], classes = ["a", "b"] }', "x: ordinal makes one number of a column; leave the other"),
    ],
)
def test_what_is_refused(old: str, new: str, message: str) -> None:
    with pytest.raises(TemplateError) as caught:
        loads(SIZES.replace(old, new, 1))
    assert message in str(caught.value)
    assert "template, line " in str(caught.value)
