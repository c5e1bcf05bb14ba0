"""Compiled forms of expressions, held against the tape that computes each expression by itself."""

from __future__ import annotations

import random

import pytest
from formula_books import book_of

from sheetgen.algebra.evaluate import ARITHMETIC_ERRORS
from sheetgen.audit.equations import equations_of
from sheetgen.audit.tape import Number, tape_of

FORMULAS = (
    "A{r}*B{r}-C{r}/A{r}+2",
    "(A{r}-B{r})*B{r}*(1-B{r})*C{r}",
    "1/(1+EXP(-(A{r}*B{r}+C{r})))",
    "-0.5*(A{r}-B{r})^2+SQRT(ABS(C{r})+1)",
    "IF(A{r}>B{r},A{r}*C{r},IF(C{r}<=0.1,B{r},EXP(A{r})))",
    "MAX(0,A{r})*C{r}+MIN(A{r},B{r},C{r})",
    "ABS(A{r}-C{r})*TANH(B{r})+LN(1+A{r}*A{r})",
    "A{r}/(B{r}-B{r})+C{r}",
    "C{r}*(2*(A{r}-B{r}*1>0)-1)",
    "MAX(0,(A1:A40-B1:B40)*(2*(A1:A40-B1:B40>0)-1)-C{r}*(1+A1:A40))",
    "EXP(A{r}*1000)*B{r}",
    "IF(A{r}=1,0,B{r})+C{r}/A1",
    "IF(A{r}=B{r},A{r}*C{r}+1,SQRT(C{r})-B{r})*C{r}",
    "IF(A{r}=0,C{r},C{r}*1)",
    "A{r}^2-C{r}*B{r}^3",
    "SQRT(A{r}+2)*LN(B{r}*B{r}+0.5)/TANH(C{r}-3)",
    "SUM(A1:C40)*A{r}",
    "MAX(A1:C40)-MIN(A1:C40)+SUM(A1:A40)*B{r}",
)
ROWS = 40


@pytest.mark.parametrize("formula", FORMULAS)
def test_a_form_is_computed_as_by_the_tape(formula: str) -> None:
    rng = random.Random(formula)
    cells: dict[str, float | str] = {
        f"{letter}{row}": rng.choice((0.0, 1.0, rng.uniform(-2, 2))) for letter in "ABC" for row in range(1, ROWS + 1)
    }
    equations = equations_of(book_of({**cells, **{f"D{r}": "=" + formula.format(r=r) for r in range(1, ROWS + 1)}}))

    def known(name: str) -> Number:
        value = equations.numbers[name]
        return Number(value, 0.0 if value in (0.0, 1.0) else 1e-15 * abs(value))

    for name, expr in equations.exprs.items():
        try:
            tape = tape_of(expr, known)
        except ARITHMETIC_ERRORS as error:
            with pytest.raises(type(error), match=str(error)):
                equations.programs.number(name, known)
            continue
        value, error, choices = equations.programs.number(name, known)
        assert (value, choices) == (tape.number.value, tape.choices)
        assert error == pytest.approx(tape.number.error, rel=1e-9, abs=0)
        slopes, right = equations.programs.slopes(name, known), tape.slopes()
        for other in {*slopes, *right}:
            mine, its = slopes.get(other), right.get(other)
            assert mine is None or its is None or mine[:2] == pytest.approx(its[:2], rel=1e-12, abs=1e-300)
            assert mine is not None or its is None or its[:2] == (0.0, 0.0)


def test_forms_are_shared_and_few() -> None:
    cells: dict[str, float | str] = {f"A{row}": 0.1 * row for row in range(1, 101)}
    cells |= {f"B{row}": f"=A{row}*(1-A{row})" for row in range(1, 101)}
    equations = equations_of(book_of(cells))
    numbers = [equations.programs.number(f"S!B{row}", lambda name: (equations.numbers[name], 0.0)) for row in (1, 100)]
    assert [value for value, *_ in numbers] == pytest.approx([0.1 * 0.9, 10.0 * -9.0])
    assert equations.programs.forms == 1
