"""How equations are spelled: golden texts, and what an engine and the parser make of random ones."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook
from trees import ERRORS, EXPRESSIONS, VALUES

from sheetgen.engines import CellError, Value, get
from sheetgen.expr import Apply, Const, Expr, Var
from sheetgen.notation import Excel, Latex, Python, Text, latex_name
from sheetgen.numeric import evaluate
from sheetgen.parser import parse

CELLS = {"a": "B5", "b": "C5", "c": "D5", "d": "$B$2"}

GOLDEN = {
    "a*b + c": ("a·b + c", "B5*C5+D5", r"a \cdot b + c"),
    "a - (b - c)": ("a − (b − c)", "B5-(C5-D5)", r"a - \left(b - c\right)"),
    "a*(b*c)": ("a·(b·c)", "B5*(C5*D5)", r"a \cdot \left(b \cdot c\right)"),
    "a/(b*c)": ("a/(b·c)", "B5/(C5*D5)", r"\frac{a}{b \cdot c}"),
    "(a + b)/c": ("(a + b)/c", "(B5+C5)/D5", r"\frac{a + b}{c}"),
    "0.5*(a - b)^2": ("½·(a − b)²", "0.5*(B5-C5)^2", r"\tfrac{1}{2} \cdot {\left(a - b\right)}^{2}"),
    "a^3": ("a³", "B5^3", "{a}^{3}"),
    "a^b": ("a^b", "B5^C5", "{a}^{b}"),
    "-a^2": ("−a²", "-(B5^2)", "-{a}^{2}"),
    "(-a)^2": ("(−a)²", "(-B5)^2", r"{\left(-a\right)}^{2}"),
    "-(a + b)^2": ("−(a + b)²", "-((B5+C5)^2)", r"-{\left(a + b\right)}^{2}"),
    "-(a^2*b)": ("−a²·b", "-(B5^2*C5)", r"-{a}^{2} \cdot b"),
    "-(a^2 + b)": ("−(a² + b)", "-(B5^2+C5)", r"-\left({a}^{2} + b\right)"),
    "-(a*b)": ("−a·b", "-B5*C5", r"-a \cdot b"),
    "2^3^2": ("2^(3²)", "2^(3^2)", "{2}^{{3}^{2}}"),
    "(a^b)^c": ("(a^b)^c", "(B5^C5)^D5", r"{\left({a}^{b}\right)}^{c}"),
    "a*-b": ("a·(−b)", "B5*(-C5)", r"a \cdot \left(-b\right)"),
    "sigmoid(a)": ("σ(a)", "1/(1+EXP(-B5))", r"\sigma\left(a\right)"),
    "sigmoid(a - b)": ("σ(a − b)", "1/(1+EXP(-(B5-C5)))", r"\sigma\left(a - b\right)"),
    "sigmoid(a)^2": ("σ(a)²", "(1/(1+EXP(-B5)))^2", r"{\sigma\left(a\right)}^{2}"),
    "c/sigmoid(a)": ("c/σ(a)", "D5/(1/(1+EXP(-B5)))", r"\frac{c}{\sigma\left(a\right)}"),
    "sigmoid(a^2)": ("σ(a²)", "1/(1+EXP(-(B5^2)))", r"\sigma\left({a}^{2}\right)"),
    "tanh(a)": ("tanh(a)", "TANH(B5)", r"\tanh\left(a\right)"),
    "ln(a) + exp(b)": ("ln(a) + exp(b)", "LN(B5)+EXP(C5)", r"\ln\left(a\right) + \exp\left(b\right)"),
    "sqrt(a + b)": ("√(a + b)", "SQRT(B5+C5)", r"\sqrt{a + b}"),
    "a - d*1e-5": ("a − d·1e−05", "B5-$B$2*1E-05", r"a - d \cdot \left(1 \cdot 10^{-5}\right)"),
    "(1e-5)^2": ("1e−05²", "1E-05^2", r"{\left(1 \cdot 10^{-5}\right)}^{2}"),
}


@pytest.mark.parametrize(("typed", "spellings"), GOLDEN.items())
def test_golden_spellings(typed: str, spellings: tuple[str, str, str]) -> None:
    tree = parse(typed)
    assert (Text().write(tree), Excel(CELLS.__getitem__).write(tree), Latex().write(tree)) == spellings


def test_negative_constants_stand_in_parentheses() -> None:
    square = Apply("pow", (Const(-2.0), Const(2.0)))
    assert Excel(CELLS.__getitem__).write(square) == "(-2)^2"
    assert Text().write(square) == "(−2)²"
    assert Latex().write(square) == r"{\left(-2\right)}^{2}"


@pytest.mark.parametrize(
    ("name", "latex"),
    [
        ("w1", "w_{1}"),
        ("a_h1", "a_{h1}"),
        ("E_total", "E_{total}"),
        ("E", "E"),
        ("loss", r"\mathrm{loss}"),
        ("net12", r"\mathrm{net}_{12}"),
        ("a_h_1", r"a_{h\_1}"),
        ("η", r"\eta"),
        ("∂E_total/∂w1", r"\frac{\partial E_{total}}{\partial w_{1}}"),
    ],
)
def test_names_in_latex(name: str, latex: str) -> None:
    assert latex_name(name) == latex


@settings(max_examples=300, deadline=None)
@given(EXPRESSIONS)
def test_the_text_reads_back_to_the_same_value(tree: Expr) -> None:
    text = Text().write(tree)
    for sign, typed in {"σ": "sigmoid", "√": "sqrt", "½": "0.5", "³": "^3"}.items():
        text = text.replace(sign, typed)
    assert value(parse(text)) == value(tree)


@settings(max_examples=300, deadline=None)
@given(EXPRESSIONS)
def test_the_python_spelling_computes_the_same(tree: Expr) -> None:
    import math

    from trees import spreadsheet_power

    functions = {"exp": math.exp, "ln": math.log, "sqrt": math.sqrt, "tanh": math.tanh, "pow": spreadsheet_power}
    wanted = value(tree)
    if wanted is not None:
        assert eval(Python(lambda name: name).write(tree), {**functions, **VALUES}) == wanted


def value(tree: Expr) -> float | None:
    """Return the value of a tree, None where a spreadsheet shows an error."""
    try:
        return evaluate(tree, VALUES.__getitem__)
    except ERRORS:
        return None


@settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.generate])
@given(st.lists(EXPRESSIONS, min_size=150, max_size=300))
def test_an_engine_computes_the_excel_spelling(tmp_path_factory: pytest.TempPathFactory, trees: list[Expr]) -> None:
    _compare([*trees, *map(parse, GOLDEN)], tmp_path_factory.mktemp("notation") / "formulas.xlsx")


def _compare(trees: list[Expr], path: Path) -> None:
    for tree, found in zip(trees, engine_values(trees, path), strict=True):
        wanted = value(tree)
        if wanted is None:
            assert isinstance(found, CellError) or zero_to_zero(tree), Text().write(tree)
        else:
            assert found == pytest.approx(wanted, rel=1e-12, abs=1e-300), Text().write(tree)


def zero_to_zero(tree: Expr) -> bool:
    """Whether 0^0 is met on the way: #NUM! in Excel and here, 1 in the embedded engine."""
    if not isinstance(tree, Apply):
        return False
    here = tree.op == "pow" and [value(arg) for arg in tree.args] == [0, 0]
    return here or any(map(zero_to_zero, tree.args))


