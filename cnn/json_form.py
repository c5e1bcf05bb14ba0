"""Frozen dataclasses as JSON, and back: every value is checked on the way in, and what is wrong is said.

An object has a key for each field, in their order; the metadata ``json`` of a field is a key other than its
own name. A tuple is a list.
"""

from __future__ import annotations

import dataclasses
import reprlib
from collections.abc import Mapping
from functools import cache
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from cnn.errors import SheetgenError

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

T = TypeVar("T")
Record = TypeVar("Record", bound="DataclassInstance")
LARGEST_WHOLE = 2**53
"""Whole numbers are no larger, so that each is a float too."""


class Mismatch(ValueError):
    """Some JSON is not that of a record; the message says where and why."""


def to_json(value: Any) -> Any:
    """Return a record, or what a field of one holds, as ``json.dumps`` takes it."""
    if dataclasses.is_dataclass(value):
        return {_key(field): to_json(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, tuple | list):
        return [to_json(item) for item in value]
    return value


def from_json(record: type[Record], content: object, place: str = "") -> Record:
    """Return the record that some JSON holds; raise `Mismatch` where it holds none.

    A key that is no field is passed over, and so is the absence of one whose field has a default. ``place`` is what
    the content is called in the message: ``test`` in summary.json.
    """
    entries = _checked(dict, "an object", content, place or "it")
    kinds = kinds_of(record)
    values = {}
    for field in dataclasses.fields(record):
        key = _key(field)
        where = f"{place}.{key}" if place else key
        if key in entries:
            values[field.name] = read_value(kinds[field.name], entries[key], where)
        elif field.default is dataclasses.MISSING:
            raise Mismatch(f"{where} is missing")
    try:
        return record(**values)
    except (SheetgenError, ValueError) as error:
        raise Mismatch(f"{place}: {error}" if place else str(error)) from error


def unknown_keys(record: type[Record], content: Mapping[str, object]) -> set[str]:
    """Return the keys of some JSON that are no field of a record."""
    return content.keys() - {_key(field) for field in dataclasses.fields(record)}


@cache
def kinds_of(record: type) -> dict[str, Any]:
    """Return the type of each field."""
    return get_type_hints(record)


def _key(field: dataclasses.Field[Any]) -> str:
    return str(field.metadata.get("json", field.name))


def read_value(kind: Any, value: object, where: str) -> Any:
    """Return a value as its field holds it, ``kind`` being the field's type; raise `Mismatch`."""
    origin, arguments = get_origin(kind), get_args(kind)
    if origin in (Union, UnionType):
        (inner,) = (argument for argument in arguments if argument is not NoneType)
        return None if value is None else read_value(inner, value, where)
    if origin is Literal:
        if value not in arguments:
            raise Mismatch(f"{where} is {reprlib.repr(value)}, not one of {', '.join(map(repr, arguments))}")
        return value
    if origin is tuple:
        items = _checked(list, "a list", value, where)
        return tuple(read_value(arguments[0], item, f"{where}[{index}]") for index, item in enumerate(items))
    if origin is Mapping:
        entries = _checked(dict, "an object", value, where)
        return {key: read_value(arguments[1], item, f"{where}.{key}") for key, item in entries.items()}
    if dataclasses.is_dataclass(kind):
        return from_json(kind, value, where)  # type: ignore[arg-type]
    return _read_simple(kind, value, where)


def _read_simple(kind: type, value: object, where: str) -> Any:
    """Return a text, a truth value or a number; a whole number does where any number is asked for."""
    if kind is str:
        return _checked(str, "a text", value, where)
    if kind is bool:
        return _checked(bool, "true or false", value, where)
    kinds, name = ((int, float), "a number") if kind is float else ((int,), "a whole number")
    if isinstance(value, bool) or not isinstance(value, kinds):
        raise Mismatch(f"{where} is {reprlib.repr(value)}, not {name}")
    if isinstance(value, int) and abs(value) > LARGEST_WHOLE:
        raise Mismatch(f"{where} is too large a number")
    return kind(value)


def _checked(kind: type[T], name: str, value: object, where: str) -> T:
    """Return a value of this type; raise `Mismatch` for any other."""
    if not isinstance(value, kind):
        raise Mismatch(f"{where} is {reprlib.repr(value)}, not {name}")
    return value
