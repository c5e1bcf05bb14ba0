"""What a template says in tensors, kept beside the scalars that it becomes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sheetgen.algebra.expr import Expr
from sheetgen.tensors.labels import Place, Shape
from sheetgen.tensors.naming import COUNTED, Naming
from sheetgen.tensors.tree import Call, Tree


@dataclass(frozen=True)
class Given:
    """A tensor of numbers: an input, a target or a parameter, by the table that declares it."""

    table: str
    shape: Shape


@dataclass(frozen=True)
class Typed:
    """An equation as its author typed it: the table, what stands before the equals sign and behind it."""

    table: str
    key: str
    text: str


@dataclass(frozen=True)
class Step:
    """One equation over tensors, of a whole tensor or of a part of one, such as ``h[2]``.

    ``place`` is that of the part, () for the whole. ``text`` is the right-hand side, in which ``loop`` says what
    the letters of its loops stand for; ``tree`` is that as it was read. ``labels`` are the scalars of its
    elements, row by row; an element that is no quantity of its own, because it is a number or has another name already,
    has none; ``elements`` says what each is. Where it is the result of a function of several steps, ``call`` is that
    function of its operands; those of its steps that come before are ``inside``.
    """

    table: str
    name: str
    place: Place
    text: str
    tree: Tree = field(compare=False)
    shape: Shape
    labels: tuple[str | None, ...]
    loop: Mapping[str, int] = field(default_factory=dict)
    elements: tuple[Expr, ...] = field(default=(), compare=False, repr=False)
    call: Call | None = field(default=None, compare=False)
    inside: bool = field(default=False, compare=False)


@dataclass(frozen=True)
class Tensors:
    """The tensors of a study.

    ``given`` are the numbers, ``typed`` the equations as they stand in the template, ``unrolled`` the same with every
    loop run through, each after those it uses. ``steps`` are what they become before they become scalars: each does one
    thing, and has a name for whatever stood in an inner parenthesis. ``naming`` says what elements are called.
    """

    given: Mapping[str, Given]
    typed: tuple[Typed, ...]
    unrolled: tuple[Step, ...]
    steps: tuple[Step, ...]
    naming: Naming = COUNTED
