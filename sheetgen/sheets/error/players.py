"""The sentence about the losses of several players: how each ended, and that none of them has to fall."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product

from sheetgen.page.page import Formula, text_literal
from sheetgen.sheets.book import Book
from sheetgen.sheets.error.table import Curve, ErrorTable, variant_text, variant_title
from sheetgen.sheets.folds import Losses, may_match

_WAYS = (" ended lower than it began", " ended higher than it began", " ended where it began")


@dataclass(frozen=True)
class PlayersSentence:
    """What is said in place of the sentence about an error that is to fall."""

    book: Book
    table: ErrorTable

    def formula(self) -> Formula:
        """Return the sentence as a formula, which agrees with its text."""
        say = self._of_one if len(self._variants) == 1 else self._of_several
        return Formula(
            say(), lambda: next(self._texts(exact=True)), accepts=lambda text, _: text in tuple(self._texts())
        )

    # --- as a formula ---

    def _of_one(self) -> str:
        """Return the formula where there is one variant."""
        title = variant_title(self.book, 0)
        called = title.text if isinstance(title, Formula) else text_literal(title)
        said = [text_literal(f"{self._begins} {self._with} "), called, text_literal(": ")]
        for number, name in enumerate(self._names):
            first, last = self._ends(name)
            lower, higher, alike = map(text_literal, _WAYS)
            said += [
                text_literal(f", {name}" if number else name),
                f"IF({last}<{first},{lower},IF({last}>{first},{higher},{alike}))",
            ]
        return "&".join((*said, text_literal(self._ending)))

    def _of_several(self) -> str:
        """Return the formula where there are several."""
        said = [text_literal(f"{self._begins} ")]
        for number, name in enumerate(self._names):
            first, last = self._ends(name)
            said += [text_literal(self._opening(number, name)), f"SUMPRODUCT(({last}<{first})*1)"]
            said += [text_literal(self._of_how_many)] * (number == 0)
        return "&".join((*said, text_literal(self._ending)))

    def _ends(self, name: str) -> tuple[str, str]:
        """Return the cells of a loss in the first and in the last row, of all variants side by side."""
        block = self.table.block
        labels = [self.table.label(Curve(name, variant)) for variant in self._variants]
        first, last = (":".join(dict.fromkeys(block.cell(labels[i], row) for i in (0, -1))) for row in self._rows)
        return first, last

    @property
    def _rows(self) -> tuple[int, int]:
        return self.table.block.first, self.table.block.last

    # --- as a text ---

    def _texts(self, exact: bool = False) -> Iterator[str]:
        """Yield what may be said: where a loss ended where it began but for rounding, a spreadsheet decides."""
        ways = [[[_way(of)] if exact else list(_ways(of)) for of in self._losses[name]] for name in self._names]
        if len(self._variants) == 1:
            for chosen in product(*(one for (one,) in ways)):
                said = ", ".join(name + _WAYS[way] for name, way in zip(self._names, chosen, strict=True))
                yield f"{self._begins} {self._with} {variant_text(self.book, 0)}: {said}{self._ending}"
            return
        counts = [range(sum(of == [0] for of in of_one), sum(0 in of for of in of_one) + 1) for of_one in ways]
        for chosen in product(*counts):
            lower = zip(self._names, chosen, strict=True)
            first, *others = (f"{self._opening(number, name)}{count}" for number, (name, count) in enumerate(lower))
            yield f"{self._begins} {first}{self._of_how_many}{''.join(others)}{self._ending}"

    def _opening(self, number: int, name: str) -> str:
        at = "at" if self.book.study.shares_settings else "on"
        return f", {name} {at} " if number else f"{name}{_WAYS[0]} {at} "

    @property
    def _of_how_many(self) -> str:
        return f" of the {len(self._variants)} {'rates' if self.book.study.shares_settings else 'sheets'}"

    @property
    def _ending(self) -> str:
        return ". Each goes down along its own loss while the other parameters move, so none of them has to fall."

    @property
    def _begins(self) -> str:
        updates = self.book.study.iterations
        return f"After {updates} update{'s' * (updates > 1)}"

    @property
    def _with(self) -> str:
        return "with" if self.book.study.shares_settings else "on"

    @property
    def _variants(self) -> range:
        return range(len(self.book.study.variants))

    @property
    def _names(self) -> Sequence[str]:
        return [player.loss for player in self.book.study.network.players]

    @cached_property
    def _losses(self) -> Mapping[str, list[Losses]]:
        return {name: [self.book.results.losses(v, name) for v in self._variants] for name in self._names}


def _way(losses: Losses) -> int:
    """Return which of the ways a loss went."""
    return 0 if losses.last < losses.first else 1 if losses.last > losses.first else 2


def _ways(losses: Losses) -> Iterator[int]:
    yield from range(3) if may_match(losses.last, losses.first) else (_way(losses),)
