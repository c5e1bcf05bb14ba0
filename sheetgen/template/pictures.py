"""What a template wants on the sheet Pictures: a list of tables, or an empty list for no such sheet.

[[pictures]]
kind = "path"                   one of the kinds; without any [[pictures]] the network says which suit it
x = "w1"                        of a path: the two parameters that it moves, needed where there are more
y = "w2"
classes = ["setosa", "other"]   of a confusion table: what its classes are called
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, NoReturn

from sheetgen.errors import did_you_mean, listed, must_be
from sheetgen.network.pictures import CONFUSION, KINDS, PATH, unfit
from sheetgen.network.study import Picture, Study
from sheetgen.template.document import Document, is_printable

_KEYS = ("kind", "x", "y", "classes")
_ONLY_OF = {"x": PATH, "y": PATH, "classes": CONFUSION}
_LONGEST_CLASS = 40


def with_pictures(document: Document, study: Study) -> Study:
    """Return a study with the pictures that its template asks for.

    Raises TemplateError for an unknown kind or key, and for a picture that the study cannot have.
    """
    items = document.data.get("pictures")
    if items is None:
        return study
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        expected = "a list of tables, each under a line [[pictures]], or [] for none"
        document.fail(*must_be("pictures", expected), "pictures")
    reader = _PictureReader(document, study)
    pictures = [reader.picture(f"pictures.{number}", item) for number, item in enumerate(items)]
    for number, picture in enumerate(pictures):
        if picture in pictures[:number]:
            problem = f"the picture {picture.kind} is listed twice"
            document.fail(problem, "leave one out", f"pictures.{number}")
    return replace(study, pictures=tuple(pictures))


class _PictureReader:
    """Reads the pictures of a study one by one."""

    def __init__(self, document: Document, study: Study) -> None:
        self.document, self.study = document, study

    def picture(self, table: str, item: Mapping[str, Any]) -> Picture:
        """Return a picture that the study can have."""
        for key in item:
            if key not in _KEYS:
                self.document.unknown(key, _KEYS, "a picture has", table)
        kind = self._kind(table, item.get("kind"))
        for key, of in _ONLY_OF.items():
            if key in item and kind != of:
                self._fail(f"{key} says nothing of the picture {kind}", f"remove it, or make the kind {of}", table, key)
        x, y = (self._parameter(table, key, item) for key in ("x", "y"))
        if x == y != "":
            self._fail(f"x and y of a path are both {x!r}", "name two parameters", table, "y")
        if bool(x) != bool(y):
            self._fail("a path names x and y, or neither", "name both parameters", table)
        picture = Picture(kind, x, y)
        if problem := unfit(self.study, picture):
            self._fail(problem, "choose another kind, or leave it out", table, "kind")
        return replace(picture, classes=self._classes(table, item)) if "classes" in item else picture

    def _kind(self, table: str, kind: object) -> str:
        if isinstance(kind, str) and kind in KINDS:
            return kind
        what = f"one of {', '.join(KINDS)}"
        problem, _ = must_be("the kind of a picture", what, "nothing" if kind is None else repr(kind))
        return self._fail(problem, did_you_mean(str(kind), KINDS, f"choose {what}"), table, "kind")

    def _parameter(self, table: str, key: str, item: Mapping[str, Any]) -> str:
        name = item.get(key, "")
        parameters = self.study.network.parameters
        if key in item and name not in parameters:
            hint = did_you_mean(str(name), parameters, f"there are {listed(parameters)}")
            self._fail(f"{key} of a path must be a parameter, not {name!r}", hint, table, key)
        return str(name)

    def _classes(self, table: str, item: Mapping[str, Any]) -> tuple[str, ...]:
        """Return the names of the classes: one a target, or of a single target those of 0 and of 1."""
        names = self.document.strings(item["classes"], "classes", table, "classes")
        count = max(2, len(self.study.network.targets))
        plain = all(0 < len(name.strip()) <= _LONGEST_CLASS and all(map(is_printable, name)) for name in names)
        if len(names) != count or not plain:
            expected = f"a list of {count} printable texts of at most {_LONGEST_CLASS} characters"
            self._fail(*must_be("classes", expected), table, "classes")
        return names

    def _fail(self, problem: str, expected: str, table: str, key: str = "") -> NoReturn:
        self.document.fail(problem, expected, table, key)
