"""Train an MNIST convolutional network of exactly 8,320 parameters, and keep everything a reader wants to see.

>>> run = train(data="synthetic", epochs=2)
>>> run.predict(images)
>>> load_run("rf20-fast-1").accuracy

The package works without torch as far as it can (``cnn --help``, ``cnn summary``, ``cnn runs``); training, evaluating
and predicting need the extra: ``pip install 'sheetgen[cnn]'``. Each name is loaded when it is first asked for.
"""

from __future__ import annotations

from sheetgen.interrupts import leave_at_once_while_starting

leave_at_once_while_starting()

from sheetgen.late import loaded_late  # noqa: E402

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cnn.api import TrainedRun, load_run, train
    from cnn.errors import SheetgenError
    from cnn.net.network_file import read_network
    from cnn.net.networks import Layer, Network
    from cnn.training.recipe import Recipe
    from cnn.training.recipe_file import read_recipe

__all__ = [
    "Layer",
    "Network",
    "Recipe",
    "SheetgenError",
    "TrainedRun",
    "load_run",
    "read_network",
    "read_recipe",
    "train",
]

_HOMES = {
    "Layer": "cnn.net.networks",
    "Network": "cnn.net.networks",
    "Recipe": "cnn.training.recipe",
    "SheetgenError": "cnn.errors",
    "TrainedRun": "cnn.api",
    "load_run": "cnn.api",
    "read_network": "cnn.net.network_file",
    "read_recipe": "cnn.training.recipe_file",
    "train": "cnn.api",
}
"""The module of each name; the imports above say the same to type checkers and editors."""

__getattr__, __dir__ = loaded_late(globals(), _HOMES)
