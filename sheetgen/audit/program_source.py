"""The source of Python functions that compute one form of expression as a tape does: its number, and its slopes.

It is straight code, but for branches. At a kink, where rounding decides, and where a number overflows the functions
raise `Undecided`: there the tape itself is needed.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from sheetgen.algebra.expr import Apply, Const, Expr, Var
from sheetgen.algebra.ops import PRIMITIVES, comparisons
from sheetgen.audit.tape import FUNCTIONS, UNIT, Known, Number, applied, applied_alone, rounding

Computing: TypeAlias = Callable[[Known, tuple[str, ...]], tuple[float, float, tuple[int, ...]]]
"""Gives the value of a form whose slots stand for these names, the bound of its rounding, and its choices."""
Sloping: TypeAlias = Callable[[Known, tuple[str, ...]], list[tuple[float, float]]]
"""Gives for each slot the slope along it, and the bound of the rounding in that."""

_COMPARISONS = {op: PRIMITIVES[op].python or PRIMITIVES[op].excel for op in comparisons().values()}
_CHOICES = ("where", "max", "min", "abs")
_ALONG = {"ln": "1 / {a}", "sqrt": "0.5 / {y}", "tanh": "1 - {y} * {y}"}
"""The slopes of functions whose results cannot overflow, of the operand ``a`` and the result ``y``."""
_SIGNS = {"add": "+", "sub": "-", "mul": "*", "div": "/"}


class Undecided(Exception):
    """Rounding decides, or a number is none: the tape has to say."""


@dataclass(frozen=True)
class _Part:
    """A part that is written: the variables of its value and of its bound, "" where it is exact.

    ``safe`` says that it is a finite number. ``parts`` are the operands, ``extra`` the variable of what else is known:
    the local slopes of a function, the way that a branch goes. ``varies`` says that a name is in it.
    """

    op: str
    value: str
    error: str
    safe: bool
    varies: bool
    parts: tuple[_Part, ...] = ()
    extra: str = ""


class Source:
    """The lines of the functions of a form, an expression in which nothing is left to expand; its names are slots."""

    def __init__(self, expr: Expr, slots: int) -> None:
        self._lines: list[str] = []
        self._indent = 1
        self._count = 0
        self._looked_up: set[str] = set()
        self._short: dict[str, str] = {}
        self._reached: set[str] = set()
        self._slots = slots
        whole = self._written(expr)
        self._assure(whole)
        self._whole, self._forward = whole, list(self._lines)

    def computing(self) -> Computing:
        """Return the function that computes value, bound and choices."""
        forward = [self._shortened(line) for line in self._forward]
        lines = ["def run(known, names):", "    c = []", *forward]
        lines.append(f"    return {self._whole.value}, {self._whole.error or '0.0'}, tuple(c)")
        return self._made(lines, _alone)  # type: ignore[return-value]

    def _shortened(self, line: str) -> str:
        """Return a line as it is where no slopes are asked for."""
        text = line.lstrip()
        return line[: len(line) - len(text)] + self._short.get(text, text)

    def sloping(self) -> Sloping:
        """Return the function that computes the slopes."""
        self._lines, self._reached = [], set()
        self._back(self._whole, "1.0", "0.0")
        slots = range(self._slots)
        start = [f"    s{slot} = t{slot} = 0.0" for slot in slots]
        end = f"    return [{', '.join(f'(s{slot}, t{slot})' for slot in slots)}]"
        lines = ["def run(known, names):", "    c = []", *self._forward, *start, *self._lines, end]
        return self._made(lines, applied)  # type: ignore[return-value]

    def _made(self, lines: list[str], operation: Callable[..., object]) -> object:
        namespace: dict[str, object] = {
            "U": UNIT,
            "F": FUNCTIONS * UNIT,
            "inf": math.inf,
            "finite": math.isfinite,
            "exp": math.exp,
            "expm1": math.expm1,
            "applied": operation,
            "Number": Number,
            "Undecided": Undecided,
            "apart": _apart,
            **{op: PRIMITIVES[op].evaluate for op in _ALONG},
        }
        # It holds nothing of a file but finite numbers: the names are v0, e0, … and those of primitives.
        exec("\n".join(lines), namespace)
        return namespace["run"]

    def _line(self, text: str) -> None:
        self._lines.append("    " * self._indent + text)

    def _new(self) -> tuple[str, str]:
        self._count += 1
        return f"a{self._count}", f"b{self._count}"

    def _assure(self, part: _Part) -> None:
        if not part.safe:
            self._line(f"if not finite({part.value}): raise Undecided")

    def _written(self, expr: Expr) -> _Part:
        """Write an expression's value and bound."""
        if isinstance(expr, Const):
            return _Part("", f"({expr.value!r})", "", True, False)
        if isinstance(expr, Var):
            if expr.name not in self._looked_up:
                self._looked_up.add(expr.name)
                self._line(f"v{expr.name}, e{expr.name} = known(names[{expr.name}])")
            return _Part("", f"v{expr.name}", f"e{expr.name}", True, True)
        assert isinstance(expr, Apply)
        if expr.op == "where":
            return self._choice(expr)
        parts = tuple(self._written(arg) for arg in expr.args)
        if expr.op in _COMPARISONS:
            return self._comparison(expr.op, parts)
        if expr.op in ("max", "min", "abs"):
            return self._kinked(expr.op, parts)
        if expr.op == "neg":
            value, _ = self._new()
            self._line(f"{value} = -{parts[0].value}")
            return _Part("neg", value, parts[0].error, parts[0].safe, parts[0].varies, parts)
        return self._operation(expr.op, parts)

    def _operation(self, op: str, parts: tuple[_Part, ...]) -> _Part:
        value, error = self._new()
        varies, safe, extra = any(part.varies for part in parts), False, ""
        a, b = parts[0] if parts else None, parts[-1] if parts else None
        if op in _SIGNS:
            assert a is not None
            assert b is not None
            if op == "div":
                self._assure(b)
            self._line(f"{value} = {a.value} {_SIGNS[op]} {b.value}")
            along = {
                "mul": (f"abs({b.value})", f"abs({a.value})"),
                "div": (f"abs(1 / {b.value})", f"abs({value} / {b.value})"),
            }
            terms = [
                f"{slope} * {part.error}" if slope else part.error
                for part, slope in zip(parts, along.get(op, ("", "")), strict=True)
                if part.error
            ]
            self._line(f"{error} = {' + '.join([*terms, f'U * abs({value})'])}")
        elif op == "exp":
            assert a
            self._assure(a)
            self._line(f"{value} = exp({a.value})")
            self._line(f"{error} = {value} * ({a.error or '0.0'} + F)")
            safe = True
        else:
            for part in parts:
                self._assure(part)
            numbers = ", ".join(f"Number({part.value}, {part.error or '0.0'})" for part in parts)
            still = tuple(place for place, part in enumerate(parts) if not part.varies)
            extra, safe = f"g{self._count}", True
            text = f"({value}, {error}), {extra} = applied({op!r}, [{numbers}], None, {still})"
            self._line(text)
            if op in _ALONG and parts[0].error:
                (of,) = parts
                slope, rounded = _ALONG[op].format(a=of.value, y=value), f"{rounding(op)} * U * abs({value})"
                self._short[text] = f"{value} = {op}({of.value}); {error} = abs({slope}) * {of.error} + {rounded}"
        return _Part(op, value, error, safe, varies, parts, extra)

    def _comparison(self, op: str, parts: tuple[_Part, ...]) -> _Part:
        for part in parts:
            self._assure(part)
        value, _ = self._new()
        self._line(f"{value} = float({parts[0].value} {_COMPARISONS[op]} {parts[1].value})")
        return _Part(op, value, "", True, False, parts)

    def _near(self, parts: tuple[_Part, ...], varies: bool) -> str:
        """Return the condition that rounding decides between two numbers."""
        errors = " + ".join(part.error for part in parts if part.error) or "0.0"
        only = "" if varies else f" and {errors}"
        return f"abs({' - '.join(part.value for part in parts)}) <= {errors}{only}"

    def _kinked(self, op: str, parts: tuple[_Part, ...]) -> _Part:
        for part in parts:
            self._assure(part)
        self._line(f"if {self._near(parts, True)}: raise Undecided")
        value, error = self._new()
        way, a = f"w{self._count}", parts[0]
        if op == "abs":
            self._line(f"{way} = {a.value} > 0")
            self._line(f"{value} = abs({a.value})")
            self._line(f"{error} = {a.error or '0.0'}")
        else:
            sign = ">" if op == "max" else "<"
            other = parts[1]
            self._line(f"{way} = {a.value} {sign} {other.value}")
            pairs = [f"({part.value}, {part.error or '0.0'})" for part in parts]
            self._line(f"{value}, {error} = {pairs[0]} if {way} else {pairs[1]}")
        greater = "not " if op == "min" else ""
        self._line(f"c.append(1 if {greater}{way} else -1)")
        return _Part(op, value, error, True, any(part.varies for part in parts), parts, way)

    def _choice(self, expr: Apply) -> _Part:
        condition = self._written(expr.args[0])
        self._assure(condition)
        value, error = self._new()
        way = f"w{self._count}"
        self._line(f"{way} = bool({condition.value})")
        near = "False"
        if condition.op in _COMPARISONS:
            near = self._near(condition.parts, any(not isinstance(arg, Const) for arg in _operands(expr.args[0])))
        if _is_jump(*expr.args[1:]):  # what is taken counts, on whichever side of it rounding puts a number
            self._line(f"c.append(2 + {way} if {near} else {way})")
            near = "False"
        elif any(map(_has_choice, expr.args[1:])):
            self._line(f"if {near}: raise Undecided")
            self._line(f"c.append({way})")
            near = "False"
        elif near != "False":
            self._line(f"n{way} = {near}")
            near = f"n{way}"
            self._line(f"c.append(2 + {way} if {near} else {way})")
        else:
            self._line(f"c.append({way})")
        branches = self._branches(way, near, expr.args[1:])
        yes, no = branches
        if near != "False":
            self._line(f"if {near}: apart({', '.join(f'{part.value}, {part.error or 0.0}' for part in branches)})")
        taken, other = (f"({part.value}, {part.error or '0.0'})" for part in branches)
        self._line(f"{value}, {error} = {taken} if {way} else {other}")
        return _Part("where", value, error, True, yes.varies or no.varies, branches, way)

    def _branches(self, way: str, near: str, branches: tuple[Expr, ...]) -> tuple[_Part, ...]:
        """Write two branches, of which one is taken, or both where the condition is near to the other."""
        known, parts = set(self._looked_up), []
        also = "" if near == "False" else f" or {near}"
        for head, branch in zip((f"if {way}{also}:", f"if not {way}{also}:"), branches, strict=True):
            self._line(head)
            self._indent += 1
            self._looked_up = set(known)
            self._line("pass")
            part = self._written(branch)
            self._assure(part)
            self._indent -= 1
            parts.append(part)
        self._looked_up = known
        return tuple(parts)

    def _back(self, part: _Part, slope: str, error: str) -> None:
        """Write what a part adds to the slopes of its names, where the slope of the whole along it is known."""
        if not part.varies:
            return
        if not part.op:
            self._gathered(part.value[1:], slope, error)
        elif part.op == "where" or part.op in ("max", "min"):
            self._apart(part.extra, [(branch, slope) for branch in part.parts], error)
        elif part.op == "abs":
            turned, rounded = self._new()
            self._line(f"{turned} = {slope} if {part.extra} else -{slope}")
            self._line(f"{rounded} = abs({slope}) * F + {error} + {error} * F + U * abs({slope})")
            self._back(part.parts[0], turned, rounded)
        else:
            for operand, (local, rounding) in zip(part.parts, self._locals(part), strict=True):
                if operand.varies:
                    self._back(operand, *self._times(slope, error, local, rounding))

    def _times(self, slope: str, error: str, local: str, rounding: str) -> tuple[str, str]:
        along, bound = self._new()
        if local in ("1", "-1"):
            self._line(f"{along} = {'' if local == '1' else '-'}{slope}")
            self._line(f"{bound} = {error} + U * abs({along})")
        else:
            self._line(f"{along} = {slope} * {local}")
            terms = [f"abs({local}) * {error}", f"U * abs({along})"]
            terms += [f"(abs({slope}) + {error}) * {rounding}"] if rounding else []
            self._line(f"{bound} = {' + '.join(terms)}")
        return along, bound

    def _locals(self, part: _Part) -> list[tuple[str, str]]:
        """Return the local slopes of an operation, each with its bound; "" for none."""
        if part.op == "add":
            return [("1", ""), ("1", "")]
        if part.op == "sub":
            return [("1", ""), ("-1", "")]
        if part.op == "neg":
            return [("-1", "")]
        if part.op == "mul":
            a, b = part.parts
            return [(b.value, b.error), (a.value, a.error)]
        if part.op == "exp":
            (_, rounding), known = self._new(), part.parts[0].error
            self._line(f"{rounding} = {known} and {part.value} * (expm1(min({known}, 1.0)) + F)")
            return [(part.value, rounding)]
        if part.op == "div":
            return self._of_quotient(part)
        return [(f"{part.extra}[{index}].low", f"{part.extra}[{index}].error") for index in range(len(part.parts))]

    def _of_quotient(self, part: _Part) -> list[tuple[str, str]]:
        a, b = part.parts
        errors = " + ".join(one.error for one in (a, b) if one.error)
        (first, bound), (second, other) = self._new(), self._new()
        self._line(f"{first} = 1 / {b.value}")
        self._line(f"{bound} = F * abs({first})" + (f" + {b.error} * abs({first} / {b.value})" if b.error else ""))
        own = f"({errors}) and {FUNCTIONS} * ({errors}) + F * abs({part.value})"
        self._line(f"{second} = -{part.value} / {b.value}")
        below = f" + {b.error} * abs({second} / {b.value})" if b.error else ""
        self._line(f"{other} = 2 * F * abs({second}) + ({own}) * abs({first}){below}")
        return [(first, bound), (second, other)]

    def _gathered(self, slot: str, slope: str, error: str) -> None:
        if slot in self._reached:
            self._line(f"s{slot} += {slope}")
            self._line(f"t{slot} += {error} + U * abs(s{slot})")
        else:
            self._reached.add(slot)
            self._line(f"s{slot} = {slope}")
            self._line(f"t{slot} = {error}")

    def _apart(self, way: str, branches: list[tuple[_Part, str]], error: str) -> None:
        """Write the slopes of two branches, of which one is taken."""
        before, after = set(self._reached), set(self._reached)
        for head, (branch, slope) in zip((f"if {way}:", "else:"), branches, strict=True):
            self._line(head)
            self._indent += 1
            self._line("pass")
            self._reached = set(before)
            self._back(branch, slope, error)
            after |= self._reached
            self._indent -= 1
        self._reached = after


def _alone(op: str, numbers: Sequence[Number], _: None, still: Collection[int]) -> tuple[Number, tuple[()]]:
    """Return an operation's result as `applied` does, where no slopes are asked for."""
    return applied_alone(op, numbers, still), ()


def _operands(expr: Expr) -> tuple[Expr, ...]:
    return expr.args if isinstance(expr, Apply) else ()


def _has_choice(expr: Expr) -> bool:
    """Whether an expression goes one way or another."""
    return isinstance(expr, Apply) and (expr.op in _CHOICES or any(map(_has_choice, expr.args)))


def _apart(yes: float, yes_error: float, no: float, no_error: float) -> None:
    """Raise `Undecided` where two branches between which rounding decides give what may well be one number."""
    if abs(yes - no) <= yes_error + no_error + 4 * UNIT * (abs(yes) + abs(no)):
        raise Undecided


def _is_jump(yes: Expr, no: Expr) -> bool:
    """Whether a branch is between two constants that are not alike."""
    return isinstance(yes, Const) and isinstance(no, Const) and abs(yes.value - no.value) > 1e-9
