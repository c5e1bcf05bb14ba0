"""A template's own rules of training: ``[optimisers.mine]`` and ``[schedules.mine]``.

[optimisers.mine]
memory = { v = 0 }                     what is remembered of each parameter, and its value before the first update
beta = 0.9                             a number is a setting
decay = { b1 = 0, else = 0.01 }        one that is not the same for all parameters
v = "beta*v + (1 - beta)*g"            a text is an equation; in its own a memory is its value one update before
step = "w - η*(v + decay*w)"           the parameter after the update

[schedules.mine]
k = 0.1
rate = "eta0/(1 + k*iteration)"
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from graphlib import CycleError
from typing import Any, NoReturn

from sheetgen.algebra.expr import Apply, Expr, befores, names
from sheetgen.algebra.ops import functions
from sheetgen.algebra.order import in_order
from sheetgen.algebra.parser import TOTAL, parse_row
from sheetgen.algebra.tokens import is_name
from sheetgen.errors import did_you_mean, must_be
from sheetgen.network.graph import BASE_RATE, BATCH, EPOCH, ITERATION, RATE, SAMPLES
from sheetgen.network.optimizers import (
    OPTIMIZERS,
    SCHEDULES,
    STEP,
    Optimizer,
    Schedule,
    Setting,
    StateColumn,
    in_rule,
)
from sheetgen.template.document import Document
from sheetgen.template.equations import checked

OPTIMISERS, OWN_SCHEDULES = "optimisers", "schedules"
"""The tables of a template's own rules."""

ELSE = "else"
"""Stands for all parameters that a setting does not name."""

_MEMORY, _TITLE, _COURSE = "memory", "title", "rate"
_OF_A_WEIGHT, _OF_A_COURSE = ("w", "g", RATE, ITERATION, EPOCH), ("eta0", BASE_RATE, ITERATION, EPOCH)
_A_TOTAL = 's = "total(g^2)"'
_TAKEN = frozenset({*_OF_A_WEIGHT, *_OF_A_COURSE, BATCH, SAMPLES, "previous", TOTAL})


@dataclass(frozen=True)
class Rules:
    """The methods that a template may name: the built-in ones and its own."""

    optimizers: Mapping[str, Optimizer]
    schedules: Mapping[str, Schedule]


def read_rules(document: Document, tensors: Mapping[str, Sequence[str]], weights: Sequence[str]) -> Rules:
    """Return the methods that a template may name; its ``weights`` are trained, alone or as elements of ``tensors``.

    Raises TemplateError for the first mistake in a rule.
    """
    groups = {**tensors, **{weight: (weight,) for weight in weights}}
    optimizers = {
        name: _OptimizerReader(document, name, rule).optimizer(groups, weights)
        for name, rule in _tables(document, OPTIMISERS, OPTIMIZERS)
    }
    schedules = {
        name: _Reader(document, OWN_SCHEDULES, name, rule).schedule()
        for name, rule in _tables(document, OWN_SCHEDULES, SCHEDULES)
    }
    return Rules({**OPTIMIZERS, **optimizers}, {**SCHEDULES, **schedules})


def rule_places(document: Document) -> dict[str, str]:
    """Return in words where each equation of an own rule stands whose line is known, by `in_rule`."""
    lines = [
        (in_rule(name, key), document.lines.get((f"{OPTIMISERS}.{name}", key)))
        for name, rule in document.table(OPTIMISERS).items()
        for key in rule
    ]
    lines += [
        (in_rule(name, RATE), document.lines.get((f"{OWN_SCHEDULES}.{name}", _COURSE)))
        for name in document.table(OWN_SCHEDULES)
    ]
    return {called: f"{document.source}, line {line}" for called, line in lines if line}


def setting_of(setting: str, group: str) -> str:
    """Return what a setting is called as that of one tensor or parameter."""
    return f"{setting}[{group}]"