def engine_values(trees: list[Expr], path: Path) -> list[Value]:
    """Evaluate many formulas at once: the values in row 1, a formula a row below."""
    cells = dict(zip(VALUES, ("$A$1", "$B$1", "$C$1", "$D$1"), strict=True))
    workbook = Workbook()
    sheet = workbook.worksheets[0]
    sheet.append(list(VALUES.values()))
    for tree in trees:
        sheet.append([f"={Excel(cells.__getitem__).write(tree)}"])
    workbook.save(path)
    grid = get("embedded").recalculate(path, 60).grid(sheet.title, len(trees) + 1, 1)
    return [row[0] for row in grid[1:]]


def test_every_operation_as_an_operand_of_every_other(tmp_path: Path) -> None:
    """Parentheses, exhaustively: each operation inside each operand of each other one, and below a minus."""
    a, b, c = Var("a"), Var("b"), Var("c")
    two = Const(2.0)

    def inside(op: str, x: Expr, y: Expr) -> Expr:
        return Apply(op, (x,) if op in ("neg", "exp", "sigmoid", "tanh") else (x, y))

    ops = ("add", "sub", "mul", "div", "neg", "pow", "exp", "sigmoid", "tanh")
    inner = [*(inside(op, c, two) for op in ops), Const(-2.0), two, Const(1e-5)]
    trees = [inside(op, x, y) for op in ops for x in (a, *inner) for y in (b, two, *inner)]
    trees += [Apply("neg", (tree,)) for tree in trees]
    _compare(trees, tmp_path / "formulas.xlsx")
    for tree in trees:
        text = Text().write(tree).replace("σ", "sigmoid").replace("½", "0.5")
        assert value(parse(text)) == value(tree)
