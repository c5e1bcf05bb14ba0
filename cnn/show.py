"""What the commands print: a bar and a line an epoch on stderr, results as text on stdout."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from cnn.errors import CnnError
from cnn.runs.metrics import Beginning, Epoch
from cnn.runs.run import Run
from cnn.runs.summary import Summary
from cnn.training.config import recorded_config

if TYPE_CHECKING:
    from cnn.predict import Reading
    from cnn.trained import Evaluation

WIDTH = 30


class Bar:
    """A reporter that prints what begins, a line an epoch, and a bar within it where stderr is a terminal."""

    def __init__(self, epochs: int, clock: Callable[[], float] = time.monotonic) -> None:
        self.epochs, self.filled, self.on_terminal = epochs, -1, sys.stderr.isatty()
        self.clock, self.first = clock, 0
        self.started = clock()

    def begin(self, beginning: Beginning) -> None:
        """Print what is known before the first epoch."""
        self.first, self.started = beginning.done, self.clock()
        self.write("\n".join(beginning_lines(beginning)) + "\n")

    def batch(self, epoch: int, done: int, total: int, loss: Callable[[], float]) -> None:
        """Draw the bar anew when it grew, with the loss and the time that is left at the pace so far."""
        filled = WIDTH * done // total
        if self.on_terminal and filled != self.filled:
            self.filled = filled
            over = epoch - 1 - self.first + done / total
            left = (self.clock() - self.started) * (self.epochs - self.first - over) / over
            self.write(
                f"\r\x1b[Kepoch {epoch}/{self.epochs} [{'#' * filled}{'.' * (WIDTH - filled)}] {done}/{total}"
                f"  loss {loss():.4f}  {duration(left)} left"
            )

    def epoch(self, row: Epoch) -> None:
        """Print the line of an epoch in place of its bar."""
        self.filled = -1
        self.write(("\r\x1b[K" if self.on_terminal else "") + epoch_line(row, self.epochs) + "\n")

    def write(self, text: str) -> None:
        """Write to stderr at once."""
        sys.stderr.write(text)
        sys.stderr.flush()


def beginning_lines(beginning: Beginning) -> list[str]:
    """Return what is said before the first epoch: the run, what is trained, on which pictures, and on what."""
    kept = f", {beginning.validation:,} held out" if beginning.validation else ""
    several = f"{beginning.processes} processes, " if beginning.processes > 1 else ""
    threads = f"{beginning.threads} thread{'s' if beginning.threads > 1 else ''}"
    on = f", from epoch {beginning.done + 1} on" if beginning.done else ""
    return [
        f"{beginning.run}: {beginning.network}, {beginning.parameters:,} parameters, recipe {beginning.recipe}, "
        f"{beginning.epochs} epoch{'s' if beginning.epochs > 1 else ''}{on}",
        f"{beginning.data}: {beginning.train:,} training pictures{kept}, {beginning.test:,} test pictures, "
        f"{beginning.batch_size} a batch; on {beginning.device}, {several}{threads}",
    ]


def duration(seconds: float) -> str:
    """Return a time in words: ``45 s``, ``3 min 20 s``, ``1 h 02 min``."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02} min"


def epoch_line(row: Epoch, epochs: int) -> str:
    """Return the line of an epoch: its learning rate (first and last step where it moves), losses,
    accuracies, seconds.
    """
    rate = f"{row.learning_rate:.3g}"
    if row.learning_rate_end != row.learning_rate:
        rate += f"→{row.learning_rate_end:.3g}"
    return (
        f"epoch {row.epoch:>2}/{epochs}  lr {rate:<17}  "
        f"train loss {row.train_loss:.4f} acc {row.train_correct / row.train_total:.2%}"
        f"  {row.evaluated_on} loss {row.loss:.4f} acc {row.correct / row.total:.2%} "
        f"({row.correct}/{row.total})  {row.seconds:.1f} s"
    )


