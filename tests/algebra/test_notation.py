"""How equations are spelled: golden texts, and what an engine and the parser make of random ones."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook
from trees import ERRORS, EXPRESSIONS, VALUES

from sheetgen.algebra.evaluate import evaluate, expanded
from sheetgen.algebra.expr import Apply, Const, Expr, Held, Var
from sheetgen.algebra.latex import Latex
from sheetgen.algebra.notation import Excel, Python, Text, general, plain_number
from sheetgen.algebra.ops import PRIMITIVES, functions
from sheetgen.algebra.parser import parse
from sheetgen.engines import get
from sheetgen.engines.base import CellError, Value

CELLS = {"a": "B5", "b": "C5", "c": "D5", "d": "$B$2"}

FLOOR_OF_QUOTIENT = "IF(INT(B5/C5)=0,0,INT(B5/C5)-IF(SIGN(B5/C5)*LN(INT(B5/C5)/(B5/C5))>0,1,0))"
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
    "-(a^2*b/c)": ("−a²·b/c", "-(B5^2*C5/D5)", r"-\frac{{a}^{2} \cdot b}{c}"),
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
    "2*pi()": ("2·π", "2*PI()", r"2 \cdot \pi"),
    "where(a > 0, a, b + 1)": (
        "where(a > 0, a, b + 1)",
        "IF(B5>0,B5,C5+1)",
        r"\mathrm{where}\left(a > 0, a, b + 1\right)",
    ),
    "where(-a^2 >= b + 1, 1, 0)": (
        "where(−a² ≥ b + 1, 1, 0)",
        "IF(-(B5^2)>=C5+1,1,0)",
        r"\mathrm{where}\left(-{a}^{2} \ge b + 1, 1, 0\right)",
    ),
    "a*where(b == 0, 1, 0)": (
        "a·where(b = 0, 1, 0)",
        "B5*IF(C5=0,1,0)",
        r"a \cdot \mathrm{where}\left(b = 0, 1, 0\right)",
    ),
    "where(a ≤ b, a, b)^2": (
        "where(a ≤ b, a, b)²",
        "IF(B5<=C5,B5,C5)^2",
        r"{\mathrm{where}\left(a \le b, a, b\right)}^{2}",
    ),
    "where(a < b, 1, a)": (
        "where(a < b, 1, a)",
        "IF(B5<C5,1,B5)",
        r"\mathrm{where}\left(a < b, 1, a\right)",
    ),
    "max(a, b, c)": ("max(a, b, c)", "MAX(B5,C5,D5)", r"\max\left(a, b, c\right)"),
    "max(a, max(b, c), min(a, 0))": (
        "max(a, max(b, c), min(a, 0))",
        "MAX(B5,MAX(C5,D5),MIN(B5,0))",
        r"\max\left(a, \max\left(b, c\right), \min\left(a, 0\right)\right)",
    ),
    "abs(a - b)": ("abs(a − b)", "ABS(B5-C5)", r"\left|a - b\right|"),
    "floor(a) + sign(b)": (
        "floor(a) + sign(b)",
        FLOOR_OF_QUOTIENT.replace("B5/C5", "B5") + "+SIGN(C5)",
        r"\left\lfloor a\right\rfloor + \mathrm{sign}\left(b\right)",
    ),
    "mod(a, b)": (
        "mod(a, b)",
        "B5-C5*" + FLOOR_OF_QUOTIENT,
        r"\mathrm{mod}\left(a, b\right)",
    ),
    "sin(a) - cos(b)": ("sin(a) − cos(b)", "SIN(B5)-COS(C5)", r"\sin\left(a\right) - \cos\left(b\right)"),
    "c*held(a + b)": ("c·held(a + b)", "D5*(B5+C5)", r"c \cdot \mathrm{held}\left(a + b\right)"),
    "relu(a)": ("relu(a)", "MAX(0,B5)", r"\mathrm{relu}\left(a\right)"),
    "leaky_relu(a)": ("leaky_relu(a)", "MAX(0.01*B5,B5)", r"\mathrm{leaky\_relu}\left(a\right)"),
    "elu(a)": ("elu(a)", "IF(B5>0,B5,EXP(B5)-1)", r"\mathrm{elu}\left(a\right)"),
    "softplus(a)": ("softplus(a)", "MAX(B5,0)+LN(1+EXP(-ABS(B5)))", r"\mathrm{softplus}\left(a\right)"),
    "gelu(a)": ("gelu(a)", "0.5*B5*(1+TANH(SQRT(2/PI())*(B5+0.044715*B5^3)))", r"\mathrm{gelu}\left(a\right)"),
    "silu(a)": ("silu(a)", "B5/(1+EXP(-B5))", r"\mathrm{silu}\left(a\right)"),
    "huber(a, b)": (
        "huber(a, b)",
        "IF(ABS(B5-C5)<=1,0.5*(B5-C5)^2,ABS(B5-C5)-0.5)",
        r"\mathrm{huber}\left(a, b\right)",
    ),
    "bce(a, b)": ("bce(a, b)", "-(C5*LN(B5)+(1-C5)*LN(1-B5))", r"\mathrm{bce}\left(a, b\right)"),
    "cce(a, b)": ("cce(a, b)", "IF(C5=0,0,-C5*LN(B5))", r"\mathrm{cce}\left(a, b\right)"),
    "stable_sigmoid(a)": ("σ(a)", "EXP(MIN(B5,0))/(1+EXP(-ABS(B5)))", r"\sigma\left(a\right)"),
    "bce_with_logits(a, b)": (
        "bce_with_logits(a, b)",
        "MAX(B5,0)-B5*C5+LN(1+EXP(-ABS(B5)))",
        r"\mathrm{bce\_with\_logits}\left(a, b\right)",
    ),
    "l1_penalty(a)": ("l1_penalty(a)", "ABS(B5)", r"\mathrm{l1\_penalty}\left(a\right)"),
    "(1e-5)^2": ("1e−05²", "1E-05^2", r"{\left(1 \cdot 10^{-5}\right)}^{2}"),
}


@pytest.mark.parametrize(("typed", "spellings"), GOLDEN.items())
def test_golden_spellings(typed: str, spellings: tuple[str, str, str]) -> None:
    tree = parse(typed)
    assert (Text().write(tree), Excel(CELLS.__getitem__).write(tree), Latex().write(tree)) == spellings


@pytest.mark.parametrize("name", functions())
def test_a_person_reads_a_function_by_its_name(name: str) -> None:
    operands = tuple(map(Var, "abc"[: PRIMITIVES[name].arity]))
    sigma = ("σ", r"\sigma")
    signs = {"sigmoid": sigma, "stable_sigmoid": sigma, "sqrt": ("√", r"\sqrt{a}"), "pi": ("π", r"\pi")}
    text, latex = signs.get(name, (name, name.replace("_", r"\_")))
    written = ", ".join("abc"[: len(operands)])
    assert Text().write(Apply(name, operands)) == (f"{text}({written})" if operands else text)
    if name not in ("abs", "floor", "exp", "ln", "sin", "cos", "max", "min", "tanh", *signs):
        assert Latex().write(Apply(name, operands)) == rf"\mathrm{{{latex}}}\left({written}\right)"


def test_python_raises_to_a_small_power_by_its_own_operator() -> None:
    """To 0 and below not: 0^0 and 0^-1 are errors of a spreadsheet, which only the function for it gives."""
    spelled = {
        power: Python(lambda name: name, lambda name: name).write(Apply("pow", (Var("a"), Const(power))))
        for power in (2.0, 0.0, -1.0, 0.5)
    }
    assert spelled == {2.0: "a**2.0", 0.0: "pow(a, 0.0)", -1.0: "pow(a, (-1.0))", 0.5: "pow(a, 0.5)"}


def test_a_derivative_is_raised_to_a_power_in_parentheses_and_multiplied_without() -> None:
    slope, a = Var("∂E/∂w"), Var("a")
    assert Text().write(Apply("pow", (slope, Const(2.0)))) == "(∂E/∂w)²"
    assert Text().write(Apply("div", (a, slope))) == "a/∂E/∂w"


def test_what_is_held_is_called_so() -> None:
    assert Text().write(Held("w")) == "held(w)"


def test_nothing_needs_no_parentheses() -> None:
    assert Excel(CELLS.__getitem__).write(Apply("mul", (Var("a"), Const(0.0)))) == "B5*0"


def test_negative_constants_stand_in_parentheses() -> None:
    square = Apply("pow", (Const(-2.0), Const(2.0)))
    assert Excel(CELLS.__getitem__).write(square) == "(-2)^2"
    assert Text().write(square) == "(−2)²"
    assert Latex().write(square) == r"{\left(-2\right)}^{2}"


@settings(max_examples=300, deadline=None)
@given(EXPRESSIONS)
def test_the_text_reads_back_to_the_same_value(tree: Expr) -> None:
    text = Text().write(tree)
    for sign, typed in {"σ": "sigmoid", "√": "sqrt", "π": "pi()", "½": "0.5", "³": "^3", " = ": " == "}.items():
        text = text.replace(sign, typed)
    assert value(parse(text)) == value(tree)


@settings(max_examples=300, deadline=None)
@given(EXPRESSIONS)
@example(parse("a^b"))
@example(parse("a^2.5 - b^(-c)"))
def test_the_python_spelling_computes_the_same(tree: Expr) -> None:
    import math

    from trees import spreadsheet_power

    functions = {"exp": math.exp, "ln": math.log, "sqrt": math.sqrt, "tanh": math.tanh, "pow": spreadsheet_power}
    functions |= {"sin": math.sin, "cos": math.cos, "pi": lambda: math.pi, "sign": lambda z: (z > 0) - (z < 0)}
    functions |= {"floor": math.floor}
    expected = value(tree)
    if expected is not None:
        assert eval(Python(lambda name: name, lambda name: name).write(tree), {**functions, **VALUES}) == expected


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
    for tree, computed in zip(trees, engine_values(trees, path), strict=True):
        expected = value(tree)
        if expected is None:
            assert isinstance(computed, CellError) or only_excel_refuses(expanded(tree)), Text().write(tree)
        else:
            assert computed == pytest.approx(expected, rel=1e-12, abs=1e-300), Text().write(tree)


def only_excel_refuses(tree: Expr) -> bool:
    """Whether what is #NUM! in Excel and here, but no error in the embedded engine, is met on the way."""
    if not isinstance(tree, Apply):
        return False
    if tree.op in ("pow", "sin", "cos", "mod") and value(tree) is None:
        operands = [value(arg) for arg in tree.args]
        beyond_2_27 = tree.op != "pow" and None not in operands and operands[1:] != [0]
        if operands == [0, 0] or beyond_2_27:
            return True
    return any(map(only_excel_refuses, tree.args))


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
        if op == "where":
            return Apply(op, (Apply("gt", (x, y)), x, y))
        return Apply(op, (x,) if op in ("neg", "exp", "sigmoid", "tanh", "abs") else (x, y))

    ops = ("add", "sub", "mul", "div", "neg", "pow", "exp", "sigmoid", "tanh", "abs", "max", "where", "bce")
    inner = [*(inside(op, c, two) for op in ops), Const(-2.0), two, Const(1e-5)]
    trees = [inside(op, x, y) for op in ops for x in (a, *inner) for y in (b, two, *inner)]
    trees += [Apply("neg", (tree,)) for tree in trees]
    _compare(trees, tmp_path / "formulas.xlsx")
    for tree in trees:
        text = Text().write(tree).replace("σ", "sigmoid").replace("½", "0.5")
        assert value(parse(text)) == value(tree)


def test_whole_numbers_have_no_point_as_long_as_their_digits_are_their_own() -> None:
    assert [plain_number(number) for number in (0.0, -3.0, 999_999_999_999_999.0)] == ["0", "-3", "9" * 15]
    assert [plain_number(number) for number in (1e15, -1e15, 0.5, 1e16)] == [
        "1000000000000000.0",
        "-1000000000000000.0",
        "0.5",
        "1e+16",
    ]


@pytest.mark.parametrize(
    ("value", "shown"),
    [(0.1 + 0.2, "0.3"), (2 / 3, "0.666666666666667"), (-50.0, "-50"), (1e-7, "1E-07"), (-2.5e20, "-2.5E+20")],
)
def test_a_number_joined_to_a_text(value: float, shown: str) -> None:
    """As Excel spells it; LibreOffice 7.4 has 0.0000001 and -2.5E+020, the embedded engine all digits."""
    assert general(value) == shown
