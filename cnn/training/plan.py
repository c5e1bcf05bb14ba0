"""What to train and how, from the options of ``cnn train``."""

from __future__ import annotations

import os
from dataclasses import dataclass, fields, replace
from pathlib import Path

from cnn.digits.held_out import HeldOutFrom
from cnn.errors import UsageError
from cnn.net.network_file import chosen_network
from cnn.net.networks import NETWORKS, Network, as_trained, find_network
from cnn.net.shapes import checked
from cnn.runs.summary import DataName
from cnn.training.recipe import Recipe
from cnn.training.recipe_file import chosen_recipe


@dataclass(frozen=True)
class TrainOptions:
    """The options of ``cnn train`` that say what to train and how, by their names; None where one was not given.

    ``net`` and ``recipe`` are names, or files, or what these stand for.
    """

    net: str | Path | Network | None = None
    recipe: str | Path | Recipe | None = None
    epochs: int | None = None
    batch_size: int | None = None
    lr: float | None = None
    dropout: float | None = None
    seed: int | None = None
    val: int | None = None
    val_from: HeldOutFrom | None = None
    patience: int | None = None
    data: DataName | None = None
    data_dir: str | None = None
    device: str | None = None
    threads: int | None = None
    amp: bool | None = None


@dataclass(frozen=True)
class Plan:
    """What to train and how; ``validation`` pictures are held out of training, 0 for none, a random part or the last
    ones, as ``validation_from`` says; ``patience`` in epochs; ``amp`` is torch's automatic mixed precision;
    ``own_network`` is the network where it is none of the built-in ones.

    Raises UsageError for a network that there is not or whose layers do not fit one another, and for patience, or a
    place to hold out from, without pictures held out.
    """

    network: str
    recipe: Recipe
    seed: int = 1
    validation: int = 0
    validation_from: HeldOutFrom = "random"
    patience: int | None = None
    data: DataName = "mnist"
    data_dir: str | None = None
    device: str = "auto"
    threads: int = 1
    amp: bool = False
    own_network: Network | None = None

    def __post_init__(self) -> None:
        if checked(self.definition).name != self.network:
            raise UsageError(f"the network is called '{self.definition.name}', not '{self.network}'")
        if self.patience is not None and not self.validation:
            raise UsageError(
                "--patience needs --val: stopping by the test pictures would choose the result "
                "by what is meant to judge it"
            )
        if self.validation_from == "end" and not self.validation:
            raise UsageError("--val-from end needs --val", "say how many pictures are held out: --val 5000")

    @property
    def definition(self) -> Network:
        """The network as its author wrote it."""
        return find_network(self.network) if self.own_network is None else self.own_network

    @property
    def trained_network(self) -> Network:
        """The network as it is trained."""
        return as_trained(self.definition, self.recipe.dropout)


def new_plan(options: TrainOptions) -> Plan:
    """Return the plan that the options of ``cnn train`` describe."""
    network = chosen_network("rf20" if options.net is None else options.net)
    return Plan(
        network=network.name,
        own_network=None if NETWORKS.get(network.name) == network else network,
        recipe=changed(chosen_recipe("fast" if options.recipe is None else options.recipe), options),
        seed=1 if options.seed is None else options.seed,
        validation=options.val or 0,
        validation_from=options.val_from or "random",
        patience=options.patience,
        data=options.data or "mnist",
        data_dir=None if options.data == "synthetic" else options.data_dir,
        device=options.device or "auto",
        threads=options.threads or 1,
        amp=bool(options.amp),
    )


def changed(recipe: Recipe, options: TrainOptions) -> Recipe:
    """Return the recipe with what the person chose instead."""
    return replace(
        recipe,
        epochs=recipe.epochs if options.epochs is None else options.epochs,
        batch_size=recipe.batch_size if options.batch_size is None else options.batch_size,
        learning_rate=recipe.learning_rate if options.lr is None else options.lr,
        dropout=recipe.dropout if options.dropout is None else options.dropout,
    )


def unrecorded_folder(plan: Plan) -> str | None:
    """Return where the data of a plan are when the environment alone says so, which another command may lack."""
    return os.environ.get("SHEETGEN_DATA") if plan.data == "mnist" and plan.data_dir is None else None


def options_of(plan: Plan) -> TrainOptions:
    """Return the options that describe a plan in full, but for the place of its data."""
    return TrainOptions(
        net=plan.network,
        recipe=plan.recipe.name,
        epochs=plan.recipe.epochs,
        batch_size=plan.recipe.batch_size,
        lr=plan.recipe.learning_rate,
        dropout=plan.recipe.dropout,
        seed=plan.seed,
        val=plan.validation,
        val_from=plan.validation_from,
        patience=plan.patience,
        data=plan.data,
        device=plan.device,
        threads=plan.threads,
        amp=plan.amp,
    )


def refuse_changes(plan: Plan, options: TrainOptions) -> None:
    """Raise `UsageError` where an option beside --resume says otherwise than the run's own plan.

    The data may have moved, so ``data_dir`` is free.
    """
    recorded = options_of(plan)
    for option in (field.name for field in fields(options) if field.name != "data_dir"):
        value, started = getattr(options, option), getattr(recorded, option)
        if value is not None and value != started:
            raise UsageError(
                f"--resume continues the run as it was started, with --{option.replace('_', '-')} {started}: "
                "leave that option out"
            )
