"""What can be changed in a module: every comparison, sign, number, condition and equation of it, one at a time.

Source in, mutants out; nothing is run here. A mutant replaces one piece of the source, so that everything else,
comments included, stays as it is.
"""

from __future__ import annotations

import ast
import copy
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

_COMPARISONS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
_ARITHMETIC: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult,
    ast.Pow: ast.Mult,
    ast.BitOr: ast.BitAnd,
    ast.BitAnd: ast.BitOr,
}
_WORDS = {
    "+": "-", "-": "+", "*": "/", "/": "*", "^": "*", ">": "<=", ">=": "<", "<": ">=", "<=": ">", "==": ">",
    "a": "b", "b": "a", "c": "a", "y": "a", "m": "g", "v": "g", "s": "g", "g": "v", "w": "g", "η": "g",
    "m_hat": "m", "v_hat": "v",
    "sin": "cos", "cos": "sin", "max": "min", "min": "max", "exp": "sqrt", "ln": "sqrt", "sqrt": "abs", "abs": "sign",
    "sign": "abs", "floor": "abs", "sigmoid": "tanh", "tanh": "sigmoid", "beta1": "beta2", "beta2": "beta1",
}  # fmt: skip
_WORD = re.compile(r"[<>=]=|[-+*/^<>]|\d+\.?\d*|\w+")
_EQUATION = re.compile(r"[\w\s.+*/^(),<>=-]+")


@dataclass(frozen=True)
class Mutant:
    """A change of one piece of a module: the line it begins on, from 1, what stands there and what it becomes.

    ``where`` is the function or name that it stands in; a number tells it from others that are spelled alike there.
    """

    line: int
    column: int
    old: str
    new: str
    where: str
    source: str

    @property
    def key(self) -> tuple[str, str, str]:
        """What tells it from others, wherever the lines move: the function or name it stands in, old and new."""
        return (self.where, self.old, self.new)


def mutants(source: str, texts: bool = False, equations: bool = False) -> Iterator[Mutant]:
    """Yield the mutants of a module, top to bottom.

    With ``texts`` the texts of it are changed too (the spellings of a printer), with ``equations`` what stands in a
    text as an equation of the template language.
    """
    tree = ast.parse(source)
    finder = _Finder(texts, equations)
    finder.visit(tree)
    places = _Places(source)
    seen: set[tuple[int, int, str]] = set()
    times: Counter[tuple[str, str, str]] = Counter()
    for node, new, where in sorted(finder.found, key=lambda found: (found[0].lineno, found[0].col_offset)):
        begin, end = places.of(node)
        if (begin, end, new) in seen:
            continue
        seen.add((begin, end, new))
        same = (where, " ".join(places.data[begin:end].decode().split()), " ".join(new.split()))
        times[same] += 1
        nth = f" ({times[same]})" if times[same] > 1 else ""
        mutated = (places.data[:begin] + new.encode() + places.data[end:]).decode()
        yield Mutant(node.lineno, node.col_offset, same[1], same[2], where + nth, mutated)


class _Places:
    """Where the nodes of a source stand in it, in bytes, as `ast` counts columns."""

    def __init__(self, source: str) -> None:
        self.data = source.encode()
        self.starts = [0]
        for line in self.data.splitlines(keepends=True):
            self.starts.append(self.starts[-1] + len(line))

    def of(self, node: ast.expr | ast.stmt) -> tuple[int, int]:
        """Return where a node begins and ends."""
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        begin = self.starts[node.lineno - 1] + node.col_offset
        return begin, self.starts[node.end_lineno - 1] + node.end_col_offset


