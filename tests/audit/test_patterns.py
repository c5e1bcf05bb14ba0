"""Patterns of formulas by the pieces between their references, held against the tree of each formula by itself."""

from __future__ import annotations

import pytest

from sheetgen.audit.beside.patterns import Pattern, Patterns
from sheetgen.audit.book import Area, Place
from sheetgen.audit.grammar import parse_formula
from sheetgen.audit.syntax import Reference, walk
from sheetgen.limits import MAX_COLUMNS, MAX_ROWS

HERE = Place("S", 9, 9)
FORMULAS = (
    ("A5*B5+$C$1", "A6*B6+$C$1"),
    ("SUM(A1:B5)-'Other one'!C$3", "SUM(A2:B6)-'Other one'!C$3"),
    ("SUM(A1)", "SUM(A1:A9)"),
    ("SUM(B9:A1)*2", "SUM(B8:A1)*2"),
    ('IF(A1>"B2",C3,D4)', 'IF(A2>"B2",C4,D5)'),
    ("SUM(A:A)+A1", "SUM(A:A)+A2"),
    ("LOG10(A1)+XFE1+A1048577", "LOG10(A2)+XFE1+A1048577"),
    ("a1 + b2", "A1+B2"),
    ("SUM({1,2})*A1", "SUM({1,2})*A2"),
    ("A1:INDEX(B1:B9,2)", "A2:INDEX(B1:B9,2)"),
    ("S!A1:B2 B1:C3", "S!A2:B3 B2:C4"),
)  # fmt: skip


def by_tree(text: str) -> Pattern:
    pieces, areas, end = [], [], 0
    for node in walk(parse_formula(text)):
        if isinstance(node, Reference):
            pieces.append(text[end : node.start])
            end = node.end
            rows = (node.first.row or 1, node.last.row or MAX_ROWS)
            columns = (node.first.column or 1, node.last.column or MAX_COLUMNS)
            areas.append(Area(node.sheet or HERE.sheet, min(rows), min(columns), max(rows), max(columns)))
    pieces.append(text[end:])
    return Pattern("□".join("".join(piece.split()).upper() for piece in pieces), tuple(areas))


@pytest.mark.parametrize("pair", FORMULAS)
def test_a_pattern_is_what_the_tree_of_the_formula_has(pair: tuple[str, str]) -> None:
    for ways in (pair, pair[::-1]):
        patterns = Patterns()
        for text in (*ways, *ways):
            assert patterns.of(text, HERE) == by_tree(text)
