"""The options of the commands: those that several share, and those that say what to train and how."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import reduce
from pathlib import Path
from typing import Any, get_args

import click

from cnn.digits.held_out import HeldOutFrom
from cnn.net.networks import NETWORKS
from cnn.runs.commands import DEFAULT_ROOT
from cnn.training.recipe import LONG, RECIPES

Command = Callable[..., Any]
Option = Callable[[Command], Command]


class Number(click.FloatRange):
    """A number within a range; click's own lets nan into any."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the number, or fail where it is none or out of range."""
        number = super().convert(value, param, ctx)
        if math.isnan(number):
            self.fail(f"{value} is not a number.", param, ctx)
        return number


as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
runs_dir = click.option(
    "--runs-dir",
    default=DEFAULT_ROOT,
    show_default=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="Where the runs are.",
)
device = click.option(
    "--device",
    type=click.Choice(["auto", "cpu", "cuda", "mps"]),
    default=None,
    help="Where to compute [auto].",
)
data_dir = click.option(
    "--data-dir",
    type=click.Path(file_okay=False),
    help="torchvision root that holds MNIST [SHEETGEN_DATA, else data].",
)
checkpoint = click.option(
    "--checkpoint",
    type=click.Choice(["last", "best"]),
    default="last",
    show_default=True,
    help="Which epoch's weights.",
)
workbook = click.option(
    "--workbook",
    required=True,
    type=click.Path(path_type=Path),
    help="The workbook to add the sheet to.",
)
force = click.option(
    "--force",
    is_flag=True,
    help="Write into a workbook that is digitally signed, or whose structure is locked, too.",
)

epochs = click.option("--epochs", type=click.IntRange(1, 10_000), help="Epochs [the recipe's].")
batch_size = click.option(
    "--batch-size", type=click.IntRange(2, 60_000), help="Pictures a step, of all processes together [the recipe's]."
)
val = click.option(
    "--val",
    type=click.IntRange(0),
    help="Hold out so many training pictures: curves, best.pt and patience use them [0].",
)
val_from = click.option(
    "--val-from",
    type=click.Choice(get_args(HeldOutFrom)),
    help="Hold out a random part, or the last pictures, whose writers hardly occur among the others [random].",
)
patience = click.option(
    "--patience", type=click.IntRange(1), help="Stop after so many epochs without a better one (needs --val)."
)
amp = click.option(
    "--amp",
    is_flag=True,
    default=None,
    help="Forward and backward in bfloat16 where torch's autocast allows it; untried on a GPU.",
)
data = click.option(
    "--data", type=click.Choice(["mnist", "synthetic"]), help="MNIST, or drawn digits that are not MNIST [mnist]."
)

NETWORK = f"{', '.join(NETWORKS)}, or a file of your own, NAME.toml"
RECIPE = (
    f"{', '.join(RECIPES)} (long: {LONG.epochs} epochs, where the published target is fewer than 20), "
    "or a file of your own, NAME.toml"
)
"""What can be chosen, in words."""


class Seeds(click.ParamType[tuple[int, ...]]):
    """Random seeds: ``1..5``, or several such with commas between them."""

    name = "seeds"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[int, ...]:
        """Return the seeds, or fail where they are none, or too many."""
        if isinstance(value, tuple):
            return value
        found: list[int] = []
        for part in str(value).split(","):
            first, dots, last = part.strip().partition("..")
            ends = [SEED(end, param, ctx) for end in (first, last if dots else first)]
            if not 0 <= ends[1] - ends[0] < _MOST_SEEDS:
                self.fail(f"'{part}' is no range of 1 to {_MOST_SEEDS:,} seeds, such as 1..5.", param, ctx)
            found += range(ends[0], ends[1] + 1)
        return tuple(found)


_MOST_SEEDS = 1000

RATE, DROPOUT, SEED = Number(0, 100, min_open=True), Number(0, 1, max_open=True), click.IntRange(0, 2**31 - 1)

_OF_A_TRAINING: tuple[Option, ...] = (
    click.option("--net", help=f"Network: {NETWORK} [rf20]."),
    click.option("--recipe", help=f"Hyper-parameters: {RECIPE} [fast]."),
    epochs,
    batch_size,
    click.option("--lr", type=RATE, help="Learning rate, the peak for OneCycle [the recipe's]."),
    click.option("--dropout", type=DROPOUT, help="Dropout probability, 0 for none [the recipe's]."),
    click.option("--seed", type=SEED, help="Random seed [1]."),
    val,
    val_from,
    patience,
    device,
    amp,
    click.option("--threads", type=click.IntRange(1, 1024), help="CPU threads [1]."),
    data,
    data_dir,
    click.option(
        "--run",
        "--run-name",
        "name",
        help="Name of the run [made of network, recipe and seed]; --run-name beside torchrun.",
    ),
    click.option("--resume", is_flag=True, help="Continue the run named by --run, as it was started."),
    click.option(
        "--workbook",
        type=click.Path(path_type=Path),
        help="Write the result into this workbook, as its sheet CNN.",
    ),
    force,
)

_OF_A_SWEEP: tuple[Option, ...] = (
    click.option("--net", "nets", multiple=True, help=f"Network: {NETWORK} [rf20]; repeat for several."),
    click.option("--recipe", "recipes", multiple=True, help=f"{RECIPE} [fast]; repeat for several."),
    click.option("--lr", "rates", type=RATE, multiple=True, help="Learning rate [the recipe's]; repeat for several."),
    click.option(
        "--dropout", "dropouts", type=DROPOUT, multiple=True, help="Dropout [the recipe's]; repeat for several."
    ),
    click.option("--seed", "seeds", type=SEED, multiple=True, help="Random seed [1]; repeat for several."),
    click.option("--seeds", "span", type=Seeds(), default=(), metavar="1..5", help="Several random seeds at once."),
    epochs,
    batch_size,
    val,
    val_from,
    patience,
    device,
    amp,
    data,
    data_dir,
    click.option("--name", default="sweep", show_default=True, help="What the names of the runs begin with."),
    click.option("--jobs", type=click.IntRange(1), help="Processes of this machine [as many as it has cores]."),
    click.option("--threads", type=click.IntRange(1, 1024), help="CPU threads a process [cores divided by jobs]."),
    click.option("--scheduler", metavar="ADDRESS", help="Let the workers of this Dask scheduler do it."),
    click.option(
        "--workbook",
        type=click.Path(path_type=Path),
        help="Write the trainings into this workbook's sheet CNN, with mean, sd and least as formulas.",
    ),
    force,
)


def of_a_training(command: Command) -> Command:
    """Give a command the options of a training, in the order in which its help lists them."""
    return _given(command, _OF_A_TRAINING)


def of_a_sweep(command: Command) -> Command:
    """Give a command the options of a sweep, in the order in which its help lists them."""
    return _given(command, _OF_A_SWEEP)


def _given(command: Command, options: Sequence[Option]) -> Command:
    return reduce(lambda decorated, option: option(decorated), reversed(options), command)
