"""Each kind of mistake is named in words, with a formula that is right in that cell."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pytest
from books import Content, book_of, place

from sheetgen.audit.book import Area, Book, Place
from sheetgen.audit.claims import Block, Claim, Structure, Table, Update
from sheetgen.audit.equations import cell_name, equations_of, expression
from sheetgen.audit.finding import Finding
from sheetgen.audit.gradient_findings import gradient_findings
from sheetgen.audit.graph import Graph
from sheetgen.audit.judge import judge
from sheetgen.xlsx.formulas import shifted

LABELS = [
    "x1",
    "x2",
    "t1",
    "t2",
    "w1",
    "w2",
    "w3",
    "w4",
    "z1",
    "h1",
    "z2",
    "h2",
    "v1",
    "v2",
    "v3",
    "v4",
    "o1",
    "a1",
    "o2",
    "a2",
    "E",
    "dE/da1",
    "dE/da2",
    "dE/do1",
    "dE/do2",
    "dE/dh1",
    "dE/dh2",
    "dE/dz1",
    "dE/dz2",
    "dE/dw1",
    "dE/dw2",
    "dE/dw3",
    "dE/dw4",
    "dE/dv1",
    "dE/dv2",
    "dE/dv3",
    "dE/dv4",
]
NUMBERS = {
    "x1": 0.3, "x2": -0.7, "t1": 0.2, "t2": 0.9, "w1": 0.5, "w2": -0.4, "w3": 0.8, "w4": 0.6, "v1": 0.7, "v2": -0.3,
    "v3": 0.45, "v4": 0.35,
}  # fmt: skip
FORWARD = {
    "z1": "w1*x1+w2*x2", "h1": "1/(1+EXP(-z1))", "z2": "w3*x1+w4*x2", "h2": "1/(1+EXP(-z2))",
    "o1": "v1*h1+v2*h2", "a1": "1/(1+EXP(-o1))", "o2": "v3*h1+v4*h2", "a2": "1/(1+EXP(-o2))",
    "E": "0.5*(a1-t1)^2+0.5*(a2-t2)^2",
}  # fmt: skip
BACKWARD = {
    "dE/da1": "a1-t1", "dE/da2": "a2-t2", "dE/do1": "dE/da1*a1*(1-a1)", "dE/do2": "dE/da2*a2*(1-a2)",
    "dE/dh1": "dE/do1*v1+dE/do2*v3", "dE/dh2": "dE/do1*v2+dE/do2*v4",
    "dE/dz1": "dE/dh1*h1*(1-h1)", "dE/dz2": "dE/dh2*h2*(1-h2)",
    "dE/dw1": "dE/dz1*x1", "dE/dw2": "dE/dz1*x2", "dE/dw3": "dE/dz2*x1", "dE/dw4": "dE/dz2*x2",
    "dE/dv1": "dE/do1*h1", "dE/dv2": "dE/do1*h2", "dE/dv3": "dE/do2*h1", "dE/dv4": "dE/do2*h2",
}  # fmt: skip
TANH = {"h1": "TANH(z1)", "h2": "TANH(z2)"}, {"dE/dz1": "dE/dh1*(1-h1^2)", "dE/dz2": "dE/dh2*(1-h2^2)"}
RELU = {"h1": "MAX(0,z1)", "h2": "MAX(0,z2)"}, {
    "dE/dz1": "dE/dh1*IF(h1>0,1,0)", "dE/dz2": "dE/dh2*IF(h2>0,1,0)",
}  # fmt: skip
_LABEL = re.compile(rf"(?<!\w)(?:{'|'.join(sorted(LABELS, key=len, reverse=True))})(?!\w)")
WEIGHTS = ("w1", "w2", "w3", "w4", "v1", "v2", "v3", "v4")


def at(label: str, row: int = 2) -> Place:
    return Place("S", row, LABELS.index(label) + 1)


def formula(text: str, row: int = 2) -> str:
    """Return a formula with the labels of the columns as references to a row."""
    return _LABEL.sub(lambda match: at(match[0], row).address, text)


def workbook(rows: int = 2, **changed: str) -> Book:
    """Return the network in a table, each row with other numbers; ``changed`` are formulas by label."""
    cells: dict[str, Content] = {}
    for row in range(2, 2 + rows):
        for label, value in NUMBERS.items():
            cells[at(label, row).address] = value * (1 + 0.1 * (row - 2))
        for label, text in {**FORWARD, **BACKWARD, **changed}.items():
            cells[at(label, row).address] = f"={formula(text, row)}"
    return book_of(cells)


def structure(rows: int = 2) -> Structure:
    claims = [
        Claim(at(label, row), at("E", row), at(label.removeprefix("dE/d"), row), label, label)
        for row in range(2, 2 + rows)
        for label in BACKWARD
    ]
    weights = frozenset(at(label, row) for row in range(2, 2 + rows) for label in WEIGHTS)
    table = Table("S", 1, 2, 1 + rows, dict(enumerate(LABELS, 1)))
    return Structure(tuple(claims), (), weights, (), (table,))


def findings(book: Book, claimed: Structure) -> list[Finding]:
    graph = Graph(equations_of(book), {cell_name(parameter) for parameter in claimed.parameters})
    return gradient_findings(judge(graph, claimed.claims), claimed, graph)


def only(book: Book, claimed: Structure) -> Finding:
    (finding,) = findings(book, claimed)
    return finding


def value(text: str, where: Place, book: Book, parameters: frozenset[Place]) -> float:
    graph = Graph(equations_of(book), {cell_name(parameter) for parameter in parameters})
    return graph.evaluate(expression(text, where, book)).value


CASES = [
    ("dE/dz1", "dE/dh1*h2*(1-h2)", "other-unit-derivative", "h2", {}),
    ("dE/dz1", "dE/dh1*z1*(1-z1)", "pre-activation", "h1·(1 − h1)", {}),
    ("dE/dz1", "dE/dh1", "derivative-left-out", "h1", {}),
    ("dE/dz1", "dE/dh1*h1*(1-h1)*h1*(1-h1)", "derivative-twice", "h1", {}),
    ("dE/dw1", "dE/dz1*h1*(1-h1)*x1", "derivative-twice", "h1", {}),
    ("dE/dz1", "dE/dh1*(1-h1^2)", "other-derivative", "sigmoid", {}),
    ("dE/dz1", "dE/dh1*h1*(1+h1)", "sign", "h1", {}),
    ("dE/da1", "t1-a1", "sign", "sign", {}),
    ("dE/dw1", "-dE/dz1*x1", "sign", "sign", {}),
    ("dE/dh1", "dE/do1*v1-dE/do2*v3", "sign", "sign", {}),
    ("dE/dw1", "dE/dz1*x2", "swapped-index", "x1", {}),
    ("dE/dw1", "dE/dz2*x1", "swapped-index", "dE/dz1", {}),
    ("dE/dh1", "dE/do1*v1+dE/do2*v4", "swapped-index", "v3", {}),
    ("dE/dh1", "dE/do1*v2+dE/do2*v4", "swapped-index", "v3", {}),
    ("dE/dv1", "dE/do1*z1", "pre-activation", "h1", {}),
    ("dE/dh1", "dE/do1*v1", "path-left-out", "dE/do2", {}),
    ("dE/dh1", "dE/do1*v1+dE/do2*v3+dE/do2*v4", "path-too-many", "does not belong there", {}),
    ("dE/da1", "2*(a1-t1)", "factor", "2", {}),
    ("dE/da1", "0.5*(a1-t1)", "factor", "2", {}),
    ("dE/dw1", "dE/dz1*x1/2", "factor", "2", {}),
    ("dE/dw1", "dE/dz1*x1/7", "factor", "7", {}),
    ("dE/dw1", "1.001*dE/dz1*x1", "factor", "1.001 too many.", {}),
    ("dE/da1", "a1+t1", "target-sign", "t1", {}),
    ("dE/do1", "(a1+t1)*a1*(1-a1)", "target-sign", "t1", {}),
    ("dE/dw1", "dE/dz1", "factor-left-out", "x1", {}),
    ("dE/dw1", "dE/dz1*x1*x2", "factor-too-many", "x2", {}),
    ("dE/dw1", "dE/dz1/x1", "operator", "divides", {}),
    ("dE/dz1", "dE/dh1*z1*(1-z1)*2", "pre-activation+factor", "2", {}),
    ("dE/do1", "(a1+t1)*a2*(1-a2)", "target-sign+other-unit-derivative", "a2", {}),
    ("dE/dz1", "dE/dh1*IF(h1>0,1,0)", "other-derivative", "sigmoid", {}),
    ("dE/dz1", "dE/dh1*h1*(1-h1)", "other-derivative", "tanh", TANH),
    ("dE/dz1", "dE/dh1*(1-h1)", "other-derivative", "tanh", TANH),
    ("dE/dz1", "dE/dh1*(1-z1^2)", "pre-activation", "h1", TANH),
    ("dE/dz1", "dE/dh1*(1-h2^2)", "other-unit-derivative", "h2", TANH),
    ("dE/dz1", "dE/dh1*IF(h2>0,1,0)", "other-unit-derivative", "h2", RELU),
    ("dE/dz2", "dE/dh2", "derivative-left-out", "h2", RELU),
]


@pytest.mark.parametrize(("label", "wrong", "kind", "named", "network"), CASES)
def test_a_mistake_is_named_and_put_right(
    label: str,
    wrong: str,
    kind: str,
    named: str,
    network: tuple[Mapping[str, str], Mapping[str, str]] | Mapping[str, str],
) -> None:
    ahead, back = network if isinstance(network, tuple) else ({}, {})
    right = workbook(**{**ahead, **back})
    found = only(workbook(**{**ahead, **back, label: wrong}), structure())
    assert (set(found.kind.split("+")), found.first) == (set(kind.split("+")), at(label))
    assert named in found.words
    assert found.right_formula is not None
    text = {**BACKWARD, **back}[label]
    parameters = structure().parameters
    for row in (2, 3):
        there = shifted(found.right_formula, row - 2, 0)
        expected = value(formula(text, row), at(label, row), right, parameters)
        assert value(there, at(label, row), right, parameters) == pytest.approx(expected, rel=1e-12)


def test_a_factor_of_any_size_ends_nothing() -> None:
    found = only(workbook(**{"dE/dw1": "dE/dz1*x1*1E308"}), structure())
    assert (found.kind, found.words) == ("factor", "The formula has a factor 1E308 too many.")


def one(kind: str, label: str, network: Mapping[str, str], wrong: str) -> str:
    """Return the formula that is suggested for a wrong one, after kind and place of the finding were checked."""
    found = only(workbook(**{**network, label: wrong}), structure())
    assert (found.kind, found.first) == (kind, at(label))
    assert found.right_formula is not None
    expected = value(formula(network[label]), at(label), workbook(**network), structure().parameters)
    assert value(found.right_formula, at(label), workbook(**network), structure().parameters) == pytest.approx(expected)
    return found.right_formula


def test_a_logarithm_of_another_base() -> None:
    network = {
        "E": "-(t1*LOG10(a1)+t2*LOG10(a2))", "dE/da1": "-t1/a1/LN(10)", "dE/da2": "-t2/a2/LN(10)",
    }  # fmt: skip
    assert one("log-base", "dE/da1", network, "-t1/a1") == formula("-t1/a1/LN(10)")


SOFTMAX = {
    "a1": "EXP(o1)/(EXP(o1)+EXP(o2))", "a2": "EXP(o2)/(EXP(o1)+EXP(o2))",
    "dE/do1": "(dE/da1-dE/da2)*a1*a2", "dE/do2": "(dE/da2-dE/da1)*a1*a2",
}  # fmt: skip


def test_the_shortcut_of_softmax_and_cross_entropy_behind_a_squared_error() -> None:
    one("softmax-shortcut", "dE/do1", SOFTMAX, "a1-t1")


def test_the_derivative_of_softmax_applied_twice_behind_a_cross_entropy() -> None:
    network = {
        **SOFTMAX, "E": "-(t1*LN(a1)+t2*LN(a2))", "dE/da1": "-t1/a1", "dE/da2": "-t2/a2",
        "dE/do1": "a1*(t1+t2)-t1", "dE/do2": "a2*(t1+t2)-t2",
    }  # fmt: skip
    one("path-left-out", "dE/do1", network, "a1*t2")


def test_what_has_no_name_is_written_by_the_chain_rule() -> None:
    text = one("unexplained", "dE/dz1", {**FORWARD, **BACKWARD}, "SIN(x1)*h2+3")
    assert text == formula("dE/dh1*h1*(1-h1)")
    assert "times the right" not in only(workbook(**{"dE/dz1": "SIN(x1)*h2+3"}), structure()).words


def test_a_formula_that_is_written_out_lacks_the_path_through_the_other_output() -> None:
    whole = "((a1-t1)*a1*(1-a1)*v1+(a2-t2)*a2*(1-a2)*v3)*h1*(1-h1)*x1"
    text = one("path-left-out", "dE/dw1", {**BACKWARD, "dE/dw1": whole}, "((a1-t1)*a1*(1-a1)*v1)*h1*(1-h1)*x1")
    assert text == formula("((a1-t1)*a1*(1-a1)*v1+dE/do2*v3)*h1*(1-h1)*x1")  # another cell has the rest


def test_a_weight_that_is_updated_in_the_same_step() -> None:
    cells = {
        place.address: f"={cell.formula}" if cell.formula else cell.value for place, cell in workbook(1).cells.items()
    }
    new = Place("S", 2, len(LABELS) + 1)
    cells[new.address] = "=" + formula("v1-0.5*dE/dv1")
    cells[at("dE/dh1").address] = "=" + formula(f"dE/do1*{new.address}+dE/do2*v3")
    claimed = structure(1)
    update = Update(new, at("v1"), at("dE/dv1"), "v1", "v1")
    found = only(book_of(cells), Structure(claimed.claims, (update,), claimed.parameters, (), claimed.tables))
    assert found.kind == "updated-weight"
    assert found.right_formula == formula("dE/do1*v1+dE/do2*v3")


MATRICES: Mapping[str, str] = {  # two layers over a batch of three: X 3×2, W 2×4, V 4×2; rows are samples
    "X": "B2:C4", "T": "B7:C9", "W": "E2:H3", "V": "E6:F9", "Z": "J2:M4", "H": "J7:M9", "O": "J12:K14", "A": "M12:N14",
    "dO": "P2:Q4", "dH": "P7:S9", "dZ": "P12:S14", "dW": "U2:X3", "dV": "U6:V9",
}  # fmt: skip
_NAMES = re.compile(rf"(?<![A-Za-z])(?:{'|'.join(sorted(MATRICES, key=len, reverse=True))})(?![A-Za-z(])")
LAYERS = {
    "Z": "MMULT(X,W)", "H": "TANH(Z)", "O": "MMULT(H,V)", "A": "1/(1+EXP(-O))", "dO": "(A-T)*A*(1-A)/3",
    "dH": "MMULT(dO,TRANSPOSE(V))", "dZ": "dH*(1-H^2)", "dW": "MMULT(TRANSPOSE(X),dZ)", "dV": "MMULT(TRANSPOSE(H),dO)",
}  # fmt: skip
LOSS = "B12"


def matrices(**changed: str) -> Book:
    """Return the network in matrices, by array formulas."""
    cells: dict[str, Content] = {LOSS: "=SUMSQ(" + in_matrices("A") + ")"}
    cells[LOSS] = f"=SUMXMY2({MATRICES['A']},{MATRICES['T']})/2/3"
    for name in "XTWV":
        for number, where in enumerate(area(name).places()):
            cells[where.address] = round(((number * 7 + len(name) + ord(name)) % 11 - 5) / 7, 3)
    for name, text in {**LAYERS, **changed}.items():
        cells[MATRICES[name]] = f"={in_matrices(text)}"
    return book_of(cells)


def in_matrices(text: str) -> str:
    return _NAMES.sub(lambda match: MATRICES[match[0]], text)


def area(name: str) -> Area:
    first, last = (place(corner) for corner in MATRICES[name].split(":"))
    return Area("S", first.row, first.column, last.row, last.column)


def in_blocks() -> Structure:
    claims = [
        Claim(cell, place(LOSS), by, f"∂L/∂{name[1:]}", name)
        for name in ("dO", "dH", "dZ", "dW", "dV")
        for cell, by in zip(area(name).places(), area(name[1:]).places(), strict=True)
    ]
    blocks = tuple(Block(name, area(name)) for name in MATRICES)
    parameters = frozenset([*area("W").places(), *area("V").places()])
    return Structure(tuple(claims), (), parameters, (), (), blocks)


def test_the_matrices_are_right() -> None:
    assert findings(matrices(), in_blocks()) == []


@pytest.mark.parametrize(
    ("name", "wrong", "kind", "right"),
    [
        ("dO", "(T-A)*A*(1-A)/3", "sign", "(A-T)*A*(1-A)/3"),
        ("dO", "(A+T)*A*(1-A)/3", "target-sign", "(A-T)*A*(1-A)/3"),
        ("dO", "(A-T)*O*(1-O)/3", "pre-activation", "(A-T)*A*(1-A)/3"),
        ("dO", "(A-T)/3", "derivative-left-out", "(A-T)/3*A*(1-A)"),
        ("dO", "(A-T)*A*(1-A)", "factor", "(A-T)*A*(1-A)/3"),
        ("dZ", "dH", "derivative-left-out", "dH*(1-H^2)"),
        ("dZ", "dH*(1-Z^2)", "pre-activation", "dH*(1-H^2)"),
        ("dZ", "dH*H*(1-H)", "other-derivative", "dH*(1-H^2)"),
        ("dZ", "dH*(1-H^2)*(1-H^2)", "derivative-twice", "dH*(1-H^2)"),
        ("dW", "MMULT(TRANSPOSE(X),dH)", "derivative-left-out", "MMULT(TRANSPOSE(X),dH*(1-H^2))"),
        ("dW", "MMULT(TRANSPOSE(X),-dZ)", "sign", None),
        ("dW", "2*MMULT(TRANSPOSE(X),dZ)", "factor", "MMULT(TRANSPOSE(X),dZ)"),
        ("dW", "MMULT(TRANSPOSE(X),dZ*(1-H^2))", "derivative-twice", "MMULT(TRANSPOSE(X),dZ)"),
        ("dV", "MMULT(TRANSPOSE(Z),dO)", "pre-activation", "MMULT(TRANSPOSE(H),dO)"),
        ("dV", "MMULT(TRANSPOSE(J7:M8),P2:Q3)", "wrong-rows", "MMULT(TRANSPOSE(H),dO)"),
        ("dH", "MMULT(dO,V)", None, None),
    ],
)
def test_matrices(name: str, wrong: str, kind: str | None, right: str | None) -> None:
    found = findings(matrices(**{name: wrong}), in_blocks())
    if kind is None:  # the shapes do not fit: there are no numbers to compare
        assert found == []
        return
    assert [one.kind for one in found] == [kind]
    if right is not None:
        assert found[0].right_formula == in_matrices(right)


def test_a_square_matrix_that_is_not_transposed() -> None:
    layout = {"X": "B2:C3", "W": "E2:F3", "Z": "H2:I3", "V": "E6:F7", "O": "H6:I7", "dZ": "K2:L3", "dW": "K6:L7"}
    numbers = {
        "B2": 0.3, "C2": -0.5, "B3": 0.7, "C3": 0.2, "E2": 0.4, "F2": 0.9, "E3": -0.6, "F3": 0.1,
        "E6": 0.8, "F6": -0.2, "E7": 0.5, "F7": 0.35,
    }  # fmt: skip
    cells: dict[str, Content] = {
        **numbers, "H2:I3": "=MMULT(B2:C3,E2:F3)", "H6:I7": "=MMULT(H2:I3,E6:F7)", "B9": "=SUMSQ(H6:I7)/2",
        "K2:L3": "=MMULT(H6:I7,E6:F7)", "K6:L7": "=MMULT(B2:C3,K2:L3)",
    }  # fmt: skip

    def of(name: str) -> list[Place]:
        first, last = (place(corner) for corner in layout[name].split(":"))
        return list(Area("S", first.row, first.column, last.row, last.column).places())

    claims = [
        Claim(cell, place("B9"), by, f"∂L/∂{name}", name)
        for name in ("Z", "W")
        for cell, by in zip(of(f"d{name}"), of(name), strict=True)
    ]
    parameters = frozenset([*of("W"), *of("V")])
    found = findings(book_of(cells), Structure(tuple(claims), (), parameters))
    assert [(one.kind, one.right_formula) for one in found] == [
        ("transposed", "MMULT(H6:I7,TRANSPOSE(E6:F7))"), ("transposed", "MMULT(TRANSPOSE(B2:C3),K2:L3)"),
    ]  # fmt: skip


def test_another_input_is_named_even_where_it_is_twice_the_right_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(NUMBERS, "x2", 2 * NUMBERS["x1"])
    found = only(workbook(**{"dE/dw2": "dE/dz1*x1"}), structure())
    assert (found.kind, found.right_formula) == ("swapped-index", formula("dE/dz1*x2"))


def test_beyond_a_number_of_causes_the_mistake_is_not_looked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sheetgen.audit.gradient_findings._SEARCHED", 1)
    found = findings(workbook(**{"dE/da1": "t1-a1", "dE/dw1": "dE/dz1*x2"}), structure())
    assert [one.kind for one in found] == ["sign", "unexplained"]
