"""The values of a workbook's cells, computed with NumPy from the formulas, without any code of the audit."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from types import CodeType
from typing import Any

import numpy as np
from openpyxl.formula import Tokenizer
from openpyxl.utils.cell import range_boundaries

from audited.sheets import Content, Formula, Key

_PYTHON = {"^": "**", "=": "==", "<>": "!="}


def values_of(cells: Mapping[Key, Content], given: Mapping[Key, float] | None = None) -> dict[Key, float | str]:
    """Return the value of every cell that a formula gives, and the typed numbers; errors as spreadsheets show them.

    ``given`` are values that some cells are to have, whatever stands in them.
    """
    return _Calculation(cells, given or {}).all()


def value_of(cells: Mapping[Key, Content], key: Key, given: Mapping[Key, float]) -> float:
    """Return the number in one cell, with given values in others."""
    return float(_Calculation(cells, given).value(key))


class _Calculation:
    def __init__(self, cells: Mapping[Key, Content], given: Mapping[Key, float]) -> None:
        self.cells, self.given = cells, given
        self.filled: dict[Key, Key] = {}
        for (sheet, row, column), content in cells.items():
            if isinstance(content, Formula):
                height, width = content.fills or (1, 1)
                for down in range(height):
                    for right in range(width):
                        self.filled[sheet, row + down, column + right] = (sheet, row, column)
        self.whole: dict[Key, Any] = {}
        self.busy: set[Key] = set()

    def all(self) -> dict[Key, float | str]:
        typed = {key: content for key, content in self.cells.items() if not isinstance(content, Formula)}
        numbers = {key: content for key, content in typed.items() if isinstance(content, float | int)}
        return {**numbers, **{key: self._shown(key) for key in self.filled}, **self.given}

    def _shown(self, key: Key) -> float | str:
        try:
            return float(self.value(key))
        except _Error as error:
            return error.code

    def value(self, key: Key) -> Any:
        if key in self.given:
            return self.given[key]
        first = self.filled.get(key)
        if first is None:
            content = self.cells.get(key, 0.0)
            if isinstance(content, str):
                raise _Error(content if content.startswith("#") else "#VALUE!")
            return content
        if first not in self.whole:
            self.whole[first] = self._formula(first)
        whole = self.whole[first]
        if isinstance(whole, _Error):
            raise whole
        formula = self.cells[first]
        assert isinstance(formula, Formula)
        if formula.fills is None:
            return whole.item() if isinstance(whole, np.ndarray) else whole
        return np.broadcast_to(whole, formula.fills)[key[1] - first[1], key[2] - first[2]]

    def _formula(self, first: Key) -> Any:
        if first in self.busy:
            return _Error("#CIRC!")
        self.busy.add(first)
        formula = self.cells[first]
        assert isinstance(formula, Formula)
        try:
            with np.errstate(divide="raise", invalid="raise", over="raise"):
                return eval(_compiled(formula.text), {**_FUNCTIONS, "ref": lambda text: self._range(first[0], text)})
        except _Error as error:
            return error
        except ZeroDivisionError:
            return _Error("#DIV/0!")
        except (FloatingPointError, OverflowError):
            return _Error("#NUM!")
        except ValueError:
            return _Error("#VALUE!")
        finally:
            self.busy.discard(first)

    def _range(self, sheet: str, text: str) -> Any:
        name, _, area = text.rpartition("!")
        sheet = name.strip("'") or sheet
        left, top, right, bottom = _bounds(area)
        if (left, top) == (right, bottom) and ":" not in area:
            return self.value((sheet, top, left))
        return np.array(
            [
                [float(self.value((sheet, row, column))) for column in range(left, right + 1)]
                for row in range(top, bottom + 1)
            ]
        )


class _Error(Exception):
    def __init__(self, code: str) -> None:
        self.code = code


@lru_cache(100_000)
def _bounds(area: str) -> tuple[int, int, int, int]:
    left, top, right, bottom = range_boundaries(area.replace("$", ""))
    return int(left), int(top), int(right), int(bottom)


@lru_cache(100_000)
def _compiled(text: str) -> CodeType:
    """Return a formula as Python. A minus before a power is refused, since the two differ in what it means."""
    assert not re.search(r"(^|[(,*/=])-[\w$.']*(\([^()]*\))?\^", text), text
    python: list[str] = []
    inside: list[str] = []
    for token in Tokenizer(f"={text}").items:
        value = token.value
        if token.type == "FUNC" and token.subtype == "OPEN":
            inside.append(value[:-1])
            value = f"f_{value}"
        elif token.type == "PAREN":
            inside.append("") if token.subtype == "OPEN" else inside.pop()
        elif token.type == "FUNC":
            inside.pop()
        elif token.type == "SEP":
            value = ",lambda:" if inside[-1] == "IF" else ","
        elif token.type == "OPERAND" and token.subtype == "RANGE":
            value = f"ref({value!r})"
        elif token.type == "OPERAND" and token.subtype == "ERROR":
            value = f"f_ERROR({value!r})"
        elif token.type == "OPERAND" and token.subtype == "LOGICAL":
            value = value.capitalize()
        elif token.type.startswith("OPERATOR"):
            value = _PYTHON.get(value, value)
        elif token.type == "WHITE-SPACE":
            value = " "
        python.append(value)
    return compile("".join(python).strip(), text, "eval")


def _if(condition: Any, yes: Callable[[], Any], no: Callable[[], Any] = lambda: False) -> Any:
    if isinstance(condition, np.ndarray):
        return np.where(condition, yes(), no())
    return yes() if condition else no()


def _error(code: str) -> Any:
    raise _Error(code)


def _flat(arguments: tuple[Any, ...]) -> np.ndarray[Any, Any]:
    return np.concatenate([np.ravel(np.asarray(argument, float)) for argument in arguments])


def _index(array: Any, row: float, column: float = 1.0) -> Any:
    array = np.atleast_2d(array)
    if array.shape[0] == 1 and column == 1.0:
        row, column = 1.0, row
    return array[int(row) - 1, int(column) - 1]


def _sumproduct(*arrays: Any) -> Any:
    product: Any = 1.0
    for array in arrays:
        product = product * array
    return np.sum(product)


def _logarithm(value: Any, base: float = 10.0) -> Any:
    return np.log(value) / np.log(base)


_FUNCTIONS: dict[str, Any] = {
    "f_IF": _if,
    "f_ERROR": _error,
    "f_EXP": np.exp,
    "f_LN": np.log,
    "f_LOG10": np.log10,
    "f_LOG": _logarithm,
    "f_SQRT": np.sqrt,
    "f_ABS": np.abs,
    "f_TANH": np.tanh,
    "f_SUM": lambda *a: _flat(a).sum(),
    "f_AVERAGE": lambda *a: _flat(a).mean(),
    "f_MAX": lambda *a: _flat(a).max(),
    "f_MIN": lambda *a: _flat(a).min(),
    "f_COUNT": lambda *a: float(_flat(a).size),
    "f_SUMSQ": lambda *a: np.sum(_flat(a) ** 2),
    "f_SUMXMY2": lambda a, b: np.sum((a - b) ** 2),
    "f_SUMPRODUCT": _sumproduct,
    "f_MMULT": lambda a, b: np.atleast_2d(a) @ np.atleast_2d(b),
    "f_TRANSPOSE": lambda a: np.transpose(np.atleast_2d(a)),
    "f_INDEX": _index,
    "f_AND": lambda *a: all(a),
    "f_MOD": lambda a, b: a % b,
    "f_INT": np.floor,
}
