"""What ``from cnn import …`` offers: train a network, load a run, let it read digits, take it apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnn.digits.held_out import HeldOutFrom
from cnn.errors import UsageError
from cnn.extra import require
from cnn.net.networks import SIDE, Network
from cnn.runs.commands import DEFAULT_ROOT
from cnn.runs.metrics import Epoch, Silent
from cnn.runs.run import Run, find_run, free_name, planned_run
from cnn.runs.summary import DataName, Summary
from cnn.training.config import Config, recorded_config
from cnn.training.plan import TrainOptions, new_plan
from cnn.training.recipe import Recipe

if TYPE_CHECKING:
    from cnn.net.folded import PlainLayer
    from cnn.predict import Reading
    from cnn.trained import Evaluation


@dataclass(frozen=True)
class TrainedRun:
    """A run of which at least one epoch is over; ``folder`` holds all of it (docs/cnn.md lists the files)."""

    folder: Path

    @property
    def run(self) -> Run:
        """The run as its directory."""
        return Run(self.folder)

    @property
    def name(self) -> str:
        """The name of the run."""
        return self.folder.name

    @property
    def config(self) -> Config:
        """How it was started, and on what; raises `RunError` where that is damaged."""
        return recorded_config(self.run)

    @property
    def network(self) -> Network:
        """The network as its author wrote it."""
        return self.config.plan.definition

    @property
    def recipe(self) -> Recipe:
        """The recipe, with what was changed of it."""
        return self.config.plan.recipe

    @property
    def epochs(self) -> Sequence[Epoch]:
        """The epochs that are over: learning rates, losses and what was recognised."""
        return self.run.metrics()

    @property
    def summary(self) -> Summary:
        """What came of it: layers, result, confusion matrix, mistakes; raises `UsageError` before the first epoch."""
        found = self.run.summary()
        if found is None:
            raise UsageError(
                f"no epoch of {self.folder} is over", f"go on with it: cnn train --run {self.name} --resume"
            )
        return found

    @property
    def accuracy(self) -> float | None:
        """The share of the test pictures that it reads rightly; None where it did not come to its end."""
        test = self.summary.test
        return test.accuracy if test else None

    def predict(self, images: ArrayLike, checkpoint: str = "last") -> NDArray[np.float64]:
        """Return the probabilities (n, 10) of pictures (n, 28, 28), or (10,) of one (28, 28).

        Pixels are from 0 (paper) to 255 (ink), as in MNIST. Raises `UsageError` for other shapes and numbers.
        """
        require("torch")
        from cnn.trained import probabilities

        given = np.array(images, dtype=np.float64)
        if given.shape[-2:] != (SIDE, SIDE) or given.ndim not in (2, 3):
            raise UsageError(
                f"pictures of the shape {given.shape}", f"(n, {SIDE}, {SIDE}) or ({SIDE}, {SIDE}) is expected"
            )
        if not (np.isfinite(given).all() and (given >= 0).all() and (given <= 255).all()):
            raise UsageError("some pixels are no numbers from 0 to 255", "0 is paper, 255 is ink")
        found = probabilities(self.run, checkpoint, given.reshape(-1, SIDE, SIDE))
        return found[0] if given.ndim == 2 else found

    def read(self, *pictures: str | Path, checkpoint: str = "last") -> list[Reading]:
        """Return what is read in picture files; raise `PictureError` for the first in which no digit is found."""
        require("torch", "PIL", "scipy")
        from cnn.predict import predict_pictures

        readings, errors = predict_pictures(self.run, [str(path) for path in pictures], checkpoint)
        if errors:
            raise errors[0]
        return readings

    def evaluate(self, checkpoint: str = "last", *, data_dir: str | None = None) -> Evaluation:
        """Return how it does on the test pictures, anew."""
        require("torch", "PIL")
        from cnn.trained import evaluate_run

        return evaluate_run(self.run, checkpoint, data_dir, None)

    def folded(self, checkpoint: str = "last") -> tuple[PlainLayer, ...]:
        """Return it as plain layers over pixels, in double precision: no batch norm, no normalisation is left."""
        require("torch")
        from cnn.trained import folded_network

        return folded_network(self.run, checkpoint)

    def export(self, path: str | Path, checkpoint: str = "last") -> None:
        """Write the folded network, or the model card, into a file: .json, .npz, .safetensors, .onnx or .md."""
        require("torch")
        from cnn.export.write import export

        export(self.run, Path(path), checkpoint)


def load_run(name: str | Path, runs_dir: str | Path = DEFAULT_ROOT) -> TrainedRun:
    """Return a run by its name or its directory; raise `RunError`, with the nearest name, where there is none."""
    return TrainedRun(find_run(Path(runs_dir), str(name)).folder)


def train(
    net: str | Path | Network = "rf20",
    recipe: str | Path | Recipe = "fast",
    *,
    name: str | None = None,
    runs_dir: str | Path = DEFAULT_ROOT,
    seed: int = 1,
    epochs: int | None = None,
    validation: int = 0,
    validation_from: HeldOutFrom = "random",
    patience: int | None = None,
    data: DataName = "mnist",
    data_dir: str | None = None,
    device: str = "auto",
    threads: int = 1,
    progress: bool = False,
) -> TrainedRun:
    """Train a network in this process and return the run.

    ``net`` and ``recipe`` are built-in names, TOML files, or a `Network` and a `Recipe`. ``progress`` prints to stderr
    what ``cnn train`` prints. Raises what is a `SheetgenError` where something is wrong; a Ctrl-C lets the epoch end,
    and ``summary.stopped`` is then ``interrupted``. torch computes with ``threads`` threads from then on.
    """
    require("torch", "PIL")
    from cnn.show import Bar
    from cnn.training.fit import fit
    from cnn.training.processes import Processes

    plan = new_plan(
        TrainOptions(
            net=net, recipe=recipe, epochs=epochs, seed=seed, val=validation, val_from=validation_from,
            patience=patience, data=data, data_dir=data_dir, device=device, threads=threads,
        )
    )  # fmt: skip
    root = Path(runs_dir)
    run = planned_run(root, name or free_name(root, f"{plan.network}-{plan.recipe.name}-{plan.seed}"))
    fit(plan, run, Processes(), Bar(plan.recipe.epochs) if progress else Silent(), "cnn.train", resumed=False)
    return TrainedRun(run.folder)
