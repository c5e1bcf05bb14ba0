"""What config.json holds: the plan of a training, and on what it was carried out. Reading it needs no torch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cnn.errors import RunError
from cnn.json_form import Mismatch, from_json, unknown_keys
from cnn.runs.run import Run
from cnn.training.plan import Plan
from cnn.training.recipe import Recipe

FILE = "config.json"


@dataclass(frozen=True)
class DataFacts:
    """The data set: its name, the SHA-256 of its pictures and labels, and how many pictures each part has."""

    name: str
    is_mnist: bool
    fingerprint: str
    train: int
    validation: int
    test: int


@dataclass(frozen=True)
class Machine:
    """The machine, as `platform` names it."""

    system: str
    architecture: str


@dataclass(frozen=True)
class Continuation:
    """A continuation of the training: after which epoch, by which command and when, and on what."""

    after_epoch: int
    command: str
    started: str
    device: str
    machine: Machine
    versions: Mapping[str, str]


@dataclass(frozen=True)
class Config:
    """The content of config.json: the command and when it was given, its plan, and on what it was carried out.

    ``continued`` are the continuations of a training that was stopped.
    """

    command: str
    started: str
    plan: Plan
    device: str
    processes: int
    data: DataFacts
    machine: Machine
    versions: Mapping[str, str]
    continued: tuple[Continuation, ...] = ()


def recorded_config(run: Run) -> Config:
    """Return how a run was started; raise `RunError` where its config.json is damaged, or not one of ours.

    A setting of an earlier version that was switched off is passed over.
    """
    try:
        _check_plan(run.read_json(FILE).get("plan"))
    except Mismatch as error:
        raise RunError(f"{run.path(FILE)} holds no plan of a training that this version knows: {error}") from error
    return run.read_record(FILE, Config)


def _check_plan(content: object) -> None:
    """Raise `Mismatch` unless this is a plan, with no more settings than this version knows."""
    from_json(Plan, content, "plan")
    assert isinstance(content, dict)
    recipe = content["recipe"]
    settings = unknown_keys(Plan, content) | {name for name in unknown_keys(Recipe, recipe) if recipe[name]}
    if settings:
        raise Mismatch(f"unknown are {', '.join(sorted(settings))}")
