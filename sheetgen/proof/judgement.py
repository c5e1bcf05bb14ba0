"""Which formulas of others cannot be judged: their value is not the file's alone, or engines disagree about the form.

The forms are those of docs/engines.md, in which neither the workbook nor the person who typed them is wrong.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

from openpyxl.formula import Tokenizer
from openpyxl.formula.tokenizer import Token, TokenizerError

from sheetgen.engines.base import CellError, Value
from sheetgen.proof.areas import Area, area_of
from sheetgen.xlsx.cells import FileCell

_BY_ITSELF = "NOW TODAY RAND RANDBETWEEN RANDARRAY OFFSET INDIRECT CELL INFO ERROR.TYPE"
"""Their value changes by itself, or with the program that is asked."""
_BY_LANGUAGE = "TEXT FIXED DOLLAR VALUE DATEVALUE TIMEVALUE"
"""They write or read a text as the program's language has it."""
_DYNAMIC = (
    "LET LAMBDA MAP REDUCE SCAN BYROW BYCOL MAKEARRAY ISOMITTED FILTER SORT SORTBY UNIQUE SEQUENCE XLOOKUP XMATCH TAKE"
    " DROP EXPAND VSTACK HSTACK TOCOL TOROW WRAPROWS WRAPCOLS CHOOSECOLS CHOOSEROWS TEXTSPLIT TEXTBEFORE TEXTAFTER"
    " VALUETOTEXT ARRAYTOTEXT ANCHORARRAY SINGLE GROUPBY PIVOTBY"
)
"""They came with the arrays that spill, which no engine here has."""
_NEVER = frozenset(f"{_BY_ITSELF} {_BY_LANGUAGE} {_DYNAMIC}".split())
_MAY_BE_NEVER = re.compile(rf"\b(?:{'|'.join(sorted(map(re.escape, _NEVER)))})\s*\(")
"""Found in a text of many formulas without taking each apart."""
_DATES = "DATE EDATE EOMONTH WORKDAY NETWORKDAYS WEEKNUM DATEDIF DAYS YEARFRAC"
_DISPUTED = frozenset(f"XOR MMULT ISFORMULA LOOKUP {_DATES}".split())
_EXACTLY = frozenset({"MATCH", "VLOOKUP", "HLOOKUP"})
"""Engines agree about them where their last argument has them look for the very value."""
_COMPARING = frozenset({"&", "=", "<>", "<", ">", "<=", ">="})
_PREFIX = re.compile(r"(?:_XL\w+\.)+")
_LEAST = 2.2250738585072014e-308
"""A smaller literal is an error in LibreOffice."""


