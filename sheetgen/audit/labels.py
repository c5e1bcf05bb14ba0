"""What a label names: a quantity, a derivative of one, a loss, a learning rate, however it is spelled."""

from __future__ import annotations

import re
from collections.abc import Collection, Hashable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache
from typing import TypeVar

from sheetgen.audit.spelling import LOSSES, cleaned, keys, squashed, unwrapped

K = TypeVar("K", bound=Hashable)

LONGEST = 400
"""The number of characters up to which a text can be a label: a heading may carry a whole equation."""
_LONGEST_NAME, _MOST_WORDS = 40, 4


class Kind(StrEnum):
    """What a label can name."""

    QUANTITY = "quantity"
    LOSS = "loss"
    """The whole loss; its parts, such as ``E1``, are quantities."""
    DERIVATIVE = "derivative"
    ERROR_TERM = "error term"
    """A δ: the derivative of the loss by what enters a unit, up to a sign."""
    RATE = "learning rate"
    UPDATED = "updated"
    """The next value of a parameter, beside the one it has."""
    OTHER = "other"
    """What an optimiser remembers, a step's number, and so on: never a gradient."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a label names. ``names`` are the keys under which it is looked for, the most exact first.

    A derivative is that of ``of``, () where the label leaves the loss unsaid, by ``by``, () where it leaves that.
    ``weak`` says that the label is a derivative only where there is such a quantity: ``dx`` is one beside an ``x``.
    ``gathered`` is "sum" or "mean" where several were put together, "batch" where all rows of a batch were added up in
    each of them, or "" for a single one. ``above`` says that it is
    by a quantity as the row above has it.
    """

    kind: Kind
    text: str
    names: tuple[str, ...] = ()
    of: tuple[str, ...] = ()
    by: tuple[str, ...] = ()
    weak: bool = False
    gathered: str = ""
    above: bool = False

    @property
    def derivative(self) -> bool:
        """Whether it can be the derivative of something."""
        return self.kind in (Kind.DERIVATIVE, Kind.ERROR_TERM)


@cache
def meaning(text: str) -> Meaning | None:
    """Return what a label names, or None for a text that is no label, such as a sentence or an arrow."""
    if len(text) > LONGEST:
        return None
    label = cleaned(text)
    if not re.search(r"[^\W_]|[∂∇]", label):
        return None
    text = text.strip()
    if _RATE.fullmatch(label):
        return Meaning(Kind.RATE, text, keys(label))
    if of_a_batch := _OF_A_BATCH.fullmatch(label):
        inner = _slope(text, of_a_batch["inner"], "batch") if of_a_batch["how"] == "sum" else None
        return inner or Meaning(Kind.QUANTITY, text, keys(label))
    gathered, rest = _gathered(label)
    as_one, as_several = (label, ""), (rest, gathered)
    for spelled, how in (as_several, as_one) if gathered == "mean" else (as_one, as_several):
        if squashed(spelled).rstrip("'") in LOSSES:
            return Meaning(Kind.LOSS, text, (squashed(spelled),), gathered=how)
    return _slope(text, rest, gathered) or _quantity(text, label)


_RATE = re.compile(r"(?:the )?(?:learn\w*[\s_-]*rate|lr|η|α|alpha|step[\s_-]*size)(?:[\s,_(/].{0,30})?", re.I)
_OTHER = re.compile(
    r"veloc\w*|velc\w*|momentum|moments?|epochs?|iterations?|iter|steps?|samples?|batch\w*|eps\w*|accuracy|clip\w*",
    re.I,
)
_OF_A_BATCH = re.compile(r"batch_(?P<how>mean|var|max|sum)\((?P<inner>.+)\)", re.I)
_WORDS_OF_SUMS = {"sum": "sum", "total": "sum", "accumulated": "sum", "acc": "sum", "summed": "sum"}
_GATHERED = {**_WORDS_OF_SUMS, "mean": "mean", "avg": "mean", "average": "mean", "averaged": "mean"}


def _gathered(label: str) -> tuple[str, str]:
    """Return how several became one, and the label without the word that says so."""
    words = "|".join(_GATHERED)
    before = re.fullmatch(rf"(?P<how>{words})(?:\s+of)?[\s_(]+(?P<rest>.+?)\)?", label, re.I)
    behind = re.fullmatch(rf"(?P<rest>.+?)[\s_(]+(?P<how>{words})\)?", label, re.I)
    within = re.fullmatch(r"(?P<rest>d\w+) sum(?P<whose>[A-Z0-9]\w?)", label)
    if within:
        return "sum", within["rest"] + within["whose"]
    match = before or behind
    if match:
        return _GATHERED[match["how"].lower()], match["rest"]
    return ("sum", label[1:].strip()) if label.startswith("Σ") else ("", label)


