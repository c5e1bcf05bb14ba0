"""A template's optimiser and schedule: what is refused, and where."""

from __future__ import annotations

import pytest
from networks import one_weight, template

from sheetgen import TemplateError, loads


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('optimiser = "adm"', "there is no optimiser 'adm'; did you mean 'adam'?"),
        ("optimiser = 3", 'optimiser must be a name, such as optimiser = "sgd"'),
        ('optimiser = { name = "adam", beta_1 = 1 }', "the optimiser knows no setting 'beta_1'; did you mean 'beta1'?"),
        ('optimiser = { name = "adam", zz = 1 }', "the optimiser knows no setting 'zz'; its settings are beta1, beta2"),
        ('optimiser = { name = "sgd", momentum = 1 }', "the optimiser knows no setting 'momentum'; it has no settings"),
        ('optimiser = { name = "adam", beta1 = 1.0 }', "beta1 of adam must be at least 0 and below 1, not 1.0"),
        ('optimiser = { name = "adam", eps = -1 }', "eps of adam must be at least 0, not -1.0"),
        ('schedule = "step"', "the schedule step needs step_size = …"),
        ('schedule = { name = "step", step_size = 1.5 }', "step_size must be a whole number of at least 1"),
        ('schedule = { name = "exponential", gamma = 0 }', "gamma must be greater than 0"),
        ('schedule = { name = "one-cycle", pct_start = 1.5 }', "pct_start must lie between 0 and 1"),
        ('schedule = { name = "one-cycle", pct_start = 0.5, total_steps = 2 }', "and be more than 1/total_steps"),
        ('schedule = "cosin"', "there is no schedule 'cosin'; did you mean 'cosine'?"),
        ('optimiser = { name = "adam", beta1 = "x" }', "beta1 must be a number, not 'x'"),
    ],
)
def test_what_is_refused(line: str, message: str) -> None:
    with pytest.raises(TemplateError) as caught:
        loads(template('y = "w*x"', 'E = "(t - y)^2"').replace("[inputs]", f"{line}\n[inputs]"))
    assert message in str(caught.value)
    assert "line 3" in str(caught.value)


def test_a_rate_that_can_just_rise_is_allowed() -> None:
    line = 'schedule = { name = "one-cycle", pct_start = 0.75, total_steps = 2 }'
    loads(template('y = "w*x"', 'E = "(t - y)^2"').replace("[inputs]", f"{line}\n[inputs]"))


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("_x0031_", "the sheet's name '_x0031_' holds '_x0031_', which some spreadsheets read as one character; "),
        ("a_x00Ff_ b", "holds '_x00Ff_'"),
        ("a\tb", "must be without "),
        ("a\nb", "must be without "),
        (" b", "1 to 31 characters, without spaces at its ends"),
        ("😀" * 16, "1 to 31 characters"),
    ],
)
def test_a_sheet_may_not_be_called_what_programs_read_differently(name: str, problem: str) -> None:
    with pytest.raises(TemplateError) as refused:
        loads(one_weight([name]))
    assert problem in str(refused.value)


@pytest.mark.parametrize("name", ["R1C1", "TRUE", "_x004_", "😀" * 15, "it's", "~", "2024"])
def test_a_sheet_may_be_called_what_quotes_make_a_name(name: str) -> None:
    assert loads(one_weight([name])).variants[0].sheet == name
