"""What a run has to show: its summary, and the pictures of its worst mistakes."""

from __future__ import annotations

import io
from collections.abc import Iterable

from cnn.digits.data import Part
from cnn.net.layer_table import network_facts
from cnn.net.networks import Network
from cnn.runs.examination import Examination
from cnn.runs.metrics import Epoch, best_epoch
from cnn.runs.records import Mistake, Stopped, Summary, TestResult
from cnn.runs.run import Run
from sheetgen.files import replace_file


def write_pictures(run: Run, part: Part, mistakes: Iterable[Mistake]) -> None:
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


def summary(
    network: Network,
    history: list[Epoch],
    stopped: Stopped | None,
    examination: Examination | None,
    checkpoint: str,
) -> Summary:
    """Return the content of summary.json, with the test result where there is an examination."""
    best = best_epoch(history)
    return Summary(
        **vars(network_facts(network)),
        stopped=stopped,
        epochs=len(history),
        seconds=sum(epoch.seconds for epoch in history),
        evaluated_on=best.evaluated_on,
        best_epoch=best.epoch,
        best_epoch_picked_on_test_data=best.evaluated_on == "test",
        test=TestResult.of(checkpoint, examination.score) if examination else None,
        confusion=examination.confusion if examination else None,
        mistakes=examination.mistakes if examination else (),
    )
