"""What the commands print: a bar and a line an epoch on stderr, results as text on stdout."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from cnn.errors import CnnError
from cnn.runs.metrics import Epoch, Reporter, Silent
from cnn.runs.run import Run

if TYPE_CHECKING:
    from cnn.predict import Reading

WIDTH = 30


class Bar:
    """A reporter that prints a line an epoch, and a bar within it where stderr is a terminal."""

    def __init__(self, epochs: int) -> None:
        self.epochs, self.drawn, self.on_terminal = epochs, -1, sys.stderr.isatty()

    @staticmethod
    def silent() -> Reporter:
        """Return a reporter that says nothing, for the processes that do not report."""
        return Silent()

    def batch(self, epoch: int, done: int, total: int) -> None:
        """Draw the bar anew when it grew."""
        filled = WIDTH * done // total
        if self.on_terminal and filled != self.drawn:
            self.drawn = filled
            self.write(f"\repoch {epoch}/{self.epochs} [{'#' * filled}{'.' * (WIDTH - filled)}] {done}/{total}")

    def epoch(self, row: Epoch) -> None:
        """Print the line of an epoch in place of its bar."""
        self.drawn = -1
        self.write(("\r\x1b[K" if self.on_terminal else "") + epoch_line(row, self.epochs) + "\n")

    def write(self, text: str) -> None:
        """Write to stderr at once."""
        sys.stderr.write(text)
        sys.stderr.flush()


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


def result_lines(run: Run, summary: dict[str, Any]) -> list[str]:
    """Return what to say of a run that is over."""
    on = summary["evaluated_on"]
    lines = [
        f"run          {run.folder}",
        f"network      {summary['network']}, {summary['parameters']:,} parameters",
    ]
    lines.append(f"epochs       {summary['epochs']} ({summary['stopped']}), {summary['seconds']:.1f} s")
    test = summary["test"]
    if test:
        which = (
            "last epoch"
            if test["checkpoint"] == "last.pt"
            else f"epoch {summary['best_epoch']}, the best on validation"
        )
        lines.append(f"test         {test['correct']}/{test['total']} = {test['accuracy']:.2%} ({which})")
    note = ", so picked on the very pictures that judge it" if on == "test" else ""
    lines.append(f"best epoch   {summary['best_epoch']} by the {on} pictures{note}")
    if summary["stopped"] == "interrupted":
        lines.append(f"continue it  cnn train --run {run.name} --resume")
    if not run.config()["data"]["is_mnist"]:
        lines.append("data         drawn digits, not MNIST")
    return lines


def evaluation_lines(result: dict[str, Any]) -> list[str]:
    """Return what to say of an evaluation."""
    lines = [
        f"{result['run']}, {result['checkpoint']} (epoch {result['epoch']}), {result['data']}",
        f"test {result['correct']}/{result['total']} = {result['accuracy']:.2%}, loss {result['loss']:.4f}",
    ]
    if result["recorded"] not in (None, result["correct"]):
        lines.append(f"differs from the {result['recorded']} recorded when it was trained")
    lines.append("rows: label, columns: prediction")
    lines += [" ".join(f"{count:>5}" for count in row) for row in result["confusion"]]
    return lines


def prediction_text(reading: Reading) -> str:
    """Return a reading: the file, the digit, its MNIST form in characters, and the ten probabilities."""
    lines = [f"{reading.path}: {reading.digit} ({reading.probabilities[reading.digit]:.1%})"]
    rows = ["".join(" .:-=+*#%@"[value * 9 // 255] * 2 for value in row) for row in reading.pixels]
    bars = [f"{digit} {'█' * round(20 * p):<20} {p:6.1%}" for digit, p in enumerate(reading.probabilities)]
    for number, row in enumerate(rows):
        beside = bars[number - 9] if 9 <= number < 19 else ""
        lines.append(f"  {row}  {beside}".rstrip())
    return "\n".join(lines)


def run_row(run: Run) -> dict[str, Any]:
    """Return a run as a row of the list of runs; a damaged one says so instead of hiding the others."""
    try:
        config, summary = run.config(), run.summary() or {}
        plan = config["plan"]
        test = summary.get("test") or {}
        return {
            "run": run.name,
            "network": plan["network"],
            "recipe": plan["recipe"]["name"],
            "seed": plan["seed"],
            "data": config["data"]["name"],
            "epochs": summary.get("epochs", 0),
            "of": plan["recipe"]["epochs"],
            "state": summary.get("stopped") or "unfinished",
            "test_correct": test.get("correct"),
            "test_total": test.get("total"),
            "seconds": summary.get("seconds", 0.0),
        }
    except (CnnError, KeyError, TypeError):
        return {"run": run.name, "state": "damaged"}


def runs_table(rows: Sequence[dict[str, Any]]) -> str:
    """Return the list of runs as text."""
    if not rows:
        return "no runs yet: cnn train makes one"
    lines = [
        f"{'run':<24}{'network':<9}{'recipe':<8}{'seed':>5}{'epochs':>9}  {'state':<12}{'test':>14}{'seconds':>9}  data"
    ]
    for row in rows:
        if row["state"] == "damaged":
            lines.append(f"{row['run']:<24}damaged")
            continue
        test = "" if row["test_correct"] is None else f"{row['test_correct']}/{row['test_total']}"
        lines.append(
            f"{row['run']:<24}{row['network']:<9}{row['recipe']:<8}{row['seed']:>5}{row['epochs']:>5}/{row['of']:<3}"
            f"  {row['state']:<12}{test:>14}{row['seconds']:>9.1f}  {row['data']}"
        )
    return "\n".join(lines)
