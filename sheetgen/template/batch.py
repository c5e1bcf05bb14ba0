"""What a template that takes something from a whole batch must say: a batch of several samples, and one loss."""

from __future__ import annotations

import re
from collections.abc import Mapping

from sheetgen.algebra.expr import Expr, names
from sheetgen.algebra.over_batch import WRITTEN, parts
from sheetgen.template.document import EQUATION_TABLES, Document

_CALLED = re.compile(rf"\b({'|'.join(WRITTEN)})\s*\(")


def require_batch(document: Document, equations: Mapping[str, Expr], batch: int) -> None:
    """Let equations that take something from a whole batch have one of several samples; else raise TemplateError."""
    if batch > 1:
        return
    for name, expr in equations.items():
        for asked in filter(parts, names(expr)):
            problem = f"{name} uses {asked}, a number of a whole batch, and a batch here is one sample"
            expected = 'give several samples in [data], and say batch = "full" or how many'
            document.fail(problem, expected, document.table_of(name), name, quantity=name)


def require_samples_alone(document: Document) -> None:
    """Let no equation as typed take something from a whole batch, where several losses are written out as one."""
    for table in EQUATION_TABLES:
        for name, text in document.table(table).items():
            if found := _CALLED.search(str(text)):
                problem = f"{name} uses {found[1]}, a number of a whole batch, and [[losses]] are of one sample each"
                document.fail(problem, "write one loss in [loss], or equations of one sample", table, name)
