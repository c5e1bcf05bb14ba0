"""The entries of a template's ``[layers]``, each asked for with a complaint that names it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, NoReturn

from sheetgen.errors import did_you_mean
from sheetgen.template.document import Document


class Entries:
    """What ``[layers]`` says. Whatever is asked for raises TemplateError where it is not as it must be."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.table: Mapping[str, Any] = document.table("layers")

    def fail(self, key: str, problem: str, expected: str = "") -> NoReturn:
        """Complain of a key, whose name begins the message."""
        self.document.fail(problem if problem.startswith(key) else f"{key}: {problem}", expected, "layers", key)

    def fail_expecting(self, key: str, expected: str, actual: object) -> NoReturn:
        """Complain of a key whose value is another than was expected."""
        self.fail(key, f"expected {expected}, not {actual}", expected)

    def require_known(self, keys: Collection[str]) -> None:
        """Let the table have no other keys than these."""
        for key in self.table:
            if key not in keys:
                hint = did_you_mean(key, keys, f"there are {', '.join(keys)}")
                self.document.fail(f"[layers] has no key {key!r}", hint, "layers", key)

    def member(self, key: str, value: object, known: Collection[str], example: str) -> str:
        """Return a value that must be one of the known words, of which ``example`` is one."""
        if not isinstance(value, str):
            self.fail_expecting(key, f"a text in quotes, such as {example!r}", repr(value))
        if value not in known:
            self.fail(key, f"there is no {value!r}", did_you_mean(value, known, f"there are {', '.join(known)}"))
        return value

    def choice(self, key: str, known: Collection[str], default: str, example: str = "") -> str:
        """Return the word of a key, which must be one of the known ones."""
        return self.member(key, self.table.get(key, default), known, example or default)

    def flag(self, key: str, default: bool) -> bool:
        """Return the true or false of a key."""
        value = self.table.get(key, default)
        if not isinstance(value, bool):
            self.fail_expecting(key, "true or false", repr(value))
        return value

    def number(self, key: str, value: object, what: str) -> float:
        """Return a value that must be a number a cell can hold."""
        return self.document.number(value, what, "layers", key)

    def by_layer(self, key: str, layers: int) -> list[object]:
        """Return the list of a key, which must have an item for each layer."""
        value = self.table[key]
        if not isinstance(value, list):
            self.fail_expecting(key, "a list with one item a layer", repr(value))
        if len(value) != layers:
            self.fail_expecting(key, f"one item a layer, {layers} in all", len(value))
        return value


def is_whole(value: object, least: int) -> bool:
    """Whether a value is a whole number of at least so much."""
    return isinstance(value, int) and not isinstance(value, bool) and value >= least
