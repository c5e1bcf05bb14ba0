"""The plan: which modules are changed, the tests that must notice, and the mutants that compute the same as before."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from mutants.rules import Mutant, mutants

ROOT = Path(__file__).resolve().parents[3]
_PLAN = Path(__file__).with_name("plan.toml")
_EQUIVALENT = Path(__file__).with_name("equivalent.toml")


@dataclass(frozen=True)
class Module:
    """A module that is changed: what it is ``of``, what of it is changed, and the tests of it."""

    path: str
    of: str
    tests: list[str]
    texts: bool = False
    equations: bool = False

    def mutants(self) -> Iterator[Mutant]:
        """Yield the mutants of its source as it stands."""
        return mutants((ROOT / self.path).read_text("utf-8"), self.texts, self.equations)


@dataclass(frozen=True)
class Equivalent:
    """A mutant that no test can tell from the code: ``why`` it computes the same, or makes no promise differ."""

    path: str
    where: str
    old: str
    new: str
    why: str

    @property
    def key(self) -> tuple[str, str, str]:
        """The key of its mutant."""
        return (self.where, self.old, self.new)


def modules() -> list[Module]:
    """Return the modules of the plan."""
    return [Module(**entry) for entry in tomllib.loads(_PLAN.read_text("utf-8"))["module"]]


def equivalents() -> list[Equivalent]:
    """Return the mutants that are known to compute the same."""
    return [Equivalent(**entry) for entry in tomllib.loads(_EQUIVALENT.read_text("utf-8"))["mutant"]]
