"""Formulas as trees: what binds how tightly, and where each part stands."""

from __future__ import annotations

import pytest
from formula_books import worth

from sheetgen.audit.grammar import parse_formula
from sheetgen.audit.syntax import Call, Missing, Name, NotUnderstood, Reference, walk


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("-2^2", 4),
        ("0-2^2", -4),
        ("2^3^2", 64),
        ("2^-1", 0.5),
        ("-2^-2", 0.25),
        ("50%^2", 0.25),
        ("-50%", -0.5),
        ("200%%", 0.02),
        ("8/4/2", 1),
        ("8-4-2", 2),
        ("2+3*4^2", 50),
        ("--3", 3),
        ("2*-3", -6),
        ("1=1", 1),
        ("(2>1)+(1>2)", 1),
        ("1+1=2", 1),
        (".5e1+1.E1", 15),
    ],
)
def test_a_sign_binds_tighter_than_a_power_and_powers_go_from_the_left(text: str, value: float) -> None:
    assert worth({"A1": f"={text}"}, "A1") == value


@pytest.mark.parametrize(
    "text",
    [
        "SUM(A1, $B$2:C3 ,'Sheet ''1'!D:D)*-x%+{1,2;3,-4}",
        'IF("a""b"=" ",#N/A,_xlfn.LET(_xlpm.k,1,k))',
        "( A1 + \n(B1) )^2",
    ],
)
def test_each_part_says_where_it_stands(text: str) -> None:
    tree = parse_formula(text)
    assert (tree.start, tree.end) == (0, len(text))
    for node in walk(tree):
        part = text[node.start : node.end]
        if not isinstance(node, Missing):
            assert part == part.strip()
            again = parse_formula(part) if part[0] not in "{}" else node
            assert type(again) is type(node)


def test_what_a_reference_says() -> None:
    tree = parse_formula("SUM('Sheet ''1'!$B3:C$4,D:$E,2:$5)")
    assert isinstance(tree, Call)
    area, columns, rows = tree.args
    assert isinstance(area, Reference)
    assert isinstance(columns, Reference)
    assert isinstance(rows, Reference)
    assert area.sheet == "Sheet '1"
    assert (str(area.first), str(area.last)) == ("$B3", "C$4")
    assert (str(columns.first), str(columns.last)) == ("D", "$E")
    assert (str(rows.first), str(rows.last)) == ("2", "$5")


def test_what_only_looks_like_a_cell() -> None:
    assert isinstance(parse_formula("XFE1"), Name)
    assert isinstance(parse_formula("A1048577"), Name)
    call = parse_formula("LOG10(2)")
    assert isinstance(call, Call)
    assert call.name == "LOG10"


def test_arguments_that_are_left_out() -> None:
    tree = parse_formula("F(,1,)")
    assert isinstance(tree, Call)
    assert [type(arg).__name__ for arg in tree.args] == ["Missing", "Number", "Missing"]


@pytest.mark.parametrize("text", ["(" * 200 + "1" + ")" * 200, "-" * 200 + "1", "ABS(" * 200 + "1" + ")" * 200])
def test_two_hundred_levels(text: str) -> None:
    assert abs(worth({"A1": f"={text}"}, "A1")) == 1


def test_a_thousand_levels_are_refused_in_words() -> None:
    with pytest.raises(NotUnderstood, match="nested deeper"):
        parse_formula("(" * 1000 + "1" + ")" * 1000)


@pytest.mark.parametrize(
    "text",
    ["", "1+", "(1", "SUM(1", "1 2", "A1[1]", "{1,2;3}", "'A!1", '"a', "A1+&", "SUM(1;2)", "1,2", "a!", "}", "[1]"],
)
def test_what_is_no_formula_is_refused_in_words(text: str) -> None:
    with pytest.raises(NotUnderstood):
        parse_formula(text)
