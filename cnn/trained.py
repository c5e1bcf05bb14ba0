"""A trained network, taken out of its run directory and put to the test again."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn

from cnn.digits.datasets import data_folder, load
from cnn.errors import RunError
from cnn.net.modules import build_modules
from cnn.net.networks import find_network
from cnn.runs.examination import examine
from cnn.runs.run import Run
from cnn.training.plan import recorded_plan
from cnn.training.processes import find_device


def trained(run: Run, checkpoint: str, device: torch.device) -> tuple[nn.Module, int]:
    """Return a run's network in evaluation mode, and the epoch its weights are of."""
    state = run.checkpoint(f"{checkpoint}.pt", str(device))
    model = build_modules(find_network(recorded_plan(run).network))
    try:
        model.load_state_dict(state["model"])
        epoch = len(state["history"])
    except (KeyError, TypeError, RuntimeError) as error:
        raise RunError(f"{run.path(checkpoint + '.pt')} does not fit the network of this run") from error
    return model.to(device).eval(), epoch


def evaluate_run(run: Run, checkpoint: str, data_dir: str | None, device_name: str | None) -> dict[str, Any]:
    """Return how a run's network does on the test pictures; ``recorded`` is what the run itself noted, where
    it did.
    """
    plan = recorded_plan(run)
    torch.set_num_threads(plan.threads)
    device = find_device(device_name or "auto")
    model, epoch = trained(run, checkpoint, device)
    digits = load(plan.data, data_folder(data_dir or plan.data_dir), device)
    if digits.fingerprint != run.config()["data"]["fingerprint"]:
        raise RunError(f"{run.folder} was trained on other data: its fingerprint is not that of the data found now")
    found = examine(model, digits.test)
    noted = (run.summary() or {}).get("test") or {}
    return {
        "run": run.name,
        "checkpoint": f"{checkpoint}.pt",
        "epoch": epoch,
        "data": "MNIST" if digits.name == "mnist" else "drawn digits, not MNIST",
        "loss": found.score.loss,
        "correct": found.score.correct,
        "total": found.score.total,
        "accuracy": found.score.accuracy,
        "recorded": noted.get("correct") if noted.get("checkpoint") == f"{checkpoint}.pt" else None,
        "confusion": found.confusion,
    }
