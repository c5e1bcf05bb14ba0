"""Classes, and the characters of a text, as numbers: 1 at the place of what there is, 0 at every other."""

from __future__ import annotations

import math
from dataclasses import dataclass

from sheetgen.errors import TemplateError, did_you_mean
from sheetgen.limits import MAX_COLUMNS
from sheetgen.tensors.labels import Shape


@dataclass(frozen=True)
class OneHot:
    """The classes, or the characters, that a word may be made of: a vector for a class, a row for each character."""

    known: tuple[str, ...]
    is_text: bool = False

    def shape(self, word: str) -> Shape:
        """Return the shape of a word's numbers."""
        return (len(word), len(self.known)) if self.is_text else (len(self.known),)

    def numbers(self, word: str, what: str) -> tuple[float, ...]:
        """Return a word's numbers, row by row; ``what`` names the word in a complaint.

        Raises TemplateError, without its place, for what is none of the classes or characters.
        """
        if not word:
            raise TemplateError(f"{what} is empty", "fill it, or leave the line out")
        if math.prod(self.shape(word)) > MAX_COLUMNS:
            raise TemplateError(f"{what} has {len(word):,} characters", f"a sheet has {MAX_COLUMNS:,} columns for all")
        for part in word if self.is_text else (word,):
            if part not in self.known:
                raise TemplateError(*self._unknown(word, part, what))
        return tuple(float(part == known) for part in (word if self.is_text else (word,)) for known in self.known)

    def _unknown(self, word: str, part: str, what: str) -> tuple[str, str]:
        if self.is_text:
            return f"{what} is {word!r}, whose {part!r} is none of the characters", f"there are {''.join(self.known)!r}"
        hint = did_you_mean(part, self.known, f"the classes are {', '.join(self.known)}")
        return f"{what} is {part!r}, which is none of the classes", hint


def one_hot_of(classes: object, characters: object, what: str) -> OneHot:
    """Return the coding that a template asks for by one of the two keys; None is a key that is absent.

    Raises TemplateError, without its place, where it gives both, or what is no list of words and no text.
    """
    if classes is not None and characters is not None:
        raise TemplateError(f"{what} has classes and characters", "keep one")
    given = classes if characters is None else characters
    kind = list if characters is None else str
    words = tuple(given) if isinstance(given, kind) else ()
    if len(words) < 2 or not all(isinstance(word, str) and word for word in words) or len(set(words)) != len(words):
        expected = 'a list of at least two words, each once, such as classes = ["cat", "dog"]'
        if characters is not None:
            expected = 'a text of at least two characters, each once, such as characters = "helo"'
        raise TemplateError(f"{what}: expected {expected}", expected)
    return OneHot(words, characters is not None)
