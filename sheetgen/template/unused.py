"""What ``[data]`` makes of its columns, scaled, filled or drawn, must be used: else the training takes no notice of it.

An equation goes on with a column as it stands in the file unless it asks for what was made of it by its name, so a
template that says ``standardise = ["x"]`` and computes with ``x`` would train on the numbers that it has not scaled.
"""

from __future__ import annotations

from collections.abc import Mapping

from sheetgen.algebra.expr import Expr, names
from sheetgen.template.document import Document
from sheetgen.template.holes import Filled
from sheetgen.template.masks import mask_names
from sheetgen.template.scaling import SCALES


def require_use(document: Document, filled: Filled, prepared: Mapping[str, str], equations: Mapping[str, Expr]) -> None:
    """Let equations use all that [data] makes of columns, and no holes; raise TemplateError where they do not.

    ``prepared`` tells by its own name what a column is called once it was filled and scaled.
    """
    used = {name: {_quantity(asked) for asked in names(expr)} for name, expr in equations.items()}
    anywhere = set[str]().union(*used.values())
    for column, made in filled.names.items():
        if made not in anywhere:
            _unused(document, "fill", column, made)
        _require_no_holes(document, column, made, used)
    for key in SCALES:
        for column in document.table("data").get(key, []):
            if prepared[column] not in anywhere:
                _unused(document, key, column, prepared[column])
    samples = filled.samples
    for mask in mask_names(document):
        if anywhere.isdisjoint(samples.naming.labels(mask, samples.shapes[mask])):
            problem = f"masks draw {mask}, which no equation uses, so nothing is dropped"
            document.fail(problem, f"multiply by it, as in h*{mask}/(1 - p), or leave it out", "data", "masks")


def _quantity(asked: str) -> str:
    """Return the quantity of a name such as batch_mean(z) or previous(h), and any other name as it is."""
    _, bracket, inner = asked.partition("(")
    return inner.removesuffix(")") if bracket else asked


def _unused(document: Document, key: str, column: str, made: str) -> None:
    problem = f"{key} makes {made} of {column}, and no equation uses {made}"
    document.fail(problem, f"write {made} where {column} is meant, or leave {column} out of {key}", "data", key)


def _require_no_holes(document: Document, column: str, made: str, used: Mapping[str, set[str]]) -> None:
    """Let no equation take a hole, which is 0 in the column, for a number; one that asks where there are any may."""
    for quantity, asked in used.items():
        if column in asked and f"{column}_known" not in asked:
            problem = f"{quantity} uses {column}, which is 0 where it has a hole"
            expected = f"write {made}, or ask for {column}_known, too"
            document.fail(problem, expected, document.table_of(quantity), quantity, quantity=quantity)
