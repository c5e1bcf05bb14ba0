"""What a finished run has to show: layers, result, confusion matrix, worst mistakes."""

from __future__ import annotations

import io
from dataclasses import asdict
from typing import Any

from cnn.digits.data import Part
from cnn.net.layer_table import network_facts
from cnn.net.networks import Network
from cnn.runs.examination import Examination, Mistake
from cnn.runs.metrics import Epoch, Score, best_epoch
from cnn.runs.run import Run
from sheetgen.files import replace_file


def write_pictures(run: Run, part: Part, mistakes: list[Mistake]) -> None:
    """Write the picture of each mistake into the run, in place of those of an earlier examination."""
    from PIL import Image

    folder = run.path("mistakes")
    folder.mkdir(exist_ok=True)
    for old in folder.glob("*.png"):
        old.unlink()
    for mistake in mistakes:
        content = io.BytesIO()
        Image.fromarray(part.images[mistake.index].cpu().numpy()).save(content, "PNG")
        replace_file(run.path(mistake.picture), content.getvalue())


def score_row(score: Score) -> dict[str, Any]:
    """Return a score as numbers."""
    return {"loss": score.loss, "correct": score.correct, "total": score.total, "accuracy": score.accuracy}


def summary(
    network: Network,
    history: list[Epoch],
    stopped: str | None,
    examination: Examination | None,
    checkpoint: str,
) -> dict[str, Any]:
    """Return the content of summary.json.

    ``stopped`` is ``finished``, ``patience``, ``interrupted`` or None while the run goes on; the test result
    is there once the run is over.
    """
    best = best_epoch(history)
    result: dict[str, Any] = {"test": None, "confusion": None, "mistakes": []}
    if examination:
        result = {
            "test": {"checkpoint": checkpoint, **score_row(examination.score)},
            "confusion": examination.confusion,
            "mistakes": [asdict(mistake) for mistake in examination.mistakes],
        }
    return {
        **network_facts(network),
        "stopped": stopped,
        "epochs": len(history),
        "seconds": sum(row.seconds for row in history),
        "evaluated_on": best.evaluated_on,
        "best_epoch": best.epoch,
        "best_epoch_picked_on_test_data": best.evaluated_on == "test",
        **result,
    }