_SAID = re.compile(
    r"(?:gradient|derivative)\s+of\s+(?P<of>.+?)\s+(?:w\.?r\.?t\.?|with respect to|by)\s+(?P<by>.+)", re.I
)
_RATIO = re.compile(r"[∂dδ]\s*(?P<of>[^/]*?)\s*/\s*[∂dδ]\s*(?P<by>[^/]+)")
_APART = re.compile(r"[∂d](?P<of>\w+?)[_ ][∂d]_?(?P<by>[^\W\d].*)")
_GRADIENT = re.compile(
    r"(?:grad(?:ients?)?(?:\s+of)?|∇)[\s_({]*(?P<by>[^\W\d_][^{}]*?)[)}]*(?:\s*(?<=[\s}])(?P<of>[EJLC]\w*))?"
    r"|g(?:_|\()(?P<by_g>[^\W\d][^()]*)\)?|(?P<by_behind>[^\W\d].*?)[\s_]+grad(?:ient)?",
    re.I,
)
_OF_THE_ROW_ABOVE = re.compile(r"above\((?P<name>.+)\)")
_ERROR_TERM = re.compile(r"(?:δ|error (?:term|signal)(?: of)?)[\s_({^\[]*(?P<by>\w+)[\])}]*", re.I)
_SMALL_D = re.compile(r"[d∂][\s_]?\(?(?P<by>[^\W\d_].*?)\)?")


def _slope(text: str, label: str, gathered: str) -> Meaning | None:
    """Return the derivative that a label names."""
    if re.fullmatch(r"grad(?:ients?)?|∇", label, re.I):
        return Meaning(Kind.DERIVATIVE, text, (squashed(label),), weak=True, gathered=gathered)
    for pattern in (_SAID, _RATIO, _APART):
        match = pattern.fullmatch(label)
        if match and (pattern is not _APART or len(match["by"]) <= _LONGEST_NAME):
            of, by = _numerator(unwrapped(match["of"])), unwrapped(match["by"])
            above = _OF_THE_ROW_ABOVE.fullmatch(by)
            names = keys(above["name"] if above else by)
            return Meaning(Kind.DERIVATIVE, text, keys(label), of, names, gathered=gathered, above=bool(above))
    glued = _glued(label)
    if glued:
        return Meaning(Kind.DERIVATIVE, text, keys(label), _numerator(glued[0]), keys(glued[1]), gathered=gathered)
    if _OTHER.search(label) or label.startswith("Δ"):
        return None
    match = _ERROR_TERM.fullmatch(label)
    if match:
        return Meaning(Kind.ERROR_TERM, text, keys(label), (), keys(match["by"]), gathered=gathered)
    match = _GRADIENT.fullmatch(label)
    if match:
        by = match["by"] or match["by_g"] or match["by_behind"]
        of = _numerator(match["of"] or "")
        return Meaning(Kind.DERIVATIVE, text, keys(label), of, keys(by.strip()), gathered=gathered)
    match = _SMALL_D.fullmatch(label)
    if match and _is_name(label):
        return Meaning(Kind.DERIVATIVE, text, keys(label), (), keys(match["by"]), weak=True, gathered=gathered)
    return None


def _numerator(name: str) -> tuple[str, ...]:
    return keys(name) if name else ()


def _glued(label: str) -> tuple[str, str] | None:
    """Return loss and quantity of a label without a stroke, such as ``dEdw1``: the d stands behind a loss's name."""
    if label[:1] in "d∂" and " " not in label:
        for at in range(2, len(label) - 1):
            if label[at] in "d∂" and squashed(label[1:at]) in LOSSES and label[at + 1] not in "0123456789":
                return label[1:at], label[at + 1 :].lstrip("_")
    return None


_NEXT = re.compile(
    r"(?:new|updated|next)[\s_]+(?P<a>.+)"
    r"|(?P<b>.+?)[\s_^]*(?:[\s_({]+(?:new|updated|next)[)}]?|[({]*t\s*\+\s*1[)}]*|\+|')",
    re.I,
)


def _is_name(label: str) -> bool:
    return len(label) <= _LONGEST_NAME and len(label.split()) <= _MOST_WORDS


def _quantity(text: str, label: str) -> Meaning | None:
    if not _is_name(label):
        return None
    if _OTHER.search(label) or label.startswith("Δ"):
        return Meaning(Kind.OTHER, text, keys(label))
    match = _NEXT.fullmatch(label)
    if match:
        return Meaning(Kind.UPDATED, text, keys(match["a"] or match["b"]))
    return Meaning(Kind.QUANTITY, text, keys(label))


def settled(labels: Mapping[K, Meaning]) -> dict[K, Meaning]:
    """Return labels that stand together, where the others show what one names.

    ``C`` is a cost, unless there are derivatives by C and none of C, or all are of another quantity that is there;
    ``distance`` and ``G_a`` are no derivatives where there are derivatives by them.
    """
    slopes = [meant for meant in labels.values() if meant.derivative]
    of = {name for meant in slopes for name in meant.of}
    by = {name for meant in slopes for name in meant.by} - of
    known = {name for meant in labels.values() if not meant.derivative for name in meant.names}
    said = bool(of) and all(not meant.of or known.intersection(meant.of) for meant in slopes)
    return {key: _among(meant, of if said else set(), by) for key, meant in labels.items()}


def _among(meant: Meaning, of: Collection[str], by: Collection[str]) -> Meaning:
    """Return what a label names beside derivatives of and by some names; of none where not all say of what."""
    names = set(meant.names)
    is_letter = all(len(name) == 1 for name in meant.names)
    if meant.kind == Kind.LOSS:
        is_other = bool(names & set(by)) or (is_letter and bool(of) and not names & set(of))
    else:
        is_other = meant.derivative and bool(meant.by) and bool(names & set(by))
    if is_other:
        return replace(meant, kind=Kind.QUANTITY, by=(), weak=False)
    return meant
