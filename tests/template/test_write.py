"""A study written as a template loads to the same study."""

from __future__ import annotations

from dataclasses import replace

import pytest
from networks import GOOD, ODD

from sheetgen import loads, override
from sheetgen.template.write import effective_template

AWKWARD = (
    GOOD.replace('"A small network"', r'"Tab\t, \"quotes\", back\\slash, σ"')
    .replace('"w*x"', '"""\n  w*x\n  + 0*x\n"""')
    .replace("w = 0.4", '"θ" = 0.1')
    .replace("w*x", "θ*x")
)


MULTILINE = GOOD.replace("rates =", "description = '''\nFirst \"\"\"quoted\"\"\"\nlast \\ line\n'''\nrates =")


@pytest.mark.parametrize("text", [GOOD, ODD, AWKWARD, MULTILINE])
def test_the_effective_template_loads_to_the_same_study(text: str) -> None:
    study = override(loads(text), rates=[1e-5, 3.0], iterations=7)
    again = loads(effective_template(study))
    assert replace(again, name=study.name) == study
    assert effective_template(again) == effective_template(study)


def test_a_title_over_several_lines_does_not_grow() -> None:
    study = loads(GOOD.replace('"A small network"', r'"two\nlines"'))
    assert loads(effective_template(study)).title == "two\nlines"
