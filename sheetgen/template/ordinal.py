"""Words that have an order, as numbers: 0 for the first that is listed, 1 for the second, and so on."""

from __future__ import annotations

from dataclasses import dataclass

from sheetgen.errors import TemplateError, did_you_mean
from sheetgen.tensors.labels import Shape


@dataclass(frozen=True)
class Ordinal:
    """The words in their order; a word is the number of its place."""

    known: tuple[str, ...]
    is_text: bool = False

    def shape(self, word: str) -> Shape:
        """Return the shape of a word's number."""
        return ()

    def numbers(self, word: str, what: str) -> tuple[float, ...]:
        """Return a word's number; ``what`` names the word in a complaint.

        Raises TemplateError, without its place, for what is none of the words.
        """
        if not word:
            raise TemplateError(f"{what} is empty", "fill it, or leave the line out")
        if word not in self.known:
            hint = did_you_mean(word, self.known, f"the words are {', '.join(self.known)}")
            raise TemplateError(f"{what} is {word!r}, which is none of the ordinal words", hint)
        return (float(self.known.index(word)),)


def ordinal_of(words: object, what: str) -> Ordinal:
    """Return the coding that a template asks for. Raises TemplateError, without its place, for what is no such list."""
    known = tuple(words) if isinstance(words, list) else ()
    if len(known) < 2 or not all(isinstance(word, str) and word for word in known) or len(set(known)) != len(known):
        expected = 'a list of at least two words, each once, in their order, such as ordinal = ["small", "large"]'
        raise TemplateError(f"{what}: expected {expected}", expected)
    return Ordinal(known)
