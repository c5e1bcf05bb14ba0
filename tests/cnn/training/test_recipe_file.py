"""Recipes of one's own: what a file says, and what it cannot say."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from cnn.errors import SettingsError, UsageError
from cnn.training.plan import TrainOptions, new_plan
from cnn.training.recipe import FAST, Recipe
from cnn.training.recipe_file import chosen_recipe, read_recipe

WHOLE = """
epochs = 3
batch_size = 64
optimizer = "sgd"
learning_rate = 0.05
schedule = "step"
decay_every = 2
rotation = 5
"""


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    return tmp_path / "mine.toml"


def test_a_file_has_all_settings_or_begins_from_another_recipe(mine: Path) -> None:
    mine.write_text(WHOLE)
    assert read_recipe(mine) == Recipe("mine", 3, 64, "sgd", 0.05, "step", decay_every=2, rotation=5.0)
    mine.write_text('name = "slow"\nlike = "fast"\nepochs = 9\noptimizer = "sgd"\n')
    recipe = chosen_recipe(str(mine))
    assert recipe == replace(FAST, name="slow", epochs=9, optimizer="sgd")
    assert (recipe.momentum, recipe.kernel_decay, recipe.title) == (0.9, None, "slow")
    plan = new_plan(TrainOptions(recipe=str(mine), epochs=2, lr=0.1))
    assert plan.recipe == replace(recipe, epochs=2, learning_rate=0.1)


@pytest.mark.parametrize(
    ("before", "after", "line", "says"),
    [
        ("epochs = 3", "epochs = 0", 2, "epochs is 0, and must be from 1 to 10,000"),
        ("epochs = 3", 'epochs = "3"', 2, "epochs is '3', not a whole number"),
        ("epochs = 3", "epoch = 3", 2, "unknown key 'epoch'; did you mean 'epochs'?"),
        ('"sgd"', '"sdg"', 4, "optimizer is 'sdg', not one of 'sgd', 'adamw', 'muon'"),
        ("rotation = 5", "rotation = nan", 8, "rotation is nan, and must be from 0 to 180"),
        ("rotation = 5", "warmup = 0.1", 8, 'warmup takes no part beside schedule = "step"; leave it out, or choose '
         'schedule = "onecycle"'),
        ("rotation = 5", 'like = "fats"', 8, "no recipe is called 'fats'; did you mean 'fast'?"),
        ("rotation = 5", 'name = "best"', 8, "the name 'best' is that of a built-in one"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_its_line(before: str, after: str, line: int, says: str, mine: Path) -> None:
    mine.write_text(WHOLE.replace(before, after))
    with pytest.raises(SettingsError) as raised:
        read_recipe(mine)
    assert str(raised.value).startswith(f"{mine}, line {line}: {says}")


def test_what_is_missing_is_told(mine: Path) -> None:
    mine.write_text("epochs = 3\nbatch_size = 64\n")
    with pytest.raises(SettingsError, match="the recipe has no optimizer, learning_rate, schedule; add them"):
        read_recipe(mine)
    with pytest.raises(UsageError, match="no recipe is called 'fats'; did you mean 'fast'"):
        chosen_recipe("fats")
    assert chosen_recipe(FAST) is FAST
