"""Equations over matrices in LaTeX, rewritten as the text that `printed_equations` computes; no tree is looked at.

Names lose their underscores: what is below a letter in LaTeX may be a number behind it.
"""

from __future__ import annotations

import re

_COMMANDS = {
    r"\left(": "(", r"\right)": ")", r"\left[": "[", r"\right]": "]", r"\,": "·", r"\cdot": "·", r"\odot": " ⊙ ",
    r"\otimes": " ⊗ ", r"\tanh": "tanh", r"\exp": "exp", r"\ln": "ln", r"\sin": "sin", r"\cos": "cos", r"\max": "max",
    r"\min": "min", r"\sigma": "σ", r"\pi": "π", r"\ge": "≥", r"\le": "≤", r"\left|": "abs(", r"\right|": ")",
    r"\left\lfloor": "floor(", r"\right\rfloor": ")",
}  # fmt: skip
_TOKEN = re.compile(
    r"\\(?:left|right)(?:\\[lr]floor|[()\[\]|])|\\[A-Za-z]+|\\[_,]|[A-Za-z]+|\d+(?:\.\d+)?|\s+|.", re.DOTALL
)


def to_text(line: str) -> str:
    """Return an aligned equation as one line of text."""
    equation, _, loops = line.partition(r" \qquad ")
    target, right = equation.split(" &= ", 1)
    turns = "".join(
        f" for {loop.split(' = ')[0]} in {first}..{last}"
        for loop in loops.split(r" \qquad ")
        if loop
        for first, last in [re.split(r", (?:\\dots, )?", loop.split(" = ")[1])]
    )
    rewritten = re.sub(r"\bkeepdims\b", "keepdims=True", _Reader(right).everything())
    return f"{_Reader(target).everything()}{turns} = {rewritten}"


class _Reader:
    """Rewrites one expression from left to right."""

    def __init__(self, latex: str) -> None:
        self.tokens = _TOKEN.findall(latex)
        self.at = 0

    def everything(self) -> str:
        text = self.until(())
        assert self.at == len(self.tokens), self.tokens[self.at :]
        return text

    def peek(self, ahead: int = 0) -> str:
        return self.tokens[self.at + ahead] if self.at + ahead < len(self.tokens) else ""

    def until(self, ends: tuple[str, ...]) -> str:
        """Rewrite up to one of some words, or to the end."""
        text = ""
        while self.at < len(self.tokens) and self.peek() not in ends:
            text += self.one()
        return text

    def group(self) -> str:
        """Rewrite what stands in braces."""
        assert self.peek() == "{", self.tokens[self.at :]
        self.at += 1
        text = self.until(("}",))
        self.at += 1
        return text

    def raw(self) -> str:
        """Return what stands in braces as it is."""
        self.at += 1
        start, depth = self.at, 1
        while depth:
            depth += {"{": 1, "}": -1}.get(self.peek(), 0)
            self.at += 1
        return "".join(self.tokens[start : self.at - 1])

    def one(self) -> str:
        token = self.peek()
        if token in (r"\mathbf", r"\mathrm") or (token.isalpha() and not token.startswith("\\")):
            return self.name()
        self.at += 1
        if token == r"\frac":
            over, under = self.raw(), self.raw()
            if over.startswith(r"\partial "):
                names = [_Reader(side.removeprefix(r"\partial ")).everything() for side in (over, under)]
                return "∂{}/∂{}".format(*names)
            return f"(({_Reader(over).everything()})/({_Reader(under).everything()}))"
        if token == r"\tfrac":
            return f"({self.group()}/{self.group()})"
        if token == r"\sqrt":
            return f"√({self.group()})"
        if token == r"\sum":
            return self.total()
        if token == "^":
            return self.raised()
        if token == "{":  # a colon of a stretch
            assert self.peek() == ":"
            self.at += 2
            return ":"
        if token.isspace():
            return "" if self.peek().startswith("\\") or self.tokens[self.at - 2].startswith("\\") else " "
        return _COMMANDS.get(token, "−" if token == "-" else token)

    def name(self) -> str:
        if self.tokens[self.at : self.at + 4] == [r"\mathbf", "{", "1", "}"]:
            self.at += 4
            if self.peek() == "^":
                self.at += 1
                assert self.raw() == r"\top"
                while self.peek().isspace() or self.peek() == r"\,":
                    self.at += 1
                return "Σ over rows of "
            return "1"
        token = self.peek()
        self.at += 1
        stem = self.raw().replace(r"\_", "_") if token.startswith("\\") else token
        below = ""
        if self.peek() == "_":
            self.at += 1
            below = re.sub(r"\\mathrm\{(.*)\}", r"\1", self.raw()).replace(r"\_", "")
        above = ""
        if self.peek() == "^" and self.peek(2) == "(":
            self.at += 1
            above = f"[{self.raw()[1:-1]}]"
        return stem + below + above

    def raised(self) -> str:
        if self.tokens[self.at : self.at + 3] == ["{", r"\top", "}"]:
            self.at += 3
            return "ᵀ"
        return f"^({_Reader(self.raw().removeprefix(chr(92) + 'odot ')).everything()})"

    def total(self) -> str:
        """Rewrite a sum over turns, which goes up to the next sign of a sum."""
        self.at += 1
        letter, _, first = self.raw().partition("=")
        self.at += 1
        last = self.raw()
        depth, start = 0, self.at
        while self.at < len(self.tokens):
            token = self.peek()
            depth += token in (r"\left(", r"\left[", "{")
            if depth == 0 and (token in ("+", "-") or token in (r"\right)", r"\right]", "}")):
                break
            depth -= token in (r"\right)", r"\right]", "}")
            self.at += 1
        term = "".join(self.tokens[start : self.at]).strip()
        return f"Σ {letter}={first}..{last} ({_Reader(term).everything()}) "
