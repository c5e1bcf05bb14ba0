"""The four curves of a run as a picture."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from cnn.errors import UsageError
from cnn.extra import require
from cnn.metrics import Epoch
from cnn.run import Run, replace_file

if TYPE_CHECKING:
    from cnn.predict import Reading


def curves(rows: Sequence[Epoch], title: str) -> bytes:
    """Return a PNG with four panels over the epochs: training loss and accuracy, and loss and accuracy on the
    pictures kept back.
    """
    require("matplotlib")
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    from matplotlib.ticker import MaxNLocator

    figure = Figure(figsize=(10, 7), layout="constrained")
    FigureCanvasAgg(figure)
    figure.suptitle(title)
    epochs = [row.epoch for row in rows]
    on = rows[0].evaluated_on.capitalize()
    panels = {
        "Training loss": [row.train_loss for row in rows],
        f"{on} loss": [row.loss for row in rows],
        "Training accuracy (%)": [100 * row.train_correct / row.train_total for row in rows],
        f"{on} accuracy (%)": [100 * row.correct / row.total for row in rows],
    }
    for axes, (name, values) in zip(figure.subplots(2, 2).flat, panels.items(), strict=True):
        axes.plot(epochs, values, marker="o", markersize=3, color="tab:blue" if "Training" in name else "tab:orange")
        axes.set(title=name, xlabel="epoch")
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        axes.grid(alpha=0.3)
    content = io.BytesIO()
    figure.savefig(content, format="png", dpi=100, metadata={"Software": None})
    return content.getvalue()


def write_curves(run: Run, rows: Sequence[Epoch], title: str) -> None:
    """Write curves.png of a run."""
    replace_file(run.path("curves.png"), curves(rows, title))


def readings_picture(readings: Sequence[Reading]) -> bytes:
    """Return a PNG with a row for each reading: the picture as given, its MNIST form, and the ten
    probabilities.
    """
    require("matplotlib")
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9, 2.6 * len(readings)), layout="constrained")
    FigureCanvasAgg(figure)
    for (left, middle, right), reading in zip(figure.subplots(len(readings), 3, squeeze=False), readings, strict=True):
        preview = reading.original.convert("RGBA")
        preview.thumbnail((400, 400))
        left.imshow(preview)
        left.set_title(Path(reading.path).name, fontsize=8)
        middle.imshow(reading.mnist, cmap="gray", vmin=0, vmax=255)
        middle.set_title("as MNIST", fontsize=8)
        right.barh(range(10), reading.probabilities)
        right.set(
            xlim=(0, 1),
            yticks=range(10),
            title=f"{reading.digit}: {reading.probabilities[reading.digit]:.1%}",
        )
        right.invert_yaxis()
        for axes in (left, middle):
            axes.set_axis_off()
    content = io.BytesIO()
    figure.savefig(content, format="png", dpi=100, metadata={"Software": None})
    return content.getvalue()


def write_readings(path: Path, readings: Sequence[Reading]) -> None:
    """Write the picture of the readings; raise `UsageError` where the file cannot be written."""
    try:
        replace_file(path, readings_picture(readings))
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}") from error
