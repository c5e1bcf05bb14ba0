"""Several losses, ``[[losses]]``, each with the parameters that it trains, as the two players of a GAN have them.

[[losses]]
name = "E_D"                                the discriminator's
loss = "bce(y_real, 1) + bce(y_fake, 0)"
trains = ["D_*"]                            names of parameters, with * for any letters

They are written out as one loss, their sum, in which each holds what the others train (torch's ``detach``): the
derivative of the sum by a weight is then that of its own loss. An equation that depends on parameters of several is
needed once a loss: the first that uses it keeps its name, for E_G there is a copy, ``y_fake_G``.

Over tensors all of this is of whole tensors: it is done before they are written out in numbers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from itertools import pairwise
from typing import Any, NoReturn

from sheetgen.algebra.tokens import Token
from sheetgen.errors import did_you_mean, listed, must_be
from sheetgen.network.graph import Player
from sheetgen.template.document import Document
from sheetgen.tensors.parse import words_of

TABLE = "losses"
_NAME, _LOSS, _TRAINS = _KEYS = ("name", "loss", "trains")
_SUMS = ("E", "E_total", "E_sum")
_STEM = "E_"
_PART = re.compile(r"\[")


def is_game(document: Document) -> bool:
    """Whether a template has several losses."""
    return TABLE in document.data


def read_players(document: Document) -> tuple[Player, ...]:
    """Write the losses of a template into its tables; return each with the parameters, or tensors, that it trains.

    Raises TemplateError for a loss that is not whole, a parameter that no loss trains or that several do, and whatever
    stands beside them that does not fit.
    """
    if not is_game(document):
        return ()
    return _Game(document).players()


class _Game:
    def __init__(self, document: Document) -> None:
        self.document = document
        self.forward = document.table("forward")
        self.keys: dict[str, list[str]] = {}
        """What stands before the equals sign in the equations of each quantity: several, where it is made in parts."""
        for key in self.forward:
            self.keys.setdefault(_PART.split(key, maxsplit=1)[0].strip(), []).append(key)
        self.parameters = document.table("parameters")
        self.losses = self._losses()
        self.trainer = self._trainers()
        self.written: dict[tuple[str, str], str] = {}
        self.called: dict[str, dict[str, str]] = {}

    def fail(self, problem: str, expected: str = "", index: int = 0) -> NoReturn:
        """Complain of one of the losses."""
        self.document.fail(problem, expected, TABLE)

    # --- what is said ---

    def _losses(self) -> dict[str, tuple[str, tuple[str, ...]]]:
        """Return the text of each loss, and the names that it trains, by its name."""
        document, said = self.document, self.document.data[TABLE]
        if document.table("loss"):
            self.fail("the template has [[losses]], so [loss] must go", "move its parts to [forward]")
        if not isinstance(said, list) or not all(isinstance(one, dict) for one in said) or len(said) < 2:
            self.fail("[[losses]] must be two tables or more", "a single loss stands in [loss]")
        losses: dict[str, tuple[str, tuple[str, ...]]] = {}
        for one in said:
            name, text = (self._text(one, key) for key in (_NAME, _LOSS))
            for key in one:
                if key not in _KEYS:
                    self.fail(f"unknown key {key!r} in [[losses]]", did_you_mean(key, _KEYS, f"it has {listed(_KEYS)}"))
            if name in losses or document.table_of(name):
                self.fail(f"a loss is called {name!r}, and so is something else", "rename one")
            losses[name] = text, document.strings(one.get(_TRAINS), f"trains of {name}", TABLE)
        return losses

    def _text(self, one: Mapping[str, Any], key: str) -> str:
        value = one.get(key)
        if not isinstance(value, str) or not value:
            self.fail(*must_be(f"{key} of each of [[losses]]", "a text in quotes"))
        return value

    def _trainers(self) -> dict[str, str]:
        """Return the loss that trains each parameter that is not frozen."""
        document = self.document
        frozen = document.strings(document.data.get("frozen", []), "frozen", "", "frozen")
        trainer: dict[str, str] = {}
        for loss, (_, patterns) in self.losses.items():
            for pattern in patterns:
                matched = [name for name in self.parameters if fnmatchcase(name, pattern)]
                if not matched:
                    hint = did_you_mean(pattern, self.parameters, f"the parameters are {listed(self.parameters)}")
                    self.fail(f"{loss} trains {pattern!r}, which is no parameter", hint)
                for name in matched:
                    if trainer.get(name, loss) != loss:
                        self.fail(f"{name} is trained by {trainer[name]} and by {loss}", "let one of them train it")
                    trainer[name] = loss
            if not any(name not in frozen for name, by in trainer.items() if by == loss):
                self.fail(f"{loss} trains no parameter", 'say which, such as trains = ["D_*"]')
        for name in self.parameters:
            if name not in trainer and name not in frozen:
                self.fail(f"no loss trains {name}", f'name it in the trains of one, or say frozen = ["{name}"]')
        return {name: loss for name, loss in trainer.items() if name not in frozen}

    # --- written out ---

    def players(self) -> tuple[Player, ...]:
        document, lines = self.document, self.document.lines
        equations = {loss: self._held_in(text, loss) for loss, (text, _) in self.losses.items()}
        taken = {*self.keys, *self.parameters, *equations}
        total = next((name for name in _SUMS if name not in taken and not document.table_of(name)), "")
        if not total:
            self.fail(f"the sum of the losses has no name left of {listed(_SUMS)}", "rename one of yours")
        forward: dict[str, Any] = {}
        for name, keys in self.keys.items():
            copies = self.called.get(name, {})
            for loss, called in copies.items():
                for key in keys:
                    written = key.replace(name, called, 1)
                    forward[written] = self.written[key, loss]
                    if line := lines.get(("forward", key)):
                        lines["forward", written] = line
            if not copies:
                forward |= {key: self.forward[key] for key in keys}
        document.data["forward"] = forward
        document.data["loss"] = {**equations, total: " + ".join(equations)}
        line = next((line for (table, _), line in lines.items() if table.startswith(TABLE)), None)
        if line:
            lines |= {("loss", name): line for name in document.data["loss"]}
        weights = {loss: tuple(name for name, by in self.trainer.items() if by == loss) for loss in self.losses}
        order = list(self.parameters)
        return tuple(Player(loss, tuple(sorted(names, key=order.index))) for loss, names in weights.items())

    def _held_in(self, text: str, loss: str) -> str:
        """Return an equation as one loss has it: what others train is held."""
        with self.document.refusing(TABLE):
            words = list(_free(text))
        for word in reversed(words):
            start = word.column - 1
            text = text[:start] + self._as_used(word.text, loss) + text[start + len(word.text) :]
        return text

    def _as_used(self, name: str, loss: str) -> str:
        """Return what stands for a name where a loss uses it."""
        if name not in self.keys and name not in self.parameters:
            return name
        trainers = self._trainers_of(name, set())
        if loss not in trainers:
            return f"held({name})" if trainers else name
        return name if trainers == {loss} else self._own(name, loss)

    def _own(self, name: str, loss: str) -> str:
        """Return what an equation that depends on parameters of several losses is called where this one uses it."""
        called = self.called.setdefault(name, {})
        if loss not in called:
            called[loss] = f"{name}_{loss.removeprefix(_STEM)}" if called else name
            if called[loss] != name and self.document.table_of(called[loss]):
                self.fail(f"{loss} needs a {name} of its own, {called[loss]!r}, which is declared", "rename yours")
            for key in self.keys[name]:
                self.written[key, loss] = self._held_in(self.forward[key], loss)
        return called[loss]

    def _trainers_of(self, name: str, above: set[str]) -> set[str]:
        """Return the losses whose parameters a quantity depends on, as far as it is not held."""
        if name in self.parameters:
            return {self.trainer[name]} if name in self.trainer else set()
        if name in above:
            return set()
        found: set[str] = set()
        for key in self.keys.get(name, ()):
            text = self.forward[key]
            if isinstance(text, str):
                with self.document.refusing("forward", key):
                    words = list(_free(text))
                found |= {loss for word in words for loss in self._trainers_of(word.text, above | {name})}
        return found


def _free(text: str) -> Iterator[Token]:
    """Yield the names of quantities in an equation, but for those that are held."""
    words, depth, held_to = words_of(text), 0, -1
    for word, following in pairwise(words):
        if word.text == "(":
            depth += 1
        elif word.text == ")":
            depth -= 1
            held_to = -1 if depth <= held_to else held_to
        elif word.kind == "name":
            if following.text not in ("(", "=") and held_to < 0:
                yield word
            elif word.text == "held" and held_to < 0:
                held_to = depth
