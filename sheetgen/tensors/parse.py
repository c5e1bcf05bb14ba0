"""The parser of equations over tensors: ``relu(x @ W1 + b1)``, ``h[t-1]``, ``sum(x, axis=0)``, ``K.T``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from sheetgen.algebra.expr import Const, Var
from sheetgen.algebra.grammar import Grammar, number_of
from sheetgen.algebra.ops import PRIMITIVES
from sheetgen.algebra.over_batch import WRITTEN
from sheetgen.algebra.rows import PREVIOUS
from sheetgen.algebra.tokens import SIGNS, Token, tokens, unreadable
from sheetgen.errors import did_you_mean
from sheetgen.tensors.spellings import function_here
from sheetgen.tensors.tree import Call, Index, Option, Sizes, Span, Tree, depth

_SIGNS = rf"\.T(?=²|\b)|{SIGNS}|[@=:\[\]]"
_MOST_INSIDE = 150
_WORDS: Mapping[str, Option] = {"True": True, "False": False}


def parse(text: str, functions: Mapping[str, object], loop: Mapping[str, int] | None = None) -> Tree:
    """Read one equation's right-hand side, exactly as typed.

    ``functions`` holds the names of the functions of tensors, besides those of scalars; ``loop`` the numbers that
    stand for the letters of a loop. Raises SyntaxError, which says what could not be read.
    """
    tree = _Parser(text, functions, loop or {}).everything()
    if depth(tree) > _MOST_INSIDE:
        problem = f"it has more than {_MOST_INSIDE} operations inside one another, or one behind another"
        raise unreadable(f"{problem}: name its parts as quantities of their own", 1)
    return tree


def parse_index(text: str, loop: Mapping[str, int]) -> tuple[int | Span, ...]:
    """Read what stands between brackets behind a name, such as ``t-1, 0:2``. Raises SyntaxError where that is none."""
    reader = _Parser(text, {}, loop)
    items = reader.items()
    if reader.token.kind != "end":
        raise reader.unexpected("','")
    return items


def words_of(text: str) -> list[Token]:
    """Return the words of an equation. Raises SyntaxError for a character that is part of none."""
    return tokens(text, _SIGNS)


class _Parser(Grammar[Tree]):
    products: ClassVar[Mapping[str, str]] = {**Grammar.products, "@": "matmul"}

    def __init__(self, text: str, functions: Mapping[str, object], loop: Mapping[str, int]) -> None:
        super().__init__(words_of(text))
        self.functions, self.loop = functions, loop

    def apply(self, operation: str, *operands: Tree) -> Tree:
        return Call(operation, operands)

    def two(self) -> Tree:
        return Const(2.0)

    def atom(self) -> Tree:
        node = super().atom()
        while sign := self.accept("[", ".T"):
            if sign == ".T":
                node = Call("transpose", (node,))
            else:
                opened = self.tokens[self.position - 1]
                node = Call("embedding", (self.atom(), node)) if self.at_places() else Index(node, self.items())
                self.close("]", opened)
        return node

    def at_places(self) -> bool:
        """Whether a tensor stands alone in brackets, whose rows are looked up: ``W[token]``, ``W[tokens[t]]``."""
        is_tensor = self.token.kind == "name" and self.token.text not in self.loop
        return is_tensor and self.following().text in ("]", "[")

    def number(self, value: float) -> Tree:
        return Const(value)

    def name(self, name: str) -> Tree:
        return Const(float(self.loop[name])) if name in self.loop else Var(name)

    # --- calls ---

    def call(self, token: Token) -> Tree:
        """Read the operands and options of a function, whose opening parenthesis is behind us."""
        name, opened = token.text, self.tokens[self.position - 1]
        primitive = PRIMITIVES.get(name)
        scalar = primitive is not None and primitive.is_function
        if name in WRITTEN:
            message = f"{name}, over the rows of a batch, is for templates of numbers alone (column {token.column})"
            raise unreadable(message, token.column)
        if name == PREVIOUS:
            message = f"{PREVIOUS}, the row above, is for templates of numbers alone (column {token.column})"
            raise unreadable(f"{message}; along a loop of this row write h[t-1]", token.column)
        if not scalar and name not in self.functions:
            known = (*self.functions, *(row.name for row in PRIMITIVES.values() if row.is_function))
            hint = function_here(name, known) or did_you_mean(name, known, f"the functions are {', '.join(known)}")
            raise unreadable(f"there is no function {name!r} (column {token.column}); {hint}", token.column)
        operands: list[Tree] = []
        options: dict[str, Option] = {}
        while not self.accept(")"):
            if operands or options:
                self.separate(opened)
            if self.token.kind == "name" and self.following().text == "=":
                option = self.token.text
                if option in options:
                    problem = f"{option!r} is said twice (column {self.token.column}); keep one"
                    raise unreadable(problem, self.token.column)
                self.position += 2
                options[option] = self.option()
            elif options:
                raise self.unexpected("an option such as axis=0")
            else:
                operands.append(self.comparison() if name == "where" and not operands else self.operand())
        return Call(name, tuple(operands), tuple(options.items()))

    def separate(self, opened: Token) -> None:
        """Step over the comma between operands; ``opened`` is the parenthesis before them."""
        if not self.accept(","):
            raise self.unexpected(f"an operator, ',' or the ')' of the '(' at column {opened.column}")

    def following(self) -> Token:
        """Return the word behind the next one."""
        return self.tokens[min(self.position + 1, len(self.tokens) - 1)]

    def operand(self) -> Tree:
        """Read an operand: an equation's part, or a list of whole numbers."""
        if not self.accept("["):
            return self.sum()
        if self.token.kind == "name" and self.token.text not in self.loop:
            problem = f"a list of tensors stands at column {self.token.column}"
            raise unreadable(f"{problem}; leave out its brackets: concat(a, b)", self.token.column)
        numbers = [self.whole()]
        while self.accept(","):
            numbers.append(self.whole())
        self.expect("]")
        return Sizes(tuple(numbers))

    def option(self) -> Option:
        """Read the value of an option."""
        word = _WORDS.get(self.token.text)
        if word is not None:
            self.position += 1
            return word
        negative, token = bool(self.accept("-")), self.token
        if token.kind != "number":
            raise self.unexpected("a number, True or False")
        self.position += 1
        value = -number_of(token) if negative else number_of(token)
        return int(value) if value.is_integer() and "." not in token.text and "e" not in token.text.lower() else value

    # --- parts ---

    def items(self) -> tuple[int | Span, ...]:
        """Read places and spans, with commas between them."""
        items = [self.item()]
        while self.accept(","):
            items.append(self.item())
        return tuple(items)

    def item(self) -> int | Span:
        start = None if self.at(":") else self.whole()
        if not self.accept(":"):
            assert start is not None
            return start
        return Span(start, None if self.at(",", "]") or self.token.kind == "end" else self.whole())

    def at(self, *signs: str) -> bool:
        """Whether one of the signs is next."""
        return self.token.kind == "sign" and self.token.text in signs

    def whole(self) -> int:
        """Read a whole number, which may be a sum with the letters of loops: ``2*t - 1``."""
        column = self.token.column
        value = _number(self.sum())
        if value is None or not value.is_integer():
            letters = f", {', '.join(self.loop)}" if self.loop else ""
            raise unreadable(f"at column {column} a whole number was expected, of numbers{letters}, + - and *", column)
        return int(value)


def _number(tree: Tree) -> float | None:
    """Return what a tree of numbers comes to; None where there is anything else in it."""
    if isinstance(tree, Const):
        return tree.value
    if not isinstance(tree, Call) or tree.function not in ("add", "sub", "mul", "neg"):
        return None
    numbers = [number for operand in tree.operands if (number := _number(operand)) is not None]
    evaluate = PRIMITIVES[tree.function].evaluate
    assert evaluate is not None
    return evaluate(*numbers) if len(numbers) == len(tree.operands) else None