@dataclass(frozen=True)
class AddedFormula:
    """A formula that others added to a sheet."""

    sheet: str
    cell: FileCell

    @cached_property
    def _tokens(self) -> list[Token]:
        """The formula in tokens; none of what cannot be read."""
        try:
            return list(Tokenizer(f"={self.cell.formula}").items)
        except (TokenizerError, IndexError):
            return []

    @cached_property
    def _functions(self) -> tuple[str, ...]:
        """The functions it calls, as files spell them: newer ones with a prefix."""
        return tuple(_name(token) for token in self._tokens if _opens(token))

    @cached_property
    def areas(self) -> tuple[Area | None, ...]:
        """The cells it refers to; None for a name, a table, or what else its text alone does not tell."""
        return tuple(area_of(token.value, self.sheet) for token in self._tokens if _refers(token))

    @property
    def never(self) -> str | None:
        """Why it cannot be judged, whatever the file shows; None where it can."""
        if self.cell.fills is not None:
            return "an array formula"
        if not _MAY_BE_NEVER.search((self.cell.formula or "").upper()):
            return None
        names = (_PREFIX.sub("", name) for name in self._functions)
        return next((name for name in names if name in _NEVER), None)

    def disputed(self, recalculated: Value, beside_booleans: bool) -> bool:
        """Whether engines disagree about such a formula, so that another value in the file may be as right.

        ``beside_booleans``: whether a cell that it refers to holds one, which some count as numbers.
        """
        errors = isinstance(recalculated, CellError) != isinstance(self.cell.value, CellError)
        powers = any(token.value == "^" for token in self._tokens) or "POWER" in self._functions
        return (
            not self._tokens
            or beside_booleans
            or (errors and powers)
            or None in self.areas
            or any(name in _DISPUTED or _PREFIX.match(name) for name in self._functions)
            or any(_odd_literal(token) for token in self._tokens)
            or self._intersects()
            or self._compares_logical()
            or self._looks_around()
            or self._spreads()
        )

    def _intersects(self) -> bool:
        """Whether a blank stands between two references, which then mean the cells that both have."""
        triples = zip(self._tokens, self._tokens[1:], self._tokens[2:], strict=False)
        return any(_refers(a) and b.type == Token.WSPACE and _refers(c) for a, b, c in triples)

    def _compares_logical(self) -> bool:
        """Whether it joins TRUE or FALSE to a text, or compares it."""
        operators = {token.value for token in self._tokens if token.type == Token.OP_IN}
        return not operators.isdisjoint(_COMPARING) and any(map(_is_logical, self._tokens))

    def _looks_around(self) -> bool:
        """Whether it looks a value up otherwise than exactly, or takes a whole range by INDEX(range, 0)."""
        for position, token in enumerate(self._tokens):
            if _opens(token) and _name(token) in _EXACTLY | {"INDEX"}:
                last = _last_argument(self._tokens[position + 1 :])
                exact = last in ("0", "FALSE", "FALSE()")
                if exact == (_name(token) == "INDEX"):
                    return True
        return False

    def _spreads(self) -> bool:
        """Whether it has a function, or an operator outside SUMPRODUCT, work on a whole range."""
        opened: list[str] = []
        sizes = set()
        for before, token, after in zip([None, *self._tokens], self._tokens, [*self._tokens[1:], None], strict=False):
            if _opens(token):
                opened.append(_name(token))
            elif token.subtype == Token.CLOSE and token.type == Token.FUNC and opened:
                opened.pop()
            elif _refers(token) and ":" in token.value:
                if "SUMPRODUCT" in opened:
                    if opened[-1] != "SUMPRODUCT":
                        return True
                    area = area_of(token.value, self.sheet)
                    sizes.add(area and (area.bottom - area.top, area.right - area.left))
                elif any(near is not None and _works(near) for near in (before, after)):
                    return True
        return len(sizes) > 1


def _opens(token: Token) -> bool:
    return bool(token.type == Token.FUNC and token.subtype == Token.OPEN)


def _name(token: Token) -> str:
    return str(token.value).rstrip("(").upper().rpartition(":")[2]


def _refers(token: Token) -> bool:
    return bool(token.type == Token.OPERAND and token.subtype == Token.RANGE)


def _works(token: Token) -> bool:
    return token.type in (Token.OP_IN, Token.OP_PRE, Token.OP_POST)


def _odd_literal(token: Token) -> bool:
    """Whether a literal is read otherwise elsewhere: a number in a text, a code of an error, a tiny number."""
    if token.subtype == Token.TEXT:
        return bool(re.fullmatch(r'"\s*[-+]?[\d.]+\s*"|"#.*"', str(token.value)))
    return bool(token.subtype == Token.NUMBER and 0 < abs(float(token.value)) < _LEAST)


def _is_logical(token: Token) -> bool:
    return token.subtype == Token.LOGICAL or (_opens(token) and _name(token) in ("TRUE", "FALSE"))


def _last_argument(tokens: list[Token]) -> str:
    """Return the last argument of a call, given what follows its opening; only a single token counts."""
    depth, argument = 0, ""
    for token in tokens:
        if token.subtype == Token.OPEN:
            depth += 1
        elif token.subtype == Token.CLOSE:
            if not depth:
                break
            depth -= 1
        if not depth and token.type == Token.SEP:
            argument = ""
        else:
            argument += str(token.value)
    return argument.strip().upper()
