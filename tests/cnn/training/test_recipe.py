"""The learning rates against torch's own schedulers."""

from __future__ import annotations

from dataclasses import replace

import pytest
from click.testing import CliRunner
from outside import ROOT

from cnn.cli import cli
from cnn.errors import UsageError
from cnn.tab.targets import EPOCHS
from cnn.training.recipe import BEST, FAST, LONG, RECIPES, SEED, Recipe, find_recipe, learning_rate_at

pytest.importorskip("torch", reason="torch is not installed")
import torch

STEPS = 37


def optimizer(recipe: Recipe) -> torch.optim.Optimizer:
    return torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=recipe.learning_rate)


def test_the_seed_recipe_is_step_lr() -> None:
    sgd = optimizer(SEED)
    schedule = torch.optim.lr_scheduler.StepLR(sgd, 6, 0.1)
    for epoch in range(SEED.epochs):
        for step in (0, STEPS - 1):
            assert learning_rate_at(SEED, epoch * STEPS + step, STEPS) == pytest.approx(
                schedule.get_last_lr()[0], rel=1e-12
            )
        sgd.step()
        schedule.step()


@pytest.mark.parametrize("recipe", [FAST, BEST, LONG], ids=lambda recipe: recipe.name)
def test_all_but_the_published_recipe_are_one_cycle(recipe: Recipe) -> None:
    sgd = optimizer(recipe)
    total = recipe.epochs * STEPS
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        sgd,
        recipe.learning_rate,
        total,
        pct_start=recipe.warmup,
        anneal_strategy="linear",
        cycle_momentum=False,
    )
    for step in range(total):
        assert learning_rate_at(recipe, step, STEPS) == pytest.approx(schedule.get_last_lr()[0], rel=1e-9, abs=1e-12)
        sgd.step()
        if step < total - 1:
            schedule.step()


@pytest.mark.parametrize("total", range(1, 13))
def test_few_steps_are_one_cycle_too(total: int) -> None:
    """torch itself divides by zero where the first step is at the top; there it has the peak."""
    rates = [learning_rate_at(replace(FAST, epochs=total), step, 1) for step in range(total)]
    assert rates == [learning_rate_at(replace(FAST, epochs=1), step, total) for step in range(total)]
    if total == 5:
        end = FAST.learning_rate / 250_000
        line = [FAST.learning_rate + (end - FAST.learning_rate) * step / 4 for step in range(5)]
        assert rates == pytest.approx(line, rel=1e-12)
        return
    sgd = optimizer(FAST)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        sgd, FAST.learning_rate, total, pct_start=FAST.warmup, anneal_strategy="linear", cycle_momentum=False
    )
    expected = [schedule.get_last_lr()[0]]
    for _ in range(total - 1):
        sgd.step()
        schedule.step()
        expected += schedule.get_last_lr()
    assert rates == pytest.approx(expected, rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("warmup", [0.0, 0.1, 0.2, 0.25, 0.5, 0.99])
@pytest.mark.parametrize("schedule", ["step", "onecycle"])
def test_no_length_of_a_training_is_without_a_rate(schedule: str, warmup: float) -> None:
    for epochs in range(1, 12):
        for steps in range(1, 12):
            recipe = replace(FAST, epochs=epochs, warmup=warmup, schedule=schedule)
            rates = [learning_rate_at(recipe, step, steps) for step in range(epochs * steps)]
            assert all(0 < rate <= FAST.learning_rate * (1 + 1e-12) for rate in rates)


@pytest.mark.parametrize(
    "value",
    [{"epochs": 0}, {"batch_size": 0}, {"decay_every": 0, "schedule": "step"}, {"warmup": 1.0}, {"warmup": -0.1}],
)
def test_values_that_no_training_has(value: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=next(iter(value))):
        replace(FAST, **value)


def test_the_true_rates_of_the_published_recipe() -> None:
    assert [learning_rate_at(SEED, epoch * STEPS, STEPS) for epoch in (0, 6, 12, 18)] == pytest.approx(
        [0.01, 1e-3, 1e-4, 1e-5]
    )


def test_an_unknown_recipe_names_the_nearest_or_those_there_are() -> None:
    with pytest.raises(
        UsageError, match=r"^no recipe is called .slow.; there are: fast, best, long, seed; or name a file"
    ):
        find_recipe("slow")
    with pytest.raises(UsageError, match=r"^no recipe is called 'fastt'; did you mean 'fast'"):
        find_recipe("fastt")


def test_the_recipe_that_breaks_a_published_target_says_so() -> None:
    assert EPOCHS == 20
    assert [recipe.name for recipe in RECIPES.values() if recipe.epochs >= EPOCHS] == ["long"]
    says = f"long: {LONG.epochs} epochs, where the published target is fewer than {EPOCHS}"
    for command in ("train", "sweep", "augment"):
        told = CliRunner().invoke(cli, [command, "--help"])
        assert says in " ".join(told.stdout.split())
    page = " ".join((ROOT / "docs/cnn.md").read_text("utf-8").split())
    assert f"`long` takes {LONG.epochs} epochs, more than the fewer than {EPOCHS} of the published targets" in page