def _tables(document: Document, key: str, built_in: Collection[str]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield the name and the table of each own rule of a kind."""
    for name, rule in document.table(key).items():
        table = f"{key}.{name}"
        if not isinstance(rule, dict):
            document.fail(*must_be(f"{key}.{name}", f"a table: a line [{key}.mine], then its equations"), key, name)
        if name in built_in:
            document.fail(f"{name!r} is built in", "give your own another name", table)
        if not re.fullmatch(r"\w[\w -]*", name):
            document.fail(f"{name!r} cannot name a rule", "use letters, digits, _ and -", table)
        yield name, rule


class _Reader:
    """Reads one own rule."""

    def __init__(self, document: Document, kind: str, name: str, rule: Mapping[str, Any]) -> None:
        self.document, self.name, self.rule, self.table = document, name, rule, f"{kind}.{name}"

    def fail(self, problem: str, expected: str, key: str = "") -> NoReturn:
        self.document.fail(f"the rule {self.name}: {problem}", expected, self.table, key)

    @property
    def title(self) -> str:
        title = self.rule.get(_TITLE, self.name)
        if not isinstance(title, str) or not title.isprintable() or not 0 < len(title) <= 80:
            self.fail(*must_be(_TITLE, "a printable text of 1 to 80 characters"), _TITLE)
        return title

    def text(self, key: str, example: str) -> str:
        """Return the equation that a rule must have."""
        if key not in self.rule:
            self.fail(f"it has no {key}", f"{key} = {example}", key)
        text = self.rule[key]
        if not isinstance(text, str):
            self.fail(*must_be(key, f"an equation in quotes, such as {key} = {example}"), key)
        return text

    def equation(self, key: str, text: str, known: Collection[str]) -> Expr:
        """Return an equation that uses known names alone."""
        with self.document.refusing(self.table, key):
            expr = parse_row(text)
            inner = expr.args[0] if isinstance(expr, Apply) and expr.op == TOTAL else expr
            if _holds_total(inner):
                raise SyntaxError(f"total(…) stands around a whole equation; give it one of its own: {_A_TOTAL}")
            checked(self.document, self.table, key, inner, "a setting")
        for name in names(expr):
            if name not in known:
                hint = did_you_mean(name, known, f"there are {', '.join(known)}")
                self.fail(f"{key} uses {name!r}, which is declared nowhere", hint, key)
        return expr

    def named(self, key: str) -> str:
        """Return a key that names a setting or a column."""
        if not is_name(key) or key.startswith("_") or key.lower() in functions() or key in _TAKEN:
            self.fail(
                f"{key!r} cannot name a number of a rule", "use letters, digits and _, and no word of its own", key
            )
        return key

    def setting(self, key: str) -> Setting:
        return Setting(self.document.number(self.rule[key], key, self.table, key))

    def schedule(self) -> Schedule:
        """Return the schedule that the rule is."""
        settings = {self.named(key): self.setting(key) for key in self.rule if key not in (_TITLE, _COURSE)}
        text = self.text(_COURSE, '"eta0/(1 + 0.1*iteration)"')
        expr = self.equation(_COURSE, text, (*_OF_A_COURSE, *settings))
        if any(befores(expr)) or _sums_up(expr):
            self.fail("a schedule has no previous(…) and no total(…)", "write it over iteration, or epoch", _COURSE)
        return Schedule(self.name, self.title, text, settings)


class _OptimizerReader(_Reader):
    """Reads one optimiser of a template's own."""

    def __init__(self, document: Document, name: str, rule: Mapping[str, Any]) -> None:
        super().__init__(document, OPTIMISERS, name, rule)
        said = {key: value for key, value in rule.items() if key not in (_TITLE, STEP, _MEMORY)}
        self.equations = {self.named(key): text for key, text in said.items() if isinstance(text, str)}
        self.tables = {self.named(key): one for key, one in said.items() if isinstance(one, dict)}
        self.numbers = {key: self.named(key) for key in said if key not in self.equations and key not in self.tables}

    @cached_property
    def known(self) -> tuple[str, ...]:
        return (*_OF_A_WEIGHT, *self.numbers, *self.tables, *self.equations)

    def optimizer(self, groups: Mapping[str, Sequence[str]], weights: Sequence[str]) -> Optimizer:
        """Return the optimiser that the rule is."""
        settings = {key: self.setting(key) for key in self.numbers}
        by_weight: dict[str, Mapping[str, str]] = {}
        for key, said in self.tables.items():
            by_weight[key] = self.by_weight(key, said, groups, weights)
            for group, value in said.items():
                number = self.document.number(value, f"{key}: {group}", self.table, key)
                settings[setting_of(key, group)] = Setting(number)
        starts, columns = self.starts(), self.columns()
        rows = tuple(
            StateColumn(letter, self.equations[letter], start=starts.get(letter, ""), total=_sums_up(expr))
            for letter, expr in columns.items()
        )
        return Optimizer(self.name, self.title, self.step(), settings, rows, by_weight)

    def by_weight(
        self, key: str, said: Mapping[str, object], groups: Mapping[str, Sequence[str]], weights: Sequence[str]
    ) -> Mapping[str, str]:
        """Return the setting that each weight has in place of one that is not the same for all."""
        of: dict[str, str] = {}
        for group in said:
            if group not in groups and group != ELSE:
                hint = did_you_mean(group, groups, "name trained parameters, and else for all others")
                self.fail(f"{key} names {group!r}, which is no trained parameter", hint, key)
            of |= dict.fromkeys(groups.get(group, ()), setting_of(key, group))
        for weight in weights:
            if weight not in of and ELSE not in said:
                self.fail(f"{key} says nothing of {weight}", f"{key} = {{ …, {ELSE} = 0 }}", key)
        return {weight: of.get(weight, setting_of(key, ELSE)) for weight in weights}

    def starts(self) -> dict[str, str]:
        """Return the equation that each memory starts from."""
        memory = self.rule.get(_MEMORY, {})
        if not isinstance(memory, dict):
            self.fail(*must_be(_MEMORY, "a table of starts, such as memory = { v = 0 }"), _MEMORY)
        starts: dict[str, str] = {}
        for letter, start in memory.items():
            if letter not in self.equations:
                self.fail(f"the memory {letter} has no equation", f'{letter} = "…"', _MEMORY)
            if not isinstance(start, str):
                start = repr(self.document.number(start, f"{_MEMORY}: {letter}", self.table, _MEMORY))
            expr = self.equation(_MEMORY, start, ("w", RATE, *self.numbers, *self.tables))
            if any(befores(expr)) or _sums_up(expr):
                self.fail(f"{letter} starts from what came before it", "start from a number or a setting", _MEMORY)
            starts[letter] = start
        return starts

    def columns(self) -> dict[str, Expr]:
        """Return the equations of the columns, each after those it uses."""
        memory = self.rule.get(_MEMORY, {})
        columns = {letter: self.equation(letter, text, self.known) for letter, text in self.equations.items()}
        for letter, expr in columns.items():
            for other in (*befores(expr), *(name for name in names(expr) if name == letter)):
                if other not in memory:
                    self._no_start(letter, other)
            if _sums_up(expr) and (letter in memory or any(befores(expr))):
                problem = f"{letter} is a total(…) and remembers"
                self.fail(problem, f"let another equation remember, and {letter} be over this row", letter)
        uses = {letter: [n for n in names(expr) if n in columns and n != letter] for letter, expr in columns.items()}
        try:
            order = in_order(uses)
        except CycleError as error:
            path = " → ".join(reversed(error.args[1]))
            expected = "use previous(…) of a memory where its value before is meant"
            self.fail(f"the equations go round in a circle: {path}", expected, error.args[1][0])
        return {letter: columns[letter] for letter in order}

    def _no_start(self, letter: str, other: str) -> NoReturn:
        if other not in self.equations:
            otherwise = f"give it an equation, and a start: {_MEMORY} = {{ {other} = 0 }}"
            hint = did_you_mean(other, self.equations, otherwise)
            self.fail(f"{letter} uses previous({other}), which is no memory", hint, letter)
        start = f"{_MEMORY} = {{ {other} = 0 }}"
        self.fail(f"{letter} uses {other} as it was before, and nothing says what it starts from", start, letter)

    def step(self) -> str:
        text = self.text(STEP, '"w - η*g"')
        expr = self.equation(STEP, text, self.known)
        if any(befores(expr)):
            name = next(befores(expr))
            own = f'before = "previous({name})"'
            self.fail(f"{STEP} uses previous({name}), which needs a column: {own}", own, STEP)
        if _sums_up(expr):
            self.fail(f"{STEP} uses total(…), which needs a column: {_A_TOTAL}", _A_TOTAL, STEP)
        return text


def _sums_up(expr: Expr) -> bool:
    return isinstance(expr, Apply) and expr.op == TOTAL


def _holds_total(expr: Expr) -> bool:
    return isinstance(expr, Apply) and (expr.op == TOTAL or any(map(_holds_total, expr.args)))
