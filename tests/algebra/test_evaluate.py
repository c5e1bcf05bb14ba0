"""Values of expressions: what is expanded, how large that is, and what is not computed."""

from __future__ import annotations

import pytest
from networks import template
from tracing import trace
from trees import nodes

from sheetgen import TemplateError, loads
from sheetgen.algebra.evaluate import expanded, expanded_size
from sheetgen.algebra.parser import parse


def test_the_branch_not_taken_is_not_computed() -> None:
    forward = 'y = "where(w > 0, w, ln(w)*1e200*1e200)"\nz = "max(where(w > 9, 1/(w - 0.4), w), 0)"'
    study = loads(template(forward, 'E = "(t - y)^2 + 0.1*z"'))
    rows = [row for chunk in trace(study) for row in chunk.rows[0]]
    assert len(rows) == study.rows


@pytest.mark.parametrize(
    "text", ["silu(a)", "elu(gelu(a))", "huber(silu(a), b)", "max(a, b, pi())", "where(a > b, a, b)"]
)
def test_the_size_of_an_expansion_is_known_without_expanding(text: str) -> None:
    tree = parse(text)
    assert expanded_size(tree) == len(list(nodes(expanded(tree))))


def test_nested_expansions_are_refused_at_once() -> None:
    nested = "huber(" * 50 + "w" + ", 1)" * 50
    with pytest.raises(TemplateError, match="longer than the 8,192 characters of a cell"):
        loads(template(f'y = "{nested}"', 'E = "y"'))
