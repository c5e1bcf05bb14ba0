"""What a template says of quantities that the next row goes on from.

[state]
h = 0                                                        previous(h) is 0 in the first row
c = { start = 0, reset = "epoch", gradient = "one step" }    … and in the first of every epoch
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import NoReturn

from sheetgen.algebra.expr import Expr, names
from sheetgen.algebra.rows import previous, start
from sheetgen.errors import did_you_mean, listed, must_be
from sheetgen.network.graph import State
from sheetgen.template.document import GIVEN_TABLES, Document

TABLE = "state"
NEVER, EPOCH = RESETS = ("never", "epoch")
CUT, ONE_STEP = GRADIENTS = ("cut", "one step")
_START, _RESET, _GRADIENT = _KEYS = ("start", "reset", "gradient")


def read_states(
    document: Document, equations: Mapping[str, Expr], in_data: Collection[str]
) -> tuple[tuple[State, ...], dict[str, float]]:
    """Return the states of [state], and the numbers that they start with, by what equations call those.

    ``equations`` are those of all tables, ``in_data`` the columns of [data]. Raises TemplateError for a state that is
    no quantity of [forward] or that nothing goes on from, and for a ``previous`` of a quantity that has no start.
    """
    states = {name: _state(document, name, said) for name, said in document.table(TABLE).items()}
    used: dict[str, str] = {}
    for name, user in _used(equations):
        used.setdefault(name, user)
    for name, user in used.items():
        if name not in states:
            _without_start(document, name, user, in_data)
    for name in states:
        if name not in document.table("forward"):
            _complain(
                document,
                name,
                f"[{TABLE}] has {name!r}, which is {_kind(document, name, in_data)}",
                _expected(document),
            )
        if name not in used:
            problem = f"[{TABLE}] has {name!r}, and no equation uses {previous(name)}"
            _complain(document, name, problem, f"write {previous(name)} where a row goes on from the one above it")
    return tuple(state for state, _ in states.values()), {start(name): number for name, (_, number) in states.items()}


def require_successive_rows(document: Document, states: tuple[State, ...], count: int, batch: int) -> None:
    """Let rows that go on from one another be single samples in their own order; else raise TemplateError."""
    if not states:
        return
    asked = previous(states[0].name)
    if batch > 1:
        problem = f"{asked} is of the row above, so samples come one by one, and batch is {batch}"
        document.fail(problem, "remove batch, or set it to 1", "", "batch")
    if "shuffle" in document.data:
        problem = f"{asked} goes on from sample to sample in their own order, and shuffle draws another"
        document.fail(problem, "remove shuffle", "", "shuffle")
    for state in states:
        if state.resets and count == 1:
            problem = f"{state.name} begins anew with every epoch, and with one sample every row is an epoch"
            _complain(document, state.name, problem, f'give several samples in [data], or let reset be "{NEVER}"')


def _state(document: Document, name: str, said: object) -> tuple[State, float]:
    """Return a state, and the number that it starts with."""
    if not isinstance(said, dict):
        said = {_START: said}
    for key in said:
        if key not in _KEYS:
            hint = did_you_mean(key, _KEYS, f"a state has {', '.join(_KEYS)}")
            _complain(document, name, f"{name} has an unknown key {key!r} in [{TABLE}]", hint)
    if _START not in said:
        _complain(document, name, f"{name} has no start in [{TABLE}]", f"say what the first row has: {_START} = 0")
    number = document.number(said[_START], f"the start of {name}", TABLE, name)
    reset = _choice(document, name, said, _RESET, RESETS)
    gradient = _choice(document, name, said, _GRADIENT, GRADIENTS)
    return State(name, resets=reset == EPOCH, learns=gradient == ONE_STEP), number


def _choice(document: Document, name: str, said: Mapping[str, object], key: str, choices: tuple[str, ...]) -> str:
    value = said.get(key, choices[0])
    if value not in choices:
        expected = " or ".join(f'"{choice}"' for choice in choices)
        _complain(document, name, *must_be(f"{key} of {name}", expected, repr(value)))
    return str(value)


def _used(equations: Mapping[str, Expr]) -> Iterator[tuple[str, str]]:
    """Yield the quantities of the row above that equations use, each with an equation that does."""
    for user, expr in equations.items():
        for name in names(expr):
            inside = name.removeprefix(previous("")[:-1]).removesuffix(")")
            if name == previous(inside):
                yield inside, user


def _without_start(document: Document, name: str, user: str, in_data: Collection[str]) -> NoReturn:
    """Refuse the ``previous`` of what has no start, or cannot have one."""
    problem, expected = f"{user} uses {previous(name)}, and {name} has no start", f"add [{TABLE}] {name} = 0"
    if name not in document.table("forward"):
        problem, expected = (
            f"{user} uses {previous(name)}, and {name} is {_kind(document, name, in_data)}",
            _expected(document),
        )
    document.fail(problem, expected, document.table_of(user), user, quantity=user)


def _kind(document: Document, name: str, in_data: Collection[str]) -> str:
    """Return in words what a name is that is no quantity of [forward]."""
    if name in in_data:
        return "a column of [data]"
    table = document.table_of(name)
    if not table:
        return "declared nowhere"
    return f"a {'number' if table in GIVEN_TABLES else 'quantity'} of [{table}]"


def _expected(document: Document) -> str:
    return f"a row goes on from quantities of [forward]: {listed(document.table('forward'))}"


def _complain(document: Document, name: str, problem: str, expected: str) -> NoReturn:
    document.fail(problem, expected, TABLE, name, quantity=name)
