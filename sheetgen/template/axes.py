"""The table ``[axes]``: names for the places along axes of tensors, which their elements are called by.

[axes]
word = ["the", "cat", "sat"]                        the names of the places, from the first on
tensors = ["emb[word]", "p[:, word]"]               which axes have them; ``:`` is one that is counted
          also "said = word": the numbers in ``said`` are places along the axis ``word``, and read as its names
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from typing import NoReturn

from sheetgen.algebra.tokens import NAME, is_name
from sheetgen.errors import did_you_mean, must_be
from sheetgen.template.document import Document
from sheetgen.tensors.naming import COUNTED, Naming, Words

_TABLE, _TENSORS = "axes", "tensors"
_USED = re.compile(rf"\s*({NAME})\s*\[([^\[\]]*)\]\s*")
_READ = re.compile(rf"\s*({NAME})\s*=\s*({NAME})\s*")
_COUNTED = ":"
_EXAMPLE = f'{_TENSORS} = ["emb[word]", "p[:, word]"]'


def read_axes(document: Document) -> Naming:
    """Return the names that a template gives to axes. Raises TemplateError for what cannot be part of a name."""
    table = document.table(_TABLE)
    if not table:
        return COUNTED
    if _TENSORS not in table:
        _fail(document, f"[{_TABLE}] does not say which tensors have its axes", f"such as {_EXAMPLE}")
    words = {axis: _words(document, axis) for axis in table if axis != _TENSORS}
    axes: dict[str, tuple[str, ...]] = {}
    places: dict[str, str] = {}
    for text in document.strings(table[_TENSORS], f"{_TENSORS} in [{_TABLE}]", _TABLE, _TENSORS):
        if read := _READ.fullmatch(text):
            if read[1] in places:
                _fail(document, f"{_TENSORS} says twice what {read[1]} reads as", "say it once", _TENSORS)
            places[read[1]] = _axis(document, text, read[2], words)
            continue
        match = _USED.fullmatch(text)
        if match is None:
            _fail(document, f"{text!r} does not say which axes have names", f"write {_EXAMPLE}", _TENSORS)
        if match[1] in axes:
            _fail(document, f"{_TENSORS} names {match[1]} twice", "say all its axes at once", _TENSORS)
        axes[match[1]] = tuple(_axis(document, text, part.strip(), words) for part in match[2].split(","))
    if idle := [axis for axis in words if not any(axis in named for named in (*axes.values(), places.values()))]:
        _fail(document, f"no tensor has the axis {idle[0]!r}", f"add one to {_TENSORS}: {_EXAMPLE}", idle[0])
    return Naming(words, axes, places)


def require_known(document: Document, naming: Naming, known: Collection[str]) -> None:
    """Let every tensor whose axes have names be one; else raise TemplateError."""
    for name in (*naming.axes, *naming.places):
        if name not in known:
            hint = did_you_mean(name, known, "name inputs, targets, parameters or results of equations")
            _fail(document, f"{_TENSORS} names {name!r}, which is no tensor", hint, _TENSORS)


def _words(document: Document, axis: str) -> Words:
    """Return the names of the places along an axis."""
    words = document.strings(document.table(_TABLE)[axis], f"{axis} in [{_TABLE}]", _TABLE, axis)
    if not words:
        _fail(document, *must_be(axis, 'a list of names, such as ["the", "cat"]'), axis)
    if not is_name(axis):
        _fail(document, f"{axis!r} cannot name an axis", "use letters, digits and _, beginning with a letter", axis)
    seen: dict[str, str] = {}
    for word in words:
        fits = is_name(f"x{word}") and "_" not in word and unicodedata.normalize("NFKC", word) == word
        if not fits or not word or word.isdecimal():
            expected = "use letters and digits, and not digits alone"
            _fail(document, f"{axis}: {word!r} cannot be part of the name of a quantity", expected, axis)
        if (other := seen.setdefault(word.lower(), word)) is not word or words.count(word) > 1:
            also = "" if other == word else " (spreadsheets take no notice of capitals)"
            _fail(document, f"{axis} has {other!r} and {word!r}{also}", "give each place a name of its own", axis)
    return words


def _axis(document: Document, text: str, part: str, words: Collection[str]) -> str:
    """Return the axis that stands at a place of a tensor, "" for one without names."""
    if part == _COUNTED:
        return ""
    if part not in words:
        hint = did_you_mean(part, words, f'declare {part or "word"} = ["…", "…"], or write : for an axis without')
        _fail(document, f"{text!r} has an axis {part!r}, which [{_TABLE}] does not name", hint, _TENSORS)
    return part


def _fail(document: Document, problem: str, expected: str, key: str = "") -> NoReturn:
    document.fail(problem, expected, _TABLE, key)