def result_lines(run: Run, summary: Summary, resume: str) -> list[str]:
    """Return what to say of a run that is over, or was interrupted: ``resume`` is the command that continues it."""
    on, test = summary.evaluated_on, summary.test
    is_mnist = recorded_config(run).data.is_mnist
    lines = [
        f"run          {run.folder}",
        f"network      {summary.network}, {summary.parameters:,} parameters",
        f"epochs       {summary.epochs} ({summary.stopped}), {summary.seconds:.1f} s",
    ]
    if test:
        last = test.checkpoint == "last.pt"
        which = "last epoch" if last else f"epoch {summary.best_epoch}, the best on validation"
        which += "" if is_mnist else "; of drawn digits, not MNIST"
        lines.append(f"test         {test.correct}/{test.total} = {test.accuracy:.2%} ({which})")
    note = ", so picked on the very pictures that judge it" if on == "test" else ""
    lines.append(f"best epoch   {summary.best_epoch} by the {on} pictures{note}")
    if summary.stopped == "interrupted":
        lines.append(f"continue it  {resume}")
    if not is_mnist:
        lines.append("data         drawn digits, not MNIST")
    return lines


def evaluation_lines(evaluation: Evaluation) -> list[str]:
    """Return what to say of an evaluation."""
    lines = [
        f"{evaluation.run}, {evaluation.checkpoint} (epoch {evaluation.epoch}), {evaluation.data}",
        f"test {evaluation.correct}/{evaluation.total} = {evaluation.accuracy:.2%}, loss {evaluation.loss:.4f}",
    ]
    if evaluation.differs:
        lines.append(f"differs from the {evaluation.recorded} recorded when it was trained")
    lines.append("rows: label, columns: prediction")
    lines += [" ".join(f"{count:>5}" for count in row) for row in evaluation.confusion]
    return lines


def prediction_text(reading: Reading) -> str:
    """Return a reading: the file, the digit, its MNIST form in characters, and the ten probabilities."""
    told = [f"{reading.path}: {reading.digit} ({reading.probabilities[reading.digit]:.1%})", *reading.remarks]
    lines = ["; ".join(told)]
    rows = ["".join(" .:-=+*#%@"[value * 9 // 255] * 2 for value in row) for row in reading.pixels]
    bars = [f"{digit} {'█' * round(20 * p):<20} {p:6.1%}" for digit, p in enumerate(reading.probabilities)]
    for number, row in enumerate(rows):
        beside = bars[number - 9] if 9 <= number < 19 else ""
        lines.append(f"  {row}  {beside}".rstrip())
    return "\n".join(lines)


@dataclass(frozen=True)
class ListedRun:
    """A run as a row of the list of runs: ``epochs`` ``of`` those planned are over."""

    run: str
    network: str
    recipe: str
    seed: int
    data: str
    epochs: int
    of: int
    state: str
    test_correct: int | None
    test_total: int | None
    seconds: float


@dataclass(frozen=True)
class DamagedRun:
    """A run of which a file cannot be read, in the list of runs."""

    run: str
    state: Literal["damaged"] = "damaged"


def listed_run(run: Run) -> ListedRun | DamagedRun:
    """Return a run as a row of the list of runs; a damaged one says so instead of hiding the others."""
    try:
        config, summary, epochs = recorded_config(run), run.summary(), run.metrics()
    except CnnError:
        return DamagedRun(run.name)
    if summary and len(epochs) != summary.epochs:
        return DamagedRun(run.name)
    plan, test = config.plan, summary.test if summary else None
    return ListedRun(
        run=run.name,
        network=plan.network,
        recipe=plan.recipe.name,
        seed=plan.seed,
        data=config.data.name,
        epochs=summary.epochs if summary else 0,
        of=plan.recipe.epochs,
        state=(summary and summary.stopped) or "unfinished",
        test_correct=test.correct if test else None,
        test_total=test.total if test else None,
        seconds=summary.seconds if summary else 0.0,
    )


def runs_table(runs: Sequence[ListedRun | DamagedRun]) -> str:
    """Return the list of runs as text."""
    if not runs:
        return "no runs yet: cnn train makes one"
    wide = max(24, *(len(run.run) + 2 for run in runs))
    lines = [
        f"{'run':<{wide}}{'network':<9}{'recipe':<8}{'seed':>5}{'epochs':>9}"
        f"  {'state':<12}{'test':>14}{'seconds':>9}  data"
    ]
    for run in runs:
        if isinstance(run, DamagedRun):
            lines.append(f"{run.run:<{wide}}{run.state}")
            continue
        test = "" if run.test_correct is None else f"{run.test_correct}/{run.test_total}"
        lines.append(
            f"{run.run:<{wide}}{run.network:<9}{run.recipe:<8}{run.seed:>5}{run.epochs:>5}/{run.of:<3}"
            f"  {run.state:<12}{test:>14}{run.seconds:>9.1f}  {run.data}"
        )
    return "\n".join(lines)
