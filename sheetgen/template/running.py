"""The table ``[running]`` of a template: parameters that follow numbers of a batch, once a batch, and stand for them
where samples are evaluated.

[running]
z_mean = "0.9*z_mean + 0.1*batch_mean(z)"
"""

from __future__ import annotations

from typing import NoReturn

from sheetgen.algebra.expr import Expr, befores, names
from sheetgen.algebra.over_batch import WRITTEN, over_batch, parts
from sheetgen.errors import did_you_mean, listed
from sheetgen.network.graph import BATCH, Running
from sheetgen.template.document import Document
from sheetgen.template.equations import read_equation

TABLE = "running"


def read_running(document: Document, in_tensors: bool = False) -> tuple[Running, ...]:
    """Return the parameters of [running], each with its equation and the number of a batch that it follows.

    In its own equation a parameter is what it was before. Raises TemplateError for what is no parameter, for an
    equation of anything but parameters, `batch` and one number of a batch, for two that follow one number, and beside
    tensors.
    """
    if in_tensors and TABLE in document.data:
        problem = f"[{TABLE}] is for templates of numbers alone, and this one has tensors"
        document.fail(problem, "write the equations out in numbers", TABLE)
    parameters = document.table("parameters")
    followed: dict[str, str] = {}
    running = []
    for name in document.table(TABLE):
        if name not in parameters:
            hint = did_you_mean(name, parameters, f"declare it with its first value: [parameters] {name} = 0")
            _complain(document, name, f"[{TABLE}] has {name!r}, which is no parameter", hint)
        equation = read_equation(document, TABLE, name)
        of = _followed(document, name, equation)
        if of in followed:
            problem = f"{followed[of]} and {name} of [{TABLE}] both follow {of}, and one of them is to stand for it"
            _complain(document, name, problem, "remove one")
        followed[of] = name
        running.append(Running(name, of, equation))
    return tuple(running)


def _followed(document: Document, name: str, equation: Expr) -> str:
    """Return the one number of a batch in an equation."""
    used = tuple(dict.fromkeys(names(equation)))
    of_batch = [other for other in used if parts(other)]
    example = f'{name} = "0.9*{name} + 0.1*{over_batch(WRITTEN[0], "z")}"'
    if len(of_batch) != 1:
        found = f"{len(of_batch)} numbers of a batch ({listed(of_batch)})" if of_batch else "no number of a batch"
        _complain(document, name, f"{name} of [{TABLE}] follows {found}", f"it is to follow one: {example}")
    known = {*document.table("parameters"), BATCH, *of_batch}
    for other in (*used, *befores(equation)):
        if other not in known:
            problem = f"{name} of [{TABLE}] uses {other!r}, which is no parameter"
            _complain(document, name, problem, f"it may use parameters, {BATCH} and one number of a batch: {example}")
    return of_batch[0]


def _complain(document: Document, name: str, problem: str, expected: str) -> NoReturn:
    document.fail(problem, expected, TABLE, name, quantity=name)
