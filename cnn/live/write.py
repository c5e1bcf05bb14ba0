"""The live sheets of a run put together, and put into a workbook."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from cnn.digits.datasets import load_digits
from cnn.digits.idx import data_folder
from cnn.digits.mnist_form import read_digits
from cnn.live.arrangement import arrange
from cnn.live.choose import test_digits
from cnn.live.kernels import TABLE_ROW, weights_page
from cnn.live.learning import Learning, can_learn
from cnn.live.maps import MapsSheet
from cnn.live.number import NumberSheet, there_is_a_convolution
from cnn.live.stored import DigitsSheet, StoredDigit, shown_first
from cnn.live.why import WhySheet, can_say_why
from cnn.net.folded import PlainLayer
from cnn.net.networks import SIDE
from cnn.net.plain import forward
from cnn.runs.run import Run
from cnn.trained import folded_network, trained_network
from cnn.training.config import recorded_config
from sheetgen.page.page import Page
from sheetgen.sheet_names import LIVE
from sheetgen.xlsx import graft


@dataclass(frozen=True)
class LiveNetwork:
    """A run's network in plain layers, a title, and the digits that one can pick."""

    title: str
    layers: tuple[PlainLayer, ...]
    digits: tuple[StoredDigit, ...]


def check(workbook: Path, force: bool = False) -> None:
    """Make sure that the sheets can be put into a workbook; raise WorkbookError or UsageError otherwise."""
    graft.check(workbook, *LIVE, force=force)
    graft.check_writable(workbook)


def live_network(run: Run, image: str | None, checkpoint: str, data_dir: str | None) -> LiveNetwork:
    """Return a run's network, and the digits: a picture of one's own first, where there is one.

    Raises RunError, DataError and PictureError where the run, its data or the picture are not to be had.
    """
    plan = recorded_config(run).plan
    model, epoch = trained_network(run, checkpoint, torch.device("cpu"))
    own = []
    if image is not None:
        forms, errors = read_digits([image])
        if errors:
            raise errors[0]
        own = [StoredDigit("your picture", forms[0].mnist.astype(np.float64), None)]
    test = load_digits(plan.data, data_folder(data_dir or plan.data_dir)).test
    summary = run.summary()
    mistakes = [mistake.index for mistake in summary.mistakes] if summary and summary.test else []
    title = f"The network {plan.network} of the run {run.name}, alive: after {epoch} epoch{'s' * (epoch != 1)}"
    return LiveNetwork(title, folded_network(run, checkpoint), (*own, *test_digits(model, test, mistakes)))


def pages(network: LiveNetwork, *, learning: bool = True) -> list[Page]:
    """Return the live sheets, with those of a step of learning where that is wanted and the layers allow it."""
    place = arrange(network.layers, TABLE_ROW)
    digits = DigitsSheet(network.digits, shown_first(network.digits))
    sheet = MapsSheet(place, digits, network.title)
    image = network.digits[digits.chosen].pixels
    values = forward(network.layers, image)
    found = [sheet.page(values, image, np.zeros((SIDE, SIDE)))]
    if there_is_a_convolution(place):
        found.append(NumberSheet(place, values, image).page())
    if can_say_why(place):
        found.append(WhySheet(place, sheet, values, image).page())
    found += [weights_page(place, network.title), digits.page(sheet.pick)]
    if learning and can_learn(place):
        label = network.digits[digits.chosen].label
        found += Learning(sheet, values, image, int(values[-1].argmax()) if label is None else label).pages()
    return found


def write(workbook: Path, network: LiveNetwork, *, learning: bool = True, force: bool = False) -> Sequence[str]:
    """Put the live sheets into a workbook, in place of those that stood there; every other part stays as it is.

    Returns what is to be said of the workbook where ``force`` was needed. Raises WorkbookError for a file that cannot
    be added to, or that has a sheet of one's own of such a name.
    """
    overridden = graft.graft(workbook, *pages(network, learning=learning), force=force, instead_of=LIVE)
    return [objection.consequence for objection in overridden]
