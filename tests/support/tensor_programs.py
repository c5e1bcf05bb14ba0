"""Random programs over tensors: templates in which every form of the language is met, each drawn by a number, or by
hypothesis, choice by choice, so that a program that fails shrinks to a small one.

Nothing here reads a tree or prints one: a program is put together as text, and only shapes are kept beside it. What is
drawn keeps numbers small and away from where a function has no value.
"""

from __future__ import annotations

import math
import re
from ast import literal_eval
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import product
from random import Random
from typing import NamedTuple

from hypothesis import strategies as st

Shape = tuple[int, ...]

SUM, NEGATION, PRODUCT, POWER, ATOM = 1, 2, 3, 4, 5
_MOST_ELEMENTS, _LARGEST = 24, 12.0


class Term(NamedTuple):
    """A part of an equation: its text, its shape, how large its elements are at most, and how tightly it binds."""

    text: str
    shape: Shape
    size: float = 1.0
    binds: int = ATOM


@dataclass
class _Tables:
    """What a program declares."""

    inputs: dict[str, Shape] = field(default_factory=dict)
    parameters: dict[str, object] = field(default_factory=dict)
    forward: dict[str, str] = field(default_factory=dict)
    loss: dict[str, str] = field(default_factory=dict)
    metrics: dict[str, str] = field(default_factory=dict)


_UNARY: Sequence[tuple[str, Callable[[float], float]]] = (
    ("exp(-abs({}))", lambda _: 1.0),
    ("exp(tanh({}))", lambda _: 3.0),
    ("ln(1.5 + {atom}²)", lambda a: 1 + 2 * math.log1p(a)),
    ("sqrt(0.25 + {atom}^2)", lambda a: a + 0.5),
    ("sin({})", lambda _: 1.0),
    ("cos({})", lambda _: 1.0),
    ("tanh({})", lambda _: 1.0),
    ("sigmoid({})", lambda _: 1.0),
    ("stable_sigmoid({})", lambda _: 1.0),
    ("relu({})", lambda a: a),
    ("leaky_relu({})", lambda a: a),
    ("elu({})", lambda a: a + 1),
    ("softplus({})", lambda a: a + 1),
    ("gelu({})", lambda a: a),
    ("silu({})", lambda a: a),
    ("identity({})", lambda a: a),
    ("abs({})", lambda a: a),
    ("sign({})", lambda _: 1.0),
    ("floor({})", lambda a: a + 1),
    ("mod({}, 1.7)", lambda _: 1.7),
    ("held({})", lambda a: a),
    ("l1_penalty({})", lambda a: a),
    ("l2_penalty({})", lambda a: a * a),
    ("pi()*{atom}", lambda a: 3.2 * a),
    ("relu({} - 0.1) - 0.3*relu(-{atom})", lambda a: 2 * a + 1),
)
_BINARY: Sequence[tuple[str, Callable[[float, float], float]]] = (
    ("max({}, {})", max),
    ("min({}, {})", max),
    ("max({}, 0.3, {})", max),
    ("squared_error({}, {})", lambda a, b: (a + b) ** 2),
    ("half_squared_error({}, {})", lambda a, b: (a + b) ** 2),
    ("huber({}, {})", lambda a, b: a + b),
    ("bce(sigmoid({}), sigmoid({}))", lambda a, _: a + 1),
    ("bce_with_logits({}, sigmoid({}))", lambda a, _: 2 * a + 1),
    ("cce(sigmoid({}), sigmoid({}))", lambda a, _: a + 1),
)


