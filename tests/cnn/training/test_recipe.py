"""The learning rates against torch's own schedulers."""

from __future__ import annotations

import pytest

from cnn.errors import UsageError
from cnn.training.recipe import BEST, FAST, SEED, Recipe, find_recipe, learning_rate_at

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


@pytest.mark.parametrize("recipe", [FAST, BEST], ids=lambda recipe: recipe.name)
def test_fast_and_best_are_one_cycle(recipe: Recipe) -> None:
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


def test_the_true_rates_of_the_published_recipe() -> None:
    assert [learning_rate_at(SEED, epoch * STEPS, STEPS) for epoch in (0, 6, 12, 18)] == pytest.approx(
        [0.01, 1e-3, 1e-4, 1e-5]
    )


def test_an_unknown_recipe_names_the_nearest_or_those_there_are() -> None:
    with pytest.raises(UsageError, match=r"^no recipe is called 'slow'; there are: fast, best, seed$"):
        find_recipe("slow")
    with pytest.raises(UsageError, match=r"^no recipe is called 'fastt'; did you mean 'fast'"):
        find_recipe("fastt")
