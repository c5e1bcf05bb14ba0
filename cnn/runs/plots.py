"""The four curves of a run as a picture."""

from __future__ import annotations

import io
from collections.abc import Sequence

from cnn.errors import RunError
from cnn.extra import require
from cnn.runs.metrics import Epoch
from cnn.runs.run import Run
from sheetgen.files import replace_file


def curves(rows: Sequence[Epoch], title: str) -> bytes:
    """Return a PNG with four panels over the epochs: training loss and accuracy, and loss and accuracy on the
    pictures kept back; raise `RunError` where there are none.
    """
    if not rows:
        raise RunError("no epoch is over")
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