class _Writer:
    """Writes one program: ``draw`` chooses its shapes, operations and equations, ``numbers`` what stands in tensors."""

    def __init__(self, draw: Random, numbers: Random) -> None:
        self.draw, self.numbers = draw, numbers
        self.tables = _Tables()
        self.known: list[Term] = []

    def chance(self, share: float) -> bool:
        """Return, in a share of cases, true; the simplest draw, which is 0, is false."""
        return self.draw.random() >= 1 - share

    # --- numbers ---

    def number(self) -> float:
        return self.numbers.choice((-1, 1)) * round(self.numbers.uniform(0.05, 1), 3)

    def nested(self, shape: Shape, draw: Callable[[], object]) -> object:
        return [self.nested(shape[1:], draw) for _ in range(shape[0])] if shape else draw()

    def parameter(self, shape: Shape) -> Term:
        """Return a parameter of a shape, a new one or one that is there."""
        alike = [one for one in self.known if one.text in self.tables.parameters and one.shape == shape]
        if alike and self.draw.random() < 0.2:  # the simplest draw takes what is there
            return self.draw.choice(alike)
        name = f"{self.draw.choice('WVbg')}{len(self.tables.parameters) + 1}"
        self.tables.parameters[name] = self.nested(shape, self.number)
        self.known.append(Term(name, shape))
        return self.known[-1]

    def shape(self, most: int = 3) -> Shape:
        """Return a shape of few elements."""
        while True:
            shape = tuple(self.draw.randint(1, 4) for _ in range(self.draw.randint(0, most)))
            if math.prod(shape) <= _MOST_ELEMENTS:
                return shape

    # --- parts ---

    def term(self, depth: int) -> Term:
        """Return a part of an equation."""
        if depth <= 0:
            return self.draw.choice(self.known)
        for _ in range(20):
            made = self.draw.choice(_PRODUCTIONS)(self, depth - 1)
            if made is not None and math.prod(made.shape) <= _MOST_ELEMENTS:
                return made if made.size <= _LARGEST else Term(f"tanh({made.text})", made.shape)
        return self.draw.choice(self.known)

    def ranked(self, depth: int, *axes: int) -> Term:
        """Return a part with one of some numbers of axes."""
        for _ in range(5):
            made = self.term(depth)
            if len(made.shape) in axes:
                return made
        fitting = [one for one in self.known if len(one.shape) in axes]
        rank = self.draw.choice(axes)
        return self.draw.choice(fitting) if fitting else self.parameter(tuple(self.draw.choices((2, 3), k=rank)))

    def fitting(self, shape: Shape, depth: int) -> Term:
        """Return a part that broadcasts with a shape to no more than it has room for."""
        for _ in range(4):
            made = self.term(depth)
            try:
                together = broadcast(shape, made.shape)
            except ValueError:
                continue
            if math.prod(together) <= _MOST_ELEMENTS:
                return made
        kind = self.draw.random()
        if kind < 0.25:
            number = abs(self.number())
            return Term(str(number), ())
        kept = shape[self.draw.randint(0, len(shape)) :]
        return self.parameter(tuple(1 if self.chance(0.3) else size for size in kept))

    def grouped(self, term: Term, needed: int) -> str:
        """Return a text in parentheses where it needs them, or, now and then, where it does not."""
        return f"({term.text})" if term.binds < needed or self.chance(0.04) else term.text

    # --- productions ---

    def sign(self, depth: int) -> Term:
        a = self.term(depth)
        b = self.fitting(a.shape, depth)
        if self.chance(0.5):
            a, b = b, a
        shape = broadcast(a.shape, b.shape)
        sign = self.draw.choice("+-*/")
        if sign in "+-":
            return Term(f"{self.grouped(a, SUM)} {sign} {self.grouped(b, PRODUCT)}", shape, a.size + b.size, SUM)
        left = self.grouped(a, PRODUCT)
        if sign == "*":
            spelled = self.draw.choice(("*", " * ", "·"))
            return Term(f"{left}{spelled}{self.grouped(b, POWER)}", shape, a.size * b.size, PRODUCT)
        return Term(f"{left}/(1.3 + {self.grouped(b, ATOM)}^2)", shape, a.size, PRODUCT)

    def power(self, depth: int) -> Term:
        a = self.term(depth)
        kind = self.draw.randrange(4)
        if kind == 0:
            b = self.fitting(a.shape, depth)
            text = f"(0.5 + sigmoid({a.text}))^{self.grouped(b, ATOM)}"
            return Term(text, broadcast(a.shape, b.shape), 2 ** max(b.size, 1), POWER)
        exponent = ("^2", "²", "**3")[kind - 1]
        return Term(f"{self.grouped(a, ATOM)}{exponent}", a.shape, a.size**3, POWER)

    def negative(self, depth: int) -> Term:
        a = self.term(depth)
        return Term(f"-{self.grouped(a, PRODUCT)}", a.shape, a.size, NEGATION)

    def unary(self, depth: int) -> Term:
        a = self.term(depth)
        text, size = self.draw.choice(_UNARY)
        return Term(text.format(a.text, atom=self.grouped(a, ATOM)), a.shape, size(a.size), SUM)

    def binary(self, depth: int) -> Term:
        a = self.term(depth)
        b = self.fitting(a.shape, depth)
        text, size = self.draw.choice(_BINARY)
        return Term(text.format(a.text, b.text), broadcast(a.shape, b.shape), size(a.size, b.size))

    def where(self, depth: int) -> Term:
        parts = [self.term(depth)]
        for _ in range(3):
            shape = broadcast(*(part.shape for part in parts))
            parts.append(self.fitting(shape, depth))
        shape = broadcast(*(part.shape for part in parts))
        a, b, c, d = (part.text for part in parts)
        compared = self.draw.choice((">", ">=", "<", "<=", "≤"))
        return Term(f"where({a} {compared} {b}, {c}, {d})", shape, max(parts[2].size, parts[3].size))

    def matmul(self, depth: int) -> Term | None:
        a = self.ranked(depth, 1, 2, 2, 3)
        inner, width = a.shape[-1], self.draw.randint(1, 4)
        kind = self.draw.randrange(6)
        if kind == 0:
            b = self.parameter((inner,))
        elif kind == 1:
            b = self.parameter((width, inner))
            b = Term(f"{b.text}.T", b.shape[::-1])
        elif kind == 2 and len(a.shape) == 2:
            b = Term(f"{self.grouped(a, ATOM)}.T", a.shape[::-1], a.size)
        elif kind == 3 and len(a.shape) == 3:
            b = self.parameter((self.draw.choice((1, a.shape[0])), inner, width))
        elif kind == 4:
            left = self.parameter((width, a.shape[-2]) if len(a.shape) > 1 else a.shape)
            a, b = left, a
        else:
            b = self.parameter((inner, width))
        shape = multiplied(a.shape, b.shape)
        size = a.size * b.size * a.shape[-1]
        return Term(f"{self.grouped(a, PRODUCT)} @ {self.grouped(b, POWER)}", shape, size, PRODUCT)

    def transpose(self, depth: int) -> Term:
        a = self.ranked(depth, 1, 2, 3)
        return Term(f"{self.grouped(a, ATOM)}.T", a.shape[::-1], a.size)

    def index(self, depth: int) -> Term:
        a = self.ranked(depth, 1, 2, 3)
        items, shape = [], []
        for size in a.shape[: self.draw.randint(1, len(a.shape))]:
            if self.chance(0.5):
                items.append(str(self.draw.randrange(-size, size)))
                continue
            start, stop = self.draw.randrange(size), self.draw.randrange(size) + 1
            start, stop = min(start, stop - 1), max(start + 1, stop)
            first = self.draw.choice([str(start), str(start - size), *[""] * (start == 0)])
            last = self.draw.choice([str(stop), *[""] * (stop == size), *[str(stop - size)] * (stop < size)])
            items.append(f"{first}:{last}")
            shape.append(stop - start)
        shape += a.shape[len(items) :]
        return Term(f"{self.grouped(a, ATOM)}[{', '.join(items)}]", tuple(shape), a.size)

    def reduced(self, depth: int) -> Term:
        a = self.ranked(depth, 1, 2, 3)
        function = self.draw.choice(("sum", "mean", "max", "min"))
        axis = self.draw.choice([None, *range(-len(a.shape), len(a.shape))])
        keepdims = self.draw.choice((None, True, False))
        if axis is None:
            shape: Shape = (1,) * len(a.shape) if keepdims else ()
            count = math.prod(a.shape)
        else:
            axis %= len(a.shape)
            shape = (*a.shape[:axis], *(1,) * bool(keepdims), *a.shape[axis + 1 :])
            count = a.shape[axis]
            axis -= self.draw.choice((0, len(a.shape)))
        options = [f"axis={axis}"] if axis is not None else []
        options += [f"keepdims={keepdims}"] if keepdims is not None else []
        size = a.size * count if function == "sum" else a.size
        return Term(f"{function}({', '.join([a.text, *options])})", shape, size)

    def softmax(self, depth: int) -> Term:
        a = self.ranked(depth, 1, 2, 3)
        if self.chance(0.1):
            return Term(f"cce_with_logits({a.text}, stable_sigmoid({a.text}))", a.shape[:-1], a.shape[-1] * a.size + 3)
        if self.chance(0.3):
            return Term(f"log_softmax({a.text})", a.shape, 2 * a.size + 3)
        return Term(f"softmax({a.text})", a.shape)

    def attention(self, depth: int) -> Term:
        a = self.ranked(depth, 2)
        b = self.parameter((a.shape[1], a.shape[1]))
        hidden = self.draw.choice(("{}", "mask({})", "mask({}/sqrt(2))", "0.3 + mask({})"))
        scores = hidden.format(f"{self.grouped(a, PRODUCT)} @ {b.text} @ {self.grouped(a, ATOM)}.T")
        return Term(f"softmax({scores}) @ {self.grouped(a, POWER)}", a.shape, a.size, PRODUCT)

    def reshape(self, depth: int) -> Term:
        a = self.term(depth)
        count = math.prod(a.shape)
        if self.chance(0.3):
            return Term(f"flatten({a.text})", (count,), a.size)
        shape = self.draw.choice([s for s in _shapes(3) if math.prod(s) == count] or [(count,)])
        sizes = list(shape)
        if self.chance(0.3):
            sizes[self.draw.randrange(len(sizes))] = -1
        spelled = str(sizes[0]) if len(sizes) == 1 and sizes[0] > 0 and self.chance(0.5) else str(sizes)
        return Term(f"reshape({a.text}, {spelled})", shape, a.size)

    def joined(self, depth: int) -> Term:
        a = self.ranked(depth, 0, 1, 2, 3)
        parts = [a, *(self.term(depth) for _ in range(2))]
        if a.shape and self.chance(0.5):
            axis = self.draw.randrange(len(a.shape))
            parts = [p for p in parts if _without(p.shape, axis) == _without(a.shape, axis)]
            parts.append(self.parameter((*a.shape[:axis], self.draw.randint(1, 2), *a.shape[axis + 1 :])))
            shape = (*a.shape[:axis], sum(p.shape[axis] for p in parts), *a.shape[axis + 1 :])
            function, axes = "concat", len(a.shape)
        else:
            axis = self.draw.randint(0, len(a.shape))
            parts = [p for p in parts if p.shape == a.shape] + [self.parameter(a.shape)]
            shape = (*a.shape[:axis], len(parts), *a.shape[axis:])
            function, axes = "stack", len(a.shape) + 1
        option = [f"axis={self.draw.choice((axis, axis - axes))}"] if axis or self.chance(0.5) else []
        text = f"{function}({', '.join([*(p.text for p in parts), *option])})"
        return Term(text, shape, max(p.size for p in parts))

    def convolved(self, depth: int) -> Term:
        axes = self.draw.choice((1, 2))
        a = self.ranked(depth, axes, axes + 1)
        channels = a.shape[:-axes]
        padding = self.draw.choice((0, 0, 1))
        sides = tuple(self.draw.randint(1, min(3, size + 2 * padding)) for size in a.shape[-axes:])
        outputs = self.draw.choice(((), (1,), (2,))) if not channels else (self.draw.randint(1, 2),)
        groups = 2 if (channels, outputs) == ((2,), (2,)) and self.chance(0.4) else 1
        channels = (channels[0] // groups,) if channels else ()
        kernel = self.parameter((*outputs, *channels, *sides))
        stride, dilation = self.draw.choice((1, 1, 2)), self.draw.choice((1, 1, 2))
        reach = [dilation * (side - 1) + 1 for side in sides]
        if any(side > n + 2 * padding for n, side in zip(a.shape[-axes:], reach, strict=True)):
            reach, dilation = list(sides), 1
        said = {"stride": stride, "padding": padding, "dilation": dilation, "groups": groups}
        options = [f"{name}={value}" for name, value in said.items() if value != (name != "padding")]
        shape = tuple((n + 2 * padding - side) // stride + 1 for n, side in zip(a.shape[-axes:], reach, strict=True))
        text = f"conv{axes}d({', '.join([a.text, kernel.text, *options])})"
        return Term(text, (*outputs, *shape), a.size * math.prod((*channels, *sides)))

    def pooled(self, depth: int) -> Term:
        a = self.ranked(depth, 1, 2, 3)
        axes = min(len(a.shape), 2)
        sides = [self.draw.randint(1, min(size, 3)) for size in a.shape[-axes:]]
        window = str(sides)
        if self.chance(0.5):
            sides = [min(sides)] * axes
            window = str(sides[0])
        stride = self.draw.choice((0, 1, 2)) if len(set(sides)) == 1 else self.draw.choice((1, 2))
        shape = tuple((n - side) // (stride or side) + 1 for n, side in zip(a.shape[-axes:], sides, strict=True))
        options = [f"stride={stride}"] if stride else []
        function = self.draw.choice(("maxpool", "avgpool"))
        return Term(f"{function}({', '.join([a.text, window, *options])})", (*a.shape[:-axes], *shape), a.size)

    def normed(self, depth: int) -> Term:
        a = self.ranked(depth, 1, 2)
        function = self.draw.choice(("layernorm", "rmsnorm", "batchnorm"))
        count = a.shape[0] if function == "batchnorm" else a.shape[-1]
        gain = self.draw.choice((self.parameter(a.shape[-1:]), Term("1.5", ())))
        bias = [] if function == "rmsnorm" else [self.parameter(a.shape[-1:]).text]
        text = f"{function}({', '.join([a.text, gain.text, *bias, 'eps=0.1'])})"
        return Term(text, broadcast(a.shape, gain.shape), 1.5 * math.sqrt(count) + 1)

    def chosen(self, depth: int) -> Term:
        tokens = self.draw.choice([Term("tokens", self.tables.inputs["tokens"]), Term("tokens[0]", ())])
        kind = self.draw.randrange(3)
        if kind == 0:
            width = self.draw.randint(1, 3)
            rows = self.parameter((3, width))
            return Term(f"embedding({tokens.text}, {rows.text})", (*tokens.shape, width))
        if kind == 1:
            count = self.draw.choice((3, 4))
            sizes = self.draw.choice((str(count), f"[{count}]"))
            return Term(f"onehot({tokens.text}, {sizes})", (*tokens.shape, count))
        a = self.ranked(depth, 1, 2)
        return Term(f"onehot(argmax({a.text}), {a.shape[-1]})", a.shape)

    def dropped(self, depth: int) -> Term:
        a = self.term(depth)
        kept = self.draw.choice((Term("kept", self.tables.inputs["kept"]), Term("kept[0]", ())))
        try:
            shape = broadcast(a.shape, kept.shape)
        except ValueError:
            kept, shape = Term("kept[-1]", ()), a.shape
        option = self.draw.choice(("", ", p=0.25"))
        return Term(f"dropout({a.text}, {kept.text}{option})", shape, 2 * a.size)

    def filled(self, depth: int) -> Term:
        shape = self.shape(2)
        a = self.fitting(shape, depth)
        function = self.draw.choice(("zeros", "ones"))
        sizes = str(list(shape)) if shape else "1"
        text = f"{self.grouped(a, SUM)} + {function}({sizes})"
        return Term(text, broadcast(a.shape, shape or (1,)), a.size + 1, SUM)

    # --- equations ---

    def equation(self) -> None:
        made = self.term(self.draw.randint(1, 3))
        name = f"{self.draw.choice('HQz')}{len(self.tables.forward) + 1}"
        self.tables.forward[name] = made.text
        self.known.append(Term(name, made.shape, made.size))

    def recurrence(self) -> None:
        """Write a network that goes through the places of a sequence, with or without a gate."""
        x = self.ranked(0, 2)
        name, width = f"h{len(self.tables.forward) + 1}", self.draw.randint(1, 3)
        into, again = self.parameter((x.shape[1], width)), self.parameter((width, width))
        start = self.draw.choice((f"zeros({width})", f"ones([{width}])", self.parameter((width,)).text))
        self.tables.forward[f"{name}[0]"] = start
        sum_of = f"{x.text}[t-1] @ {into.text} + {name}[t - 1] @ {again.text}"
        text = self.draw.choice((f"tanh({sum_of})", f"tanh({sum_of} + {self.parameter((width,)).text})"))
        turns = f"for t in 1..{x.shape[0]}"
        if self.chance(0.5):
            self.tables.forward[f"u{name}[t] {turns}"] = f"sigmoid({x.text}[t-1] @ {into.text})"
            text = f"u{name}[t]*{name}[t-1] + (1 - u{name}[t])*{text}"
        self.tables.forward[f"{name}[t] {turns}"] = text
        self.known.append(Term(name, (x.shape[0] + 1, width), 2.0))

    def grid(self) -> None:
        """Write a tensor place by place, in two loops."""
        x, y = self.ranked(0, 1, 2), self.ranked(0, 1)
        name = f"A{len(self.tables.forward) + 1}"
        key = f"{name}[i, j] for i in 0..{x.shape[0] - 1} for j in 0..{y.shape[0] - 1}"
        self.tables.forward[key] = f"sin({x.text}[i]*{y.text}[j] + 0.1*i - j)"
        shape = (x.shape[0], y.shape[0], *x.shape[1:])
        if math.prod(shape) <= _MOST_ELEMENTS:
            self.known.append(Term(name, shape))

    def ending(self) -> None:
        """Let the loss, or a metric, use every quantity."""
        terms = []
        for name in {key.split("[")[0]: None for key in self.tables.forward}:
            if name.startswith("u"):
                continue
            form = self.draw.choice(("sum({}^2)", "mean({})", "sum(sin({} + 0.3))", "max({})", "sum(tanh({}))"))
            terms.append(f"{abs(self.number())}*{form.format(name)}")
        if self.chance(0.3):
            self.tables.loss["part"] = terms.pop()
            terms.append("part")
        if self.chance(0.3):
            name = self.draw.choice([one.text for one in self.known])
            self.tables.metrics["M"] = self.draw.choice(("mean(abs({}))", "{} * 2", "argmax(flatten({}))")).format(name)
        terms += [f"0.01*sum({name}^2)" for name in self.tables.parameters]  # none may be without influence
        self.tables.loss["E"] = " + ".join(terms)


_PRODUCTIONS: Sequence[Callable[[_Writer, int], Term | None]] = (
    _Writer.sign,
    _Writer.sign,
    _Writer.sign,
    _Writer.power,
    _Writer.negative,
    _Writer.unary,
    _Writer.unary,
    _Writer.binary,
    _Writer.where,
    _Writer.matmul,
    _Writer.matmul,
    _Writer.matmul,
    _Writer.transpose,
    _Writer.index,
    _Writer.reduced,
    _Writer.reduced,
    _Writer.softmax,
    _Writer.attention,
    _Writer.reshape,
    _Writer.joined,
    _Writer.convolved,
    _Writer.pooled,
    _Writer.normed,
    _Writer.chosen,
    _Writer.dropped,
    _Writer.filled,
)


def broadcast(*shapes: Shape) -> Shape:
    """Return the shape to which shapes broadcast. Raises ValueError where they do not."""
    sizes = []
    for axis in range(1, max(map(len, shapes), default=0) + 1):
        along = {shape[-axis] for shape in shapes if len(shape) >= axis} - {1}
        if len(along) > 1:
            raise ValueError(shapes)
        sizes.append(along.pop() if along else 1)
    return tuple(reversed(sizes))


def multiplied(a: Shape, b: Shape) -> Shape:
    """Return the shape of a product of matrices."""
    batch = broadcast(a[:-2], b[:-2])
    return (*batch, *a[-2:-1], *(b[-1:] if len(b) > 1 else ()))


def _without(shape: Shape, axis: int) -> tuple[int | None, ...]:
    return tuple(None if place == axis else size for place, size in enumerate(shape))


def _shapes(axes: int) -> list[Shape]:
    return [shape for count in range(1, axes + 1) for shape in product(range(1, 13), repeat=count)]


def tensor_program(number: int) -> str:
    """Return the template of a program that is drawn by a number; two updates of SGD train it."""
    draw = Random(number)
    return _program(draw, draw)


@st.composite
def tensor_programs(draw: st.DrawFn) -> str:
    """Draw the template of a program: each choice of a shape, an operation or an operand is one of hypothesis."""
    structure = draw(st.randoms(use_true_random=False))
    return _program(structure, Random(draw(st.integers(0, 10**6))))


def _program(draw: Random, numbers: Random) -> str:
    writer = _Writer(draw, numbers)
    tables = writer.tables
    tables.inputs |= {"x": (draw.randint(2, 3), draw.randint(1, 4)), "kept": (draw.randint(1, 4),), "tokens": (2,)}
    tables.inputs["y"] = draw.choice(((3,), (1, 3), (2, 2, 3), (1, 2, 3, 2)))
    writer.known += [Term(name, shape) for name, shape in tables.inputs.items() if name in "xy"]
    writer.parameter(writer.shape())
    tables.forward["z0"] = "sin(x)"  # what computes something, in case that all others only rearrange
    forms = [writer.equation, writer.equation, writer.equation, writer.recurrence, writer.grid]
    for _ in range(draw.randint(1, 3)):
        draw.choice(forms)()
    writer.ending()
    return _template(writer)


def _template(writer: _Writer) -> str:
    draw, tables = writer.draw, writer.tables
    drawn: dict[str, Callable[[], object]] = {
        "kept": lambda: writer.numbers.choice((0, 1)),
        "tokens": lambda: writer.numbers.choice((0, 1, 2)),
    }

    def sample() -> dict[str, object]:
        return {name: writer.nested(shape, drawn.get(name, writer.number)) for name, shape in tables.inputs.items()}

    lines = ["rates = [0.01]", "iterations = 2"]
    if writer.chance(0.3):
        rows = [list(sample().values()) for _ in range(2)]
        lines += [f"batch = {draw.randint(1, 2)}", "[data]", f"inputs = {list(tables.inputs)}", f"rows = {rows}"]
    else:
        lines += ["[inputs]", *(f"{name} = {value}" for name, value in sample().items())]
    lines += ["[parameters]", *(f"{name} = {value}" for name, value in tables.parameters.items())]
    for table in ("forward", "loss", "metrics"):
        equations = list(getattr(tables, table).items())
        if writer.chance(0.2):
            draw.shuffle(equations)  # the order of what is typed is the author's business
        if equations:
            lines += [f"[{table}]", *(f'"{key}" = "{text}"' for key, text in equations)]
    return "\n".join(lines) + "\n"


_WORDS = re.compile(r"\w+|[^\w\s]|\s+")
_STRANGERS = (
    "@", "+", "-", "*", "/", "^", "(", ")", "[", "]", ",", ":", ".T", "=", "axis=0", "axis=5", "axis=-3", "axis=1.5",
    "axis=True", "keepdims=1", "stride=0", "stride=-1", "stride=2", "padding=-1", "padding=9", "axes=1", "axes=7",
    "eps=0", "eps=-1", "p=1", "p=True", "1", "2", "-1", "0", "3.5", "1e9", "1000000", "1e400", "x", "y", "E", "for",
    "t", "..", "sum", "mean", "max", "min", "softmax", "mask", "reshape", "concat", "stack", "onehot", "zeros", "ones",
    "embedding", "layernorm", "dropout", "conv1d", "conv2d", "maxpool", "avgpool", "argmax", "where", "held", "exp",
    "matmul", "transpose", "[2, 3]", "[0]", "[-1, -1]", "[]", "[1:1]", "[::2]", "[:, None]", "[0, 0, 0, 0, 0]", "...",
    "a > b", ">", "==", "pi()", "²", "é", "$", ";", "'", " ", "∂", "zeros(0)", "ones(-2)", "zeros([9999, 9999])",
    "zeros([2, 2, 2, 2, 2, 2])", "onehot(x, 0)", "onehot(x, -3)", "inf", "nan", "True", "x.T.T", "x[-1]", "[i]",
)  # fmt: skip
"""Words that stand where they do not belong."""


def with_slips(program: str, draw: Random) -> str:
    """Return a program in whose equations words were lost, doubled, put in another place or for others."""
    head, table, body = program.partition("[forward]")
    lines = body.split("\n")
    equations = [place for place, line in enumerate(lines) if " = " in line]
    for _ in range(draw.choice((1, 1, 1, 2, 3))):
        place = draw.choice(equations)
        words = _WORDS.findall(lines[place])
        here, there = draw.randrange(len(words)), draw.randrange(len(words))
        if '"' in (words[here], words[there]):
            continue  # that is TOML's business
        slip = draw.randrange(5)
        if slip == 0:
            del words[here]
        elif slip == 1:
            words[here], words[there] = words[there], words[here]
        elif slip == 2:
            words[here] = draw.choice(_STRANGERS)
        elif slip == 3:
            words.insert(here, draw.choice(_STRANGERS))
        else:
            words[here] = draw.choice([word for word in words if word.isidentifier()])
        lines[place] = "".join(words)
    return head + table + "\n".join(lines)


def with_another_shape(program: str, draw: Random) -> str:
    """Return a program in which one parameter has another shape."""
    lines = program.split("\n")
    place = lines.index("[parameters]") + draw.randint(1, lines.index("[forward]") - lines.index("[parameters]") - 1)
    name, _, text = lines[place].partition(" = ")
    value = literal_eval(text)
    slips: list[Callable[[], object]] = [lambda: [value, value], lambda: [value]]
    if isinstance(value, list):
        slips += [lambda: [*value, value[0]], lambda: value[0], lambda: value * 2]
        if isinstance(value[0], list):
            slips += [
                lambda: [[*row, row[0]] for row in value],
                lambda: [list(row) for row in zip(*value, strict=True)],
            ]
    lines[place] = f"{name} = {draw.choice(slips)()}"
    return "\n".join(lines)
