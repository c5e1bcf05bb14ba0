"""Reading digits in pictures with a trained network."""

from __future__ import annotations

import io
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from cnn.digits.mnist_form import Grey, read_digits
from cnn.digits.picture_files import write_picture
from cnn.errors import PictureError
from cnn.extra import require
from cnn.net.networks import SIDE
from cnn.runs.run import Run
from cnn.trained import probabilities, temperature

SURE = 0.9
"""Below this probability a reading is called unsure."""


@dataclass(frozen=True)
class Reading:
    """What was read in a picture: its MNIST form, the digit, and the ten digits' probabilities.

    ``digits_seen`` is how many digits there seem to be; ``temperature`` divided the scores, and is None where the run
    had no pictures held out to find it by.
    """

    path: str
    original: Image.Image
    mnist: Grey
    digit: int
    probabilities: tuple[float, ...]
    digits_seen: int
    temperature: float | None

    @property
    def unsure(self) -> bool:
        """Whether the digit's probability is below `SURE`."""
        return self.probabilities[self.digit] < SURE

    @property
    def remarks(self) -> list[str]:
        """What a reader should know before trusting it: that it is unsure, that there seem to be several digits."""
        found = []
        if self.unsure:
            second = sorted(range(len(self.probabilities)), key=lambda digit: -self.probabilities[digit])[1]
            found.append(f"unsure, perhaps a {second} ({self.probabilities[second]:.1%})")
        if self.digits_seen > 1:
            found.append(f"there seem to be {self.digits_seen} digits, read as one")
        return found

    @property
    def name(self) -> str:
        """Return the file's name; characters that cannot be shown, and bytes that are no text, become a �."""
        name = os.fsencode(Path(self.path).name).decode("utf-8", "replace")
        return "".join(character if character.isprintable() else "\ufffd" for character in name)

    @property
    def pixels(self) -> list[list[int]]:
        """Return the MNIST form as rows of numbers from 0 to 255."""
        return [[int(value) for value in row] for row in self.mnist]

    def as_json(self) -> dict[str, Any]:
        """Return the reading without the original picture."""
        return {
            "path": self.path,
            "digit": self.digit,
            "probabilities": list(self.probabilities),
            "unsure": self.unsure,
            "digits_seen": self.digits_seen,
            "temperature": self.temperature,
            "mnist": self.pixels,
        }


def predict_pictures(
    run: Run, paths: Sequence[str], checkpoint: str = "last"
) -> tuple[list[Reading], list[PictureError]]:
    """Return the reading of each picture in which a digit was found, and an error for each other."""
    forms, errors = read_digits(paths)
    by = temperature(run)
    chances = probabilities(run, checkpoint, np.array([form.mnist for form in forms]).reshape(-1, SIDE, SIDE))
    readings = [
        Reading(str(form.path), form.original, form.mnist, int(row.argmax()), tuple(row.tolist()), form.digits, by)
        for form, row in zip(forms, chances, strict=True)
    ]
    return readings, errors


def readings_picture(readings: Sequence[Reading]) -> Image.Image:
    """Return a picture with a row for each reading: what was given, its MNIST form, and the ten probabilities."""
    require("matplotlib")
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9, 2.6 * len(readings)), layout="constrained")
    FigureCanvasAgg(figure)
    for (left, middle, right), reading in zip(figure.subplots(len(readings), 3, squeeze=False), readings, strict=True):
        preview = reading.original.convert("RGBA")
        preview.thumbnail((400, 400))
        left.imshow(preview)
        left.set_title(reading.name, fontsize=8, parse_math=False)
        middle.imshow(reading.mnist, cmap="gray", vmin=0, vmax=255)
        middle.set_title("as MNIST", fontsize=8)
        right.barh(range(10), reading.probabilities)
        right.set(
            xlim=(0, 1),
            yticks=range(10),
            title="\n".join([f"{reading.digit}: {reading.probabilities[reading.digit]:.1%}", *reading.remarks]),
        )
        right.title.set_fontsize(8)
        right.invert_yaxis()
        for axes in (left, middle):
            axes.set_axis_off()
    content = io.BytesIO()
    figure.savefig(content, format="png", dpi=100)
    return Image.open(content)


def write_readings(path: Path, readings: Sequence[Reading]) -> None:
    """Write the picture of the readings, in the format that the name says; raise `UsageError` where it cannot be
    written.
    """
    write_picture(path, readings_picture(readings))
