"""The weights of a checkpoint, put into a network."""

from __future__ import annotations

import torch
from torch import nn

from cnn.errors import RunError
from cnn.runs.run import Run


def load_weights(model: nn.Module, run: Run, checkpoint: str, device: torch.device) -> int:
    """Give a network the weights of a run's checkpoint; return the epoch they are of.

    Raises `RunError` where the checkpoint is absent or damaged, or where it is of another network.
    """
    state = run.checkpoint(checkpoint, str(device))
    try:
        model.load_state_dict(state["model"])
        return len(state["history"])
    except (AttributeError, KeyError, TypeError, RuntimeError) as error:
        raise RunError(f"{run.path(checkpoint)} does not fit the network of this run") from error
