"""The grammar of spreadsheet formulas, as files have them: English names, commas between arguments.

As in Excel a sign binds tighter than a power (-2^2 is 4), powers go from the left (2^3^2 is 64), % stands behind its
operand. What is no formula raises NotUnderstood.
"""

from __future__ import annotations

import re
from functools import lru_cache

from sheetgen.audit import tokens
from sheetgen.audit.syntax import (
    BINDS,
    PERCENT,
    SIGN,
    Binary,
    Call,
    Error,
    Group,
    Logical,
    Missing,
    Name,
    Node,
    NotUnderstood,
    Number,
    Postfix,
    Prefix,
    Reference,
    Rows,
    Text,
)
from sheetgen.audit.tokens import Word, words
from sheetgen.limits import MAX_FORMULA

DEEPEST = 220
"""The parentheses, functions and signs inside one another; Excel itself allows 64 of functions."""

_INTERSECTION, _SPILL = 8, 10
_SIGNS = ("-", "+", "@")
_BEGIN_REFERENCE = (tokens.CELLS, tokens.NAME)
_PREFIX_OF_FUNCTION = re.compile(r"(?:_XLFN\.|_XLWS\.|_XLUDF\.)+")
_PREFIX_OF_PARAMETER = re.compile(r"_xlpm\.", re.IGNORECASE)
_AS_CALLS = {"ANCHORARRAY": "#", "SINGLE": "@"}


@lru_cache(maxsize=32768)
def parse_formula(text: str) -> Node:
    """Return the syntax tree of a formula, given without ``=``. Raises NotUnderstood."""
    if len(text) > 2 * MAX_FORMULA:
        raise NotUnderstood(f"it has {len(text):,} characters, more than a spreadsheet allows")
    parser = _Parser(words(text))
    tree = parser.expression(0)
    if parser.word.kind != tokens.END:
        raise parser.unexpected()
    return tree


class _Parser:
    """Reads words from left to right; ``word`` is the next."""

    def __init__(self, found: list[Word]) -> None:
        self._words, self._at, self._depth = found, 0, 0
        self.word = found[0]

    def unexpected(self) -> NotUnderstood:
        """Return the error that the next word cannot stand where it does."""
        what = "its end" if self.word.kind == tokens.END else repr(self.word.text)
        return NotUnderstood(f"{what} cannot stand where it does (character {self.word.start + 1})")

    def _next(self) -> Word:
        word = self.word
        self._at += 1
        self.word = self._words[self._at]
        return word

    def _is(self, op: str) -> bool:
        return self.word.kind == tokens.OP and self.word.text == op

    def _expect(self, op: str) -> Word:
        if not self._is(op):
            raise self.unexpected()
        return self._next()

    def expression(self, least: int) -> Node:
        """Return an operand and what is done to it by operators that bind tighter than ``least``."""
        self._depth += 1
        if self._depth > DEEPEST:
            raise NotUnderstood(f"it is nested deeper than {DEEPEST} levels")
        left = self._operand()
        while (word := self.word).kind != tokens.END:
            if word.kind != tokens.OP:
                binds, op = _INTERSECTION, " "
                if not word.spaced or word.kind not in _BEGIN_REFERENCE:
                    break
            else:
                op = word.text
                if op == "%" or op == "#":
                    if (PERCENT if op == "%" else _SPILL) <= least:
                        break
                    self._next()
                    left = Postfix(left.start, word.end, op, left)
                    continue
                binds = BINDS.get(op, 0)
            if binds <= least:
                break
            if op != " ":
                self._next()
            right = self.expression(binds)
            left = Binary(left.start, right.end, op, left, right, word.start)
        self._depth -= 1
        return left

    def _operand(self) -> Node:
        word = self._next()
        start, end = word.start, word.end
        if word.kind == tokens.CELLS:
            assert word.corners
            return Reference(start, end, word.sheet, *word.corners)
        if word.kind == tokens.NUMBER:
            return Number(start, end, float(word.text))
        if word.kind == tokens.NAME:
            return self._called(word) if self._is("(") else _named(word)
        if word.kind == tokens.TEXT:
            return Text(start, end, word.text[1:-1].replace('""', '"'))
        if word.kind == tokens.ERROR:
            return Error(start, end, word.text)
        if word.kind == tokens.OP and word.text in _SIGNS:
            operand = self.expression(SIGN)
            return Prefix(start, operand.end, word.text, operand)
        if word.kind == tokens.OP and word.text == "(":
            parts = [self.expression(0)]
            while self._is(","):
                self._next()
                parts.append(self.expression(0))
            return Group(start, self._expect(")").end, tuple(parts))
        if word.kind == tokens.OP and word.text == "{":
            return self._rows(start)
        self._at -= 1
        self.word = word
        raise self.unexpected()

    def _called(self, word: Word) -> Node:
        """Return the call of a function, whose name was read."""
        self._next()
        args: list[Node] = []
        while not self._is(")"):
            if self._is(","):
                args.append(Missing(self.word.start, self.word.start))
            else:
                args.append(self.expression(0))
            if self._is(")"):
                break
            self._expect(",")
            if self._is(")"):
                args.append(Missing(self.word.start, self.word.start))
        end = self._expect(")").end
        name = _PREFIX_OF_FUNCTION.sub("", word.text.upper())
        if name in _AS_CALLS and len(args) == 1:
            kind = Postfix if _AS_CALLS[name] == "#" else Prefix
            return kind(word.start, end, _AS_CALLS[name], args[0])
        return Call(word.start, end, name, tuple(args))

    def _rows(self, start: int) -> Node:
        rows: list[list[Node]] = [[self.expression(SIGN - 1)]]
        while not self._is("}"):
            if self._is(";"):
                rows.append([])
            elif not self._is(","):
                raise self.unexpected()
            self._next()
            rows[-1].append(self.expression(SIGN - 1))
        if len({len(row) for row in rows}) > 1:
            raise NotUnderstood("the rows of an array in it have different lengths")
        return Rows(start, self._next().end, tuple([tuple(row) for row in rows]))


def _named(word: Word) -> Node:
    capitals = word.text.upper()
    if capitals in ("TRUE", "FALSE"):
        return Logical(word.start, word.end, capitals == "TRUE")
    name = word.text.rpartition("!")[2]
    return Name(word.start, word.end, word.sheet, _PREFIX_OF_PARAMETER.sub("", name))
