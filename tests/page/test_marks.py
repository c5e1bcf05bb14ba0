"""The rules that show very small and very large numbers otherwise: the same numbers, in the room there is."""

from __future__ import annotations

import pytest

from sheetgen.page import style
from sheetgen.page.marks import size_rules
from sheetgen.proof.number_shown import decoration

LEAST_WIDTH = 12
"""The narrowest column that shows numbers of six decimals, in characters."""


@pytest.mark.parametrize("number", sorted(set(style.SIZES) - {style.ONE_PLACE}))
def test_what_the_rules_show_is_the_number(number: str) -> None:
    for rule in size_rules(number):
        assert decoration(rule.dxf.numFmt.formatCode) == decoration(number)


def test_where_one_decimal_would_show_zero_the_sign_tells_that_it_is_none() -> None:
    small, large = size_rules(style.ONE_PLACE)
    assert small.dxf.numFmt.formatCode == '"+0";"-0";0.0'
    assert [float(bound) for bound in small.formula] == [-0.05, 0.05]
    assert decoration(large.dxf.numFmt.formatCode) == decoration(style.ONE_PLACE)


@pytest.mark.parametrize("number", style.SIZES)
def test_a_zero_keeps_its_format(number: str) -> None:
    small, large = size_rules(number)
    assert small.dxf.numFmt.formatCode.count(";") == 2
    assert small.dxf.numFmt.formatCode.rpartition(";")[2] == number.partition(";")[0]
    assert not small.stopIfTrue
    assert not large.stopIfTrue


@pytest.mark.parametrize(("number", "decimals"), [(style.NUMBER, 6), (style.SHORT, 4)])
def test_numbers_between_the_sizes_have_two_digits_and_room(number: str, decimals: int) -> None:
    small, large = size_rules(number)
    least, most = float(small.formula[1]), float(large.formula[1])
    assert f"{least:.{decimals}f}".strip("0.") == "5"  # its last digit but one, so that rounding leaves two
    assert len(f"{-most:.{decimals}f}") <= LEAST_WIDTH
