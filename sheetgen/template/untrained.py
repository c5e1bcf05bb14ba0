"""A template without ``[loss]``: nothing is trained, and what says how to train has no meaning."""

from __future__ import annotations

from sheetgen.errors import listed
from sheetgen.template.document import Document
from sheetgen.template.rules import OPTIMISERS, OWN_SCHEDULES
from sheetgen.template.running import TABLE as RUNNING
from sheetgen.template.state import TABLE as STATE

_OF_TRAINING = ("rates", "variants", "iterations", "batch", "shuffle", "frozen", "optimiser", "schedule")
_TABLES = (OPTIMISERS, OWN_SCHEDULES, STATE, RUNNING, "pictures")


def is_trained(document: Document) -> bool:
    """Whether a template trains anything: it has a loss, or says how to train, and then must have one."""
    return bool(document.table("loss")) or any(key in document.data for key in _OF_TRAINING)


def require_loss(document: Document) -> None:
    """Let a template that says how to train have something to minimise. Raises TemplateError."""
    said = [key for key in _OF_TRAINING if key in document.data]
    if said and not document.table("loss"):
        problem = f"the template has {listed(said)} and no [loss], so there is nothing to train for"
        expected = f"add a [loss], or remove {listed(said)} to run the network forward only"
        document.fail(problem, expected, *(("loss", "") if "loss" in document.data else ("", said[0])))


def require_nothing_of_training(document: Document) -> None:
    """Let a template that trains nothing say nothing that only a training has. Raises TemplateError."""
    for key in _TABLES:
        if document.data.get(key):
            problem = f"the template has no [loss], so nothing is trained, and {key!r} belongs to a training"
            document.fail(problem, "give it a [loss] and rates, or remove it", "", key)
    if "test" in document.table("data"):
        problem = "the template has no [loss], so nothing is trained, and there is nothing to test"
        document.fail(problem, "let all samples be in [data]", "data", "test")
