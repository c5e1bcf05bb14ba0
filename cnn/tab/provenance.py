"""How the run was made: what one needs to make it again, and to judge it."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from pathlib import PureWindowsPath

from cnn.digits.held_out import HeldOutFrom
from cnn.tab.finished_run import RunRecord
from cnn.tab.sections import GAP, heading
from cnn.training.config import Continuation, DataFacts
from sheetgen.page import style
from sheetgen.page.page import Page
from sheetgen.page.style import Style

_LINE = 160
"""The characters that fit on a line."""
_LABEL = Style(bold=True, top=True)
_FROM_THE_TOP = re.compile(r"((?:--?[\w-]+=)?)((?:/|~|\\|[A-Za-z]:[\\/]|file:).*)", re.DOTALL)
"""A word of a command, or the value of its option, that says where on a machine something is."""


def put(page: Page, run: RunRecord, row: int) -> int:
    """Put the facts, a line each; return the next free row."""
    row = heading(page, row, "How it was made")
    for label, fact in _facts(run):
        page.put(f"B{row}", label, _LABEL)
        page.put(f"C{row}", fact, style.PROSE)
        page.merges.append(f"C{row}:O{row}")
        page.heights[row] = 16.0 * (1 + len(fact) // _LINE)
        row += 1
    return row + GAP - 1


def _facts(run: RunRecord) -> list[tuple[str, str]]:
    config, summary, best = run.config, run.summary, run.best
    plan, machine = config.plan, config.machine
    precision = ", mixed precision (bfloat16)" if plan.amp else ""
    processes = f"{plan.threads} thread(s), {config.processes} process(es){precision}"
    return [
        ("run", run.name),
        ("command", _without_places(config.command)),
        ("started", config.started),
        ("data", _data(config.data, plan.validation_from)),
        ("data fingerprint", f"SHA-256 {config.data.fingerprint}"),
        ("network", f"{summary.network}, {summary.parameters:,} parameters"),
        ("recipe", _listed(plan.recipe.settings)),
        *([("other than the recipe's own", _listed(plan.recipe.changes))] if plan.recipe.changes else []),
        ("epochs made", f"{len(run.epochs)} of {plan.recipe.epochs}{_why(run)}"),
        ("random seed", str(plan.seed)),
        ("device", f"{config.device}, {processes}; {machine.system}, {machine.architecture}"),
        ("versions", _listed(config.versions)),
        *((f"continued after epoch {step.after_epoch}", _continuation(step)) for step in config.continued),
        ("best epoch", f"epoch {best.epoch}, picked on the {best.evaluated_on} pictures"),
    ]


def _without_places(command: str) -> str:
    """Return a command with the names of the files and folders that it gives from the top: places of one machine."""
    try:
        words = shlex.split(command)
    except ValueError:  # edited by hand
        words = command.split()
    return shlex.join(map(_without_place, words))


def _without_place(word: str) -> str:
    match = _FROM_THE_TOP.fullmatch(word)
    return match[1] + (PureWindowsPath(match[2]).name or ".") if match else word


def _listed(settings: Mapping[str, object]) -> str:
    return ", ".join(f"{setting} {value}" for setting, value in settings.items())


def _continuation(step: Continuation) -> str:
    where = f"{step.device}; {step.machine.system}, {step.machine.architecture}"
    return f"{_without_places(step.command)}; {step.started}; {where}; {_listed(step.versions)}"


def _why(run: RunRecord) -> str:
    """Return why the training ended before the recipe's last epoch, where it did."""
    if run.summary.stopped != "patience":
        return ""
    return f": none of the last {run.config.plan.patience} was better than the best one"


def _data(data: DataFacts, held_out_from: HeldOutFrom) -> str:
    """Return what the network was trained and tested on."""
    what = "MNIST (LeCun, Cortes, Burges)" if data.is_mnist else f"{data.name} digits, NOT MNIST"
    which = "the last " if held_out_from == "end" else ""
    held_out = f", {which}{data.validation:,} of them kept back for validation" if data.validation else ""
    return f"{what}: {data.train + data.validation:,} training pictures{held_out}, {data.test:,} test pictures"
