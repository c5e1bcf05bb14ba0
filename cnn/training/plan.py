"""What to train and how, from the options of ``cnn train``."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal

from cnn.errors import UsageError
from cnn.net.networks import find_network
from cnn.training.recipe import Recipe, find_recipe


@dataclass(frozen=True)
class Plan:
    """What to train and how; ``validation`` pictures are held out of training, 0 for none; ``patience`` in
    epochs.

    Raises UsageError for a network that there is not, and for patience without pictures held out.
    """

    network: str
    recipe: Recipe
    seed: int = 1
    validation: int = 0
    patience: int | None = None
    data: Literal["mnist", "synthetic"] = "mnist"
    data_dir: str | None = None
    device: str = "auto"
    threads: int = 1

    def __post_init__(self) -> None:
        find_network(self.network)
        if self.patience is not None and not self.validation:
            raise UsageError(
                "--patience needs --val: stopping by the test pictures would choose the result "
                "by what is meant to judge it"
            )


def new_plan(options: dict[str, Any]) -> Plan:
    """Return the plan that the options of ``cnn train`` describe."""
    recipe = changed(find_recipe("fast" if options["recipe"] is None else options["recipe"]), options)
    return Plan(
        network="rf20" if options["net"] is None else options["net"],
        recipe=recipe,
        seed=1 if options["seed"] is None else options["seed"],
        validation=options["val"] or 0,
        patience=options["patience"],
        data=options["data"] or "mnist",
        data_dir=options["data_dir"],
        device=options["device"] or "auto",
        threads=options["threads"] or 1,
    )


def changed(recipe: Recipe, options: dict[str, Any]) -> Recipe:
    """Return the recipe with what the person chose instead."""
    names = {"epochs": "epochs", "batch_size": "batch_size", "lr": "learning_rate", "dropout": "dropout"}
    changes = {field: options[name] for name, field in names.items() if options[name] is not None}
    return replace(recipe, **changes)


def refuse_changes(plan: Plan, options: dict[str, Any]) -> None:
    """Raise `UsageError` where an option beside --resume says otherwise than the run's own plan."""
    recorded = {
        "net": plan.network,
        "recipe": plan.recipe.name,
        "epochs": plan.recipe.epochs,
        "batch_size": plan.recipe.batch_size,
        "lr": plan.recipe.learning_rate,
        "dropout": plan.recipe.dropout,
        "seed": plan.seed,
        "val": plan.validation,
        "patience": plan.patience,
        "data": plan.data,
        "device": plan.device,
        "threads": plan.threads,
    }
    for option, value in recorded.items():
        if options[option] is not None and options[option] != value:
            raise UsageError(
                f"--resume continues the run as it was started, with --{option.replace('_', '-')} {value}: "
                "leave that option out"
            )
