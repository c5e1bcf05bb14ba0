"""One table ``[[layers]]``: its options, each asked for with a complaint that names it, and what it writes."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from copy import copy
from math import sqrt
from typing import Any, NoReturn

from sheetgen.errors import did_you_mean
from sheetgen.template.stack.tables import Tables, Tensor
from sheetgen.template.stack.typed import equation_shape, typed_shape
from sheetgen.template.tensors.numbers import INITS, SCALED
from sheetgen.tensors.labels import Shape, shape_text

_INIT = "xavier"


class Layer:
    """A layer, counted from 1; ``source`` is what it reads. Its own quantities have its number behind their names.

    Whatever is asked for raises TemplateError where it is not as it must be.
    """

    def __init__(self, tables: Tables, number: int, table: Mapping[str, Any], kind: str, source: Tensor) -> None:
        self.tables, self.number, self.table, self.kind, self.source = tables, number, table, kind, source
        self.called = f"layer {number} ({kind})"
        self._behind = ""

    def inner(self, behind: str) -> Layer:
        """Return the layer as it writes what is inside it: its quantities have something more behind their names."""
        made = copy(self)
        made._behind = behind
        return made

    # --- complaints ---

    def fail(self, problem: str, expected: str = "", key: str = "") -> NoReturn:
        """Complain of the layer, which the message begins with, or of a key of it."""
        own = f"layers.{self.number - 1}"
        place = (own, key) if (own, "") in self.tables.document.lines else ("layers", "")
        self.tables.document.fail(f"{self.called}: {problem}", expected, *place)

    def fail_source(self, expected: str) -> NoReturn:
        """Complain of the shape of what the layer reads."""
        self.fail(f"it reads {self.source.name}, which is {shape_text(self.source.shape)}", f"it takes {expected}")

    @property
    def line(self) -> int | None:
        """The line on which the table begins."""
        lines = self.tables.document.lines
        return lines.get((f"layers.{self.number - 1}", ""), lines.get(("", "layers")))

    # --- options ---

    def whole(self, key: str, default: int, least: int = 1) -> int:
        """Return the whole number of a key."""
        value = self.table.get(key, default)
        if isinstance(value, bool) or not isinstance(value, int) or value < least:
            self.fail(f"{key} must be a whole number from {least}, not {value!r}", key=key)
        return value

    def size(self, key: str, parameter: str, axis: int) -> int:
        """Return the size that a key says, or else that of a parameter which is typed."""
        if key in self.table:
            return self.whole(key, 1)
        typed = self.typed_shape(parameter)
        if typed is None or axis >= len(typed) or not typed[axis]:
            self.fail(f"{key} is missing", f"{key} = …, a whole number from 1")
        return typed[axis]

    def window(self, key: str, axes: int, default: Shape | None = None) -> Shape:
        """Return the sizes of a window: one for all axes, or a list of as many as there are axes."""
        value = self.table.get(key, default)
        sizes = tuple(value) if isinstance(value, list | tuple) else (value,) * axes
        whole = all(isinstance(size, int) and not isinstance(size, bool) and size > 0 for size in sizes)
        if not whole or len(sizes) != axes:
            example = f"{key} = 2" if axes == 1 else f"{key} = 2, or a list of {axes}"
            self.fail(f"{key} must be a whole number from 1{f', or {axes} of them' * (axes > 1)}", example, key)
        return sizes

    def flag(self, key: str, default: bool) -> bool:
        """Return the true or false of a key."""
        value = self.table.get(key, default)
        if not isinstance(value, bool):
            self.fail(f"{key} must be true or false, not {value!r}", key=key)
        return value

    def share(self, key: str, default: float) -> float:
        """Return a number of a key, from 0 to below 1."""
        value = self.table.get(key, default)
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 1:
            self.fail(f"{key} must be a number from 0 to below 1, not {value!r}", key=key)
        return float(value)

    def word(self, key: str, known: Collection[str], default: str) -> str:
        """Return the word of a key, which must be one of the known ones."""
        value = self.table.get(key, default)
        if not isinstance(value, str) or value not in known:
            hint = did_you_mean(str(value), known, f"there are {', '.join(known)}")
            self.fail(f"there is no {key} {value!r}", hint, key)
        return value

    # --- what it writes ---

    def name(self, word: str) -> str:
        """Return what a quantity of the layer is called."""
        return f"{word}{self.number}{self._behind}"

    def write(self, word: str, text: str, shape: Shape | None = None, part: str = "") -> str:
        """Add an equation; return its name. ``part`` is what stands behind the name, such as ``[0]``.

        What has a shape may be read by later layers; an equation of that name that is typed goes before it.
        """
        name = self.name(word)
        if shape is not None:
            typed = equation_shape(self.tables, name)
            self.tables.shapes[name] = shape if typed is None else typed
        self.tables.write("forward", f"{name}{part}", text, self.line)
        return name

    def weight(self, word: str, shape: Shape, axes: str, fans: tuple[int, int]) -> str:
        """Add a parameter that is drawn, of a shape whose ``axes`` have names; return its name.

        ``fans`` are the numbers that come into an output, and that go out of an input.
        """
        init = self.word("init", INITS, _INIT)
        drawn: dict[str, object] = {"shape": list(shape), "init": init}
        if "scale" in self.table and init not in SCALED:
            self.fail(f"scale belongs to init = {' or '.join(SCALED)}", "leave it out", "scale")
        # Which axis the inputs lie on is known here, and not where a matrix is drawn.
        if init == "xavier":
            drawn |= {"init": "uniform", "scale": sqrt(6 / sum(fans))}
        elif init == "he":
            drawn |= {"init": "normal", "scale": sqrt(2 / fans[0])}
        elif init in SCALED:
            drawn["scale"] = self.table.get("scale", 1.0)
        return self._parameter(word, shape, axes, drawn)

    def filled(self, word: str, shape: Shape, axes: str, init: str) -> str:
        """Add a parameter whose numbers are all alike, ``zeros`` or ``ones``; return its name."""
        return self._parameter(word, shape, axes, {"shape": list(shape), "init": init})

    def bias(self, word: str, size: int, axes: str) -> str:
        """Add a bias, 0 at first, unless ``bias = false``; return what adds it, or nothing."""
        return f" + {self.filled(word, (size,), axes, 'zeros')}" if self.flag("bias", True) else ""

    def _parameter(self, word: str, shape: Shape, axes: str, value: dict[str, object]) -> str:
        name, typed = self.name(word), self.typed_shape(word)
        if typed not in (None, shape):
            problem = f"{name} is {shape_text(typed or ())}, and {self.called} needs {shape_text(shape)}"
            self.tables.document.fail(problem, f"{axes}, as torch lays it out", "parameters", name, quantity=name)
        self.tables.write("parameters", name, value, self.line)
        return name

    def typed_shape(self, word: str) -> Shape | None:
        """Return the shape of a parameter of the layer that is typed; None where it is not."""
        return typed_shape(self.tables.document, self.name(word))
