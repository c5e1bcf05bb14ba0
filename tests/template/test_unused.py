"""What [data] makes of its columns and no equation uses is refused: the training would take no notice of it."""

from __future__ import annotations

import pytest

from sheetgen import TemplateError, loads

PLAIN = """rates = [0.1]
iterations = 2
batch = "full"
[data]
inputs = ["x"]
targets = ["t"]
rows = [[30, 0], [70, 1], [20, 0]]
MADE
[parameters]
w = 0.1
[forward]
y = "w*x"
[loss]
E = "(y - t)^2"
"""
HOLE = ("[30, 0]", '["?", 0]')
MASK = "masks = { m = 0.5 }"


def changed(made: str, *pairs: tuple[str, str]) -> str:
    text = PLAIN.replace("MADE", made)
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new)
    return text


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        (
            changed('standardise = ["x"]'),
            8,
            "standardise makes x_scaled of x, and no equation uses x_scaled; write x_scaled where x is meant",
        ),
        (changed('minmax = ["t"]'), 8, "minmax makes t_scaled of t, and no equation uses t_scaled"),
        (
            changed('standardise = ["x", "t"]', ("w*x", "w*x_scaled")),
            8,
            "standardise makes t_scaled of t, and no equation uses t_scaled",
        ),
        (changed('fill = "mean"', HOLE), 8, "fill makes x_filled of x, and no equation uses x_filled"),
        (
            changed('fill = "mean"', HOLE, ("w*x", "w*x_filled + 0*x")),
            12,
            "y uses x, which is 0 where it has a hole; write x_filled, or ask for x_known, too",
        ),
        (changed(MASK), 8, "masks draw m, which no equation uses, so nothing is dropped; multiply by it"),
        (changed("masks = { M = { p = 0.5, shape = [2] } }"), 8, "masks draw M, which no equation uses"),
    ],
)
def test_what_no_equation_uses_is_refused(text: str, line: int, message: str) -> None:
    with pytest.raises(TemplateError) as caught:
        loads(text, "mine.toml")
    assert str(caught.value).startswith(f"mine.toml, line {line}: {message}")


@pytest.mark.parametrize(
    "text",
    [
        changed('standardise = ["x"]', ("w*x", "w*x_scaled + 0*x")),
        changed('standardise = ["x"]', ("w*x", "w*(x_scaled - batch_mean(x_scaled))")),
        changed('standardise = ["t"]', ("y - t", "y - t_scaled")),
        changed('fill = "mean"\nstandardise = ["x"]', HOLE, ("w*x", "w*x_scaled")),
        changed('fill = "mean"', HOLE, ("w*x", "where(x_known == 1, w*x, 0.01*x_filled)")),
        changed('fill = "mean"'),
        changed(MASK, ("w*x", "w*x*m/(1 - 0.5)")),
        changed("masks = { M = { p = 0.5, shape = [2] } }", ("w*x", "w*x*sum(M)")),
    ],
)
def test_what_one_uses_is_not(text: str) -> None:
    assert loads(text).trains


def test_the_layers_use_what_was_made() -> None:
    layers = '[layers]\nsizes = [1, 1]\nactivation = "identity"\n'
    text = changed('standardise = ["x"]', HOLE, ("standardise", 'fill = "mean"\nstandardise'))
    assert loads(text.partition("[parameters]")[0] + layers).trains