class _Finder(ast.NodeVisitor):
    """Collects what can be changed: a node, the source it becomes, and the function or name it stands in."""

    def __init__(self, texts: bool, equations: bool) -> None:
        self.texts, self.equations = texts, equations
        self.found: list[tuple[ast.expr | ast.stmt, str, str]] = []
        self.where: list[str] = []

    def _add(self, node: ast.expr | ast.stmt, change: Callable[..., object]) -> None:
        changed = copy.deepcopy(node)
        replaced = change(changed)
        written = ast.unparse(replaced if isinstance(replaced, ast.AST) else changed)
        self.found.append((node, f"({written})" if isinstance(node, ast.expr) else written, ".".join(self.where)))

    def _inside(self, name: str, node: ast.AST) -> None:
        self.where.append(name)
        self.generic_visit(node)
        self.where.pop()

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        node.returns = None
        for argument in node.args.args:
            argument.annotation = None
        self._inside(node.name, node)

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        node.decorator_list = []  # that a record is frozen is no rule
        self._inside(node.name, node)

    def visit_Assign(self, node: ast.Assign) -> None:
        name = node.targets[0].id if isinstance(node.targets[0], ast.Name) else ""
        self._inside(name, node) if name and not self.where else self.generic_visit(node)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        if node.value is not None:
            self.visit(node.value)

    def visit_Expr(self, node: ast.Expr) -> None:
        if isinstance(node.value, ast.Constant):
            return  # a docstring
        if isinstance(node.value, ast.Call):
            self._add(node, lambda _: ast.Pass())
        self.generic_visit(node)

    def visit_Subscript(self, node: ast.Subscript) -> None:
        if not (isinstance(node.value, ast.Name) and node.value.id == "Literal"):
            self.generic_visit(node)

    def visit_Raise(self, node: ast.Raise) -> None:
        """Leave the words of errors alone."""

    def visit_Assert(self, node: ast.Assert) -> None:
        """Leave what the type checker is told alone."""

    def visit_keyword(self, node: ast.keyword) -> None:
        """Leave alone that what is gone through side by side is of one length: an assertion."""
        if node.arg != "strict":
            self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        row = node.func.id if isinstance(node.func, ast.Name) else ""
        named = node.args[0] if node.args else None
        if row in ("Primitive", "Optimizer", "Schedule") and isinstance(named, ast.Constant):
            self._inside(str(named.value), node)
        else:
            self.generic_visit(node)

    def visit_Compare(self, node: ast.Compare) -> None:
        for index, operation in enumerate(node.ops):
            for other in _COMPARISONS[type(operation)]:
                self._add(node, lambda n, i=index, o=other: n.ops.__setitem__(i, o()))
        self.generic_visit(node)

    def visit_BoolOp(self, node: ast.BoolOp) -> None:
        other = ast.And if isinstance(node.op, ast.Or) else ast.Or
        self._add(node, lambda n: setattr(n, "op", other()))
        self.generic_visit(node)

    def visit_BinOp(self, node: ast.BinOp) -> None:
        if other := _ARITHMETIC.get(type(node.op)):
            self._add(node, lambda n: setattr(n, "op", other()))
        self.generic_visit(node)

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        self._add(node, lambda _: ast.Pass())
        self.generic_visit(node)

    def visit_UnaryOp(self, node: ast.UnaryOp) -> None:
        if isinstance(node.op, ast.Not | ast.USub):
            self._add(node, lambda n: n.operand)
        self.generic_visit(node)

    def visit_Continue(self, node: ast.Continue) -> None:
        self._add(node, lambda _: ast.Pass())

    def visit_If(self, node: ast.If) -> None:
        self._condition(node.test)
        self.generic_visit(node)

    def visit_IfExp(self, node: ast.IfExp) -> None:
        self._condition(node.test)
        self.generic_visit(node)

    def _condition(self, test: ast.expr) -> None:
        """Negate a condition that has no comparison of its own to change."""
        if not isinstance(test, ast.Compare | ast.BoolOp | ast.UnaryOp):
            self._add(test, lambda n: ast.UnaryOp(ast.Not(), n))

    def visit_Constant(self, node: ast.Constant) -> None:
        if isinstance(node.value, bool):
            self._add(node, lambda n: setattr(n, "value", not n.value))
        elif isinstance(node.value, int | float):
            self._add(
                node,
                lambda n: setattr(n, "value", n.value + 1 if abs(n.value) >= 1e-3 or n.value == 0 else 2 * n.value),
            )
        elif isinstance(node.value, str):
            self._text(node, node.value)

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        for index, piece in enumerate(node.values):
            if isinstance(piece, ast.Constant):
                for changed in self._changed_texts(piece.value):
                    self._add(node, lambda n, i=index, new=changed: setattr(n.values[i], "value", new))

    def _text(self, node: ast.Constant, text: str) -> None:
        for changed in self._changed_texts(text):
            self._add(node, lambda n, new=changed: setattr(n, "value", new))

    def _changed_texts(self, text: str) -> Iterator[str]:
        if self.equations and _is_equation(text):
            yield from changed_equations(text)
        elif self.texts and text:
            yield ""


def _is_equation(text: str) -> bool:
    """Whether a text, or the piece of one, is in the template language and not a spelling or words."""
    signs = re.search(r"[\w)] ?[-+*/^<>=]+ ?[\w(-]|^-?(?:\d+|[abcy])$|\w\([\w-]", text)
    return bool(signs) and _EQUATION.fullmatch(text) is not None and not re.search(r"[A-Za-z]{3,} [A-Za-z]{2,}", text)


def changed_equations(text: str) -> Iterator[str]:
    """Yield an equation of the template language with one of its words changed, each in turn."""
    for match in _WORD.finditer(text):
        word = match[0]
        new = str(float(word) + 1) if re.fullmatch(r"\d+\.?\d*", word) else _WORDS.get(word)
        if new is not None:
            yield text[: match.start()] + new + text[match.end() :]
