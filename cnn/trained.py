"""A trained network, taken out of its run directory and put to the test again."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from cnn.digits.datasets import load_digits
from cnn.digits.idx import data_folder
from cnn.digits.parts import DEVIATION, MEAN, normalize
from cnn.errors import RunError
from cnn.net.folded import PlainLayer, fold, normalisation
from cnn.net.modules import build_modules, weights_of
from cnn.net.networks import as_trained, walk
from cnn.runs.examination import examine
from cnn.runs.run import Run
from cnn.runs.summary import Confusion
from cnn.runs.weights import load_weights
from cnn.training.config import recorded_config
from cnn.training.processes import find_device


@dataclass(frozen=True)
class Evaluation:
    """How the weights of a checkpoint, those after ``epoch``, do on the test pictures.

    ``recorded`` is the number correct that the run itself noted for them, None where it noted none.
    """

    run: str
    checkpoint: str
    epoch: int
    data: str
    loss: float
    correct: int
    total: int
    accuracy: float
    recorded: int | None
    confusion: Confusion

    @property
    def differs(self) -> bool:
        """Whether the result is another than the recorded one."""
        return self.recorded not in (None, self.correct)


def trained_network(run: Run, checkpoint: str, device: torch.device) -> tuple[nn.Module, int]:
    """Return a run's network in evaluation mode, and the epoch its weights are of; raise `RunError` where the weights
    are no numbers.
    """
    model = build_modules(recorded_config(run).plan.definition)
    epoch = load_weights(model, run, f"{checkpoint}.pt", device)
    if not all(torch.isfinite(tensor).all() for tensor in model.state_dict().values()):
        raise RunError(f"{run.path(f'{checkpoint}.pt')} holds weights that are no numbers: train the network anew")
    return model.to(device).eval(), epoch


def probabilities(run: Run, checkpoint: str, images: NDArray[np.generic]) -> NDArray[np.float64]:
    """Return the probabilities (n, 10) that a run's network gives pictures (n, 28, 28) of 0…255, at the run's
    `temperature`.
    """
    model, _ = trained_network(run, checkpoint, torch.device("cpu"))
    with torch.inference_mode():
        scores = model(normalize(torch.from_numpy(images))).double()
    found = (scores / (temperature(run) or 1.0)).softmax(1).numpy()
    return np.asarray(found)


def temperature(run: Run) -> float | None:
    """Return what divides the scores of a run, found on pictures held out; None where there were none."""
    summary = run.summary()
    return summary.temperature if summary else None


def trained_epoch(run: Run, checkpoint: str) -> int:
    """Return the epoch that a run's weights are of."""
    return trained_network(run, checkpoint, torch.device("cpu"))[1]


def folded_network(run: Run, checkpoint: str) -> tuple[PlainLayer, ...]:
    """Return a run's network as plain layers over pixels of 0…255."""
    model, _ = trained_network(run, checkpoint, torch.device("cpu"))
    facts = tuple(walk(as_trained(recorded_config(run).plan.definition, 0.0)))
    return fold(facts, weights_of(model), normalisation(MEAN, DEVIATION))


def evaluate_run(run: Run, checkpoint: str, data_dir: str | None, device_name: str | None) -> Evaluation:
    """Return how a run's network does on the test pictures; raise `RunError` where the run or its data are not those
    of the training.
    """
    recorded, summary = recorded_config(run), run.summary()
    plan, test = recorded.plan, summary.test if summary else None
    file = f"{checkpoint}.pt"
    torch.set_num_threads(plan.threads)
    device = find_device(device_name or "auto")
    model, epoch = trained_network(run, checkpoint, device)
    digits = load_digits(plan.data, data_folder(data_dir or plan.data_dir), device)
    if digits.fingerprint != recorded.data.fingerprint:
        raise RunError(f"{run.folder} was trained on other data: its fingerprint is not that of the data found now")
    examination = examine(model, digits.test)
    return Evaluation(
        run=run.name,
        checkpoint=file,
        epoch=epoch,
        data="MNIST" if digits.name == "mnist" else "drawn digits, not MNIST",
        loss=examination.score.loss,
        correct=examination.score.correct,
        total=examination.score.total,
        accuracy=examination.score.accuracy,
        recorded=test.correct if test and test.checkpoint == file else None,
        confusion=examination.confusion,
    )
